"""Success: managers who visit customers before these complain, as many as their week allows.

A customer success manager (客户成功经理) looks after the use of what was sold. A visit makes customers use
more of it, ties them by structure, and lets them speak of faults that they would have swallowed, so that the
desk can put them right. All of that fades. Hours are few, so it matters who is visited, and who first.

    after a visit:  attention = exp(-weeks since / fades)
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import simpy

from sim.attention import bind
from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, STAFF, Bond, Kind
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

MANAGERS = STAFF.index("success managers")
PROACTIVE = (
    "Hochstein, Rangarajan, Mehta & Kocher 2020, J. Service Research 23(1): proactive work for customers' "
    "success; size assumed"
)
NEVER = -10_000  # week of a visit that has not been
RECENT_WEEKS = 26  # who was seen in these is a customer to visit
VISIT_MINUTE = 10 * 60  # on Monday at ten
VISITING = 201  # this work among all that a plan wants done
First = Literal["longest unvisited", "largest", "contract ends first", "most complaints"]


class Parameters(Data):
    """What managers can do, and what it does."""

    wage: float = parameter("cost of a success manager", "currency a week", SCENARIO, 1_600.0, ge=0, le=1e6)
    visits: int = parameter("visits that one makes in a week", "visits", SCENARIO, 8, ge=0, le=1_000)
    usage: float = parameter(
        "buying, or moving up when a contract is renewed, more by right after a visit",
        "share",
        PROACTIVE,
        0.2,
        ge=0,
        le=10,
    )
    worth: float = parameter(
        "where a visit moves the structural bond to, of its strongest", "share", PROACTIVE, 0.6, ge=0, le=1
    )
    told: float = parameter(
        "of faults otherwise swallowed, what is told right after a visit", "share", ASSUMED, 0.5, ge=0, le=1
    )
    fades: float = parameter("time in which 63 % of that fades", "weeks", ASSUMED, 13.0, gt=0, le=520)


class Levers(Data):
    """How many managers there are, and whom they visit."""

    managers: int = parameter("success managers", "people", PLAN, 0, slider=(0, 10, 1), ge=0, le=1_000)
    to: Segment | None = parameter(
        "whom they visit", "-", PLAN, None, absent="everybody seen in the last 26 weeks"
    )
    first: First = parameter("who goes first", "-", PLAN, "longest unvisited")
    every: int = parameter(
        "weeks at least from one visit of a customer to the next",
        "weeks",
        PLAN,
        13,
        slider=(1, 52, 1),
        ge=1,
        le=520,
    )


@dataclass(slots=True)
class Columns:
    """Visits; shape (people,)."""

    visited: npt.NDArray[np.int32]  # week of the last visit
    attention: npt.NDArray[np.float32]  # what is left of it, 0 to 1

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin without visits."""
        n = len(person)
        if these is None:
            return cls(np.broadcast_to(np.int32(NEVER), n), np.broadcast_to(np.float32(0), n))
        return cls(np.full(n, NEVER, np.int32), np.zeros(n, np.float32))


class Success:
    """Monday's visits, and what is left of them on Sunday."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.stirred = False  # last week

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: visit, see more used and more told; on Sunday bind, fade and pay."""
        me = self.world.people.success
        while True:
            week = yield self.world.calendar.hour("contact")
            if self.levers.managers:
                self.visit(week)
            if me.attention.any() or self.stirred:
                self.stir()
            yield self.world.calendar.hour("loyalty")
            bind(self.world, me.attention, Bond.STRUCTURAL, self.these.worth, self.these.fades)
            self.pay(week)

    def visit(self, week: int) -> None:
        """Visit as many of the chosen as the week allows, the first first."""
        world, me = self.world, self.world.people.success
        who = self.in_order(week)[: self.levers.managers * self.these.visits]
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, VISITING)]
        me.visited[who], me.attention[who] = week, 1.0
        world.log.write(Kind.VISITED, week * MINUTES_A_WEEK + VISIT_MINUTE, who)

    def in_order(self, week: int) -> Integers:
        """Find who may be visited this week, in the order in which they are."""
        record, levers, me = self.world.record, self.levers, self.world.people.success
        recent = week * MINUTES_A_WEEK - RECENT_WEEKS * MINUTES_A_WEEK
        who = np.sort(record.select(levers.to)) if levers.to else record.bought_since(recent)
        who = who[me.visited[who] <= week - levers.every]
        return who[np.lexsort((who, me.visited[who], self.urgency(who)))]

    def urgency(self, who: Integers) -> Floats:
        """Give by what people go first: the lower, the sooner; what is unknown goes last."""
        of = self.world.record.feature
        if self.levers.first == "largest":
            return -of("spend_52w", who)
        if self.levers.first == "contract ends first":
            return np.nan_to_num(of("contract_weeks", who), nan=np.inf)
        if self.levers.first == "most complaints":
            return -of("tickets", who)
        return np.zeros(len(who))

    def stir(self) -> None:
        """Let those visited use more, and tell what is wrong."""
        people, attention = self.world.people, self.world.people.success.attention
        self.stirred = bool(attention.any())
        people.shopping.lift *= 1 + self.these.usage * attention
        people.service.ask(self.these.told * attention.astype(float))

    def pay(self, week: int) -> None:
        """Pay the managers."""
        count, sunday_night = self.levers.managers, (week + 1) * MINUTES_A_WEEK - 1
        if count:
            cents = round(count * self.these.wage * 100)
            self.world.log.note(Kind.WAGES, sunday_night, FIRM, MANAGERS, count, cents)
