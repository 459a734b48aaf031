"""Who stands on which rung is counted from the log; a funnel loses what does not come up."""

from functools import cache

import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis import formation
from sim.events import Kind
from sim.run import Run


@cache
def run() -> Run:
    market = load_scenario("supermarket", people=400).but(weeks=60)
    return simulate(market, Plan(loyalty={"points": 0.005}), 3)  # type: ignore[arg-type]


def test_each_rung_is_what_the_log_says() -> None:
    table = formation.climb(run())
    orders = run().events.of(Kind.ORDER)
    assert table.loc["suspect", "people"] == 400
    assert table.loc["buyer", "people"] == len(set(orders.person.tolist()))
    assert table.loc["member", "people"] == len(set(run().events.of(Kind.ENROLLED).person.tolist()))
    assert table["people"].iloc[:5].is_monotonic_decreasing, "nobody is a client without having bought"


def test_who_came_up_and_who_was_lost_make_the_rung_below() -> None:
    table = formation.climb(run())
    came = table["people"] - table["jumped"]
    below = table["people"].shift(fill_value=400)
    assert (came + table["lost"] == below).all()
    assert table.loc["member", "jumped"] > 0, "some join who have not bought often"


def test_more_orders_for_a_client_make_fewer_clients_and_too_few_are_refused() -> None:
    few, many = (formation.climb(run(), client).loc["client", "people"] for client in (5, 30))
    assert few > many
    with pytest.raises(Fault, match="more orders than a repeat buyer"):
        formation.climb(run(), 2)


def test_the_figure_names_where_most_are_lost() -> None:
    worst = formation.climb(run())["lost"].idxmax()
    assert f"“{worst}”" in plots.climb(run()).reading
    assert formation.compared({"a": run()}).loc["a", "suspect"] == 400
