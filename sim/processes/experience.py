"""Experience: what an order felt like, against what was expected.

After each order a customer compares its performance P (0-10) with the expectation E. The order satisfies
with s = P + gain (P - E)+ - loss (E - P)+, overall satisfaction S moves a step towards s, and the
expectation a step towards P (Anderson & Sullivan 1993). Falling short weighs more than doing well.

What a message promises is expected by those who believe it: E moves a step towards perfection. Where the next
order then falls far short, trust goes (Kopalle & Lehmann 2006).

If `peak_weight` says so, an order is not remembered alone but beside the strongest of those before it, as far
as that has not faded: w x peak + (1 - w) x end (Kahneman et al. 1993).

Quality can be bought, with diminishing returns; customers soon expect what they get.

Moods are kept in whole hundredths of a point: lives that have diverged can then truly meet again.
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
from sim.events import FIRM, Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

DISCONFIRMATION = "Anderson & Sullivan 1993, Marketing Science 12(2)"
PEAK_END = "Kahneman, Fredrickson, Schreiber & Redelmeier 1993, Psychological Science 4(6)"
PROMISES = "Kopalle & Lehmann 1995, JMR 32(3): what is advertised raises what is expected; size assumed"
Hundredths = npt.NDArray[np.int16]
EVERYBODY = slice(None)


class Parameters(Data):
    """How customers experience an order, and how the firm asks about it."""

    quality: float = parameter("mean performance of an order", "points of 10", SCENARIO, 7.6, ge=0, le=10)
    quality_spread: float = parameter(
        "standard deviation of performance from order to order", "points", SCENARIO, 1.2, ge=0, le=5
    )
    quality_gain: float = parameter(
        "points that money can add to the performance, at most", "points", ASSUMED, 1.5, ge=0, le=10
    )
    quality_worth: float = parameter(
        "money an order that buys 63 % of it", "currency an order", ASSUMED, 2.0, gt=0, le=1e6
    )
    fault_severity: float = parameter(
        "points that a fault takes from an order's performance",
        "points",
        "Smith, Bolton & Wagner 1999, JMR 36(3)",
        4.0,
        ge=0,
        le=10,
    )
    gain: float = parameter(
        "b+: weight of a performance above expectation", "-", DISCONFIRMATION, 0.3, ge=0, le=5
    )
    loss: float = parameter(
        "b-: weight of a performance below expectation; 1.5 to 2.5 times b+",
        "-",
        DISCONFIRMATION,
        0.6,
        ge=0,
        le=5,
    )
    memory: float = parameter(
        "step of overall satisfaction towards the last order's",
        "share an order",
        DISCONFIRMATION,
        0.2,
        ge=0,
        le=1,
    )
    adaptation: float = parameter(
        "kappa: step of the expectation towards the last performance; .1 to .3",
        "share an order",
        DISCONFIRMATION,
        0.2,
        ge=0,
        le=1,
    )
    peak_weight: float = parameter(
        "w: weight of the peak in what is remembered; 0: the end is all", "share", PEAK_END, 0.0, ge=0, le=1
    )
    peak_keep: float = parameter("of a peak, left an order later", "share an order", ASSUMED, 0.9, ge=0, lt=1)
    belief: float = parameter(
        "step of the expectation towards 10 of those who follow a promise of perfection; in proportion below",
        "share",
        PROMISES,
        0.5,
        ge=0,
        le=1,
    )
    zone: float = parameter(
        "points by which a promise may be missed without harm to trust",
        "points",
        "Zeithaml, Berry & Parasuraman 1993, JAMS 21(1): a zone of tolerance; size assumed",
        0.5,
        ge=0,
        le=10,
    )
    trust_toll: float = parameter(
        "patience that a point more of broken promise takes", "patience", ASSUMED, 0.05, ge=0, le=10
    )
    survey_every: int = parameter(
        "weeks between two NPS surveys; 0: none", "weeks", SCENARIO, 13, ge=0, le=520
    )
    survey_share: float = parameter("recent customers who are asked", "share", SCENARIO, 0.25, ge=0, le=1)
    answer_share: float = parameter("of those asked, who answer", "share", SCENARIO, 0.3, ge=0, le=1)
    answer_spread: float = parameter(
        "standard deviation of an answer around the satisfaction felt", "points", SCENARIO, 1.5, ge=0, le=5
    )


class Levers(Data):
    """What the firm puts into its goods and how they are sold."""

    quality: float = parameter(
        "extra money for goods and care", "currency an order", PLAN, 0.0, slider=(0, 5, 0.1), ge=0, le=1e4
    )


@dataclass(slots=True)
class Columns:
    """Moods of each person, hundredths of a point from 0 to 1000; shape (people,)."""

    satisfaction: Hundredths
    expectation: Hundredths
    extra: Floats  # points that other mechanisms add to the performance of this week's orders
    promised: Hundredths  # of the expectation, what messages have promised and no order has corrected yet
    belief: float  # in a promise of perfection: the same for everybody
    peak: Hundredths  # by how much the strongest order in memory was felt above or below expectation

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Let everybody expect about what the firm delivers, and be as satisfied as that."""
        if these is None:
            level = np.broadcast_to(np.int16(700), len(person))
            none = np.broadcast_to(0.0, len(person))
            return cls(level, level, none, none.astype(np.int16), 0.0, none.astype(np.int16))
        level = _hundredths(these.quality + 0.5 * luck.normal(Purpose.EXPECTATION, person))
        nothing = np.zeros(len(person))
        promised, peak = nothing.astype(np.int16), nothing.astype(np.int16)
        return cls(level.copy(), level, nothing, promised, these.belief, peak)

    def enrich(self, points: Floats | float, who: Integers | slice = EVERYBODY) -> None:
        """Add points to the performance of some or all people's orders this week; `who` names each once."""
        if self.extra.flags.writeable:
            self.extra[who] += points

    def hope(self, promise: float, who: Integers) -> None:
        """Let some people, each named once, expect more: `promise` is 0 for plain words, 1 for perfection."""
        if self.expectation.flags.writeable:
            before = self.expectation[who]
            after = _hundredths((before + self.belief * promise * (1_000 - before)) / 100)
            self.promised[who] += after - before
            self.expectation[who] = after

    def expect(self, points: Floats | float, who: Integers) -> None:
        """Let some people, each named once, expect so much more."""
        if self.expectation.flags.writeable:
            self.expectation[who] = _hundredths(self.expectation[who] / 100 + points)

    def disappoint(self, points: Floats | float, who: Integers) -> None:
        """Take points of satisfaction from some people; without this mechanism there are none to take."""
        if self.satisfaction.flags.writeable:
            self.satisfaction[who] = _hundredths(self.satisfaction[who] / 100 - points)

    def delight(self, points: Floats | float, who: Integers) -> None:
        """Add points to the satisfaction of some people."""
        self.disappoint(-points, who)


class Experience:
    """Sunday's look back at the week's orders, and now and then a survey."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Sunday: live through the week's orders and complaints; each quarter, answer a survey."""
        while True:
            week = yield self.world.calendar.hour("experience")
            self.live_through(week)
            self.be_consoled()
            if self.these.survey_every and (week + 1) % self.these.survey_every == 0:
                self.survey(week)

    def live_through(self, week: int) -> None:
        """Take the week's orders one after the other: everybody's first, then the second."""
        if self.extra_cents:
            self.world.log.note(Kind.IMPROVED, week * MINUTES_A_WEEK, FIRM, value=self.extra_cents)
        orders, performance = self.world.orders, self.performance(week)  # (orders,)
        self.world.people.experience.extra[:] = 0.0
        for j in range(orders.j.max(initial=-1) + 1):
            these = places(orders.j == j)  # two columns are read faster by place than through a mask
            self._compare(orders.person[these], performance[these])

    @property
    def extra_cents(self) -> int:
        """What the firm pays for the quality of an order; it gets no more than it pays for."""
        return round(self.levers.quality * 100)

    def performance(self, week: int) -> Floats:
        """Draw how well each order of the week was done, 0-10."""
        orders = self.world.orders
        luck = self.world.luck.normal(Purpose.PERFORMANCE, orders.person, week, orders.j)
        bought = self.these.quality_gain * -np.expm1(-self.extra_cents / 100 / self.these.quality_worth)
        level = self.these.quality + bought + self.these.quality_spread * luck
        level += self.world.people.experience.extra[orders.person]
        return np.clip(level - self.these.fault_severity * orders.faulty, 0, 10)

    def _compare(self, who: Integers, performance: Floats) -> None:
        """Compare an order of each with what they expected."""
        me = self.world.people.experience
        expected, satisfied = me.expectation[who] / 100, me.satisfaction[who] / 100
        surprise = performance - expected
        self._hold_to_promises(who, surprise)
        felt = performance + np.where(surprise > 0, self.these.gain, self.these.loss) * surprise
        if self.these.peak_weight:
            felt += self.these.peak_weight * (self._strongest(who, felt - expected) - (felt - expected))
        now = satisfied + self.these.memory * (felt.clip(0, 10) - satisfied)
        me.satisfaction[who] = np.rint(now * 100)  # a step between two moods ends between 0 and 10
        me.expectation[who] = np.rint((expected + self.these.adaptation * surprise) * 100)

    def _strongest(self, who: Integers, felt: Floats) -> Floats:
        """Keep the stronger in memory: an order felt so much above expectation, or the fading peak before."""
        me = self.world.people.experience
        faded = np.trunc(me.peak[who] * self.these.peak_keep) / 100
        strongest = np.where(np.abs(felt) >= np.abs(faded), felt, faded)
        me.peak[who] = np.rint(strongest * 100)
        return strongest

    def _hold_to_promises(self, who: Integers, surprise: Floats) -> None:
        """Let trust go where a promise is broken by far; an order corrects what was believed, as E."""
        me, these = self.world.people.experience, self.these
        held = places(me.promised[who])
        if not len(held):
            return
        who, missed = who[held], np.minimum(-surprise[held], me.promised[who[held]] / 100)
        broken = np.maximum(missed - these.zone, 0.0)
        self.world.people.patience.burden(Cause.TRUST, these.trust_toll * broken, who)
        me.promised[who] = np.floor(me.promised[who] * (1 - these.adaptation))

    def be_consoled(self) -> None:
        """Give back part of what a fault took, where the desk put it right this week."""
        me, service = self.world.people.experience, self.world.people.service
        who = places(service.consolation > 0)
        if len(who):
            lost = (
                self.these.memory * self.these.fault_severity * (1 + self.these.loss)
            )  # points a fault costs
            me.satisfaction[who] = _hundredths(me.satisfaction[who] / 100 + lost * service.consolation[who])
            service.consolation[who] = 0.0

    def survey(self, week: int) -> None:
        """Ask some recent customers whether they would recommend the shop."""
        luck, these = self.world.luck, self.these
        who = self.world.record.bought_since((week + 1 - these.survey_every) * MINUTES_A_WEEK)
        who = who[luck.happens(these.survey_share, Purpose.SURVEY, who, week)]
        who = who[luck.happens(these.answer_share, Purpose.SURVEY_ANSWER, who, week)]
        felt = self.world.people.experience.satisfaction[who] / 100
        answer = felt + these.answer_spread * luck.normal(Purpose.SURVEY_SCORE, who, week)
        minute = (week + luck.uniform(Purpose.SURVEY_MINUTE, who, week)) * MINUTES_A_WEEK
        score = np.clip(np.rint(answer), 0, 10)
        self.world.log.write(Kind.NPS, np.floor(minute), who, value=score)


def _hundredths(points: Floats) -> Hundredths:
    return np.rint(points.clip(0, 10) * 100).astype(np.int16)
