"""Credit: customers pay some weeks after the bill, and somebody pays for the time.

Between the delivery and the payment the firm lends what it has sold, at the interest it pays itself. For the
customer a longer term is a price cut in disguise, worth the interest that a customer would pay. Where banks
ask customers for more than the firm pays, the trade gains from it (Petersen & Rajan 1997).

    cost of an order = paid x interest x weeks / 52
    price felt = price x (1 - customers' interest x weeks more than usual / 52)
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.clock import WEEKS_A_YEAR
from sim.data import Data
from sim.events import Kind
from sim.mask import places
from sim.parameter import PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

TRADE_CREDIT = "Petersen & Rajan 1997, Review of Financial Studies 10(3): sellers lend to sell; size assumed"


class Parameters(Data):
    """When bills are paid, and what time costs."""

    payment_weeks: float = parameter(
        "from the bill to the payment, unless the plan says otherwise", "weeks", SCENARIO, 8.0, ge=0, le=52
    )
    interest: float = parameter("what the firm pays for money", "share a year", SCENARIO, 0.06, ge=0, le=1)
    customer_interest: float = parameter(
        "what money is worth to customers", "share a year", TRADE_CREDIT, 0.09, ge=0, le=0.9
    )


class Levers(Data):
    """What the firm decides about terms of payment."""

    payment_weeks: float | None = parameter(
        "from the bill to the payment",
        "weeks",
        PLAN,
        None,
        slider=(0, 26, 1),
        absent="as in the scenario",
        ge=0,
        le=52,
    )


class Credit:
    """Monday's terms, Sunday's interest."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: let the terms act like a price; on Sunday, note what the week's bills cost."""
        while True:
            yield self.world.calendar.hour("acquire")
            if self.levers.payment_weeks is not None:
                self.sweeten(self.levers.payment_weeks - self.these.payment_weeks)
            yield self.world.calendar.hour("bonds")
            self.finance()

    def sweeten(self, weeks: float) -> None:
        """Make what is sold cheaper by so many weeks of interest, or dearer, as far as prices matter."""
        people, pricing = self.world.people, self.world.pricing
        if pricing is not None:
            felt = 1 - self.these.customer_interest * weeks / WEEKS_A_YEAR
            dearer = felt**pricing.these.elasticity
            people.pricing.dearness *= dearer
            people.shopping.lift /= dearer

    def finance(self) -> None:
        """Note the interest on the week's orders until they are paid."""
        orders, levers = self.world.orders, self.levers.payment_weeks
        weeks = self.these.payment_weeks if levers is None else levers
        cents = np.rint(orders.paid * (self.these.interest * weeks / WEEKS_A_YEAR)).astype(np.int64)
        rows = places(cents)
        self.world.log.write(Kind.FINANCED, orders.minute[rows], orders.person[rows], value=cents[rows])
