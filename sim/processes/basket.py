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

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import field_validator

from sim.category import Category
from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind
from sim.lines import MOST_CATEGORIES, key
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.recommender import Recommender
from sim.segment import Segment
from sim.till import Till

if TYPE_CHECKING:
    from sim.world import World

FULLEST = 3  # packs that a jar holds; what is bought beyond that is given away

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

    @field_validator("categories")
    @classmethod
    def _go_with_each_other(cls, categories: dict[str, Category]) -> dict[str, Category]:
        for name, category in categories.items():
            for other in category.goes_with:
                if other not in categories or other == name:
                    raise ValueError(
                        f'{name} goes with "{other}", which is no other category. '
                        f"There are: {', '.join(categories)}."
                    )
        return categories

    @property
    def staples(self) -> tuple[int, ...]:
        """The places of the categories that are used up and bought again."""
        categories = self.categories.values()
        return tuple(place for place, category in enumerate(categories) if category.cycle_weeks)


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


@dataclass(slots=True)
class Columns:
    """What households like and have at home; shapes (categories, people) and (staples, people)."""

    taste: npt.NDArray[np.float32]  # (categories, people): mean 1
    lasts: npt.NDArray[np.int32]  # (staples, people): minutes that a pack lasts
    runs_out: npt.NDArray[np.int32]  # (staples, people): minute at which the jar is empty
    these: Parameters | None  # the same for everybody

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw tastes and paces; the jars hold anything up to a pack as the market opens."""
        none = np.zeros((0, len(person)), np.int32)
        if these is None:
            return cls(none.astype(np.float32), none, none, None)
        spread = these.taste_spread
        taste = np.empty((len(these.categories), len(person)), np.float32)
        for place, row in enumerate(taste):
            row[:] = np.exp(spread * luck.normal(Purpose.TASTE, key(person, place)) - spread**2 / 2)
        lasts, runs_out = (np.empty((len(these.staples), len(person)), np.int32) for _ in range(2))
        categories = list(these.categories.values())
        for place, staple in enumerate(these.staples):
            pace = np.exp(these.pace_spread * luck.normal(Purpose.PACE, key(person, staple)))
            weeks = np.clip((categories[staple].cycle_weeks or 0.0) * pace, 1 / 7, 520)
            lasts[place] = weeks * MINUTES_A_WEEK
            runs_out[place] = lasts[place] * luck.uniform(Purpose.PACE, key(person, staple), 0, 1)
        return cls(taste, lasts, runs_out, these)

    @property
    def names(self) -> tuple[str, ...]:
        """The categories of the market."""
        return tuple(self.these.categories) if self.these else ()

    @property
    def staples(self) -> tuple[int, ...]:
        """The places of those that are used up and bought again."""
        return self.these.staples if self.these else ()

    def need(self, place: int, who: Integers, minute: Integers | int) -> Floats:
        """Tell how much some people need a staple: 1 on average over a pack, most when it is used up."""
        left = np.maximum(self.runs_out[place][who] - minute, 0)
        fullness = left / self.lasts[place][who]  # packs
        urgency = self.these.urgency if self.these else 0.0
        if not urgency:
            return np.ones(len(who))
        need: Floats = urgency * np.exp(-urgency * fullness) / -np.expm1(-urgency)
        return need

    def relevance(self, about: str | None, who: Integers, minute: int) -> Floats | float:
        """Tell how relevant a message about a category is to some people; 1: as one about nothing."""
        if about is None:
            return 1.0
        category = self.names.index(about)
        if category in self.staples:
            return self.need(self.staples.index(category), who, minute)
        return self.taste[category][who].astype(float)

    def put_away(self, place: int, who: Integers, minute: Integers) -> None:
        """Let people fill the jar, up to what it holds; `who` has a row a pack, in order of time."""
        packs = np.bincount(who)[who]  # of each row's person, in all
        self.fill(place, who[::-1], minute[::-1], packs[::-1])  # backwards: the first row of a person stays

    def fill(self, place: int, who: Integers, now: Integers | int, packs: Integers | int) -> None:
        """Let people fill the jar, up to what it holds; of rows of the same person, the last counts."""
        lasts = self.lasts[place][who]
        filled = np.maximum(self.runs_out[place][who], now) + packs * lasts
        self.runs_out[place][who] = np.minimum(filled, now + FULLEST * lasts)


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
            who = np.flatnonzero(me.runs_out[place] < monday)
            share = self.these.elsewhere_share
            who = who[self.world.luck.happens(share, Purpose.ELSEWHERE, key(who, staple), week)]
            me.fill(place, who, monday, packs=1)
