"""Staff: the people at the desk learn, tire, leave and work for what they are paid for.

The team has a mean skill and a morale, both 0 to 1. Training raises skill, slower the higher it is, and what
is not practised fades to the usual; skilled agents work faster, solve more at the first contact and leave
less harm behind. Morale moves a step a week towards

    usual + what pay lifts - strain x load above what is comfortable - blame x share of work that is late

and low morale makes agents leave: each who goes takes skill along, and to recruit another costs money. So
the desk's work comes back to it: the service-profit chain (Heskett et al. 1994). A bonus turns effort towards
what it is paid for, and away from the rest (Holmstrom & Milgrom 1991). One on sales is counted by the
quarter, so in its last weeks whoever is paid by it lets goods go for less (Oyer 1998).

A market with this mechanism is one whose desk does not solve everything at the first contact, and whose
agents come and go, also if no lever moves.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Literal

import numpy as np
import simpy

from sim.chance import Purpose
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR, WEEKS_A_QUARTER, WEEKS_A_YEAR
from sim.crew import Crew
from sim.data import Data, changed
from sim.desk import Desk
from sim.events import FIRM, STAFFING, Cause, Kind
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

CHAIN = "Heskett, Jones, Loveman, Sasser & Schlesinger 1994, HBR 72(2): direction; size assumed"
QUITS = "Batt 2002, Academy of Management Journal 45(3): direction; size assumed"
TASKS = "Holmstrom & Milgrom 1991, J. Law, Economics & Organization 7: direction; size assumed"
SEASONS = (
    "Oyer 1998, Quarterly Journal of Economics 113(1): prices fall where the pay year ends; size assumed"
)
SKILL, MORALE = 0, 1  # channels of `Kind.TEAM`


class Effort(Data):
    """Where a full bonus of one kind turns the effort."""

    pace: float = parameter("time a ticket takes, longer by", "share", TASKS, 0.0, ge=-0.9, le=5)
    first_contact: float = parameter(
        "tickets not solved at the first contact, fewer: times exp(-this)", "-", TASKS, 0.0, ge=-3, le=3
    )
    recovery: float = parameter(
        "harm that a solution leaves, less: times exp(-this)", "-", TASKS, 0.0, ge=-3, le=3
    )


class Parameters(Data):
    """How agents learn, tire and leave, and what that does to their work."""

    skill: float = parameter(
        "skill of a team without training, for which the usual numbers of this section hold",
        "share",
        ASSUMED,
        0.5,
        ge=0,
        le=1,
    )
    novice_skill: float = parameter("skill of a new agent", "share", ASSUMED, 0.25, ge=0, le=1)
    learning: float = parameter(
        "step of skill towards the highest with much training", "share a week", ASSUMED, 0.08, ge=0, le=1
    )
    settling: float = parameter(
        "step of skill towards the usual without training", "share a week", ASSUMED, 0.03, ge=0, le=1
    )
    training_worth: float = parameter(
        "training that brings 63 % of the fastest learning",
        "currency an agent a week",
        ASSUMED,
        40.0,
        gt=0,
        le=1e6,
    )
    first_contact: float = parameter(
        "tickets that a team of usual skill solves at the first contact", "share", ASSUMED, 0.75, ge=0, le=1
    )
    again_hours: float = parameter(
        "until those come again whom the first work did not help", "hours", ASSUMED, 24.0, gt=0, le=1000
    )
    again_toll: float = parameter(
        "patience that it takes to have to come again", "patience", ASSUMED, 0.03, ge=0, le=10
    )
    skill_first_contact: float = parameter(
        "full skill leaves fewer of them than none: times exp(-this)", "-", CHAIN, 2.0, ge=0, le=5
    )
    skill_pace: float = parameter(
        "full skill takes less time than none: times exp(-this)", "-", CHAIN, 0.6, ge=0, le=3
    )
    skill_recovery: float = parameter(
        "full skill leaves less harm than none: times exp(-this)", "-", CHAIN, 1.0, ge=0, le=5
    )
    morale: float = parameter(
        "morale of a team at ease, for which the usual numbers hold", "share", ASSUMED, 0.7, ge=0, le=1
    )
    morale_step: float = parameter(
        "step of morale towards what work and pay make of it", "share a week", ASSUMED, 0.15, ge=0, le=1
    )
    morale_recovery: float = parameter(
        "full morale leaves less harm than none: times exp(-this)", "-", CHAIN, 0.8, ge=0, le=5
    )
    comfortable_load: float = parameter(
        "share of their time that agents can work on tickets without strain",
        "share",
        ASSUMED,
        0.75,
        ge=0,
        le=1,
    )
    strain: float = parameter("morale that a full load above it takes", "share", CHAIN, 1.0, ge=0, le=10)
    blame: float = parameter("morale that it takes if all work is late", "share", CHAIN, 0.3, ge=0, le=1)
    reward: float = parameter(
        "morale that pay above the usual adds, at most", "share", CHAIN, 0.2, ge=0, le=1
    )
    pay_worth: float = parameter(
        "pay that adds 63 % of it", "currency an agent a week", ASSUMED, 100.0, gt=0, le=1e6
    )
    turnover: float = parameter(
        "agents of a team at ease who leave in a year, as a rate", "a year", QUITS, 0.3, ge=0, le=50
    )
    turnover_steepness: float = parameter(
        "morale lower by one multiplies the rate by exp of this", "-", QUITS, 4.0, ge=0, le=20
    )
    recruiting: float = parameter("cost of finding a new agent", "currency", SCENARIO, 2_500.0, ge=0, le=1e6)
    bonus_worth: float = parameter(
        "bonus that turns 63 % of the effort", "currency an agent a week", ASSUMED, 60.0, gt=0, le=1e6
    )
    speed: Effort = parameter(
        "a bonus on speed", "-", TASKS, Effort(pace=-0.3, first_contact=-0.5, recovery=-0.4)
    )
    csat: Effort = parameter("a bonus on CSAT", "-", TASKS, Effort(pace=0.1, recovery=0.5))
    retention: Effort = parameter(
        "a bonus on customers kept", "-", TASKS, Effort(pace=0.2, first_contact=0.6, recovery=0.3)
    )
    sales: Effort = parameter(
        "a bonus on sales", "-", TASKS, Effort(pace=-0.1, first_contact=-0.2, recovery=-0.2)
    )
    quarter_end_cut: float = parameter(
        "what a full bonus on sales takes off the shelf price at the end of a quarter",
        "share",
        SEASONS,
        0.15,
        ge=0,
        le=0.5,
    )
    quarter_end_weeks: int = parameter(
        "how long before the end of the quarter it does", "weeks", ASSUMED, 2, ge=0, le=13
    )


class Levers(Data):
    """What the firm does for, and asks of, the people at its desk."""

    training: float = parameter(
        "training of the agents", "currency an agent a week", PLAN, 0.0, slider=(0, 200, 5), ge=0, le=1e5
    )
    pay: float = parameter(
        "paid above the wage", "currency an agent a week", PLAN, 0.0, slider=(0, 300, 10), ge=0, le=1e5
    )
    bonus: float = parameter(
        "paid by results", "currency an agent a week", PLAN, 0.0, slider=(0, 300, 10), ge=0, le=1e5
    )
    bonus_for: Literal["speed", "csat", "retention", "sales"] = parameter(
        "the results it is paid for", "-", PLAN, "speed"
    )

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse to train and pay people where there is no desk for them."""
        moved = ", ".join(changed(self))
        if moved and scenario.staff and not scenario.service:
            return (
                f"{moved}: {scenario.name} has no desk, so there are no agents to train or pay: its service "
                f"section is switched off. Leave {moved} alone, or take a market with service."
            )
        return None


class Staff:
    """The team: on Monday it sets to work as it is, on Sunday the week has left its mark."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.skill, self.morale = these.skill, these.morale
        self.agents: int | None = None  # at the desk last week

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: tell the desk how its agents work; then let them learn, tire and perhaps leave."""
        desk = self.world.desk
        if desk is None:  # nobody to train
            return
        while True:
            yield self.world.calendar.hour("prices")
            desk.crew, worked = self.crew(), desk.worked
            week = yield self.world.calendar.hour("baskets")  # before the desk's week is settled
            self.note(week)
            self.tire_customers(desk)
            if desk.agents:
                self.take_in(desk.agents)
                self.learn()
                self.feel(self.load(desk, desk.worked - worked), self.late_share(desk, week))
                self.pay(desk.agents, week)
                self.part(desk.agents, week)
            self.concede(week + 1, desk.agents)

    def crew(self) -> Crew:
        """Work out how fast and how well a team of this skill and morale works, for this bonus."""
        these, more_skill = self.these, self.skill - self.these.skill
        effort, turned = getattr(these, self.levers.bonus_for), _part(self.levers.bonus, these.bonus_worth)
        fewer = these.skill_first_contact * more_skill + effort.first_contact * turned
        recovery = these.skill_recovery * more_skill + these.morale_recovery * (self.morale - these.morale)
        return Crew(
            pace=float(np.exp(-these.skill_pace * more_skill)) * (1 + effort.pace * turned),
            first_contact=max(0.0, 1 - (1 - these.first_contact) * float(np.exp(-fewer))),
            recovery=recovery + effort.recovery * turned,
            again_minutes=max(1, round(these.again_hours * MINUTES_AN_HOUR)),
        )

    def tire_customers(self, desk: Desk) -> None:
        """Let it use up patience to have had to come again."""
        who = np.array([ticket.person for ticket, _ in desk.solved if ticket.visits > 1], np.int64)
        self.world.people.patience.burden(Cause.SERVICE, self.these.again_toll, who)

    def take_in(self, agents: int) -> None:
        """Let agents whom a plan adds begin as novices."""
        added = agents - (agents if self.agents is None else self.agents)
        if added > 0:
            self._replace(added, agents)
        self.agents = agents

    def _replace(self, novices: int, agents: int) -> None:
        self.skill += novices / agents * (self.these.novice_skill - self.skill)

    def learn(self) -> None:
        """Move skill a step: up with training, to the usual without."""
        these, effort = self.these, _part(self.levers.training, self.these.training_worth)
        up = these.learning * effort * (1 - self.skill)
        self.skill += up - these.settling * (1 - effort) * (self.skill - these.skill)

    def load(self, desk: Desk, worked: int) -> float:
        """Give the share of the agents' open time that the work they began this week takes."""
        hours = desk.these.hours
        return worked / (desk.agents * hours.days * hours.minutes_a_day)

    def late_share(self, desk: Desk, week: int) -> float:
        """Give the share of this week's work that was, or still is, later than promised."""
        overdue = len(desk.overdue((week + 1) * MINUTES_A_WEEK))
        kept = [on_time for ticket, on_time in desk.solved if ticket.visits]  # a machine's work is not theirs
        return (kept.count(False) + overdue) / ((len(kept) + overdue) or 1)

    def feel(self, load: float, late_share: float) -> None:
        """Move morale a step towards what load, late work and pay make of it."""
        these = self.these
        lifted = these.reward * _part(self.levers.pay + self.levers.bonus, these.pay_worth)
        strain = these.strain * max(load - these.comfortable_load, 0.0)
        aim = min(max(these.morale + lifted - strain - these.blame * late_share, 0.0), 1.0)
        self.morale += these.morale_step * (aim - self.morale)

    def pay(self, agents: int, week: int) -> None:
        """Pay for training, and what is paid above the wage."""
        for name, money in (("training", self.levers.training), ("pay", self.levers.pay + self.levers.bonus)):
            self._spend(name, round(agents * money * 100), week)

    def part(self, agents: int, week: int) -> None:
        """Let some agents leave, and replace them by novices."""
        these = self.these
        rate = these.turnover / WEEKS_A_YEAR * np.exp(these.turnover_steepness * (these.morale - self.morale))
        leaves = self.world.luck.happens(-np.expm1(-rate), Purpose.QUIT, np.arange(agents), week)
        gone = int(leaves.sum())
        if gone:
            self._replace(gone, agents)
            for _ in range(gone):
                self._spend("recruiting", round(these.recruiting * 100), week)

    def concede(self, week: int, agents: int) -> None:
        """Let those who are paid for sales cut the price of a week to come, if a quarter is about to end."""
        these, levers = self.these, self.levers
        pushes = (
            levers.bonus_for == "sales"
            and week % WEEKS_A_QUARTER >= WEEKS_A_QUARTER - these.quarter_end_weeks
        )
        turned = _part(levers.bonus, these.bonus_worth) if pushes and agents else 0.0
        self.world.people.pricing.conceded = these.quarter_end_cut * turned

    def _spend(self, name: str, cents: int, week: int) -> None:
        if cents:
            minute = (week + 1) * MINUTES_A_WEEK - 1
            self.world.log.note(Kind.STAFFED, minute, FIRM, STAFFING.index(name), value=cents)

    def note(self, week: int) -> None:
        """Write down how the team stood in this week."""
        for channel, share in ((SKILL, self.skill), (MORALE, self.morale)):
            minute = week * MINUTES_A_WEEK
            self.world.log.note(Kind.TEAM, minute, FIRM, channel, value=round(share * 1_000))


def _part(money: float, worth: float) -> float:
    """Give the part of a full effect that money buys, 0 to 1, with diminishing returns."""
    return float(-np.expm1(-money / worth))
