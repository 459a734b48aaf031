"""Who peeks is misled as often as has been published, and the boundary repairs it."""

from __future__ import annotations

import numpy as np
import pytest

from sim import Fault
from sim.boundary import boundary, false_alarms
from sim.chance import Luck, Purpose

ONCE = 1.959964
PEEKING = {1: 0.050, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248}  # Armitage et al. 1969
FIVE = [4.877, 3.357, 2.680, 2.290, 2.031]  # O'Brien-Fleming by Lan & DeMets, as their program prints it
TESTS = 20_000


def evenly(looks: int) -> np.ndarray:
    return np.arange(1, looks + 1) / looks


def sums(shares: np.ndarray) -> np.ndarray:
    """Simulate tests without an effect: standard errors from nothing at each look, (TESTS, looks)."""
    steps = Luck(1).normal(Purpose.RESAMPLE, np.arange(TESTS)[:, None], 0, np.arange(len(shares)))
    return np.cumsum(steps * np.sqrt(np.diff(shares, prepend=0.0)), axis=1) / np.sqrt(shares)


@pytest.mark.parametrize(("looks", "published"), PEEKING.items())
def test_peeking_misleads_as_often_as_published(looks: int, published: float) -> None:
    assert false_alarms(evenly(looks), ONCE) == pytest.approx(published, abs=6e-4)


def test_the_boundary_of_five_looks_is_the_published_one() -> None:
    assert boundary(evenly(5)) == pytest.approx(FIVE, abs=6e-4)


def test_who_looks_once_needs_no_other_boundary() -> None:
    assert boundary([1.0]) == pytest.approx([ONCE], abs=0.01)


@pytest.mark.parametrize("shares", [[0.1, 0.2, 0.9, 1], [0.5, 0.51, 1], [0.02, 1], list(evenly(26))])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_all_looks_together_mislead_as_often_as_the_level_says(shares: list[float], level: float) -> None:
    assert false_alarms(shares, boundary(shares, level)) == pytest.approx(1 - level, abs=1e-6)


@pytest.mark.parametrize("looks", [2, 5, 12])
def test_simulated_tests_are_misled_as_often_as_calculated(looks: int) -> None:
    shares = evenly(looks)
    far = np.abs(sums(shares))
    for edges in (np.full(looks, ONCE), boundary(shares)):
        found, expected = (far > edges).any(axis=1).mean(), false_alarms(shares, edges)
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / TESTS))
    assert (far > boundary(shares)).any(axis=1).mean() < 0.06 < 0.075 < (far > ONCE).any(axis=1).mean()


def test_looks_that_learn_almost_nothing_new_change_almost_nothing() -> None:
    shares = [0.5, 0.5001, 1.0]
    assert false_alarms(shares, ONCE) == pytest.approx(false_alarms([0.5, 1.0], ONCE), abs=2e-3)


@pytest.mark.parametrize(
    "wrong", [[], [0.5, 0.5], [0.0, 1.0], [0.5, 0.2], [0.5, 1.5], [[0.5, 1.0]], [np.nan]]
)
def test_shares_that_do_not_rise_to_one_are_refused(wrong: list[float]) -> None:
    with pytest.raises(Fault, match="information"):
        boundary(wrong)


@pytest.mark.parametrize("level", [0, 1, 95, True])
def test_a_wrong_level_is_named(level: float) -> None:
    with pytest.raises(Fault, match="level"):
        boundary([0.5, 1.0], level)


def test_an_edge_at_nothing_is_refused() -> None:
    with pytest.raises(Fault, match="edges"):
        false_alarms([0.5, 1.0], 0.0)
