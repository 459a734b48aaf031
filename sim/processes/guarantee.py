"""Guarantee: whoever is not satisfied is compensated, and need not argue (不满意补偿).

A promise makes people speak who would have swallowed a fault: a share of them claims, the more the more is
promised, and the money puts part of the fault right. Those who complain at the desk get it with the solution.
It also tempts: some claim without a reason, and a few people do most of it.

    claims of the silent = claim share x (1 - exp(-promise / claim worth))
    claims without reason = abuse share x (1 - exp(-promise / abuse worth)) x cheek,     cheek ~ Exp(1)

To ask for proof catches many of these, and deters some who are right. A limit of claims a person costs only
those who have claimed as often before.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.desk import Desk
from sim.events import Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, parameter

if TYPE_CHECKING:
    from sim.world import World

PROMISE = "Hart 1988, HBR 66(4): direction; size assumed"
CHEATING = "Wirtz & Kum 2004, JAMS 32(2): direction; size assumed"
VOICE = "Fornell & Wernerfelt 1987, JMR 24(4): direction; size assumed"


class Parameters(Data):
    """Who claims, with and without a reason."""

    claim_share: float = parameter(
        "of faults that would be swallowed, those claimed if much is promised",
        "share",
        VOICE,
        0.7,
        ge=0,
        le=1,
    )
    claim_worth: float = parameter(
        "promise that makes 63 % of them claim", "currency", PROMISE, 8.0, gt=0, le=1e6
    )
    repair_worth: float = parameter(
        "payment that puts right 63 % of a fault's harm", "currency", PROMISE, 20.0, gt=0, le=1e6
    )
    abuse_share: float = parameter(
        "faultless orders claimed if very much is promised", "share of orders", CHEATING, 0.02, ge=0, le=1
    )
    abuse_worth: float = parameter(
        "promise that tempts 63 % of them", "currency", CHEATING, 20.0, gt=0, le=1e6
    )
    proof_catches: float = parameter(
        "of claims without a reason, those that a proof catches", "share", ASSUMED, 0.8, ge=0, le=1
    )
    proof_deters: float = parameter(
        "of those with a reason, those who will not prove it", "share", ASSUMED, 0.4, ge=0, le=1
    )


class Levers(Data):
    """What is promised, and how claims are looked at."""

    promise: float = parameter(
        "paid to whoever is not satisfied with an order",
        "currency",
        PLAN,
        0.0,
        slider=(0, 50, 1),
        ge=0,
        le=1e6,
    )
    proof: bool = parameter("a claim has to be proved", "-", PLAN, False)
    limit: int | None = parameter(
        "claims of a person that are paid",
        "claims",
        PLAN,
        None,
        slider=(1, 10, 1),
        absent="all",
        ge=0,
        le=10_000,
    )


@dataclass(slots=True)
class Columns:
    """Claims of each person; shape (people,)."""

    cheek: npt.NDArray[np.float32]  # how easily somebody claims without a reason; mean 1
    paid: npt.NDArray[np.int32]  # claims that were paid

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw how cheeky people are."""
        n = len(person)
        if these is None:
            return cls(np.broadcast_to(np.float32(0), n), np.broadcast_to(np.int32(0), n))
        return cls(luck.exponential(Purpose.CHEEK, person).astype(np.float32), np.zeros(n, np.int32))


class Guarantee:
    """Sunday's claims, before the week's faults are borne."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Sunday: pay those who claim, with and without a reason."""
        while True:
            week = yield self.world.calendar.hour("redress")
            if not self.cents:
                continue
            if self.world.desk:
                self.pay_at_the_desk(self.world.desk, week)
            self.pay_the_silent(week)
            self.pay_the_cheeky(week)

    @property
    def cents(self) -> int:
        """What is promised."""
        return round(self.levers.promise * 100)

    def pay_at_the_desk(self, desk: Desk, week: int) -> None:
        """Pay with each solution: it comes on top of what else is done for those who complain."""
        tickets = [ticket for ticket, _ in desk.solved]
        who, minute = (
            np.array([getattr(ticket, name) for ticket in tickets], np.int64) for name in ("person", "minute")
        )
        for place in self.pay(who, minute, week).tolist():
            tickets[place].recovery += self.levers.promise / self.these.repair_worth

    def pay_the_silent(self, week: int) -> None:
        """Pay those who would have swallowed a fault; part of it is put right."""
        these, orders, place = self.these, self.world.orders, self.world.orders.swallowed
        share = these.claim_share * _tempted(self.levers.promise, these.claim_worth)
        share *= 1 - these.proof_deters if self.levers.proof else 1.0
        who, j = orders.person[place], orders.j[place]
        place = place[self.world.luck.happens(share, Purpose.CLAIM, who, week, j)]
        paid = place[self.pay(orders.person[place], orders.minute[place], week)]
        orders.mend(paid, _tempted(self.levers.promise, these.repair_worth))

    def pay_the_cheeky(self, week: int) -> None:
        """Pay those who claim though nothing was wrong, unless they have to prove it and are caught."""
        these, orders = self.these, self.world.orders
        place = places(~orders.faulty)
        who, j = orders.person[place], orders.j[place]
        share = these.abuse_share * _tempted(self.levers.promise, these.abuse_worth)
        share *= 1 - these.proof_catches if self.levers.proof else 1.0
        cheek = self.world.people.guarantee.cheek[who]
        place = place[self.world.luck.happens(share * cheek, Purpose.ABUSE, who, week, j)]
        self.pay(orders.person[place], orders.minute[place], week)

    def pay(self, who: Integers, minute: Integers, week: int) -> Integers:
        """Pay those who claim, one after the other, up to the limit; give the places of those paid."""
        me, limit = self.world.people.guarantee, self.levers.limit
        place = np.arange(len(who))
        if limit is not None:
            place = places(me.paid[who] + _so_far(who) < limit)
        np.add.at(me.paid, who[place], np.int32(1))
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        self.world.log.write(
            Kind.CLAIMED, sunday_night, who[place], 0, minute[place], np.full(len(place), self.cents)
        )
        return place


def _so_far(who: Integers) -> Integers:
    """Count for each place how often the same person stands before it."""
    order = np.argsort(who, kind="stable")
    first = np.searchsorted(who[order], who[order])
    count = np.empty(len(who), np.int64)
    count[order] = np.arange(len(who)) - first
    return count


def _tempted(money: float, worth: float) -> Floats:
    """Give the part of a full effect that money buys, 0 to 1, with diminishing returns."""
    return np.asarray(-np.expm1(-money / worth))
