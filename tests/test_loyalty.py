"""Laws of a loyalty programme: who joins, what points do and cost, what a tier is worth and its loss."""

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
from sim.events import Cause, Events, Kind, Stage
from sim.processes.entry import Parameters as Entry
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
PEOPLE = 600
NEVER = np.iinfo(np.int32).max
POINTS = Plan(loyalty={"points": 0.02, "reward": 5})
TIERS = Plan(loyalty={"silver_from": 150, "gold_from": 400, "review_weeks": 13})


@cache
def market(weeks: int = 40) -> Scenario:
    """Give a supermarket without a queue or talk, whose 600 customers are there from the start."""
    scenario = load_scenario("supermarket").but(people=PEOPLE, weeks=weeks, service=None, acquisition=None)
    return scenario.but(entry=Entry(present_share=1.0))


def with_(weeks: int = 40, **sections: dict[str, Any]) -> Scenario:
    here = market(weeks)
    return here.but(**{name: getattr(here, name).but(**these) for name, these in sections.items()})


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


def joined(run: Run) -> npt.NDArray[np.int64]:
    """Give the minute at which each person joined, or `NEVER`."""
    enrolled = run.events.of(Kind.ENROLLED)
    minute = np.full(PEOPLE, NEVER, np.int64)
    minute[enrolled.person] = enrolled.minute
    return minute


def orders_by_person(run: Run) -> npt.NDArray[np.intp]:
    return np.bincount(run.events.of(Kind.ORDER).person, minlength=PEOPLE)


def before(events: Events, week: int) -> Events:
    return events.where(events.minute < week * MINUTES_A_WEEK)


# -- members ---------------------------------------------------------------------------------------


@each_seed
def test_members_were_better_customers_before_there_was_a_programme(seed: int) -> None:
    """Self-selection: what members buy more than others is not what the programme does."""
    run = simulate(market(), {0: Plan(), 26: POINTS}, seed)
    members = joined(run) < NEVER
    orders = before(run.events, 26).of(Kind.ORDER)
    assert min(members.sum(), (~members).sum()) > 100
    often = np.bincount(orders.person, minlength=PEOPLE)
    assert often[members].mean() > 1.5 * often[~members].mean()


def test_a_reward_of_less_than_a_cent_is_nothing_to_who_holds_no_points() -> None:
    run = simulate(market(), Plan(loyalty={"points": 0.02, "reward": 0.002}), 1)
    redeemed, minute = run.events.of(Kind.REDEEMED), joined(run)
    assert (redeemed.minute > minute[redeemed.person]).all()
    assert (redeemed.value > 0).all()


def test_who_pays_nothing_for_an_order_uses_no_points() -> None:
    free = [{"channel": "store", "offer": {"discount": 1.0}}]
    run = simulate(market(), POINTS.but(campaigns=free), 1)
    given, redeemed = run.events.of(Kind.DISCOUNT), run.events.of(Kind.REDEEMED)
    assert len(given) and len(redeemed)
    assert (redeemed.value > 0).all()


def test_each_order_of_a_stranger_to_the_programme_is_an_occasion_to_join() -> None:
    run = simulate(market(), POINTS, 1)
    orders, minute = run.events.of(Kind.ORDER), joined(run)
    asked = int((orders.minute <= minute[orders.person]).sum())
    share, joins = market().loyalty.join_share, len(run.events.of(Kind.ENROLLED))
    assert abs(joins - share * asked) < 4 * np.sqrt(asked * share * (1 - share))


@each_seed
def test_nobody_gets_points_for_what_was_bought_before_joining(seed: int) -> None:
    run = simulate(with_(shopping={"rate_scale": 0.5}), POINTS, seed)  # many orders a week
    earned, minute = run.events.of(Kind.EARNED), joined(run)
    assert (earned.minute >= minute[earned.person]).all()
    assert {*zip(earned.minute, earned.person, strict=True)} >= {
        *zip(minute[minute < NEVER], np.flatnonzero(minute < NEVER), strict=True)
    }


# -- points and money ------------------------------------------------------------------------------


@each_seed
def test_points_are_the_stated_share_of_what_members_pay(seed: int) -> None:
    run = simulate(market(), POINTS, seed)
    events, minute = run.events, joined(run)
    signs = {Kind.ORDER: 1, Kind.DISCOUNT: -1, Kind.REDEEMED: -1}
    paid: dict[tuple[int, int], int] = {}
    for kind, sign in signs.items():
        part = events.of(kind)
        for at, who, value in zip(part.minute, part.person, part.value, strict=True):
            if at >= minute[who]:
                paid[at, who] = paid.get((at, who), 0) + sign * int(value)
    earned = events.of(Kind.EARNED)
    given: dict[tuple[int, int], int] = {}
    twice = {}
    for at, who, value in zip(earned.minute, earned.person, earned.value, strict=True):
        given[at, who] = given.get((at, who), 0) + int(value)
        twice[at, who] = twice.get((at, who), 0) + 1
    alone = {key for key in given if twice[key] == 1}  # two orders in a minute are rounded down each
    assert len(alone) > 1_000
    assert all(given[key] == paid[key] * 2 // 100 for key in alone)


@each_seed
def test_the_debt_of_points_is_what_members_hold_at_the_end_of_every_week(seed: int) -> None:
    plan = Plan(loyalty={"points": 0.03, "reward": 3, "expiry_weeks": 6})
    run = simulate(market(), plan, seed)
    held, debt = np.zeros(PEOPLE, np.int64), run.accounts.liability()
    for week, page in enumerate(run.pages):
        for kind, sign in ((Kind.EARNED, 1), (Kind.REDEEMED, -1), (Kind.EXPIRED, -1)):
            np.add.at(held, page.of(kind).person, sign * page.of(kind).value)
        assert (held >= 0).all()
        assert held.sum() == debt[week]
    assert min(len(run.events.of(kind)) for kind in (Kind.REDEEMED, Kind.EXPIRED)) > 50
    assert held.tolist() == run.people.loyalty.points.tolist()
    assert run.metrics["points_debt"] == held.sum() / 100


@each_seed
def test_points_cost_when_earned_and_nothing_more_when_redeemed(seed: int) -> None:
    total = simulate(market(), POINTS, seed).accounts.total()
    events = simulate(market(), POINTS, seed).events
    sums = {kind: int(events.of(kind).value.sum()) for kind in (Kind.EARNED, Kind.REDEEMED, Kind.EXPIRED)}
    assert total["redeemed"] == -sums[Kind.REDEEMED]
    assert total["points"] + total["redeemed"] == sums[Kind.EXPIRED] - sums[Kind.EARNED]


@each_seed
def test_rewards_are_taken_from_their_worth_on_and_never_more_than_is_held_or_owed(seed: int) -> None:
    run = simulate(market(), Plan(loyalty={"points": 0.05, "reward": 4}), seed)
    held = np.zeros(PEOPLE, np.int64)
    for page in run.pages:
        used = page.of(Kind.REDEEMED)
        assert len(set(used.person.tolist())) == len(used)  # once a week
        assert (held[used.person] >= 400).all()
        assert (used.value <= held[used.person]).all()
        for kind, sign in ((Kind.EARNED, 1), (Kind.REDEEMED, -1), (Kind.EXPIRED, -1)):
            np.add.at(held, page.of(kind).person, sign * page.of(kind).value)
    assert len(run.events.of(Kind.REDEEMED)) > 300
    assert (run.accounts.by_person()["revenue"] >= 0).all()


@each_seed
def test_the_sooner_points_expire_the_more_of_them_lapse(seed: int) -> None:
    lapsed = []
    for weeks in (52, 12, 4):
        plan = Plan(loyalty={"points": 0.02, "reward": 10, "expiry_weeks": weeks})
        events = simulate(market(), plan, seed).events
        lapsed.append(events.of(Kind.EXPIRED).value.sum() / events.of(Kind.EARNED).value.sum())
    assert lapsed[0] == 0 < lapsed[1] < lapsed[2]


@each_seed
def test_points_expire_after_the_stated_time_without_an_order(seed: int) -> None:
    run = simulate(market(), Plan(loyalty={"points": 0.02, "reward": 10, "expiry_weeks": 5}), seed)
    orders, expired = run.events.of(Kind.ORDER), run.events.of(Kind.EXPIRED)
    assert len(expired) > 100
    for person, minute in zip(expired.person[:100], expired.minute[:100], strict=True):
        mine = orders.minute[(orders.person == person) & (orders.minute <= minute)]
        assert minute // MINUTES_A_WEEK - mine.max() // MINUTES_A_WEEK == 5


@each_seed
def test_a_dearer_reward_leaves_more_unredeemed(seed: int) -> None:
    debts = [
        simulate(market(), Plan(loyalty={"points": 0.02, "reward": reward}), seed).metrics["points_debt"]
        for reward in (1, 5, 25)
    ]
    assert (np.diff(debts) > 0).all()


# -- what it changes -------------------------------------------------------------------------------


@each_seed
def test_points_raise_orders_a_little_and_lower_what_is_left_of_each(seed: int) -> None:
    scenario = market(60).but(people=2_000)
    plain, points = simulate(scenario, Plan(), seed), simulate(scenario, POINTS, seed)
    gain = points.metrics["orders"] / plain.metrics["orders"] - 1
    assert 0 < gain < 0.15
    left = [run.metrics["contribution"] / run.metrics["orders"] for run in (plain, points)]
    assert left[1] < left[0]


@each_seed
def test_the_gain_is_small_beside_the_difference_between_members_and_others(seed: int) -> None:
    """Whoever takes the difference for the effect sees many times of what is there."""
    plain, points = simulate(market(), Plan(), seed), simulate(market(), POINTS, seed)
    members = joined(points) < NEVER
    effect = orders_by_person(points)[members].mean() - orders_by_person(plain)[members].mean()
    difference = orders_by_person(points)[members].mean() - orders_by_person(points)[~members].mean()
    assert 0 < 3 * effect < difference


def lift_by_way(pressure: float, seed: int) -> tuple[float, float]:
    """Give the orders a week of members far from a reward, and near it, beside the same without points."""
    scenario = with_(loyalty={"pressure": pressure, "glow": 0.0, "join_share": 1.0, "redeem_share": 0.0})
    scenario = scenario.but(pricing=None, patience=None, bonds=None, contact=None)
    plan = Plan(loyalty={"points": 0.05, "reward": 20})
    plain, run = simulate(scenario, Plan(), seed), simulate(scenario, plan, seed)
    held, seen = np.zeros(PEOPLE, np.int64), np.zeros((2, 2))  # (far or near, without or with)
    for before_, page in zip(plain.pages, run.pages, strict=True):
        way = held / 2_000
        for place, group in enumerate((way < 0.5, way > 0.8)):
            for life, one in enumerate((before_, page)):
                seen[place, life] += group[one.of(Kind.ORDER).person].sum()
        np.add.at(held, page.of(Kind.EARNED).person, page.of(Kind.EARNED).value)
    far, near = seen[:, 1] / seen[:, 0]
    return far, near


@each_seed
def test_near_a_reward_members_buy_faster(seed: int) -> None:
    far, near = lift_by_way(0.5, seed)
    assert far < 1.15 < 1.25 < near < 1.6
    assert lift_by_way(0.0, seed) == (1.0, 1.0)


@each_seed
def test_a_reward_is_followed_by_a_glow(seed: int) -> None:
    run, dull = (
        simulate(with_(loyalty={"glow": glow, "pressure": 0.0}), POINTS, seed) for glow in (1.0, 0.0)
    )
    used = run.events.of(Kind.REDEEMED)
    assert len(used) > 100
    assert run.metrics["orders"] > dull.metrics["orders"]


# -- tiers -----------------------------------------------------------------------------------------


@each_seed
def test_tiers_are_what_the_record_of_the_year_says_at_each_review(seed: int) -> None:
    run = simulate(market(), TIERS, seed)
    for week in (12, 25, 38):
        until, tier = week + 1, np.zeros(PEOPLE, np.int64)
        moved = before(run.events, until).of(Kind.TIER)
        tier[moved.person] = moved.value
        record = run.record(week)
        spend = np.zeros(PEOPLE)
        spend[run.hidden_link.loc[record.index]] = record["spend_52w"]
        expected = (spend >= 150).astype(int) + (spend >= 400)
        members = joined(run) < until * MINUTES_A_WEEK
        assert (tier == np.where(members, expected, 0)).all()
        assert len(set(tier.tolist())) == 3


def moods(weeks: int, plan: Plan, seed: int, status_points: float) -> tuple[Run, npt.NDArray[np.float64]]:
    """Live so long by a plan; give the run, and the satisfaction of each person at its end."""
    run = simulate(with_(weeks, loyalty={"status_points": status_points}), plan, seed)
    return run, run.people.experience.satisfaction / 100


@each_seed
def test_rising_to_a_tier_pleases_by_the_stated_points_even_without_perks(seed: int) -> None:
    """At the end of week 12 the first tiers are given; nobody has ordered since."""
    (run, pleased), (_, unmoved) = (moods(13, TIERS, seed, points) for points in (0.5, 0.0))
    risen = run.people.loyalty.tier > 0
    customer = run.people.entry.stage == Stage.CUSTOMER
    assert min((risen & customer).sum(), (~risen).sum()) > 50
    expected = np.where(risen & customer, np.minimum(unmoved + 0.5, 10.0), unmoved)
    assert np.allclose(pleased, expected, atol=0.011)


@each_seed
def test_a_status_once_gained_is_soon_usual(seed: int) -> None:
    """With each order the mood returns to what the goods make of it."""
    gains = []
    for weeks in (13, 25):
        (run, pleased), (_, unmoved) = (moods(weeks, TIERS, seed, points) for points in (0.5, 0.0))
        gains.append((pleased - unmoved)[run.people.loyalty.tier == 2].mean())
    assert gains[0] > 2 * gains[1] >= 0


def test_status_keeps_customers_and_none_is_the_market_as_it_was() -> None:
    """The dissatisfied feel the rival's pull more: here it is strong, and status strongly felt."""
    hard = {"competitor_pull": 0.05}
    runs = [
        simulate(with_(40, loyalty={"status_points": points}, patience=hard), TIERS, 1)
        for points in (0.0, 3.0)
    ]
    plain, pleased = (run.defections["competitor"].sum() for run in runs)
    assert pleased < plain
    moodless = [simulate(run.scenario.but(experience=None), TIERS, 1) for run in runs]
    assert_same(*(run.events for run in moodless))  # without moods there is nothing to please


@each_seed
def test_losing_a_tier_costs_satisfaction_and_patience(seed: int) -> None:
    """The programme ends in week 20, so that at the next review, in week 25, all tiers are lost."""
    scenario = with_(26, loyalty={"status_points": 0.0})  # nor does a rise please
    kept, lost = simulate(scenario, TIERS, seed), simulate(scenario, {0: TIERS, 20: Plan()}, seed)
    moved = before(kept.events, 20).of(Kind.TIER)
    fallen = np.zeros(PEOPLE, bool)
    fallen[moved.person] = True
    there = [run.people.entry.stage == Stage.CUSTOMER for run in (kept, lost)]
    both = fallen & there[0] & there[1]
    assert both.sum() > 50
    drop = (kept.truth["satisfaction"] - lost.truth["satisfaction"])[both]
    assert drop.between(0.98, 1.02).all()
    toll = scenario.loyalty.demotion_toll * lost.people.patience.shield
    taken = [run.people.patience.used[Cause.STATUS] for run in (kept, lost)]
    assert (taken[0] == 0).all()
    assert np.allclose(taken[1][both], toll[both])
    assert lost.defections["status"].sum() > kept.defections["status"].sum()
    assert len(lost.defections) >= len(kept.defections)


@each_seed
def test_perks_cost_exactly_what_the_lever_says_and_gold_gets_twice_as_much(seed: int) -> None:
    plan = Plan(loyalty={"silver_from": 150, "gold_from": 400, "perk": 0.37})
    run, tier, owed = simulate(market(), plan, seed), np.zeros(PEOPLE, np.int64), 0
    for page in run.pages:
        orders, perk = page.of(Kind.ORDER), page.of(Kind.PERK)
        expected = 37 * tier[orders.person]
        assert perk.value.tolist() == expected[expected > 0].tolist()
        owed += int(expected.sum())
        tier[page.of(Kind.TIER).person] = page.of(Kind.TIER).value
    assert -run.accounts.total()["perks"] == owed > 0


@each_seed
def test_perks_tie_the_members_of_a_tier(seed: int) -> None:
    plans = (TIERS, TIERS.but(loyalty=TIERS.loyalty.but(perk=2.0)))
    plain, perks = (simulate(market(), plan, seed).truth["structural_bond"] for plan in plans)
    assert (plain == 0).all()
    tier = simulate(market(), plans[1], seed).people.loyalty.tier
    means = [perks[tier == level].mean() for level in (0, 1, 2)]
    assert means[0] < means[1] < means[2]


# -- twins, and off means off ----------------------------------------------------------------------


@each_seed
def test_a_programme_does_not_touch_those_who_do_not_join(seed: int) -> None:
    plan = Plan(loyalty={"points": 0.02, "silver_from": 150, "perk": 1.0})
    plain, points = simulate(market(), Plan(), seed), simulate(market(), plan, seed)
    strangers = joined(points) == NEVER
    assert min(strangers.sum(), (~strangers).sum()) > 50
    assert_same(*(run.events.where(strangers[run.events.person]) for run in (plain, points)))
    pd.testing.assert_frame_equal(plain.truth[strangers], points.truth[strangers], check_exact=True)


def test_twins_rejoin_after_a_programme_has_ended() -> None:
    """Without points, tiers or glow left, those who stay are in the same state and live the same life."""
    scenario = market(100).but(patience=None)  # moods aside, which stay different for long
    plain = simulate(scenario, Plan(), 1)
    ended = simulate(scenario, {0: POINTS, 20: Plan()}, 1)
    members = joined(ended) < NEVER
    assert members.sum() > 200
    used = ended.events.of(Kind.REDEEMED)
    settled = np.zeros(PEOPLE)
    settled[used.person] = used.minute // MINUTES_A_WEEK
    there = [run.people.entry.stage == Stage.CUSTOMER for run in (plain, ended)]
    stay = members & there[0] & there[1] & (settled < 40)
    assert stay.sum() > 100
    late = [run.events.where(run.events.minute >= 60 * MINUTES_A_WEEK) for run in (plain, ended)]
    own = (Kind.EARNED, Kind.REDEEMED, Kind.EXPIRED)
    late = [part.where(stay[part.person] & ~np.isin(part.kind, own)) for part in late]
    assert_same(*late)
    assert (ended.people.loyalty.glow == 0).all()
    assert (plain.people.bonds.strength == ended.people.bonds.strength).all()


def test_without_a_programme_a_market_that_could_have_one_is_the_market_that_could_not() -> None:
    off = market().but(loyalty=None)
    assert_same(simulate(market(), Plan(), 2).events, simulate(off, Plan(), 2).events)
    only_levers = Plan(loyalty={"perk": 3.0, "expiry_weeks": 4, "review_weeks": 4, "reward": 1})
    assert_same(simulate(market(), only_levers, 2).events, simulate(off, Plan(), 2).events)


def test_after_its_end_a_programme_still_pays_what_it_owes_and_gives_no_more() -> None:
    run = simulate(market(), {0: Plan(loyalty={"points": 0.05, "reward": 5}), 20: Plan()}, 1)
    late = run.events.where(run.events.minute >= 20 * MINUTES_A_WEEK)
    assert len(late.of(Kind.EARNED)) == len(late.of(Kind.ENROLLED)) == 0
    assert len(late.of(Kind.REDEEMED)) > 20
    assert run.accounts.liability()[-1] < run.accounts.liability()[19]


@each_seed
def test_whoever_holds_no_points_redeems_none_however_small_the_reward(seed: int) -> None:
    run = simulate(market(), Plan(loyalty={"points": 0.01, "reward": 0.001}), seed)
    redeemed = run.events.of(Kind.REDEEMED)
    assert len(redeemed) and (redeemed.value > 0).all()
    assert set(redeemed.person) <= set(run.events.of(Kind.ENROLLED).person)


# -- bad input -------------------------------------------------------------------------------------

WRONG = {
    "points": -0.01,
    "reward": 0,
    "expiry_weeks": 0,
    "silver_from": 0,
    "gold_from": -5,
    "perk": -1,
    "review_weeks": 0,
}


@pytest.mark.parametrize("lever", WRONG)
def test_a_lever_of_the_programme_outside_its_bounds_is_named(lever: str) -> None:
    with pytest.raises(Fault, match=rf"loyalty\.{lever}"):
        Plan(loyalty={lever: WRONG[lever]})


def test_gold_is_not_below_silver() -> None:
    with pytest.raises(Fault, match=r"loyalty\.gold_from: gold is above silver: give 500"):
        Plan(loyalty={"silver_from": 500, "gold_from": 100})
    assert Plan(loyalty={"silver_from": 500, "gold_from": 500}).loyalty.runs


@pytest.mark.parametrize(
    ("parameter", "value"), [("join_share", 1.1), ("pressure", -1), ("glow_keep", 1), ("perk_worth", 0)]
)
def test_a_parameter_of_the_programme_outside_its_bounds_is_named(parameter: str, value: float) -> None:
    with pytest.raises(Fault, match=parameter):
        market().loyalty.but(**{parameter: value})


def test_a_market_without_programmes_says_so() -> None:
    with pytest.raises(Fault, match=r"loyalty: supermarket has no loyalty.*leave points, reward alone"):
        simulate(market().but(loyalty=None), Plan(loyalty={"points": 0.01, "reward": 3}), 1)
