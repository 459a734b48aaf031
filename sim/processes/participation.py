"""Participation: customers are asked to take part (共创), with an opinion, an idea, a day of work.

The satisfied, the sociable and the rested say yes, to a small ask sooner than to a great one. Who takes part
feels that the firm is a little their own: it warms, and nourishes the social bond, the more so the greater
their part. It also costs them effort, for which thanks make up. Whoever is asked again and again grows weary:
fewer say yes, and patience goes.

    takes part = take_part_share x sociability x exp(steepness x (S - 7) - deterrence x ask - weariness)
    satisfaction moves by thanks_joy x (1 - exp(-thanks / thanks_worth)) - effort x ask
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Cause, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

ASK_MINUTE = 12 * 60  # on Monday at noon
ASKING = 123  # what of a plan is done: the asking
NEUTRAL_SATISFACTION = 7.0  # of 10
RESTED = 0.01  # less weariness is none: lives that have diverged meet again

OWNERSHIP = "Fuchs, Prandelli & Schreier 2010, J. Marketing 74(1): a say makes it one's own; size assumed"
EFFORT = "Bendapudi & Leone 2003, J. Marketing 67(1): customers who take part; size assumed"
WEARINESS = "Porter, Whitcomb & Weitzer 2004, New Directions for Institutional Research 121; size assumed"


class Parameters(Data):
    """How people answer when they are asked to take part."""

    take_part_share: float = parameter(
        "rested customers of satisfaction 7 who say yes to a small ask", "share", ASSUMED, 0.2, ge=0, le=1
    )
    steepness: float = parameter(
        "a point of satisfaction more multiplies it by exp of this", "per point", ASSUMED, 0.3, ge=0, le=3
    )
    deterrence: float = parameter("the greatest ask divides it by exp of this", "-", EFFORT, 2.0, ge=0, le=10)
    ownership: float = parameter(
        "step of warmth to its highest by the greatest part; half of it by the smallest",
        "share",
        OWNERSHIP,
        0.6,
        ge=0,
        le=1,
    )
    effort: float = parameter(
        "satisfaction that the greatest ask costs those who take part",
        "points of 10",
        EFFORT,
        0.6,
        ge=0,
        le=10,
    )
    thanks_joy: float = parameter(
        "satisfaction that the greatest thanks give back", "points of 10", EFFORT, 0.6, ge=0, le=10
    )
    thanks_worth: float = parameter(
        "worth of thanks that give 63 % of it", "currency", ASSUMED, 5.0, gt=0, le=1e6
    )
    weariness_keep: float = parameter(
        "weariness left after a week, of 1 for each time one is asked", "share", WEARINESS, 0.85, ge=0, lt=1
    )
    tolerance: float = parameter("weariness that nobody minds", "-", ASSUMED, 1.5, ge=0, le=100)
    toll: float = parameter(
        "patience that a point of weariness above it takes", "patience a week", WEARINESS, 0.002, ge=0, le=10
    )
    handling: float = parameter(
        "work with what a customer contributes", "currency", SCENARIO, 1.0, ge=0, le=1e5
    )


class Levers(Data):
    """Whom the firm asks, how often, for how much, and how it says thanks."""

    every: int | None = parameter(
        "weeks from one ask to the next",
        "weeks",
        PLAN,
        None,
        slider=(1, 26, 1),
        absent="nobody is asked",
        ge=1,
        le=520,
    )
    to: Segment | None = parameter("who is asked", "-", PLAN, None, absent="everybody on record")
    ask: float = parameter(
        "how much is asked: 0 a word, 1 a day of work", "-", PLAN, 0.2, slider=(0, 1, 0.1), ge=0, le=1
    )
    thanks: float = parameter(
        "thanks to those who take part", "currency", PLAN, 0.0, slider=(0, 20, 0.5), ge=0, le=1e5
    )


@dataclass(slots=True)
class Columns:
    """What being asked has left; shape (people,)."""

    weariness: npt.NDArray[np.float32]

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin rested."""
        if these is None:
            return cls(np.broadcast_to(np.float32(0), len(person)))
        return cls(np.zeros(len(person), np.float32))


class Participation:
    """Now and then, on Monday, a question to customers."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: let people rest from being asked; ask again if it is due."""
        while True:
            week = yield self.world.calendar.hour("contact")
            if self.world.people.participation.weariness.any():
                self.rest()
            if self.levers.every and week % self.levers.every == 0:
                self.ask(week)

    def rest(self) -> None:
        """Let people recover; those who were asked too often lose patience."""
        weariness = self.world.people.participation.weariness
        weariness *= np.float32(self.these.weariness_keep)
        weariness[weariness < RESTED] = 0.0
        who = places(weariness > self.these.tolerance)
        toll = self.these.toll * (weariness[who].astype(float) - self.these.tolerance)
        self.world.people.patience.burden(Cause.CONTACT, toll, who)

    def ask(self, week: int) -> None:
        """Ask the chosen, and thank those who take part."""
        world, people, these, levers = self.world, self.world.people, self.these, self.levers
        who = np.sort(world.record.select(levers.to or Segment()))
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, ASKING)]
        minute = week * MINUTES_A_WEEK + ASK_MINUTE
        world.log.write(Kind.INVITED, minute, who)
        takes = who[world.luck.happens(self.willing(who), Purpose.TAKE_PART, who, week)]
        people.participation.weariness[who] += np.float32(1)
        cents = round(levers.thanks * 100)
        world.log.write(Kind.TOOK_PART, minute, takes, value=cents + round(these.handling * 100))
        people.bonds.warm(these.ownership * (1 + levers.ask) / 2, takes)
        thanked = these.thanks_joy * -np.expm1(-cents / 100 / these.thanks_worth)
        people.experience.delight(thanked - these.effort * levers.ask, takes)

    def willing(self, who: Integers) -> npt.NDArray[np.float64]:
        """Give the chance that each says yes; nobody does who has left."""
        people, these = self.world.people, self.these
        mood = people.experience.satisfaction[who] / 100 - NEUTRAL_SATISFACTION
        weariness = people.participation.weariness[who].astype(float)
        urge = these.take_part_share * people.acquisition.sociability[who]
        urge = urge * np.exp(these.steepness * mood - these.deterrence * self.levers.ask - weariness)
        return np.where(people.entry.stage[who] == Stage.CUSTOMER, urge, 0.0)
