"""Sales: a pipeline of deals with prospects, and the sellers' hours that it takes.

Prospects show interest now and then and become leads, more of them where marketing brings some
(`sim/prospecting.py`). Each lead goes through research, call, visit,
demonstration and bid, to a yes or a no; an account that was won is visited from then on (`sim/deal.py`
tells both lives). Every step takes a seller's hours: at the desk, on the road, and with the customer, which
alone is selling time. Sellers are few, so deals queue for them (`sim/team.py`), and a prospect who waits
goes cold. A system saves hours at the desk, as far as it is really used.

    P(won, if nobody has to wait) = E[exp(-keenness x sum of the steps' tolls)],  keenness log-normal
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import simpy

from sim.attention import bind
from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK, OpeningHours
from sim.data import Data
from sim.deal import MAINTENANCE, Deal, account, life
from sim.effort import Effort
from sim.events import FIRM, SELLING, STAFF, Bond, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.prospecting import Prospecting
from sim.segment import Segment
from sim.team import ANYBODY, Team

if TYPE_CHECKING:
    from sim.world import World

OPENING = 9 * 60  # those won last week order from Monday at nine on
ASK_AGAIN = 4  # weeks until an account that is not visited is thought of again
LONG_AGO = -10_000  # week of a deal that has not been
SELLERS = STAFF.index("sellers")
STEPS = "assumed; no published figures for single steps"
LEADS = (
    "Sabnis, Chatterjee, Grewal & Lilien 2013, J. Marketing 77(1): sellers leave most leads of marketing "
    "without a follow-up; size assumed"
)
ANSWERS = "Oldroyd, McElheran & Elkington 2011, HBR 89(3): leads go cold with each hour; size assumed"
AUTOMATION = (
    "Speier & Venkatesh 2002, J. Marketing 66(3); Ahearne, Jelinek & Rapp 2005, Industrial Marketing "
    "Management 34(4): it helps those who are trained and use it; size assumed"
)
CARE = "Palmatier, Dant, Grewal & Evans 2006, J. Marketing 70(4): contact builds relationships; size assumed"
Routing = Literal["first come", "largest first", "own territory"]


class Step(Data):
    """What a step of a deal takes, from the seller and of the prospect's interest."""

    contact: float = parameter("with the customer", "hours", STEPS, 0.0, ge=0, le=200)
    desk: float = parameter("research, papers, records", "hours", STEPS, 0.0, ge=0, le=200)
    road: float = parameter("on the way", "hours", STEPS, 0.0, ge=0, le=200)
    toll: float = parameter("interest it takes, of 1 on average", "-", STEPS, 0.0, ge=0, le=10)
    pause: float = parameter("mean time until the prospect is ready for it", "weeks", STEPS, 0.0, ge=0, le=52)


class Parameters(Data):
    """The pipeline, the sellers, and how prospects decide."""

    sellers: int = parameter("sellers unless the plan says otherwise", "people", SCENARIO, 4, ge=0, le=1_000)
    wage: float = parameter("cost of a seller", "currency a week", SCENARIO, 1_500.0, ge=0, le=1e6)
    hours: OpeningHours = parameter(
        "when sellers work", "hours", SCENARIO, OpeningHours(days=5, from_hour=9, until_hour=17)
    )
    lead_share: float = parameter(
        "prospects who show interest in a week", "share a week", SCENARIO, 0.005, ge=0, le=1
    )
    lead_lift: float = parameter(
        "leads that fairs and content bring at most, beside those that come by themselves",
        "share",
        ASSUMED,
        1.0,
        ge=0,
        le=20,
    )
    lead_worth: float = parameter(
        "money that brings 63 % of them", "currency a week per 1 000 people", ASSUMED, 500.0, gt=0, le=1e7
    )
    brought_interest: float = parameter(
        "interest of such a lead, beside one that comes by itself", "share", LEADS, 0.6, ge=0, le=1
    )
    rest_weeks: int = parameter(
        "weeks after a lost deal until a prospect may show interest again",
        "weeks",
        SCENARIO,
        26,
        ge=0,
        le=520,
    )
    research: Step = parameter("finding out who they are", "-", STEPS, Step(desk=2.0))
    call: Step = parameter("the first call", "-", STEPS, Step(contact=0.5, desk=0.5, toll=0.6, pause=0.3))
    visit: Step = parameter("a visit", "-", STEPS, Step(contact=2.0, desk=1.0, road=3.0, toll=0.3, pause=2.0))
    demonstration: Step = parameter(
        "showing what it can do", "-", STEPS, Step(contact=3.0, desk=4.0, road=3.0, toll=0.3, pause=3.0)
    )
    bid: Step = parameter("the offer", "-", STEPS, Step(contact=2.0, desk=10.0, toll=0.5, pause=3.0))
    maintenance: Step = parameter(
        "a visit to an account; its toll and pause mean nothing",
        "-",
        STEPS,
        Step(contact=1.5, desk=0.5, road=2.0),
    )
    keenness_spread: float = parameter(
        "how differently prospects are inclined: log-normal, median 1", "-", ASSUMED, 0.6, ge=0, le=3
    )
    score_noise: float = parameter(
        "error of a score, beside the spread of what it measures", "-", ASSUMED, 1.0, ge=0, le=100
    )
    worth_noise: float = parameter(
        "error of an estimate of an account's worth: log-normal of mean 1", "-", ASSUMED, 0.5, ge=0, le=3
    )
    effort: float = parameter(
        "an account of twice the worth takes 2 to the power of this as many hours",
        "-",
        ASSUMED,
        0.2,
        ge=0,
        le=1,
    )
    cooling: float = parameter("interest that waiting takes", "a week", ANSWERS, 0.08, ge=0, le=10)
    habit: float = parameter(
        "promises to call back that sellers keep by habit", "share of promises", LEADS, 0.6, ge=0, le=1
    )
    forgotten_weeks: float = parameter(
        "mean time until a promise that was forgotten is remembered", "weeks", LEADS, 3.0, ge=0, le=52
    )
    reminder_hours: float = parameter(
        "work at the desk that a promise kept takes", "hours", ASSUMED, 0.25, ge=0, le=40
    )
    saved: float = parameter(
        "of the hours at the desk, what a system saves that is used for everything",
        "share",
        AUTOMATION,
        0.4,
        ge=0,
        le=1,
    )
    licence: float = parameter("such a system", "currency a week per seller", SCENARIO, 40.0, ge=0, le=1e6)
    territory_saved: float = parameter(
        "of the hours on the road, what a territory of one's own saves", "share", ASSUMED, 0.3, ge=0, le=1
    )
    visit_weeks: int = parameter(
        "weeks from one visit of an account to the next, unless the plan says otherwise; 0: none",
        "weeks",
        SCENARIO,
        13,
        ge=0,
        le=520,
    )
    visit_worth: float = parameter(
        "where a visit moves the social bond to, of its strongest", "share", CARE, 0.6, ge=0, le=1
    )
    visit_fades: float = parameter("time in which 63 % of that fades", "weeks", ASSUMED, 26.0, gt=0, le=520)

    def step(self, place: int) -> Step:
        """Give the numbers of a step by its place in `SELLING`."""
        step: Step = getattr(self, SELLING[place])
        return step


class Levers(Data):
    """What the firm decides about its selling."""

    sellers: int | None = parameter(
        "sellers; as in the scenario when not given", "people", PLAN, None, slider=(0, 20, 1), ge=0, le=1_000
    )
    routing: Routing = parameter("who takes which deal, and which goes first", "-", PLAN, "first come")
    automation: float = parameter(
        "of the work at the desk, what is done in a sales system",
        "share",
        PLAN,
        0.0,
        slider=(0, 1, 0.05),
        ge=0,
        le=1,
    )
    follow_up: float | None = parameter(
        "promises to call back that are kept",
        "share of promises",
        PLAN,
        None,
        slider=(0, 1, 0.05),
        absent="as sellers are used to",
        ge=0,
        le=1,
    )
    leads: float = parameter(
        "fairs and content that bring in leads",
        "currency a week per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 2_000, 50),
        ge=0,
        le=1e7,
    )
    minimum_score: float = parameter(
        "leads that look less promising are given up after research", "points of 100", PLAN, 0.0, ge=0, le=100
    )
    visit_weeks: int | None = parameter(
        "weeks from one visit of an account to the next; 0: none",
        "weeks",
        PLAN,
        None,
        slider=(0, 52, 1),
        absent="as in the scenario",
        ge=0,
        le=520,
    )
    visit_to: Segment | None = parameter("which accounts are visited", "-", PLAN, None, absent="all")


@dataclass(slots=True)
class Columns:
    """Prospects and accounts as sellers have to do with them; shape (people,)."""

    keenness: npt.NDArray[np.float32]  # what takes interest takes so many times as much
    seller: npt.NDArray[np.int16]  # place of the seller whose account it is, or `ANYBODY`
    busy: npt.NDArray[np.bool_]  # a deal is under way, or an account is looked after
    lost: npt.NDArray[np.int32]  # week of the last lost deal
    attention: npt.NDArray[np.float32]  # what is left of the last visit, 0 to 1

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw how keen people are; nobody has a seller yet."""
        n = len(person)
        if these is None:
            one, zero = np.broadcast_to(np.float32(1), n), np.broadcast_to(np.float32(0), n)
            none, long_ago = np.broadcast_to(np.int16(ANYBODY), n), np.broadcast_to(np.int32(LONG_AGO), n)
            return cls(one, none, np.broadcast_to(False, n), long_ago, zero)
        keenness = np.exp(-these.keenness_spread * luck.normal(Purpose.FIT, person)).astype(np.float32)
        none, long_ago = np.full(n, ANYBODY, np.int16), np.full(n, LONG_AGO, np.int32)
        return cls(keenness, none, np.zeros(n, bool), long_ago, np.zeros(n, np.float32))


class Sales:
    """Monday's leads and accounts, Sunday's wages; between them, what sellers and deals ask of the firm."""

    def __init__(self, world: World, these: Parameters, worth: Floats) -> None:
        self.world, self.these = world, these
        self.levers = Levers()
        self.team = Team(world.env, these.hours)
        self.won: list[Deal] = []  # since last Monday
        self.effort = Effort(self, worth)
        self.prospecting = Prospecting(self, worth)
        self._chosen = np.ones(world.size, bool)  # accounts that are visited
        self.stage = world.people.entry.stage.copy()  # as of Monday: what comes later is news on the next

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: staff the team, welcome those won, find leads and accounts; bind, and pay."""
        while True:
            week = yield self.world.calendar.hour("acquire")
            self.team.met.clear()
            self.team.staff(self.these.sellers if self.levers.sellers is None else self.levers.sellers)
            self.equip(week)
            self.welcome(week)
            self.take_on_accounts(week)
            for deal in self.prospecting.leads(week):
                self.world.env.process(life(self, deal))
            yield self.world.calendar.hour("contact")
            self.stage[:] = self.world.people.entry.stage
            there = len(self.team.present())
            yield self.world.calendar.hour("loyalty")
            self.bind()
            self.pay(there, week)

    # -- Monday ---------------------------------------------------------------------------------

    def equip(self, week: int) -> None:
        """Pay for the system, and choose which accounts are visited."""
        cents = round(self.these.licence * self.levers.automation * self.team.places * 100)
        if cents:
            self.world.log.note(Kind.TOOLS, week * MINUTES_A_WEEK, FIRM, value=cents)
        self._chosen[:] = self.levers.visit_to is None
        if self.levers.visit_to is not None:
            self._chosen[self.world.record.select(self.levers.visit_to)] = True

    def to_be_won(self, week: int) -> npt.NDArray[np.bool_]:
        """Tell who is not a customer yet and would not come this week anyway, shape (people,)."""
        entry = self.world.people.entry
        return (entry.stage == Stage.PROSPECT) & (entry.minute >= (week + 1) * MINUTES_A_WEEK)

    def welcome(self, week: int) -> None:
        """Let those who said yes last week place their first order this week, unless they have already."""
        world, me = self.world, self.world.people.sales
        who = np.array([deal.person for deal in self.won], np.int64)
        me.busy[who] = False  # now they are accounts
        me.seller[who] = [deal.place for deal in self.won]
        who = who[self.to_be_won(week)[who]]
        share = world.luck.uniform(Purpose.LEAD, who, week, 2)
        begins = week * MINUTES_A_WEEK + OPENING
        world.people.entry.minute[who] = begins + np.floor(share * (MINUTES_A_WEEK - OPENING))
        self.won.clear()

    def take_on_accounts(self, week: int) -> None:
        """Look after customers whom nobody looks after yet: first visits fall at any time of a round."""
        world, me = self.world, self.world.people.sales
        ours = (world.people.entry.stage == Stage.CUSTOMER) | (me.seller != ANYBODY)
        who = places(ours & ~me.busy)
        me.busy[who] = True
        place = np.where(me.seller[who] == ANYBODY, self.territory(who), me.seller[who])
        wait = world.luck.uniform(Purpose.READY, who, week, MAINTENANCE) * self.weeks_between_visits
        due = week * MINUTES_A_WEEK + np.floor(wait * MINUTES_A_WEEK).astype(np.int64)
        for one in zip(who.tolist(), place.tolist(), due.tolist(), strict=True):
            world.env.process(account(self, *one))

    def territory(self, who: Integers) -> Integers:
        """Give the place in whose territory people live, if there are any."""
        if self.levers.routing != "own territory" or not self.team.places:
            return np.full(len(who), ANYBODY)
        return (self.world.luck.uniform(Purpose.TERRITORY, who) * self.team.places).astype(np.int64)

    # -- what deals and accounts ask for --------------------------------------------------------

    @property
    def weeks_between_visits(self) -> int:
        """How long until an account is due again; the firm asks again soon if there are no visits now."""
        levers = self.levers.visit_weeks
        return (self.these.visit_weeks if levers is None else levers) or ASK_AGAIN

    def is_visited(self, person: int) -> bool:
        """Tell whether an account is one of those that the firm visits."""
        levers = self.levers.visit_weeks
        visits = self.these.visit_weeks if levers is None else levers
        return bool(visits and self._chosen[person])

    def lose(self, deal: Deal, why: int, steps: int) -> None:
        """Give a deal up."""
        now, me = int(self.world.env.now), self.world.people.sales
        self.world.log.note(Kind.LOST, now, deal.person, why, steps)
        me.busy[deal.person], me.lost[deal.person] = False, now // MINUTES_A_WEEK

    def win(self, deal: Deal, seller: int) -> None:
        """Close a deal."""
        now = int(self.world.env.now)
        self.world.log.note(Kind.WON, now, deal.person, 0, seller, deal.worth)
        self.world.people.sales.attention[deal.person] = 1.0
        self.won.append(deal)

    # -- Sunday ---------------------------------------------------------------------------------

    def bind(self) -> None:
        """Let accounts be bound by the visits they got, the more recent the more."""
        these = self.these
        bind(self.world, self.world.people.sales.attention, Bond.SOCIAL, these.visit_worth, these.visit_fades)

    def pay(self, there: int, week: int) -> None:
        """Pay the sellers who were there."""
        sunday_night = (week + 1) * MINUTES_A_WEEK - 1
        cents = round(there * self.these.wage * 100)
        self.world.log.note(Kind.WAGES, sunday_night, FIRM, SELLERS, there, cents)
