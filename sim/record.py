"""The firm's record: what its CRM knows, and since when.

A record is not a person: it is opened at the first order that the firm sees, and whom it belongs to is a
hidden link. Every Monday at 00:00 it learns the events that have become known by then; what a plan sees
in that week is exactly this. The same code replays it after the run for any week that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR, WEEKS_A_YEAR
from sim.data import Data, Fault
from sim.events import BILL, HIDDEN, Events, Kind, join
from sim.parameter import SCENARIO, parameter
from sim.segment import HIDDEN_TRAITS, Mask, Segment, cannot_see, not_there

Integers = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
FEATURES = tuple(Segment.model_fields)
POINTS = {Kind.EARNED: 1, Kind.REDEEMED: -1, Kind.EXPIRED: -1}  # what they do to points held
SEEN = {
    *BILL,
    *POINTS,
    *(Kind.SENT, Kind.OPENED, Kind.CLICKED, Kind.TICKET, Kind.NPS),
    *(Kind.ENROLLED, Kind.TIER, Kind.SIGNED, Kind.CANCELLED),
}
UNKNOWN = -1
NO_MEMBER = -1  # in the column of tiers
EXPECTED = (
    "campaign.to: the function must answer true or false for each record, "
    "for example lambda r: r.recency_weeks > 8"
)


class Delays(Data):
    """How long it takes until an event is known."""

    order_hours: float = parameter("an order is on record after", "hours", SCENARIO, 0.0, ge=0, le=168)
    answer_hours: float = parameter(
        "a survey answer is on record after", "hours", SCENARIO, 0.0, ge=0, le=168
    )

    def minutes(self, kind: npt.NDArray[np.uint8]) -> Integers:
        """Give the delay of each event."""
        delay = np.zeros(256, np.int64)
        delay[list(BILL)] = round(self.order_hours * MINUTES_AN_HOUR)
        delay[[Kind.NPS, Kind.CSAT]] = round(self.answer_hours * MINUTES_AN_HOUR)
        return delay[kind]


class Record:
    """Columns of shape (people,), of which the first `len(self)` rows are open records."""

    def __init__(self, people: int, delays: Delays) -> None:
        self.delays = delays
        self.monday = 0  # minute of the Monday up to which the record has learned
        self._open = 0
        self._late = join([])  # happened, but not known yet
        self._year: list[tuple[Integers, Integers, int]] = []  # by week, to be forgotten in a year
        self._of_person = np.full(people, UNKNOWN, np.int32)
        self.person = np.zeros(people, np.int32)  # hidden: whom a record belongs to
        self.first, self.last, self.contact = (np.full(people, UNKNOWN, np.int32) for _ in range(3))
        self.term_end = np.full(people, UNKNOWN, np.int32)  # of the contract, if there is one
        self.tier = np.full(people, NO_MEMBER, np.int8)
        self.points = np.zeros(people, np.int64)
        counts = (np.zeros(people, np.int64) for _ in range(7))  # 64 bits: np.add.at is slow on fewer
        self.orders, self.orders_52w, self.cents, self.cents_52w, self.opened, self.clicked, self.tickets = (
            counts
        )
        self.nps = np.full(people, np.nan, np.float32)

    def __len__(self) -> int:
        return self._open

    # -- learning -------------------------------------------------------------------------------

    def learn(self, page: Events) -> None:
        """Take in a week's events, as far as they are known by the Monday after it."""
        self.monday += MINUTES_A_WEEK
        page = join([self._late, page]) if len(self._late) else page
        page = page.where((page.kind < HIDDEN) & (page.person >= 0))
        known = page.minute + self.delays.minutes(page.kind) < self.monday
        self._open_records(page.person[known & (page.kind == int(Kind.ORDER))])
        known &= self._of_person[page.person] != UNKNOWN  # a stranger's complaint waits for their order
        self._late = page.where(~known)
        self._take_in(page if known.all() else page.where(known))

    def _open_records(self, person: Integers) -> None:
        """Open a record for everybody whose first known order this is, in order of arrival."""
        fresh = person[self._of_person[person] == UNKNOWN]
        who, place = np.unique(fresh, return_index=True)
        who = who[np.argsort(place)]
        number = np.arange(self._open, self._open + len(who))
        self._of_person[who] = number
        self.person[number] = who
        self._open += len(who)

    def _take_in(self, page: Events) -> None:
        """Add a page to the columns; where a column keeps the last value, the latest event wins."""
        row = self._of_person[page.person]
        of = {kind: np.flatnonzero(page.kind == int(kind)) for kind in SEEN}
        orders = of[Kind.ORDER]
        fresh = orders[self.first[row[orders]] == UNKNOWN][::-1]  # backwards: the first order stays
        self.first[row[fresh]] = page.minute[fresh]
        self.last[row[orders]] = page.minute[orders]
        self.contact[row[of[Kind.SENT]]] = page.minute[of[Kind.SENT]]
        self.nps[row[of[Kind.NPS]]] = page.value[of[Kind.NPS]]
        np.add.at(self.opened, row[of[Kind.OPENED]], 1)
        np.add.at(self.clicked, row[of[Kind.CLICKED]], 1)
        np.add.at(self.tickets, row[of[Kind.TICKET]], 1)
        np.add.at(self.orders, row[orders], 1)
        money = np.concatenate([of[kind] for kind in BILL])
        bill = np.concatenate([sign * page.value[of[kind]] for kind, sign in BILL.items()])
        np.add.at(self.cents, row[money], bill)
        self._turn_the_year(row[money], bill, len(orders))
        for kind, sign in POINTS.items():
            np.add.at(self.points, row[of[kind]], sign * page.value[of[kind]])
        self.tier[row[of[Kind.ENROLLED]]] = 0
        self.tier[row[of[Kind.TIER]]] = page.value[of[Kind.TIER]]
        self.term_end[row[of[Kind.SIGNED]]] = page.ref[of[Kind.SIGNED]]
        self.term_end[row[of[Kind.CANCELLED]]] = UNKNOWN

    def _turn_the_year(self, rows: Integers, bill: Integers, orders: int) -> None:
        """Let this week into the yearly columns, and the week 52 weeks ago out of them.

        The first `orders` of these rows are orders, the others what was taken off them.
        """
        self._year.append((rows.astype(np.int32), bill, orders))  # a year of them is what fills the memory
        np.add.at(self.orders_52w, rows[:orders], 1)
        np.add.at(self.cents_52w, rows, bill)
        if len(self._year) > WEEKS_A_YEAR:
            past, bill, orders = self._year.pop(0)
            rows = past.astype(np.int64)  # np.add.at is slow on 32 bits
            np.subtract.at(self.orders_52w, rows[:orders], 1)
            np.subtract.at(self.cents_52w, rows, bill)

    # -- asking ---------------------------------------------------------------------------------

    def select(self, rule: Segment | Callable[[Any], Any]) -> Integers:
        """Find the people whose records fit a segment, or a function of the record; in order of record."""
        view = View(self)
        if isinstance(rule, Segment):
            return self.person[: len(self)][rule.chosen(view)].astype(np.int64)
        return self.person[: len(self)][_answer(rule, view)].astype(np.int64)

    def bought_since(self, minute: int) -> Integers:
        """Find the people with an order on record since a minute."""
        return np.sort(self.person[: len(self)][self.last[: len(self)] >= minute]).astype(np.int64)

    def came_since(self, minute: int, who: Integers) -> Mask:
        """Tell which of these people have an order on record since a minute."""
        return self.last[self._of_person[who]] >= minute

    def spend_of(self, who: Integers) -> npt.NDArray[np.int64]:
        """Give what these people spent in the last 52 weeks, in cents."""
        row = self._of_person[who]
        return np.where(row == UNKNOWN, 0, self.cents_52w[row])

    def frame(self) -> pd.DataFrame:
        """Give the record as a table, a row a record, with the columns that segments know."""
        view = View(self)
        table = pd.DataFrame({name: getattr(view, name) for name in FEATURES})
        return table.rename_axis("record")


class View:
    """What the firm sees of its records: the features of `Segment`, each an array of shape (records,)."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __len__(self) -> int:
        return len(self._record)

    def __getattr__(self, name: str) -> Floats:
        if name in FEATURES:
            return FEATURE[name](self._record)[: len(self._record)]
        if name.startswith("__"):
            raise AttributeError(name)
        raise Fault(cannot_see(name) if name in HIDDEN_TRAITS else not_there(name))


def _weeks_since(record: Record, minute: Integers) -> Floats:
    return np.where(minute == UNKNOWN, np.nan, (record.monday - minute) / MINUTES_A_WEEK)


FEATURE: dict[str, Callable[[Record], Floats]] = {
    "recency_weeks": lambda r: _weeks_since(r, r.last),
    "tenure_weeks": lambda r: _weeks_since(r, r.first),
    "orders": lambda r: r.orders.astype(float),
    "orders_52w": lambda r: r.orders_52w.astype(float),
    "spend": lambda r: r.cents / 100,
    "spend_52w": lambda r: r.cents_52w / 100,
    "contact_weeks": lambda r: _weeks_since(r, r.contact),
    "opened": lambda r: r.opened.astype(float),
    "clicked": lambda r: r.clicked.astype(float),
    "tickets": lambda r: r.tickets.astype(float),
    "nps": lambda r: r.nps.astype(float),
    "tier": lambda r: np.where(r.tier == NO_MEMBER, np.nan, r.tier),
    "points": lambda r: r.points / 100,
    "contract_weeks": lambda r: -_weeks_since(r, r.term_end),
}


def _answer(rule: Callable[[Any], Any], view: View) -> Mask:
    """Ask a function about the records, or say what is wrong with its answer."""
    try:
        mask = np.asarray(rule(view))
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault(
            f"{EXPECTED}; join conditions by & and |, each in brackets. It failed: {error}"
        ) from error
    if not mask.size and not len(view):
        return np.zeros(0, bool)
    if mask.dtype != bool or mask.shape != (len(view),):
        raise Fault(f"{EXPECTED}; it gave {mask.dtype} of shape {mask.shape}.")
    return mask
