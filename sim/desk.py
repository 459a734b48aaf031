"""The desk: complaints queue for agents, one by one, by priority.

A complaint that arrives waits until the desk is open and an agent is free. Among those who wait, the
urgent go first, then the earlier, then the lower person number, so the queue does not depend on who was
simulated first. Deadlines and handling times count open minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import Kind

if TYPE_CHECKING:
    from sim.processes.service import Parameters
    from sim.world import World

URGENT, PLAIN = 0, 1


@dataclass(slots=True, order=True)
class Ticket:
    """A complaint; tickets sort as they are served."""

    priority: int
    minute: int  # of arrival
    person: int
    j: int  # the order of that week it is about
    opened: float  # open minutes at arrival


class Desk:
    """A queue, some agents, and what they finished this week."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.agents = these.agents
        self.urgent = np.zeros(world.record.size, bool)  # by box: the desk knows accounts, not people
        self.coming: list[tuple[int, int, int]] = []  # minute, person and j of those who will complain
        self.queue: list[Ticket] = []
        self.in_hand: list[Ticket] = []
        self.solved: list[tuple[Ticket, bool]] = []  # this week's, and whether both promises were kept
        self._moments: set[float] = set()  # minutes after which the queue will be looked at

    def expect(self, minute: int, person: int, j: int) -> None:
        """Expect a complaint at a minute to come."""
        heappush(self.coming, (minute, person, j))
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
        for complaint in zip(
            minute[speaks].tolist(), person[speaks].tolist(), j[speaks].tolist(), strict=True
        ):
            self.expect(*complaint)

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
        if not self.queue or len(self.in_hand) >= self.agents:
            return
        now, hours = self.world.env.now, self.these.hours
        open_minutes = hours.open_minutes(now)
        opening = hours.minute_of(open_minutes)
        if opening > now:
            self.look_after(opening)
            return
        while self.queue and len(self.in_hand) < self.agents:
            self.answer(heappop(self.queue), open_minutes)

    def _let_in(self) -> None:
        """Let those who have come by now stand in the queue."""
        while self.coming and self.coming[0][0] <= self.world.env.now:
            minute, person, j = heappop(self.coming)
            box = self.world.record.box_at(np.array([person]), np.array([minute]))[0]
            priority = URGENT if self.urgent[box] else PLAIN
            opened = self.these.hours.open_minutes(minute)
            heappush(self.queue, Ticket(priority, minute, person, j, opened))
            self.world.log.note(Kind.TICKET, minute, person)

    def answer(self, ticket: Ticket, began: float) -> None:
        """Answer a complaint; an agent then works on it until it is solved."""
        self.in_hand.append(ticket)
        waited, work = int(began - ticket.opened), self.work(ticket)
        now = int(self.world.env.now)
        self.world.log.note(Kind.ANSWERED, now, ticket.person, ref=ticket.minute, value=waited)
        self._later(self.these.hours.minute_of(began + work), self._solve, (ticket, waited, waited + work))

    def _solve(self, done: Any) -> None:
        """Solve a complaint, and turn to the next."""
        ticket, waited, took = done.value
        now = int(self.world.env.now)
        self.world.log.note(Kind.RESOLVED, now, ticket.person, ref=ticket.minute, value=took)
        self.solved.append((ticket, self.kept(waited, took)))
        self.in_hand.remove(ticket)
        self.serve()

    def work(self, ticket: Ticket) -> int:
        """Draw how long an agent works on a ticket, in whole open minutes, at least one."""
        week = ticket.minute // MINUTES_A_WEEK
        budget = self.world.luck.exponential(Purpose.HANDLING, ticket.person, week, ticket.j)
        return max(1, round(float(budget) * self.these.handling_minutes))

    def kept(self, waited: int, took: int) -> bool:
        """Tell whether both promises were kept: the first answer and the solution."""
        answered = waited <= self.these.answer_target * MINUTES_AN_HOUR
        return answered and took <= self.these.solution_target * MINUTES_AN_HOUR

    def overdue(self, now: float) -> list[Ticket]:
        """List the tickets not solved though their time is up."""
        latest = self.these.hours.open_minutes(now) - self.these.solution_target * MINUTES_AN_HOUR
        return [ticket for ticket in self.queue + self.in_hand if ticket.opened < latest]
