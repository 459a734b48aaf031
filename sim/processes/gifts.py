"""Gifts: small attentions at a birthday (生日关怀), or with an order when nobody expects one (惊喜).

What a gift brings rises with its worth, ever more slowly, and falls with habit: who gets one often comes to
expect it.

    joy   = most x (1 - exp(-value / worth)) x (1 - habit)
    habit = keep x habit, and a step to 1 with each gift

With an order, joy adds to its performance, so that it is compared with what was expected and may be the peak
that is remembered; at home it is felt at once, but less. Joy warms, and nourishes the social bond.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Data
from sim.events import Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

GIFT_MINUTE = 10 * 60  # on Monday at ten
GIVING = 121  # what of a plan is done: the gifts
GONE = 0.01  # less habit is none: lives that have diverged meet again
BIRTHDAY, SURPRISE = 0, 1  # channel of `Kind.GIFTED`

DELIGHT = "Valenzuela, Mellers & Strebel 2010, J. Consumer Research 36(5): unexpected gifts; size assumed"
GRATITUDE = "Palmatier, Jarvis, Bechkoff & Kardes 2009, J. Marketing 73(5): gratitude; size assumed"


class Parameters(Data):
    """What gifts do to people."""

    most: float = parameter("joy of the greatest gift", "points of 10", DELIGHT, 2.0, ge=0, le=10)
    worth: float = parameter("worth of a gift that makes 63 % of it", "currency", ASSUMED, 5.0, gt=0, le=1e6)
    at_home: float = parameter(
        "satisfaction that a point of joy adds without an order", "share", ASSUMED, 0.2, ge=0, le=1
    )
    habit_step: float = parameter("step of habit to 1 by a gift", "share", DELIGHT, 0.3, ge=0, le=1)
    habit_keep: float = parameter("habit left after a week", "share", ASSUMED, 0.97, ge=0, lt=1)
    warmth_step: float = parameter(
        "step of warmth to 1 by the greatest joy", "share", GRATITUDE, 0.3, ge=0, le=1
    )


class Levers(Data):
    """What is given, when and to whom."""

    birthday: float = parameter(
        "a gift at the birthday of those who have told it",
        "currency",
        PLAN,
        0.0,
        slider=(0, 20, 0.5),
        ge=0,
        le=1e5,
    )
    surprise: float = parameter(
        "a gift with orders that chance picks", "currency", PLAN, 0.0, slider=(0, 20, 0.5), ge=0, le=1e5
    )
    surprise_share: float = parameter(
        "orders that get it", "share of orders", PLAN, 0.05, slider=(0, 1, 0.01), ge=0, le=1
    )
    to: Segment | None = parameter("who gets gifts", "-", PLAN, None, absent="everybody on record")


@dataclass(slots=True)
class Columns:
    """What gifts have left; shape (people,)."""

    habit: npt.NDArray[np.float32]  # how far gifts are expected, 0 to 1

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin without habit."""
        if these is None:
            return cls(np.broadcast_to(np.float32(0), len(person)))
        return cls(np.zeros(len(person), np.float32))


class Gifts:
    """Birthdays on Monday; surprises with the orders of the week."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: let habit fade, give on birthdays, and give with orders."""
        while True:
            week = yield self.world.calendar.hour("contact")
            self.wear_off()
            if self.levers.birthday:
                self.congratulate(week)
            yield self.world.calendar.hour("service")
            if self.levers.surprise:
                self.surprise(week)

    def wear_off(self) -> None:
        """Let the habit of earlier gifts fade."""
        habit = self.world.people.gifts.habit
        if habit.any():
            habit *= np.float32(self.these.habit_keep)
            habit[habit < GONE] = 0.0

    def chosen(self) -> Integers:
        """Find who is to get gifts, as far as the firm sees."""
        return np.sort(self.world.record.select(self.levers.to or Segment()))

    def congratulate(self, week: int) -> None:
        """Give to those whose birthday falls in this week, if they have told it."""
        world, who = self.world, self.chosen()
        who = who[world.people.entry.birthday(world.luck, who) == week % WEEKS_A_YEAR]
        who = self._really(who, week, GIVING)
        minute = np.full(len(who), week * MINUTES_A_WEEK + GIFT_MINUTE)
        joy = self.give(who, minute, BIRTHDAY, self.levers.birthday)
        world.people.experience.delight(self.these.at_home * joy, who)

    def surprise(self, week: int) -> None:
        """Give with some of the week's orders, one gift a person at most."""
        world, orders = self.world, self.world.orders
        may = np.zeros(world.size, bool)
        may[self.chosen()] = True
        rows = places(may[orders.person])
        who, j = orders.person[rows], orders.j[rows]
        rows = rows[world.luck.happens(self.levers.surprise_share, Purpose.SURPRISE, who, week, j)]
        who, first = np.unique(orders.person[rows], return_index=True)
        really = np.isin(who, self._really(who, week, GIVING + 1))
        who, minute = who[really], orders.minute[rows[first[really]]]
        joy = self.give(who, minute, SURPRISE, self.levers.surprise)
        world.people.experience.enrich(joy, who)

    def _really(self, who: Integers, week: int, work: int) -> Integers:
        """Keep those to whom it is really done; the rest is planned only."""
        world = self.world
        if world.done_share >= 1:
            return who
        kept: Integers = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, work)]
        return kept

    def give(self, who: Integers, minute: Integers, occasion: int, value: float) -> Floats:
        """Give a gift to each and pay for it; tell the joy of each, in points."""
        me, these, cents = self.world.people.gifts, self.these, round(value * 100)
        if not cents:
            return np.zeros(len(who))
        self.world.log.write(Kind.GIFTED, minute, who, occasion, value=cents)
        share = -np.expm1(-cents / 100 / these.worth) * (1 - me.habit[who].astype(float))  # of the greatest
        me.habit[who] += np.float32(these.habit_step) * (1 - me.habit[who])
        self.world.people.bonds.warm(these.warmth_step * share, who)
        return these.most * share
