"""Follow-up: the firm calls its customers (定期回访), every so many weeks or after something has happened.

Most who meet with a fault say nothing, and remember it for some weeks (Fornell & Wernerfelt 1987). A call
finds some of them and puts part of it right: after an order at once; on the round of a fixed cycle only
as far as it is still remembered. A call after a complaint makes its solution more of one. Who has nothing to
tell has been disturbed a little, but also remembered:

    what is remembered a week later = keep x what was remembered + the week's swallowed faults
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.desk import Desk
from sim.events import ATTENTION, Bond, Cause, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

VOICE = "Fornell & Wernerfelt 1987, JMR 24(4): direction; size assumed"
RECENT_WEEKS = 26  # who was seen in these is a customer to call
CALLING = 121  # tells this work from other work that a plan may leave undone
NEVER = -1
FORGOTTEN = 0.02  # less of a fault than this is none: lives that have diverged meet again


class Parameters(Data):
    """What a call finds and does."""

    cost: float = parameter("cost of a call", "currency", SCENARIO, 3.0, ge=0, le=1e4)
    tells_share: float = parameter(
        "called customers who answer, and tell what was wrong", "share", VOICE, 0.6, ge=0, le=1
    )
    repair: float = parameter(
        "of a fault that is told, what a call puts right", "share", VOICE, 0.6, ge=0, le=1
    )
    keep: float = parameter(
        "of a fault, what is still remembered a week later", "share", ASSUMED, 0.8, ge=0, lt=1
    )
    after_complaint: float = parameter(
        "harm that a complaint's solution leaves, less after a call: times exp(-this)",
        "-",
        ASSUMED,
        0.4,
        ge=0,
        le=5,
    )
    call_toll: float = parameter(
        "patience that a call takes from who has nothing to tell", "patience", ASSUMED, 0.003, ge=0, le=10
    )
    call_bond: float = parameter(
        "level to which the social bond of the called moves in that week", "share", ASSUMED, 0.3, ge=0, le=1
    )


class Levers(Data):
    """Whom the firm calls, and when."""

    cycle: int | None = parameter(
        "weeks from one round of calls to the next",
        "weeks",
        PLAN,
        None,
        slider=(1, 26, 1),
        absent="no rounds",
        ge=1,
        le=520,
    )
    to: Segment | None = parameter(
        "who is called", "-", PLAN, None, absent="everybody seen in the last 26 weeks"
    )
    after: Literal["nothing", "order", "complaint"] = parameter(
        "what makes the firm call by itself", "-", PLAN, "nothing"
    )
    capacity: int | None = parameter(
        "calls a week at most",
        "calls",
        PLAN,
        None,
        slider=(0, 500, 10),
        absent="as many as wanted",
        ge=0,
        le=10**7,
    )


@dataclass(slots=True)
class Columns:
    """What people remember, and when they were called last; shape (people,)."""

    fault: npt.NDArray[np.float32]  # swallowed faults, as far as they are remembered
    called: npt.NDArray[np.int32]  # week of the last call

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin without a memory."""
        n = len(person)
        if these is None:
            return cls(np.broadcast_to(np.float32(0), n), np.broadcast_to(np.int32(NEVER), n))
        return cls(np.zeros(n, np.float32), np.full(n, NEVER, np.int32))

    def forget(self, keep: float) -> None:
        """Let everybody's memory of faults fade."""
        who = places(self.fault > 0)
        left = self.fault[who] * np.float32(keep)
        self.fault[who] = np.where(left < FORGOTTEN, 0.0, left)

    def remember(self, who: Integers, share: Floats | float) -> None:
        """Let people remember faults that nobody put right; without this mechanism it is of no use."""
        if self.fault.flags.writeable:
            np.add.at(self.fault, who, share)


class Followup:
    """Sunday's calls."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.left: int | None = None  # calls that can still be made this week

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Sunday: call whom the week gave a reason to call, then those whose turn it is; remember."""
        while True:
            week = yield self.world.calendar.hour("redress")
            me, orders, silent = self.world.people.followup, self.world.orders, self.world.orders.swallowed
            me.forget(self.these.keep)
            self.left = self.levers.capacity
            if self.levers.after == "order":
                self.call("order", np.unique(orders.person), silent, week)
            elif self.levers.after == "complaint" and self.world.desk:
                self.call_complainers(self.world.desk, silent, week)
            if self.levers.cycle:
                self.call("cycle", self.due(self.levers.cycle, week), silent, week)
            yield self.world.calendar.hour("service")  # by now all has been put right that will be
            me.remember(orders.person[silent], 1 - orders.mended[silent])

    def due(self, cycle: int, week: int) -> Integers:
        """Find those whose turn it is in the round of calls: not called for a cycle, or never."""
        called = self.world.people.followup.called
        who = places((called == NEVER) | (week - called >= cycle))
        if self.levers.to is None:
            since = (week + 1 - RECENT_WEEKS) * MINUTES_A_WEEK
            who = np.intersect1d(who, self.world.record.bought_since(since))
        return who

    def call_complainers(self, desk: Desk, silent: Integers, week: int) -> None:
        """Call those whose complaint was solved this week, and see that it is."""
        who = np.unique(np.array([ticket.person for ticket, _ in desk.solved], np.int64))
        told = set(self.call("complaint", who, silent, week).tolist())
        for ticket, _ in desk.solved:
            if ticket.person in told:
                ticket.recovery += self.these.after_complaint

    def call(self, what: str, who: Integers, silent: Integers, week: int) -> Integers:
        """Call people, each once, and put right what they tell; give those who answered."""
        world, these, me = self.world, self.these, self.world.people.followup
        who = self.choose(who, week)
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        cents = round(these.cost * 100)
        world.log.write(Kind.ATTENDED, sunday_night, who, ATTENTION.index(what), value=cents)
        me.called[who] = week
        world.people.bonds.raise_aim(Bond.SOCIAL, these.call_bond, who)
        told = who[world.luck.happens(these.tells_share, Purpose.TELLS, who, week)]

        here = np.isin(world.orders.person[silent], told)
        world.orders.mend(silent[here], these.repair)
        had_reason = np.union1d(world.orders.person[silent[here]], told[me.fault[told] > 0])
        self.make_up(told[me.fault[told] > 0])
        world.people.patience.burden(Cause.CONTACT, these.call_toll, np.setdiff1d(who, had_reason))
        return told

    def choose(self, who: Integers, week: int) -> Integers:
        """Choose whom to call: of the segment, the longest not called first, as many as can be called."""
        world = self.world
        if self.levers.to is not None:
            who = who[np.isin(who, world.record.select(self.levers.to))]
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, CALLING)]
        if self.left is not None:
            longest = np.argsort(world.people.followup.called[who], kind="stable")[: self.left]
            who = np.sort(who[longest])
            self.left -= len(who)
        return who

    def make_up(self, who: Integers) -> None:
        """Put right part of the faults of earlier weeks, as far as they are still remembered."""
        people, me, desk = self.world.people, self.world.people.followup, self.world.desk
        if desk is None:  # nothing is ever wrong with an order
            return
        who = who[people.entry.stage[who] == Stage.CUSTOMER]  # the others are gone for good
        share = me.fault[who].astype(np.float64) * self.these.repair
        people.patience.forgive(Cause.PRODUCT, desk.these.fault_toll * share, who)
        people.service.consolation[who] += share
        me.fault[who] *= 1 - self.these.repair
