"""Profile: what customers declare of themselves, which is not always so (自述的客户画像).

At a customer's first order of the run the firm asks what they mostly come for, how much green goods matter
to them, and how many they are at home. Some answer. Some of these name a need that is not theirs, and most
make themselves out a little greener than they pay for: what people say of themselves is a measure with noise
and flattery, and all that a firm sees of their needs. How many they are at home, people know, and say.

    greenness declared = 10 x (1 - exp(-premium paid for green goods / scale)) + flattery + noise
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.data import Data
from sim.events import Kind
from sim.mask import places
from sim.parameter import ASSUMED, parameter

if TYPE_CHECKING:
    from sim.world import World

NEED, GREEN, HOUSEHOLD = 0, 1, 2  # channels of what people declare


class Parameters(Data):
    """How people answer questions about themselves."""

    answer_share: float = parameter("customers who answer when asked", "share", ASSUMED, 0.6, ge=0, le=1)
    wrong_share: float = parameter(
        "of them, who name a need that is not theirs", "share", ASSUMED, 0.15, ge=0, le=1
    )
    green_scale: float = parameter(
        "premium for green goods that is paid by who is 63 % of the way to the greenest answer",
        "share",
        ASSUMED,
        0.3,
        gt=0,
        le=5,
    )
    flattery: float = parameter(
        "points by which people make themselves out greener", "points of 10", ASSUMED, 1.5, ge=0, le=10
    )
    noise: float = parameter(
        "standard deviation of what they say about it", "points of 10", ASSUMED, 2.0, ge=0, le=10
    )


class Profile:
    """The question to whoever orders for the first time in a run."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.asked = np.zeros(world.size, bool)

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Sunday: gather the answers of the week's new customers, if there is something to ask."""
        people = self.world.people
        needs, households = people.needs.shares.any(), people.basket.has_households
        while needs or households:
            yield self.world.calendar.hour("experience")
            who, minute, luck = self.ask()
            if needs:
                self.world.log.write(Kind.DECLARED, minute, who, NEED, value=self.named_need(who, luck))
                self.world.log.write(Kind.DECLARED, minute, who, GREEN, value=self.greenness(who))
            if households:
                size = people.basket.household[who]
                self.world.log.write(Kind.DECLARED, minute, who, HOUSEHOLD, value=size)

    def ask(self) -> tuple[Integers, Integers, Floats]:
        """Ask whoever has not been asked.

        Gives those who answer, the minutes of that order, and what luck has for what they say, (2, answers).
        """
        orders = self.world.orders
        new = places((orders.j == 0) & ~self.asked[orders.person])  # at their first order of the week
        who = orders.person[new]
        self.asked[who] = True
        luck = self.world.luck.uniform(Purpose.DECLARE, who, 0, np.arange(3)[:, None])  # (3, asked)
        answers = luck[0] < self.these.answer_share
        return who[answers], orders.minute[new[answers]], luck[1:, answers]

    def named_need(self, who: Integers, luck: Floats) -> Integers:
        """Give the needs that people name: their own, or one of the others, by how many have it."""
        needs = self.world.people.needs
        true, shares = needs.need[who].astype(np.int64), needs.shares[:, who]  # (asked,), (needs, asked)
        end, row = np.cumsum(shares, axis=0), np.arange(len(who))
        own = shares[true, row]
        wrong = (luck[0] < self.these.wrong_share) & (own < 1)
        place = luck[1] * (1 - own)
        place += np.where(place >= end[true, row] - own, own, 0.0)  # jumps over their own
        return np.where(wrong, (place >= end[:-1]).sum(axis=0), true)

    def greenness(self, who: Integers) -> Floats:
        """Give what people say about how much green goods matter to them, 0-10."""
        true = 10 * -np.expm1(-self.world.people.needs.green_worth[who] / self.these.green_scale)
        noise = self.these.noise * self.world.luck.normal(Purpose.DECLARE, who, 0, 3)
        return np.clip(np.rint(true + self.these.flattery + noise), 0, 10)
