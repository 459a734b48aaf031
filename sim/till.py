"""The till: where the week's orders get their content, on Sunday.

What the basket is to the household, the till is to the firm: it knows what is in stock, suggests what might
be forgotten, and writes down what each order was made of. The law stands in `processes/basket.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.chance import Floats, Integers, Purpose
from sim.events import Cause, Kind
from sim.lines import as_bits, key, keys, worth
from sim.mask import Mask, places
from sim.recommender import best, learned, popular, scores_of

if TYPE_CHECKING:
    from sim.processes.basket import Levers, Parameters
    from sim.world import World

Cents = npt.NDArray[np.int64]
MODELS = {"popular": popular, "learned": learned}
ADVISING = 300  # this work among all that a plan wants done: no channel of messages, no bond, no contract


@dataclass(slots=True)
class Contents:
    """What the week's orders are made of; shapes (orders,) and (orders, categories)."""

    strength: Floats  # (orders, categories): how strongly each category is wanted
    first: Integers  # the category for which they came
    wanted: Mask  # (orders, categories)
    worth: Floats  # (orders, categories): how dear a line is beside the others
    basket: Mask  # (orders, categories): what they get
    own: Cents  # what that is worth by itself, at this week's shelf price
    scale: Floats  # cents of a line, by how dear it is
    goods: Cents  # what it costs the firm
    added: Cents  # what the firm adds to it
    points: Floats  # what all this does to the order's performance


class Till:
    """Fills the baskets of a week, as the levers of `processes/basket.py` say."""

    def __init__(self, world: World, these: Parameters, levers: Levers) -> None:
        self.world = world
        self.these = these
        self.levers = levers  # told anew each Monday
        self.fill_rate = these.fill_rate
        categories = list(these.categories.values())
        self.base = -np.log1p(-np.array([category.share for category in categories]))  # (categories,)
        self.weights = np.array([category.weight for category in categories])
        self.margins = np.array([category.margin for category in categories])
        self.company = np.array(  # (categories, categories): beside the good for which one came, the column
            [[category.goes_with.get(name, 1.0) for category in categories] for name in these.categories]
        )

    def fill(self, week: int) -> None:
        """Work out the content of the week's orders, which are worth so much at this week's shelf price.

        What is in the jars is as it was on Monday, less what has been eaten since.
        """
        world, orders, me = self.world, self.world.orders, self.world.people.basket
        these = self.choose(week)
        self.deliver(these, week)
        if self.levers.suggestions or self.levers.up_sell:
            asked = places(self.advised(week)[orders.person])
            self.suggest(these, asked, week)
            self.offer_dearer(these, asked, week)
        for place, staple in enumerate(me.staples):
            buys = places(these.basket[:, staple])
            me.put_away(place, orders.person[buys], orders.minute[buys])
        orders.cents, orders.goods = these.own + these.added, these.goods
        contents = as_bits(these.basket)
        world.log.write(Kind.BASKET, orders.minute, orders.person, 0, contents, these.goods)
        self.let_feel(these.points)

    def advised(self, week: int) -> Mask:
        """Tell whom the firm makes suggestions this week."""
        world, to = self.world, self.levers.to
        chosen = np.full(world.size, to is None)
        if to is not None:
            chosen[world.record.select(to)] = True
        if world.done_share < 1:  # the rest is planned but not done
            who = world.people.number
            chosen &= world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, ADVISING)
        return chosen

    def choose(self, week: int) -> Contents:
        """Let people choose their lines, and draw how dear each is."""
        world, orders = self.world, self.world.orders
        strength, first, wanted = self.want(week)
        dear = worth(world.luck, self.weights, orders.person, week, orders.j)
        goods, added, scale, points = (np.zeros(len(first), kind) for kind in (int, int, float, float))
        basket = wanted.copy(order="K")  # in memory as the others are: category by category
        return Contents(
            *(strength, first, wanted, dear, basket),
            *(orders.cents, scale, goods, added, points),
        )

    def want(self, week: int) -> tuple[Floats, Integers, Mask]:
        """Let the clocks of all categories run: what rings by 1 is wanted, and what rings first.

        Gives how strongly each is wanted, what rang first, and what is wanted. Wide arrays are changed in
        place: fresh memory for each step would take longer than the step.
        """
        orders, me = self.world.orders, self.world.people.basket
        who, every = orders.person, np.arange(len(orders.person))
        strength = self.base * me.taste.take(who, axis=1).T  # (orders, categories)
        for place, staple in enumerate(me.staples):
            strength[:, staple] *= me.need(place, who, orders.minute)
        clock = self.world.luck.exponential(Purpose.WISH, *self._lines(week))  # (orders, categories)
        clock /= np.maximum(strength, 1e-12)
        first = clock.argmin(axis=1)
        start = clock[every, first][:, None]  # (orders, 1)
        company = self.company.take(first, axis=1).T  # (orders, categories)
        clock -= start
        clock /= company  # from the first good on they run faster
        clock += start
        wanted = clock < 1
        wanted[every, first] = True
        strength *= company
        return strength, first, wanted

    def _lines(self, week: int) -> tuple[Integers, int, Integers]:
        """Give the occasions of all lines that the week's orders could have, (orders, categories)."""
        orders = self.world.orders
        return keys(orders.person, len(self.base)), week, orders.j[:, None]

    # -- what is in stock ---------------------------------------------------------------------------

    def deliver(self, these: Contents, week: int) -> None:
        """Give what is in stock; for the good for which one came there is always a substitute."""
        if self.fill_rate < 1:
            self.run_short(these, week)
        price = self.world.people.pricing.price
        lines = these.worth * these.basket
        whole = lines.sum(axis=1)
        these.scale[:] = these.own / whole
        margin = self.world.margin + (lines @ (self.margins - self.world.margin)) / whole
        these.goods += np.rint(these.own / price * (1 - margin)).astype(np.int64)

    def run_short(self, these: Contents, week: int) -> None:
        """Take out what is not there; it is missed, whether or not something else does for it."""
        world, orders, occasion = self.world, self.world.orders, self._lines(week)
        lacks = these.wanted & ~world.luck.happens(self.fill_rate, Purpose.IN_STOCK, *occasion)
        gone = lacks & ~world.luck.happens(self.these.substitute_share, Purpose.SUBSTITUTE, *occasion)
        gone[np.arange(len(gone)), these.first] = False
        these.basket &= ~gone
        lines = these.worth * these.wanted
        lines /= lines.sum(axis=1, keepdims=True)  # shares of what was wanted
        sold = np.maximum(np.rint(these.own * (1 - (lines * gone).sum(axis=1))), 1).astype(np.int64)
        less, lost = places(gone.any(axis=1)), these.own - sold
        world.log.write(
            Kind.MISSED, orders.minute[less], orders.person[less], 0, as_bits(gone[less]), lost[less]
        )
        these.own = sold
        missed = (lines * lacks).sum(axis=1)  # (orders,)
        these.points -= self.these.missing_drop * missed
        short = places(missed)
        world.people.patience.burden(
            Cause.PRODUCT, self.these.missing_toll * missed[short], orders.person[short]
        )

    # -- what the firm suggests ---------------------------------------------------------------------

    def suggest(self, these: Contents, asked: Integers, week: int) -> None:
        """Suggest further categories at some orders, the best ones first."""
        if not self.levers.suggestions or not len(asked):
            return
        scores = self.scores(these, asked, week)
        for place, picks in enumerate(best(scores, these.wanted[asked], self.levers.suggestions).T):
            there = picks >= 0
            self.suggest_one(these, asked[there], picks[there], place, week)

    def scores(self, these: Contents, asked: Integers, week: int) -> Floats:
        """Ask the recommender how well each category fits each order, (asked, categories)."""
        recommender, luck, orders = self.levers.recommender, self.world.luck, self.world.orders
        who, j = orders.person[asked], orders.j[asked]
        hunch: Floats = luck.uniform(Purpose.HUNCH, keys(who, len(self.base)), week, j[:, None])
        if recommender == "random":
            return hunch
        if recommender == "assumed":
            coin = key(who, len(self.base))  # beside the last category
            hits = luck.happens(self.levers.hit_share, Purpose.HUNCH, coin, week, j)
            return np.where(hits[:, None], these.strength[asked], hunch)
        model = recommender if callable(recommender) else MODELS[recommender]
        return scores_of(model, self.world.record.evidence(these.basket[asked], who))

    def suggest_one(self, these: Contents, rows: Integers, picks: Integers, place: int, week: int) -> None:
        """Suggest one category at each of some orders; it is taken, or it annoys."""
        world, numbers, orders = self.world, self.these, self.world.orders
        who, j, strength = orders.person[rows], orders.j[rows], these.strength[rows, picks]
        appeal = numbers.appeal * numbers.attention_keep**place
        taken = world.luck.happens(-np.expm1(-appeal * strength), Purpose.ADVICE, key(who, picks), week, j)
        cents = np.maximum(np.rint(these.scale[rows] * these.worth[rows, picks]), 1).astype(np.int64) * taken
        world.log.write(Kind.SUGGESTED, orders.minute[rows], who, picks, j, cents)
        these.basket[rows[taken], picks[taken]] = True
        self.add(these, rows, picks, cents)
        fit = strength / self.base[picks]  # beside what is usual
        these.points[rows] -= numbers.annoyance * np.exp(-fit) * ~taken

    def offer_dearer(self, these: Contents, asked: Integers, week: int) -> None:
        """Offer a dearer variant of the good for which one came."""
        step, numbers = self.levers.up_sell, self.these
        if not step or not len(asked):
            return
        world, orders = self.world, self.world.orders
        who, j, main = orders.person[asked], orders.j[asked], these.first[asked]
        reluctance = numbers.dearer_steepness * step * world.people.pricing.sensitivity[who]
        chance = numbers.dearer_share * np.exp(-reluctance)
        taken = world.luck.happens(chance, Purpose.DEARER, who, week, j)
        more = step * these.scale[asked] * these.worth[asked, main]
        cents = np.maximum(np.rint(more), 1).astype(np.int64) * taken
        world.log.write(Kind.DEARER, orders.minute[asked], who, main, j, cents)
        self.add(these, asked, main, cents)
        these.points[asked] -= numbers.annoyance * -np.expm1(-reluctance) * ~taken

    def add(self, these: Contents, rows: Integers, category: Integers, cents: Cents) -> None:
        """Add cents to some orders, and what their goods cost."""
        these.added[rows] += cents
        price = self.world.people.pricing.price
        these.goods[rows] += np.rint(cents / price * (1 - self.margins[category])).astype(np.int64)

    def let_feel(self, points: Floats) -> None:
        """Let people feel on average what was done to their orders of this week."""
        if points.any():
            person = self.world.orders.person
            who, place, orders = np.unique(person, return_inverse=True, return_counts=True)
            self.world.people.experience.enrich(np.bincount(place, points) / orders, who)
