"""Laws of bonds: what builds them, how they fade, what rivals copy, and what they are worth as a shield."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Bond, Kind, Stage
from sim.processes.bonds import RECENT_WEEKS, Parameters, Strength
from sim.processes.entry import Parameters as Entry
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
BOTH = Plan(bonds={"care": 0.5, "ties": 0.5})
SAME = Strength(most=0.5, build=0.1, decay=0.1, copied=0.0)


@cache
def market(weeks: int = 40) -> Scenario:
    """Give a supermarket without a queue or talk, whose 500 customers are there from the start."""
    scenario = load_scenario("supermarket").but(people=500, weeks=weeks, service=None, acquisition=None)
    return scenario.but(entry=Entry(present_share=1.0))


def with_bonds(weeks: int = 40, **changes: Any) -> Scenario:
    return market(weeks).but(bonds=market().bonds.but(**changes))


def strength(run: Run, bond: Bond) -> npt.NDArray[np.float64]:
    return run.people.bonds.strength[bond]


def cared_for(run: Run) -> npt.NDArray[np.bool_]:
    cared = np.zeros(run.scenario.people, bool)
    cared[run.events.of(Kind.CARED).person] = True
    return cared


# -- what it costs ---------------------------------------------------------------------------------


@each_seed
@pytest.mark.parametrize(("care", "ties", "every"), [(0.13, 0.0, 4), (0.07, 0.31, 3), (0.006, 0.0, 1)])
def test_care_costs_exactly_what_the_lever_says(care: float, ties: float, every: int, seed: int) -> None:
    run = simulate(market(), Plan(bonds={"care": care, "ties": ties, "every": every}), seed)
    cared = run.events.of(Kind.CARED)
    for bond, money in ((Bond.SOCIAL, care), (Bond.STRUCTURAL, ties)):
        assert set(cared.value[cared.channel == bond].tolist()) <= {round(money * 100 * every)}
    assert -run.accounts.total()["care"] == cared.value.sum()
    weeks, rounds = np.unique(cared.minute // MINUTES_A_WEEK, return_counts=True)
    assert (weeks % every == 0).all()
    for week, round_ in zip(weeks.tolist(), rounds.tolist(), strict=True):  # everybody seen in half a year
        kinds = (round(100 * care * every) > 0) + (ties > 0)
        assert round_ == kinds * (run.record(week)["recency_weeks"] <= RECENT_WEEKS).sum()


@each_seed
def test_care_goes_to_the_chosen_alone(seed: int) -> None:
    rule = Segment(orders_52w=at_least(8))
    run = simulate(market(), Plan(bonds={"care": 0.5, "care_to": rule, "every": 5}), seed)
    cared = run.events.of(Kind.CARED)
    for week in range(0, 40, 5):
        record = run.record(week)
        chosen = run.hidden_link.loc[record.index[rule.chosen(record)]]
        assert sorted(chosen) == cared.person[cared.minute // MINUTES_A_WEEK == week].tolist()
    assert len(cared) > 300


def test_money_too_little_for_a_cent_buys_nothing() -> None:
    nothing = simulate(market(), Plan(bonds={"care": 0.004, "every": 1}), 1)
    pd.testing.assert_frame_equal(nothing.events.frame(), simulate(market(), Plan(), 1).events.frame())


def test_more_money_binds_more_and_each_next_cent_less() -> None:
    means = [
        strength(simulate(market(), Plan(bonds={"care": money}), 1), Bond.SOCIAL).mean()
        for money in (0.0, 0.25, 0.5, 0.75)
    ]
    assert means[0] == 0
    gains = np.diff(means)
    assert (gains > 0).all()
    assert (np.diff(gains) < 0).all()


# -- how bonds come and go -------------------------------------------------------------------------


def test_a_bond_moves_by_its_share_towards_what_the_firm_does_and_back() -> None:
    scenario = with_bonds(social=SAME, structural=SAME)
    kept, ended = Plan(bonds={"care": 0.5, "every": 1}), Plan()
    aim = 1 - np.exp(-0.5 / scenario.bonds.worth)
    weeks = (20, 21, 30)
    runs = [simulate(scenario.but(weeks=n), {0: kept, 20: ended}, 1) for n in weeks]
    always = np.full(500, True)
    for week in range(1, 20):  # cared for in every week but the first, when nobody is on record yet
        cared = runs[0].events.of(Kind.CARED)
        always[np.setdiff1d(np.arange(500), cared.person[cared.minute // MINUTES_A_WEEK == week])] = False
    assert always.sum() > 30
    for n, run in zip(weeks, runs, strict=True):
        expected = aim * (1 - 0.9**19) * 0.9 ** (n - 20)
        assert np.allclose(strength(run, Bond.SOCIAL)[always], expected, rtol=1e-6)


def path(bond: str, weeks: int, until: int) -> float:
    """Give the share of its goal that a bond has reached in so many weeks, if the firm stops at some time."""
    these = getattr(Parameters(), bond)
    reached = 0.0
    for week in range(weeks):
        aim = 1.0 if week < until else 0.0
        reached += (these.build if aim > reached else these.decay) * (aim - reached)
    return reached


def test_money_binds_faster_than_care_and_not_as_long() -> None:
    assert path("financial", 6, 6) > 2 * path("social", 6, 6) > 2 * path("structural", 6, 6)
    left = [path(bond, 60, 40) / path(bond, 40, 40) for bond in ("financial", "social", "structural")]
    assert left[0] < 0.02 < left[1] < left[2]


@each_seed
def test_points_bind_sooner_and_wear_off_sooner_than_care(seed: int) -> None:
    both = Plan(
        bonds={"care": 5.0, "every": 1},
        loyalty={"points": 0.5, "reward": 0.01, "expiry_weeks": 1},
    )
    scenario = with_bonds().but(loyalty=market().loyalty.but(join_share=1.0, redeem_share=0.0))
    early, late, after = (
        simulate(scenario.but(weeks=n), {0: both, 26: Plan(loyalty={"expiry_weeks": 1})}, seed)
        for n in (4, 26, 40)
    )
    means = [[strength(run, bond).mean() for bond in Bond] for run in (early, late, after)]
    assert means[0][Bond.FINANCIAL] > means[0][Bond.SOCIAL]
    share_left = [means[2][bond] / means[1][bond] for bond in (Bond.FINANCIAL, Bond.SOCIAL)]
    assert share_left[0] < 0.1 < share_left[1]


def test_the_copying_of_rivals_takes_most_from_money_and_least_from_own_services() -> None:
    these = Parameters()
    copied = [these.of(bond).copied for bond in Bond]
    assert copied == sorted(copied, reverse=True)
    aims = {"social": SAME, "structural": SAME.but(copied=0.6)}
    run = simulate(with_bonds(**aims, copy_weeks=10.0), BOTH, 1)
    bound = run.people.bonds.strength[Bond.SOCIAL] > 0.1
    left = 1 - 0.6 * (1 - np.exp(-(39 - 4) / 10))  # begun in week 4, when the first are on record
    uncopied = run.people.bonds.strength[Bond.SOCIAL] * SAME.most
    expected = uncopied + run.people.bonds.strength[Bond.STRUCTURAL] * SAME.most * left
    worn = -np.log(run.people.patience.shield / simulate(market(), Plan(), 1).people.patience.shield)
    assert np.allclose(worn[bound], expected[bound], rtol=1e-6)


# -- the shield ------------------------------------------------------------------------------------


def test_switching_cost_and_bonds_multiply_into_the_shield() -> None:
    run, bare = simulate(market(), BOTH, 1), simulate(market(), Plan(), 1)
    these, strong = run.scenario.bonds, run.people.bonds.strength
    since = np.array([0.0, 35.0, 35.0])  # weeks since the first round that reached somebody
    copied = np.array([these.of(bond).copied for bond in Bond]) * (1 - np.exp(-since / these.copy_weeks))
    most = np.array([these.of(bond).most for bond in Bond])
    total = (most * (1 - copied)) @ strong
    assert (strong[Bond.SOCIAL] > 0).sum() > 300
    assert np.allclose(run.people.patience.shield, bare.people.patience.shield * np.exp(-total), rtol=1e-6)


@each_seed
def test_bonds_keep_customers_and_the_tied_more_than_the_cared_for(seed: int) -> None:
    plans = (Plan(), Plan(bonds={"care": 1.0}), Plan(bonds={"ties": 1.0}), Plan(bonds={"care": 1, "ties": 1}))
    harsh = market().patience.but(competitor_pull=0.02)
    strong = {"most": 1.5, "build": 0.1}
    bonds = market().bonds
    scenario = market().but(
        patience=harsh,
        bonds=bonds.but(social=bonds.social.but(**strong), structural=bonds.structural.but(**strong)),
    )
    lost = [len(simulate(scenario, plan, seed).defections) for plan in plans]
    assert lost[0] > lost[1] >= lost[3]
    assert lost[0] > lost[2] >= lost[3]


# -- a plan that changes ---------------------------------------------------------------------------


def rounds(plan: dict[int, Plan]) -> list[int]:
    return np.unique(simulate(market(), plan, 1).events.of(Kind.CARED).minute // MINUTES_A_WEEK).tolist()


def care(every: int) -> Plan:
    return Plan(bonds={"care": 0.5, "every": every})


def test_care_begins_in_the_week_in_which_a_plan_wants_it() -> None:
    assert rounds({0: Plan(), 6: care(52)}) == [6]
    assert rounds({0: Plan(), 6: care(13)}) == [6, 19, 32]


def test_what_is_paid_for_is_done_and_then_the_new_plan_holds() -> None:
    assert rounds({0: care(4), 9: care(10)}) == [4, 8, 12, 22, 32]
    assert rounds({0: care(4), 9: Plan(), 20: care(4)}) == [4, 8, 20, 24, 28, 32, 36]


def test_care_that_was_taken_back_ends_with_the_time_it_was_paid_for() -> None:
    scenario = with_bonds(16, social=SAME)
    for never in (Plan(), Plan(bonds={"every": 52})):  # how often nothing is done does not matter
        run = simulate(scenario, {0: care(4), 6: never}, 1)
        aim = 1 - np.exp(-0.5 / scenario.bonds.worth)
        most = strength(run, Bond.SOCIAL).max()  # cared for in weeks 4 to 7, then eight weeks not
        assert most == pytest.approx(aim * (1 - 0.9**4) * 0.9**8, rel=1e-6)


# -- twins -----------------------------------------------------------------------------------------


@each_seed
def test_care_does_not_touch_those_it_does_not_reach(seed: int) -> None:
    few = Plan(bonds={"care": 1.0, "ties": 1.0, "care_to": GOOD, "ties_to": GOOD})
    plain, bound = simulate(market(), Plan(), seed), simulate(market(), few, seed)
    untouched = ~cared_for(bound)
    assert min(untouched.sum(), (~untouched).sum()) > 50
    events = [run.events.where(untouched[run.events.person]) for run in (plain, bound)]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))
    pd.testing.assert_frame_equal(plain.truth[untouched], bound.truth[untouched], check_exact=True)


GOOD = Segment(orders_52w=at_least(10))


def test_twins_rejoin_once_their_bonds_have_faded() -> None:
    """Those who stay have the same shield, to the last bit, and live the same life from then on."""
    fast = Strength(most=0.6, build=0.3, decay=0.2, copied=0.2)
    scenario = with_bonds(90, social=fast, structural=fast)
    plain, cared = simulate(scenario, Plan(), 1), simulate(scenario, {0: BOTH, 26: Plan()}, 1)
    assert (strength(cared, Bond.SOCIAL) == 0).all()
    assert (plain.people.patience.shield == cared.people.patience.shield).all()
    stay = (plain.people.entry.stage == Stage.CUSTOMER) & (cared.people.entry.stage == Stage.CUSTOMER)
    assert (stay & cared_for(cared)).sum() > 200
    late = [
        run.events.where((run.events.person >= 0) & (run.events.minute >= 60 * MINUTES_A_WEEK))
        for run in (plain, cared)
    ]
    late = [part.where(stay[part.person]) for part in late]
    pd.testing.assert_frame_equal(*(part.frame() for part in late))
    used = [run.people.patience.used.sum(axis=0) for run in (plain, cared)]
    assert (used[1] < used[0])[stay & cared_for(cared)].all()  # but the care has saved patience


def test_without_care_a_market_with_bonds_is_the_market_without() -> None:
    one, other = (simulate(scenario, Plan(), 2) for scenario in (market(), market().but(bonds=None)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [{"care": -0.1}, {"ties": 1e5}, {"every": 0}, {"every": 53}, {"care_to": {"satisfaction": 1}}]
)
def test_a_lever_of_bonds_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"bonds\.{next(iter(given))}"):
        Plan(bonds=given)


@pytest.mark.parametrize(
    ("name", "given"),
    [("worth", 0.0), ("copy_weeks", 0.0), ("social", {"most": 9}), ("social", {"decay": 0})],
)
def test_a_parameter_of_bonds_outside_its_bounds_is_named(name: str, given: Any) -> None:
    if isinstance(given, dict):
        with pytest.raises(Fault, match=next(iter(given))):
            market().bonds.social.but(**given)
    else:
        with pytest.raises(Fault, match=name):
            market().bonds.but(**{name: given})


def test_a_market_without_bonds_says_so() -> None:
    with pytest.raises(Fault, match=r"bonds: supermarket has no bonds.*leave care alone"):
        simulate(market().but(bonds=None), Plan(bonds={"care": 1.0}), 1)
