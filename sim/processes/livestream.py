"""Livestream: nights of selling before a camera (直播带货), and the mornings after.

A night ends as its week begins, and its prices hold for the week. Sociable customers watch; money for
promotion brings more of them. Those who watch buy more that week, the more so the deeper the price is cut
and the more sensitive to prices they are:

    surge = 1 + show_lift + deal_lift x discount x sensitivity

Of their orders in that week the share 1 - 1 / surge is bought on impulse (冲动购买). Some of these are sent
back in the days after and refunded (退货退款), and of goods that come back a part is lost. Of those that are
kept, a part is only borrowed from later weeks. And whoever has seen the low price holds it for normal a
little more, also who did not buy. What any offer does beside this is left to pricing; where a market knows
no offers, a night is a show without a price.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

HIGHEST = 10.0  # surge: nobody buys more than so many times as often
NO_CAMPAIGN = 0  # whose offer it is: no message's
Returns = tuple[
    Integers, Integers, Integers, Integers, Integers
]  # minute, person, order's minute, cents, goods

IMPULSE = (
    "Sun, Shao, Li, Guo & Nie 2019, Electronic Commerce Research and Applications 37: a live show makes "
    "people want to buy; size assumed"
)
RETURNS = (
    "Feng, Rong, Tian, Wang & Yao 2024, Production and Operations Management: live talk raised returns by up "
    "to 12 points, a third of their mean, at one firm; size assumed"
)
STOCKPILING = "Mela, Jedidi & Bowman 1998, JMR 35(2): deals teach households to stock up; size assumed"
REFERENCE = "Mazumdar, Raj & Sinha 2005, J. Marketing 69(4): prices seen count as well; size assumed"


class Parameters(Data):
    """How people take to such nights, and what they cost."""

    follow_share: float = parameter(
        "customers of mean sociability who watch a night without promotion",
        "share",
        ASSUMED,
        0.05,
        ge=0,
        le=1,
    )
    reach_share: float = parameter(
        "more of them who watch with any amount of promotion", "share", ASSUMED, 0.25, ge=0, le=1
    )
    promotion_worth: float = parameter(
        "promotion that brings 63 % of these",
        "currency a night per 1 000 people",
        ASSUMED,
        100.0,
        gt=0,
        le=1e6,
    )
    show_lift: float = parameter(
        "buying in that week of those who watch, more by", "share", IMPULSE, 0.5, ge=0, le=5
    )
    deal_lift: float = parameter(
        "buying at a price of nothing, more by than with any offer; in proportion below",
        "share",
        IMPULSE,
        4.0,
        ge=0,
        le=10,
    )
    return_share: float = parameter(
        "orders bought on impulse that are sent back", "share", RETURNS, 0.3, ge=0, le=1
    )
    return_days: int = parameter(
        "days within which they are sent back: any moment alike", "days", SCENARIO, 14, ge=1, le=365
    )
    loss_share: float = parameter(
        "of goods that come back, what cannot be sold again; nearly all of what is fresh",
        "share of their cost",
        SCENARIO,
        0.3,
        ge=0,
        le=1,
    )
    borrowed_share: float = parameter(
        "part of an impulse order that is kept, borrowed from later weeks, beside that of any offer",
        "orders",
        STOCKPILING,
        0.4,
        ge=0,
        le=1,
    )
    seen_step: float = parameter(
        "step of the reference price of those who watch towards the price they see",
        "share a night",
        REFERENCE,
        0.1,
        ge=0,
        le=1,
    )
    studio: float = parameter(
        "host, camera and samples", "currency a night per 1 000 people", SCENARIO, 50.0, ge=0, le=1e6
    )


class Levers(Data):
    """When the firm sells live, and how."""

    first_week: int | None = parameter(
        "week of the first night", "week", PLAN, None, slider=(0, 104, 1), absent="no night", ge=0, le=5200
    )
    every: int | None = parameter(
        "weeks from one night to the next",
        "weeks",
        PLAN,
        None,
        slider=(1, 52, 1),
        absent="one night only",
        ge=1,
        le=520,
    )
    discount: float = parameter(
        "off the shelf price, for those who watch", "share", PLAN, 0.0, slider=(0, 0.7, 0.05), ge=0, le=1
    )
    promotion: float = parameter(
        "money to bring people to watch",
        "currency a night per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 500, 10),
        ge=0,
        le=1e6,
    )

    def due(self, week: int) -> bool:
        """Tell whether a night opens this week."""
        if self.first_week is None or week < self.first_week:
            return False
        since = week - self.first_week
        return since % self.every == 0 if self.every else since == 0


@dataclass(slots=True)
class Columns:
    """Who watched this week, shape (people,), and what anybody could see of it."""

    surge: npt.NDArray[np.float32]  # buying beside the usual; 1 for those who did not watch
    publicity: float = 0.0  # mean discount of this week's night, over all people

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin without a night."""
        if these is None:
            return cls(np.broadcast_to(np.float32(1), len(person)))
        return cls(np.ones(len(person), np.float32))


class Livestream:
    """A night that opens the week; on Sunday its orders are looked at, and some come back."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        # what is on its way back, (5, orders): minute of its arrival, person, minute of the order, cents to
        # pay back, and cents that its goods are still worth
        self.underway = np.zeros((5, 0), np.int64)

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: hold a night, if one is due; on Sunday sort its orders, and refund what came back."""
        while True:
            week = yield self.world.calendar.hour("contact")
            held = self.levers.due(week)
            if held:
                self.hold(week)
            yield self.world.calendar.hour("bonds")  # what was paid in points is off the bill by now
            if held:
                self.look_back(week)
            if self.underway.size:
                self.refund(week)

    def hold(self, week: int) -> None:
        """Hold a night and pay for it; those who watch will buy more this week, at its price."""
        world, people, levers, done = self.world, self.world.people, self.levers, self.world.done_share
        monday = week * MINUTES_A_WEEK
        money = (self.these.studio + levers.promotion) * done * world.size / 1_000
        world.log.note(Kind.NIGHT, monday, FIRM, value=round(money * 100))
        who = self.audience(week)
        world.log.write(Kind.WATCHED, monday, who)
        discount = levers.discount if world.pricing else 0.0
        surge = 1 + self.these.show_lift + self.these.deal_lift * discount * people.pricing.sensitivity[who]
        people.livestream.surge[who] = surge = np.minimum(surge, HIGHEST).astype(np.float32)
        people.shopping.lift[who] *= surge
        if world.pricing and discount:
            world.pricing.hand_out(who, np.full(len(who), monday), NO_CAMPAIGN, discount)
            low = people.pricing.price * (1 - discount)
            people.livestream.publicity = discount * len(who) / max(world.size, 1)
            gap = np.minimum(low - people.pricing.reference[who], 0.0)
            people.pricing.reference[who] += self.these.seen_step * gap

    def audience(self, week: int) -> Integers:
        """Find the customers who watch: those awake, and the sociable sooner."""
        world, these, entry = self.world, self.these, self.world.people.entry
        here = (entry.stage == Stage.CUSTOMER) & (entry.minute < week * MINUTES_A_WEEK)
        who = places(here & ~world.people.shopping.asleep)
        promoted = -np.expm1(-self.levers.promotion / these.promotion_worth)
        share = (these.follow_share + these.reach_share * promoted) * world.done_share
        chance = share * world.people.acquisition.sociability[who]
        watching: Integers = who[world.luck.happens(chance, Purpose.WATCH, who, week)]
        return watching

    def look_back(self, week: int) -> None:
        """Find which of the week's orders were bought on impulse; some go back, others fill the pantry."""
        world, these, orders, me = self.world, self.these, self.world.orders, self.world.people
        surge = me.livestream.surge[orders.person].astype(float)  # (orders,)
        occasion = (orders.person, week, orders.j)
        on_impulse = world.luck.happens(1 - 1 / surge, Purpose.IMPULSE, *occasion)
        unwanted = on_impulse & world.luck.happens(these.return_share, Purpose.SEND_BACK, *occasion)
        rows = places(on_impulse)
        world.log.write(Kind.IMPULSE, orders.minute[rows], orders.person[rows])
        self.send_back(places(unwanted), week)
        if world.pricing:
            who, times = np.unique(orders.person[on_impulse & ~unwanted], return_counts=True)
            me.pricing.stock[who] += these.borrowed_share * times
        me.livestream.surge[:], me.livestream.publicity = 1.0, 0.0

    def send_back(self, rows: Integers, week: int) -> None:
        """Put some of the week's orders on their way back, each to arrive at a moment of its own."""
        orders, these = self.world.orders, self.these
        who, minute = orders.person[rows], orders.minute[rows]
        luck = self.world.luck.uniform(Purpose.SEND_BACK_MINUTE, who, week, orders.j[rows])
        arrives = minute + np.ceil(luck * these.return_days * MINUTES_A_DAY).astype(np.int64)
        goods = np.floor(orders.goods[rows] * (1 - these.loss_share)).astype(np.int64)
        more = np.stack([arrives, who, minute, orders.paid[rows], goods])
        self.underway = np.concatenate([self.underway, more], axis=1)

    def refund(self, week: int) -> None:
        """Pay back what has come back this week, and put on the shelf what can be sold again."""
        here = self.underway[0] < (week + 1) * MINUTES_A_WEEK
        minute, who, bought, paid, goods = self.underway[:, here]
        self.world.log.write(Kind.REFUNDED, minute, who, ref=bought, value=paid)
        self.world.log.write(Kind.RESTOCKED, minute, who, ref=bought, value=goods)
        self.underway = self.underway[:, ~here]
