"""Bonds: what ties customers to the firm beside the goods, at three levels.

Money binds fast and not for long; being known and cared for binds slowly and lasts; services that are
hard to find elsewhere bind most (Berry & Parasuraman 1991). Each bond moves towards what the firm does
for it, and competitors copy what they can. Together with the cost of switching they are the shield that
weakens everything else that drives a customer away:

    shield = exp(-(switching cost + financial + social + structural))

A moment with the firm, such as an answer, a gift or thanks, warms for a while. The social bond moves towards
this warmth, or towards what care does for it if that is more.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Bond, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

LEVELS = "Berry & Parasuraman 1991, Marketing Services, ch. 8: order of the levels; sizes assumed"
GONE = 0.005  # a weaker bond is none: lives that have diverged meet again
CARE_MINUTE = 10 * 60  # on Monday at ten
RECENT_WEEKS = 26  # who was seen in these is a customer to care for


class Strength(Data):
    """How a bond of one kind comes and goes."""

    most: float = parameter("the strongest it can be, in the shield's exponent", "-", LEVELS, ge=0, le=5)
    build: float = parameter("step towards what the firm does for it", "share a week", LEVELS, ge=0, le=1)
    decay: float = parameter("step back when the firm does less", "share a week", LEVELS, gt=0, le=1)
    copied: float = parameter(
        "of its strength, what competitors take away by doing the same", "share", LEVELS, ge=0, le=1
    )


class Parameters(Data):
    """The three bonds, and what money does for them."""

    financial: Strength = parameter(
        "points and rewards", "-", LEVELS, Strength(most=0.3, build=0.30, decay=0.20, copied=0.8)
    )
    social: Strength = parameter(
        "being known and cared for", "-", LEVELS, Strength(most=0.6, build=0.06, decay=0.03, copied=0.2)
    )
    structural: Strength = parameter(
        "services of the firm's own", "-", LEVELS, Strength(most=0.9, build=0.04, decay=0.01, copied=0.1)
    )
    copy_weeks: float = parameter(
        "time after which competitors have copied 63 % of what they can", "weeks", ASSUMED, 40.0, gt=0, le=1e4
    )
    worth: float = parameter(
        "money for a customer that buys 63 % of a bond", "currency a week", ASSUMED, 0.5, gt=0, le=1e5
    )
    warmth_keep: float = parameter(
        "warmth of a moment, left after a week", "share a week", ASSUMED, 0.9, ge=0, lt=1
    )

    def of(self, bond: Bond) -> Strength:
        """Give the numbers of one kind."""
        return (self.financial, self.social, self.structural)[bond]


class Levers(Data):
    """What the firm does for its bonds, every few weeks, for the customers it chooses."""

    care: float = parameter(
        "personal attention: advice, a call, a card",
        "currency a customer a week",
        PLAN,
        0.0,
        slider=(0, 2, 0.05),
        ge=0,
        le=1e4,
    )
    care_to: Segment | None = parameter(
        "who gets it", "-", PLAN, None, absent="everybody seen in the last 26 weeks"
    )
    ties: float = parameter(
        "own services: delivery at a fixed hour, shared data, a member line",
        "currency a customer a week",
        PLAN,
        0.0,
        slider=(0, 2, 0.05),
        ge=0,
        le=1e4,
    )
    ties_to: Segment | None = parameter(
        "who gets them", "-", PLAN, None, absent="everybody seen in the last 26 weeks"
    )
    every: int = parameter(
        "weeks from one round to the next", "weeks", PLAN, 4, slider=(1, 13, 1), ge=1, le=52
    )


@dataclass(slots=True)
class Columns:
    """Bonds of each person; shape (bonds, people)."""

    strength: Floats  # 0 to 1 of the strongest
    aim: npt.NDArray[np.float32]  # where it moves to this week, 0 to 1
    warmth: npt.NDArray[np.float32]  # of moments with the firm, 0 to 1; shape (people,)

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin without bonds."""
        shape = (len(Bond), len(person))
        if these is None:
            none = np.broadcast_to(np.float32(0), shape)
            return cls(np.broadcast_to(0.0, shape), none, none[0])
        return cls(np.zeros(shape), np.zeros(shape, np.float32), np.zeros(len(person), np.float32))

    def raise_aim(self, bond: Bond, level: npt.NDArray[np.floating] | float, who: Integers) -> None:
        """Let a bond of some people move at least to a level this week; without this mechanism none does."""
        if self.aim.flags.writeable:
            self.aim[bond][who] = np.maximum(self.aim[bond][who], level)

    def warm(self, step: Floats | float, who: Integers) -> None:
        """Let a moment with the firm warm some people, each named once: a step of their warmth to 1."""
        if self.warmth.flags.writeable:
            self.warmth[who] += ((1 - self.warmth[who]) * step).astype(np.float32)

    def sever(self, bond: Bond, share: Floats | float, who: Integers) -> None:
        """Take a share of a bond from some people, each named once."""
        if self.strength.flags.writeable:
            self.strength[bond, who] *= 1 - share


class Bonds:
    """Care on Monday; on Sunday the bonds grow or wear off."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.bare_shield = world.people.patience.shield.copy()  # by the cost of switching alone
        self.base = np.zeros((len(Bond), world.size), np.float32)  # aims by the last round of care
        self.paid_until = np.zeros(len(Bond), np.int64)  # week in which the next round of care is due
        self.begun = np.full(len(Bond), np.inf)  # week in which the firm began to tie bonds of a kind

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: care for customers if a round is due; let bonds move; renew everybody's shield."""
        while True:
            week = yield self.world.calendar.hour("contact")
            self.cool()
            self.care(Bond.SOCIAL, self.levers.care, self.levers.care_to, week)
            self.care(Bond.STRUCTURAL, self.levers.ties, self.levers.ties_to, week)
            self.world.people.bonds.aim[:] = self.base
            yield self.world.calendar.hour("bonds")
            me = self.world.people.bonds
            warm = places(me.warmth)
            me.raise_aim(Bond.SOCIAL, me.warmth[warm], warm)
            if me.aim.any() or me.strength.any():
                self.move(week)

    def cool(self) -> None:
        """Let the warmth of earlier moments wear off."""
        warmth = self.world.people.bonds.warmth
        if warmth.any():
            warmth *= np.float32(self.these.warmth_keep)
            warmth[warmth < GONE] = 0.0

    def care(self, bond: Bond, money: float, to: Segment | None, week: int) -> None:
        """Spend money on a bond with the chosen customers; those who get nothing any more drift off.

        A round lasts as long as it is paid for, also when the plan changes meanwhile.
        """
        world, monday, every = self.world, week * MINUTES_A_WEEK, self.levers.every
        if week < self.paid_until[bond]:
            return
        self.base[bond] = 0.0
        cents = round(money * 100 * every)  # a customer a round: who pays nothing gets nothing
        if not cents:
            return
        self.paid_until[bond] = week + every
        recent = world.record.bought_since(monday - RECENT_WEEKS * MINUTES_A_WEEK)
        who = np.sort(world.record.select(to)) if to else recent
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, 100 + bond)]
        self.base[bond, who] = -np.expm1(-cents / (100 * every) / self.these.worth)
        world.log.write(Kind.CARED, monday + CARE_MINUTE, who, int(bond), value=cents)

    def move(self, week: int) -> None:
        """Move every bond a step to its aim, and put them into the shield, less what rivals have copied."""
        me, patience = self.world.people.bonds, self.world.people.patience
        total = np.zeros(self.world.size)
        for bond in Bond:
            who = places((me.strength[bond] > 0) | (me.aim[bond] > 0))
            these, strength, aim = self.these.of(bond), me.strength[bond][who], me.aim[bond][who]
            if aim.any():
                self.begun[bond] = min(self.begun[bond], week)
            strength += np.where(aim > strength, these.build, these.decay) * (aim - strength)
            strength *= (strength >= GONE) | (aim >= GONE)
            me.strength[bond][who] = strength
            total[who] += these.most * self.left_by_rivals(bond, week) * strength
        patience.shield[:] = self.bare_shield * np.exp(-total)

    def left_by_rivals(self, bond: Bond, week: int) -> float:
        """Give what is left of a bond's strength once competitors do the same."""
        since = max(week - self.begun[bond], 0.0)
        return 1 - self.these.of(bond).copied * -np.expm1(-since / self.these.copy_weeks)
