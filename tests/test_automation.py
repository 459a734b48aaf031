"""Laws of automation: a machine is quick and cheap, solves what is simple, and misleads without a trace."""

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
from sim.chance import Luck, Purpose
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.events import FIRM, Events, Kind
from sim.processes.automation import CLOSED, HANDED_OVER, Machine
from sim.processes.automation import Parameters as Automation
from sim.processes.entry import Parameters as Entry
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
WEEKS = 40
ASSISTANT, MENU = Plan(automation={"front": "assistant"}), Plan(automation={"front": "menu"})
CLEVER = Machine(solves_simple=1.0, solves_difficult=1.0, wrong=0.0, recovery=0.0, cost=0.1, licence=0.0)
LIAR = CLEVER.but(solves_simple=0.0, solves_difficult=0.0, wrong=1.0)
USELESS = LIAR.but(wrong=0.0)


@cache
def market(agents: int = 2, simple: float = 0.5, minutes: float = 45.0, **these: Any) -> Scenario:
    """Give a supermarket of 500 customers with many complaints and no talk."""
    scenario = load_scenario("supermarket").but(people=500, weeks=WEEKS, acquisition=None)
    desk = scenario.service.but(
        fault_share=0.5, outspoken_share=0.8, simple_share=simple, agents=agents, handling_minutes=minutes
    )
    entry = Entry(present_share=1.0)
    return scenario.but(service=desk, entry=entry, automation=Automation(**these))


def met(run: Run, end: int) -> Events:
    events = run.events.of(Kind.MET)
    return events.where(events.channel == end)


def first_tickets(run: Run) -> set[tuple[int, int]]:
    """Give minute and person of the complaints that reach the desk, but those of the misled."""
    again = run.events.of(Kind.REPEATED)
    return keys(run.events.of(Kind.TICKET)) - keys(again)


def keys(events: Events) -> set[tuple[int, int]]:
    return set(zip(events.minute.tolist(), events.person.tolist(), strict=True))


def occasions(run: Run, events: Events) -> tuple[npt.NDArray[np.int64], ...]:
    """Give person, week and j of the orders that events are about."""
    orders = run.events.of(Kind.ORDER).frame()
    orders["week"] = orders["minute"] // MINUTES_A_WEEK
    orders["j"] = orders.groupby(["person", "week"]).cumcount()
    found = events.frame().merge(orders, on=["minute", "person"], suffixes=("", "_order"))
    return tuple(found[name].to_numpy(np.int64) for name in ("person", "week", "j"))


def is_simple(run: Run, events: Events) -> npt.NDArray[np.bool_]:
    """Tell which of these complaints are simple: the truth behind the desk."""
    share = run.scenario.service.simple_share
    return np.asarray(Luck(run.seed).happens(share, Purpose.SIMPLE, *occasions(run, events)))


# -- off means off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("levers", [{}, {"upkeep": 30.0, "history": True}, {"front": "menu", "share": 0.0}])
def test_a_machine_that_meets_nobody_changes_nothing_but_the_bill(levers: dict[str, Any]) -> None:
    off = simulate(market().but(automation=None), Plan(), 2).events
    idle = simulate(market(), Plan(automation=levers), 2).events
    pd.testing.assert_frame_equal(off.frame(), idle.where(idle.kind != Kind.TOOLS).frame())
    assert bool(len(idle.of(Kind.TOOLS))) == ("front" in levers)


def test_without_a_desk_there_is_nothing_to_stand_in_front_of() -> None:
    bare = market().but(service=None)
    with pytest.raises(Fault, match="has no desk, so no complaint comes that a machine could meet"):
        simulate(bare, ASSISTANT, 1)
    plain = simulate(bare.but(automation=None), Plan(), 1)
    pd.testing.assert_frame_equal(simulate(bare, Plan(), 1).events.frame(), plain.events.frame())


# -- what a machine does ---------------------------------------------------------------------------


@pytest.mark.parametrize("front", ["menu", "assistant"])
def test_it_solves_and_misleads_the_shares_that_its_numbers_say(front: str) -> None:
    run = simulate(market(), Plan(automation={"front": front}), 1)
    machine = getattr(run.scenario.automation, front)
    closed, over, misled = met(run, CLOSED), met(run, HANDED_OVER), run.events.of(Kind.MISLED)
    for simple, solves in ((True, machine.solves_simple), (False, machine.solves_difficult)):
        n_closed, n_over, n_misled = (
            int((is_simple(run, events) == simple).sum()) for events in (closed, over, misled)
        )
        n = n_closed + n_over
        for count, share in ((n_closed - n_misled, solves), (n_misled, (1 - solves) * machine.wrong)):
            assert abs(count - n * share) < 4 * np.sqrt(n * share * (1 - share)) + 1e-9
        assert n > 400


@each_seed
def test_the_desk_sees_only_what_is_handed_over_and_who_finds_out_that_the_answer_was_wrong(
    seed: int,
) -> None:
    run = simulate(market(), ASSISTANT, seed)
    over, again = met(run, HANDED_OVER), run.events.of(Kind.REPEATED)
    assert first_tickets(run) == keys(over)
    assert not keys(met(run, CLOSED)) & keys(over)
    misled = keys(run.events.of(Kind.MISLED))
    first = set(zip(again.ref.tolist(), again.person.tolist(), strict=True))
    assert 20 < len(first) < len(misled)
    assert first < misled < keys(met(run, CLOSED))


def test_it_meets_the_share_of_complaints_that_the_lever_says_and_always_the_same() -> None:
    runs = [
        simulate(market(), Plan(automation={"front": "menu", "share": s}), 1).pages[2]
        for s in (0.3, 0.6, 1.0)
    ]
    met_early = [keys(page.of(Kind.MET)) for page in runs]
    assert met_early[0] < met_early[1] < met_early[2]
    run = simulate(market(), Plan(automation={"front": "menu", "share": 0.3}), 1)
    some, every = len(run.events.of(Kind.MET)), len(run.events.of(Kind.MET)) + len(run.events.of(Kind.TICKET))
    every -= len(met(run, HANDED_OVER)) + len(run.events.of(Kind.REPEATED))
    assert abs(some - 0.3 * every) < 4 * np.sqrt(every * 0.21)


@each_seed
def test_it_takes_the_simple_ones_and_leaves_people_the_difficult(seed: int) -> None:
    run = simulate(market(), ASSISTANT, seed)
    over, closed = (is_simple(run, met(run, end)).mean() for end in (HANDED_OVER, CLOSED))
    assert over < 0.4 < 0.6 < closed


@each_seed
def test_fewer_at_the_desk_wait_less(seed: int) -> None:
    busy = market(1, minutes=90.0)
    waits = [simulate(busy, plan, seed).events.of(Kind.ANSWERED).value.mean() for plan in (Plan(), MENU)]
    assert waits[1] < 0.9 * waits[0]


@each_seed
def test_upkeep_solves_more_and_misleads_fewer(seed: int) -> None:
    runs = [
        simulate(market(), Plan(automation={"front": "assistant", "upkeep": money}), seed)
        for money in (0.0, 10.0, 60.0)
    ]
    shares = [len(met(run, CLOSED)) / len(run.events.of(Kind.MET)) for run in runs]
    misled = [len(run.events.of(Kind.MISLED)) / len(run.events.of(Kind.MET)) for run in runs]
    assert misled[0] > misled[1] > misled[2]
    assert shares[2] - misled[2] > shares[1] - misled[1] > shares[0] - misled[0]


# -- wrong answers ---------------------------------------------------------------------------------


def test_a_wrong_answer_is_found_out_after_the_mean_time_that_is_stated() -> None:
    days, share = 3.0, 0.7
    run = simulate(market(assistant=LIAR, discovery_days=days, again_share=share), ASSISTANT, 1)
    again, misled = run.events.of(Kind.REPEATED), run.events.of(Kind.MISLED)
    early = misled.minute < (WEEKS - 6) * MINUTES_A_WEEK  # by the end, they have found it out
    follows = np.isin(again.ref, misled.minute[early])
    n = int(early.sum())
    assert n > 1_000
    assert abs(follows.sum() - share * n) < 4 * np.sqrt(n * share * (1 - share)) + 3  # two of one minute
    took = (again.minute - again.ref)[follows] / MINUTES_A_DAY
    assert abs(took.mean() - days) < 4 * days / np.sqrt(len(took))


@each_seed
def test_customers_believe_a_wrong_answer_and_say_so_when_they_are_asked(seed: int) -> None:
    """A survey right after the answer measures what is believed."""
    lies, truth = (
        simulate(market(assistant=machine, again_share=0.0, wrong_toll=0.3), ASSISTANT, seed)
        for machine in (LIAR, CLEVER)
    )
    assert lies.metrics["csat"] == pytest.approx(truth.metrics["csat"], abs=0.05)
    assert len(lies.defections) > 1.1 * len(truth.defections)
    assert lies.truth["satisfaction"].mean() < truth.truth["satisfaction"].mean() - 0.1


@each_seed
def test_the_firms_promises_look_kept_while_the_misled_leave(seed: int) -> None:
    busy = market(1, minutes=90.0, wrong_toll=0.4)
    plain, machine = (simulate(busy, plan, seed) for plan in (Plan(), ASSISTANT))
    assert machine.metrics["sla_answer"] > plain.metrics["sla_answer"]
    hurt = [
        simulate(market(1, minutes=90.0, wrong_toll=toll), ASSISTANT, seed).defections["service"].sum()
        for toll in (0.0, 0.4)
    ]
    assert hurt[0] < hurt[1]


@each_seed
def test_whoever_swallows_a_wrong_answer_bears_the_fault_as_if_nobody_had_answered(seed: int) -> None:
    """With no other toll, a machine that misleads all is the market in which nobody complains."""
    scenario = market(assistant=LIAR, wrong_toll=0.0, again_share=0.0, discovery_days=1e-6)
    silent = scenario.but(service=scenario.service.but(outspoken_share=0.0))
    misled, swallowed = simulate(scenario, ASSISTANT, seed), simulate(silent, Plan(), seed)
    assert len(misled.events.of(Kind.MISLED)) > 1_000
    assert len(misled.events.of(Kind.TICKET)) == len(swallowed.events.of(Kind.TICKET)) == 0
    for kind in (Kind.ORDER, Kind.LEFT, Kind.FAULT):
        pd.testing.assert_frame_equal(*(run.events.of(kind).frame() for run in (misled, swallowed)))


# -- handing over ----------------------------------------------------------------------------------


@each_seed
def test_to_tell_all_again_takes_time_and_patience_unless_agents_know_it(seed: int) -> None:
    front = {"front": "assistant"}
    scenario = market(assistant=USELESS, retold_toll=0.2)
    lost, known = (
        simulate(scenario, Plan(automation=front | {"history": history}), seed) for history in (False, True)
    )
    plain = simulate(scenario, Plan(), seed)
    times = [handling(run) for run in (known, plain, lost)]
    assert times[0] == pytest.approx(0.9 * times[1], rel=0.05)
    assert times[2] == pytest.approx(1.2 * times[1], rel=0.05)
    assert len(lost.defections) > len(known.defections)
    assert lost.defections["service"].sum() > known.defections["service"].sum()


def handling(run: Run) -> float:
    """Give the mean time between answer and solution in open minutes."""
    solved, answered = (run.events.of(kind).frame() for kind in (Kind.RESOLVED, Kind.ANSWERED))
    both = solved.merge(answered, on=["person", "ref"], suffixes=("", "_answer"))
    return float((both["value"] - both["value_answer"]).mean())


@each_seed
def test_customers_like_a_persons_solution_better_where_the_machine_lacks_warmth(seed: int) -> None:
    answers = [
        simulate(market(assistant=CLEVER.but(recovery=warmth)), ASSISTANT, seed).metrics["csat"]
        for warmth in (-0.8, 0.0, 0.8)
    ]
    assert answers[0] < answers[1] < answers[2]


def test_a_machine_does_better_on_simple_complaints_than_on_difficult_ones() -> None:
    """Satisfaction by type: those it can help are content, the others have lost time."""
    scenario = market(1, minutes=90.0)
    kept = {}
    for simple in (0.0, 1.0):
        share = scenario.but(service=scenario.service.but(simple_share=simple))
        plain, machine = (simulate(share, plan, 1) for plan in (Plan(), ASSISTANT))
        kept[simple] = len(plain.defections) - len(machine.defections)
    assert kept[1.0] > kept[0.0]


# -- difficult and simple at the desk --------------------------------------------------------------


def test_a_difficult_complaint_takes_so_many_times_as_long_and_the_mean_stays() -> None:
    base = market(50)
    hard = base.but(service=base.service.but(difficult_times=3.0, simple_share=0.6))
    run, plain = simulate(hard, Plan(), 1), simulate(base, Plan(), 1)
    solved = run.events.of(Kind.RESOLVED)
    firsts = Events(
        solved.ref, *(getattr(solved, name) for name in ("person", "kind", "channel", "ref", "value"))
    )
    simple = is_simple(run, firsts)
    assert len(simple) == len(solved)
    times = [solved.value[rows].mean() for rows in (simple, ~simple)]
    assert times[1] / times[0] == pytest.approx(3.0, rel=0.15)
    assert solved.value.mean() == pytest.approx(plain.events.of(Kind.RESOLVED).value.mean(), rel=0.1)


# -- money and twins -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levers", "weekly"),
    [({"front": "menu"}, 2.0), ({"front": "assistant", "upkeep": 7.77, "history": True}, 10 + 7.77 + 3)],
)
def test_the_machine_costs_what_was_agreed(levers: dict[str, Any], weekly: float) -> None:
    run = simulate(market(), Plan(automation=levers), 1)
    tools, each = run.events.of(Kind.TOOLS), run.events.of(Kind.MET)
    assert tools.value.tolist() == [round(weekly * 100 * 0.5)] * WEEKS
    assert (tools.person == FIRM).all()
    cents = round(getattr(run.scenario.automation, levers["front"]).cost * 100)
    assert (each.value == cents).all()
    total = run.accounts.total()
    assert (total["machines"], total["tools"]) == (-cents * len(each), -tools.value.sum())
    assert total["profit"] == run.accounts.by_person()["profit"].sum()


def test_a_compensation_is_paid_to_those_who_believe_it_too() -> None:
    plan = Plan(automation={"front": "assistant"}, service={"compensation": 5.0})
    run = simulate(market(assistant=LIAR), plan, 1)
    paid = run.events.of(Kind.COMPENSATED)
    assert set(zip(paid.ref.tolist(), paid.person.tolist(), strict=True)) >= keys(run.events.of(Kind.MISLED))


@each_seed
def test_who_never_complains_never_notices_the_machine(seed: int) -> None:
    plain, machine = (simulate(market(), plan, seed) for plan in (Plan(), ASSISTANT))
    touched = np.zeros(500, bool)
    touched[plain.events.of(Kind.TICKET).person] = True
    touched[machine.events.of(Kind.MET).person] = True
    assert min(touched.sum(), (~touched).sum()) > 50
    events = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (plain, machine)
    ]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))
    pd.testing.assert_frame_equal(plain.truth[~touched], machine.truth[~touched], check_exact=True)


@each_seed
def test_lives_lived_one_by_one_meet_the_same_machine(seed: int) -> None:
    scenario = market().but(people=60, weeks=20)
    one, other = (simulate(scenario, ASSISTANT, seed, focus=focus).events for focus in ((), range(0, 60, 2)))
    assert len(one.of(Kind.MISLED)) > 5
    pd.testing.assert_frame_equal(one.frame(), other.frame())


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"front": "robot"}, {"share": 1.5}, {"upkeep": -1.0}])
def test_a_lever_of_automation_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"automation\.{next(iter(given))}"):
        Plan(automation=given)


def test_a_market_without_machines_says_so() -> None:
    with pytest.raises(Fault, match=r"automation: supermarket has no automation.*leave front alone"):
        simulate(market().but(automation=None), MENU, 1)
