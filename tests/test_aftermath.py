"""Laws of the aftermath and of moods: weeks add up, and a shorter run is the same life, ended earlier."""

# mypy: disable-error-code="arg-type, operator"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Campaign, Fault, Plan, Scenario, load_scenario, plots, simulate, twin
from sim.analysis import aftermath, moods
from sim.events import Kind
from sim.experiment import Twin

NIGHT, WEEKS = 6, 14
PLAN = Plan(livestream={"first_week": NIGHT, "every": 4, "discount": 0.3, "promotion": 300.0})


@cache
def market() -> Scenario:
    return load_scenario("community_fresh_cn", people=300).but(weeks=WEEKS)


@cache
def pair() -> Twin:
    return twin(market(), Plan(), PLAN, seed=3)


def test_the_weeks_add_up_to_the_difference_between_the_lives() -> None:
    table = aftermath.weekly(pair(), 0, WEEKS)
    whole = pair().difference()["difference"]
    assert table["revenue_currency"].sum() == pytest.approx(whole["revenue"], abs=0.01)
    assert table["profit_until_then_currency"].iloc[-1] == pytest.approx(whole["profit"], abs=0.01)


def test_nothing_differs_before_the_action() -> None:
    assert (aftermath.weekly(pair(), 0, NIGHT) == 0).all().all()
    assert aftermath.weekly(pair(), NIGHT, 1)["revenue_currency"].iloc[0] > 0


def test_the_lines_of_the_bill_add_up_to_its_profit() -> None:
    bill = aftermath.bill(pair(), NIGHT, WEEKS - NIGHT)
    lines = bill.drop(index="profit")
    assert lines.sum().to_numpy() == pytest.approx(bill.loc["profit"].to_numpy(), abs=0.01)
    assert bill["together"].to_numpy() == pytest.approx(bill.iloc[:, :2].sum(axis=1).to_numpy())
    assert {"discounts", "returns", "livestream"} < set(bill.index)


def test_a_crowd_is_counted_night_by_night() -> None:
    run = pair().after
    crowd = aftermath.crowd(run)
    assert crowd.index.tolist() == [6, 10]
    assert crowd["watched"].sum() == len(run.events.of(Kind.WATCHED))
    assert crowd["on_impulse"].sum() == len(run.events.of(Kind.IMPULSE))
    assert (crowd["sent_back"] <= crowd["on_impulse"]).all() and (
        crowd["on_impulse"] <= crowd["orders"]
    ).all()
    assert len(aftermath.viewers(run)) == len(set(run.events.of(Kind.WATCHED).person.tolist()))
    assert aftermath.crowd(pair().before).empty


def test_moods_at_the_end_are_those_of_the_whole_run() -> None:
    table = moods.by_week(market(), PLAN, 3, [WEEKS])
    truth = pair().after.truth
    here = truth[truth["stage"] == "customer"]
    assert table.loc[WEEKS, "customers"] == len(here)
    assert table.loc[WEEKS, "satisfaction"] == pytest.approx(here["satisfaction"].mean())


def test_the_night_fills_pantries_and_lowers_the_normal_price_of_those_who_watch() -> None:
    who = aftermath.viewers(pair().after)
    table = moods.by_week(market(), PLAN, 3, [NIGHT, NIGHT + 2], who)
    assert table.loc[NIGHT, "normal_price"] == 1 and table.loc[NIGHT, "full_pantry"] == 0
    assert table.loc[NIGHT + 2, "normal_price"] < 0.97 and table.loc[NIGHT + 2, "full_pantry"] > 0


def test_followers_are_those_who_clicked() -> None:
    plan = Plan(campaigns=[Campaign(channel="wecom")])
    run = simulate(market(), plan, 3)
    clicked = run.events.of(Kind.CLICKED).person
    assert set(moods.followers(run).tolist()) == set(np.unique(clicked).tolist()) != set()


def test_the_figures_say_what_is_in_the_tables() -> None:
    table = aftermath.weekly(pair(), NIGHT, 5)
    one, two = plots.aftermath(table), plots.aftermath({"lettuce": table, "jars": table})
    assert "in week 6" in one.reading and "Lettuce" in two.reading and "Jars" in two.reading
    felt = moods.by_week(market(), Plan(), 3, [4, 8])
    assert "week 8" in plots.moods({"plain": felt}).reading


def test_weeks_that_are_not_there_are_refused() -> None:
    with pytest.raises(Fault, match="aftermath: the runs end with week 13"):
        aftermath.weekly(pair(), 10, 8)
    with pytest.raises(Fault, match="moods: the market has 14 weeks"):
        moods.by_week(market(), Plan(), 3, [15])
    with pytest.raises(Fault, match="moods: expects at least one week"):
        moods.by_week(market(), Plan(), 3, [])
    with pytest.raises(Fault, match="aftermath: shows one to three"):
        plots.aftermath({})
    with pytest.raises(Fault, match="moods: shows one to 3"):
        plots.moods({})
