"""Seeding: free samples that make people talk, and among whom the talk goes round.

Whoever gets a sample recommends the shop more often for some weeks, the young most of all: they set trends.
And what is new is shown to friends, who are mostly of one's own kind: part of this talk reaches people with
the same need. All other talk reaches anybody.

    recommending = usual x (1 + lift x (1 + young_lift if young) x (1 - exp(-money / worth)) x keep^weeks)

The firm gives samples to whom it sees in its record, so it may miss those whom it means.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data, changed
from sim.events import FIRM, Kind
from sim.mask import places
from sim.need import NEEDS, PARTS
from sim.parameter import ASSUMED, PLAN, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

SAMPLE = len(PARTS) + 1  # the channel of money spent on samples, behind the parts of an offer and green goods
SILENT = 0.01  # talk that is less lively than this is as usual: lives that have diverged meet again
SAMPLING = 300  # this work among all that a plan wants done
YOUNG = NEEDS.index("young")
BUZZ = "Godes & Mayzlin 2009, Marketing Science 28(4): a firm can start talk that sells; size assumed"
KINDRED = "McPherson, Smith-Lovin & Cook 2001, Annual Review of Sociology 27: the direction; size assumed"


class Parameters(Data):
    """What samples do to talk."""

    lift: float = parameter("recommending after a sample, more by", "share", BUZZ, 1.0, ge=0, le=20)
    young_lift: float = parameter("of this, how much more in the young", "share", ASSUMED, 1.0, ge=0, le=20)
    worth: float = parameter(
        "money for a sample that makes 63 % of it", "currency", ASSUMED, 3.0, gt=0, le=1e5
    )
    keep: float = parameter("of the talk, left a week later", "share", ASSUMED, 0.8, ge=0, lt=1)
    kindred_share: float = parameter(
        "of those with a sample to show, who tell somebody of their own need",
        "share",
        KINDRED,
        0.6,
        ge=0,
        le=1,
    )


class Levers(Data):
    """Samples, now and then, for the customers that the firm chooses."""

    sample: float = parameter(
        "goods to try, given away", "currency a customer", PLAN, 0.0, slider=(0, 10, 0.5), ge=0, le=1e4
    )
    to: Segment = parameter("who gets one", "-", PLAN, Segment())
    every: int = parameter(
        "weeks from one round to the next", "weeks", PLAN, 13, slider=(1, 52, 1), ge=1, le=520
    )

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse samples where nobody recommends the shop, whatever there is to show."""
        moved = ", ".join(changed(self))
        if moved and scenario.seeding and not scenario.acquisition:
            return (
                f"{moved}: in {scenario.name} nobody recommends the shop, so samples would be given away for "
                f"nothing: its acquisition section is switched off. Leave {moved} alone, or take a market "
                "with acquisition."
            )
        return None


@dataclass(slots=True)
class Columns:
    """How lively people talk; shape (people,)."""

    talk: npt.NDArray[np.float32]  # recommending beside the usual: 1 without a sample
    kindred_share: float = 0.0

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin with usual talk."""
        if these is None:
            return cls(np.broadcast_to(np.float32(1), len(person)))
        return cls(np.ones(len(person), np.float32), these.kindred_share)

    def told(
        self, whom: Integers, by: Integers, need: npt.NDArray[np.int8], luck: Luck, week: int
    ) -> Integers:
        """Turn some of those whom people tell into others of the teller's own need."""
        shows = self.talk[by] > 1
        if not shows.any():
            return whom
        shows &= luck.happens(self.kindred_share, Purpose.KINDRED, by, week)
        kin = np.argsort(need, kind="stable")  # all people, sorted by need
        first = np.searchsorted(need[kin], np.arange(len(NEEDS) + 1))  # where those of a need begin
        start, end = first[need[by]], first[need[by] + 1]
        place = start + (luck.uniform(Purpose.KINDRED, by, week, 1) * (end - start)).astype(np.int64)
        return np.where(shows, kin[place], whom)


class Seeding:
    """Monday's samples, and the talk that fades."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.due = 0  # week of the next round, also when the plan changes meanwhile

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: let last week's talk fade, and give samples if a round is due."""
        me = self.world.people.seeding
        while True:
            week = yield self.world.calendar.hour("prices")
            who = places(me.talk > 1)
            more = (me.talk[who] - 1) * np.float32(self.these.keep)
            me.talk[who] = np.where(more < SILENT, 1.0, 1 + more)
            cents = round(self.levers.sample * 100)
            if cents and week >= self.due:
                self.give(cents, week)

    def give(self, cents: int, week: int) -> None:
        """Give a sample to each of the chosen."""
        world, these, people = self.world, self.these, self.world.people
        self.due = week + self.levers.every
        who = np.sort(world.record.select(self.levers.to))
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, SAMPLING)]
        if not len(who):
            return
        young = np.where(people.needs.need[who] == YOUNG, 1 + these.young_lift, 1.0)
        lift = these.lift * young * -np.expm1(-cents / 100 / these.worth)
        people.seeding.talk[who] = np.maximum(people.seeding.talk[who], 1 + lift)
        world.log.note(Kind.PROVIDED, week * MINUTES_A_WEEK, FIRM, SAMPLE, value=cents * len(who))
