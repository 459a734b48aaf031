"""Lifelines: a figure of single customers, each order a dot in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import style
from sim.data import Fault
from sim.style import Picture, styled

MOST = 12  # customers in a figure
COLUMNS = ("customer", "day")


@styled
def lifelines(orders: pd.DataFrame, customers: Sequence[Any], until: int, later: bool = False) -> Picture:
    """Show when single customers ordered, up to a week; what came after it only if asked.

    Parameters
    ----------
    orders
        Columns `customer` and `day` (from any start), as `sim.datasets.load_cdnow` gives them.
    customers
        Whom to show, from top to bottom.
    until
        The week at which one looks back.
    later
        Show the weeks after it, too.
    """
    style.expect(orders, pd.DataFrame, "lifelines", "a table of orders")
    missing = [name for name in COLUMNS if name not in orders]
    if missing:
        raise Fault(f"lifelines: there is no column {', '.join(missing)} in the table of orders.")
    unknown = [customer for customer in customers if customer not in set(orders["customer"])]
    if unknown or not 0 < len(customers) <= MOST:
        raise Fault(
            f"lifelines: expects 1 to {MOST} customers with an order; without one: {unknown or 'none'}."
        )
    figure = Picture("Dots in time", "Who is still there?", height=0.5 * len(customers) + 1.9)
    axes = figure.subplots()
    axes.grid(visible=True, axis="y")
    last = max(until, int(orders["day"].max() // 7) + 1) if later else until
    axes.set(xlabel="week", xlim=(-1, 1.2 * last), ylim=(len(customers) - 0.5, -0.5))
    counts = []
    for row, customer in enumerate(customers):
        week = np.unique(orders.loc[orders["customer"] == customer, "day"]) / 7
        known, new = week[week < until], week[(week >= until) & (week < last)]
        axes.plot(known, np.full(len(known), row), "o", color=style.BLUE, alpha=0.7)
        axes.plot(new, np.full(len(new), row), "o", color=style.VERMILION, alpha=0.7)
        label = f"{len(new)} more" if later else "?"
        axes.text(1.03 * last, row, label, va="center", color=style.VERMILION)
        counts.append(f"{customer}: {len(new)}")
    axes.axvline(until, color=style.GREY, linewidth=1, linestyle="--")
    axes.set_yticks(range(len(customers)), [f"customer {customer}" for customer in customers])
    came = f"Orders after week {until}, by customer: {', '.join(counts)}."
    ahead = f"Each dot is an order. The firm looks back from week {until}, and does not know what comes."
    figure.read(came if later else ahead)
    return figure
