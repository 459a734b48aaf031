"""Laws of staff: agents learn, tire, leave and work for what they are paid for, and customers feel it."""

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
from sim.crew import Crew
from sim.events import FIRM, STAFFING, Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.staff import MORALE, SKILL, Effort
from sim.processes.staff import Parameters as Staff
from sim.run import Run
from tests.test_desk import ALWAYS, open_desk, poisson, work_off

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
WEEKS = 40
STEADY = Staff(turnover=0.0)  # nobody leaves
NEUTRAL = STEADY.but(first_contact=1.0, strain=0.0, blame=0.0)
TRAINED = {"training": 100.0}


@cache
def market(staff: Staff | None = STEADY, agents: int = 2, minutes: float = 60.0) -> Scenario:
    """Give a supermarket of 500 customers with many complaints and no talk."""
    scenario = load_scenario("supermarket").but(people=500, weeks=WEEKS, acquisition=None)
    desk = scenario.service.but(fault_share=0.5, outspoken_share=0.8, handling_minutes=minutes, agents=agents)
    return scenario.but(service=desk, entry=Entry(present_share=1.0), staff=staff)


def team(run: Run, what: int) -> npt.NDArray[np.float64]:
    """Give skill or morale of the team, week by week."""
    notes = run.events.of(Kind.TEAM)
    return notes.value[notes.channel == what] / 1_000


def staffing(run: Run, what: str) -> Events:
    events = run.events.of(Kind.STAFFED)
    return events.where(events.channel == STAFFING.index(what))


def repeats(run: Run) -> float:
    """Give the share of answered complaints that came again."""
    return len(run.events.of(Kind.REPEATED)) / len(run.events.of(Kind.ANSWERED))


def handling(run: Run) -> float:
    """Give the mean time from answer to solution, of complaints that never came again, in open minutes."""
    solved, answered = (run.events.of(kind).frame() for kind in (Kind.RESOLVED, Kind.ANSWERED))
    both = solved.merge(answered, on=["person", "ref"], suffixes=("", "_answer"))
    again = run.events.of(Kind.REPEATED).frame()[["person", "ref"]].assign(again=True)
    both = both.merge(again, on=["person", "ref"], how="left")
    first = both[both["again"].isna()]
    return float((first["value"] - first["value_answer"]).mean())


# -- the desk's side -------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_the_share_that_the_first_work_does_not_help_comes_again_once(share: float) -> None:
    desk = open_desk(2)
    desk.crew = Crew(first_contact=share, again_minutes=700)
    for person, minute in enumerate(poisson(0.4, 2, 5_000).tolist()):
        desk.expect(minute, person, 0)
    desk.world.env.run()
    events = desk.world.log.close_week()
    again = events.of(Kind.REPEATED)
    assert len(set(again.person.tolist())) == len(again)
    assert abs(len(again) - 5_000 * (1 - share)) <= 4 * np.sqrt(5_000 * share * (1 - share))
    for kind in (Kind.TICKET, Kind.ANSWERED, Kind.RESOLVED):  # one complaint is one ticket, solved at the end
        assert sorted(events.of(kind).person.tolist()) == list(range(5_000))
    solved = dict(zip(events.of(Kind.RESOLVED).person.tolist(), events.of(Kind.RESOLVED).minute, strict=True))
    assert all(solved[p] >= m for p, m in zip(again.person.tolist(), again.minute.tolist(), strict=True))


@pytest.mark.parametrize("pace", [0.5, 1.6])
def test_pace_is_a_factor_of_the_time_each_ticket_takes(pace: float) -> None:
    desk, usual = open_desk(1), open_desk(1)
    desk.crew = Crew(pace=pace)
    took = [(log.took - log.waited) for log in (work_off(d, poisson(0.5, 1, 2_000)) for d in (desk, usual))]
    assert np.abs(took[0] - pace * took[1]).max() <= 0.5 + pace / 2 + 1e-9  # whole minutes, at least one


def test_an_unsolved_complaint_that_has_not_come_again_yet_can_be_overdue() -> None:
    desk = open_desk(1, ALWAYS)
    desk.crew = Crew(first_contact=0.0, again_minutes=40 * 60)
    desk.expect(60, 0, 0)
    desk.world.env.run(until=30 * 60)
    assert not desk.queue
    assert not desk.in_hand
    assert [ticket.person for ticket in desk.overdue(30 * 60)] == [0]


# -- off means off ---------------------------------------------------------------------------------


def test_a_team_that_solves_all_at_once_and_never_tires_is_a_desk_without_staff() -> None:
    off, on = (simulate(market(staff), Plan(), 2).events for staff in (None, NEUTRAL))
    pd.testing.assert_frame_equal(off.frame(), on.where(on.kind != Kind.TEAM).frame())


def test_without_a_desk_there_is_nobody_to_train() -> None:
    bare = market().but(service=None)
    with pytest.raises(Fault, match="has no desk, so there are no agents to train"):
        simulate(bare, Plan(staff=TRAINED), 1)
    plain = simulate(bare.but(staff=None), Plan(), 1)
    pd.testing.assert_frame_equal(simulate(bare, Plan(), 1).events.frame(), plain.events.frame())


# -- skill -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [0.0, 40.0, 120.0])
def test_skill_follows_its_law(training: float) -> None:
    these = STEADY
    run = simulate(market(), {0: Plan(staff={"training": training}), 20: Plan()}, 1)
    skill, path = these.skill, []
    for week in range(WEEKS):
        path.append(skill)
        effort = 1 - np.exp(-(training if week < 20 else 0.0) / these.training_worth)
        skill += these.learning * effort * (1 - skill)
        skill -= these.settling * (1 - effort) * (path[-1] - these.skill)
    assert np.abs(team(run, SKILL) - path).max() <= 0.0005 + 1e-9


def test_each_next_coin_of_training_brings_less() -> None:
    runs = [simulate(market(), Plan(staff={"training": money}), 1) for money in (0.0, 40.0, 80.0, 120.0)]
    gains = np.diff([team(run, SKILL)[10] for run in runs])
    assert (gains > 0).all()
    assert (np.diff(gains) < 0).all()


@each_seed
def test_training_solves_more_at_once_faster_and_better(seed: int) -> None:
    plain, trained = (simulate(market(), Plan(staff=staff), seed) for staff in ({}, TRAINED))
    assert repeats(trained) < 0.8 * repeats(plain)
    assert handling(trained) < 0.95 * handling(plain)
    assert trained.metrics["csat"] > plain.metrics["csat"]
    assert trained.defections["product"].sum() < plain.defections["product"].sum()


@pytest.mark.parametrize(
    ("effect", "measure"),
    [("skill_first_contact", repeats), ("skill_pace", handling)],
)
def test_without_an_effect_of_skill_training_does_not_change_what_it_moves(effect: str, measure: Any) -> None:
    dull = market(STEADY.but(skill_first_contact=0.0, skill_pace=0.0))
    only = market(STEADY.but(**{"skill_first_contact": 0.0, "skill_pace": 0.0, effect: 2.0}))
    changes = [
        measure(simulate(scenario, Plan(staff=TRAINED), 1)) / measure(simulate(scenario, Plan(), 1))
        for scenario in (dull, only)
    ]
    assert changes[0] == pytest.approx(1, abs=0.03)
    assert changes[1] < 0.8


def test_agents_hired_later_begin_as_novices() -> None:
    run = simulate(market(), {0: Plan(), 10: Plan(service={"agents": 4})}, 1)
    skill, novice = STEADY.skill, STEADY.novice_skill
    expected = (skill + novice) / 2
    expected += STEADY.settling * (skill - expected)  # they learn from the others, a step a week
    assert team(run, SKILL)[[9, 10, 11]] == pytest.approx([skill, skill, expected], abs=0.0006)


# -- morale ----------------------------------------------------------------------------------------


@each_seed
def test_too_much_work_wears_out_the_team_and_too_little_does_not(seed: int) -> None:
    tired, calm = (simulate(market(STEADY, agents, 90.0), Plan(), seed) for agents in (1, 8))
    assert team(calm, MORALE).min() > STEADY.morale - 0.02  # now and then a hard case takes too long
    assert team(tired, MORALE)[-1] < STEADY.morale - 0.1


@each_seed
@pytest.mark.parametrize("cause", ["strain", "blame"])
def test_load_and_late_work_each_take_morale(cause: str, seed: int) -> None:
    still = STEADY.but(strain=0.0, blame=0.0)
    low = [
        team(simulate(market(still.but(**{cause: size}), 1, 90.0), Plan(), seed), MORALE)[-1]
        for size in (0.0, 0.2, 0.6)
    ]
    assert low[0] == pytest.approx(STEADY.morale, abs=0.001)
    assert low[0] > low[1] > low[2]


def test_pay_lifts_morale_to_what_the_law_says_with_diminishing_returns() -> None:
    calm = STEADY.but(strain=0.0, blame=0.0, morale_step=1.0)
    ends = [
        team(simulate(market(calm), Plan(staff={"pay": pay}), 1), MORALE)[-1] for pay in (0.0, 50.0, 100.0)
    ]
    lifted = [calm.reward * (1 - np.exp(-pay / calm.pay_worth)) for pay in (0.0, 50.0, 100.0)]
    assert ends == pytest.approx(np.add(calm.morale, lifted), abs=0.0006)


@each_seed
def test_low_morale_drives_agents_away_and_the_skill_and_the_money_with_them(seed: int) -> None:
    these = Staff(turnover=3.0)
    tired = simulate(market(these.but(strain=3.0), 1, 90.0), Plan(), seed)
    rested = simulate(market(these.but(strain=0.0, blame=0.0), 1, 90.0), Plan(), seed)
    gone = [set((staffing(run, "recruiting").minute // MINUTES_A_WEEK).tolist()) for run in (tired, rested)]
    assert gone[0] > gone[1]
    assert team(tired, SKILL).mean() < team(rested, SKILL).mean() < these.skill


def test_agents_leave_at_the_rate_of_their_morale() -> None:
    these = Staff(turnover=2.0, strain=0.0, blame=0.0)
    run = simulate(market(these, 60), Plan(), 1)
    chance = 1 - np.exp(-these.turnover / 52)
    left, at_risk = len(staffing(run, "recruiting")), 60 * WEEKS
    assert abs(left - chance * at_risk) < 4 * np.sqrt(at_risk * chance * (1 - chance))


@each_seed
def test_pay_keeps_agents(seed: int) -> None:
    these = Staff(turnover=2.0)
    plain, paid = (simulate(market(these, 12), Plan(staff={"pay": pay}), seed) for pay in (0.0, 200.0))
    assert len(staffing(paid, "recruiting")) < len(staffing(plain, "recruiting"))


@each_seed
def test_promises_are_counted_from_the_first_complaint_to_the_last_solution(seed: int) -> None:
    """Work the metric out again, ticket by ticket: one that came again is one complaint."""
    run = simulate(market(STEADY, 1, 90.0), Plan(), seed)
    hours, end = run.scenario.service.hours, run.scenario.service.hours.open_minutes(WEEKS * MINUTES_A_WEEK)
    tickets = run.events.of(Kind.TICKET)
    for kind, target, name in ((Kind.ANSWERED, 120, "sla_answer"), (Kind.RESOLVED, 1_440, "sla_solution")):
        done = run.events.of(kind)
        took = dict(zip(zip(done.ref.tolist(), done.person.tolist(), strict=True), done.value, strict=True))
        opened = {
            key: hours.open_minutes(key[0])
            for key in zip(tickets.minute.tolist(), tickets.person.tolist(), strict=True)
        }
        kept = [took[key] <= target for key in opened if key in took]
        missed = sum(key not in took and opened[key] + target < end for key in opened)
        assert run.metrics[name] == pytest.approx(sum(kept) / (len(kept) + missed), abs=2e-3)
    assert len(run.events.of(Kind.REPEATED)) > 50


# -- incentives ------------------------------------------------------------------------------------


@each_seed
def test_effort_follows_pay(seed: int) -> None:
    """A bonus on speed makes the desk faster and worse; one on CSAT or customers kept slower and better."""
    still = STEADY.but(reward=0.0)  # what money does to morale left aside
    plain = simulate(market(still), Plan(), seed)
    speed, csat, kept = (
        simulate(market(still), Plan(staff={"bonus": 150.0, "bonus_for": what}), seed)
        for what in ("speed", "csat", "retention")
    )
    assert handling(speed) < handling(plain) < handling(csat) < handling(kept)
    assert speed.metrics["csat"] < plain.metrics["csat"] < csat.metrics["csat"]
    assert plain.metrics["csat"] < kept.metrics["csat"]
    assert repeats(kept) < repeats(plain) < repeats(speed)


def prices(run: Run) -> dict[int, float]:
    """Give the shelf price of the weeks in which it is not the usual one."""
    priced = run.events.of(Kind.PRICED)
    weeks = (priced.minute // MINUTES_A_WEEK).tolist()
    return dict(zip(weeks, (priced.value / 1e6).tolist(), strict=True))


def test_a_bonus_on_sales_cuts_the_price_in_the_last_weeks_of_each_quarter_and_in_no_other() -> None:
    run = simulate(market(STEADY), Plan(staff={"bonus": 60.0, "bonus_for": "sales"}), 1)
    cut = 1 - 0.15 * (1 - np.exp(-1.0))
    assert prices(run) == pytest.approx({w: cut for w in range(WEEKS) if w % 13 in (11, 12)}, abs=1e-6)


def test_a_bonus_on_sales_works_on_the_price_that_the_plan_sets_and_not_without_agents() -> None:
    paid = Plan(staff={"bonus": 60.0, "bonus_for": "sales"}, pricing={"price": 0.9})
    cut = 0.9 * (1 - 0.15 * (1 - np.exp(-1.0)))
    assert prices(simulate(market(STEADY), paid, 1))[11] == pytest.approx(cut, abs=1e-6)
    empty = simulate(market(STEADY), paid.but(service={"agents": 0}), 1)
    assert set(prices(empty).values()) == {0.9}


@each_seed
def test_what_a_bonus_on_sales_brings_at_the_end_of_a_quarter_is_missing_after_it(seed: int) -> None:
    """Orders rise while the price is down, and fall below the usual afterwards; the desk works worse."""
    plain, paid = (
        simulate(market(STEADY.but(reward=0.0)), Plan(staff={"bonus": bonus, "bonus_for": "sales"}), seed)
        for bonus in (0.0, 300.0)
    )
    week = [run.events.of(Kind.ORDER).minute // MINUTES_A_WEEK for run in (plain, paid)]
    pushed, after = (
        [int(np.isin(weeks % 13, when).sum()) for weeks in week] for when in ((11, 12), (0, 1, 2, 3))
    )
    assert pushed[1] > 1.15 * pushed[0]
    assert after[1] < after[0]
    assert paid.metrics["csat"] < plain.metrics["csat"]


def test_a_bonus_that_turns_no_effort_only_costs() -> None:
    blunt = STEADY.but(speed=Effort(), reward=0.0)
    plain, paid = (simulate(market(blunt), Plan(staff={"bonus": bonus}), 1) for bonus in (0.0, 100.0))
    events = paid.events
    pd.testing.assert_frame_equal(plain.events.frame(), events.where(events.kind != Kind.STAFFED).frame())
    assert plain.accounts.total()["profit"] - paid.accounts.total()["profit"] == 2 * 10_000 * WEEKS


# -- customers and money ---------------------------------------------------------------------------


@each_seed
def test_to_come_again_costs_patience(seed: int) -> None:
    used = [
        simulate(market(STEADY.but(again_toll=toll)), Plan(), seed).defections["service"].sum()
        for toll in (0.0, 0.3)
    ]
    assert used[0] < used[1]


@pytest.mark.parametrize("levers", [{}, {"training": 33.33}, {"pay": 10.01, "bonus": 7.77, "training": 1.0}])
def test_what_is_spent_on_staff_is_what_the_levers_say(levers: dict[str, float]) -> None:
    these = Staff(turnover=2.0, recruiting=1_234.56)
    run = simulate(market(these, 3), Plan(staff=levers), 1)
    training = round(3 * levers.get("training", 0.0) * 100)
    pay = round(3 * (levers.get("pay", 0.0) + levers.get("bonus", 0.0)) * 100)
    assert staffing(run, "training").value.tolist() == [training] * (WEEKS if training else 0)
    assert staffing(run, "pay").value.tolist() == [pay] * (WEEKS if pay else 0)
    assert set(staffing(run, "recruiting").value.tolist()) == {123_456}
    spent = run.events.of(Kind.STAFFED)
    assert (spent.person == FIRM).all()
    assert run.accounts.total()["staff"] == -spent.value.sum()
    assert run.accounts.total()["profit"] == run.accounts.by_person()["profit"].sum()


@each_seed
def test_who_never_complains_lives_the_same_life_whatever_the_agents_can(seed: int) -> None:
    plain, trained = (simulate(market(), Plan(staff=staff), seed) for staff in ({}, TRAINED))
    touched = np.zeros(500, bool)
    for run in (plain, trained):
        touched[run.events.of(Kind.TICKET).person] = True
    assert min(touched.sum(), (~touched).sum()) > 50
    events = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (plain, trained)
    ]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))
    pd.testing.assert_frame_equal(plain.truth[~touched], trained.truth[~touched], check_exact=True)


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"training": -1.0}, {"bonus_for": "profit"}, {"pay": 1e6}])
def test_a_lever_of_staff_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"staff\.{next(iter(given))}"):
        Plan(staff=given)


def test_a_market_without_staff_says_so() -> None:
    with pytest.raises(Fault, match=r"staff: supermarket has no staff.*leave training alone"):
        simulate(market(None), Plan(staff=TRAINED), 1)
