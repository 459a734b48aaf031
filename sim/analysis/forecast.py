"""Forecasts: figures of what a model expected of customers, beside what they did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim import style
from sim.data import Fault
from sim.style import Picture, number, people, signed, styled

COLUMNS = ("customers", "expected", "actual", "low", "high")
BESIDE = 0.12  # how far a mark stands from the middle of its group, or one would hide the other


@styled
def forecast(table: pd.DataFrame, known: str = "before", later: str = "afterwards") -> Picture:
    """Show the orders expected of customers and those they placed, by how often they had ordered before.

    Parameters
    ----------
    table
        As `sim.clv.by_frequency` gives it: a row for each frequency.
    known, later
        When the model looked, and when it was judged, for the labels: "in weeks 1–39", "in weeks 40–78".
    """
    style.expect(table, pd.DataFrame, "forecast", "a table, as clv.by_frequency(…) gives it")
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise Fault(
            f"forecast: there is no column {', '.join(missing)} in the table; clv.by_frequency makes one."
        )
    figure = Picture("Dot plot", "Orders expected and orders placed")
    axes = figure.subplots()
    axes.set(xlabel=f"repeat orders {known} (below: customers)", ylabel=f"orders a customer {later}")
    axes.yaxis.set_major_formatter(style.numbers)
    if table.empty:
        style.note(axes, "There are no customers to compare.")
        figure.read("There is nothing to compare.")
        return figure
    _marks(axes, table)
    names = zip(table.index, table["customers"], strict=True)
    axes.set_xticks(
        np.arange(len(table)), [f"{frequency}\n({customers:,})" for frequency, customers in names]
    )
    axes.set_ylim(0, 1.1 * np.nanmax(table[["expected", "actual", "high"]].to_numpy(float), initial=1))
    axes.margins(x=0.06)
    axes.legend(loc="upper left")
    figure.read(_verdict(table, later))
    return figure


def _marks(axes: Axes, table: pd.DataFrame) -> None:
    """Draw for each group what was expected and, beside it, what came with its interval."""
    actual: dict[str, Any] = {"color": style.INK, "markersize": 8}
    expected: dict[str, Any] = {"color": style.BLUE, "markersize": 8, "markerfacecolor": "white"}
    right, left = np.arange(len(table)) + BESIDE, np.arange(len(table)) - BESIDE
    axes.vlines(right, table["low"].clip(0), table["high"], color=style.GREY, linewidth=1.5)
    axes.plot(right, table["actual"], "o", label="placed, with the 95 % interval of the mean", **actual)
    axes.plot(left, table["expected"], "D", label="expected", markeredgewidth=2, **expected)


def _verdict(table: pd.DataFrame, later: str) -> str:
    """Say what was expected of all together and what came, and for how many rows the two agree."""
    customers = table["customers"]
    expected, actual = ((table[name] * customers).sum() for name in ("expected", "actual"))
    gap = f" ({signed(100 * (expected / actual - 1))} %)" if actual else ""
    inside = int(table["expected"].between(table["low"], table["high"]).sum())
    groups = f"{inside} of {len(table)} groups what was expected lies inside the interval"
    total = f"Expected of {people(int(customers.sum()))} {later}: {number(expected)} orders{gap}"
    return f"{total}; placed: {number(actual)}. In {groups}."
