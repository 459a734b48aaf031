"""Renewal: customers under contract, who decide at the end of each term.

The law is sBG (Fader & Hardie 2007): at the end of a term each customer leaves with a personal chance,
which differs between customers like a beta distribution, so that those who are still there renew more and
more often. A term is billed in equal parts. Whatever else uses up patience makes itself felt only when the
term ends; then the satisfied may move up a level, and the dissatisfied down. A level with a fee of 0 binds
nobody: whoever has had enough there goes in any week.

    chance to leave at the end of a term ~ Beta(alpha, beta)
    share that renews at the end of term n = (beta + n - 1) / (alpha + beta + n - 1)
    toll at the end of a term = -ln(1 - chance) x price^elasticity x exp(-relief x offer x sensitivity)
    moves up = upgrade share x mood x lift,  down = downgrade share / mood,  mood = exp(steepness x (S - 7))

This file decides for everybody at once what `sim/subscriber.py` tells as one customer's life. The two give
the same events.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import Field, ModelWrapValidatorHandler, model_validator

from sim.chance import Floats, Integers, Luck, Purpose, beta_toll
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Cause, Kind, Stage
from sim.mask import places
from sim.misfit import Misfit, fitted, part
from sim.orders import ring_up
from sim.parameter import PLAN, SCENARIO, Shares, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

SBG = "Fader & Hardie 2007, J. Interactive Marketing 21(1)"
UPGRADES = "Bolton, Lemon & Verhoef 2008, J. Marketing 72(1): satisfaction raises upgrades; sizes assumed"
PERILS = "Ascarza, Iyengar & Schleicher 2016, JMR 53(1): a retention offer made some think of leaving"
SAVING = "Lemmens & Gupta 2020, Marketing Science 39(5): offers help where they are wanted; size assumed"
NEVER = np.iinfo(np.int32).max  # minute of a bill that is not to come
RUNNING = 2  # channel of a contract that was signed before the market opened
UNSIGNED = -1  # bills left of a contract that begins with the next bill
DEAREST = 1e7  # fee, in the currency
STAYING = 200  # this work among all that a plan wants done: no channel of messages, no bond
NEUTRAL_SATISFACTION = 7.0  # of 10: levels move at their plain shares


class Parameters(Data):
    """How contracts run, and how they end."""

    fees: tuple[Annotated[float, Field(ge=0, le=DEAREST)], ...] = parameter(
        "fee of a bill, by level", "currency", SCENARIO, min_length=1
    )
    level_shares: Shares = parameter(
        "relative numbers of new contracts, by level", "-", SCENARIO, (1.0,), min_length=1
    )
    bill_weeks: int = parameter("weeks from one bill to the next", "weeks", SCENARIO, 4, ge=1, le=104)
    term_bills: int = parameter("bills of a term", "bills", SCENARIO, 13, ge=1, le=104)
    leave_a: float = parameter("alpha: the chance not to renew is Beta(alpha, beta)", "-", SBG, gt=0, le=1e4)
    leave_b: float = parameter("beta: the chance not to renew is Beta(alpha, beta)", "-", SBG, gt=0, le=1e6)
    past_terms: int = parameter(
        "terms that those who are there from the start have behind them", "terms", SCENARIO, 0, ge=0, le=1000
    )
    upgrade_share: float = parameter(
        "renewals that move up a level, at satisfaction 7", "share", UPGRADES, 0.05, ge=0, le=1
    )
    downgrade_share: float = parameter(
        "renewals that move down a level, at satisfaction 7", "share", UPGRADES, 0.03, ge=0, le=1
    )
    level_steepness: float = parameter(
        "a point of satisfaction multiplies the first, and divides the second, by exp of this",
        "per point",
        UPGRADES,
        0.5,
        ge=0,
        le=3,
    )
    offer_relief: float = parameter(
        "an offer of 100 % to stay divides what nature takes at the end of a term by exp of this",
        "-",
        SAVING,
        3.0,
        ge=0,
        le=50,
    )
    reminder_toll: float = parameter(
        "patience that an offer to stay takes: it reminds of leaving", "patience", PERILS, 0.02, ge=0, le=10
    )

    @model_validator(mode="wrap")
    @classmethod
    def _has_a_fee_for_each_level(cls, given: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        return fitted(build, given, _levels_without_a_fee(given))


def _levels_without_a_fee(given: Any) -> Iterator[Misfit]:
    """Find more shares of levels than there are fees."""
    fees, shares = part(given, "fees"), part(given, "level_shares")
    both_are_lists = isinstance(fees, tuple | list) and isinstance(shares, tuple | list)
    if both_are_lists and len(shares) > len(fees):
        yield Misfit(
            ("level_shares",), f"there are {len(fees)} fees, so give no more than {len(fees)} shares."
        )


class Levers(Data):
    """What the firm offers when terms end."""

    stay_discount: float = parameter(
        "off the next term, offered when a term ends", "share", PLAN, 0.0, slider=(0, 0.5, 0.01), ge=0, le=1
    )
    stay_to: Segment | None = parameter(
        "who is offered it", "-", PLAN, None, absent="everybody whose term ends"
    )


@dataclass(slots=True)
class Columns:
    """Contracts; shape (people,)."""

    toll: Floats  # patience that the end of a term uses up: -ln(1 - chance not to renew)
    level: npt.NDArray[np.int8]
    due: npt.NDArray[np.int32]  # minute of the next bill
    bills_left: npt.NDArray[np.int16]  # of this term; 0: the customer decides before the next
    offered: Floats  # share off the next term, offered this week
    agreed: Floats  # share off the bills of this term
    binds: bool  # nobody leaves before the end of a term, but on a free level
    free: npt.NDArray[np.bool_]  # (levels,): which of them cost nothing

    @classmethod
    def draw(
        cls, these: Parameters | None, luck: Luck, person: Integers, present: npt.NDArray[np.bool_]
    ) -> Columns:
        """Draw contracts, at any point of their term for those who are there from the start."""
        n = len(person)
        if these is None:
            zero, none = np.broadcast_to(0.0, n), np.broadcast_to(np.int16(UNSIGNED), n)
            never, no_level = np.broadcast_to(np.int32(NEVER), n), np.zeros(1, bool)
            return cls(zero, none.astype(np.int8), never, none, zero, zero, False, no_level)
        leave, stay = (luck.uniform(purpose, person) for purpose in (Purpose.RENEWAL_A, Purpose.RENEWAL_B))
        fresh = beta_toll(these.leave_a, these.leave_b, leave, stay)
        proven = beta_toll(these.leave_a, these.leave_b + these.past_terms, leave, stay)  # stayed so often
        within = luck.uniform(Purpose.BILL, person) * these.bill_weeks * MINUTES_A_WEEK
        left = np.floor(luck.uniform(Purpose.TERM, person) * these.term_bills)
        reached = np.cumsum(these.level_shares) / sum(these.level_shares)
        return cls(
            toll=np.where(present, proven, fresh),
            level=np.searchsorted(reached, luck.uniform(Purpose.LEVEL, person)).astype(np.int8),
            due=np.where(present, np.floor(within), NEVER).astype(np.int32),
            bills_left=np.where(present, left, UNSIGNED).astype(np.int16),
            offered=np.zeros(n),
            agreed=np.zeros(n),
            binds=True,
            free=np.array(these.fees) == 0,
        )

    @property
    def has_free(self) -> bool:
        """Whether a level costs nothing."""
        return bool(self.free.any())

    def costs_nothing(self, who: Integers) -> npt.NDArray[np.bool_]:
        """Tell which of these people are on a free level; a free shopper never is."""
        return self.free[self.level[who]]

    def may_go(self) -> npt.NDArray[np.bool_] | bool:
        """Tell whom no contract holds: free shoppers, and the users of a free level."""
        return self.free[self.level] if self.binds else True

    def free_users(self, stage: Integers) -> Integers:
        """Find the customers on a free level."""
        signed = (stage == Stage.CUSTOMER) & (self.bills_left != UNSIGNED)
        return places(signed & self.free[self.level])

    def ease(self, factor: float, who: Integers) -> None:
        """Multiply what nature takes from some people."""
        if self.binds:
            self.toll[who] *= factor

    def due_in(self, week: int) -> npt.NDArray[np.bool_]:
        """Tell whose next bill falls in this week."""
        start = week * MINUTES_A_WEEK
        return (self.due >= start) & (self.due < start + MINUTES_A_WEEK)


class Renewal:
    """The weekly life of all customers under contract but those who live as processes of their own."""

    def __init__(self, world: World, these: Parameters, apart: Integers) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.here = np.ones(world.size, bool)
        self.here[apart] = False

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: sign newcomers, offer to stay, let those decide whose term ends, bill the others."""
        self.show_contracts()
        while True:
            week = yield self.world.calendar.hour("contracts")
            self.begin_contracts(week)
            self.offer_to_stay(week)
            yield self.world.calendar.hour("shop")
            self.decide(week)
            yield self.world.calendar.hour("baskets")
            self.end_contracts(week)
            self.bill(week)
            self.world.people.shopping.forget_the_week()

    def show_contracts(self) -> None:
        """Write down the contracts that are in force as the market opens, with the ends of their terms."""
        me = self.world.people.renewal
        who = places(me.bills_left != UNSIGNED)
        rest = me.bills_left[who].astype(np.int32) * (self.these.bill_weeks * MINUTES_A_WEEK)
        self.world.log.write(Kind.SIGNED, 0, who, RUNNING, me.due[who] + rest, me.level[who])

    def begin_contracts(self, week: int) -> None:
        """Let a contract begin with the first order of a newcomer, or of one won back."""
        people, me = self.world.people, self.world.people.renewal
        who = places((people.entry.stage == Stage.CUSTOMER) & (me.due == NEVER))
        back = week * MINUTES_A_WEEK + np.floor(people.shopping.begin[who] * MINUTES_A_WEEK)
        me.due[who] = np.where(people.shopping.begin[who] > 0, back, people.entry.minute[who])

    def offer_to_stay(self, week: int) -> None:
        """Offer a discount on the next term to those whose term ends this week; it reminds them, too."""
        world, people, me = self.world, self.world.people, self.world.people.renewal
        me.offered[:] = 0.0
        if not self.levers.stay_discount:
            return
        ends = me.due_in(week) & (me.bills_left == 0) & (people.entry.stage == Stage.CUSTOMER)
        ends &= ~me.free[me.level]  # there is nothing to take off
        if self.levers.stay_to is not None:
            chosen = np.zeros(world.size, bool)
            chosen[world.record.select(self.levers.stay_to)] = True
            ends &= chosen
        if world.done_share < 1:  # the rest is planned but not done
            ends &= world.luck.happens(world.done_share, Purpose.EXECUTION, people.number, week, STAYING)
        me.offered[ends] = self.levers.stay_discount
        people.patience.provoke(Cause.CONTACT, self.these.reminder_toll, places(ends))

    def toll(self, who: Integers) -> Floats:
        """Give what the end of a term takes from some people: more at a high price, less with an offer."""
        people, me = self.world.people, self.world.people.renewal
        relief = self.these.offer_relief * me.offered[who] * people.pricing.sensitivity[who]
        dearness = np.where(me.costs_nothing(who), 1.0, people.pricing.dearness)
        return me.toll[who] * dearness * np.exp(-relief)

    def decide(self, week: int) -> None:
        """Let those leave whose patience ends with the term; the others get their bill."""
        world, people, me = self.world, self.world.people, self.world.people.renewal
        who = places(self.here & me.due_in(week) & (people.entry.stage == Stage.CUSTOMER))
        ends = who[me.bills_left[who] == 0]
        gone = ends[people.patience.endure(Cause.NATURE, ends, self.toll(ends))]
        world.leave(gone, me.due[gone].astype(np.int64))
        who = who[people.entry.stage[who] == Stage.CUSTOMER]
        none = np.zeros(len(who), np.int64)
        world.orders.add(me.due[who].astype(np.int64), who, none)
        if world.desk:
            world.desk.expect_complaints(me.due[who], who, none, week)

    def end_contracts(self, week: int) -> None:
        """End the contracts that were not renewed this week."""
        people, me = self.world.people, self.world.people.renewal
        who = places(me.due_in(week) & (people.entry.stage == Stage.LEFT))
        self.close(who, me.due[who])

    def close(self, who: Integers, minute: Integers) -> None:
        """Write down who has cancelled; there is nothing left to bill."""
        me = self.world.people.renewal
        self.world.log.write(Kind.CANCELLED, minute.copy(), who, value=me.level[who])
        me.due[who], me.bills_left[who], me.agreed[who] = NEVER, UNSIGNED, 0.0

    def bill(self, week: int) -> None:
        """Bill those who stay; where a term begins, its level and discount are settled first."""
        world, me, these = self.world, self.world.people.renewal, self.these
        world.orders.close()
        who = world.orders.person  # (bills,)
        signs = who[me.bills_left[who] <= 0]
        renews = me.bills_left[signs] == 0
        self.change_levels(signs[renews], week)
        me.agreed[signs] = me.offered[signs]
        me.bills_left[signs] = these.term_bills
        end = me.due[signs] + these.term_bills * these.bill_weeks * MINUTES_A_WEEK
        world.log.write(Kind.SIGNED, me.due[signs], signs, renews, end, me.level[signs])
        fees = np.rint(np.array(these.fees) * 100).astype(np.int64)
        ring_up(world, week, fees[me.level[who]], me.agreed[who])
        me.bills_left[who] -= 1
        me.due[who] += these.bill_weeks * MINUTES_A_WEEK

    def change_levels(self, who: Integers, week: int) -> None:
        """Let some of those who renew move up a level, or down: by satisfaction, and what they were told."""
        people, me, these = self.world.people, self.world.people.renewal, self.these
        mood = np.exp(
            these.level_steepness * (people.experience.satisfaction[who] / 100 - NEUTRAL_SATISFACTION)
        )
        up = np.minimum(these.upgrade_share * mood * people.shopping.lift[who], 1.0)
        down = np.minimum(these.downgrade_share / mood, 1.0)
        luck = self.world.luck.uniform(Purpose.UPGRADE, who, week)
        step = (luck < up).astype(np.int8) - (luck > 1 - down).astype(np.int8)
        me.level[who] = np.clip(me.level[who] + step, 0, len(these.fees) - 1)
