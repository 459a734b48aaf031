"""Laws of contentment: what satisfaction and habit tell, and what only ties hold."""

# Plans are written here as learners write them, with dicts:
# mypy: disable-error-code="arg-type, dict-item, union-attr"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, Segment, at_most, load_scenario, over, simulate
from sim.analysis import contentment, staying
from sim.run import Run

TODAY = Plan(service={"agents": 1})


@cache
def street() -> Run:
    market = load_scenario("supermarket", people=800).also("rival")
    return simulate(market.but(weeks=104, rival=market.rival.but(opens_week=60)), TODAY, 1)


def test_the_curve_is_steeper_where_competition_is_hard() -> None:
    market = load_scenario("supermarket", people=400)
    pulls = {"none": 0.0, "hard": 0.01}
    towns = {
        name: market.but(patience=market.patience.but(competitor_pull=pull)) for name, pull in pulls.items()
    }
    table = contentment.curve(towns, TODAY, [5.5, 9.5])
    low, high = table.to_numpy(np.float64)
    assert high[1] - low[1] > 0.2
    assert high[1] - low[1] > 2 * (high[0] - low[0])
    assert table.index.is_monotonic_increasing


def test_bands_hold_every_customer_and_every_leaver_once() -> None:
    run = street()
    table = contentment.bands(run, 26, 40)
    truth = simulate(run.scenario.but(weeks=26), run.timeline, run.seed).truth
    assert table["customers"].sum() == (truth["stage"] == "customer").sum()
    assert table["of_all_who_left"].sum() == pytest.approx(1)


def test_attitude_and_behaviour_are_crossed_without_losing_anybody() -> None:
    run = street()
    table = contentment.attitudes(run, 52)
    assert len(table) == 4
    assert table["customers"].sum() == contentment.bands(run, 52)["customers"].sum()
    with pytest.raises(Fault, match="no rival"):
        contentment.attitudes(simulate(load_scenario("supermarket", people=50), TODAY, 1), 52)


def test_regulars_come_equally_often_before_and_the_tied_more_often_after() -> None:
    market = load_scenario("supermarket", people=3_000).also("rival")
    market = market.but(weeks=104, rival=market.rival.but(opens_week=60, opens_strength=3.0))
    table = contentment.regulars(simulate(market, TODAY, 1), 60)
    kept = dict(zip(table.index, table["kept"].to_numpy(np.float64), strict=True))
    assert kept["tied"] > kept["habit alone"]
    assert table["people"].iloc[:3].sum() == table["people"]["all"]


def test_orders_by_period_are_all_orders_of_whole_periods() -> None:
    run = street()
    table = contentment.orders_by_period({"a": run}, 4)
    assert table["a"].sum() == run.metrics["orders"]
    assert list(table.index[:3]) == [0, 4, 8]


def test_stages_by_rule_that_divide_everybody_hold_everybody() -> None:
    run = street()
    rules = {"few": Segment(orders=at_most(3)), "many": Segment(orders=over(3))}
    table = contentment.stages(run, rules, 52)
    assert table["people"].sum() == len(run.record(52))
    assert table["still_there"].between(0, 1).all()


def test_a_contract_shows_neglect_later_than_the_answers_of_customers() -> None:
    market = load_scenario("saas", people=1_500)
    lives = {
        "a": simulate(market, TODAY, 1),
        "b": simulate(market, {0: TODAY, 52: Plan(service={"agents": 0})}, 1),
    }
    ended = contentment.body_and_heart(lives)["cancelled"]
    assert (ended.loc[:39, "a"] == ended.loc[:39, "b"]).all()
    more = ended["b"] - ended["a"]
    assert more[52] < more[91]
    with pytest.raises(Fault, match="no contracts"):
        contentment.body_and_heart({"shop": street()})


def test_a_week_outside_the_run_is_refused() -> None:
    with pytest.raises(Fault, match="week"):
        contentment.bands(street(), 104)


def test_more_retention_brings_the_same_money_to_contribution_and_profit() -> None:
    market = load_scenario("supermarket", people=400)
    table = staying.levels(market, TODAY, [0.004, 0.002, 0.0], replications=3)
    kept = table.groupby("pull")["retention"].mean()
    assert kept.is_monotonic_decreasing
    found = staying.points(table, 0.002)
    more = dict(zip(found.index, found["more_currency"].to_numpy(np.float64), strict=True))
    assert more["contribution"] == pytest.approx(more["profit"], rel=1e-6)
    known = found[found["base_currency"] > 0]
    assert len(known) and (known["low"] <= known["high"]).all()
    assert found.loc[found["base_currency"] <= 0, "per_cent"].isna().all()
    with pytest.raises(Fault, match="no patience"):
        staying.levels(market.but(patience=None), TODAY, [0.0])
