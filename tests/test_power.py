"""A test finds as much as its power says, and needs as many customers as power asks for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim import Fault
from sim.analysis.power import customers_for_means, customers_for_shares, power_for_means, power_for_shares
from sim.holdout import error_of_difference

TESTS = 3_000
ONCE = 1.959964
MARGIN = 4 * 0.5 / np.sqrt(TESTS)


def found(draw: Callable[[float, int], np.ndarray], written_to: int, left_alone: int) -> float:
    """Share of simulated tests that find something, as `sim.holdout` does."""
    hits = 0
    for _ in range(TESTS):
        a, b = draw(1.0, written_to), draw(0.0, left_alone)
        hits += abs(a.mean() - b.mean()) > ONCE * error_of_difference(a, b)
    return hits / TESTS


def test_simulated_tests_of_revenue_find_what_the_power_says() -> None:
    chance = np.random.default_rng(1)
    draw = lambda effect, size: chance.gamma(4.0, 15.0, size) + 6 * effect  # noqa: E731 - deviation 30
    assert found(draw, 300, 150) == pytest.approx(power_for_means(30, 6, 300, 150), abs=MARGIN)


def test_simulated_tests_of_shares_find_what_the_power_says() -> None:
    chance = np.random.default_rng(2)
    draw = lambda effect, size: (chance.random(size) < 0.2 + 0.1 * effect).astype(float)  # noqa: E731
    assert found(draw, 350, 250) == pytest.approx(power_for_shares(0.2, 0.1, 350, 250), abs=MARGIN)


def test_without_an_effect_the_power_is_the_share_of_false_alarms() -> None:
    assert power_for_means(30, 0, 200, 200) == pytest.approx(0.05)
    assert power_for_shares(0.2, 0, 200, 200, level=0.9) == pytest.approx(0.1)


def test_ten_against_twelve_percent_needs_the_number_that_the_formula_gives() -> None:
    assert customers_for_shares(0.10, 0.02) == 7_677  # 2 (1.960 + 0.842)² (.0900 + .1056) / .02²
    assert customers_for_means(30, 6) == 785  # 4 (1.960 + 0.842)² (30 / 6)²


@pytest.mark.parametrize("holdout", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("power", [0.6, 0.9])
def test_so_many_customers_have_the_power_that_was_asked_for(holdout: float, power: float) -> None:
    for people, given in (
        (customers_for_means(30, -1.5, holdout, power), power_for_means),
        (customers_for_shares(0.3, -0.05, holdout, power), power_for_shares),
    ):
        alone = round(holdout * people)
        numbers = (30, -1.5) if given is power_for_means else (0.3, -0.05)
        assert given(*numbers, people - alone, alone) == pytest.approx(power, abs=0.005)


def test_a_rarer_holdout_a_smaller_effect_and_a_stricter_level_need_more_customers() -> None:
    base = customers_for_means(30, 6)
    assert customers_for_means(30, 6, holdout=0.1) > 2 * base
    assert customers_for_means(30, 3) == pytest.approx(4 * base, rel=0.01)
    assert customers_for_means(30, 6, level=0.99) > base
    assert customers_for_means(30, 6, power=0.9) > base


@pytest.mark.parametrize(
    ("work", "word"),
    [
        (lambda: customers_for_means(0, 1), "standard_deviation"),
        (lambda: customers_for_means(30, 0), "difference"),
        (lambda: customers_for_means(30, 1, holdout=1.0), "holdout"),
        (lambda: customers_for_means(30, 1, power=80), "power"),
        (lambda: customers_for_means(30, 1, level=95), "level"),
        (lambda: customers_for_shares(0.95, 0.1), "base"),
        (lambda: customers_for_shares(5, 0.1), "base"),
        (lambda: power_for_means(30, 1, 0, 5), "written_to"),
        (lambda: power_for_shares(0.3, 0.1, 5, 0), "left_alone"),
    ],
)
def test_a_number_out_of_its_range_is_named(work: Callable[[], float], word: str) -> None:
    with pytest.raises(Fault, match=word):
        work()
