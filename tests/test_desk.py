"""Laws of the desk: it is an M/M/c queue with priorities that works in open hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import simpy

from sim import Plan, Segment, load_scenario, over, simulate
from sim.chance import Luck
from sim.clock import BEFORE_MONDAY, MINUTES_A_DAY, MINUTES_A_WEEK, OpeningHours
from sim.delays import Delays
from sim.desk import Desk
from sim.events import Kind
from sim.log import EventLog
from sim.processes.service import Parameters
from sim.record import Record

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
ALWAYS = OpeningHours()
SHOP_HOURS = OpeningHours(days=6, from_hour=9, until_hour=19)
HANDLING = 300.0  # minutes: long, so that whole minutes are fine enough
TICKETS = 20_000


def open_desk(
    agents: int, hours: OpeningHours = ALWAYS, handling: float = HANDLING, size: int = TICKETS
) -> Desk:
    """Put a desk into a world that has nothing else: a clock, luck and a log."""
    env = simpy.Environment(initial_time=BEFORE_MONDAY)
    world: Any = SimpleNamespace(env=env, luck=Luck(5), size=size, log=EventLog())
    world.record = Record(size, Delays())
    return Desk(world, Parameters(agents=agents, hours=hours, handling_minutes=handling))


@dataclass(frozen=True)
class Log:
    """What became of each ticket, by person; -1 where it did not happen. Arrays of shape (tickets,)."""

    arrived: Whole
    answered: Whole  # minute
    resolved: Whole  # minute
    waited: Whole  # open minutes until the answer
    took: Whole  # open minutes until the solution


def work_off(desk: Desk, arrivals: Sequence[int] | Whole, until: float | None = None) -> Log:
    """Let one ticket of each person arrive, and the desk work."""
    for person, minute in enumerate(np.asarray(arrivals).tolist()):
        desk.expect(minute, person, 0)
    desk.world.env.run(until=until)
    events = desk.world.log.close_week()
    columns = np.full((4, len(arrivals)), -1, np.int64)
    for row, kind, value in ((0, Kind.ANSWERED, "minute"), (1, Kind.RESOLVED, "minute")):
        columns[row, events.of(kind).person] = getattr(events.of(kind), value)
        columns[row + 2, events.of(kind).person] = events.of(kind).value
        assert len(events.of(kind)) == len(set(events.of(kind).person.tolist()))  # nobody twice
        assert (np.asarray(arrivals)[events.of(kind).person] == events.of(kind).ref).all()
    return Log(np.asarray(arrivals, np.int64), *columns)


def poisson(load: float, agents: int, tickets: int = TICKETS, seed: int = 0) -> Whole:
    """Draw arrivals so that this share of the agents' time is asked for."""
    gaps = np.random.default_rng(seed).exponential(HANDLING / (load * agents), tickets)
    return np.floor(np.cumsum(gaps)).astype(np.int64)


def erlang_c(load: float, agents: int) -> float:
    """Give the mean wait of M/M/c in minutes (Erlang 1917)."""
    offered = load * agents
    all_busy = offered**agents / factorial(agents) / (1 - load)
    waits = all_busy / (sum(offered**k / factorial(k) for k in range(agents)) + all_busy)
    return waits * HANDLING / (agents * (1 - load))


def batch_error(values: Floats | Whole, batches: int = 25) -> float:
    """Give the standard error of the mean of a correlated series, by batch means."""
    means = [batch.mean() for batch in np.array_split(values, batches)]
    return float(np.std(means, ddof=1) / np.sqrt(batches))


# -- the queue -------------------------------------------------------------------------------------


@pytest.mark.parametrize("agents", [1, 2, 5])
@pytest.mark.parametrize("load", [0.5, 0.75])
def test_the_mean_wait_is_erlangs(agents: int, load: float) -> None:
    log = work_off(open_desk(agents), poisson(load, agents))
    expected, error = erlang_c(load, agents), batch_error(log.waited)
    assert error < expected / 6  # or the next line would say little
    assert abs(log.waited.mean() - expected) < 4 * error + 0.5  # half a minute: waits are whole minutes
    took = log.took - log.waited
    assert abs(took.mean() - HANDLING) < 4 * HANDLING / np.sqrt(TICKETS) + 0.5


def test_the_number_at_the_desk_is_arrivals_times_time_spent() -> None:
    log = work_off(open_desk(2), poisson(0.75, 2))
    end = int(log.resolved.max()) + 1
    steps = np.bincount(log.arrived, minlength=end) - np.bincount(log.resolved, minlength=end)
    number = np.cumsum(steps)  # at the desk in each minute
    rate = TICKETS / end
    assert number.mean() == pytest.approx(rate * log.took.mean(), rel=1e-12)  # Little's law
    expected = 2 * 0.75 / HANDLING * (erlang_c(0.75, 2) + HANDLING)
    assert number.mean() == pytest.approx(expected, rel=0.1)
    working = np.cumsum(np.bincount(log.answered, minlength=end) - np.bincount(log.resolved, minlength=end))
    assert working.max() == 2
    assert working.mean() == pytest.approx(2 * 0.75, rel=0.03)


def test_no_agent_is_idle_while_a_ticket_waits() -> None:
    log = work_off(open_desk(3), poisson(0.9, 3, 3_000))
    end = int(log.resolved.max()) + 1
    arrived, answered, resolved = (
        np.cumsum(np.bincount(minutes, minlength=end))
        for minutes in (log.arrived, log.answered, log.resolved)
    )
    waiting, working = arrived - answered, answered - resolved
    assert waiting.max() > 5
    assert (working[waiting > 0] == 3).all()


def test_urgent_tickets_wait_as_cobham_says_and_the_others_pay_for_it() -> None:
    desk, load, share = open_desk(1), 0.75, 0.4
    desk.urgent[:] = np.random.default_rng(1).random(TICKETS) < share
    log = work_off(desk, poisson(load, 1))
    urgent = log.waited[desk.urgent]
    plain = log.waited[~desk.urgent]
    residual = load * HANDLING  # of the work in hand, exponential
    for waited, expected in (
        (urgent, residual / (1 - load * share)),
        (plain, residual / ((1 - load * share) * (1 - load))),
    ):
        assert batch_error(waited) < expected / 8
        assert abs(waited.mean() - expected) < 4 * batch_error(waited) + 0.5
    assert urgent.mean() < erlang_c(load, 1) < plain.mean()


@pytest.mark.parametrize("agents", [1, 3])
def test_the_urgent_go_first_and_within_a_priority_the_earlier(agents: int) -> None:
    desk = open_desk(agents)
    desk.urgent[:] = np.random.default_rng(1).random(TICKETS) < 0.3
    log = work_off(desk, poisson(0.95, agents, 3_000))
    urgent = desk.urgent[:3_000]
    for priority in (urgent, ~urgent):
        assert (np.diff(log.answered[priority]) >= 0).all()  # they arrived in the order of persons
    jumped = 0
    for person in np.flatnonzero(~urgent & (log.waited > 0)).tolist():
        waiting = urgent & (log.arrived < log.answered[person]) & (log.answered > log.answered[person])
        assert not waiting.any()
        jumped += (urgent & (log.arrived > log.arrived[person]) & (log.answered < log.answered[person])).any()
    assert jumped > 100


def test_of_those_who_come_in_the_same_minute_the_lower_number_goes_first() -> None:
    log = work_off(open_desk(1), [60] * 6)
    assert np.argsort(log.answered).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_queue_does_not_depend_on_who_was_expected_first() -> None:
    arrivals = np.sort(np.random.default_rng(2).integers(0, 20_000, 400)) // 60 * 60  # many at once
    pages = []
    for order in (np.arange(400), np.arange(400)[::-1], np.random.default_rng(3).permutation(400)):
        desk = open_desk(3, SHOP_HOURS, 100.0)
        for person in order.tolist():
            desk.expect(int(arrivals[person]), person, 0)
        desk.world.env.run()
        pages.append(desk.world.log.close_week().frame())
    assert pages[0].equals(pages[1])
    assert pages[0].equals(pages[2])


@pytest.mark.parametrize("hours", [ALWAYS, SHOP_HOURS], ids=["always open", "shop hours"])
def test_with_more_agents_nobody_waits_longer(hours: OpeningHours) -> None:
    arrivals = poisson(0.9, 1, 2_000)
    waits = [work_off(open_desk(agents, hours), arrivals).waited for agents in (1, 2, 3, 6)]
    for fewer, more in pairwise(waits):
        assert (more <= fewer).all()
        assert more.mean() < fewer.mean()


def test_without_agents_nothing_is_answered() -> None:
    desk = open_desk(0)
    log = work_off(desk, poisson(0.5, 1, 500))
    assert (log.answered == -1).all()
    assert len(desk.queue) == 500


# -- open hours ------------------------------------------------------------------------------------


def is_open(minute: Whole, hours: OpeningHours) -> npt.NDArray[np.bool_]:
    time = minute % MINUTES_A_DAY
    in_time = (time >= 60 * hours.from_hour) & (time < 60 * hours.until_hour)
    return in_time & (minute % MINUTES_A_WEEK // MINUTES_A_DAY < hours.days)


@pytest.mark.parametrize("agents", [1, 4])
def test_nothing_is_answered_or_solved_while_the_desk_is_closed(agents: int) -> None:
    arrivals = np.sort(np.random.default_rng(4).integers(0, 20 * MINUTES_A_WEEK, 600))
    log = work_off(open_desk(agents, SHOP_HOURS, 100.0), arrivals)
    assert not is_open(arrivals, SHOP_HOURS).all()
    assert is_open(log.answered, SHOP_HOURS).all()
    assert is_open(log.resolved, SHOP_HOURS).all()


def test_waits_count_open_minutes_only() -> None:
    arrivals = np.sort(np.random.default_rng(4).integers(0, 20 * MINUTES_A_WEEK, 600))
    log = work_off(open_desk(1, SHOP_HOURS, 100.0), arrivals)
    opened = np.concatenate([[0], np.cumsum(is_open(np.arange(log.resolved.max() + 1), SHOP_HOURS))])
    assert np.array_equal(log.waited, opened[log.answered] - opened[log.arrived])
    assert np.array_equal(log.took, opened[log.resolved] - opened[log.arrived])


def test_a_ticket_of_the_night_waits_no_minute_if_it_is_the_first_at_opening() -> None:
    log = work_off(open_desk(1, SHOP_HOURS), [3 * 60])
    assert (log.answered[0], log.waited[0]) == (9 * 60, 0)


def test_work_unfinished_at_closing_is_finished_after_opening() -> None:
    desk = open_desk(1, SHOP_HOURS)
    desk.work = lambda ticket: 90  # type: ignore[method-assign]
    saturday = 5 * MINUTES_A_DAY
    log = work_off(desk, [saturday + 18 * 60, saturday + 18 * 60 + 30])
    monday = MINUTES_A_WEEK + 9 * 60
    assert log.answered.tolist() == [saturday + 18 * 60, monday + 30]
    assert log.resolved.tolist() == [monday + 30, monday + 120]
    assert log.waited.tolist() == [0, 60]
    assert log.took.tolist() == [90, 150]


def test_promises_are_counted_in_open_hours() -> None:
    desk = open_desk(1, SHOP_HOURS)  # promises an answer within 2 open hours, a solution within 24
    for waited, took, kept in ((120, 1_440, True), (121, 1_440, False), (120, 1_441, False), (0, 1, True)):
        assert desk.kept(waited, took) is kept


def test_a_ticket_is_overdue_when_more_open_hours_have_passed_than_promised() -> None:
    desk = open_desk(0, SHOP_HOURS)
    work_off(desk, [9 * 60])
    promised = SHOP_HOURS.minute_of(24 * 60)  # Wednesday at 13:00
    assert promised == 2 * MINUTES_A_DAY + 13 * 60
    assert desk.overdue(promised) == []
    assert [ticket.person for ticket in desk.overdue(promised + 1)] == [0]


# -- the desk in a market --------------------------------------------------------------------------


def test_in_a_market_too_more_agents_keep_more_promises_and_first_means_sooner() -> None:
    base = load_scenario("supermarket")
    assert base.service
    busy = base.but(people=1_500, weeks=26, service=base.service.but(fault_share=0.2, handling_minutes=60.0))
    plan = Plan()
    waits, promises = [], []
    for agents in (1, 2, 4):
        run = simulate(busy, plan.but(service=plan.service.but(agents=agents)), 1)
        waits.append(run.events.of(Kind.ANSWERED).value.mean())
        promises.append(run.metrics["sla_answer"])
        assert run.events.of(Kind.WAGES).value.tolist() == [agents * 80_000] * 26
    assert waits[0] > waits[1] > waits[2]
    assert promises[0] < promises[1] < promises[2]

    regulars = Segment(orders=over(8))
    run = simulate(busy, plan.but(service=plan.service.but(agents=1, first=regulars)), 1)
    answers = run.events.of(Kind.ANSWERED)
    rows = {person: row for row, person in enumerate(run.hidden_link)}
    first = [run.record(int(week)) for week in range(27)]
    week = answers.ref // MINUTES_A_WEEK  # the desk looks at priorities when a ticket arrives
    urgent = np.array(
        [
            rows[p] < len(first[w]) and first[w]["orders"][rows[p]] > 8
            for p, w in zip(answers.person, week, strict=True)
        ]
    )
    assert 100 < urgent.sum() < len(urgent) - 100
    assert answers.value[urgent].mean() < answers.value[~urgent].mean()


def test_agents_hired_later_begin_on_their_first_monday_at_opening() -> None:
    base = load_scenario("supermarket")
    assert base.service
    busy = base.but(people=300, weeks=10, service=base.service.but(fault_share=0.2))
    nobody, five = (Plan().but(service=Plan().service.but(agents=agents)) for agents in (0, 5))
    run = simulate(busy, {0: nobody, 6: five}, 1)
    tickets, answers = run.events.of(Kind.TICKET), run.events.of(Kind.ANSWERED)
    assert answers.minute.min() == 6 * MINUTES_A_WEEK + 9 * 60
    assert (np.diff(answers.minute[np.argsort(answers.ref)]) >= 0).all()  # the oldest first
    waiting = (tickets.minute < 6 * MINUTES_A_WEEK).sum()
    assert (answers.ref < 6 * MINUTES_A_WEEK).sum() == waiting > 20
