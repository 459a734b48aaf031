"""Ties: how much of a relation belongs to the seller, and what goes when the seller goes.

Accounts know a person, not a firm. When a seller resigns, the personal part of the social bond is lost, and
so is some patience: the seller's next firm calls. What stands in the record stays with the firm, and the
next seller can take it up (Bendapudi & Leone 2002). Until one is found, the accounts wait.

    lost = personal share x (1 - share of the relation in the record)
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Data
from sim.events import FIRM, Bond, Cause, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.team import ANYBODY

if TYPE_CHECKING:
    from sim.world import World

OWNED = "Palmatier, Scheer & Steenkamp 2007, JMR 44(2): loyalty owned by the salesperson; size assumed"
LEAVING = "Bendapudi & Leone 2002, J. Marketing 66(3): what clients lose with a contact person; size assumed"


class Parameters(Data):
    """How sellers come and go, and what they take along."""

    turnover: float = parameter("sellers who resign in a year", "share a year", SCENARIO, 0.15, ge=0, le=0.99)
    star_leaves: int | None = parameter(
        "week in which the seller resigns whose accounts spend most; nobody when not given",
        "week",
        SCENARIO,
        None,
        ge=0,
        le=1_040,
    )
    hiring_weeks: int = parameter("until somebody new holds the place", "weeks", SCENARIO, 8, ge=0, le=104)
    personal: float = parameter(
        "of the social bond, what is tied to the seller", "share", OWNED, 0.5, ge=0, le=1
    )
    follow_toll: float = parameter(
        "patience that the loss of the strongest bond takes: some follow the seller",
        "patience",
        LEAVING,
        0.5,
        ge=0,
        le=10,
    )
    record_hours: float = parameter(
        "work at the desk to put all of a visit into the record", "hours a visit", ASSUMED, 0.5, ge=0, le=40
    )


class Levers(Data):
    """What the firm does to own its relations."""

    document: float = parameter(
        "of each relation, what sellers put into the record",
        "share",
        PLAN,
        0.0,
        slider=(0, 1, 0.05),
        ge=0,
        le=1,
    )


@dataclass(slots=True)
class Columns:
    """What the record holds of each relation; shape (people,)."""

    documented: npt.NDArray[np.float32]  # share of the relation
    hours: float = 0.0  # work that the record takes at each step with a customer: the same for everybody

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin with an empty record."""
        empty = np.zeros(len(person), np.float32)
        return cls(empty if these else np.broadcast_to(np.float32(0), len(person)))


class Ties:
    """Monday's resignations, Sunday's notes."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: some sellers go; the others write down what they know."""
        while True:
            week = yield self.world.calendar.hour("arrive")
            done = self.levers.document * self.world.done_share
            self.world.people.ties.hours = done * self.these.record_hours
            self.let_go(week)
            yield self.world.calendar.hour("service")
            self.write_down(done)

    def let_go(self, week: int) -> None:
        """Let sellers go: whose place was cut, and who resigns; for these somebody new is sought."""
        team, me = self.world.team, self.world.people.sales
        if team is None:
            return
        for place in np.unique(me.seller[me.seller >= team.places]).tolist():
            self.sever(place, place, week)
            me.seller[me.seller == place] = ANYBODY
        back = (week + self.these.hiring_weeks) * MINUTES_A_WEEK
        for place in self.resigning(team.present(), week):
            self.sever(place, team.replace(place, back), week)

    def resigning(self, places: list[int], week: int) -> list[int]:
        """Find the places whose holders resign this week."""
        a_week = 1 - (1 - self.these.turnover) ** (1 / WEEKS_A_YEAR)
        leaves = self.world.luck.happens(a_week, Purpose.RESIGN, np.array(places, np.int64), week)
        going = [place for place, goes in zip(places, leaves.tolist(), strict=True) if goes]
        if week == self.these.star_leaves and places:
            star = max(places, key=self.spend)
            going += [star] if star not in going else []
        return going

    def spend(self, place: int) -> int:
        """Give what the accounts of a place spent in the last 52 weeks, as far as the firm knows."""
        accounts = places(self.world.people.sales.seller == place)
        return int(self.world.record.spend_of(accounts).sum())

    def sever(self, place: int, seller: int, week: int) -> None:
        """Cut what tied the accounts of a place to a seller, as far as it is not in the record."""
        people, log, monday = self.world.people, self.world.log, week * MINUTES_A_WEEK
        accounts = places(people.sales.seller == place)
        lost = self.these.personal * (1 - people.ties.documented[accounts].astype(float))
        bond = people.bonds.strength[Bond.SOCIAL, accounts] * lost
        log.note(Kind.RESIGNED, monday, FIRM, ref=seller, value=len(accounts))
        tied = places(bond > 0)
        log.write(Kind.TIE_LOST, monday, accounts[tied], 0, seller, np.rint(bond[tied] * 1e6))
        people.patience.burden(Cause.COMPETITOR, self.these.follow_toll * bond, accounts)
        people.bonds.sever(Bond.SOCIAL, lost, accounts)
        people.sales.attention[accounts] *= 1 - lost

    def write_down(self, done: float) -> None:
        """Let the record hold, of those whom sellers worked for this week, what was put into it."""
        if self.world.team is not None:
            self.world.people.ties.documented[self.world.team.met] = done
