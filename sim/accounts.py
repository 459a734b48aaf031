"""Money: every cent of a run, by week and by person, worked out from its events.

Each person's contribution is what they paid less goods, messages and what else was spent on them. What
belongs to nobody (wages, advertising, fixed cost) stands in its own row. Together they are the firm's
profit, exactly. Points of a loyalty programme are a debt: they lower profit when they are earned, and the
debt is lifted when they are redeemed or expire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, POINTS, Events, Kind

if TYPE_CHECKING:
    from sim.scenario import Scenario

Cents = npt.NDArray[np.int64]
REVENUE = ("sales", "surcharges", "charges", "discounts", "redeemed", "returns", "sponsored")
OWN = (  # a customer's
    *(
        "goods",
        "quality",
        "checks",
        "fulfilment",
        "messages",
        "compensation",
        "care",
        "perks",
        "referrals",
        "points",
        "credit",
    ),
    *("unpaid", "gifts", "participation", "restocked"),
    *("machines", "attention", "prevention", "claims"),
)
COMMON = (  # of the firm as a whole
    *("wages", "staff", "advertising", "tools", "community", "livestream"),
    *("stewardship", "offer", "stock"),
    *("crisis", "gaps"),
    "fixed",
)
LINES = (*REVENUE, *OWN, *COMMON)
COSTS = {  # what an event of a kind costs, and on which line it stands
    Kind.DISCOUNT: "discounts",
    Kind.REDEEMED: "redeemed",
    Kind.SENT: "messages",
    Kind.COMPENSATED: "compensation",
    Kind.CARED: "care",
    Kind.PERK: "perks",
    Kind.REWARDED: "referrals",
    Kind.WAGES: "wages",
    Kind.ADVERTISED: "advertising",
    Kind.PROMOTED: "advertising",
    Kind.TOOLS: "tools",
    Kind.CRISIS_ANSWERED: "crisis",
    Kind.REMEDIED: "gaps",
    Kind.PROVIDED: "offer",
    Kind.STEWARDED: "stewardship",
    Kind.MET: "machines",
    Kind.ATTENDED: "attention",
    Kind.FORESTALLED: "prevention",
    Kind.CLAIMED: "claims",
    Kind.STAFFED: "staff",
    Kind.STOCKED: "stock",
    Kind.HOSTED: "community",
    Kind.GIFTED: "gifts",
    Kind.TOOK_PART: "participation",
    Kind.FINANCED: "credit",
    Kind.UNPAID: "unpaid",
    Kind.REFUNDED: "returns",
    Kind.NIGHT: "livestream",
    Kind.FULFILLED: "fulfilment",
}
UNALLOCATED = FIRM  # the row of money that belongs to no customer


@dataclass(frozen=True)
class Accounts:
    """Entries in cents, positive what comes in; arrays of shape (entries,)."""

    week: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]  # place in `LINES`
    cents: Cents
    weeks: int
    people: int

    @classmethod
    def of(cls, events: Events, scenario: Scenario) -> Accounts:
        """Book the events of a run."""
        orders = events.of(Kind.ORDER)
        week = orders.minute // MINUTES_A_WEEK
        price = _by_week(events.of(Kind.PRICED), scenario.weeks, 1_000_000)[week] / 1e6  # beside the usual
        quality, checks = (
            _by_week(events.of(kind), scenario.weeks, 0)[week] for kind in (Kind.IMPROVED, Kind.CHECKED)
        )
        goods = np.rint(orders.value / price * (1 - scenario.margin)).astype(np.int64)
        entries = [
            _book("sales", orders, orders.value),
            _book("surcharges", extra := events.of(Kind.SURCHARGED), extra.value),
            _book("sponsored", seen := events.of(Kind.SPONSORED), seen.value),
            _book("charges", work := events.of(Kind.CHARGED), work.value),
            _book("goods", events.of(Kind.BASKET)) if scenario.basket else _book("goods", orders, -goods),
            _book("quality", orders, -quality),
            _book("checks", orders, -checks),
            _book("restocked", whole := events.of(Kind.RESTOCKED), whole.value),
            *(_book(line, events.of(kind)) for kind, line in COSTS.items()),
            *(_book("points", held := events.of(kind), -sign * held.value) for kind, sign in POINTS.items()),
            _fixed(scenario),
        ]
        weeks, person, line, cents = (np.concatenate(parts) for parts in zip(*entries, strict=True))
        return cls(weeks, person, line, cents, scenario.weeks, scenario.people)

    def by_week(self) -> pd.DataFrame:
        """Give the weekly profit and loss in cents, a row a week, a column a line and their sums."""
        return _with_sums(self._table(self.week, self.weeks).rename_axis("week"))

    def by_person(self) -> pd.DataFrame:
        """Give the same by person; the last row, -1, is what belongs to nobody."""
        table = self._table(np.where(self.person == UNALLOCATED, self.people, self.person), self.people + 1)
        table.index = pd.Index([*range(self.people), UNALLOCATED], name="person")
        return _with_sums(table)

    def total(self) -> pd.Series[int]:
        """Give the profit and loss of the whole run in cents."""
        return self.by_week().sum()

    def liability(self) -> Cents:
        """Give the debt of points at the end of each week in cents, shape (weeks,)."""
        points = self.line == LINES.index("points")
        return -np.cumsum(_sum(self.week[points], self.cents[points], self.weeks))

    def contribution(self, first_week: int = 0) -> Cents:
        """Give each person's contribution in cents from a week on, shape (people,)."""
        theirs = (self.person != UNALLOCATED) & (self.week >= first_week)
        return _sum(self.person[theirs], self.cents[theirs], self.people)

    def _table(self, row: npt.NDArray[np.int64], rows: int) -> pd.DataFrame:
        cells = _sum(row * len(LINES) + self.line, self.cents, rows * len(LINES))
        return pd.DataFrame(cells.reshape(rows, len(LINES)), columns=list(LINES))


def _book(line: str, events: Events, cents: Cents | None = None) -> tuple[Cents, ...]:
    """Book events on a line; what they carry as value is a cost unless said otherwise."""
    amount = -events.value if cents is None else cents
    week = events.minute.astype(np.int64) // MINUTES_A_WEEK
    return week, events.person.astype(np.int64), np.full(len(events), LINES.index(line)), amount


def _by_week(events: Events, weeks: int, otherwise: int) -> Cents:
    """Spread a decision of the firm over the weeks for which it was noted, shape (weeks,)."""
    values = np.full(weeks, otherwise, np.int64)
    values[events.minute // MINUTES_A_WEEK] = events.value
    return values


def _fixed(scenario: Scenario) -> tuple[Cents, ...]:
    week = np.arange(scenario.weeks)
    cost = np.full(scenario.weeks, -round(scenario.fixed_cost * 100))
    return week, np.full_like(week, UNALLOCATED), np.full_like(week, LINES.index("fixed")), cost


def _sum(place: npt.NDArray[np.int64], cents: Cents, length: int) -> Cents:
    """Sum cents by place. Sums in floats are exact here: no total comes near 2**53 cents."""
    return np.bincount(place, weights=cents, minlength=length).astype(np.int64)


def _with_sums(table: pd.DataFrame) -> pd.DataFrame:
    table["revenue"] = table[list(REVENUE)].sum(axis=1)
    table["contribution"] = table["revenue"] + table[list(OWN)].sum(axis=1)
    table["profit"] = table["contribution"] + table[list(COMMON)].sum(axis=1)
    return table
