"""Acquisition: winning customers, by advertising and by recommendation.

Prospects are a finite pool: each can be won once. Money spent on an advertising channel reaches some of
them, with diminishing returns, and of those reached a few come. Satisfied customers recommend the shop to
whoever they happen to meet; it is wasted on those who are customers already. A reward makes more of them
talk, is paid to those who would have talked anyway, and tempts a few to bring people who do not exist.
People who come in different ways do not stay equally long.

    reached share = 1 - exp(-spend / reach_cost)
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
from sim.events import ADVERTISING, FIRM, REFERRAL, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

OPENING = 9 * 60  # newcomers order from Monday at nine on
NOBODY = -1
REACH = "reach rises concavely with spending: Sethi 1983, Optimal Control Appl. Methods 4(2)"
REFERRALS = (
    "Schmitt, Skiera & Van den Bulte 2011, J. Marketing 75(1): referred customers leave about 18 % less often"
)
RECOMMENDING = "Garnefeld, Eggert, Helm & Tax 2013, J. Marketing 77(4); Reichheld 2003, HBR 81(12)"


class Advertising(Data):
    """One way to reach prospects."""

    reach_cost: float = parameter(
        "spending that reaches 63 % of the prospects in a week",
        "currency a week per 1 000 people",
        SCENARIO,
        gt=0,
        le=1e6,
    )
    response: float = parameter("of those reached, who come", "share", SCENARIO, ge=0, le=1)
    staying: float = parameter(
        "what nature takes from those won this way, beside the average", "share", ASSUMED, 1.0, ge=0, le=5
    )


class Parameters(Data):
    """How prospects are won."""

    search: Advertising = parameter(
        "search words", "-", SCENARIO, Advertising(reach_cost=150.0, response=0.008, staying=1.0)
    )
    social: Advertising = parameter(
        "social media", "-", SCENARIO, Advertising(reach_cost=80.0, response=0.003, staying=1.15)
    )
    leaflet: Advertising = parameter(
        "leaflets", "-", SCENARIO, Advertising(reach_cost=60.0, response=0.002, staying=1.1)
    )
    inclination_spread: float = parameter(
        "how differently prospects answer: log-normal of mean 1", "-", ASSUMED, 0.8, ge=0, le=3
    )
    recommend_share: float = parameter(
        "customers of satisfaction 8 who recommend the shop in a week",
        "share a week",
        RECOMMENDING,
        0.004,
        ge=0,
        le=1,
    )
    recommend_steepness: float = parameter(
        "a point of satisfaction more multiplies it by exp of this",
        "per point",
        RECOMMENDING,
        0.7,
        ge=0,
        le=5,
    )
    reward_lift: float = parameter(
        "recommending with a reward of 10 in the currency, more by; in proportion below, at most five times",
        "share",
        RECOMMENDING,
        0.5,
        ge=0,
        le=10,
    )
    later_lift: float = parameter(
        "of this, what is left when the reward comes only with the order of the one brought",
        "share",
        ASSUMED,
        0.8,
        ge=0,
        le=1,
    )
    invented_share: float = parameter(
        "customers who are paid a reward of 10 for somebody invented; in proportion, at most five times",
        "share a week",
        ASSUMED,
        0.00005,
        ge=0,
        le=1,
    )
    answer_share: float = parameter(
        "prospects who come when a customer recommends the shop", "share", RECOMMENDING, 0.25, ge=0, le=1
    )
    referred_staying: float = parameter(
        "what nature takes from those a customer brought, beside the average",
        "share",
        REFERRALS,
        0.82,
        ge=0,
        le=5,
    )

    @property
    def advertising(self) -> tuple[Advertising, ...]:
        """The channels, in the order of `ADVERTISING`."""
        return tuple(getattr(self, name) for name in ADVERTISING)


def _spend(channel: str) -> float:
    meaning = f"advertising, {channel}"
    unit = "currency a week per 1 000 people"
    return parameter(meaning, unit, PLAN, 0.0, slider=(0, 100, 1), ge=0, le=1e6)


class Levers(Data):
    """What the firm does to grow."""

    search: float = _spend("by search words")
    social: float = _spend("on social media")
    leaflet: float = _spend("by leaflet")
    referral_reward: float = parameter(
        "paid to a customer for each new one brought", "currency", PLAN, 0.0, slider=(0, 50, 1), ge=0, le=1e5
    )
    reward_on_order: bool = parameter(
        "it is paid only when the one brought has ordered: nobody can be invented", "-", PLAN, False
    )


@dataclass(slots=True)
class Columns:
    """How people answer advertising and how much they talk; shape (people,)."""

    inclination: Floats  # to follow advertising, mean 1
    sociability: Floats  # how much they recommend, mean 1
    voice: npt.NDArray[np.float32]  # how much more they recommend for now, 1: as usual

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw both as log-normal."""
        if these is None:
            one = np.broadcast_to(1.0, len(person))
            return cls(one, one, one.astype(np.float32))
        spread = these.inclination_spread
        draws = (luck.normal(purpose, person) for purpose in (Purpose.INCLINATION, Purpose.SOCIABILITY))
        inclination, sociability = (np.exp(spread * draw - spread**2 / 2) for draw in draws)
        return cls(inclination, sociability, np.ones(len(person), np.float32))

    def speak_up(self, factor: float, who: Integers) -> None:
        """Let some people recommend more until the next word of this, and all others as usual."""
        if self.voice.flags.writeable:  # without this mechanism nobody recommends
            self.voice[:] = 1.0
            self.voice[who] = factor

    def put_off(self, who: Integers) -> None:
        """Let some people answer advertising no more, and talk of the shop no more."""
        if self.inclination.flags.writeable:
            self.inclination[who] = self.sociability[who] = 0.0


class Acquisition:
    """Monday's advertising, and last week's talk."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        moods = np.arange(1_001) / 100  # every satisfaction there can be, points
        self.urge = these.recommend_share * np.exp(these.recommend_steepness * (moods - 8))  # (moods,)

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: pay for advertising; some prospects come this week, others by recommendation."""
        while True:
            week = yield self.world.calendar.hour("acquire")
            for code, name in enumerate(ADVERTISING):
                self.advertise(code, getattr(self.levers, name), week)
            self.recommend(week)
            if self.levers.referral_reward and not self.levers.reward_on_order:
                self.invent(week)

    @property
    def temptation(self) -> float:
        """How large the reward is, beside one of 10; more than five times ten says no more."""
        return min(self.levers.referral_reward / 10, 5.0)

    def advertise(self, code: int, spend: float, week: int) -> None:
        """Spend money on a channel; win some of the prospects it reaches."""
        world, channel = self.world, self.these.advertising[code]
        if not spend:
            return
        cents = round(spend * 100 * world.size / 1_000)
        world.log.note(Kind.ADVERTISED, week * MINUTES_A_WEEK, FIRM, code, value=cents)
        prospects = places(self.to_be_won(week))
        reached = -np.expm1(-spend / channel.reach_cost)
        comes = reached * channel.response * world.people.acquisition.inclination[prospects]
        who = prospects[world.luck.happens(comes, Purpose.ATTENTION, prospects, week, code)]
        self.win(who, np.full(len(who), NOBODY), code, channel.staying, week)

    def to_be_won(self, week: int) -> npt.NDArray[np.bool_]:
        """Tell who is not a customer yet and would not come this week anyway, shape (people,)."""
        entry = self.world.people.entry
        return (entry.stage == Stage.PROSPECT) & (entry.minute >= (week + 1) * MINUTES_A_WEEK)

    def recommend(self, week: int) -> None:
        """Let customers recommend the shop to somebody, the satisfied more often."""
        world, these, people = self.world, self.these, self.world.people
        urge = self.urge.take(people.experience.satisfaction)  # (people,)
        urge *= people.acquisition.sociability * people.acquisition.voice
        urge *= people.seeding.talk
        lift = these.reward_lift * (these.later_lift if self.levers.reward_on_order else 1.0)
        urge *= 1 + lift * self.temptation
        who = places(people.entry.stage == Stage.CUSTOMER)
        who = who[world.luck.happens(urge[who], Purpose.RECOMMEND, who, week)]
        name, answer = world.luck.uniforms((Purpose.WHOM, Purpose.ANSWER), who, week)  # (recommendations,)
        whom = (name * world.size).astype(np.int64)
        whom = people.seeding.told(whom, who, people.needs.need, world.luck, week)
        world.log.write(Kind.RECOMMENDED, week * MINUTES_A_WEEK, who, ref=whom)

        free = self.to_be_won(week)[whom]  # the others are customers already, or soon will be
        free &= answer < these.answer_share
        whom, first = np.unique(whom[free], return_index=True)  # two may tell one: the first person counts
        self.win(whom, who[free][first], REFERRAL, these.referred_staying, week)

    def invent(self, week: int) -> None:
        """Let a few customers be paid for bringing somebody who does not exist."""
        world = self.world
        who = places(world.people.entry.stage == Stage.CUSTOMER)
        share = self.these.invented_share * self.temptation
        who = who[world.luck.happens(share, Purpose.INVENT, who, week)]
        cents, minute = round(self.levers.referral_reward * 100), week * MINUTES_A_WEEK + OPENING
        world.log.write(Kind.REWARDED, minute, who, ref=NOBODY, value=cents)

    def win(self, who: Integers, by: Integers, code: int, staying: float, week: int) -> None:
        """Let prospects place their first order this week; reward who brought them."""
        if not len(who):
            return
        world, people = self.world, self.world.people
        span = MINUTES_A_WEEK - OPENING
        minute = (
            week * MINUTES_A_WEEK
            + OPENING
            + np.floor(world.luck.uniform(Purpose.JOIN_MINUTE, who, week) * span)
        )
        people.entry.minute[who] = minute
        people.shopping.ease(staying, who)
        people.renewal.ease(staying, who)
        world.log.write(Kind.JOINED, minute, who, code, by)
        cents = round(self.levers.referral_reward * 100)
        if code == REFERRAL and cents:
            world.log.write(Kind.REWARDED, minute, by, ref=who, value=cents)
