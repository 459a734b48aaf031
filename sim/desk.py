"""The desk: complaints queue for agents, one by one, by priority.

A complaint that arrives waits until the desk is open and an agent is free. Among those who wait, the
urgent go first, then the earlier, then the lower person number, so the queue does not depend on who was
simulated first. By other rules of routing what looks simple goes before what does not, or has agents of its
own, or each channel has them: a silo. Deadlines and handling times count open minutes.

How fast and how well the agents work stands in `sim/crew.py`. Whom the first work on a ticket does not help
comes again, by any channel, and keeps the place in the queue that the first arrival gave. Before the desk a
machine may meet those who complain (`reception`); the desk sees only those whom it hands over.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.crew import Crew
from sim.events import Kind
from sim.ticket import DIFFICULT, SIMPLE, Lines, Ticket

if TYPE_CHECKING:
    from sim.processes.service import Parameters
    from sim.world import World

URGENT, PLAIN = 0, 2  # odd: difficult ones, where the simple go first
LUCK = (Purpose.TICKET_CHANNEL, Purpose.AGAIN_CHANNEL, Purpose.HANDLING, Purpose.REWORK, Purpose.REPEAT)


class Desk:
    """A queue, some agents, and what they finished this week."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.agents = these.agents
        self.crew = Crew()
        self.wait_felt = 1.0  # how much of a broken promise is felt
        self.reception: Callable[[Ticket], bool] | None = None  # a machine: does it close the ticket?
        self.urgent = np.zeros(world.record.size, bool)  # by box: the desk knows accounts, not people
        self.coming: list[tuple[int, int, int, Ticket]] = []  # minute, person, j of those who will complain
        self.queue = Lines()
        self.routing = "arrival"
        self.teams: tuple[int, ...] = (these.agents,)  # the agents of each line
        self.reached = np.cumsum([*these.channels.values()])  # shares of complaints, added up by channel
        self.in_hand: list[Ticket] = []
        self.returning: list[tuple[int, Ticket, int]] = []  # minute, ticket, minute of the first complaint
        self.solved: list[tuple[Ticket, bool]] = []  # this week's, and whether both promises were kept
        self.worked = 0  # open minutes of work that agents ever began
        self._moments: set[float] = set()  # minutes after which the queue will be looked at

    def expect(self, minute: int, person: int, j: int) -> None:
        """Expect a complaint at a minute of this week."""
        self._expect([self.ticket(minute, person, j)])

    def _expect(self, tickets: list[Ticket]) -> None:
        """Expect the complaints of these tickets, each at its minute."""
        for ticket in tickets:
            heappush(self.coming, (ticket.minute, ticket.person, ticket.j, ticket))
            self.look_after(ticket.minute)

    def expect_again(self, minute: int, ticket: Ticket, since: int) -> None:
        """Expect a complaint about what was not solved to come again; `since` is the minute of the first."""
        heappush(self.returning, (minute, ticket, since))
        self.look_after(minute)

    def look_after(self, minute: float) -> None:
        """Look at the queue half a minute later: by then all who come in that minute stand in it."""
        if minute not in self._moments:
            self._moments.add(minute)
            self._later(minute + 0.5, self._look, minute)

    def expect_complaints(self, minute: Integers, person: Integers, j: Integers, week: int) -> None:
        """Expect those who will not swallow a fault with an order of this week; arrays (orders,)."""
        luck, service = self.world.luck, self.world.people.service
        faulty = luck.happens(service.fault_share, Purpose.FAULT, person, week, j)
        minute, person, j = minute[faulty], person[faulty], j[faulty]
        speaks = luck.happens(service.outspoken[person], Purpose.COMPLAINT, person, week, j)
        self._expect(self.tickets(minute[speaks], person[speaks], j[speaks]))

    def _later(self, minute: float, act: Callable[[simpy.Event], None], value: object) -> None:
        """Have something done at a minute to come."""
        moment = self.world.env.timeout(minute - self.world.env.now, value)
        moment.callbacks = [act]

    def _look(self, look: Any) -> None:
        self._moments.discard(look.value)
        self.serve()

    def serve(self) -> None:
        """Give waiting tickets to free agents; if the desk is closed, as soon as it has opened."""
        self._let_in()
        ticket = self._next()
        if ticket is None:
            return
        now, hours = self.world.env.now, self.these.hours
        open_minutes = hours.open_minutes(now)
        opening = hours.minute_of(open_minutes)
        if opening > now:
            self.queue.join(ticket)
            self.look_after(opening)
            return
        while ticket is not None:
            self.answer(ticket, open_minutes)
            ticket = self._next()

    def _next(self) -> Ticket | None:
        """Take the ticket that is served next, if somebody is free for it."""
        if len(self.in_hand) >= self.agents or not self.queue:
            return None
        teams = self.teams if len(self.teams) > 1 else (self.agents,)
        return self.queue.leave(teams, self.in_hand)

    def route(self, routing: str, simple_share: float) -> None:
        """Have tickets served by a rule; with specialists, this share of the agents takes the simple ones."""
        teams = self._teams(routing, simple_share)
        if (routing, len(teams)) != (self.routing, len(self.teams)):
            self.routing, self.teams, waiting = routing, teams, list(self.queue)
            for ticket in waiting:
                self._sort(ticket)
            self.queue = Lines(len(teams), waiting)
        self.teams = teams

    def _teams(self, routing: str, simple_share: float) -> tuple[int, ...]:
        """Divide the agents among lines, at least one each; too few for all channels no plan may have."""
        agents, channels = self.agents, self.these.channels
        if routing == "specialists" and agents > 1:
            simple = min(max(round(simple_share * agents), 1), agents - 1)
            return simple, agents - simple
        if routing == "by_channel":
            shares = np.array([*channels.values()]) / self.reached[-1]
            wanted = (agents - len(channels)) * shares
            teams = 1 + np.floor(wanted).astype(int)
            most_short = np.argsort(np.floor(wanted) - wanted, kind="stable")
            teams[most_short[: agents - teams.sum()]] += 1
            return tuple(teams.tolist())
        return (agents,)

    @property
    def in_silos(self) -> bool:
        """Whether each channel has its own agents, who do not know what was said to the others."""
        return self.routing == "by_channel" and len(self.teams) > 1

    def _let_in(self) -> None:
        """Let those who have come by now stand in the queue."""
        now = self.world.env.now
        while self.coming and self.coming[0][0] <= now:
            ticket = heappop(self.coming)[-1]
            if not (self.reception and self.reception(ticket)):
                self._queue_up(ticket)
        while self.returning and self.returning[0][0] <= now:
            minute, ticket, since = heappop(self.returning)
            self._come_back(ticket)
            self.world.log.note(Kind.REPEATED, minute, ticket.person, ticket.channel, since)
            self._queue_up(ticket)

    def _come_back(self, ticket: Ticket) -> None:
        """Let somebody turn up again, by any channel; in silos, another one has to hear it all."""
        before, ticket.channel = ticket.channel, ticket.next_channel
        if ticket.visits and self.in_silos and ticket.channel != before:
            ticket.work_factor *= self.these.silo_time

    def _queue_up(self, ticket: Ticket) -> None:
        self._sort(ticket)
        self.queue.join(ticket)
        if not ticket.visits:
            self.world.log.note(Kind.TICKET, ticket.minute, ticket.person, ticket.channel)

    def ticket(self, minute: int, person: int, j: int) -> Ticket:
        """Write a ticket for a complaint of this minute."""
        return self.tickets(np.array([minute]), np.array([person]), np.array([j]))[0]

    def tickets(self, minute: Integers, person: Integers, j: Integers) -> list[Ticket]:
        """Write tickets for complaints of these minutes, arrays (complaints,), and what luck has for them."""
        luck = self.world.luck.uniforms(LUCK, person, minute // MINUTES_A_WEEK, j)  # (purposes, complaints)
        priority = np.where(self.urgent[self.world.record.box_at(person, minute)], URGENT, PLAIN)
        channels = self.reached.searchsorted(luck[:2] * self.reached[-1])  # the first, and the next
        times, relapse = -np.log(luck[2:4]), luck[4]  # exponential
        columns = (column.tolist() for column in (priority, minute, person, j, *channels, *times, relapse))
        opened = self.these.hours.open_minutes
        return [
            Ticket(
                *(urgency, at, who, order, opened(at)),
                channel=by,
                next_channel=next_by,
                effort=work,
                rework=again,
                relapse=doubt,
            )
            for urgency, at, who, order, by, next_by, work, again, doubt in zip(*columns, strict=True)
        ]

    def _sort(self, ticket: Ticket) -> None:
        """Find the line of a ticket, and its place there, by the rule that holds."""
        by_look = self.routing in ("simple_first", "specialists")
        ticket.line = DIFFICULT if by_look and not self._looks_simple(ticket) else SIMPLE
        if self.in_silos:
            ticket.line = ticket.channel
        ticket.priority &= ~1
        if self.routing == "simple_first":
            ticket.priority += ticket.line

    def _looks_simple(self, ticket: Ticket) -> bool:
        """Sort a complaint by its first words; sometimes they deceive."""
        right = self.world.luck.happens(self.these.triage_right, Purpose.TRIAGE, *ticket.occasion)
        return self.is_simple(ticket) == bool(right)

    def answer(self, ticket: Ticket, began: float) -> None:
        """Answer a complaint; an agent then works on it until it is solved, or seems to be."""
        self.in_hand.append(ticket)
        work, now = self.work(ticket), int(self.world.env.now)
        if not ticket.visits:
            ticket.waited = int(began - ticket.opened)
            self.world.log.note(Kind.ANSWERED, now, ticket.person, ref=ticket.minute, value=ticket.waited)
        ticket.visits += 1
        self.worked += work
        self._later(self.these.hours.minute_of(began + work), self._finish, (ticket, began + work))

    def _finish(self, done: Any) -> None:
        """Solve a complaint, or find that more has to be done, and turn to the next."""
        ticket, ended = done.value
        self.in_hand.remove(ticket)
        if self.crew.first_contact < 1 and ticket.visits == 1 and self._comes_again(ticket):
            minute = int(self.world.env.now) + self.crew.again_minutes
            self.expect_again(minute, ticket, since=ticket.minute)
        else:
            self._solve(ticket, int(ended - ticket.opened))
        self.serve()

    def _comes_again(self, ticket: Ticket) -> bool:
        """Tell whether the first work on a ticket did not help; the second always does."""
        return ticket.relapse < 1 - self.crew.first_contact

    def _solve(self, ticket: Ticket, took: int) -> None:
        ticket.recovery = self.crew.recovery
        now = int(self.world.env.now)
        self.world.log.note(Kind.RESOLVED, now, ticket.person, ref=ticket.minute, value=took)
        self.solved.append((ticket, self.kept(ticket.waited, took)))

    def work(self, ticket: Ticket) -> int:
        """Draw how long an agent works on a ticket, in whole open minutes, at least one."""
        effort = ticket.rework if ticket.visits else ticket.effort
        usual = self.these.handling_minutes * self.crew.pace * ticket.work_factor * self._difficulty(ticket)
        specialised = self.routing == "specialists" and len(self.teams) > 1
        if specialised and (ticket.line == SIMPLE) == self.is_simple(ticket):
            usual *= self.these.specialist_time
        return max(1, round(effort * usual))

    def _difficulty(self, ticket: Ticket) -> float:
        """Give the time that a ticket of this type takes, beside the mean over both."""
        share, times = self.these.simple_share, self.these.difficult_times
        if times == 1:
            return 1.0
        return (1.0 if self.is_simple(ticket) else times) / (share + (1 - share) * times)

    def is_simple(self, ticket: Ticket) -> bool:
        """Tell whether a complaint is a simple one; no firm knows before it has worked on it."""
        return bool(self.world.luck.happens(self.these.simple_share, Purpose.SIMPLE, *ticket.occasion))

    def kept(self, waited: int, took: int) -> bool:
        """Tell whether both promises were kept: the first answer and the solution."""
        answered = waited <= self.these.answer_target * MINUTES_AN_HOUR
        return answered and took <= self.these.solution_target * MINUTES_AN_HOUR

    def overdue(self, now: float) -> list[Ticket]:
        """List the tickets not solved though their time is up."""
        latest = self.these.hours.open_minutes(now) - self.these.solution_target * MINUTES_AN_HOUR
        return [ticket for ticket in self.unsolved() if ticket.opened < latest]

    def accounts_unsolved(self) -> Integers:
        """List the accounts, by box, from which a complaint came that is not solved."""
        here = [(ticket.person, ticket.minute) for ticket in self.unsolved()]
        person, minute = np.array(here, np.int64).reshape(-1, 2).T
        return np.unique(self.world.record.box_at(person, minute))

    def unsolved(self) -> list[Ticket]:
        """List the tickets not solved yet."""
        return [*self.queue, *self.in_hand, *(ticket for _, ticket, _ in self.returning)]
