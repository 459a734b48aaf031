"""Automation: a menu or an assistant meets complaints before people do.

A machine answers at once, at any hour and for little. It solves most of the simple complaints and few of the
difficult ones. Some of the rest it answers wrongly and closes; the others it hands over to the desk:

    solved = share of the type + learning x (1 - share)      closed wrongly = wrong x (1 - solved)

where upkeep makes it learn, 0 to 1. Who gets a wrong answer believes it for some days; then the fault is
there again, and on top of it the time lost. Some complain again, now to people; the others say nothing more.
Whoever is handed over tells the story again, which takes an agent's time and the customer's patience, unless
the agent sees what was said before. The firm's books show what was closed, not what was closed wrongly.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Literal

import numpy as np
import simpy

from sim.chance import Purpose
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.data import Data, changed
from sim.desk import Desk
from sim.events import FIRM, Cause, Kind
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.ticket import Ticket

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

MACHINES = "Meuter, Ostrom, Roundtree & Bitner 2000, J. Marketing 64(3): direction; size assumed"
ANGER = "Crolic, Thomaz, Hadi & Stephen 2022, J. Marketing 86(1): direction; size assumed"
HANDED_OVER, CLOSED = 0, 1  # channels of `Kind.MET`


class Machine(Data):
    """What a machine can do."""

    solves_simple: float = parameter("simple complaints it solves", "share", ASSUMED, ge=0, le=1)
    solves_difficult: float = parameter("difficult complaints it solves", "share", ASSUMED, ge=0, le=1)
    wrong: float = parameter(
        "of those it does not solve, what it answers wrongly and closes", "share", ASSUMED, ge=0, le=1
    )
    recovery: float = parameter(
        "harm that its solutions leave, beside an agent's: times exp(-this)", "-", MACHINES, ge=-3, le=3
    )
    cost: float = parameter("cost of a complaint it meets", "currency", SCENARIO, ge=0, le=1e4)
    licence: float = parameter("what it costs", "currency a week per 1 000 people", SCENARIO, ge=0, le=1e6)


class Parameters(Data):
    """The machines on offer, and how customers take them."""

    menu: Machine = parameter(
        "a voice menu, or a page of questions and answers",
        "-",
        ASSUMED,
        Machine(solves_simple=0.45, solves_difficult=0.02, wrong=0.05, recovery=-0.3, cost=0.05, licence=2.0),
    )
    assistant: Machine = parameter(
        "an assistant that understands and writes sentences",
        "-",
        ASSUMED,
        Machine(solves_simple=0.7, solves_difficult=0.15, wrong=0.25, recovery=-0.1, cost=0.2, licence=10.0),
    )
    upkeep_worth: float = parameter(
        "upkeep that makes a machine learn 63 % of what it can",
        "currency a week per 1 000 people",
        ASSUMED,
        15.0,
        gt=0,
        le=1e6,
    )
    upkeep_solves: float = parameter(
        "of what it does not solve, what it can learn to solve", "share", ASSUMED, 0.3, ge=0, le=1
    )
    upkeep_wrong: float = parameter(
        "of its wrong answers, what it can learn to hand over", "share", ASSUMED, 0.6, ge=0, le=1
    )
    discovery_days: float = parameter(
        "mean time until a wrong answer is found out, exponential", "days", ASSUMED, 5.0, gt=0, le=1000
    )
    again_share: float = parameter(
        "of those who find it out, who complain again", "share", ASSUMED, 0.6, ge=0, le=1
    )
    wrong_toll: float = parameter(
        "patience that a wrong answer takes when it is found out", "patience", ANGER, 0.15, ge=0, le=10
    )
    retold_toll: float = parameter(
        "patience that it takes to be handed over and to tell all again", "patience", ANGER, 0.03, ge=0, le=10
    )
    retold_time: float = parameter(
        "time that a ticket takes if all is told again, beside the usual", "-", ASSUMED, 1.2, gt=0, le=10
    )
    known_time: float = parameter(
        "time that it takes if an agent sees what was said before", "-", ASSUMED, 0.9, gt=0, le=10
    )
    history_cost: float = parameter(
        "cost of showing agents what was said before",
        "currency a week per 1 000 people",
        SCENARIO,
        3.0,
        ge=0,
        le=1e6,
    )


class Levers(Data):
    """Which machine meets complaints first, and how well it is kept."""

    front: Literal["none", "menu", "assistant"] = parameter(
        "who meets complaints first: people, a menu or an assistant", "-", PLAN, "none"
    )
    share: float = parameter(
        "complaints that it meets; the others go to people at once", "share", PLAN, 1.0, ge=0, le=1
    )
    upkeep: float = parameter(
        "work on what it knows",
        "currency a week per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 60, 1),
        ge=0,
        le=1e6,
    )
    history: bool = parameter("agents see what was said to it", "-", PLAN, False)

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse a machine where there is no desk that it could stand in front of."""
        moved = ", ".join(changed(self))
        if moved and scenario.automation and not scenario.service:
            return (
                f"{moved}: {scenario.name} has no desk, so no complaint comes that a machine could meet: its "
                f"service section is switched off. Leave {moved} alone, or take a market with service."
            )
        return None


class Automation:
    """The machine in front of the desk."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.machine = these.menu
        self.handed_over: list[int] = []  # this week's, by person
        self.believing: list[tuple[int, int, bool]] = []  # minute of the discovery, person, complains again

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: put the machine in front of the desk and pay for it; on Sunday, let people mind."""
        desk = self.world.desk
        if desk is None:  # nothing to stand in front of
            return
        while True:
            week = yield self.world.calendar.hour("contact")
            desk.reception = None
            if self.levers.front != "none":
                self.machine, desk.reception = self.as_kept(), partial(self.meet, desk)
                self.pay(week)
            week = yield self.world.calendar.hour("baskets")
            if self.handed_over or self.believing:
                self.settle(desk.these.fault_toll, (week + 1) * MINUTES_A_WEEK)

    def as_kept(self) -> Machine:
        """Give the machine as upkeep has made it."""
        given: Machine = getattr(self.these, self.levers.front)
        learned = float(-np.expm1(-self.levers.upkeep / self.these.upkeep_worth))
        solves = self.these.upkeep_solves * learned
        return given.but(
            solves_simple=given.solves_simple + solves * (1 - given.solves_simple),
            solves_difficult=given.solves_difficult + solves * (1 - given.solves_difficult),
            wrong=given.wrong * (1 - self.these.upkeep_wrong * learned),
        )

    def pay(self, week: int) -> None:
        """Pay for the machine, what keeps it, and what shows agents what was said to it."""
        cost = self.machine.licence + self.levers.upkeep
        cost += self.these.history_cost if self.levers.history else 0.0
        cents = round(cost * 100 * self.world.size / 1_000)
        if cents:
            self.world.log.note(Kind.TOOLS, week * MINUTES_A_WEEK, FIRM, value=cents)

    def meet(self, desk: Desk, ticket: Ticket) -> bool:
        """Let the machine meet a complaint; tell whether it keeps it from the desk."""
        luck, machine, occasion = self.world.luck, self.machine, ticket.occasion
        if not luck.happens(self.levers.share, Purpose.MET, *occasion):
            return False
        solves = machine.solves_simple if desk.is_simple(ticket) else machine.solves_difficult
        fate = luck.uniform(Purpose.SOLVED, *occasion)
        closes = solves + (1 - solves) * machine.wrong
        end = CLOSED if fate < closes else HANDED_OVER
        cents = round(machine.cost * 100)
        self.world.log.note(Kind.MET, ticket.minute, ticket.person, end, value=cents)
        if end == HANDED_OVER:
            self.hand_over(ticket)
        else:
            self.close(desk, ticket, misled=bool(fate >= solves))
        return end == CLOSED

    def hand_over(self, ticket: Ticket) -> None:
        """Hand a complaint over to people, with or without what was said so far."""
        ticket.work_factor = self.these.known_time if self.levers.history else self.these.retold_time
        if not self.levers.history:
            self.handed_over.append(ticket.person)

    def close(self, desk: Desk, ticket: Ticket, misled: bool) -> None:
        """Close a complaint; whoever was misled finds it out some days later."""
        ticket.recovery, ticket.misled = self.machine.recovery, misled
        desk.solved.append((ticket, True))
        if not misled:
            return
        luck, these, occasion = self.world.luck, self.these, ticket.occasion
        days = these.discovery_days * float(luck.exponential(Purpose.DISCOVERY, *occasion))
        minute = ticket.minute + max(1, round(days * MINUTES_A_DAY))
        again = bool(luck.happens(these.again_share, Purpose.AGAIN, *occasion))
        self.world.log.note(Kind.MISLED, ticket.minute, ticket.person)
        heappush(self.believing, (minute, ticket.person, again))
        if again:
            later = desk.ticket(minute, ticket.person, ticket.j)
            desk.expect_again(minute, later, since=ticket.minute)

    def settle(self, fault_toll: float, now: int) -> None:
        """Let it use up patience to have told all again, and to have found out a wrong answer."""
        patience, these = self.world.people.patience, self.these
        patience.burden(Cause.SERVICE, these.retold_toll, np.array(self.handed_over, np.int64))
        self.handed_over.clear()
        found = []
        while self.believing and self.believing[0][0] < now:
            found.append(heappop(self.believing)[1:])
        who, again = np.array(found, np.int64).reshape(-1, 2).T
        patience.burden(Cause.SERVICE, these.wrong_toll, who)
        patience.burden(Cause.PRODUCT, fault_toll, who[again == 0])  # nobody puts it right any more
        self.world.people.followup.remember(who[again == 0], 1.0)
