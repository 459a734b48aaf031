"""Needs: what people want of a shop, and the value that it delivers to them (顾客让渡价值).

People are of different types of need, and each weighs the parts of an offer in a way of their own. Total
value less total cost is what a person compares (Kotler): goods (range), service, personnel and image on one
side, time (speed), energy (ease), mind (clarity) and money on the other. What the firm offers counts against
what its rival offers, in points of ten:

    delivered value = sum over parts of weight x (ours - the rival's)

Money spent on a part adds points to it, with diminishing returns, and people notice it little by little.
They feel it at their orders (experience), they stay for it (patience), and where there is a rival they choose
by it (rival). Our own shelf price is left to pricing, where its effect was measured; whoever gives money more
weight is the more sensitive to prices and offers there. Value hangs on the situation (Woodruff 1997): in some
weeks a person needs what others usually need, guests or a hurry, and weighs the parts as they do.

Some people pay more for green goods than they cost elsewhere; the others keep to ordinary goods. Dear
goods cost the firm more in proportion: it keeps its usual share. Messages made for a need please those
who have it, and not the others. The firm sees a need only where it is declared (profile).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import field_validator

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind
from sim.mask import places
from sim.need import NEEDS, PARTS, TYPES, NeedName, Proposition, Weights
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

GREEN = len(PARTS)  # the channel of money spent on green goods
PLAIN_MONEY = 6.0  # points for a price of 100 % less, where needs are switched off
NOTICED = 0.01  # a smaller gap to what is offered is noticed: lives that have diverged meet again

PREMIUMS = (
    "Tully & Winer 2014, J. Retailing 90(2): 60 % would pay more for responsible products, on average "
    "over all 17 %; as people say, which is more than they do"
)
MATCHED = "Ansari & Mela 2003, JMR 40(2): e-mails fitted to the reader drew up to 62 % more clicks"


class Parameters(Data):
    """Who needs what, what is offered, and what people tell of themselves."""

    types: dict[NeedName, Weights] = parameter("the types of need in this market", "-", SCENARIO, TYPES)
    weight_spread: float = parameter(
        "how differently people of a type weigh a part: log-normal", "-", ASSUMED, 0.4, ge=0, le=3
    )
    ours: Proposition = parameter("what the firm offers", "-", SCENARIO, Proposition())
    rival: Proposition = parameter("what its rival offers", "-", SCENARIO, Proposition())
    gain: float = parameter(
        "points that money adds to a part at most, none above ten",
        "points",
        ASSUMED,
        2.0,
        ge=0,
        le=10,
    )
    worth: float = parameter(
        "money that buys 63 % of it",
        "currency a week per 1 000 people",
        ASSUMED,
        60.0,
        gt=0,
        le=1e6,
    )
    notice: float = parameter(
        "step of what people notice towards what is offered", "share a week", ASSUMED, 0.2, gt=0, le=1
    )
    felt: float = parameter(
        "points that a point of delivered value adds to the performance of an order",
        "points",
        ASSUMED,
        0.5,
        ge=0,
        le=10,
    )
    money_points: float = parameter(
        "points that a price of 100 % less would be worth", "points", ASSUMED, 20.0, ge=0, le=200
    )
    green_willing: float = parameter(
        "people who pay more for green goods", "share", PREMIUMS, 0.6, ge=0, le=1
    )
    green_worth: float = parameter(
        "how much more they pay at most, on average: exponential", "share", PREMIUMS, 0.28, ge=0, le=5
    )
    green_range: float = parameter(
        "of a basket, what can be had green at most", "share", ASSUMED, 0.3, ge=0, le=1
    )
    situation_share: float = parameter(
        "weeks in which a person is in another situation, with a need drawn anew",
        "share of weeks",
        SCENARIO,
        0.0,
        ge=0,
        le=1,
    )
    fit: float = parameter(
        "clicks and reminding by a message made for one's need, beside one for all",
        "share",
        MATCHED,
        1.6,
        ge=0,
        le=10,
    )
    misfit: float = parameter("the same, if made for another's need", "share", ASSUMED, 0.7, ge=0, le=10)

    @field_validator("types")
    @classmethod
    def _somebody_has_one(cls, types: dict[NeedName, Weights]) -> dict[NeedName, Weights]:
        if not sum(weights.share for weights in types.values()):
            raise ValueError("people have needs: give at least one type with a share above 0.")
        return types

    def shares(self) -> Floats:
        """Give the share of people who have each need, 0 for one that nobody has; shape (needs,)."""
        relative = np.array([self.types[name].share if name in self.types else 0.0 for name in NEEDS])
        return relative / relative.sum()

    def drawn(self, luck: Floats) -> Integers:
        """Give the place in `NEEDS` that each uniform number falls on; shape as given."""
        return np.searchsorted(np.cumsum(self.shares())[:-1], luck, side="right")

    def weights(self) -> Floats:
        """Give what each part, and money last, counts to those of each need; shape (parts + 1, needs)."""
        every = [self.types.get(name, Weights()) for name in NEEDS]
        relative = [[getattr(weights, part) for weights in every] for part in (*PARTS, "money")]
        return np.array(relative) / np.sum(relative, axis=0)

    def progress(self, spent: Floats) -> Floats:
        """Tell how far spending gets, 0-1, with diminishing returns; shape as given."""
        return -np.expm1(-spent / self.worth)

    def most(self) -> Floats:
        """Give the points that money can add to each part, shape (parts,)."""
        return np.minimum(self.gain, [10 - getattr(self.ours, part) for part in PARTS])

    def lead(self) -> Floats:
        """Give by how many points we lead the rival in each part, and in price last; (parts + 1,)."""
        parts = [getattr(self.ours, part) - getattr(self.rival, part) for part in PARTS]
        return np.array([*parts, self.money_points * (self.rival.price - self.ours.price)])


def _lever(meaning: str) -> Any:
    unit = "currency a week per 1 000 people"
    return parameter(meaning, unit, PLAN, 0.0, slider=(0, 300, 5), ge=0, le=1e6)


class Levers(Data):
    """What the firm spends on its offer."""

    range: float = _lever("more and better goods to choose from")
    service: float = _lever("what comes with the goods: advice, delivery, help afterwards")
    personnel: float = _lever("training and time of those who serve")
    image: float = _lever("what the shop stands for")
    speed: float = _lever("less time: tills, opening hours, quick answers")
    ease: float = _lever("less trouble: parking, trolleys, goods carried home")
    clarity: float = _lever("less to think about: order, clear prices, plain words")
    green: float = _lever("green goods: finding, proving and showing them")
    green_premium: float = parameter(
        "price of green goods above ordinary ones", "share", PLAN, 0.0, slider=(0, 1, 0.05), ge=0, le=5
    )


# -- what people are like --------------------------------------------------------------------------


@dataclass(slots=True)
class Columns:
    """What people want, and what they get; shape (people,) unless said otherwise."""

    need: npt.NDArray[np.int8]  # place in `NEEDS`
    now: npt.NDArray[np.int8]  # the same for this week: the situation may ask for something else
    weights: npt.NDArray[np.float32]  # (parts, people): points of value for a point of a part
    thrift: Floats  # weight of money, beside the mean over all people
    mean_money: float  # points of value for a price of 100 % less, mean over all people
    green_worth: Floats  # most that a person pays more for green goods, as a share
    value: Floats  # delivered value beside the rival's, points
    markup: Floats  # what a person's orders cost beside the same goods, none of them green
    shares: Floats  # (needs, people): of all people, who have each need; 0 where needs are switched off
    fit: float = 1.0  # what a message does that is made for one's own need, beside one for all
    misfit: float = 1.0  # the same, made for another's

    @property
    def money(self) -> Floats:
        """Points of value for a price of 100 % less, to each person."""
        return self.mean_money * self.thrift

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw each person's need, and how they weigh the parts of an offer."""
        n = len(person)
        if these is None:
            zero, one = np.broadcast_to(0.0, n), np.broadcast_to(1.0, n)
            parts = np.broadcast_to(np.float32(0), (len(PARTS), n))
            nobody, first = np.broadcast_to(0.0, (len(NEEDS), n)), np.broadcast_to(np.int8(0), n)
            return cls(first, first, parts, one, PLAIN_MONEY, zero, zero, one, nobody)
        need = these.drawn(luck.uniform(Purpose.NEED, person))
        noise = np.array([luck.normal(Purpose.WEIGHT, person, 0, j) for j in range(len(PARTS) + 1)])
        weights = these.weights()[:, need] * np.exp(these.weight_spread * noise)
        weights /= sum(weights)  # part by part: the last bits of a matrix product hang on the processor
        mean_weight = weights[-1].sum() / max(n, 1)
        willing = luck.happens(these.green_willing, Purpose.GREEN, person)
        most = these.green_worth * luck.exponential(Purpose.GREEN, person, 0, 1)
        return cls(
            need=need.astype(np.int8),
            now=need.astype(np.int8),
            weights=weights[:-1].astype(np.float32),
            thrift=weights[-1] / mean_weight,
            mean_money=these.money_points * mean_weight,
            green_worth=np.where(willing, most, 0.0),
            value=weighed(these.lead(), weights),
            markup=np.ones(n),
            shares=np.broadcast_to(these.shares()[:, None], (len(NEEDS), n)),
            fit=these.fit,
            misfit=these.misfit,
        )

    def relevance(self, made_for: NeedName | None, who: Integers) -> Floats | float:
        """Tell how much better or worse than one for all a message does with some people."""
        if made_for is None:
            return 1.0
        return np.where(self.now[who] == NEEDS.index(made_for), self.fit, self.misfit)


def weighed(points: Floats, weights: npt.NDArray[np.floating]) -> Floats:
    """Add up points (parts,) by what they count to each person (parts, people)."""
    total = np.zeros(weights.shape[1])
    for point, weight in zip(points, weights, strict=True):
        total += point * weight
    return total


# -- the weekly process ----------------------------------------------------------------------------


class Needs:
    """Monday's offer."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.plain = world.people.needs.value.copy()  # by what both shops offer at the start
        self.value = self.plain  # by what they offer now, in the usual situation
        self.added = np.zeros(len(PARTS) + 1)  # 0-1: what people have noticed, of parts and green goods

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: pay for the offer, let it be noticed and felt."""
        while True:
            week = yield self.world.calendar.hour("prices")
            self.pay(week)
            self.offer()
            if self.these.situation_share:
                self.situate(week)

    @property
    def spends(self) -> list[float]:
        """What the firm spends on each part, and on green goods last."""
        return [getattr(self.levers, name) for name in (*PARTS, "green")]

    def pay(self, week: int) -> None:
        """Pay for this week's offer."""
        for code, spend in enumerate(self.spends):
            cents = round(spend * 100 * self.world.size / 1_000)
            if cents:
                self.world.log.note(Kind.PROVIDED, week * MINUTES_A_WEEK, FIRM, code, value=cents)

    def offer(self) -> None:
        """Let people notice what is offered, a step a week; what it is worth to them, they also feel."""
        me, these = self.world.people.needs, self.these
        spends = np.array(self.spends)
        if not (spends.any() or self.added.any()):
            return
        aim = these.progress(spends)
        gap = aim - self.added
        self.added = moved = np.where(np.abs(gap) < NOTICED, aim, self.added + these.notice * gap)
        more = weighed(these.most() * moved[:-1], me.weights) + self.green(float(moved[-1]))  # (people,)
        self.value = self.plain + more
        me.value[:] = self.value
        self.world.people.experience.enrich(these.felt * more)

    def situate(self, week: int) -> None:
        """Let some people need something else this week, and weigh what is offered accordingly."""
        world, these, me = self.world, self.these, self.world.people.needs
        me.now[:] = me.need
        me.value[:] = self.value
        who = places(world.luck.happens(these.situation_share, Purpose.SITUATION, world.people.number, week))
        another = world.luck.uniform(Purpose.SITUATION, who, week, 1)
        me.now[who] = these.drawn(another)
        added = these.most() * self.added[:-1]
        usual = self.plain[who] + weighed(added, me.weights[:, who])
        points = these.lead() + np.append(added, 0.0)
        me.value[who] += weighed(points, these.weights()[:, me.now[who]]) - usual

    def green(self, noticed: float) -> Floats:
        """Sell green goods to those who pay the premium; give what it is worth to them, in points."""
        me, premium = self.world.people.needs, self.levers.green_premium
        share = self.these.green_range * noticed  # of a basket
        buys = (me.green_worth > 0) & (me.green_worth >= premium)
        me.markup[:] = np.where(buys, 1 + share * premium, 1.0)
        return np.where(buys, share * (me.green_worth - premium) * me.money, 0.0)
