"""The orders of the week that is under way: who orders when; on Sunday, what for.

Shopping (or, under contract, renewal) writes it during the week in either form (columns or lives). Closed
and sorted on Sunday, it no longer shows which form wrote it; then it is rung up. Experience, pricing and
loyalty read it before the next week begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.chance import Floats, Integers, Purpose
from sim.events import Kind
from sim.mask import places

if TYPE_CHECKING:
    from sim.world import World


class WeekOrders:
    """Columns of shape (orders of the week,), sorted by (minute, person, j) once closed."""

    minute: Integers
    person: Integers
    j: Integers  # the person's j-th order of the week, from 0
    faulty: npt.NDArray[np.bool_]
    swallowed: Integers  # the places of faulty ones about which nobody complains
    cents: npt.NDArray[np.int64]  # goods at this week's shelf price
    discount: Floats  # share of the price that an offer takes off
    surcharge: npt.NDArray[np.int64]  # cents asked on top of the shelf price
    paid: npt.NDArray[np.int64]  # cents; on Sunday less the points redeemed
    goods: npt.NDArray[np.int64]  # what they cost the firm, in cents
    mended: Floats  # of a fault that nobody complains about, the share that the firm finds and puts right

    def __init__(self) -> None:
        self._many: list[tuple[Integers, ...]] = []
        self._notes: list[tuple[int, int, int]] = []
        self.close()
        self.faulty, self.cents, self.discount = np.zeros(0, bool), np.zeros(0, np.int64), np.zeros(0)
        self.paid = self.surcharge = self.goods = self.cents
        self.mended, self.swallowed = self.discount, self.cents

    def add(self, minute: Integers, person: Integers, j: Integers) -> None:
        """Add orders of many people."""
        self._many.append((minute, person, j))

    def note(self, minute: int, person: int, j: int) -> None:
        """Add one order of one person."""
        self._notes.append((minute, person, j))

    def mend(self, place: Integers, share: float | Floats) -> None:
        """Put right a share of what is left of the faults of some orders; `place` names each once."""
        self.mended[place] = 1 - (1 - self.mended[place]) * (1 - share)

    def buyers(self) -> Integers:
        """Name whoever ordered this week, each once."""
        return self.person[places(self.j == 0)]

    def close(self) -> None:
        """Put the week's orders in order and make room for the next week's."""
        noted = np.array(self._notes, np.int64).reshape(-1, 3).T
        minute, person, j = (np.concatenate(parts) for parts in zip(noted, *self._many, strict=True))
        monday = minute.min(initial=np.iinfo(np.int64).max)
        # packed into one word, no two alike, orders sort several times as fast as by their places
        word = np.sort((minute - monday) << 44 | person << 12 | j)
        self.minute, self.person, self.j = (word >> 44) + monday, word >> 12 & 0xFFFFFFFF, word & 0xFFF
        self._many, self._notes = [], []


def swallow(world: World, week: int) -> Integers:
    """Find the places of the week's faulty orders about which nobody complains."""
    orders, outspoken = world.orders, world.people.service.outspoken
    place = places(orders.faulty)
    who, j = orders.person[place], orders.j[place]
    return place[~world.luck.happens(outspoken[who], Purpose.COMPLAINT, who, week, j)]


def ring_up(world: World, week: int, cents: npt.NDArray[np.int64], agreed: Floats | float = 0.0) -> None:
    """Bill the closed orders of a week: what was faulty, what was in them and cost, what an offer took off.

    Parameters
    ----------
    cents
        Goods at the scenario's shelf price, shape (orders,).
    agreed
        A discount that comes with a contract or a bundle; of this and an offer the better one counts.
    """
    people, orders = world.people, world.orders
    offer, service = people.pricing, people.service
    who, minute = orders.person, orders.minute
    orders.faulty = world.luck.happens(service.fault_share, Purpose.FAULT, who, week, orders.j)
    orders.swallowed, orders.mended = swallow(world, week), np.zeros(len(who))
    offered = np.where(minute >= offer.offer_minute[who], offer.discount[who], 0.0)
    orders.discount = np.maximum(offered, agreed)
    orders.cents = np.rint(cents * offer.price * people.needs.markup[who]).astype(np.int64)
    orders.goods = np.rint(orders.cents / offer.price * (1 - world.margin)).astype(np.int64)
    if world.till:
        world.till.fill(week)
    given = np.rint(orders.cents * orders.discount).astype(np.int64)
    cut = places(given)
    markup = world.people.surcharge.markup[who]
    markup[cut] = 0.0  # an offer's price is its price
    orders.surcharge = np.rint(orders.cents * markup).astype(np.int64)
    orders.paid = orders.cents - given + orders.surcharge

    ref = np.zeros(len(who), np.int32)
    redeems = cut[offered[cut] == orders.discount[cut]]
    ref[redeems] = offer.campaign[who[redeems]]
    world.log.write(Kind.ORDER, minute, who, 0, ref, orders.cents)
    world.log.write(Kind.DISCOUNT, minute[cut], who[cut], 0, ref[cut], given[cut])
    more = places(orders.surcharge)
    world.log.write(Kind.SURCHARGED, minute[more], who[more], value=orders.surcharge[more])
    world.log.write(Kind.FAULT, minute[orders.faulty], who[orders.faulty])
