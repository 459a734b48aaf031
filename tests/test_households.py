"""Laws of households: how many eat at home, how long a pack lasts them, and what they tell the firm of it."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.delays import Delays
from sim.events import Kind
from sim.fault import Fault
from sim.processes.profile import HOUSEHOLD
from sim.processes.profile import Parameters as Profile
from sim.run import Run
from tests.goods import BASKET

SHARES = (25.0, 30.0, 21.0, 13.0, 6.0, 5.0)


def market(shares: tuple[float, ...] = SHARES, tie: float = 0.4, people: int = 2_000) -> Scenario:
    """Give a supermarket with a small range of goods, whose customers are asked about themselves."""
    scenario = load_scenario("supermarket", people).but(
        weeks=26, service=None, acquisition=None, record=Delays()
    )
    goods = BASKET.but(household_shares=shares, household_tie=tie)
    present = scenario.entry.but(present_share=1.0)
    return scenario.but(entry=present, basket=goods, profile=Profile())


@cache
def run(shares: tuple[float, ...] = SHARES, tie: float = 0.4) -> Run:
    return simulate(market(shares, tie), Plan(), 1)


def test_households_of_one_size_are_a_market_without_households_event_for_event() -> None:
    plain = simulate(market().but(basket=BASKET), Plan(), 1)
    assert run((7.0,)).events.frame().equals(plain.events.frame())
    assert "people_at_home" not in plain.truth and plain.record(26)["household_size"].isna().all()


def test_there_are_as_many_of_each_size_as_the_scenario_says() -> None:
    found = np.bincount(run().truth["people_at_home"], minlength=7)[1:] / 2_000
    assert found == pytest.approx(np.array(SHARES) / 100, abs=0.03)


def test_a_pack_lasts_in_proportion_to_those_who_eat_from_it() -> None:
    truth, alike = run().truth, run((1.0,)).truth
    usual = np.average(np.arange(1, 7), weights=SHARES)
    lasts = truth["lasts_rice"] * truth["people_at_home"] / usual
    assert lasts.to_numpy() == pytest.approx(alike["lasts_rice"].to_numpy(), rel=1e-3)


@pytest.mark.parametrize("tie", [0.6, 0.0, -0.6])
def test_large_households_place_large_orders_as_far_as_the_tie_says(tie: float) -> None:
    truth = run(tie=tie).truth
    found = np.corrcoef(truth["people_at_home"].rank(), truth["mean_order"].rank())[0, 1]
    assert found == pytest.approx(tie * 0.95, abs=0.07)  # sizes are coarse


def test_households_do_not_change_how_often_people_come_nor_what_they_pay() -> None:
    columns = ["minute", "person", "value"]
    orders = [of.events.of(Kind.ORDER).frame()[columns] for of in (run(), run((1.0,)))]
    pd.testing.assert_frame_equal(*orders)


def test_those_who_answer_say_how_many_they_are_and_the_record_shows_it() -> None:
    lived = run()
    said = lived.events.of(Kind.DECLARED)
    said = said.where(said.channel == HOUSEHOLD)
    assert (said.value == lived.truth["people_at_home"].to_numpy()[said.person]).all()
    known = lived.record(26)["household_size"].dropna()
    assert 0.5 < len(known) / len(lived.record(26)) < 0.7
    assert sorted(known.astype(int)) == sorted(said.value.tolist())


def test_a_plan_can_write_to_large_households_alone() -> None:
    letter = Campaign(to=Segment(household_size=at_least(4)), channel="email", every=2)
    lived = simulate(market(), Plan(campaigns=[letter]), 1)
    reached = np.unique(lived.events.of(Kind.SENT).person)
    assert len(reached) > 50
    assert (lived.truth["people_at_home"].to_numpy()[reached] >= 4).all()


@pytest.mark.parametrize("shares", [(), (0.0, 0.0), (1.0, -1.0), (1.0,) * 13])
def test_shares_that_are_none_are_refused_by_name(shares: tuple[float, ...]) -> None:
    with pytest.raises(Fault, match="household_shares"):
        BASKET.but(household_shares=shares)
