"""Levels: how far the firm goes in its relationship with a customer, in five steps (Kotler).

*Basic* sells, and hears no complaint. *Reactive* invites customers to complain. *Accountable* calls after an
order, and finds faults that would have been swallowed. *Proactive* comes with advice before it is asked for.
*Partnership* plans together with the customer, which is hard to find elsewhere. Each costs more a customer
than the one before; which one pays depends on what a customer brings, and so on margin and on size: with
many small customers the lower ones, with few large ones the higher ones. Whether it does can be tried.

A customer for whom no rule is given is served as if there were no levels: complaints are met as they come.

    share of faults complained about = usual + invites x (1 - usual),  or usual x (1 + invites) below 0
    harm of a fault that nobody complained about = usual x (1 - finds x repairs), on average
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import ATTENTION, LEVELS, Bond, Kind
from sim.mask import places
from sim.parameter import PLAN, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

KOTLER = "Kotler 1994, Marketing Management, 8th ed.: order of the levels; sizes assumed"
ROUND = 4  # weeks: so often customers are sorted into levels, and what a level costs is paid
SERVING = 120  # tells this work from other work that a plan may leave undone
NONE = -1  # the level of those for whom there is no rule
Name = Literal["basic", "reactive", "accountable", "proactive", "partnership"]


class Level(Data):
    """What is done for a customer of a level."""

    cost: float = parameter("what it costs", "currency a customer a week", KOTLER, 0.0, ge=0, le=1e4)
    invites: float = parameter(
        "of faults that would be swallowed, the share that is complained about; below 0: of complaints, "
        "the share that is not heard",
        "share",
        KOTLER,
        0.0,
        ge=-1,
        le=1,
    )
    finds: float = parameter(
        "of faults still swallowed, the share that the firm finds out", "share", KOTLER, 0.0, ge=0, le=1
    )
    repairs: float = parameter(
        "of a fault that it finds, what it puts right", "share", KOTLER, 0.6, ge=0, le=1
    )
    lift: float = parameter("buying, more by", "share", KOTLER, 0.0, ge=0, le=5)
    social: float = parameter("where the social bond moves to", "share", KOTLER, 0.0, ge=0, le=1)
    structural: float = parameter("where the structural bond moves to", "share", KOTLER, 0.0, ge=0, le=1)

    @property
    def hears(self) -> bool:
        """Whether it brings complaints to light that would not have been made."""
        return self.invites > 0 or self.finds > 0

    @property
    def ties(self) -> bool:
        """Whether it ties a bond."""
        return self.social > 0 or self.structural > 0


class Parameters(Data):
    """The five levels."""

    basic: Level = parameter("sells, and nothing more", "-", KOTLER, Level(invites=-1.0))
    reactive: Level = parameter("invites complaints", "-", KOTLER, Level(cost=0.05, invites=0.3))
    accountable: Level = parameter(
        "calls after an order", "-", KOTLER, Level(cost=0.4, invites=0.3, finds=0.5)
    )
    proactive: Level = parameter(
        "comes with advice",
        "-",
        KOTLER,
        Level(cost=0.8, invites=0.3, finds=0.5, lift=0.02, social=0.5),
    )
    partnership: Level = parameter(
        "plans together with the customer",
        "-",
        KOTLER,
        Level(cost=2.0, invites=0.3, finds=0.8, repairs=0.8, lift=0.04, social=0.8, structural=0.8),
    )

    def of(self, level: int) -> Level:
        """Give the numbers of a level by its place in `LEVELS`."""
        found: Level = getattr(self, LEVELS[level])
        return found


class Assignment(Data):
    """Who is served at a level."""

    to: Segment = parameter("who", "-", PLAN, Segment())
    level: Name = parameter("the level of service", "-", PLAN, "reactive")


class Levers(Data):
    """Which customers are served at which level; of several rules the first that fits counts."""

    rules: tuple[Assignment, ...] = parameter("who is served how", "-", PLAN, ())

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse a level that is about complaints alone where nobody can complain."""
        if scenario.service or not scenario.levels:
            return None
        for place, rule in enumerate(self.rules):
            level: Level = getattr(scenario.levels, rule.level)
            if level.hears and not (level.lift or (level.ties and scenario.bonds)):
                return (
                    f"rules[{place}].level: {rule.level} is about complaints alone, and {scenario.name} has "
                    "no desk: its service section is switched off. Choose a level that gives advice, "
                    "or take a market with service."
                )
        return None


class Levels:
    """Monday's service by level; Sunday's calls after orders."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.level = np.full(world.size, NONE, np.int8)
        self.at_work: list[int] = []  # the levels at which somebody is served

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: sort customers into levels if it is time, and serve them; on Sunday, find faults."""
        while True:
            week = yield self.world.calendar.hour("contact")
            if week % ROUND == 0:
                self.sort(week)
                self.pay(week)
            for level in self.at_work:
                self.lift(self.these.of(level), places(self.level == level))
            week = yield self.world.calendar.hour("redress")
            for level in self.at_work:
                self.serve(self.these.of(level), self.level == level, week)

    def chosen(self, to: Segment, week: int) -> Integers:
        """Choose the customers of a segment; of a plan that is not lived, some are not served as planned."""
        world, who = self.world, self.world.record.select(to)
        if world.done_share < 1:
            who = who[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, SERVING)]
        return who

    def sort(self, week: int) -> None:
        """Give each customer the level of the first rule that fits; let them speak as it invites them to."""
        self.level[:] = NONE
        for rule in reversed(self.levers.rules):
            self.level[self.chosen(rule.to, week)] = LEVELS.index(rule.level)
        self.at_work = places(np.bincount(self.level + 1, minlength=1)[1:]).tolist()
        invites = np.zeros(self.world.size)
        for level in self.at_work:
            invites[self.level == level] = self.these.of(level).invites
        self.world.people.service.invite(invites)

    def pay(self, week: int) -> None:
        """Pay for a round of each level."""
        for level in self.at_work:
            cents = round(self.these.of(level).cost * 100 * ROUND)
            who = places(self.level == level)
            if cents:
                place = ATTENTION.index(LEVELS[level])
                self.world.log.write(Kind.ATTENDED, week * MINUTES_A_WEEK, who, place, value=cents)

    def lift(self, these: Level, who: Integers) -> None:
        """Let advice make people buy a little more."""
        if these.lift:
            self.world.people.shopping.lift[who] *= 1 + these.lift

    def serve(self, these: Level, here: npt.NDArray[np.bool_], week: int) -> None:
        """Find and put right what was swallowed, and tie the bonds."""
        orders, bonds = self.world.orders, self.world.people.bonds
        if these.finds:
            place = orders.swallowed
            place = place[here[orders.person[place]]]
            who, j = orders.person[place], orders.j[place] + 1  # 0 is what a follow-up call finds
            found = self.world.luck.happens(these.finds, Purpose.TELLS, who, week, j)
            orders.mend(place[found], these.repairs)
        for bond, aim in ((Bond.SOCIAL, these.social), (Bond.STRUCTURAL, these.structural)):
            if aim:
                bonds.raise_aim(bond, aim, places(here))
