"""Notice: people are told how it stands, before they have to ask.

A wait of which one knows how it stands feels shorter than the clock says (Maister 1985). A message to those
whose complaint waits longer than promised leaves the wait as it is, but of a broken promise less is felt.

A scenario may announce delays, here or on its calendar of shocks: in some weeks a share of the orders
arrives late, and the firm knows it so many weeks before. Silence costs the patience of everybody who waits
in vain. Who has been warned minds less; who is warned and compensated at once, less still; and a second
carrier, if it is booked in time, keeps part of the orders from being late at all.

    toll of a late order = delay toll x (1 - relief, if warned) x exp(-compensation / worth)
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.desk import Desk
from sim.events import MEASURES, Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

WAITING = "Maister 1985, The Psychology of Waiting Lines; Hui & Tse 1996, J. Marketing 60(2): size assumed"
SEND_MINUTE = 9 * 60  # warnings go out on Monday at nine
WARNING = 122  # tells this work from other work that a plan may leave undone
RECENT_WEEKS = 26  # who was seen in these is a customer to warn


class Delay(Data):
    """A time in which orders arrive late, and how early the firm knows of it."""

    from_week: int = parameter("the first week of the delay", "week", SCENARIO, 26, ge=0, le=5_200)
    weeks: int = parameter("how long it lasts", "weeks", SCENARIO, 3, ge=1, le=5_200)
    share: float = parameter("orders that arrive late", "share", SCENARIO, 0.6, ge=0, le=1)
    warning_weeks: int = parameter("how long before the firm knows", "weeks", SCENARIO, 2, ge=0, le=520)

    def holds(self, week: int) -> bool:
        """Tell whether orders of a week are late."""
        return self.from_week <= week < self.from_week + self.weeks

    def is_known(self, week: int) -> bool:
        """Tell whether the firm knows, in a week, that there will be or is a delay."""
        return self.from_week - self.warning_weeks <= week < self.from_week + self.weeks


class Parameters(Data):
    """What waiting feels like, and a delay that may come."""

    message_cost: float = parameter("cost of a message", "currency", SCENARIO, 0.05, ge=0, le=1e4)
    status_relief: float = parameter(
        "of a broken promise, what is not felt by those who know how it stands",
        "share",
        WAITING,
        0.4,
        ge=0,
        le=1,
    )
    status_recovery: float = parameter(
        "harm that a late solution leaves them, less: times exp(-this)", "-", WAITING, 0.2, ge=0, le=5
    )
    delay: Delay | None = parameter("a delay that is announced", "-", SCENARIO, None)
    delay_toll: float = parameter("patience that a late order takes", "patience", ASSUMED, 0.08, ge=0, le=10)
    delay_points: float = parameter(
        "points that lateness takes from the performance of an order", "points", ASSUMED, 2.0, ge=0, le=10
    )
    heard_share: float = parameter("people who take notice of a warning", "share", ASSUMED, 0.5, ge=0, le=1)
    warning_relief: float = parameter(
        "of a delay, what is not felt by those who were warned", "share", WAITING, 0.5, ge=0, le=1
    )
    compensation_worth: float = parameter(
        "compensation that takes away 63 % of the rest", "currency an order", ASSUMED, 8.0, gt=0, le=1e6
    )
    backup_weeks: int = parameter(
        "a second carrier has to be booked so long before the delay", "weeks", ASSUMED, 1, ge=0, le=520
    )
    backup_share: float = parameter(
        "of the late orders, what it delivers in time", "share", ASSUMED, 0.6, ge=0, le=1
    )
    backup_cost: float = parameter(
        "what it costs, for an order that it saves", "currency an order", SCENARIO, 3.0, ge=0, le=1e4
    )


class Levers(Data):
    """What the firm tells, and does, before people have to ask."""

    status: bool = parameter(
        "those who wait too long for a solution are told how it stands", "-", PLAN, False
    )
    warn: bool = parameter("customers are warned of a delay as soon as it is known", "-", PLAN, False)
    warn_to: Segment | None = parameter(
        "who is warned", "-", PLAN, None, absent="everybody seen in the last 26 weeks"
    )
    compensation: float = parameter(
        "given to those who were warned, with each late order",
        "currency an order",
        PLAN,
        0.0,
        slider=(0, 20, 0.5),
        ge=0,
        le=1e6,
    )
    backup: bool = parameter("a second carrier is booked as soon as a delay is known", "-", PLAN, False)

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse to say how complaints stand where nobody can complain."""
        if self.status and scenario.notice and not scenario.service:
            return (
                f"status: {scenario.name} has no desk, so nobody waits for an answer: its service section "
                "is switched off. Leave status alone, or take a market with service."
            )
        return None


@dataclass(slots=True)
class Columns:
    """Who has taken notice of a warning; shape (people,)."""

    warned: npt.NDArray[np.bool_]

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin with nobody warned."""
        return cls(np.zeros(len(person), bool) if these else np.broadcast_to(np.False_, len(person)))


class Notice:
    """Monday's warnings; Sunday's messages to those who wait, and what is felt of a delay."""

    def __init__(self, world: World, these: Parameters, delays: Sequence[Delay]) -> None:
        self.world = world
        self.these = these
        self.delays = delays
        self.levers = Levers()
        self.foreseen: Delay | None = None  # the one that is known of now
        self.booked = False  # the second carrier

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: warn of what is foreseen; on Sunday, tell those who wait; let late orders be felt."""
        while True:
            week = yield self.world.calendar.hour("contact")
            self.look_ahead(week)
            if self.foreseen:
                self.book(self.foreseen, week)
                self.warn(week)
            week = yield self.world.calendar.hour("redress")
            if self.world.desk:
                self.tell(self.world.desk, week)
            if self.foreseen and self.foreseen.holds(week):
                self.be_late(self.foreseen, week)

    # -- complaints that wait -------------------------------------------------------------------

    def tell(self, desk: Desk, week: int) -> None:
        """Tell those whose complaint waits too long how it stands; of the wait, they feel less."""
        desk.wait_felt = 1 - self.these.status_relief if self.levers.status else 1.0
        if not self.levers.status:
            return
        now = (week + 1) * MINUTES_A_WEEK
        late = [ticket for ticket, on_time in desk.solved if not on_time]
        for ticket in late:
            ticket.recovery += self.these.status_recovery
        who = np.array([ticket.person for ticket in (*late, *desk.overdue(now))], np.int64)
        self.send("status", now - 1, who, self.these.message_cost)

    # -- a delay that is foreseen ---------------------------------------------------------------

    def look_ahead(self, week: int) -> None:
        """See which delay is known of; of a new one nobody has been warned, and no carrier is booked."""
        before = self.foreseen
        self.foreseen = next((delay for delay in self.delays if delay.is_known(week)), None)
        if self.foreseen and self.foreseen is not before:
            self.booked = False
            self.world.people.notice.warned[:] = False

    def warn(self, week: int) -> None:
        """Warn the chosen who have not heard of the delay yet; some take notice."""
        if not self.levers.warn:
            return
        world, me, monday = self.world, self.world.people.notice, week * MINUTES_A_WEEK
        recent = world.record.bought_since(monday - RECENT_WEEKS * MINUTES_A_WEEK)
        who = np.sort(world.record.select(self.levers.warn_to)) if self.levers.warn_to else recent
        who = who[~me.warned[who]]
        if world.done_share < 1:  # the rest is planned but not done
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, WARNING)]
        self.send("warning", monday + SEND_MINUTE, who, self.these.message_cost)
        me.warned[who[world.luck.happens(self.these.heard_share, Purpose.HEARD, who, week)]] = True

    def book(self, delay: Delay, week: int) -> None:
        """Book the second carrier, if there is still time."""
        in_time = self.booked or week + self.these.backup_weeks <= delay.from_week
        self.booked = self.levers.backup and in_time

    def be_late(self, delay: Delay, week: int) -> None:
        """Let a share of the week's orders be late, and be felt as such."""
        world, these, orders = self.world, self.these, self.world.orders
        luck = world.luck.uniform(Purpose.LATE, orders.person, week, orders.j)
        carried = delay.share * (these.backup_share if self.booked else 0.0)
        place = places(luck < carried)
        self.send("carrier", orders.minute[place], orders.person[place], these.backup_cost)
        place = places((luck >= carried) & (luck < delay.share))  # (late orders,)
        minute, who = orders.minute[place], orders.person[place]
        world.log.write(Kind.DELAYED, minute, who)

        warned = world.people.notice.warned[who]
        if round(self.levers.compensation * 100):
            self.send("compensation", minute[warned], who[warned], self.levers.compensation)
        felt = self.felt(warned)
        world.people.patience.burden(Cause.SERVICE, these.delay_toll * felt, who)
        each, first = np.unique(who, return_index=True)
        world.people.experience.enrich(-these.delay_points * felt[first], each)

    def felt(self, warned: npt.NDArray[np.bool_]) -> Floats:
        """Give how much of a delay is felt, by those who were warned and those who were not."""
        eased = np.exp(-self.levers.compensation / self.these.compensation_worth)
        return np.where(warned, (1 - self.these.warning_relief) * eased, 1.0)

    def send(self, what: str, minute: int | Integers, who: Integers, money: float) -> None:
        """Spend money on some people before they ask."""
        self.world.log.write(Kind.FORESTALLED, minute, who, MEASURES.index(what), value=round(money * 100))
