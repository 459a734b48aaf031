"""Gauges: the figure of a dashboard of up to five indicators, each with its usual band and first warning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.analysis.dashboard import BESIDE, MEANING, QUIET, band, warnings
from sim.data import Fault
from sim.style import Picture, styled

MOST = 5


@styled
def dashboard(table: pd.DataFrame, chosen: Sequence[str], begins: int | None = None) -> Picture:
    """Show indicators over time, with the band of the quiet weeks, and where each first left it.

    Parameters
    ----------
    table
        As `sim.analysis.dashboard.indicators` gives it.
    chosen
        One to five of its columns.
    begins
        The week in which the trouble began, to be drawn as a line; not drawn unless given.
    """
    style.expect(table, pd.DataFrame, "dashboard", "a table, as dashboard.indicators(…) gives it")
    if not 0 < len(chosen) <= MOST:
        raise Fault(f"dashboard: shows one to {MOST} indicators, was given {len(chosen)}.")
    for name in chosen:
        if name not in table or name not in MEANING:
            raise Fault(f'dashboard: there is no indicator "{name}". There are: {", ".join(MEANING)}.')
    shown = table[list(chosen)]
    edges, first = band(shown), warnings(shown)
    figure = Picture("Line charts", "The dashboard", height=1.4 + 1.15 * len(chosen))
    rows = np.atleast_1d(figure.subplots(len(chosen), sharex=True))
    for axes, name in zip(rows, chosen, strict=True):
        _gauge(axes, shown[name], _ends(edges, name), first[name])
        if begins is not None:
            axes.axvline(begins, color=style.INK, linewidth=1.2, linestyle="--")
    figure.align_ylabels(rows)
    rows[-1].set_xlabel("week" if begins is None else f"week (dashed: {begins}, when it began)")
    said = [f"{name} {'never' if np.isnan(week) else f'week {week:.0f}'}" for name, week in first.items()]
    figure.read(f"First warning after week {QUIET}: {'; '.join(said)}.")
    return figure


def _ends(edges: pd.DataFrame, name: str) -> tuple[float, float]:
    return float(edges["low"][name]), float(edges["high"][name])


def _gauge(axes: Axes, line: pd.Series[float], edge: tuple[float, float], warned: float) -> None:
    """Draw one indicator, its band, and a red dot at the first warning."""
    axes.axhspan(*edge, color=style.PALE, linewidth=0, zorder=0)
    known = line.dropna()
    axes.plot(known.index, known, color=style.BLUE, linewidth=1.8)
    if not np.isnan(warned):
        axes.plot([warned], [line[warned]], "o", color=style.VERMILION, markersize=9)
    words = style.wrapped(f"{line.name}{BESIDE.get(str(line.name), '')}", 11)
    axes.set_ylabel(words, rotation=0, ha="right", va="center", labelpad=8)
    axes.yaxis.set_major_formatter(style.numbers)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.margins(x=0.02)
