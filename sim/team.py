"""The team: tasks queue for sellers, who take them one by one in office hours.

Each place in the team is a SimPy process, a seller's working life. Among the tasks that wait, each seller
takes the first of their own and of those open to anybody; equal ones go by minute, then by person number,
so the queue does not depend on who was simulated first. What a task is, is its asker's affair.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any

import simpy

from sim.clock import OpeningHours

ANYBODY = -1  # the place of a task that is nobody's own


@dataclass(slots=True, order=True)
class Task:
    """A piece of work; tasks sort as they are taken. Both events carry the place that took it."""

    rank: float  # the lower, the sooner
    minute: int  # from when it is wanted
    person: int
    work: int = field(compare=False)  # open minutes
    place: int = field(compare=False)  # whose it is, or `ANYBODY`
    begun: simpy.Event = field(compare=False)
    done: simpy.Event = field(compare=False)
    withdrawn: bool = field(default=False, compare=False)


class Team:
    """Places, who holds them, and the tasks that wait."""

    def __init__(self, env: simpy.Environment, hours: OpeningHours) -> None:
        self.env, self.hours = env, hours
        self.places = 0
        self.holder: list[int] = []  # by place: the number of the seller who holds it, or will
        self.met: list[int] = []  # persons worked for since last Monday
        self._filled: list[float] = []  # by place: the minute from which its holder is there
        self._own: list[list[Task]] = []  # by place: a heap of the tasks that are its own
        self._open: list[Task] = []  # a heap of those for anybody
        self._idle: dict[int, simpy.Event] = {}  # by place: what wakes its seller; the longest idle first
        self._alive: set[int] = set()  # places whose process runs
        self._hired = 0

    # -- what sellers do ------------------------------------------------------------------------

    def seller(self, place: int) -> Generator[simpy.Event, Any, None]:
        """Take the first task, do it, take the next; rest while there is none, or the office is closed."""
        env, hours = self.env, self.hours
        while place < self.places:
            opening = hours.minute_of(hours.open_minutes(env.now))
            if opening > env.now:
                yield env.timeout(opening + 0.5 - env.now)
            elif task := self._take(place):
                task.begun.succeed(place)
                end = hours.minute_of(hours.open_minutes(env.now) + task.work)
                yield env.timeout(end - env.now)
                self.met.append(task.person)
                task.done.succeed(place)
            else:
                self._idle[place] = env.event()
                yield self._idle[place]
                yield env.timeout(0.5)  # until then all who ask in this minute have asked
        self._alive.discard(place)

    def _take(self, place: int) -> Task | None:
        """Take the first task that a place may do, if its holder is there."""
        if self._filled[place] > self.env.now:
            return None
        queues = (self._own[place], self._open)
        for queue in queues:
            while queue and queue[0].withdrawn:
                heappop(queue)
        waiting = [queue for queue in queues if queue]
        return heappop(min(waiting, key=lambda queue: queue[0])) if waiting else None

    # -- what others ask of them ----------------------------------------------------------------

    def ask(self, rank: float, person: int, work: int, place: int = ANYBODY) -> Task:
        """Ask for a piece of work from now on; a place that is no more stands for anybody."""
        place = place if place < self.places else ANYBODY
        begun, done = self.env.event(), self.env.event()
        task = Task(rank, int(self.env.now), person, work, place, begun, done)
        heappush(self._open if place == ANYBODY else self._own[place], task)
        self._wake(place)
        return task

    def staff(self, places: int) -> None:
        """Let the team have so many places; who had a place too many leaves their tasks to all."""
        for place in range(places, self.places):
            self._open += self._own[place]
            self._own[place] = []
            self.holder[place] = self._hire()
        heapify(self._open)
        self.places = places
        while len(self.holder) < places:
            self.holder.append(self._hire())
            self._filled.append(0.0)
            self._own.append([])
        for place in range(places):
            if place not in self._alive:
                self._alive.add(place)
                self.env.process(self.seller(place))
        for place in list(self._idle):
            self._wake(place)

    def replace(self, place: int, minute: float) -> int:
        """Let somebody new hold a place from a minute on; give the number of who held it."""
        gone, self.holder[place] = self.holder[place], self._hire()
        self._filled[place] = minute
        return gone

    def present(self) -> list[int]:
        """List the places whose holders are there."""
        return [place for place in range(self.places) if self._filled[place] <= self.env.now + 1]

    def _hire(self) -> int:
        self._hired += 1
        return self._hired - 1

    def _wake(self, place: int) -> None:
        """Wake the seller of a place, or the one who is there and has been idle longest."""
        if place == ANYBODY:
            place = next((idle for idle in self._idle if self._filled[idle] <= self.env.now), place)
        if place in self._idle:
            self._idle.pop(place).succeed()
