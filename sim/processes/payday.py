"""Payday: money runs short before it, and a shop that can wait for its money sells all month (赊账).

Households are paid every four weeks, each in a week of its own. Of some of them, money runs short: the longer
ago payday is, the less they buy (Shapiro 2005). A shop that lets people it knows pay on payday takes this
away. It waits for its money, some of which never comes, and being trusted binds.

    buying of those whose money runs short = 1 - dip x weeks since payday / 3
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import WEEKS_A_YEAR
from sim.data import Data
from sim.events import Bond, Kind
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

MONTH = 4  # weeks from one payday to the next
SHORTNESS = (
    "Shapiro 2005, J. Public Economics 89(2-3): households on food stamps eat 10 to 15 % less at the end of "
    "the month than at its beginning"
)
TRUSTED = "social exchange: Blau 1964, Exchange and Power in Social Life; size assumed"


class Parameters(Data):
    """Whose money runs short, and what it does to lend."""

    short_share: float = parameter("people whose money runs short", "share", ASSUMED, 0.4, ge=0, le=1)
    dip: float = parameter(
        "what they buy less in the last week before payday", "share", SHORTNESS, 0.15, ge=0, le=0.99
    )
    unpaid_share: float = parameter(
        "of what they take on credit, what they never pay", "share of orders", ASSUMED, 0.02, ge=0, le=1
    )
    interest: float = parameter("what the firm pays for money", "share a year", SCENARIO, 0.06, ge=0, le=1)
    trusted_worth: float = parameter(
        "where being lent to moves the social bond to, of its strongest", "share", TRUSTED, 0.3, ge=0, le=1
    )


class Levers(Data):
    """Whom the firm trusts."""

    credit: bool = parameter("people may pay on payday", "-", PLAN, False)
    credit_to: Segment | None = parameter("who may", "-", PLAN, None, absent="everybody on record")


@dataclass(slots=True)
class Columns:
    """When people are paid, and who has credit this week; shape (people,)."""

    payday: npt.NDArray[np.int8]  # its week of four
    short: npt.NDArray[np.bool_]  # money runs short before it
    trusted: npt.NDArray[np.bool_]  # may pay later, this week

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw paydays, and whose money runs short."""
        n = len(person)
        no = np.broadcast_to(np.False_, n)
        if these is None:
            return cls(np.broadcast_to(np.int8(0), n), no, no)
        payday = np.floor(luck.uniform(Purpose.PAYDAY, person) * MONTH).astype(np.int8)
        return cls(payday, luck.happens(these.short_share, Purpose.PAYDAY, person, 0, 1), np.zeros(n, bool))


class Payday:
    """Monday's purse, Sunday's book of debts."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: let money be short, but for those who may pay later; write down what they owe."""
        while True:
            week = yield self.world.calendar.hour("prices")
            self.trust()
            self.run_short(week)
            yield self.world.calendar.hour("bonds")
            if self.levers.credit:
                self.lend(week)

    def trust(self) -> None:
        """Choose who may pay later this week."""
        trusted = self.world.people.payday.trusted
        trusted[:] = False
        if self.levers.credit:
            trusted[self.world.record.select(self.levers.credit_to or Segment())] = True

    def since(self, week: int) -> Integers:
        """Give how many weeks ago those of each payday were paid, 0 to 3; shape (paydays,)."""
        return (week - np.arange(MONTH)) % MONTH

    def run_short(self, week: int) -> None:
        """Let those who are short of money, and have no credit, buy less."""
        people, me = self.world.people, self.world.people.payday
        who = places(me.short & ~me.trusted)
        left = 1 - self.these.dip * self.since(week) / (MONTH - 1)  # of usual buying, by payday
        people.shopping.lift[who] *= left.take(me.payday[who])

    def lend(self, week: int) -> None:
        """Note what waiting costs and what is never paid; those who were lent to feel trusted."""
        world, these, me, orders = self.world, self.these, self.world.people.payday, self.world.orders
        since = self.since(week).take(me.payday[orders.person])  # (orders,)
        place = places((me.short & me.trusted)[orders.person] & (since > 0))
        who, minute, paid = orders.person[place], orders.minute[place], orders.paid[place]
        weeks: Floats = (MONTH - since[place]).astype(float)
        self.note(Kind.FINANCED, minute, who, np.rint(paid * these.interest * weeks / WEEKS_A_YEAR))
        lost = world.luck.happens(these.unpaid_share, Purpose.UNPAID, who, week, orders.j[place])
        self.note(Kind.UNPAID, minute[lost], who[lost], paid[lost])
        world.people.bonds.raise_aim(Bond.SOCIAL, these.trusted_worth, places(me.short & me.trusted))

    def note(self, kind: Kind, minute: Integers, who: Integers, cents: npt.NDArray[np.generic]) -> None:
        """Write money into the log, where it is any."""
        amount = cents.astype(np.int64)
        rows = places(amount)
        self.world.log.write(kind, minute[rows], who[rows], value=amount[rows])
