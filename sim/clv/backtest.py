"""Backtest (回测): a forecast made from the first weeks, held against the weeks that came after."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from sim.clv.check import expect_whole
from sim.clv.history import first_weeks
from sim.data import Fault
from sim.run import Run


def later_orders(orders: pd.DataFrame | Run, after: int, weeks: int) -> pd.Series[int]:
    """Count the orders that the customers of the first weeks placed in the weeks after.

    Parameters
    ----------
    orders
        As `sim.clv.history` takes them.
    after
        The last week that the forecast knew; the customers are those of `history(orders, after)`.
    weeks
        How many weeks are counted.

    Returns
    -------
    Orders by customer, those of one customer and moment (in a table: of one day) counted once.

    Raises
    ------
    Fault
        If the orders do not reach so far.
    """
    until = int(expect_whole("after", after, 1)) + int(expect_whole("weeks", weeks, 1))
    known = first_weeks(orders, after).table["customer"].unique()
    whole = first_weeks(orders, until if isinstance(orders, Run) else None)
    if whole.weeks < until:
        raise Fault(f"weeks: the orders end with week {whole.weeks}; they do not reach week {until}.")
    table = whole.table[whole.table["day"].between(7 * after, 7 * until, inclusive="left")]
    counted = table.groupby("customer").size()
    return counted.reindex(known, fill_value=0).rename("orders").rename_axis("customer")


def by_frequency(
    frequency: pd.Series[int], expected: pd.Series[float], actual: pd.Series[int], most: int = 7
) -> pd.DataFrame:
    """Average what was expected of customers and what they did, by how often they had ordered before.

    Parameters
    ----------
    frequency, expected, actual
        By customer, on the same index.
    most
        From this frequency on, customers share a row.

    Returns
    -------
    Rows `0`, `1`, … `7+`; columns `customers`, `expected` and `actual` (orders a customer), and `low` and
    `high`, the 95 % interval of the actual mean (normal; missing for a single customer).

    Raises
    ------
    Fault
        If the three are not about the same customers.
    """
    if not (frequency.index.equals(expected.index) and frequency.index.equals(actual.index)):
        raise Fault("by_frequency: frequency, expected and actual are not about the same customers.")
    level = np.minimum(frequency.to_numpy(), most)
    table = pd.DataFrame({"expected": expected, "actual": actual}).groupby(level)
    count, mean = table.size(), table.mean()
    reach = norm.ppf(0.975) * table["actual"].std() / np.sqrt(count)
    interval = {"low": mean["actual"] - reach, "high": mean["actual"] + reach}
    rows = pd.DataFrame({"customers": count, **mean, **interval})
    rows.index = pd.Index([f"{row}+" if row == most else f"{row}" for row in count.index], name="frequency")
    return rows
