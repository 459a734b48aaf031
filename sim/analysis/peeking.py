"""Peeking: the figure of a test that is looked at again and again while it runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.data import Fault
from sim.looks import OPEN
from sim.style import Picture, signed, styled

NEEDED = ("difference", "low", "high", "wide_low", "wide_high", "naive", "verdict")
LABELS = 14  # weeks that find room below the figure


@styled
def looks(table: pd.DataFrame, unit: str = "revenue a person") -> Picture:
    """Show what a firm sees at each look at its test, and what it may believe.

    Parameters
    ----------
    table
        As `sim.looks` gives it: a row a look.
    unit
        What is compared, for the axis.
    """
    style.expect(table, pd.DataFrame, "looks", "a table, as looks(…) gives it")
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise Fault(f"looks: there is no column {', '.join(missing)} in the table; sim.looks makes one.")
    figure = Picture("Dot plot with two intervals", "A test, looked at while it runs", height=4.8)
    axes = figure.subplots()
    axes.set(xlabel="looked at in week", ylabel=f"{unit}:\nwritten to, less left alone")
    axes.yaxis.set_major_formatter(style.numbers)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    style.zero_line(axes)
    if table.empty:
        style.note(axes, "Nobody has looked yet.")
        figure.read("There is no look to show.")
        return figure
    _intervals(axes, table)
    _marks(axes, table)
    reach = 1.25 * np.abs(table[["low", "high"]].to_numpy(float)).max(initial=0)
    axes.set_ylim(-reach or -1, reach or 1)  # the first wide intervals reach far beyond
    axes.set_xticks(table.index[:: 1 + len(table) // LABELS])
    axes.margins(x=0.05)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    figure.read(_reading(table))
    return figure


def _intervals(axes: Axes, table: pd.DataFrame) -> None:
    """Draw at each look the interval for a single look, over the one that allows for all of them."""
    wide, plain = "interval that allows for all looks", "interval for a single look"
    axes.vlines(table.index, table["wide_low"], table["wide_high"], color=style.PALE, linewidth=9, label=wide)
    axes.vlines(table.index, table["low"], table["high"], color=style.BLUE, linewidth=2.2, label=plain)


def _marks(axes: Axes, table: pd.DataFrame) -> None:
    """Draw each difference: hollow if it could be nothing, full if one of the intervals says it is not."""
    naive, allowed = (table[name] != OPEN for name in ("naive", "verdict"))
    kinds = (
        ("could be nothing", ~naive & ~allowed, "o", style.BLUE, "white"),
        ("an effect, says the single look", naive & ~allowed, "o", style.VERMILION, style.VERMILION),
        ("an effect, all looks allowed for", allowed, "D", style.GREEN, style.GREEN),
    )
    for label, rows, marker, color, face in kinds:
        pen: dict[str, Any] = {"color": color, "markerfacecolor": face}
        some = table[rows]
        if len(some):
            axes.plot(some.index, some["difference"], marker, label=label, markeredgewidth=2, **pen)


def _reading(table: pd.DataFrame) -> str:
    """Say at how many looks each interval sees an effect, and when first."""
    plain, wide = (_seen(table, name) for name in ("naive", "verdict"))
    last, times = table.iloc[-1], "one look" if len(table) == 1 else f"{len(table)} looks"
    reach = f"between {signed(last['wide_low'])} and {signed(last['wide_high'])}"
    return (
        f"Of {times}, the interval for a single look sees an effect at {plain}; the one that allows for all "
        f"looks at {wide}. At the last: {signed(last['difference'])}, {reach}."
    )


def _seen(table: pd.DataFrame, name: str) -> str:
    weeks = table.index[table[name] != OPEN]
    return f"{len(weeks)}, first in week {weeks[0]}" if len(weeks) else "none"
