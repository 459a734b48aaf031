"""Voices: what each of five roles in a firm has on its desk, and nothing else (五种声音).

    run, role  ->  desk (a row a quarter, or ten statements of customers)

Sales sees orders, marketing messages, service complaints, customers speak for themselves, managers see the
books. None of these tables says why customers leave; each suggests a remedy of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sim.accounts import Cents
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import Events, Kind
from sim.fault import Fault
from sim.interview import interview
from sim.run import Run

QUARTER = 13  # weeks
ASKED = 10  # customers


def desk(run: Run, role: str) -> pd.DataFrame:
    """Open the one table that a role has.

    Parameters
    ----------
    run
        A run of a quarter at least.
    role
        One of "sales", "marketing", "service", "customers" and "managers".

    Returns
    -------
    A row for each whole quarter, by its first week; for customers, a row for each of ten who were asked at
    the end of the run.

    Raises
    ------
    Fault
        If there is no such role, or not a quarter.
    """
    if role not in DESKS:
        raise Fault(f'role: there is no "{role}". There are: {", ".join(DESKS)}.')
    if run.scenario.weeks < QUARTER:
        raise Fault(f"desk: a quarter has {QUARTER} weeks; the run has {run.scenario.weeks}.")
    return DESKS[role](run)


def _sales(run: Run) -> pd.DataFrame:
    """Orders, the money in them, and what an order is worth."""
    orders = run.events.of(Kind.ORDER)
    count, cents = _sums(run, orders), _sums(run, orders, orders.value)
    table = {
        "orders": count,
        "sales_currency": cents / 100,
        "average_order": cents / 100 / np.maximum(count, 1),
    }
    return _by_quarter(table)


def _marketing(run: Run) -> pd.DataFrame:
    """Messages, and what people did with them."""
    kinds = {"sent": Kind.SENT, "opened": Kind.OPENED, "clicked": Kind.CLICKED, "opt_outs": Kind.OPTED_OUT}
    table = {name: _sums(run, run.events.of(kind)) for name, kind in kinds.items()}
    return _by_quarter(table).assign(opened_of_100=lambda t: 100 * t["opened"] / t["sent"].clip(lower=1))


def _service(run: Run) -> pd.DataFrame:
    """Complaints, and how long they waited for a first answer, in open hours."""
    tickets, answered, solved = (run.events.of(kind) for kind in (Kind.TICKET, Kind.ANSWERED, Kind.RESOLVED))
    hours = _sums(run, answered, answered.value) / MINUTES_AN_HOUR
    counts = {
        "complaints": _sums(run, tickets),
        "answered": _sums(run, answered),
        "solved": _sums(run, solved),
    }
    mean = hours / np.where(counts["answered"] > 0, counts["answered"], np.nan)
    return _by_quarter({**counts, "mean_hours_to_answer": mean})


def _customers(run: Run) -> pd.DataFrame:
    """What ten customers say, chosen by lot."""
    return interview(run, ASKED, run.scenario.weeks).statements.to_frame()


def _managers(run: Run) -> pd.DataFrame:
    """The books: what came in, what went out, what is left."""
    books = run.accounts.by_week() / 100
    books = books[books.index < _quarters(run) * QUARTER].groupby(books.index // QUARTER * QUARTER).sum()
    spent = books[["messages", "wages", "advertising"]].sum(axis=1)
    table = books[["revenue", "goods", "fixed", "profit"]]
    return table.assign(selling_and_service=spent)[
        ["revenue", "goods", "selling_and_service", "fixed", "profit"]
    ]


DESKS: dict[str, Callable[[Run], pd.DataFrame]] = {
    "sales": _sales,
    "marketing": _marketing,
    "service": _service,
    "customers": _customers,
    "managers": _managers,
}


def _quarters(run: Run) -> int:
    return run.scenario.weeks // QUARTER


def _sums(run: Run, events: Events, values: Cents | None = None) -> np.ndarray:
    """Add up events by quarter: how many, or their values; shape (quarters,)."""
    quarter = events.minute // (QUARTER * MINUTES_A_WEEK)
    sums = np.bincount(quarter, values, minlength=_quarters(run) + 1)
    return sums[: _quarters(run)]


def _by_quarter(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    return table.set_index(table.index * QUARTER).rename_axis("from_week")
