"""Shopping: when customers order, and what an order is worth.

The law is BG/NBD (Fader, Hardie & Lee 2005): a customer orders at a personal rate, and after each order
may leave for good; the order values follow gamma-gamma (Fader & Hardie 2013). One state is added to it,
dormancy: people stop for a while by themselves and come back by themselves.

    orders of a week ~ Poisson(rate x lift),     rate ~ Gamma(r, alpha)
    leaves after an order with a chance that is ~ Beta(a, b)
    value of an order ~ Gamma(p, nu),            nu ~ Gamma(q, v)
    share of customers asleep = doze share / (doze share + wake share),  in the long run

Rate, chance and nu are a customer's own; the lift is what other mechanisms make of this week.

This file decides for everybody at once what `sim/customer.py` tells as one customer's life. The two give
the same events.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy
from scipy.special import ndtr

from sim.arrivals import arrivals
from sim.chance import Floats, Integers, Luck, Purpose, beta_toll, gamma_quantile
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Cause, Kind, Stage
from sim.mask import Mask, places
from sim.orders import ring_up
from sim.parameter import parameter

if TYPE_CHECKING:
    from sim.world import World

BG_NBD = "Fader, Hardie & Lee 2005, Marketing Science 24(2)"
GAMMA_GAMMA = "Fader & Hardie 2013, The gamma-gamma model of monetary value"
DORMANCY = "assumed; this kit's extension of BG/NBD, fitted in the scenario cdnow (sim/calibration.py)"


class Parameters(Data):
    """How a population shops."""

    rate_shape: float = parameter("r: how alike the customers' buying rates are", "-", BG_NBD, gt=0, le=100)
    rate_scale: float = parameter(
        "alpha: the mean buying rate is r / alpha orders a week", "weeks", BG_NBD, ge=0.1, le=1e4
    )
    dropout_a: float = parameter(
        "a: the chance to leave after an order is Beta(a, b)", "-", BG_NBD, gt=0, le=1e4
    )
    dropout_b: float = parameter(
        "b: the chance to leave after an order is Beta(a, b)", "-", BG_NBD, gt=0, le=1e6
    )
    spend_shape: float = parameter(
        "p: how alike the orders of one customer are", "-", GAMMA_GAMMA, gt=0, le=1e3
    )
    spend_spread: float = parameter(
        "q: how alike the customers' mean orders are", "-", GAMMA_GAMMA, gt=1, le=1e3
    )
    spend_scale: float = parameter(
        "v: the mean order is p v / (q - 1)", "currency", GAMMA_GAMMA, gt=0, le=1e6
    )
    rate_spend_correlation: float = parameter(
        "correlation of rate and mean order, as a Gaussian copula", "-", GAMMA_GAMMA, 0.0, ge=-1, le=1
    )
    doze_share: float = parameter(
        "awake customers who fall dormant in a week", "share a week", DORMANCY, 0.0, ge=0, le=1
    )
    wake_share: float = parameter(
        "dormant customers who wake in a week", "share a week", DORMANCY, 0.0, ge=0, le=1
    )


@dataclass(slots=True)
class Columns:
    """What shopping knows of each person; every array has shape (people,)."""

    rate: Floats  # orders a week while awake
    toll: Floats  # patience that an order uses up: -ln(1 - p)
    spend_rate: Floats  # nu of gamma-gamma, one over currency
    asleep: npt.NDArray[np.bool_]
    lift: Floats  # this week's buying rate beside the personal one: others multiply it on Monday
    begin: Floats  # when this week's shopping begins, weeks since Monday: 0 but for those won over later
    spend_shape: float = 0.0  # p of gamma-gamma, the same for everybody

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers, present: Mask) -> Columns:
        """Draw the people as the market opens, and who of those present is dormant then."""
        lift, begin = np.ones(len(person)), np.zeros(len(person))
        if these is None:  # a market of contracts
            none = np.broadcast_to(0.0, len(person))
            return cls(none, none, none, np.zeros(len(person), bool), lift, begin)
        rate_normal = luck.normal(Purpose.RATE, person)
        # nu is one over spend, so a minus sign makes fast buyers big spenders where the tie is positive
        spend_normal = -size_of_orders(these, luck, person)
        dormant_share = these.doze_share / ((these.doze_share + these.wake_share) or 1)
        return cls(
            rate=np.maximum(gamma_quantile(these.rate_shape, ndtr(rate_normal)) / these.rate_scale, 1e-12),
            toll=beta_toll(
                these.dropout_a,
                these.dropout_b,
                luck.uniform(Purpose.DROPOUT_A, person),
                luck.uniform(Purpose.DROPOUT_B, person),
            ),
            spend_rate=gamma_quantile(these.spend_spread, ndtr(spend_normal)) / these.spend_scale,
            asleep=present & luck.happens(dormant_share, Purpose.DOZE, person, 0, 1),
            lift=lift,
            begin=begin,
            spend_shape=these.spend_shape,
        )

    def forget_the_week(self) -> None:
        """Let next week begin on Monday at everybody's own rate."""
        self.lift[:], self.begin[:] = 1.0, 0.0

    def ease(self, factor: float, who: Integers) -> None:
        """Multiply what nature takes from some people."""
        if self.toll.flags.writeable:
            self.toll[who] *= factor


def size_of_orders(these: Parameters, luck: Luck, person: Integers) -> Floats:
    """Give how large people's orders are, as a standard normal score; shape (people,)."""
    tie = these.rate_spend_correlation
    rate_normal, own = luck.normal(Purpose.RATE, person), luck.normal(Purpose.SPEND, person)
    score: Floats = tie * rate_normal + np.sqrt(1 - tie**2) * own
    return score


class Shopping:
    """The weekly life of all customers but those who live as processes of their own."""

    def __init__(self, world: World, these: Parameters, apart: Integers) -> None:
        self.world = world
        self.these = these
        self.here = np.ones(world.size, bool)
        self.here[apart] = False

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week some doze and some wake; then all who are awake shop."""
        self.world.log.write(Kind.DOZED, 0, places(self.world.people.shopping.asleep))
        while True:
            week = yield self.world.calendar.hour("wake")
            self.doze_and_wake(week)
            yield self.world.calendar.hour("shop")
            self.shop(week)
            yield self.world.calendar.hour("baskets")
            self.fill_baskets(week)
            self.world.people.shopping.forget_the_week()

    def doze_and_wake(self, week: int) -> None:
        """Turn over the dormant state, one draw a customer."""
        if not self.these.doze_share:
            return
        world, me = self.world, self.world.people.shopping
        who = places(world.people.entry.stage == Stage.CUSTOMER)
        asleep, luck = me.asleep[who], world.luck.uniform(Purpose.DOZE, who, week)
        doze = who[~asleep & (luck < self.these.doze_share)]
        wake = who[asleep & (luck < self.these.wake_share)]
        me.asleep[doze], me.asleep[wake] = True, False
        world.log.write(Kind.WOKE, week * MINUTES_A_WEEK, wake)
        world.log.write(Kind.DOZED, week * MINUTES_A_WEEK, doze)

    def shop(self, week: int) -> None:
        """Decide the week for all at once: who comes when, and whom an order makes leave."""
        world, me, entry = self.world, self.world.people.shopping, self.world.people.entry
        monday = week * MINUTES_A_WEEK
        awake = places((entry.stage == Stage.CUSTOMER) & ~me.asleep & self.here)  # (shoppers,)
        rate = me.rate[awake] * me.lift[awake]
        first = me.begin[awake] + world.luck.exponential(Purpose.ORDER, awake, week) / rate  # weeks
        fresh = places(entry.minute[awake] >= monday)  # whoever comes for the first time comes when expected
        first[fresh] = entry.arrival(awake[fresh], week)
        who, j, clock = arrivals(world.luck, Purpose.ORDER, week, awake, rate, first)  # (orders,)
        toll = me.toll[who]
        toll[(j == 0) & (entry.minute[who] >= monday)] = 0.0  # and does not leave at once
        comes, gone = self.endure(who, j, toll)
        minutes = monday + (clock * MINUTES_A_WEEK).astype(np.int64)
        world.leave(who[gone], minutes[gone])
        minutes, who, j = minutes[comes], who[comes], j[comes]
        world.orders.add(minutes, who, j)
        if world.desk:
            world.desk.expect_complaints(minutes, who, j, week)

    def endure(self, who: Integers, j: Integers, toll: Floats) -> tuple[Integers, Integers]:
        """Let each order use up patience: everybody's first, then the second of those who stay.

        Gives the places of the orders that come about, and of those after which somebody leaves.
        """
        patience = self.world.people.patience
        comes, gone = [np.arange(0)], [np.arange(0)]
        starts = j.searchsorted(np.arange(j.max(initial=-1) + 2)).tolist()
        for start, end in pairwise(starts):
            order = np.arange(start, end)
            if start:  # whoever has left does not come again
                order = order[patience.left[who[start:end]] > 0]
            comes.append(order)
            gone.append(order[patience.endure(Cause.NATURE, who[order], toll[order])])
        return np.concatenate(comes), np.concatenate(gone)

    def fill_baskets(self, week: int) -> None:
        """Work out what the week's orders contained, and bill them."""
        world, orders = self.world, self.world.orders
        orders.close()
        chance = world.luck.uniform(Purpose.AMOUNT, orders.person, week, orders.j)
        amount = gamma_quantile(self.these.spend_shape, chance)
        spend = amount / world.people.shopping.spend_rate[orders.person]
        cents = np.maximum(np.rint(spend * 100), 1).astype(np.int64)
        ring_up(world, week, cents, agreed=world.people.place.agreed(orders.minute, orders.person))
