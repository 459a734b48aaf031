"""Surcharge: personal prices. Whoever the firm thinks will pay more is asked more.

The firm sees no willingness to pay; it picks people by its record. Those it asks for more buy less, the
price-sensitive much less. And some find out what others pay: what they lose is not money but trust (Xia,
Monroe & Cox 2004). The more of the others pay less, the sooner one hears of it; where all pay more, there is
nothing to find out. Whoever holds an offer pays the offer's price. Where a firm gives itself the rule of one
price, and to people who chose to live without profiles (`processes/privacy.py`), nobody is asked for more.
Personal prices need a tool that people use: with roll-out, only the share that is really done is asked
(`processes/rollout.py`).

    buying = (1 + markup) ^ -(elasticity x sensitivity)
    find out = notice share x share of this week's orders without a surcharge
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.data import Data
from sim.events import Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

TAGGING = 202  # tells this work from other work that a plan may leave undone
PERSONAL = "Dubé & Misra 2023, J. Political Economy 131(1): who answers personal prices; size assumed"
UNFAIR = (
    "Xia, Monroe & Cox 2004, J. Marketing 68(4); Haws & Bearden 2006, J. Consumer Research 33(3): "
    "paying more than others is felt as unfair; sizes assumed"
)


class Parameters(Data):
    """How people answer a price of their own."""

    elasticity: float = parameter(
        "when one's own price rises by one per cent, so many fewer orders of a person of mean sensitivity",
        "-",
        PERSONAL,
        1.5,
        ge=0,
        le=10,
    )
    notice_share: float = parameter(
        "orders with a surcharge at which one learns that others pay less, when nearly all others do",
        "share of orders",
        ASSUMED,
        0.05,
        ge=0,
        le=1,
    )
    unfair_toll: float = parameter(
        "patience that this takes, at a surcharge of 10 %; in proportion",
        "patience",
        UNFAIR,
        0.15,
        ge=0,
        le=10,
    )
    unfair_drop: float = parameter(
        "satisfaction it takes, at a surcharge of 10 %; in proportion",
        "points of 10",
        UNFAIR,
        0.8,
        ge=0,
        le=10,
    )


class Levers(Data):
    """Whom the firm asks for more."""

    markup: float = parameter(
        "asked on top of the shelf price", "share", PLAN, 0.0, slider=(0, 0.3, 0.01), ge=0, le=1
    )
    to: Segment | None = parameter("who is asked for it", "-", PLAN, None, absent="everybody on record")


@dataclass(slots=True)
class Columns:
    """What each person is asked for on top this week; shape (people,)."""

    markup: Floats

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin with one price for all."""
        return cls(np.zeros(len(person)) if these else np.broadcast_to(0.0, len(person)))


class Surcharge:
    """Monday's price tags, and Sunday's talk about them."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: mark prices up for some; at the end of it, some of those who paid find out."""
        while True:
            week = yield self.world.calendar.hour("prices")
            if self.levers.markup:
                self.mark_up(week)
            yield self.world.calendar.hour("experience")
            if self.levers.markup:
                self.find_out(week)
                self.world.people.surcharge.markup[:] = 0.0

    def mark_up(self, week: int) -> None:
        """Ask the chosen for more; they buy less, each by their own sensitivity."""
        world, people, markup = self.world, self.world.people, self.levers.markup
        who = people.privacy.may_ask_more(world.record.select(self.levers.to or Segment()))
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, TAGGING)]
        people.surcharge.markup[who] = markup
        people.shopping.lift[who] *= (1 + markup) ** -(
            self.these.elasticity * people.pricing.sensitivity[who]
        )

    def find_out(self, week: int) -> None:
        """Let some of those who paid a surcharge learn that others did not."""
        world, these, orders = self.world, self.these, self.world.orders
        paid_more = places(orders.surcharge)
        who, j = orders.person[paid_more], orders.j[paid_more]
        pay_less = 1 - len(who) / max(len(orders.person), 1)
        learns = world.luck.happens(these.notice_share * pay_less, Purpose.NOTICE, who, week, j)
        who = np.unique(who[learns])
        tenths = self.levers.markup / 0.1
        world.log.write(Kind.FELT_UNFAIR, orders.minute.max(initial=0), who)
        world.people.experience.disappoint(these.unfair_drop * tenths, who)
        world.people.patience.burden(Cause.TRUST, these.unfair_toll * tenths, who)
