"""Basket: what orders are made of, what is suggested beside it, and what is not there.

Each household wants categories of goods in its own way. At an order each category has a clock that rings
after an exponential time; what has rung by 1 is in the basket, and whatever rings first, for which one came:

    strength = -ln(1 - share) x taste x need,  and from the first good on  x goes_with[first good]

Need is about staples: a pack lasts a household its own time, and the fuller the jar, the less it is wanted,

    need = urgency exp(-urgency x fullness) / (1 - exp(-urgency)),  on average 1 over a pack

Who finds the jar empty may fill it elsewhere. The same need, or the taste for other goods, is how relevant a
message about a category is. What an order is worth does not depend on its lines; what the goods cost does.

A good that is suggested gets a second chance, appeal x attention x strength. What is refused annoys, by how
little it fits: annoyance exp(-strength beside the usual). A good out of stock is replaced, or missed: less is
sold, and the order disappoints. Money in the stock buys off shortages with diminishing returns.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from pydantic import ValidatorFunctionWrapHandler, field_validator

from sim.category import Category
from sim.chance import Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind
from sim.lines import MOST_CATEGORIES, key
from sim.mask import places
from sim.misfit import Misfit, fitted, part
from sim.parameter import ASSUMED, PLAN, SCENARIO, Shares, parameter
from sim.recommender import Recommender
from sim.segment import Segment
from sim.till import Till

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

LARGEST_HOUSEHOLD = 12  # people
TASTES = (
    "Rossi, McCulloch & Allenby 1996, Marketing Science 15(4): households differ a lot, and their purchases "
    "show it; size assumed"
)
INVENTORY = "Gupta 1988, JMR 25(4): who has stock at home buys later; size assumed"
RECOMMENDERS = (
    "Lee & Hosanagar 2021, Management Science 67(1): with a recommender, final conversion rose by 7.5 %"
)
REACTANCE = "Fitzsimons & Lehmann 2004, Marketing Science 23(1): unwanted advice repels; size assumed"
SHORTAGES = (
    "Gruen, Corsten & Bharadwaj 2002, Retail Out-of-Stocks: 45 % take another brand or size; "
    "about 8 % of goods are out of stock"
)
STOCKOUTS = "Fitzsimons 2000, J. Consumer Research 27(2); Jing & Lewis 2011, JMR 48(2); sizes assumed"


class Parameters(Data):
    """What is sold, and how households want it."""

    categories: dict[str, Category] = parameter(
        "the categories of this market", "-", SCENARIO, min_length=1, max_length=MOST_CATEGORIES
    )
    taste_spread: float = parameter(
        "how differently households like a category: log-normal of mean 1", "-", TASTES, 0.6, ge=0, le=3
    )
    pace_spread: float = parameter(
        "how differently long a pack lasts households: log-normal", "-", SCENARIO, 0.4, ge=0, le=2
    )
    household_shares: Shares = parameter(
        "relative numbers of households of one, two, ... people; a pack lasts in proportion",
        "-",
        SCENARIO,
        (1.0,),
        min_length=1,
        max_length=LARGEST_HOUSEHOLD,
    )
    household_tie: float = parameter(
        "correlation of that with the size of orders, as a Gaussian copula", "-", ASSUMED, 0.4, ge=-1, le=1
    )
    urgency: float = parameter(
        "how much more an empty jar presses than a full one: by exp of this", "-", INVENTORY, 3.0, ge=0, le=10
    )
    elsewhere_share: float = parameter(
        "empty jars that are filled elsewhere in a week", "share a week", ASSUMED, 0.3, ge=0, le=1
    )
    appeal: float = parameter(
        "a suggestion adds so much to how strongly its good is wanted",
        "share",
        RECOMMENDERS,
        0.075,
        ge=0,
        le=10,
    )
    attention_keep: float = parameter(
        "attention for each further suggestion, beside the one before", "share", ASSUMED, 0.7, ge=0, le=1
    )
    annoyance: float = parameter(
        "what a suggestion that does not fit at all takes from an order's performance",
        "points of 10",
        REACTANCE,
        0.2,
        ge=0,
        le=10,
    )
    dearer_share: float = parameter(
        "orders in which a variant that is hardly dearer is taken", "share", ASSUMED, 0.3, ge=0, le=1
    )
    dearer_steepness: float = parameter(
        "one that costs twice as much is taken more seldom by exp of this times the sensitivity to prices",
        "-",
        ASSUMED,
        5.0,
        ge=0,
        le=50,
    )
    fill_rate: float = parameter(
        "goods wanted that are in stock as the supplier delivers", "share", SCENARIO, 1.0, ge=0, le=1
    )
    stock_worth: float = parameter(
        "money in the stock that buys off 63 % of the shortages",
        "currency a week per 1 000 people",
        ASSUMED,
        50.0,
        gt=0,
        le=1e6,
    )
    substitute_share: float = parameter(
        "goods out of stock for which another is taken", "share", SHORTAGES, 0.45, ge=0, le=1
    )
    missing_drop: float = parameter(
        "what an order without anything that was wanted loses in performance; in proportion below",
        "points of 10",
        STOCKOUTS,
        4.0,
        ge=0,
        le=10,
    )
    missing_toll: float = parameter(
        "patience that such an order takes; in proportion below", "patience", STOCKOUTS, 0.1, ge=0, le=10
    )

    @field_validator("categories", mode="wrap")
    @classmethod
    def _go_with_each_other(cls, given: Any, build: ValidatorFunctionWrapHandler) -> dict[str, Category]:
        categories: dict[str, Category] = fitted(build, given, _strangers(given))
        return categories

    @property
    def usual_household(self) -> float:
        """How many people a household has on average."""
        sizes = np.arange(1, len(self.household_shares) + 1)
        return float(np.average(sizes, weights=self.household_shares))

    @property
    def staples(self) -> tuple[int, ...]:
        """The places of the categories that are used up and bought again."""
        categories = self.categories.values()
        return tuple(place for place, category in enumerate(categories) if category.cycle_weeks)


def _strangers(given: Any) -> Iterator[Misfit]:
    """Find goods that go with what is no other category."""
    categories = given if isinstance(given, Mapping) else {}
    for name, category in categories.items():
        others = part(category, "goes_with")
        for other in others if isinstance(others, Mapping) else ():
            if other not in categories or other == name:
                there_are = ", ".join(map(str, categories))
                yield Misfit(
                    (name, "goes_with", other), f'"{other}" is no other category. There are: {there_are}.'
                )


class Levers(Data):
    """What the firm does at the till and in its stockroom."""

    suggestions: int = parameter(
        "further categories suggested at an order", "categories", PLAN, 0, slider=(0, 5, 1), ge=0, le=10
    )
    recommender: Recommender = parameter(
        "what suggests them: chance, what is bought most, a model that learns from the record, or one that "
        "is assumed to hit the truth now and then",
        "-",
        PLAN,
        "popular",
    )
    hit_share: float = parameter(
        "suggestions of the assumed recommender that are the best there is; the others are chance",
        "share",
        PLAN,
        0.5,
        slider=(0, 1, 0.05),
        ge=0,
        le=1,
    )
    up_sell: float = parameter(
        "a variant of the main good is offered that is dearer by",
        "share",
        PLAN,
        0.0,
        slider=(0, 0.5, 0.05),
        ge=0,
        le=2,
    )
    to: Segment | None = parameter(
        "whom the firm suggests and offers such things", "-", PLAN, None, absent="everybody"
    )
    stock: float = parameter(
        "money for stock against shortages",
        "currency a week per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 200, 5),
        ge=0,
        le=1e6,
    )

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse a model that learns from the orders of customers where the record shows none."""
        learns = self.recommender == "learned" or callable(self.recommender)
        if learns and "orders" not in scenario.record.shown:
            return (
                f"recommender: there is nothing to learn from: {scenario.record.hides('orders')} "
                'Take "popular", which counts at the till, or "random".'
            )
        return None


class Basket:
    """Monday's look into the stockroom and the jars; on Sunday the till fills the baskets."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.till = Till(world, these, self.levers)

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: tell the till what to do, pay for the stock; empty jars may be filled elsewhere."""
        while True:
            week = yield self.world.calendar.hour("prices")
            self.till.levers = self.levers
            self.stock_up(week)
            self.buy_elsewhere(week)

    def stock_up(self, week: int) -> None:
        """Pay for this week's stock: each shortage is bought off with the same chance."""
        cents = round(self.levers.stock * 100 * self.world.size / 1_000)
        if cents:
            self.world.log.note(Kind.STOCKED, week * MINUTES_A_WEEK, FIRM, value=cents)
        bought = np.exp(-self.levers.stock / self.these.stock_worth)
        self.till.fill_rate = float(1 - (1 - self.these.fill_rate) * bought)

    def buy_elsewhere(self, week: int) -> None:
        """Let some of those whose jar is empty fill it elsewhere; the firm does not hear of it."""
        me, monday = self.world.people.basket, week * MINUTES_A_WEEK
        for place, staple in enumerate(me.staples):
            who = places(me.runs_out[place] < monday)
            share = self.these.elsewhere_share
            who = who[self.world.luck.happens(share, Purpose.ELSEWHERE, key(who, staple), week)]
            me.fill(place, who, monday, packs=1)
