"""Roll-out: how much of what a plan says is really done.

A plan on paper moves nobody. By hand, a firm carries out only part of it; a CRM system can carry out all
of it, if people use it; and people use it if they are trained and the process is lived. Idea, technology
and implementation multiply:

    done share = practice x (1 with a system, by_hand without)

Practice begins at a habit and grows with training, slower the closer it comes to full use.

The share holds for work that people do customer by customer, and for tools that bring nothing unless they are
lived with:

- messages (campaigns and triggers), suggestions and dearer variants at the till, samples, gifts;
- personal prices, offers to stay, care and ties, groups and posts in them, selling nights, participation;
- follow-up calls, levels of service, warnings of delays, visits of success managers;
- the sales side's automation, follow-up and notes, cleaning and integration of data.

It does not hold for what is decided once and for all customers alike: prices and quality, agents, their pay
and training, machines and routing at the desk, sellers, advertising and referrals, stock, charges, points and
tiers, guarantees, payment terms, rules for data, what is spent to close gaps.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.chance import Floats
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

USE = (
    "Jayachandran, Sharma, Kaufman & Raman 2005, J. Marketing 69(4): technology helps those with a "
    "customer process; sizes assumed"
)


class Parameters(Data):
    """What a firm is able to carry out."""

    by_hand: float = parameter(
        "of the work, what can be done without a system", "share", USE, 0.3, ge=0, le=1
    )
    habit: float = parameter("practice before any training", "share", USE, 0.2, ge=0, le=1)
    learning: float = parameter(
        "step of practice towards full use with much training", "share a week", ASSUMED, 0.10, ge=0, le=1
    )
    forgetting: float = parameter(
        "step of practice back to the habit, without training", "share a week", ASSUMED, 0.02, ge=0, le=1
    )
    training_worth: float = parameter(
        "training that brings 63 % of the fastest learning",
        "currency a week per 1 000 people",
        ASSUMED,
        20.0,
        gt=0,
        le=1e6,
    )
    licence: float = parameter(
        "what a CRM system costs", "currency a week per 1 000 people", SCENARIO, 20.0, ge=0, le=1e6
    )

    def practised(self, practice: float, training: float) -> float:
        """Give practice a week later: moved up by training, back to the habit without."""
        effort = float(-np.expm1(-training / self.training_worth))
        up = self.learning * effort * (1 - practice)
        down = self.forgetting * (1 - effort) * (practice - self.habit)
        return practice + (up - down)

    def done_share(self, practice: float, system: bool) -> float:
        """Give what share of a plan is done."""
        return practice * (1.0 if system else self.by_hand)


class Levers(Data):
    """What the firm does about its tools and its habits."""

    system: bool = parameter("a CRM system is bought", "-", PLAN, False)
    training: float = parameter(
        "training, and time to live the process",
        "currency a week per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 100, 1),
        ge=0,
        le=1e6,
    )


class Rollout:
    """Monday's look at what will really be done this week."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.practice = these.habit

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: pay for system and training, learn, and set what share of the plan is done."""
        while True:
            week = yield self.world.calendar.hour("prices")
            levers, these = self.levers, self.these
            cost = levers.training + (these.licence if levers.system else 0.0)
            cents = round(cost * 100 * self.world.size / 1_000)
            if cents:
                self.world.log.note(Kind.TOOLS, week * MINUTES_A_WEEK, FIRM, value=cents)
            self.practice = these.practised(self.practice, levers.training)
            self.world.done_share = these.done_share(self.practice, levers.system)


def done_shares(these: Parameters | None, weekly: Sequence[Levers]) -> Floats:
    """Give what share of a plan is done in each week, (weeks,), under these levers; all without roll-out."""
    if these is None:
        return np.ones(len(weekly))
    shares, practice = [], these.habit
    for levers in weekly:
        practice = these.practised(practice, levers.training)
        shares.append(these.done_share(practice, levers.system))
    return np.array(shares)
