"""Laws of notice: to know how it stands makes a wait shorter than the clock says, and a delay lighter."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, Shock, at_least, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import MEASURES, Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.notice import Delay
from sim.processes.notice import Parameters as Notice
from sim.processes.shocks import Parameters as Shocks
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
DELAY = Delay(from_week=15, weeks=4, share=0.7, warning_weeks=3)
SILENCE = Plan()
WARNED = Plan(notice={"warn": True})
STATUS = Plan(notice={"status": True})


@cache
def market(delay: Delay | None = DELAY, agents: int = 2, **these: Any) -> Scenario:
    """Give a supermarket of 600 customers without talk, in which a delay may be announced."""
    scenario = load_scenario("supermarket").but(people=600, weeks=30, acquisition=None)
    desk = scenario.service.but(fault_share=0.4, outspoken_share=0.8, handling_minutes=60.0, agents=agents)
    entry = Entry(present_share=1.0)
    return scenario.but(service=desk, entry=entry, notice=Notice(delay=delay, **these))


def spent(run: Run, what: str) -> Events:
    events = run.events.of(Kind.FORESTALLED)
    return events.where(events.channel == MEASURES.index(what))


def service_toll(run: Run) -> float:
    """Give the patience that bad service has taken from all who were customers."""
    return float(run.people.patience.used[3].sum())


def without(run: Run, *kinds: Kind) -> pd.DataFrame:
    return run.events.where(~np.isin(run.events.kind, kinds)).frame()


# -- off means off ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "levers", [{}, {"warn": True, "compensation": 9.0, "backup": True}, {"compensation": 3.0}]
)
def test_where_no_delay_is_foreseen_nothing_changes(levers: dict[str, Any]) -> None:
    off = simulate(market().but(notice=None), SILENCE, 2)
    on = simulate(market(None), Plan(notice=levers), 2)
    pd.testing.assert_frame_equal(off.events.frame(), on.events.frame())


def test_nothing_is_done_before_the_firm_can_know() -> None:
    all_levers = {"warn": True, "backup": True, "compensation": 5.0, "status": False}
    silent, active = (simulate(market(), plan, 1) for plan in (SILENCE, Plan(notice=all_levers)))
    first = DELAY.from_week - DELAY.warning_weeks
    for week in range(first):
        pd.testing.assert_frame_equal(silent.pages[week].frame(), active.pages[week].frame())
    weeks = active.events.of(Kind.FORESTALLED).minute // MINUTES_A_WEEK
    assert weeks.min() == first
    assert weeks.max() < DELAY.from_week + DELAY.weeks


# -- status messages -------------------------------------------------------------------------------


@each_seed
def test_a_status_message_shortens_the_felt_wait_and_not_the_real_one(seed: int) -> None:
    silent, told = (simulate(market(None, 1), plan, seed) for plan in (SILENCE, STATUS))
    weeks = slice(0, 3 * MINUTES_A_WEEK)  # before the first have stayed who would have left
    waits = [
        run.events.of(Kind.ANSWERED).value[run.events.of(Kind.ANSWERED).minute < weeks.stop]
        for run in (silent, told)
    ]
    assert waits[0].mean() == pytest.approx(waits[1].mean(), rel=0.05)
    assert waits[0].max() > 120
    assert service_toll(told) < 0.75 * service_toll(silent)
    assert told.metrics["csat"] > silent.metrics["csat"]
    assert len(told.defections) < len(silent.defections)


def test_of_a_late_complaint_so_much_is_felt_as_the_relief_leaves() -> None:
    scenario = market(None, 0, status_relief=0.25)
    scenario = scenario.but(weeks=8, service=scenario.service.but(late_toll=1e-4))
    silent, told = (simulate(scenario, plan, 1) for plan in (SILENCE, STATUS))
    assert service_toll(silent) > 0
    assert service_toll(told) == pytest.approx(0.75 * service_toll(silent), rel=1e-9)


def test_only_those_who_wait_too_long_are_told_and_each_message_costs() -> None:
    run = simulate(market(None, 1, message_cost=0.07), STATUS, 1)
    sent, tickets = spent(run, "status"), run.events.of(Kind.TICKET)
    assert set(sent.person.tolist()) <= set(tickets.person.tolist())
    assert (sent.value == 7).all()
    assert run.accounts.total()["prevention"] == -7 * len(sent) < 0
    quick = simulate(market(None, 60).but(weeks=12), STATUS, 1)
    assert len(spent(quick, "status")) < 0.02 * len(quick.events.of(Kind.TICKET))


# -- a delay ---------------------------------------------------------------------------------------


@each_seed
def test_a_delay_comes_when_it_was_said_to_and_to_the_share_that_was_said(seed: int) -> None:
    run = simulate(market(), SILENCE, seed)
    late, orders = run.events.of(Kind.DELAYED), run.events.of(Kind.ORDER)
    week = orders.minute // MINUTES_A_WEEK
    n = int(((week >= DELAY.from_week) & (week < DELAY.from_week + DELAY.weeks)).sum())
    assert abs(len(late) - DELAY.share * n) < 4 * np.sqrt(n * DELAY.share * (1 - DELAY.share))
    assert set((late.minute // MINUTES_A_WEEK).tolist()) == {15, 16, 17, 18}


@each_seed
def test_the_earlier_one_speaks_the_less_is_lost(seed: int) -> None:
    calm = simulate(market(None), SILENCE, seed)
    silent, warned, paid = (
        simulate(market(), plan, seed)
        for plan in (SILENCE, WARNED, Plan(notice={"warn": True, "compensation": 10.0}))
    )
    assert service_toll(silent) > service_toll(warned) > service_toll(paid) > service_toll(calm)
    moods = [run.truth["satisfaction"].mean() for run in (silent, warned, paid)]
    assert moods[0] < moods[1] < moods[2]


def test_a_compensation_reaches_only_those_who_were_warned() -> None:
    unasked = simulate(market(), Plan(notice={"compensation": 10.0}), 1)
    pd.testing.assert_frame_equal(unasked.events.frame(), simulate(market(), SILENCE, 1).events.frame())
    run = simulate(market(), Plan(notice={"warn": True, "compensation": 4.44}), 1)
    paid, late, sent = spent(run, "compensation"), run.events.of(Kind.DELAYED), spent(run, "warning")
    assert (paid.value == 444).all()
    assert set(paid.person.tolist()) <= set(sent.person.tolist()) & set(late.person.tolist())
    assert 100 < len(paid) < len(late)


@pytest.mark.parametrize("compensation", [0.0, 5.0, 20.0])
def test_what_is_felt_of_a_delay_follows_the_stated_law(compensation: float) -> None:
    still = {"heard_share": 1.0, "delay_toll": 1e-4, "delay_points": 0.0}
    scenario = market(**still).but(service=None)
    plan = Plan(notice={"warn": True, "compensation": compensation})
    silent, warned = (simulate(scenario, each, 1) for each in (SILENCE, plan))
    eased = simulate(scenario.but(weeks=DELAY.from_week), plan, 1).people.notice.warned
    expected = np.where(eased, 0.5 * np.exp(-compensation / 8.0), 1.0)
    used = [run.people.patience.used[3] for run in (silent, warned)]
    same = warned.people.notice.warned == eased  # the others heard of it in the midst of the delay
    assert ((used[0] > 0) & same & eased).sum() > 200
    assert np.allclose(used[1][same], (used[0] * expected)[same], rtol=1e-9)


@each_seed
def test_the_more_warning_the_more_people_hear_of_it_in_time(seed: int) -> None:
    felt = [
        service_toll(simulate(market(DELAY.but(warning_weeks=weeks)), WARNED, seed)) for weeks in (0, 1, 4)
    ]
    assert felt[0] > felt[1] > felt[2]


def test_warnings_go_to_the_chosen_until_they_have_heard() -> None:
    rule = Segment(orders=at_least(4))
    run = simulate(market(heard_share=1.0), Plan(notice={"warn": True, "warn_to": rule}), 1)
    sent = spent(run, "warning")
    assert len(set(sent.person.tolist())) == len(sent) > 100
    record = run.record(12)
    chosen = run.hidden_link.loc[record.index[rule.chosen(record)]]
    early = sent.minute // MINUTES_A_WEEK == 12
    assert sorted(chosen) == sent.person[early].tolist()


@each_seed
def test_a_second_carrier_saves_its_share_if_it_is_booked_in_time(seed: int) -> None:
    book = Plan(notice={"backup": True})
    silent, backed = (simulate(market(), plan, seed) for plan in (SILENCE, book))
    late = [len(run.events.of(Kind.DELAYED)) for run in (silent, backed)]
    saved = spent(backed, "carrier")
    assert late[1] == pytest.approx(0.4 * late[0], rel=0.2)
    assert abs(len(saved) - 0.6 * (late[1] + len(saved))) < 4 * np.sqrt((late[1] + len(saved)) * 0.24)
    assert (saved.value == 300).all()
    for tardy in ({0: SILENCE, 15: book}, {0: book, 13: SILENCE}):  # too late, or called off
        run = simulate(market(), tardy, seed)
        pd.testing.assert_frame_equal(without(run, Kind.FORESTALLED), silent.events.frame())
        assert not len(spent(run, "carrier"))


@each_seed
def test_who_orders_nothing_in_those_weeks_lives_the_same_life(seed: int) -> None:
    calm, late = (simulate(market(delay).but(service=None), SILENCE, seed) for delay in (None, DELAY))
    touched = np.zeros(600, bool)
    touched[late.events.of(Kind.DELAYED).person] = True
    assert min(touched.sum(), (~touched).sum()) > 50
    events = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (calm, late)
    ]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))


def test_prevention_is_booked_to_the_cent() -> None:
    levers = {"warn": True, "compensation": 3.33, "backup": True, "status": True}
    run = simulate(market(DELAY, 1), Plan(notice=levers), 1)
    assert min(len(spent(run, what)) for what in MEASURES) > 10
    assert run.accounts.total()["prevention"] == -run.events.of(Kind.FORESTALLED).value.sum()
    assert run.accounts.total()["profit"] == run.accounts.by_person()["profit"].sum()


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"compensation": -1.0}, {"warn": 1}, {"warn_to": {"satisfaction": 1}}])
def test_a_lever_of_notice_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"notice\.{next(iter(given))}"):
        Plan(notice=given)


def test_a_market_without_notice_says_so() -> None:
    with pytest.raises(Fault, match=r"notice: supermarket has no notice.*leave warn alone"):
        simulate(market().but(notice=None), WARNED, 1)


def test_a_delay_on_the_calendar_of_shocks_is_the_same_as_one_of_its_own() -> None:
    calm = market(None)
    strength = 0.5 / Shocks().delay_share
    struck = calm.struck(Shock(what="delay", week=15, weeks=4, strength=strength))
    own = calm.but(notice=calm.notice.but(delay=Delay(from_week=15, weeks=4, share=0.5, warning_weeks=2)))
    one, other = (simulate(scenario, WARNED, 3) for scenario in (struck, own))
    assert len(one.events.of(Kind.DELAYED)) > 50
    assert without(one, Kind.SHOCK).equals(other.events.frame())


def test_of_a_second_delay_nobody_has_been_warned_yet() -> None:
    twice = market(None).struck(Shock(what="delay", week=8, weeks=2), Shock(what="delay", week=20, weeks=2))
    week = spent(simulate(twice, WARNED, 3), "warning").minute // MINUTES_A_WEEK
    first, second = ((week >= start) & (week < start + 4) for start in (6, 18))
    assert first.sum() > 100 and second.sum() > 100 and (first | second).all()


def test_a_yearly_delay_comes_again_and_one_that_nobody_would_feel_is_refused() -> None:
    yearly = Shock(what="delay", week=8, yearly=True)
    assert [one.from_week for one in market(None).but(weeks=150).struck(yearly).delays] == [8, 60, 112]
    with pytest.raises(Fault, match="give a notice section"):
        market(None).but(notice=None, shocks=Shocks(calendar=(yearly,)))
