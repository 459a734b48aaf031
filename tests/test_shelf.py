"""Laws of the shelf: its weeks are those of the log, and a plain price is a flat line."""

# mypy: disable-error-code="arg-type"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis.shelf import by_week
from sim.events import Kind
from sim.run import Run


@cache
def run(follow_demand: float = 0.0, price: float = 1.0) -> Run:
    market = load_scenario("supermarket", 300).but(weeks=30)
    return simulate(market, Plan(pricing={"follow_demand": follow_demand, "price": price}), 3)


@pytest.mark.parametrize("follow_demand", [0.0, 0.5])
def test_each_order_is_in_one_week(follow_demand: float) -> None:
    table = by_week(run(follow_demand))
    assert len(table) == 30
    assert table["orders"].sum() == len(run(follow_demand).events.of(Kind.ORDER)) > 100


def test_a_price_that_follows_nothing_is_the_plan_s_in_every_week() -> None:
    assert (by_week(run())["price"] == 1).all()
    assert by_week(run(price=1.1))["price"].to_numpy() == pytest.approx(1.1)


def test_a_price_that_follows_demand_goes_up_after_more_of_it_than_usual_and_down_after_less() -> None:
    table = by_week(run(0.5))
    price, orders = table["price"].to_numpy()[14:], table["orders"].to_numpy()
    usual = np.array([orders[week - 13 : week].mean() for week in range(14, 30)])
    assert (np.sign(price - 1) == np.sign(orders[13:29] - usual)).all()


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_or_too_many_runs_are_refused(count: int) -> None:
    with pytest.raises(Fault, match="shelf: shows one to 3 runs"):
        plots.shelf({str(place): run() for place in range(count)})
