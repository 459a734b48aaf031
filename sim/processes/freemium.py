"""Freemium: a level that costs nothing, and lives on the advertising that its users see (免费增值).

Users of a level with a fee of 0 pay with their attention. They cost something to host, and advertisers pay
the firm for every thousand advertisements shown. The more are shown, the more it earns from each user, and
the more users have enough of it (Goldstein, Suri, McAfee, Ekstrand-Abueg & Diaz 2014): no contract holds
them, so they go in any week. Some others pay to be rid of it, when they next decide on their level (Prasad,
Mahajan & Bronnenberg 2003).

    moving up from the free level = usual chance x (1 + escape x advertisements a week / 100)
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from sim.data import Data
from sim.events import Cause, Kind
from sim.mask import places
from sim.parameter import PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

ANNOYING = (
    "Goldstein, Suri, McAfee, Ekstrand-Abueg & Diaz 2014, JMR 51(6): annoying ads drive users away; "
    "size assumed"
)
PAY_OR_VIEW = (
    "Prasad, Mahajan & Bronnenberg 2003, Int. J. Research in Marketing 20(1): some pay to be rid of "
    "advertising; size assumed"
)
HUNDRED = 100  # advertisements


class Parameters(Data):
    """What advertising on a free level brings, and what it does to its users."""

    ads: float = parameter(
        "advertisements that a free user sees, unless the plan says otherwise",
        "a week",
        SCENARIO,
        100.0,
        ge=0,
        le=10_000,
    )
    rate: float = parameter(
        "what advertisers pay for a thousand of them", "currency", SCENARIO, 8.0, ge=0, le=1e6
    )
    hosting: float = parameter("what a free user costs", "currency a week", SCENARIO, 0.3, ge=0, le=1e6)
    toll: float = parameter(
        "patience that a hundred a week take from a free user, in a week",
        "patience",
        ANNOYING,
        0.004,
        ge=0,
        le=10,
    )
    escape: float = parameter(
        "how much more readily a free user moves up, for a hundred a week",
        "share",
        PAY_OR_VIEW,
        0.3,
        ge=0,
        le=10,
    )


class Levers(Data):
    """What the firm shows to those who do not pay."""

    ads: float | None = parameter(
        "advertisements that a free user sees",
        "a week",
        PLAN,
        None,
        slider=(0, 400, 10),
        absent="as in the scenario",
        ge=0,
        le=10_000,
    )

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse to set how many are shown where there is nobody to see them."""
        fees = scenario.renewal.fees if scenario.renewal else ()
        if self.ads is not None and 0 not in fees:
            return f"ads: {scenario.name} has no level without a fee, so nobody would see them."
        return None


class Freemium:
    """Monday's advertisements, and what they bring until Sunday."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: show advertisements to free users; on Sunday, send advertisers the bill."""
        people = self.world.people
        while people.renewal.has_free:
            yield self.world.calendar.hour("contact")
            ads = self.these.ads if self.levers.ads is None else self.levers.ads
            self.show(ads)
            yield self.world.calendar.hour("bonds")
            self.charge_advertisers(ads)

    def show(self, ads: float) -> None:
        """Let free users see so many advertisements this week: some have enough, some would rather pay."""
        people = self.world.people
        who = people.renewal.free_users(people.entry.stage)
        people.patience.burden(Cause.CONTACT, self.these.toll * ads / HUNDRED, who)
        people.shopping.lift[who] *= 1 + self.these.escape * ads / HUNDRED

    def charge_advertisers(self, ads: float) -> None:
        """Note what advertisers pay and users cost, with each bill of 0 for the weeks that it stands for."""
        world, orders = self.world, self.world.orders
        rows = places(world.people.renewal.costs_nothing(orders.person))
        assert world.renewal  # where there are levels
        weeks, minute, who = world.renewal.these.bill_weeks, orders.minute[rows], orders.person[rows]
        a_week = {Kind.SPONSORED: self.these.rate * ads / 1_000, Kind.FULFILLED: self.these.hosting}
        for kind, money in a_week.items():
            cents = round(money * weeks * 100)
            if cents:
                world.log.write(kind, minute, who, value=cents)
