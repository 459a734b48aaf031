"""The firm's record: what its CRM knows, and since when.

A record is not a person: it is opened at the first order that the firm sees, and whom it belongs to is a
hidden link. Every Monday at 00:00 it learns the events that have become known by then; what a plan sees
in that week is exactly this. The same code replays it after the run for any week that is asked for.

A firm may delete what it knows of those who have long been silent. Their record is closed and empty, and
they are strangers until they order again: then it opens anew and knows what has become known since.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Floats, Integers
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.delays import Delays
from sim.events import BILL, FIRM, HIDDEN, POINTS, Events, Kind, join
from sim.mask import Mask, places
from sim.purchases import UNKNOWN, Purchases
from sim.recommender import Evidence
from sim.segment import Segment
from sim.view import FEATURE, View, answer_of

KINDS = np.arange(
    HIDDEN + 1, dtype=np.uint8
)  # of the type of the log: NumPy searches slowly where types differ
ONE = np.int32(1)  # of the type of the columns that count: np.add.at is slow where types differ
EFFECTS = np.bincount([*BILL], [*BILL.values()], minlength=256).astype(np.int64)  # on a bill, by kind
Sales = tuple[Integers, ...]  # of what customers are billed: person, 1 for an order or 0, and cents
COLUMNS: dict[str, tuple[type, float]] = {  # type of each, and what stands in an empty record
    **dict.fromkeys(("first", "last", "contact", "basket", "ticket", "promoted"), (np.int32, UNKNOWN)),
    "term_end": (np.int32, UNKNOWN),
    **dict.fromkeys(("level", "tier", "need", "household"), (np.int8, UNKNOWN)),
    **dict.fromkeys(("cancelled", "community"), (np.bool_, False)),
    **dict.fromkeys(("points", "cents", "cents_52w"), (np.int64, 0)),
    **dict.fromkeys(("orders", "orders_52w", "opened", "clicked", "tickets"), (np.int32, 0)),
    **dict.fromkeys(("nps", "greenness"), (np.float32, np.nan)),
}


class Record:
    """Columns of shape (people,), of which the first `len(self)` rows have been opened."""

    person: Integers  # hidden: whom a record belongs to
    first: Integers  # minutes of the first and the last order, and of the last message
    last: Integers
    contact: Integers
    basket: Integers  # minute of the first click since an order
    ticket: Integers  # minute of the last complaint
    promoted: Integers  # minute of the last rise to a higher tier
    term_end: Integers  # minute at which the contract ends, if there is one
    level: Integers  # of the contract
    cancelled: Mask
    tier: Integers  # of members
    community: Mask
    points: Integers
    cents: Integers
    cents_52w: Integers
    orders: Integers
    orders_52w: Integers
    opened: Integers  # messages
    clicked: Integers
    tickets: Integers
    nps: npt.NDArray[np.float32]
    need: Integers  # place in `NEEDS`
    greenness: npt.NDArray[np.float32]
    household: Integers  # people at home

    def __init__(
        self, people: int, delays: Delays, purchases: Purchases | None = None, records: int | None = None
    ) -> None:
        self.size = people
        self.delays = delays
        self.monday = 0  # minute of the Monday up to which the record has learned
        self._open = 0
        self._late = join([])  # happened, but not known yet
        self._ends: list[int] = []  # where each kind begins among the events that are taken in
        self._year: list[Sales | Events] = []  # by week, to be forgotten in a year
        self._of_person = np.full(people + 1, UNKNOWN, np.int32)  # the last place is the firm's, person -1
        self._number = np.full(people, UNKNOWN, np.int32)  # the row that is a person's, open or closed
        records = records or people
        self._closed = np.zeros(records, bool)  # records that were deleted, or merged into another
        self.since = np.zeros(people + 1, np.int64)  # minute of the last deletion: what was known is gone
        self._delay = delays.minutes()
        self.person = np.zeros(records, np.int32)
        for name, (kind, blank) in COLUMNS.items():
            column: npt.NDArray[Any] = np.zeros(records, kind)  # what nobody writes to takes no memory
            if blank:
                column[:] = blank
            setattr(self, name, column)
        self.purchases = purchases or Purchases(records)

    def __len__(self) -> int:
        return self._open

    # -- learning -------------------------------------------------------------------------------

    def learn(self, page: Events) -> None:
        """Take in a week's events, as far as they are known by the Monday after it."""
        self.monday += MINUTES_A_WEEK
        whole = page
        page = join([self._late, page]) if len(self._late) else page
        known = page.minute + self._delay.take(page.kind) < self.monday
        strange = places(self._of_person.take(page.person) == UNKNOWN)  # events of strangers
        orders = strange[known[strange] & (page.kind[strange] == int(Kind.ORDER))]
        self._open_records(page.person[orders])
        # a stranger's complaint waits for their order
        known[strange] &= self._of_person[page.person[strange]] != UNKNOWN
        late = places(~known & (page.kind < HIDDEN) & (page.person != FIRM))
        self._late = page.where(late)
        seen = places(known & (page.kind < HIDDEN))
        by_kind = page.where(seen[page.kind[seen].argsort(kind="stable")])  # within a kind in order of time
        self._ends = by_kind.kind.searchsorted(KINDS).tolist()
        self._take_in(by_kind)
        self._turn_the_year(by_kind, None if len(late) or page is not whole else page)

    def _open_records(self, person: Integers) -> None:
        """Open a record for each of these people, in the order in which they first stand here."""
        who = np.array(list(dict.fromkeys(person.tolist())), np.int64)
        new = who[self._number[who] == UNKNOWN]
        self._number[new] = np.arange(self._open, self._open + len(new))
        self.person[self._number[new]] = new
        self._open += len(new)
        self._of_person[who] = self._number[who]
        self._closed[self._number[who]] = False

    def _take_in(self, page: Events) -> None:
        """Add a page by kind to the columns; where a column keeps the last value, the latest event wins."""
        orders, row = self._find(page, Kind.ORDER)
        fresh = places(self.first[row] == UNKNOWN)[::-1]  # backwards: the first order stays
        self.first[row[fresh]] = page.minute[orders][fresh]
        self.last[row] = page.minute[orders]
        sent, row = self._find(page, Kind.SENT)
        self.contact[row] = page.minute[sent]
        answers, row = self._find(page, Kind.NPS)
        self.nps[row] = page.value[answers]
        said, row = self._find(page, Kind.DECLARED)
        about, answer = page.channel[said], page.value[said]
        self.need[row[about == 0]] = answer[about == 0]
        self.greenness[row[about == 1]] = answer[about == 1]
        self.household[row[about == 2]] = answer[about == 2]
        counted = {Kind.OPENED: self.opened, Kind.CLICKED: self.clicked, Kind.TICKET: self.tickets}
        for kind, column in counted.items():
            np.add.at(column, self._find(page, kind)[1], ONE)
        tickets, row = self._find(page, Kind.TICKET)
        self.ticket[row] = page.minute[tickets]
        clicks, row = self._find(page, Kind.CLICKED)
        minute, last = page.minute[clicks], self.last[row]
        fresh = places((self.basket[row] <= last) & (minute > last))[::-1]
        self.basket[row[fresh]] = minute[fresh]  # backwards: the first click stays
        self._take_in_programme(page)
        if len(self.purchases.bought):
            place, row = self._find(page, Kind.BASKET)
            self.purchases.learn(row, page.minute[place], page.ref[place])

    def _take_in_programme(self, page: Events) -> None:
        """Add what programmes and contracts bring: points, tiers, groups, levels, ends of terms."""
        for kind, sign in POINTS.items():
            place, row = self._find(page, kind)
            np.add.at(self.points, row, sign * page.value[place])
        self.tier[self._find(page, Kind.ENROLLED)[1]] = 0
        moved, row = self._find(page, Kind.TIER)
        risen = page.value[moved] > self.tier[row]
        self.promoted[row[risen]] = page.minute[moved][risen]
        self.tier[row] = page.value[moved]
        self.community[self._find(page, Kind.ENTERED)[1]] = True
        self.community[self._find(page, Kind.QUIT)[1]] = False  # for good
        signed, row = self._find(page, Kind.SIGNED)
        self.term_end[row], self.level[row] = page.ref[signed], page.value[signed]
        ended = self._find(page, Kind.CANCELLED)[1]
        self.term_end[ended], self.level[ended] = UNKNOWN, UNKNOWN
        self.cancelled[row], self.cancelled[ended] = False, True

    def _find(self, page: Events, which: Kind) -> tuple[slice, Integers]:
        """Find where events stand in a page by kind, and in whose rows of the record they belong."""
        part = slice(*self._ends[which : which + 2])
        return part, self._of_person.take(page.person[part])

    def _turn_the_year(self, page: Events, logged: Events | None) -> None:
        """Add up this week's sales, and let those of 52 weeks ago out of the yearly columns.

        A year of sales fills the memory, unless it is the log's own pages, which are there anyway:
        `logged`, where the log knew the same as the record.
        """
        sales = _sales(page)
        self._year.append(sales if logged is None else logged)
        ever, lately = (self.orders, self.cents), (self.orders_52w, self.cents_52w)
        self._add_up(sales, ONE, ever, lately)
        if len(self._year) > WEEKS_A_YEAR:
            past = self._year.pop(0)
            past = _sales(past) if isinstance(past, Events) else past
            learned = self.monday - WEEKS_A_YEAR * MINUTES_A_WEEK
            there = places(self.since[past[0]] < learned)  # what was deleted cannot be taken off
            self._add_up(tuple(column[there] for column in past), -ONE, lately)

    def _add_up(self, sales: Sales, sign: np.int32, *columns: tuple[Integers, Integers]) -> None:
        """Add sales to columns of orders and cents, or take them off."""
        person, ordered, paid = sales
        row, ordered, paid = self._of_person[person], sign * ordered, sign * paid
        for count, cents in columns:
            np.add.at(count, row, ordered)
            np.add.at(cents, row, paid)

    # -- forgetting -----------------------------------------------------------------------------

    def forget_silent(self, weeks: int | None) -> Integers:
        """Delete what is known of people without an order for so many weeks, and name them; None: nobody."""
        if weeks is None:
            return np.zeros(0, np.int64)
        silent = self.silent_since(self.monday - weeks * MINUTES_A_WEEK)
        self.forget(silent)
        return silent

    def forget(self, who: Integers) -> None:
        """Delete the records of people who have one; it closes, and opens anew at an order known later."""
        row = self._number[who]
        self._of_person[who] = UNKNOWN
        self._closed[row] = True
        self.since[who] = self.monday
        for name, (_, blank) in COLUMNS.items():
            getattr(self, name)[row] = blank
        self.purchases.forget(row)

    # -- asking ---------------------------------------------------------------------------------

    @property
    def rows(self) -> slice | Integers:
        """The places of the records that a firm sees."""
        closed = self._closed[: len(self)]
        return places(~closed) if closed.any() else slice(len(self))

    def owners(self) -> Integers:
        """Whom each record belongs to, closed ones too: no firm knows."""
        return self.person[: len(self)]

    def forgotten(self) -> Integers:
        """Find the people whose data are deleted and who have not ordered since."""
        return places((self.since[:-1] > 0) & (self._of_person[:-1] == UNKNOWN))

    def holds(self, events: Events) -> Mask:
        """Tell which events of a run the firm has on file by now; what concerns no customer, it has."""
        due = events.minute + self._delay.take(events.kind)
        on_record = np.zeros(self.size + 1, bool)
        on_record[[*self.owners()[self.rows], FIRM]] = True
        return on_record[events.person] & (due < self.monday) & (due >= self.since[events.person])

    def boxes(self, rule: Segment | Callable[[Any], Any], about: str | None = None) -> Integers:
        """Find the letter boxes of records that fit; they are people where nobody has two (`sim.split`).

        `about` is the staple whose predicted run-out the rule may ask for; the soonest of all if None.
        """
        view = View(self, about)
        fits = rule.chosen(view) if isinstance(rule, Segment) else answer_of(rule, view)
        return self.person[self.rows][places(fits)].astype(np.int64)

    def box_at(self, person: Integers, minute: Integers) -> Integers:
        """Give the box under which people act at a minute: their own where nobody has two."""
        return person

    def second(self, events: Events) -> Mask:
        """Tell which of all events learned stand in a person's second record: here none."""
        return np.zeros(len(events), bool)

    def apart(self) -> Integers:
        """Find the people who stand in two records: here nobody does."""
        return np.zeros(0, np.int64)

    def select(self, rule: Segment | Callable[[Any], Any]) -> Integers:
        """Find the people whose records fit a segment, or a function of the record; in order of record."""
        return self.boxes(rule)

    def bought_since(self, minute: int) -> Integers:
        """Find the people with an order on record since a minute, whose contract, if any, still runs."""
        rows = self.rows
        seen = (self.last[rows] >= minute) & ~self.cancelled[rows]
        return np.sort(self.person[rows][seen]).astype(np.int64)

    def silent_since(self, minute: int) -> Integers:
        """Find the people on record without an order since a minute, under any of their accounts.

        Whom the firm owes something, under a contract or for points, is not silent.
        """
        rows = self.rows
        owners = self.owners()[rows]
        heard = (self.last[rows] >= minute) | (self.level[rows] != UNKNOWN) | (self.points[rows] > 0)
        return np.setdiff1d(owners, owners[heard]).astype(np.int64)

    def came_since(self, minute: int, who: Integers) -> Mask:
        """Tell which of these people have an order on record since a minute."""
        return self.last[self._of_person[who]] >= minute

    def spend_of(self, who: Integers) -> npt.NDArray[np.int64]:
        """Give what these people spent in the last 52 weeks, in cents."""
        row = self._of_person[who]
        return np.where(row == UNKNOWN, 0, self.cents_52w[row])

    def evidence(self, basket: Mask, who: Integers) -> Evidence:
        """Give what the firm knows when these people stand at the till with these baskets."""
        row, known = self._of_person[who], self.purchases
        orders = np.where(row == UNKNOWN, 0, self.orders[row])
        runout = known.runouts_of(row, self.monday)
        together = known.together.copy()  # what a function does to it reaches nobody
        return Evidence(basket.copy(), known.counts(row), orders, runout, together, known.baskets)

    def feature(self, name: str, who: Integers) -> Floats:
        """Give a feature of the record for people who are on it."""
        return FEATURE[name](self)[self._of_person[who]]

    def frame(self) -> pd.DataFrame:
        """Give the record as a table, a row a record, with the columns that segments know."""
        view = View(self)
        index = pd.RangeIndex(len(self), name="record")[self.rows]
        return pd.DataFrame({name: getattr(view, name) for name in self.delays.shown}, index)


def _sales(page: Events) -> Sales:
    """Find the sales among events."""
    effect = EFFECTS.take(page.kind)
    sold = places(effect)
    ordered = (page.kind[sold] == int(Kind.ORDER)).astype(np.int8)
    return page.person[sold], ordered, effect[sold] * page.value[sold]
