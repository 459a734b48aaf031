"""The chart: plain bars and lines of a small table that a lesson has worked out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim import style
from sim.fault import Fault
from sim.style import Picture, number, percent, styled

MOST = 4  # columns in a figure: more run into each other
SHARE = "share"  # the unit that is written in per cent


@styled
def bars(table: pd.DataFrame, title: str, unit: str = SHARE) -> Picture:
    """Show each row of a table as bars, a colour a column.

    Parameters
    ----------
    table
        A row a group, one to four columns of numbers.
    title
        Of the figure.
    unit
        Of all the numbers; `share` is written in per cent.
    """
    said, columns = _begin("bars", table, unit)
    figure = Picture("Bar chart", title)
    axes = figure.subplots()
    width = 0.8 / len(columns)
    for place, (column, color) in enumerate(zip(columns, style.PALETTE, strict=False)):
        left = np.arange(len(table)) + width * (place - (len(columns) - 1) / 2)
        drawn = axes.bar(left, table[column], width=0.95 * width, color=color, label=_words(column))
        axes.bar_label(drawn, [said(height) for height in table[column]], padding=2)
    axes.set_xticks(range(len(table)), [style.wrapped(str(name), 14) for name in table.index])
    axes.set(xlabel=_words(table.index.name or "group"), ylabel=unit)
    axes.margins(y=0.2)
    style.zero_line(axes)
    _finish(axes, unit)
    if len(columns) > 1:
        axes.legend(loc="upper left", ncols=len(columns), bbox_to_anchor=(0, 1.12))
    first, last = (_told(table.iloc[row], said) for row in (0, -1))
    figure.read(f"“{table.index[0]}”: {first}. “{table.index[-1]}”: {last}.")
    return figure


@styled
def curves(table: pd.DataFrame, title: str, unit: str = SHARE, mark: float | None = None) -> Picture:
    """Show each column of a table as a line over its index.

    Parameters
    ----------
    table
        A row a point, such as a week; one to four columns of numbers.
    title
        Of the figure.
    unit
        Of all the numbers; `share` is written in per cent.
    mark
        A place on the horizontal axis to mark, such as the week in which something began.
    """
    said, columns = _begin("curves", table, unit)
    figure = Picture("Line chart", title)
    axes = figure.subplots()
    for column, color in zip(columns, style.PALETTE, strict=False):
        axes.plot(table.index, table[column], color=color)
    axes.set(xlabel=_words(table.index.name or ""), ylabel=unit)
    axes.set_ylim(bottom=min(0.0, float(table.to_numpy(float).min())))
    axes.margins(y=0.1)
    _finish(axes, unit)
    if mark is not None:
        axes.axvline(mark, color=style.GREY, linewidth=1, linestyle="--")
    style.label_ends(axes, axes.get_lines()[: len(columns)], [_words(name) for name in columns], 0.075)
    where = f"{_words(table.index.name or 'at')} {table.index[-1]}"
    figure.read(f"At the right end ({where}): {_told(table.iloc[-1], said)}.")
    return figure


def _begin(figure: str, table: pd.DataFrame, unit: str) -> tuple[Callable[[float], str], list[str]]:
    """Refuse what cannot be drawn; give the way to write a number, and the columns."""
    style.expect(table, pd.DataFrame, figure, "a table")
    columns = [str(name) for name in table]
    if table.empty or not 0 < len(columns) <= MOST:
        raise Fault(f"{figure}: expects a table with rows and 1 to {MOST} columns, it has {len(columns)}.")
    said: Callable[[float], str] = _percent if unit == SHARE else number
    return said, columns


def _percent(share: float) -> str:
    """Write a share that may be negative."""
    return percent(share) if share >= 0 else f"−{percent(-share)}"


def _finish(axes: Axes, unit: str) -> None:
    axes.yaxis.set_major_formatter(style.percents if unit == SHARE else style.numbers)


def _told(row: pd.Series[float], said: Callable[[float], str]) -> str:
    return ", ".join(f"{_words(name)} {said(value)}" for name, value in row.items())


def _words(name: object) -> str:
    return str(name).replace("_", " ")
