"""The calibrated market beside the real customers it was fitted to, on weeks the fit has never seen."""

import numpy as np
import pytest

from sim import Plan, collect, datasets, load_scenario, simulate
from sim.clock import MINUTES_A_DAY
from sim.events import Kind
from sim.metrics import cumulative_repeat_orders

RUNS = 40


@pytest.mark.parametrize("week", [26, 39, 52, 65, 78])
def test_the_real_curve_of_repeat_orders_lies_inside_nine_of_ten_simulated_cohorts(
    week: int, curves: np.ndarray
) -> None:
    real = datasets.cumulative_repeat_orders(datasets.load_cdnow(), weeks=78)
    low, high = np.quantile(curves[:, week - 1], [0.05, 0.95])
    assert low <= real[week - 1] <= high


def test_the_market_with_dormancy_places_more_late_orders_than_without(curves: np.ndarray) -> None:
    plain = collect(load_scenario("cdnow_plain"), Plan(), cumulative_repeat_orders, RUNS)
    late, plain_late = (runs[:, 77] - runs[:, 38] for runs in (curves, plain))
    error = np.hypot(late.std(), plain_late.std()) / np.sqrt(RUNS)
    assert late.mean() - plain_late.mean() > 2 * error


def test_simulated_orders_are_counted_as_the_real_ones_are_those_of_one_person_and_day_once() -> None:
    busy = load_scenario("cdnow_plain", 300)
    run = simulate(busy.but(shopping=busy.shopping.but(rate_scale=0.1)), Plan(), 1)
    orders = run.events.of(Kind.ORDER)
    days = {*zip(orders.person.tolist(), (orders.minute // MINUTES_A_DAY).tolist(), strict=True)}
    assert len(days) < 0.9 * len(orders), "hardly a day with two orders, so nothing is tested"
    assert cumulative_repeat_orders(run)[-1] == len(days) - len(np.unique(orders.person))


@pytest.fixture(scope="module")
def curves() -> np.ndarray:
    """Simulated cohorts, shape (runs, weeks)."""
    return collect(load_scenario("cdnow"), Plan(), cumulative_repeat_orders, RUNS)
