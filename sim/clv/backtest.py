"""Backtest (回测): a forecast made from the first weeks, held against the weeks that came after."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import norm

from sim.clv.check import expect_whole
from sim.clv.history import first_weeks
from sim.data import Fault
from sim.run import Run

BORDERS = (0.2, 0.4, 0.6, 0.8)  # between groups of customers by probability


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
    return _later(orders, after, weeks)["orders"]


def later_spend(orders: pd.DataFrame | Run, after: int, weeks: int) -> pd.Series[float]:
    """Add up what the customers of the first weeks spent in the weeks after: realised value (已实现价值).

    Parameters
    ----------
    orders, after, weeks
        As `later_orders` takes them.

    Returns
    -------
    Currency by customer; of a run, what was paid after discounts.

    Raises
    ------
    Fault
        If the orders do not reach so far.
    """
    return _later(orders, after, weeks)["spend"]


def _later(orders: pd.DataFrame | Run, after: int, weeks: int) -> pd.DataFrame:
    """Give `orders` and `spend` in the weeks after, a row a customer of the first weeks."""
    until = int(expect_whole("after", after, 1)) + int(expect_whole("weeks", weeks, 1))
    known = first_weeks(orders, after).table["customer"].unique()
    whole = first_weeks(orders, until if isinstance(orders, Run) else None)
    if whole.weeks < until:
        raise Fault(f"weeks: the orders end with week {whole.weeks}; they do not reach week {until}.")
    table = whole.table[whole.table["day"].between(7 * after, 7 * until, inclusive="left")]
    cents = table.groupby("customer")["amount_cents"].agg(["size", "sum"])
    counted = cents.reindex(known, fill_value=0).rename_axis("customer")
    return pd.DataFrame({"orders": counted["size"], "spend": counted["sum"] / 100})


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


def by_probability(
    probability: pd.Series[float],
    outcomes: Mapping[str, pd.Series[bool]],
    borders: tuple[float, ...] = BORDERS,
) -> pd.DataFrame:
    """Hold a probability against what came (calibration, 校准), for groups of customers with like ones.

    Parameters
    ----------
    probability
        By customer, such as `BgNbd.p_alive` gives it.
    outcomes
        What came, true or false by customer on the same index, each under the name of its column.
    borders
        Between groups. A border belongs to the group below it; a probability of exactly 1, which BG/NBD gives
        whoever has not ordered again, is a group of its own.

    Returns
    -------
    A row for each group that has customers: `customers`, `expected` (mean probability) and, for each
    outcome, the share of customers for whom it came.

    Raises
    ------
    Fault
        If the columns are not about the same customers, or these are no probabilities.
    """
    values = probability.to_numpy(float)
    if not ((values >= 0) & (values <= 1)).all():
        raise Fault("by_probability: expects probabilities, numbers from 0 to 1.")
    if not all(probability.index.equals(came.index) for came in outcomes.values()):
        raise Fault("by_probability: probability and outcomes are not about the same customers.")
    ends = [0.0, *borders, 1.0]
    names = [f"{100 * low:.0f}–{100 * high:.0f} %" for low, high in pairwise(ends)]
    place = np.where(values == 1, len(names), np.searchsorted(borders, values))
    names.append("100 %")
    group = pd.CategoricalIndex(np.array(names)[place], names)
    table = pd.DataFrame({"expected": probability, **outcomes}).groupby(group, observed=True)
    rows = table.mean()
    rows.insert(0, "customers", table.size())
    return rows.rename_axis(str(probability.name or "probability"))
