"""Service: complaints meet agents at a desk, one by one, by priority.

The desk is a queue in front of a number of agents. A complaint that arrives waits for an agent; the
firm promises a first answer within 2 hours and a solution within 24, counted in open hours. On Sunday
those who complained judge how it went: what was put right in time is mostly forgiven, what was late or
never answered is not.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK, OpeningHours
from sim.data import Data
from sim.desk import Desk, Ticket
from sim.events import FIRM, Cause, Kind
from sim.parameter import parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

RECOVERY = "de Matos, Henrique & Rossi 2007, J. Service Research 10(1); Smith, Bolton & Wagner 1999, JMR 36(3)"
FAILURES = "Knox & van Oest 2014, J. Marketing 78(5)"


class Parameters(Data):
    """Faults, complaints and the desk that meets them."""

    fault_share: float = parameter(0.03, meaning="orders with something wrong", unit="share of orders", source="scenario", status="choice", ge=0, le=1)
    outspoken_share: float = parameter(0.35, meaning="mean share of faults that a customer complains about", unit="share of faults", source=FAILURES, ge=0, le=1)
    agents: int = parameter(2, meaning="agents at the desk unless the plan says otherwise", unit="people", source="scenario", status="choice", ge=0, le=10_000)
    wage: float = parameter(800.0, meaning="cost of an agent", unit="currency a week", source="scenario", status="choice", ge=0, le=1e6)
    handling_minutes: float = parameter(45.0, meaning="mean time an agent works on a ticket, exponential", unit="minutes", source="scenario", status="choice", gt=0, le=10_080)
    hours: OpeningHours = parameter(OpeningHours(days=6, from_hour=9, until_hour=19), meaning="when the desk is open", unit="hours", source="scenario", status="choice")
    answer_target: float = parameter(2.0, meaning="first answer promised within", unit="open hours", source="scenario", status="choice", gt=0, le=1000)
    solution_target: float = parameter(24.0, meaning="solution promised within", unit="open hours", source="scenario", status="choice", gt=0, le=1000)
    fault_toll: float = parameter(0.10, meaning="patience that a fault takes when nobody puts it right", unit="patience", source=FAILURES, ge=0, le=10)
    late_toll: float = parameter(0.10, meaning="patience that a broken promise takes; again each week while a ticket is overdue", unit="patience", source=FAILURES, ge=0, le=10)
    repaired_on_time: float = parameter(0.7, meaning="share of a fault's harm repaired by a solution on time", unit="share", source=RECOVERY, ge=0, le=1)
    repaired_late: float = parameter(0.2, meaning="share repaired by a late one", unit="share", source=RECOVERY, ge=0, le=1)
    compensation_worth: float = parameter(20.0, meaning="compensation that repairs 63 % of the harm that is left", unit="currency", source=RECOVERY, gt=0, le=1e6)
    csat_spread: float = parameter(0.2, meaning="standard deviation of answers about a complaint's handling", unit="share", source="scenario", status="choice", ge=0, le=1)


class Levers(Data):
    """What the firm decides about its desk."""

    agents: int | None = parameter(None, meaning="agents at the desk; as in the scenario when not given", unit="people", source="plan", status="choice", ge=0, le=10_000)
    first: Segment | None = parameter(None, meaning="whose tickets go first; nobody's when not given", unit="-", source="plan", status="choice")
    compensation: float = parameter(0.0, meaning="paid with every solution", unit="currency", source="plan", status="choice", ge=0, le=1e6)


@dataclass(slots=True)
class Columns:
    """Who complains; shape (people,)."""

    fault_share: float  # the same for everybody
    outspoken: Floats  # share of faults that this person complains about
    consolation: Floats  # faults put right since the last Sunday, as shares

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw how outspoken people are: uniform around the mean, as widely as 0 and 1 allow."""
        if these is None:
            nothing = np.broadcast_to(0.0, len(person))
            return cls(0.0, nothing, nothing)
        reach = min(these.outspoken_share, 1 - these.outspoken_share)
        lean = 2 * luck.uniform(Purpose.OUTSPOKEN, person) - 1
        return cls(these.fault_share, these.outspoken_share + reach * lean, np.zeros(len(person)))


class Service:
    """The firm's side of the desk: staff it on Monday, pay it and hear the customers on Sunday."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.desk = Desk(world, these)

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: staff the desk, let it work, pay wages and compensation, let customers judge."""
        while True:
            week = yield self.world.calendar.hour("contact")
            self.staff(week)
            yield self.world.calendar.hour("service")
            self.pay(week)
            self.judge(week)

    def staff(self, week: int) -> None:
        """Put this week's agents at the desk, and tell them whose tickets go first."""
        levers, desk = self.levers, self.desk
        desk.agents = self.these.agents if levers.agents is None else levers.agents
        desk.urgent[:] = False
        if levers.first is not None:
            desk.urgent[self.world.record.select(levers.first)] = True
        if desk.queue:
            desk.look_after(week * MINUTES_A_WEEK)

    def pay(self, week: int) -> None:
        """Pay the agents, and compensation with each solution."""
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        self.world.log.note(Kind.WAGES, sunday_night, FIRM, value=round(self.desk.agents * self.these.wage * 100))
        if self.levers.compensation:
            cents = round(self.levers.compensation * 100)
            for ticket, _ in self.desk.solved:
                self.world.log.note(Kind.COMPENSATED, sunday_night, ticket.person, ref=ticket.minute, value=cents)

    def judge(self, week: int) -> None:
        """Let faults and the way they were dealt with use up patience and restore satisfaction."""
        silent = self._silent(week)
        people, now = self.world.people, (week + 1) * MINUTES_A_WEEK
        people.patience.burden(Cause.PRODUCT, self.these.fault_toll, silent)
        waiting = [ticket.person for ticket in self.desk.overdue(now)]
        people.patience.burden(Cause.SERVICE, self.these.late_toll, np.array(waiting, np.int64))
        for ticket, on_time in self.desk.solved:
            repaired = self.repaired(on_time)
            people.patience.burden(Cause.PRODUCT, self.these.fault_toll * (1 - repaired), ticket.person)
            people.patience.burden(Cause.SERVICE, 0.0 if on_time else self.these.late_toll, ticket.person)
            people.service.consolation[ticket.person] += repaired
            self._ask(ticket, repaired, week)
        self.desk.solved.clear()

    def _silent(self, week: int) -> Integers:
        """Find those who swallowed a fault this week: nobody could put it right."""
        orders, outspoken = self.world.orders, self.world.people.service.outspoken
        who, j = orders.person[orders.faulty], orders.j[orders.faulty]
        return who[~self.world.luck.happens(outspoken[who], Purpose.COMPLAINT, who, week, j)]

    def repaired(self, on_time: bool) -> float:
        """Give the share of a fault's harm that a solution, and a compensation, make good."""
        share = self.these.repaired_on_time if on_time else self.these.repaired_late
        return 1 - (1 - share) * float(np.exp(-self.levers.compensation / self.these.compensation_worth))

    def _ask(self, ticket: Ticket, repaired: float, week: int) -> None:
        """Ask how the complaint was handled, 1 (badly) to 5 (well): as well as it was repaired, more or less."""
        mood = self.world.luck.normal(Purpose.CSAT, np.array([ticket.person]), week, ticket.j)[0]
        felt = repaired + self.these.csat_spread * mood
        answer = 1 + round(4 * min(max(felt, 0.0), 1.0))
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        self.world.log.note(Kind.CSAT, sunday_night, ticket.person, ref=ticket.minute, value=answer)
