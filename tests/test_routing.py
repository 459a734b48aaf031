"""Laws of routing: the short ones first shorten the mean wait, specialists are fast and cannot help out."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.chance import Purpose
from sim.clock import MINUTES_A_WEEK
from sim.crew import Crew
from sim.desk import Desk
from sim.events import Kind
from sim.processes.entry import Parameters as Entry
from sim.ticket import DIFFICULT, SIMPLE
from tests.test_desk import HANDLING, TICKETS, Log, batch_error, erlang_c, open_desk, poisson, work_off

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
SHARE, TIMES = 0.6, 4.0


def desk_by(routing: str, agents: int = 1, triage: float = 1.0, faster: float = 1.0) -> Desk:
    """Give a desk of simple and difficult tickets that goes by a rule."""
    desk = open_desk(agents)
    desk.these = desk.these.but(
        simple_share=SHARE, difficult_times=TIMES, triage_right=triage, specialist_time=faster
    )
    desk.route(routing, 0.5)
    return desk


def is_simple(desk: Desk, log: Log) -> npt.NDArray[np.bool_]:
    person = np.arange(len(log.arrived))
    return np.asarray(
        desk.world.luck.happens(SHARE, Purpose.SIMPLE, person, log.arrived // MINUTES_A_WEEK, 0)
    )


@pytest.mark.parametrize("load", [0.5, 0.75])
def test_the_simple_first_wait_as_cobham_says_and_the_mean_is_shorter(load: float) -> None:
    """Priorities without interruption in M/G/1 (Cobham 1954), with two classes of exponential work."""
    desk = desk_by("simple_first")
    log = work_off(desk, poisson(load, 1))
    simple = is_simple(desk, log)
    unit = 1 / (SHARE + (1 - SHARE) * TIMES)  # a simple ticket's time, beside the mean
    rate = load / HANDLING
    residual = rate * HANDLING**2 * (SHARE * unit**2 + (1 - SHARE) * (TIMES * unit) ** 2)
    load_simple = load * SHARE * unit
    for waited, expected in (
        (log.waited[simple], residual / (1 - load_simple)),
        (log.waited[~simple], residual / ((1 - load_simple) * (1 - load))),
    ):
        assert batch_error(waited) < expected / 5
        assert abs(waited.mean() - expected) < 4 * batch_error(waited) + 0.5
    assert log.waited.mean() < work_off(desk_by("arrival"), poisson(load, 1)).waited.mean()


def test_the_less_the_first_words_tell_the_less_is_gained() -> None:
    waits = [
        work_off(desk_by("simple_first", triage=right), poisson(0.8, 1)).waited.mean()
        for right in (1.0, 0.8, 0.5)
    ]
    plain = work_off(desk_by("arrival"), poisson(0.8, 1)).waited.mean()
    assert waits[0] < waits[1] < waits[2]
    assert waits[2] == pytest.approx(plain, rel=0.1)  # sorted by a coin, nothing is gained


def test_the_urgent_still_go_before_all_others() -> None:
    desk = desk_by("simple_first")
    desk.urgent[:] = np.random.default_rng(1).random(TICKETS) < 0.3
    log = work_off(desk, poisson(0.9, 1, 3_000))
    urgent = desk.urgent[:3_000]
    for person in np.flatnonzero(~urgent & (log.waited > 0)).tolist():
        waiting = urgent & (log.arrived < log.answered[person]) & (log.answered > log.answered[person])
        assert not waiting.any()


def test_specialists_take_their_own_and_leave_the_others_waiting() -> None:
    desk = desk_by("specialists", 4)
    assert desk.teams == (2, 2)
    log = work_off(desk, poisson(0.7, 4, 5_000))
    simple = is_simple(desk, log)
    end = int(log.resolved.max()) + 1
    for mine in (simple, ~simple):
        arrived, answered, resolved = (
            np.cumsum(np.bincount(minutes[mine], minlength=end))
            for minutes in (log.arrived, log.answered, log.resolved)
        )
        working = answered - resolved
        assert working.max() == 2
        assert (working[arrived > answered] == 2).all()  # none of them is idle while one of theirs waits
    assert (np.diff(log.answered[simple]) >= 0).all()


@pytest.mark.parametrize("faster", [0.5, 1.0])
def test_specialists_gain_what_they_are_faster_and_lose_what_they_cannot_share(faster: float) -> None:
    pooled, split = (
        work_off(desk_by(r, 4, faster=faster), poisson(0.7, 4)) for r in ("arrival", "specialists")
    )
    took = [(log.took - log.waited).mean() for log in (pooled, split)]
    assert took[1] == pytest.approx(faster * took[0], rel=0.01)
    assert (split.waited.mean() < pooled.waited.mean()) == (faster < 1)


@pytest.mark.parametrize(
    ("agents", "share", "expected"), [(1, 0.5, 0), (2, 0.0, 1), (5, 0.3, 2), (4, 1.0, 3)]
)
def test_of_two_agents_or_more_at_least_one_is_there_for_each_type(
    agents: int, share: float, expected: int
) -> None:
    desk = open_desk(agents)
    desk.route("specialists", share)
    assert (desk.teams[0] if len(desk.teams) > 1 else 0) == expected


def test_a_change_of_routing_loses_no_ticket() -> None:
    desk = desk_by("arrival", 2)
    arrivals = poisson(1.3, 2, 2_000)
    for person, minute in enumerate(arrivals.tolist()):
        desk.expect(minute, person, 0)
    for rule, until in (("specialists", 0.3), ("simple_first", 0.5), ("specialists", 0.7), ("arrival", 0.9)):
        desk.world.env.run(until=until * float(arrivals[-1]))
        assert len(desk.queue) > 5
        desk.route(rule, 0.5)
        lines = {ticket.line for ticket in desk.queue}
        assert lines == {SIMPLE} if rule == "arrival" else DIFFICULT in lines
    desk.look_after(int(desk.world.env.now) + 1)
    desk.world.env.run()
    solved = desk.world.log.close_week().of(Kind.RESOLVED).person
    assert sorted(solved.tolist()) == list(range(2_000))


# -- in a market -----------------------------------------------------------------------------------


@cache
def market(**these: Any) -> Scenario:
    """Give a supermarket of 500 customers whose desk has too much to do."""
    scenario = load_scenario("supermarket").but(people=500, weeks=26, acquisition=None)
    desk = scenario.service.but(fault_share=0.5, outspoken_share=0.8, handling_minutes=60.0, agents=1)
    return scenario.but(service=desk.but(difficult_times=4.0, **these), entry=Entry(present_share=1.0))


@each_seed
def test_in_a_market_too_the_simple_first_keeps_more_promises(seed: int) -> None:
    plans = (Plan(), Plan(service={"routing": "simple_first"}))
    runs = [simulate(market(), plan, seed) for plan in plans]
    waits = [run.events.of(Kind.ANSWERED).value.mean() for run in runs]
    assert waits[1] < waits[0]
    assert runs[1].metrics["sla_answer"] > runs[0].metrics["sla_answer"]


def test_where_all_complaints_take_as_long_specialists_only_wait() -> None:
    alike = market(specialist_time=1.0).but(weeks=20)
    alike = alike.but(service=alike.service.but(difficult_times=1.0, agents=2))
    waits = [
        simulate(alike, Plan(service={"routing": rule}), 1).events.of(Kind.ANSWERED).value.mean()
        for rule in ("arrival", "specialists")
    ]
    assert waits[0] < waits[1]


def test_a_rule_that_no_desk_knows_is_named() -> None:
    with pytest.raises(Fault, match=r"service\.routing"):
        Plan(service={"routing": "random"})


# -- channels and silos ------------------------------------------------------------------------------

THREE = {"phone": 0.5, "email": 0.3, "counter": 0.2}


def silo_desk(routing: str, agents: int, channels: dict[str, float] = THREE, silo_time: float = 1.3) -> Desk:
    """Give a desk that complaints reach by channels."""
    desk = open_desk(agents)
    these = desk.these.but(channels=channels, silo_time=silo_time)
    desk = Desk(desk.world, these)
    desk.route(routing, 0.5)
    return desk


def test_complaints_come_by_each_channel_as_often_as_the_scenario_says() -> None:
    desk = silo_desk("arrival", 4)
    for person, minute in enumerate(poisson(0.5, 4, 10_000).tolist()):
        desk.expect(minute, person, 0)
    desk.world.env.run()
    tickets = desk.world.log.close_week().of(Kind.TICKET)
    shares = np.bincount(tickets.channel) / len(tickets)
    assert shares == pytest.approx([*THREE.values()], abs=0.02)


@pytest.mark.parametrize(
    ("agents", "channels", "teams"),
    [
        (10, THREE, (5, 3, 2)),
        (3, THREE, (1, 1, 1)),
        (4, THREE, (2, 1, 1)),
        (5, {"letter": 1.0}, (5,)),
        (7, {"a": 0.9, "b": 0.1}, (6, 1)),
    ],
)
def test_silos_divide_the_agents_by_the_shares_and_leave_no_channel_without_one(
    agents: int, channels: dict[str, float], teams: tuple[int, ...]
) -> None:
    assert silo_desk("by_channel", agents, channels).teams == teams


@pytest.mark.parametrize("load", [0.6, 0.8])
def test_each_silo_waits_as_erlang_says_and_all_wait_longer_than_in_one_queue(load: float) -> None:
    """Two channels alike, two agents each: two M/M/2 queues instead of one M/M/4 (Smith & Whitt 1981)."""
    pooled, apart = (
        work_off(silo_desk(routing, 4, {"phone": 0.5, "email": 0.5}), poisson(load, 4))
        for routing in ("arrival", "by_channel")
    )
    expected = erlang_c(load, 2)
    assert abs(apart.waited.mean() - expected) < 4 * batch_error(apart.waited) + 0.5
    assert apart.waited.mean() > 1.3 * pooled.waited.mean()


def test_whoever_comes_again_by_another_channel_has_to_tell_it_all_only_in_silos() -> None:
    times = {}
    for routing in ("arrival", "by_channel"):
        desk = silo_desk(routing, 6, silo_time=5.0)
        desk.crew = Crew(first_contact=0.0)
        work_off_again(desk, poisson(0.2, 6, 4_000))
        times[routing] = desk.worked
    share = 1 - sum(share**2 for share in THREE.values())  # who comes again comes by another channel
    assert times["by_channel"] / times["arrival"] == pytest.approx((1 + 1 + share * 4) / 2, rel=0.05)


def work_off_again(desk: Desk, arrivals: npt.NDArray[np.int64]) -> None:
    for person, minute in enumerate(arrivals.tolist()):
        desk.expect(minute, person, 0)
    desk.world.env.run()


def test_a_market_in_silos_answers_later_and_where_all_share_a_queue_channels_change_nothing() -> None:
    scenario = load_scenario("supermarket").but(people=1_500, weeks=30)
    busy = scenario.service.but(fault_share=0.3, agents=3, handling_minutes=90)
    market = scenario.but(service=busy)
    pooled, apart = (simulate(market, Plan(service={"routing": r}), 1) for r in ("arrival", "by_channel"))
    waits = [run.events.of(Kind.ANSWERED).value.mean() for run in (pooled, apart)]
    assert waits[1] > 1.2 * waits[0]
    one = simulate(market.but(service=busy.but(channels={"letter": 1.0})), Plan(), 1)
    same = [run.events.frame().assign(channel=0) for run in (pooled, one)]
    assert same[0].equals(same[1])


@pytest.mark.parametrize("channels", [{}, {"phone": 0.0}, {"phone": 2.0}])
def test_channels_without_a_share_are_refused_by_name(channels: dict[str, float]) -> None:
    with pytest.raises(Fault, match=r"channels"):
        open_desk(1).these.but(channels=channels)


def test_a_desk_with_fewer_agents_than_channels_cannot_be_divided_and_says_so() -> None:
    few, enough = (Plan(service={"routing": "by_channel", "agents": agents}) for agents in (2, 3))
    supermarket = load_scenario("supermarket", 50).but(weeks=8)
    for refused in (few, {0: enough, 5: few}):
        with pytest.raises(Fault, match=r"service\.routing: by_channel wants an agent for each channel"):
            simulate(supermarket, refused, 1)
    assert simulate(supermarket, {0: Plan(), 5: enough}, 1).scenario == supermarket


def test_a_case_that_only_a_machine_has_closed_is_new_to_every_agent() -> None:
    scenario = load_scenario("supermarket").but(people=1_500, weeks=30).also("automation")
    wrong = scenario.automation.assistant.but(wrong=1.0, solves_simple=0.0, solves_difficult=0.0)
    busy = scenario.service.but(fault_share=0.3, agents=6, handling_minutes=90)
    plan = Plan(service={"routing": "by_channel"}, automation={"front": "assistant"})
    for silo_time in (1.0, 5.0):
        slow = scenario.but(
            service=busy.but(silo_time=silo_time),
            automation=scenario.automation.but(assistant=wrong, again_share=1.0),
        )
        events = simulate(slow, plan, 1).events
        assert len(events.of(Kind.REPEATED)) > 50
        if silo_time == 1.0:
            first = events.frame()
    assert first.equals(events.frame())
