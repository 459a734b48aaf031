"""Laws of follow-up: a call finds what was swallowed, as long as it is remembered, and not for nothing."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import ATTENTION, Bond, Cause, Events, Kind, Stage
from sim.processes.automation import Parameters as Automation
from sim.processes.entry import Parameters as Entry
from sim.processes.followup import Parameters as Followup
from sim.processes.rollout import Parameters as Rollout
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
WEEKS, PEOPLE = 40, 500


@cache
def market(outspoken: float = 0.0, weeks: int = WEEKS, on: bool = True, **these: Any) -> Scenario:
    """Give a supermarket of 500 customers without talk, with many faults that are swallowed."""
    scenario = load_scenario("supermarket").but(people=PEOPLE, weeks=weeks, acquisition=None, bonds=None)
    desk = scenario.service.but(fault_share=0.4, outspoken_share=outspoken, agents=4)
    entry = Entry(present_share=1.0)
    return scenario.but(service=desk, entry=entry, followup=Followup(**these) if on else None)


def calls(run: Run, what: str | None = None) -> Events:
    events = run.events.of(Kind.ATTENDED)
    return events if what is None else events.where(events.channel == ATTENTION.index(what))


def plan(**levers: Any) -> Plan:
    return Plan(followup=levers)


def toll(run: Run, cause: Cause) -> float:
    return float(run.people.patience.used[cause].sum())


# -- off means off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("levers", [{}, {"capacity": 10, "to": Segment()}, {"cycle": 1, "capacity": 0}])
def test_without_a_call_nothing_changes(levers: dict[str, Any]) -> None:
    off, on = simulate(market(0.4, on=False), Plan(), 2), simulate(market(0.4), plan(**levers), 2)
    pd.testing.assert_frame_equal(off.events.frame(), on.events.frame())
    pd.testing.assert_frame_equal(off.truth, on.truth, check_exact=True)


# -- who is called ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cycle", [1, 4, 9])
def test_a_round_reaches_everybody_seen_lately_and_nobody_sooner_than_the_cycle(cycle: int) -> None:
    run = simulate(market(), plan(cycle=cycle), 1)
    called = calls(run, "cycle").frame()
    called["week"] = called["minute"] // MINUTES_A_WEEK
    gaps = called.groupby("person")["week"].diff().dropna()
    assert gaps.min() == cycle
    assert (gaps == cycle).mean() > 0.95
    for week in (20, 30):  # whoever has been on record for long enough was called within the last cycle
        record = run.record(week)
        lately = run.hidden_link.loc[
            record.index[(record["recency_weeks"] <= 20) & (record["tenure_weeks"] > 3)]
        ]
        recent = called[(called["week"] >= week - cycle) & (called["week"] < week)]["person"]
        assert set(lately) <= set(recent)


@pytest.mark.parametrize("capacity", [5, 40])
def test_no_more_calls_than_can_be_made_and_the_longest_not_called_first(capacity: int) -> None:
    run = simulate(market(), plan(cycle=4, after="order", capacity=capacity), 1)
    weeks = np.bincount(calls(run).minute // MINUTES_A_WEEK, minlength=WEEKS)
    assert weeks.max() == capacity
    rounds = simulate(market(), plan(cycle=1, capacity=capacity), 1)
    counts = np.bincount(calls(rounds).person, minlength=PEOPLE)
    staying = rounds.record(WEEKS)
    staying = rounds.hidden_link.loc[
        staying.index[(staying["recency_weeks"] < 10) & (staying["tenure_weeks"] > 36)]
    ]
    assert np.ptp(counts[staying]) <= 2


@each_seed
def test_a_call_after_an_order_goes_to_those_who_ordered_of_the_chosen(seed: int) -> None:
    rule = Segment(orders=at_least(5))
    run = simulate(market(), plan(after="order", to=rule), seed)
    orders = run.events.of(Kind.ORDER)
    for week in (10, 25):
        buyers = np.unique(orders.person[orders.minute // MINUTES_A_WEEK == week])
        record = run.record(week)
        chosen = run.hidden_link.loc[record.index[rule.chosen(record)]].to_numpy()
        called = calls(run, "order")
        here = called.person[called.minute // MINUTES_A_WEEK == week]
        assert here.tolist() == np.intersect1d(buyers, chosen).tolist()
        assert len(here) > 20


@each_seed
def test_a_call_after_a_complaint_goes_to_those_whose_complaint_was_solved(seed: int) -> None:
    run = simulate(market(0.6), plan(after="complaint"), seed)
    solved = run.events.of(Kind.RESOLVED)
    assert {*zip(calls(run).minute // MINUTES_A_WEEK, calls(run).person, strict=True)} == {
        *zip(solved.minute // MINUTES_A_WEEK, solved.person, strict=True)
    }


def test_of_a_plan_that_is_not_lived_few_calls_are_made() -> None:
    full, little = (
        len(calls(simulate(market().but(rollout=these), plan(cycle=4), 1)))
        for these in (None, Rollout(by_hand=0.3, habit=0.5))
    )
    assert little < 0.5 * full


# -- what a call does ------------------------------------------------------------------------------


@each_seed
def test_a_call_finds_the_silent_and_keeps_some_of_them(seed: int) -> None:
    none, rounds, orders = (
        simulate(market(), levers, seed) for levers in (Plan(), plan(cycle=4), plan(after="order"))
    )
    assert toll(none, Cause.PRODUCT) > toll(rounds, Cause.PRODUCT) > toll(orders, Cause.PRODUCT)
    assert len(none.defections) > len(rounds.defections) > len(orders.defections)
    moods = [run.truth["satisfaction"].mean() for run in (none, rounds, orders)]
    assert moods[0] < moods[1] < moods[2]


@pytest.mark.parametrize(("tells", "repair"), [(1.0, 0.6), (1.0, 1.0), (0.4, 0.6)])
def test_a_call_after_each_order_puts_right_the_share_that_the_law_says(tells: float, repair: float) -> None:
    scenario = market(tells_share=tells, repair=repair, keep=0.0, call_toll=0.0).but(experience=None)
    scenario = scenario.but(service=scenario.service.but(fault_toll=1e-6))
    plain, called = (simulate(scenario, levers, 1) for levers in (Plan(), plan(after="order")))
    expected = 1 - tells * repair
    rel = 1e-9 if tells == 1 else 0.06
    assert toll(called, Cause.PRODUCT) == pytest.approx(
        expected * toll(plain, Cause.PRODUCT), rel=rel, abs=1e-12
    )


@pytest.mark.parametrize("keep", [0.0, 0.8])
def test_a_late_call_finds_only_what_is_still_remembered(keep: float) -> None:
    """One call in week 20: the faults of that week are put right in full, older ones less."""
    scenario = market(keep=keep, tells_share=1.0, repair=1.0, call_toll=0.0, weeks=21)
    scenario = scenario.but(experience=None, service=scenario.service.but(fault_toll=1e-6))
    plain, called = (simulate(scenario, {0: Plan(), 20: levers}, 1) for levers in (Plan(), plan(cycle=20)))
    faults = plain.events.of(Kind.FAULT)
    ago = 20 - faults.minute // MINUTES_A_WEEK
    expected = np.zeros(PEOPLE)
    np.add.at(expected, faults.person, 1e-6 * keep**ago * plain.people.patience.shield[faults.person])
    who = np.unique(calls(called).person)
    who = who[plain.people.entry.stage[who] == Stage.CUSTOMER]
    returned = plain.people.patience.used[Cause.PRODUCT] - called.people.patience.used[Cause.PRODUCT]
    assert len(who) > 300
    assert np.allclose(returned[who], expected[who], rtol=0.03, atol=3e-8)  # what is nearly forgotten is gone


@each_seed
def test_more_frequent_rounds_repair_more_and_disturb_more(seed: int) -> None:
    runs = [simulate(market(), plan(cycle=cycle), seed) for cycle in (13, 4, 1)]
    repaired, disturbed, paid = (
        [measure(run) for run in runs]
        for measure in (
            lambda run: -toll(run, Cause.PRODUCT),
            lambda run: toll(run, Cause.CONTACT),
            lambda run: -run.accounts.total()["attention"],
        )
    )
    assert np.all(np.diff(repaired) > 0)
    assert np.all(np.diff(disturbed) > 0)
    assert np.all(np.diff(paid) > 0)


@each_seed
def test_a_call_after_a_complaint_makes_more_of_its_solution(seed: int) -> None:
    plain, called = (simulate(market(0.8), levers, seed) for levers in (Plan(), plan(after="complaint")))
    assert called.metrics["csat"] > plain.metrics["csat"] + 0.02
    assert toll(called, Cause.PRODUCT) < toll(plain, Cause.PRODUCT)


def test_to_be_called_ties_a_bond() -> None:
    scenario = market().but(bonds=load_scenario("supermarket").bonds)
    plain, called = (simulate(scenario, levers, 1) for levers in (Plan(), plan(cycle=2)))
    assert plain.people.bonds.strength[Bond.SOCIAL].max() == 0
    assert called.people.bonds.strength[Bond.SOCIAL].mean() > 0.05


@each_seed
def test_a_round_also_finds_some_of_those_whom_a_machine_misled(seed: int) -> None:
    liar = Automation().assistant.but(wrong=1.0, solves_simple=0.0, solves_difficult=0.0)
    machine = Automation(assistant=liar, again_share=0.0, discovery_days=1.0, wrong_toll=0.0)
    scenario = market(1.0, call_toll=0.0).but(automation=machine)
    front = Plan(automation={"front": "assistant"})
    plain, called = (
        simulate(scenario, levers, seed) for levers in (front, front.but(followup=plan(cycle=2).followup))
    )
    assert toll(called, Cause.PRODUCT) < 0.9 * toll(plain, Cause.PRODUCT)


# -- money and twins -------------------------------------------------------------------------------


def test_calls_are_booked_to_the_cent() -> None:
    run = simulate(market(0.3, cost=2.34), plan(cycle=6, after="complaint"), 1)
    assert min(len(calls(run, what)) for what in ("cycle", "complaint")) > 100
    assert (calls(run).value == 234).all()
    assert run.accounts.total()["attention"] == -234 * len(calls(run))
    assert run.accounts.total()["profit"] == run.accounts.by_person()["profit"].sum()


@each_seed
def test_who_is_not_called_lives_the_same_life(seed: int) -> None:
    few = plan(cycle=3, to=Segment(orders_52w=at_least(12)))
    plain, called = (simulate(market(), levers, seed) for levers in (Plan(), few))
    touched = np.zeros(PEOPLE, bool)
    touched[calls(called).person] = True
    assert min(touched.sum(), (~touched).sum()) > 50
    events = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (plain, called)
    ]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))
    pd.testing.assert_frame_equal(plain.truth[~touched], called.truth[~touched], check_exact=True)


@pytest.mark.parametrize("given", [{"cycle": 0}, {"after": "fault"}, {"capacity": -1}])
def test_a_lever_of_follow_up_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"followup\.{next(iter(given))}"):
        Plan(followup=given)
