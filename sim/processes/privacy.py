"""Privacy: what a firm does with people's data, and what that does to their trust.

Messages chosen by a profile reach better, and some people mind being profiled. What the law of many
countries asks for (in China the Personal Information Protection Law, 个人信息保护法) is here a set of levers:
a way out that is as easy as the way in, an option without profiling, an end to keeping data, consent of its
own for sensitive data, and one price for all (不得大数据杀熟: what a firm knows of people is no reason to let
them pay more). Each costs reach, or what a higher price would have earned; each gives people control, which
is what trust in data hangs on, and it weakens what a breach of data does (Martin, Borah & Palmatier 2017).

What is deleted, nobody can steal, and the firm cannot use: its record knows nothing of that person, and an
export has none of their rows, until they order again and a new record begins. Kept are the data of those whom
the firm owes something, under a contract or for points. What was earned stays in the accounts.

Who chose to live without profiles is asked for no price of their own either. An offer that a message brings
is no higher price than the shelf's, so it stays allowed.

    toll of a message chosen by a profile = concern x (profiled toll x relief + sensitive toll, if unasked)
    harm of a breach = usual x relief x (sensitive exposure, if unasked)
    relief = control relief ^ (how many there are of an easy way out and an option without profiling)
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Luck, Purpose
from sim.data import Data
from sim.events import Cause
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, parameter

if TYPE_CHECKING:
    from sim.world import World

CONTROL = (
    "Martin, Borah & Palmatier 2017, J. Marketing 81(1); Tucker 2014, JMR 51(5): control weakens harm; "
    "sizes assumed"
)


class Parameters(Data):
    """How people mind what is done with their data."""

    concern_spread: float = parameter(
        "how differently people mind: log-normal of mean 1", "-", ASSUMED, 0.8, ge=0, le=3
    )
    profiled_toll: float = parameter(
        "patience that a message chosen by a profile takes from a person of mean concern",
        "patience a message",
        ASSUMED,
        0.001,
        ge=0,
        le=5,
    )
    control_relief: float = parameter(
        "of this, and of a breach's harm, left with an easy way out; again with an option without profiling",
        "share",
        CONTROL,
        0.7,
        ge=0,
        le=1,
    )
    withdrawal_share: float = parameter(
        "permissions taken back by people of mean concern where that is easy",
        "share a week",
        ASSUMED,
        0.001,
        ge=0,
        le=1,
    )
    plain_share: float = parameter(
        "people of mean concern who choose messages without profiling where they can",
        "share",
        ASSUMED,
        0.15,
        ge=0,
        le=1,
    )
    sensitive_gain: float = parameter(
        "clicks on a message chosen with sensitive data, more by", "share", ASSUMED, 0.25, ge=0, le=5
    )
    sensitive_consent: float = parameter(
        "people of mean concern who allow it when asked", "share", ASSUMED, 0.3, ge=0, le=1
    )
    sensitive_toll: float = parameter(
        "patience that it takes, more than the profile, where it is done unasked",
        "patience a message",
        ASSUMED,
        0.004,
        ge=0,
        le=5,
    )
    sensitive_exposure: float = parameter(
        "harm of a breach where sensitive data are used unasked, beside the usual",
        "share",
        ASSUMED,
        2.0,
        ge=1,
        le=10,
    )


class Levers(Data):
    """What rules the firm gives itself."""

    easy_withdrawal: bool = parameter("a way out that is as easy as the way in", "-", PLAN, False)
    plain_option: bool = parameter(
        "messages without profiling, and the shelf price, for who wants them", "-", PLAN, False
    )
    one_price: bool = parameter(
        "nobody pays more than the shelf price for what is known of them: `surcharge` does nothing",
        "-",
        PLAN,
        False,
    )
    keep_weeks: int | None = parameter(
        "data and addresses are deleted after so long without an order, if the firm owes nothing",
        "weeks",
        PLAN,
        None,
        slider=(13, 104, 13),
        absent="kept for ever",
        ge=1,
        le=5_200,
    )
    sensitive: Literal["unused", "asked", "unasked"] = parameter(
        "use of sensitive data, such as places and health", "-", PLAN, "unused"
    )


@dataclass(slots=True)
class Columns:
    """How people mind, and what is done with their data; shape (people,)."""

    concern: Floats  # mean 1
    plain: npt.NDArray[np.bool_]  # wants no message and no price chosen by a profile
    insight: Floats  # clicks on messages chosen by a profile, beside the usual
    profiled: npt.NDArray[np.int8]  # such messages of this week
    exposure: Floats  # harm of a breach, beside the usual; none where the data are deleted
    one_price: bool = False  # nobody may be asked for more than others: the same for everybody

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw how much people mind."""
        n = len(person)
        no = np.broadcast_to(np.False_, n)
        if these is None:
            one = np.broadcast_to(1.0, n)
            return cls(one, no, one, np.broadcast_to(np.int8(0), n), one)
        spread = these.concern_spread
        concern = np.exp(spread * luck.normal(Purpose.CONCERN, person) - spread**2 / 2)
        return cls(concern, np.zeros(n, bool), np.ones(n), np.zeros(n, np.int8), np.ones(n))

    def may_ask_more(self, who: Integers) -> Integers:
        """Keep those who may be asked for a price of their own."""
        return who[:0] if self.one_price else who[~self.plain[who]]

    def profile(self, who: Integers) -> None:
        """Note that these people got a message chosen by a profile; without this mechanism nobody minds."""
        if self.profiled.flags.writeable:
            self.profiled[who] += 1


class Privacy:
    """Monday's rules, Sunday's unease."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.rules = Levers()  # by which people chose last: they choose when rules change

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: set the rules; let people take their data back, and mind what was done with them."""
        while True:
            week = yield self.world.calendar.hour("rules")
            if self.levers != self.rules:
                self.rule()
            if self.levers.easy_withdrawal:
                self.take_back(week)
            self.delete(week)
            yield self.world.calendar.hour("bonds")
            self.mind()

    def rule(self) -> None:
        """Give people the options of the plan, and let them choose; each always chooses alike."""
        me, these, luck = self.world.people.privacy, self.these, self.world.luck
        levers = self.rules = self.levers
        number = self.world.people.number
        me.plain[:] = False
        me.insight[:] = 1.0
        me.one_price = levers.one_price
        if levers.plain_option:
            me.plain[:] = luck.happens(these.plain_share * me.concern, Purpose.PLAIN, number)
        if levers.sensitive != "unused":
            unasked = levers.sensitive == "unasked"
            allows = these.sensitive_consent / np.maximum(me.concern, 1e-9)
            used = unasked | luck.happens(allows, Purpose.ALLOW, number)
            me.insight[used] = 1 + these.sensitive_gain

    @property
    def exposure(self) -> float:
        """The harm of a breach to somebody on file, beside the usual."""
        unasked = self.levers.sensitive == "unasked"
        return self.relief * (self.these.sensitive_exposure if unasked else 1.0)

    @property
    def relief(self) -> float:
        """What control leaves of the harm."""
        return self.these.control_relief ** (self.levers.easy_withdrawal + self.levers.plain_option)

    def take_back(self, week: int) -> None:
        """Let people take back permissions, the concerned more often."""
        world = self.world
        share = self.these.withdrawal_share * world.people.privacy.concern  # (people,)
        self.end(places(world.luck.happens(share, Purpose.TAKE_BACK, world.people.number, week)), week)

    def delete(self, week: int) -> None:
        """Delete the data of those who have not ordered for too long; who orders again is on file again."""
        record, me = self.world.record, self.world.people.privacy
        self.end(record.forget_silent(self.levers.keep_weeks), week)
        me.exposure[:] = self.exposure
        me.exposure[record.forgotten()] = 0.0

    def end(self, who: Integers, week: int) -> None:
        """End all permissions to write to some people."""
        consent = self.world.people.contact.consent  # (channels, people)
        for row in range(len(consent)):
            self.world.end_permission(row, who[consent[row, who]], week)

    def mind(self) -> None:
        """Let this week's profiling take patience, more of the concerned."""
        people, me, these = self.world.people, self.world.people.privacy, self.these
        who = places(me.profiled > 0)
        toll = these.profiled_toll * self.relief
        toll += these.sensitive_toll * (self.levers.sensitive == "unasked")
        people.patience.burden(Cause.TRUST, toll * me.concern[who] * me.profiled[who], who)
        me.profiled[who] = 0
