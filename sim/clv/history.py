"""History: what the models need to know of each customer, out of a list of orders.

Frequency (频率) counts the orders after the first. Recency (最近一次购买) is the time from the first order to
the last, age the time from the first order to the end: both in weeks, as the models count them. (In a CRM
system, recency is the time *since* the last order, which is age less this recency.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from sim.clock import MINUTES_A_DAY
from sim.clv.check import expect_numbers
from sim.data import Fault
from sim.datasets import order_days
from sim.events import Kind
from sim.run import Run

COLUMNS = ("customer", "day", "amount_cents")


class Orders(NamedTuple):
    """Orders of the first weeks, and when these weeks end."""

    table: pd.DataFrame  # a row a customer and moment, as `order_days` gives it
    weeks: int
    end: float  # days since the start


def history(orders: pd.DataFrame | Run, weeks: int | None = None) -> pd.DataFrame:
    """Summarise the orders of each customer in the first weeks.

    Parameters
    ----------
    orders
        A table with `customer`, `day` (since the start, 0 is the first) and `amount_cents`, as
        `sim.datasets.load_cdnow` gives it: orders of one day count once, and the time ends with the last
        day, as in the published studies (Fader & Hardie 2008, note 22). Or a run: its orders have their
        minute, and the money is what was paid after discounts.
    weeks
        How many weeks are looked at; all of them if left out.

    Returns
    -------
    A row a customer, with `frequency` (orders after the first), `recency` and `age` (weeks), and
    `mean_spend` (currency a repeat order; missing without one). Who has not ordered yet is no customer. A
    customer older than the market is taken to have come with the first order in it.

    Raises
    ------
    Fault
        If these are no orders, or the weeks are none.
    """
    table, _, end = first_weeks(orders, weeks)
    people = table.groupby("customer")
    first = people["first_day"].first()
    spend = table[table["repeat"]].groupby("customer")["amount_cents"].mean() / 100
    columns = {"frequency": people["repeat"].sum(), "recency": (people["day"].max() - first) / 7}
    return pd.DataFrame({**columns, "age": (end - first) / 7, "mean_spend": spend})


def first_weeks(orders: pd.DataFrame | Run, weeks: int | None) -> Orders:
    """Give the orders of the first weeks, those of one customer and moment merged.

    Raises
    ------
    Fault
        If these are no orders, or the weeks are none.
    """
    table = _of_run(orders) if isinstance(orders, Run) else _of_table(orders)
    last = orders.scenario.weeks if isinstance(orders, Run) else int(table["day"].max() // 7) + 1
    weeks = _expect_weeks(weeks, last if isinstance(orders, Run) else None) or last
    early = table[table["day"] < 7 * weeks]
    if early.empty:
        raise Fault(f"orders: there is none in the first {weeks} weeks.")
    end = 7.0 * weeks if isinstance(orders, Run) else 7.0 * weeks - 1  # whole days: to the last one
    return Orders(order_days(early), weeks, end)


def _expect_weeks(weeks: Any, last: int | None) -> int | None:
    most = f" to {last}" if last else ""
    whole = isinstance(weeks, int) and not isinstance(weeks, bool)
    if weeks is not None and not (whole and 1 <= weeks <= (last or weeks)):
        raise Fault(f"weeks: expects a whole number from 1{most}, was given {weeks!r}.")
    return weeks


def _of_table(orders: Any) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in getattr(orders, "columns", ())]
    if missing or orders.empty:
        raise Fault(
            f"orders: expects a run, or a table of orders with the columns {', '.join(COLUMNS)}; "
            + (f"there is no {', '.join(missing)}." if missing else "it is empty.")
        )
    expect_numbers(orders, ("day", "amount_cents"))
    if orders[list(COLUMNS)].isna().any(axis=None) or (orders["day"] < 0).any():
        raise Fault("orders: every order has a customer, a day from 0 and an amount; drop those without.")
    return orders


def _of_run(run: Run) -> pd.DataFrame:
    """Give orders and discounts as rows of one table; merging them leaves what was paid."""
    signs = {Kind.ORDER: 1, Kind.DISCOUNT: -1}
    rows = [(run.events.of(kind), sign) for kind, sign in signs.items()]
    parts = [
        pd.DataFrame({"customer": e.person, "day": e.minute / MINUTES_A_DAY, "amount_cents": sign * e.value})
        for e, sign in rows
    ]
    return pd.concat(parts, ignore_index=True)
