"""Fulfilment: what an order takes beside its goods, and who pays for it (履约; cost to serve 服务成本).

Each order is picked, packed and brought. Some customers want more than that: it is urgent, it is changed
twice, half of it comes back. How much more is a trait of theirs, spread widely, and large customers ask for
it more than small ones. So the largest customers are among the most and the least profitable
ones (Kaplan & Narayanan 2001). At Kanthal, a maker of heating wire, a tenth of the customers cost more than
they brought, two of the three largest among them (Kaplan 1989).

    extra work of an order = its value x personal share x luck x exp(-reluctance x charge)
    buying = (1 + what is charged beside the order, on average) ^ -(elasticity x sensitivity)

Whoever has to pay for extra work asks for less of it. What is charged all the same is felt as a price: people
buy less, and it takes patience.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.chance import Floats, Integers, Luck, Purpose
from sim.data import Data
from sim.events import Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

COST_TO_SERVE = (
    "Kaplan 1989, Kanthal (A), Harvard Business School case 190-002; Kaplan & Narayanan 2001, J. Cost "
    "Management 15(5): a few customers eat up profit, large ones among them; size assumed"
)
MENU_PRICES = (
    "Kaplan & Narayanan 2001, J. Cost Management 15(5): who pays for service asks less; size assumed"
)
PERSONAL = "as of personal prices: Dubé & Misra 2023, J. Political Economy 131(1); size assumed"
TENTH = 0.1


class Parameters(Data):
    """What orders take beside their goods."""

    order_cost: float = parameter(
        "to pick, pack and bring an order", "currency an order", SCENARIO, 0.0, ge=0, le=1e6
    )
    extra_share: float = parameter(
        "extra work that customers ask for, on average", "share of sales", ASSUMED, 0.06, ge=0, le=1
    )
    extra_spread: float = parameter(
        "how differently they ask for it: log-normal", "-", COST_TO_SERVE, 1.0, ge=0, le=3
    )
    size_tie: float = parameter(
        "correlation of that with the size of their orders, as a Gaussian copula",
        "-",
        COST_TO_SERVE,
        0.3,
        ge=-1,
        le=1,
    )
    reluctance: float = parameter(
        "extra work falls by exp of this when all of it is charged", "-", MENU_PRICES, 0.7, ge=0, le=10
    )
    elasticity: float = parameter(
        "when a charge makes orders dearer by one per cent, so many fewer of a person of mean sensitivity",
        "-",
        PERSONAL,
        1.5,
        ge=0,
        le=10,
    )
    charge_toll: float = parameter(
        "patience that a charge of a tenth of the order takes; in proportion",
        "patience",
        ASSUMED,
        0.02,
        ge=0,
        le=10,
    )


class Levers(Data):
    """Who pays for extra work."""

    charge: float = parameter(
        "of the cost of extra work, what customers are charged",
        "share",
        PLAN,
        0.0,
        slider=(0, 1, 0.05),
        ge=0,
        le=1,
    )
    charge_to: Segment | None = parameter("who is", "-", PLAN, None, absent="everybody")


@dataclass(slots=True)
class Columns:
    """What each person asks for, and is charged; shape (people,)."""

    extra: Floats  # cost of extra work, as a share of an order, while nobody charges for it
    charge: Floats  # of that cost, what is charged this week

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers, size: Floats) -> Columns:
        """Draw how much people ask for; `size` is a standard normal score of their orders, (people,)."""
        if these is None:
            nothing = np.broadcast_to(0.0, len(person))
            return cls(nothing, nothing)
        tie, spread = these.size_tie, these.extra_spread
        lean = tie * size + np.sqrt(1 - tie**2) * luck.normal(Purpose.EXTRAS, person)
        return cls(these.extra_share * np.exp(spread * lean - spread**2 / 2), np.zeros(len(person)))


class Fulfilment:
    """Monday's terms, Sunday's invoice for work."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: say who pays for extra work; on Sunday, do it and charge for it."""
        while True:
            yield self.world.calendar.hour("prices")
            self.set_terms()
            week = yield self.world.calendar.hour("redress")
            self.work(week)

    def set_terms(self) -> None:
        """Tell what share of the extra work each customer pays for this week; it makes orders dearer."""
        people, me, levers = self.world.people, self.world.people.fulfilment, self.levers
        me.charge[:] = 0.0
        if not levers.charge:
            return
        chosen = levers.charge_to
        who = people.number if chosen is None else self.world.record.select(chosen)
        me.charge[who] = levers.charge
        dearer = 1 + levers.charge * me.extra[who] * np.exp(-self.these.reluctance * levers.charge)
        people.shopping.lift[who] *= dearer ** -(self.these.elasticity * people.pricing.sensitivity[who])

    def work(self, week: int) -> None:
        """Do what the week's orders take, and put what is charged on the bill."""
        world, these, orders, me = self.world, self.these, self.world.orders, self.world.people.fulfilment
        who, charge = orders.person, me.charge[orders.person]  # (orders,)
        asked = me.extra[who] * world.luck.exponential(Purpose.EXTRA_WORK, who, week, orders.j)
        extra = np.rint(orders.cents * asked * np.exp(-these.reluctance * charge)).astype(np.int64)
        cost = extra + round(these.order_cost * 100)
        takes = places(cost)
        world.log.write(Kind.FULFILLED, orders.minute[takes], who[takes], value=cost[takes])
        if self.levers.charge:
            self.bill(np.rint(extra * charge).astype(np.int64))

    def bill(self, cents: Integers) -> None:
        """Charge customers for extra work, (orders,); they feel it as a price."""
        orders, people = self.world.orders, self.world.people
        pays = places(cents)
        who, minute, added = orders.person[pays], orders.minute[pays], cents[pays]
        orders.paid[pays] += added
        self.world.log.write(Kind.CHARGED, minute, who, value=added)
        tenths = added / np.maximum(orders.cents[pays], 1) / TENTH
        people.patience.burden(Cause.PRICE, self.these.charge_toll * tenths, who)
