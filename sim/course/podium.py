"""The podium: the standings of a class as a figure for the wall, and in a folder to keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim import style
from sim.course.standings import Standings
from sim.results import whole_folder
from sim.style import Picture, styled, wrapped

LETTERS = 28  # of a name on a line
PENS: dict[str, dict[str, Any]] = {  # by where the interval lies, beside today's plan
    "more than today's plan": {"fmt": "o", "color": style.BLUE},
    "no telling": {"fmt": "o", "color": style.BLUE, "markerfacecolor": "white"},
    "less than today's plan": {"fmt": "X", "color": style.VERMILION},
}


@styled
def podium(standings: Standings) -> Picture:
    """Show what each plan is worth, with its 95 % interval, the first place on top."""
    table = standings.table
    heights = np.arange(len(table))
    figure = Picture("Dot plot", "How the plans stand", 2.1 + 0.36 * max(len(table), 3), width=9.0)
    axes = figure.subplots()
    more, less = table["low"] > 0, table["high"] < 0
    for (words, pen), these in zip(PENS.items(), (more, ~more & ~less, less), strict=True):
        some = table[these]
        reach = some["high"] - some["worth"]  # Student's interval: as far to either side
        axes.errorbar(some["worth"], heights[these], xerr=reach, label=words, markersize=9, **pen)
    _label(axes, standings)
    figure.read(_reading(table))
    return figure


def save(standings: Standings, folder: str | Path) -> Path:
    """Write `standings.csv`, `refused.csv` and `standings.png` to a new folder.

    Raises
    ------
    Fault
        If the folder exists or cannot be written.
    """
    refused = pd.Series(dict(standings.refused), name="reason", dtype=object).rename_axis("plan")
    with whole_folder(folder) as workshop:
        for name, table in {"standings": standings.table, "refused": refused}.items():
            path = workshop / f"{name}.csv"
            # with a mark at the head, by which spreadsheets can read Chinese names
            table.to_csv(path, encoding="utf-8-sig", lineterminator="\n", float_format="%.2f")
        (workshop / "standings.png").write_bytes(podium(standings).png())
    return Path(folder)


def _label(axes: Axes, standings: Standings) -> None:
    """Name the plans with their places, and the line of today's plan."""
    table = standings.table
    style.zero_line(axes, "y")
    names = [wrapped(f"{place} · {name}", LETTERS) for name, place in table["place"].items()]
    axes.set_yticks(range(len(table)), names)
    axes.set_ylim(max(len(table), 1) - 0.5, -0.5)  # the first on top
    axes.xaxis.set_major_formatter(style.numbers)
    currency = standings.contest.market.currency
    axes.set_xlabel(f"profit and customer equity, more than under today's plan, {currency} a market")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)


def _reading(table: pd.DataFrame) -> str:
    """Say who is first, and how many are worth more than today's plan."""
    if table.empty:
        return "No plan takes part."
    first, better = table.index[table["place"] == 1], int((table["low"] > 0).sum())
    lead = f"The markets cannot tell the {len(first)} plans in first place apart."
    if len(first) == 1:
        lead = f"{first[0]} is clearly first." if len(table) > 1 else f"Only {first[0]} takes part."
    return f"{lead} Worth more than today's plan: {better} of {len(table)}. Lines: 95 % intervals."
