"""Laws of growth: what advertising buys, who recommends to whom, and that prospects are won but once."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import ADVERTISING, FIRM, REFERRAL, Events, Kind, Stage
from sim.processes.acquisition import Advertising
from sim.processes.entry import Parameters as Entry
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
PEOPLE = 2_000
POOL = Entry(present_share=0.5, pool_share=1.0)  # half are customers, the others come only if won
LOUD = Plan(acquisition={"search": 40, "social": 30, "leaflet": 20})


@cache
def market(weeks: int = 30) -> Scenario:
    """Give a supermarket without a queue, where nobody who is not won comes."""
    scenario = load_scenario("supermarket").but(people=PEOPLE, weeks=weeks, service=None)
    return scenario.but(entry=POOL)


def with_(weeks: int = 30, **sections: dict[str, Any]) -> Scenario:
    here = market(weeks)
    return here.but(**{name: getattr(here, name).but(**these) for name, these in sections.items()})


def silent(weeks: int = 30) -> Scenario:
    """Give the market without recommendations, so that nothing couples people."""
    return with_(weeks, acquisition={"recommend_share": 0.0})


def won(run: Run, channel: int) -> int:
    return int((run.events.of(Kind.JOINED).channel == channel).sum())


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


# -- advertising -----------------------------------------------------------------------------------


@each_seed
@pytest.mark.parametrize(("spend", "people"), [(40.0, 2_000), (12.34, 333), (0.07, 100)])
def test_advertising_costs_exactly_what_the_lever_says(spend: float, people: int, seed: int) -> None:
    plan = Plan(acquisition={"search": spend, "leaflet": 2 * spend})
    run = simulate(market(5).but(people=people), plan, seed)
    paid = run.events.of(Kind.ADVERTISED)
    weekly = [round(spend * people / 10), round(2 * spend * people / 10)]  # cents
    assert paid.value.tolist() == weekly * 5
    assert (paid.person == FIRM).all()
    assert -run.accounts.total()["advertising"] == 5 * sum(weekly)


@each_seed
@pytest.mark.parametrize("channel", ADVERTISING)
def test_more_money_wins_more_and_each_next_sum_fewer(channel: str, seed: int) -> None:
    scenario = silent(20).but(people=8_000)
    easily = getattr(scenario.acquisition, channel).but(reach_cost=50.0, response=0.05)
    scenario = scenario.but(acquisition=scenario.acquisition.but(**{channel: easily}))
    runs = [simulate(scenario, Plan(acquisition={channel: spend}), seed) for spend in (0, 30, 60, 90)]
    code = ADVERTISING.index(channel)
    gains = np.diff([won(run, code) for run in runs])
    assert gains[0] > gains[1] > gains[2] > 0


@pytest.mark.parametrize("spend", [20.0, 150.0])
def test_prospects_come_at_the_stated_share(spend: float) -> None:
    scenario = silent(1).but(people=100_000, entry=Entry(present_share=0.0, pool_share=1.0))
    channel = Advertising(reach_cost=100.0, response=0.2)
    scenario = scenario.but(acquisition=scenario.acquisition.but(search=channel, inclination_spread=0.0))
    count = won(simulate(scenario, Plan(acquisition={"search": spend}), 1), 0)
    share = 0.2 * (1 - np.exp(-spend / 100))
    assert abs(count - 100_000 * share) < 4 * np.sqrt(100_000 * share * (1 - share))


@each_seed
def test_the_inclined_are_won_first_so_that_the_rest_grow_harder_to_win(seed: int) -> None:
    scenario = silent(40)
    easily = scenario.acquisition.but(search=Advertising(reach_cost=50.0, response=0.1))
    run = simulate(scenario.but(acquisition=easily), Plan(acquisition={"search": 60}), seed)
    inclination, joined = run.people.acquisition.inclination, run.events.of(Kind.JOINED)
    early = joined.person[joined.minute < 5 * MINUTES_A_WEEK]
    late = joined.person[joined.minute >= 10 * MINUTES_A_WEEK]
    pool = run.people.entry.minute != -1
    assert inclination[early].mean() > inclination[pool].mean() > inclination[late].mean()


# -- prospects -------------------------------------------------------------------------------------


@each_seed
def test_prospects_are_finite_and_nobody_is_won_twice(seed: int) -> None:
    easily = {name: Advertising(reach_cost=10.0, response=0.5) for name in ADVERTISING}
    scenario = with_(acquisition={**easily, "recommend_share": 0.2})
    run = simulate(scenario, LOUD, seed)
    joined = run.events.of(Kind.JOINED)
    assert len(joined) == len(set(joined.person.tolist()))
    assert len(joined) <= (run.people.entry.minute != -1).sum()
    weekly = np.bincount(joined.minute // MINUTES_A_WEEK, minlength=30)
    assert weekly[0] > 200
    assert weekly[-5:].sum() < 10  # hardly anybody is left
    assert (run.people.entry.stage == Stage.PROSPECT).sum() == left_over(run)


def left_over(run: Run) -> int:
    """Count those who were prospects at first and never came."""
    return int((run.people.entry.minute == np.iinfo(np.int32).max).sum())


@each_seed
def test_who_is_won_orders_at_that_minute_and_is_new(seed: int) -> None:
    run = simulate(market(), LOUD, seed)
    joined, orders = run.events.of(Kind.JOINED), run.events.of(Kind.ORDER)
    first = np.full(PEOPLE, np.iinfo(np.int64).max)
    np.minimum.at(first, orders.person, orders.minute)
    assert len(joined) > 50
    assert (first[joined.person] == joined.minute).all()
    assert (run.people.entry.minute[joined.person] == joined.minute).all()


def test_those_who_would_come_by_themselves_are_only_brought_forward() -> None:
    """Part of what advertising seems to win would have come anyway."""
    scenario = silent(40).but(entry=Entry(present_share=0.5, entry_weeks=40))
    loudest = Plan(acquisition={"search": 300, "social": 300})
    plain, loud = simulate(scenario, Plan(), 1), simulate(scenario, loudest, 1)
    extra = loud.metrics["customers"] - plain.metrics["customers"]
    assert loud.metrics["newcomers"] > 100
    assert extra == 0
    assert (loud.people.entry.minute <= plain.people.entry.minute).all()


# -- recommendation --------------------------------------------------------------------------------


@each_seed
def test_recommendations_grow_with_satisfaction(seed: int) -> None:
    talk = [
        len(simulate(with_(experience={"quality": quality}), Plan(), seed).events.of(Kind.RECOMMENDED))
        for quality in (6.0, 7.5, 9.0)
    ]
    assert (np.diff(talk) > 0).all()


def test_customers_of_satisfaction_8_recommend_at_the_stated_share() -> None:
    scenario = with_(1, acquisition={"recommend_share": 0.1}).but(people=50_000, experience=None)
    run = simulate(scenario.but(entry=Entry()), Plan(), 1)  # without moods all are at 7
    spread = scenario.acquisition.inclination_spread
    urge = 0.1 * np.exp(-scenario.acquisition.recommend_steepness) * run.people.acquisition.sociability
    assert run.people.acquisition.sociability.mean() == pytest.approx(1, abs=0.03)
    assert np.log(run.people.acquisition.sociability).std() == pytest.approx(spread, rel=0.02)
    variance = (urge * (1 - urge)).sum()
    assert abs(len(run.events.of(Kind.RECOMMENDED)) - urge.sum()) < 4 * np.sqrt(variance)


@each_seed
def test_a_reward_makes_more_recommend_up_to_a_point(seed: int) -> None:
    scenario = with_(acquisition={"recommend_share": 0.02})
    talk = [
        len(simulate(scenario, Plan(acquisition={"referral_reward": paid}), seed).events.of(Kind.RECOMMENDED))
        for paid in (0, 10, 50, 500)
    ]
    assert talk[0] < talk[1] < talk[2]
    assert abs(talk[3] - talk[2]) < 0.1 * talk[2]  # more than five times ten says no more


@each_seed
def test_a_reward_is_paid_once_for_each_new_customer_and_to_whom_brought_them(seed: int) -> None:
    scenario = with_(acquisition={"recommend_share": 0.02, "invented_share": 0.0})
    run = simulate(scenario, LOUD.but(acquisition=LOUD.acquisition.but(referral_reward=12.34)), seed)
    joined, paid = run.events.of(Kind.JOINED), run.events.of(Kind.REWARDED)
    brought = joined.where(joined.channel == REFERRAL)
    assert len(brought) > 50
    assert set(paid.value.tolist()) == {1234}
    assert sorted(zip(paid.ref, paid.person, strict=True)) == sorted(
        zip(brought.person, brought.ref, strict=True)
    )
    assert -run.accounts.total()["referrals"] == 1234 * len(brought)
    told = run.events.of(Kind.RECOMMENDED)
    assert {*zip(brought.ref, brought.person, strict=True)} <= {*zip(told.person, told.ref, strict=True)}
    spent = -(run.accounts.total()["advertising"] + run.accounts.total()["referrals"]) / 100
    assert run.metrics["acquisition_cost"] == pytest.approx(spent / len(joined))


@each_seed
def test_a_reward_is_paid_for_people_invented_in_proportion_and_not_if_it_waits_for_an_order(
    seed: int,
) -> None:
    scenario = with_(acquisition={"recommend_share": 0.0, "invented_share": 0.005}).but(patience=None)
    paid = {
        (reward, waits): simulate(
            scenario, Plan(acquisition={"referral_reward": reward, "reward_on_order": waits}), seed
        ).events.of(Kind.REWARDED)
        for reward, waits in ((5, False), (20, False), (20, True))
    }
    small, large, none = (len(one) for one in paid.values())
    most = PEOPLE / 2 * 30 * 0.005 * 2  # half are customers, some of them not for all the 30 weeks
    assert 0.7 * most < large < 1.1 * most and 0.15 * large < small < 0.4 * large
    assert none == 0
    assert set(paid[20, False].ref.tolist()) == {-1} and set(paid[20, False].value.tolist()) == {2000}


@each_seed
def test_a_reward_that_waits_for_an_order_makes_fewer_talk_than_one_at_once(seed: int) -> None:
    scenario = with_(acquisition={"recommend_share": 0.02, "later_lift": 0.2})
    at_once, later, none = (
        len(simulate(scenario, Plan(acquisition=levers), seed).events.of(Kind.RECOMMENDED))
        for levers in (
            {"referral_reward": 20},
            {"referral_reward": 20, "reward_on_order": True},
            {"reward_on_order": True},
        )
    )
    assert none < later < at_once


@each_seed
def test_what_is_told_to_customers_is_wasted(seed: int) -> None:
    everybody = with_(acquisition={"recommend_share": 0.1, "invented_share": 0.0}).but(entry=Entry())
    run = simulate(everybody, Plan(acquisition={"referral_reward": 10}), seed)
    assert len(run.events.of(Kind.RECOMMENDED)) > 500
    assert len(run.events.of(Kind.JOINED)) == len(run.events.of(Kind.REWARDED)) == 0


# -- how long they stay ----------------------------------------------------------------------------


@each_seed
def test_nature_takes_less_from_the_referred_and_more_from_those_won_by_social_media(seed: int) -> None:
    easily = {"social": Advertising(reach_cost=50.0, response=0.1, staying=1.15), "recommend_share": 0.05}
    scenario = with_(acquisition=easily)
    run = simulate(scenario, Plan(acquisition={"social": 30}), seed)
    drawn = simulate(scenario.but(acquisition=None), Plan(), seed).people.shopping.toll
    joined, factor = run.events.of(Kind.JOINED), np.ones(PEOPLE)
    factor[joined.person] = np.where(joined.channel == REFERRAL, 0.82, 1.15)
    assert min((factor < 1).sum(), (factor > 1).sum()) > 50
    assert (run.people.shopping.toll == drawn * factor).all()


@pytest.mark.parametrize("name", ["supermarket", "saas"])
def test_referred_customers_stay_longer(name: str) -> None:
    scenario = load_scenario(name).but(people=8_000, weeks=60, service=None, entry=POOL, patience=None)
    shares = {"search": Advertising(reach_cost=10.0, response=0.02), "recommend_share": 0.15}
    scenario = scenario.but(acquisition=scenario.acquisition.but(**shares, referred_staying=0.5))
    run = simulate(scenario, Plan(acquisition={"search": 30}), 1)
    joined = run.events.of(Kind.JOINED)
    joined = joined.where(joined.minute < 7 * MINUTES_A_WEEK)  # so that a year has passed
    left = run.people.entry.stage[joined.person] == Stage.LEFT
    referred = joined.channel == REFERRAL
    assert min(referred.sum(), (~referred).sum()) > 200
    assert left[referred].mean() < left[~referred].mean()


# -- twins, and off means off ----------------------------------------------------------------------


@each_seed
def test_advertising_touches_only_those_it_wins(seed: int) -> None:
    plain, loud = simulate(silent(), Plan(), seed), simulate(silent(), LOUD, seed)
    others: npt.NDArray[np.bool_] = np.ones(PEOPLE, bool)
    others[loud.events.of(Kind.JOINED).person] = False
    assert (~others).sum() > 50
    parts = [run.events.where((run.events.person >= 0) & others[run.events.person]) for run in (plain, loud)]
    assert_same(*parts)
    pd.testing.assert_frame_equal(plain.truth[others], loud.truth[others], check_exact=True)


def test_recommendation_couples_people_only_through_who_comes() -> None:
    """All who come in both lives at the same time, or in neither, live the same life; newcomers talk, too."""
    scenario = with_(acquisition={"recommend_share": 0.02})
    plain, loud = simulate(scenario, Plan(), 1), simulate(scenario, LOUD, 1)
    same = plain.people.entry.minute == loud.people.entry.minute
    tolls = [run.people.shopping.toll for run in (plain, loud)]
    same &= tolls[0] == tolls[1]
    assert 1_000 < same.sum() < PEOPLE
    parts = [
        run.events.where(
            (run.events.person >= 0) & same[run.events.person] & (run.events.kind != Kind.JOINED)
        )
        for run in (plain, loud)
    ]
    assert_same(*parts)


def test_with_nobody_talking_and_no_money_the_market_is_the_one_without_growth() -> None:
    """Talk needs no plan: this law holds where nobody recommends."""
    off = silent().but(acquisition=None)
    assert_same(simulate(silent(), Plan(), 2).events, simulate(off, Plan(), 2).events)
    talking = simulate(market(), Plan(), 2)
    assert len(talking.events.of(Kind.RECOMMENDED)) > 0


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", [*ADVERTISING, "referral_reward"])
@pytest.mark.parametrize("value", [-1.0, 1e9])
def test_a_lever_of_growth_outside_its_bounds_is_named(lever: str, value: float) -> None:
    with pytest.raises(Fault, match=rf"acquisition\.{lever}"):
        Plan(acquisition={lever: value})


@pytest.mark.parametrize(
    "given",
    [{"recommend_share": 2}, {"answer_share": -1}, {"referred_staying": 6}, {"search": {"reach_cost": 0}}],
)
def test_a_parameter_of_growth_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=next(iter(given))):
        market().acquisition.but(**given)


def test_a_market_without_growth_says_so() -> None:
    with pytest.raises(Fault, match=r"acquisition: supermarket has no acquisition.*leave search alone"):
        simulate(market().but(acquisition=None), Plan(acquisition={"search": 1.0}), 1)
