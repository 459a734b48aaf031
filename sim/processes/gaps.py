"""Gaps: where the service that is felt falls short of the service that is expected (服务差距).

Five gaps lie between customers and a firm (Parasuraman, Zeithaml & Berry 1985). The firm does not know what
is expected; it knows, but its standards do not say so; the standards do, but people do not keep them; it
tells the world of more than it does; and what it does is not noticed. Each takes something from how an order
is felt, and each has a remedy of its own. Money for another gap's remedy closes nothing. Standards come after
knowledge: what the firm does not know, it cannot write into them, so that their gap stays as wide as that.

    left = width exp(-money / worth);  left of standards >= left of knowledge, up to their width
    performance = quality - knowledge left - standards left - perception left - (delivery left, at a slip)
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import simpy

from sim.chance import Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind
from sim.parameter import ASSUMED, PLAN, parameter

if TYPE_CHECKING:
    from sim.world import World

Gap = Literal["knowledge", "standards", "delivery", "communication", "perception"]
GAPS: tuple[Gap, ...] = get_args(Gap)
MODEL = "Parasuraman, Zeithaml & Berry 1985, J. Marketing 49(4), and 1988, 52(2): which gaps; sizes assumed"


def _points(meaning: str, default: float) -> Any:
    return parameter(meaning, "points of 10", MODEL, default, ge=0, le=10)


class Parameters(Data):
    """How wide each gap is while nothing is done about it."""

    knowledge: float = _points("lost as the firm does not know what customers expect", 0.3)
    standards: float = _points("lost as its standards do not say what it knows", 0.3)
    delivery: float = _points("lost where people do not keep the standards", 1.5)
    slips: float = parameter(
        "customers who meet somebody who does not, in a week", "share a week", ASSUMED, 0.2, ge=0, le=1
    )
    communication: float = _points(
        "expected above what is delivered, as the firm says more than it does", 0.3
    )
    hearing: float = parameter(
        "step of the expectation towards what the firm says, at an order",
        "share an order",
        ASSUMED,
        0.2,
        ge=0,
        le=1,
    )
    perception: float = _points("lost as what is done is not noticed", 0.2)
    worth: float = parameter(
        "money that closes 63 % of a gap", "currency a week per 1 000 people", ASSUMED, 30.0, gt=0, le=1e6
    )


def _remedy(meaning: str) -> Any:
    return parameter(meaning, "currency a week per 1 000 people", PLAN, 0.0, slider=(0, 100, 5), ge=0, le=1e6)


class Levers(Data):
    """What the firm spends on each gap."""

    knowledge: float = _remedy("asking and listening")
    standards: float = _remedy("rewriting what good service is, as far as it is known")
    delivery: float = _remedy("people and tools to keep to it")
    communication: float = _remedy("promising what is true")
    perception: float = _remedy("showing what is done")


class Gaps:
    """Monday's remedies; on Sunday the shortfall, and too high hopes."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: pay for remedies; let service fall short; let those who ordered hear big words."""
        while True:
            week = yield self.world.calendar.hour("prices")
            self.pay(week)
            yield self.world.calendar.hour("redress")
            self.fall_short(week)
            yield self.world.calendar.hour("loyalty")
            self.raise_hopes()

    def left(self, gap: Gap) -> float:
        """Give the points of a gap that its remedy leaves."""
        width: float = getattr(self.these, gap)
        left = width * float(np.exp(-getattr(self.levers, gap) / self.these.worth))
        return max(left, min(width, self.left("knowledge"))) if gap == "standards" else left

    def pay(self, week: int) -> None:
        """Pay for what is done about each gap."""
        for place, gap in enumerate(GAPS):
            cents = round(getattr(self.levers, gap) * 100 * self.world.size / 1_000)
            if cents:
                self.world.log.note(Kind.REMEDIED, week * MINUTES_A_WEEK, FIRM, place, value=cents)

    def fall_short(self, week: int) -> None:
        """Let this week's orders be felt as worse: all by the common gaps, some as somebody slips."""
        people, luck = self.world.people, self.world.luck
        common = self.left("knowledge") + self.left("standards") + self.left("perception")
        people.experience.enrich(-common)
        buyers = self.world.orders.buyers()
        slips = luck.happens(self.these.slips, Purpose.SLIPS, buyers, week)
        people.experience.enrich(-self.left("delivery"), buyers[slips])

    def raise_hopes(self) -> None:
        """Let those who ordered hear how good the firm says it is."""
        points = self.these.hearing * self.left("communication")
        if points:
            self.world.people.experience.expect(points, self.world.orders.buyers())
