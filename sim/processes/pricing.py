"""Pricing: what the shelf price and offers do to buying, now and afterwards.

A lower shelf price sells more, and everybody pays it. An offer works on the price-sensitive, but whoever
would have bought anyway takes it as well. Some of its orders are only borrowed from later weeks: the
pantry is full for a while. And each low price paid lowers the price that a customer holds for normal;
measured against it, the usual price looks dear.

    buying = price^-elasticity x exp(-price_loss x sensitivity x (price - reference))

In a market with needs, sensitivity goes with the weight that a person gives to money (`needs.py`). Its mean
over all people is 1 in every market.

A price may follow demand. As a high price sells less, orders echo it: up after a busy week, and down after
the quiet one that this made; a lively rule swings from bound to bound (a cobweb). A rule that allows for its
own price takes for demand what people would have ordered at the usual one; it is taken to know elasticity.

    demand = orders, or orders x price^elasticity where the rule allows for its price
    price  = shelf price x (1 + follow_demand x (demand / usual demand - 1))

Everybody pays it, so nobody is treated worse than others, and there is no backlash as with a `surcharge`: it
costs what any dear week costs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, parameter

if TYPE_CHECKING:
    from sim.world import World

NEVER = np.iinfo(np.int32).max  # minute from which an offer is held that nobody holds
SWING = 0.2  # a price that follows demand stays within this share of the usual one
USUAL_WEEKS = 13  # what is usual is the mean of so many weeks
FORGOTTEN = 0.01  # a smaller gap between reference and shelf price is none
DEAREST = 300.0  # of a gap that slows buying: e^-300 is never, and what is slower is no number any more

PROMOTION = "Anderson & Simester 2004, Marketing Science 23(1); Lewis 2006, JMR 43(2)"
BUMP = (
    "van Heerde, Leeflang & Wittink 2004, Marketing Science 23(3): a third of a bump comes from later weeks"
)
AFTERMATH = (
    "Jedidi, Mela & Gupta 1999, Marketing Science 18(1): in the long run about two fifths of the gain is lost"
)
ELASTICITY = (
    "Bijmolt, van Heerde & Pieters 2005, JMR 42(2): 2.6, the mean of 1 851 published figures, mostly for "
    "brands; taken for a firm among rivals"
)
REFERENCE = "Kalyanaram & Winer 1995, Marketing Science 14(3)"


class Parameters(Data):
    """How people answer discounts and the prices after them."""

    sensitivity_spread: float = parameter(
        "how differently people answer to prices: log-normal of mean 1", "-", PROMOTION, 0.6, ge=0, le=3
    )
    offer_lift: float = parameter(
        "buying with an offer of 100 %, more by; in proportion below", "share", PROMOTION, 2.0, ge=0, le=50
    )
    forward_share: float = parameter(
        "part of an order with an offer that is borrowed from later weeks",
        "orders",
        BUMP,
        0.1,
        ge=0,
        le=1,
    )
    pantry: float = parameter(
        "buying rate while the pantry is full, beside the normal", "share", PROMOTION, 0.5, gt=0, le=1
    )
    reference_fall: float = parameter(
        "step of the reference price towards a lower price paid", "share an order", REFERENCE, 0.2, ge=0, le=1
    )
    reference_rise: float = parameter(
        "step of the reference price back to the shelf price", "share a week", REFERENCE, 0.10, gt=0, le=1
    )
    elasticity: float = parameter(
        "when the price rises by one per cent, so many fewer buy, or more leave when a term ends",
        "-",
        ELASTICITY,
        2.6,
        ge=0,
        le=10,
    )
    price_loss: float = parameter(
        "a gap to the reference price multiplies buying by exp of minus this times the gap",
        "-",
        AFTERMATH,
        1.0,
        ge=0,
        le=50,
    )
    price_toll: float = parameter(
        "patience that a gap of 100 % takes", "patience a week", ASSUMED, 0.05, ge=0, le=10
    )


class Levers(Data):
    """What the firm decides about its shelf price."""

    price: float = parameter(
        "shelf price, beside the scenario's", "share", PLAN, 1.0, slider=(0.8, 1.2, 0.01), ge=0.5, le=2
    )
    follow_demand: float = parameter(
        "per cent that it goes up when last week's demand was one per cent above the usual, and down below",
        "-",
        PLAN,
        0.0,
        slider=(0, 1, 0.05),
        ge=0,
        le=5,
    )
    allow_for_price: bool = parameter(
        "a price that follows demand allows for what it did to orders itself", "-", PLAN, False
    )


@dataclass(slots=True)
class Columns:
    """Prices as each person sees them; shape (people,)."""

    sensitivity: Floats  # to offers and prices, mean 1
    reference: Floats  # the price held for normal, beside the shelf price
    stock: Floats  # orders already in the pantry
    discount: Floats  # share off this week's orders; 0: no offer
    offer_minute: npt.NDArray[np.int32]  # from when the offer is held
    campaign: npt.NDArray[np.int32]  # whose offer it is
    price: float = 1.0  # this week's shelf price, beside the scenario's: the same for everybody
    dearness: float = 1.0  # price^elasticity: how many times rarer one buys at it
    conceded: float = 0.0  # share off it by those who are paid for sales

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers, thrift: Floats) -> Columns:
        """Draw how sensitive people are, the thrifty more than others; nobody holds an offer yet."""
        n = len(person)
        if these is None:
            one, zero = np.broadcast_to(1.0, n), np.broadcast_to(0.0, n)
            return cls(
                thrift, one, zero, zero, np.broadcast_to(np.int32(NEVER), n), np.broadcast_to(np.int32(0), n)
            )
        spread = these.sensitivity_spread
        sensitivity = thrift * np.exp(spread * luck.normal(Purpose.SENSITIVITY, person) - spread**2 / 2)
        never, none = np.full(n, NEVER, np.int32), np.zeros(n, np.int32)
        return cls(sensitivity, np.ones(n), np.zeros(n), np.zeros(n), never, none)


class Pricing:
    """Monday's look at the shelf, with last week's prices in mind."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.demand: deque[float] = deque(maxlen=USUAL_WEEKS)  # of the last weeks, in orders

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: empty pantries and forget old prices, remember last week's, compare with the shelf."""
        while True:
            week = yield self.world.calendar.hour("prices")
            self.pass_time()
            self.remember_deals()
            if week:  # nothing came before the first
                self.demand.append(self.last_demand())
            self.set_price(week)
            self.compare()

    def set_price(self, week: int) -> None:
        """Put this week's price on the shelf; say so where it is not the usual one."""
        me = self.world.people.pricing
        millionths = round(self.levers.price * (1 - me.conceded) * self.surge() * 1e6)
        me.price = millionths / 1e6
        me.dearness = me.price**self.these.elasticity
        if millionths != 1e6:
            self.world.log.note(Kind.PRICED, week * MINUTES_A_WEEK, FIRM, value=millionths)

    def last_demand(self) -> float:
        """Count last week's orders, or if the rule allows for its price, those at the usual one.

        Under contract, bills come whatever the price: it tells when a term ends.
        """
        people, orders = self.world.people, len(self.world.orders.minute)
        allows = self.levers.allow_for_price and not people.renewal.binds
        return orders * people.pricing.dearness if allows else orders

    def surge(self) -> float:
        """Work out what a price that follows demand adds to the shelf price, or takes off it."""
        usual = sum(self.demand) / max(len(self.demand), 1)
        above = self.demand[-1] / usual - 1 if usual else 0.0
        return min(max(1 + self.levers.follow_demand * above, 1 - SWING), 1 + SWING)

    def pass_time(self) -> None:
        """Eat from the pantries, and let reference prices that are lower drift up to the shelf price.

        Those that are higher stay, for want of an order that tells better, unless hardly a gap is left.
        """
        me, these = self.world.people.pricing, self.these
        who = places(me.stock > 0)
        eaten = self.world.people.shopping.rate[who] * (1 - these.pantry)  # orders not placed while full
        me.stock[who] = np.maximum(me.stock[who] - eaten, 0.0)
        who = places(me.reference != me.price)
        gap = me.price - me.reference[who]
        gap = np.where(gap > 0, gap * (1 - these.reference_rise), gap)
        me.reference[who] = np.where(np.abs(gap) < FORGOTTEN, me.price, me.price - gap)

    def remember_deals(self) -> None:
        """Let last week's low prices fill the pantry, if by an offer, and lower the reference price.

        What a contract or a bundle takes off is not met on the shelf, and no lunch keeps: it does neither.
        """
        me, these, orders = self.world.people.pricing, self.these, self.world.orders
        held = np.where(orders.minute >= me.offer_minute[orders.person], me.discount[orders.person], 0.0)
        if not self.world.people.renewal.binds:  # no bill is borrowed from later weeks
            times = np.bincount(orders.person[held > 0], minlength=len(me.stock))
            me.stock += these.forward_share * times
        paid = me.price * (1 - held)  # (orders,)
        low = places(paid < me.reference[orders.person])
        low = low[np.argsort(paid[low], kind="stable")]  # of a person's prices, the lowest comes first
        who, first, times = np.unique(orders.person[low], return_index=True, return_counts=True)
        step = 1 - (1 - these.reference_fall) ** times
        me.reference[who] += step * (paid[low[first]] - me.reference[who])

    def compare(self) -> None:
        """Take back last week's offers; a high price, and one higher than usual, slow buying."""
        people, me, these = self.world.people, self.world.people.pricing, self.these
        who = places(me.price > me.reference)
        who = who[~people.renewal.costs_nothing(who)]
        gap = (me.price - me.reference[who]) * me.sensitivity[who]
        buying = np.full(len(me.reference), 1 / me.dearness)  # (people,)
        buying[who] = np.exp(-np.minimum(these.price_loss * gap, DEAREST)) / me.dearness
        people.shopping.lift *= buying
        people.shopping.lift[places(me.stock > 0)] *= these.pantry
        people.patience.burden(Cause.PRICE, these.price_toll * gap, who)
        me.discount[:] = 0.0
        me.offer_minute[:] = NEVER

    def hand_out(self, who: Integers, minute: Integers, campaign: int, discount: float) -> None:
        """Let people hold an offer for the week, if it beats the one they hold."""
        people, me = self.world.people, self.world.people.pricing
        better = discount > me.discount[who]
        who = who[better]
        me.discount[who], me.offer_minute[who], me.campaign[who] = discount, minute[better], campaign
        people.shopping.lift[who] *= 1 + self.these.offer_lift * discount * me.sensitivity[who]
