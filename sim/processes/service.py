"""Service: complaints meet agents at a desk, one by one, by priority.

The desk is a queue in front of a number of agents. A complaint that arrives waits for an agent; the
firm promises a first answer within 2 hours and a solution within 24, counted in open hours. On Sunday
those who complained judge how it went: what was put right in time is mostly forgiven, what was late or
never answered is not. Orders may be checked before they go out, with diminishing returns; what is wrong with
them then, nobody has to complain about.

    share of orders with a fault = fault share x (1 - reach x (1 - exp(-checks / worth)))
    toll of a fault put right = fault toll x (1 - repaired) x exp(-manner of the agent - compensation / worth)
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import Field

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK, OpeningHours
from sim.data import Data
from sim.desk import Desk
from sim.events import FIRM, Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

RECOVERY = (
    "de Matos, Henrique & Rossi 2007, J. Service Research 10(1); Smith, Bolton & Wagner 1999, JMR 36(3)"
)
PREVENTION = "Crosby 1979, Quality Is Free: what is spent on prevention comes back; size assumed"
POOLING = "Smith & Whitt 1981, Bell System Technical Journal 60(1): separate queues wait longer"
FAILURES = "Knox & van Oest 2014, J. Marketing 78(5)"


class Parameters(Data):
    """Faults, complaints and the desk that meets them."""

    fault_share: float = parameter(
        "orders with something wrong", "share of orders", SCENARIO, 0.03, ge=0, le=1
    )
    outspoken_share: float = parameter(
        "mean share of faults that a customer complains about", "share of faults", FAILURES, 0.35, ge=0, le=1
    )
    checks_reach: float = parameter(
        "of the faults, what checking orders could prevent at most", "share", ASSUMED, 0.8, ge=0, le=1
    )
    checks_worth: float = parameter(
        "money an order for checks that prevents 63 % of those",
        "currency an order",
        PREVENTION,
        1.0,
        gt=0,
        le=1e6,
    )
    channels: dict[str, Annotated[float, Field(gt=0, le=1)]] = parameter(
        "by which complaints arrive, with their shares",
        "-",
        SCENARIO,
        {"phone": 0.5, "email": 0.3, "counter": 0.2},
        min_length=1,
        max_length=12,
    )
    silo_time: float = parameter(
        "time of a case that another channel has begun, where each has its own agents and notes; only the "
        "`staff` section lets anybody come a second time",
        "-",
        ASSUMED,
        1.3,
        ge=1,
        le=10,
    )
    agents: int = parameter(
        "agents at the desk unless the plan says otherwise", "people", SCENARIO, 2, ge=0, le=10_000
    )
    wage: float = parameter("cost of an agent", "currency a week", SCENARIO, 800.0, ge=0, le=1e6)
    handling_minutes: float = parameter(
        "mean time an agent works on a ticket, exponential", "minutes", SCENARIO, 45.0, gt=0, le=10_080
    )
    hours: OpeningHours = parameter(
        "when the desk is open", "hours", SCENARIO, OpeningHours(days=6, from_hour=9, until_hour=19)
    )
    answer_target: float = parameter(
        "first answer promised within", "open hours", SCENARIO, 2.0, gt=0, le=1000
    )
    solution_target: float = parameter(
        "solution promised within", "open hours", SCENARIO, 24.0, gt=0, le=1000
    )
    simple_share: float = parameter("complaints that are simple", "share", ASSUMED, 0.5, ge=0, le=1)
    difficult_times: float = parameter(
        "time of a difficult complaint, in times of a simple one's; the mean stays",
        "-",
        ASSUMED,
        1.0,
        ge=1,
        le=100,
    )
    triage_right: float = parameter(
        "complaints whose first words tell whether they are simple", "share", ASSUMED, 0.85, ge=0, le=1
    )
    specialist_time: float = parameter(
        "time that a complaint takes in the hands of a specialist for its type, beside the usual",
        "-",
        ASSUMED,
        0.85,
        gt=0,
        le=10,
    )
    fault_toll: float = parameter(
        "patience that a fault takes, less what is put right; of who complains, once the case is closed",
        "patience",
        FAILURES,
        0.10,
        ge=0,
        le=10,
    )
    late_toll: float = parameter(
        "patience that a broken promise takes; again each week while a ticket is overdue",
        "patience",
        FAILURES,
        0.10,
        ge=0,
        le=10,
    )
    repaired_on_time: float = parameter(
        "share of a fault's harm repaired by a solution on time", "share", RECOVERY, 0.7, ge=0, le=1
    )
    repaired_late: float = parameter("share repaired by a late one", "share", RECOVERY, 0.2, ge=0, le=1)
    compensation_worth: float = parameter(
        "compensation that repairs 63 % of the harm that is left", "currency", RECOVERY, 20.0, gt=0, le=1e6
    )
    csat_spread: float = parameter(
        "standard deviation of answers about a complaint's handling", "share", SCENARIO, 0.2, ge=0, le=1
    )


class Levers(Data):
    """What the firm decides about its desk."""

    agents: int | None = parameter(
        "agents at the desk; as in the scenario when not given",
        "people",
        PLAN,
        None,
        slider=(0, 10, 1),
        ge=0,
        le=10_000,
    )
    first: Segment | None = parameter(
        "whose tickets go first; nobody's when not given", "-", PLAN, None, absent="nobody"
    )
    checks: float = parameter(
        "each order is checked before it goes out, for",
        "currency an order",
        PLAN,
        0.0,
        slider=(0, 2, 0.05),
        ge=0,
        le=1e4,
    )
    routing: Literal["arrival", "simple_first", "specialists", "by_channel"] = parameter(
        "what the desk goes by: who came first, what looks simple first, specialists for each type, or a "
        "desk for each channel",
        "-",
        PLAN,
        "arrival",
    )
    simple_agents: float = parameter(
        "of specialists, those for what looks simple", "share of agents", PLAN, 0.3, ge=0, le=1
    )
    compensation: float = parameter(
        "paid with every solution", "currency", PLAN, 0.0, slider=(0, 50, 1), ge=0, le=1e6
    )

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse to divide a desk when it has too few agents."""
        these = scenario.service
        if these is None:
            return None
        here, remedy = self.at_desk(these), "Give more agents, or another routing."
        if self.routing == "specialists" and here < 2:
            return f"routing: specialists wants an agent for each type of ticket, not {here} in all. {remedy}"
        if self.routing == "by_channel" and here < len(these.channels):
            return (
                f"routing: by_channel wants an agent for each channel of {scenario.name} "
                f"({', '.join(these.channels)}), not {here} in all. {remedy}"
            )
        return None

    def at_desk(self, these: Parameters) -> int:
        """Give how many agents there are: as many as the plan says, or else the scenario."""
        return these.agents if self.agents is None else self.agents


@dataclass(slots=True)
class Columns:
    """Who complains; shape (people,)."""

    fault_share: float  # the same for everybody
    nature: Floats  # share of faults that this person complains about by nature
    outspoken: Floats  # the same as levels of service invite it, and visits ask for it
    consolation: Floats  # faults put right since the last Sunday, as shares
    invited: Floats | float = (
        0.0  # of what would be swallowed, told; below 0: of what would be told, swallowed
    )
    asked: Floats | float = 0.0  # of what would still be swallowed, told after a visit

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw how outspoken people are: uniform around the mean, as widely as 0 and 1 allow."""
        if these is None:
            nothing = np.broadcast_to(0.0, len(person))
            return cls(0.0, nothing, nothing, nothing)
        reach = min(these.outspoken_share, 1 - these.outspoken_share)
        nature = these.outspoken_share + reach * (2 * luck.uniform(Purpose.OUTSPOKEN, person) - 1)
        return cls(these.fault_share, nature, nature, np.zeros(len(person)))

    def invite(self, share: Floats) -> None:
        """Let levels of service invite complaints, or put people off; what visits ask for comes on top."""
        self.invited = share
        self._hear()

    def ask(self, share: Floats) -> None:
        """Let visits bring out a share of what levels of service leave swallowed."""
        self.asked = share
        self._hear()

    def _hear(self) -> None:
        room = np.where(np.greater(self.invited, 0), 1 - self.nature, self.nature)  # to tell more, or less
        heard = self.nature + self.invited * room
        self.outspoken = heard + (1 - heard) * self.asked


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
        """Put this week's agents at the desk, tell them whose tickets go first, and have orders checked."""
        levers, desk = self.levers, self.desk
        self.world.people.service.fault_share = self.checked()
        desk.agents = levers.at_desk(self.these)
        desk.urgent[:] = False
        if levers.first is not None:
            desk.urgent[self.world.record.boxes(levers.first)] = True
        desk.route(levers.routing, levers.simple_agents)
        if len(desk.queue):
            desk.look_after(week * MINUTES_A_WEEK)

    @property
    def check_cents(self) -> int:
        """What the check of an order costs."""
        return round(self.levers.checks * 100)

    def checked(self) -> float:
        """Give the share of orders with a fault that this week's checks leave; they do what is paid for."""
        prevents = self.these.checks_reach * -np.expm1(-self.check_cents / 100 / self.these.checks_worth)
        return float(self.these.fault_share * (1 - prevents))

    def pay(self, week: int) -> None:
        """Pay the agents and the checks, and compensation with each solution."""
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        if self.check_cents:
            self.world.log.note(Kind.CHECKED, week * MINUTES_A_WEEK, FIRM, value=self.check_cents)
        self.world.log.note(
            Kind.WAGES, sunday_night, FIRM, value=round(self.desk.agents * self.these.wage * 100)
        )
        if self.levers.compensation:
            cents = round(self.levers.compensation * 100)
            for ticket, _ in self.desk.solved:
                self.world.log.note(
                    Kind.COMPENSATED, sunday_night, ticket.person, ref=ticket.minute, value=cents
                )

    def judge(self, week: int) -> None:
        """Let faults, and the way they were dealt with, use up patience and restore satisfaction."""
        people, these, now = self.world.people, self.these, (week + 1) * MINUTES_A_WEEK
        self.bear()
        waiting = np.array([ticket.person for ticket in self.desk.overdue(now)], np.int64)
        late_toll = these.late_toll * self.desk.wait_felt
        people.patience.burden(Cause.SERVICE, late_toll, waiting)

        solved = [(t.person, t.j, on_time, not t.misled) for t, on_time in self.desk.solved]
        who, j, on_time, helped = np.array(solved, np.int64).reshape(-1, 4).T  # (solved this week,)
        felt = self.repaired(on_time == 1, np.array([t.recovery for t, _ in self.desk.solved]))
        rows = places(helped)  # the others only believe it, for a while
        people.patience.burden(Cause.PRODUCT, these.fault_toll * (1 - felt[rows]), who[rows])
        people.patience.burden(Cause.SERVICE, np.where(on_time, 0.0, late_toll), who)
        np.add.at(people.service.consolation, who[rows], felt[rows])
        self.ask(who, j, felt, week)
        self.desk.solved.clear()

    def bear(self) -> None:
        """Let those bear a fault who swallowed it, but for what the firm has found and put right."""
        people, orders = self.world.people, self.world.orders
        place = orders.swallowed
        who, mended = orders.person[place], orders.mended[place]
        people.patience.burden(Cause.PRODUCT, self.these.fault_toll * (1 - mended), who)
        found = places(mended)
        np.add.at(people.service.consolation, who[found], mended[found])

    def repaired(self, on_time: npt.NDArray[np.bool_], recovery: Floats) -> Floats:
        """Give the share of a fault's harm that a solution, its manner, and a compensation make good."""
        share = np.where(on_time, self.these.repaired_on_time, self.these.repaired_late)
        harm = np.minimum((1 - share) * np.exp(-recovery), 1.0)
        return 1 - harm * np.exp(-self.levers.compensation / self.these.compensation_worth)

    def ask(self, who: Integers, j: Integers, repaired: Floats, week: int) -> None:
        """Ask how a complaint was handled, 1 to 5: as well as it was repaired, more or less."""
        mood = self.world.luck.normal(Purpose.CSAT, who, week, j)
        felt = np.clip(repaired + self.these.csat_spread * mood, 0, 1)
        tickets = np.array([ticket.minute for ticket, _ in self.desk.solved], np.int64)
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        self.world.log.write(Kind.CSAT, sunday_night, who, 0, tickets, 1 + np.rint(4 * felt))
