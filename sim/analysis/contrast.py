"""Contrasts: figures of what a plan changes, by seed, by market and by person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim import metrics, series, style
from sim.data import Fault
from sim.experiment import Trials, Twin
from sim.style import Picture, people, signed, styled
from sim.sweep import Sweep

CROSS = ": "  # in a plan's name, between the idea and the means

Floats = npt.NDArray[np.floating[Any]]


@styled
def difference(trials: Trials, metric: str = "profit") -> Picture:
    """Show what plans change, seed by seed, with the mean and its 95 % interval; a row a plan.

    Parameters
    ----------
    trials
        Two plans or more on the same seeds; see `sim.compare`.
    metric
        A headline number; see `sim.metrics.METRICS`.
    """
    style.expect(trials, Trials, "difference", "trials, as compare(…) gives them")
    first, *others = trials.plans
    if not others:
        raise Fault(f'difference: expects two plans or more, was given only "{first}"; add another.')
    means, words = trials.difference(metric), metric.replace("_", " ")
    unit, scale = _unit(metric, trials.currency)
    rows = (means.to_numpy(float) * (scale, scale, scale, 1.0)).tolist()  # mean, low, high, pairs
    figure = Picture("Dot plot", f"What the plans change: {words}", height=max(3.8, 2 + 0.9 * len(others)))
    axes = figure.subplots()
    style.zero_line(axes, "y")
    for row, (plan, (mean, low, high, _)) in enumerate(zip(others, rows, strict=True)):
        pairs = trials.paired(metric, plan).dropna().to_numpy(np.float64) * scale
        _dots(axes, row, pairs, mean, low, high)
    axes.set_title("a dot for each seed; below, the mean and its 95 % interval")
    axes.set(xlabel=f"{words}, less “{first}”, {unit}", ylim=(len(others) - 0.45, -0.55))
    axes.set_yticks(range(len(others)), [style.wrapped(plan, 24) for plan in others])
    axes.xaxis.set_major_formatter(style.numbers)
    axes.xaxis.set_major_locator(MaxNLocator(6))  # amounts in millions are wide
    axes.margins(x=0.08)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x")
    if not means["pairs"].any():
        style.note(axes, f"The {words} of these runs is unknown.")
    what = words if words == unit else f"{unit} {words}"
    said = [_verdict(plan, what, *row) for plan, row in zip(others, rows, strict=True)]
    figure.read(". ".join(said) + ".")
    return figure


def _unit(metric: str, currency: str) -> tuple[str, float]:
    """Give the unit in which a difference reads well, and the factor to it."""
    unit = metrics.METRICS[metric].in_unit(currency)
    return ("percentage points", 100.0) if unit == "share" else (unit, 1.0)


def _dots(axes: Axes, row: int, pairs: Floats, mean: float, low: float, high: float) -> None:
    """Draw a plan's differences as dots over its mean and interval."""
    lifted = row - 0.12 - 0.22 * (np.arange(len(pairs)) * 0.618 % 1)  # in a line they would hide each other
    axes.plot(pairs, lifted, "o", color=style.BLUE, alpha=0.5, markeredgewidth=0, markersize=7)
    axes.plot([low, high], [row, row], color=style.VERMILION, linewidth=4, solid_capstyle="butt")
    hollow: dict[str, Any] = {
        "color": style.VERMILION,
        "markerfacecolor": "white",
        "markersize": 8,
        "markeredgewidth": 2,
    }
    axes.plot([mean], [row], "D", **hollow)
    if len(pairs):
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "top"}
        axes.annotate(signed(mean), (mean, row), (0, -10), bbox=box, **place)


def _verdict(plan: str, what: str, mean: float, low: float, high: float, pairs: float) -> str:
    if not pairs:
        return f"{plan}: unknown"
    if pairs == 1:
        return f"{plan}: {signed(mean)} {what} in the only pair; an interval needs two"
    reach = f"between {signed(low)} and {signed(high)} ({pairs:.0f} pairs)"
    return f"{plan}: {signed(mean)} {what} on average, {reach}"


@styled
def tiles(
    given: Trials | Sweep,
    metric: str = "profit",
    plan: str | None = None,
    crossed: tuple[str, str] = ("idea", "means"),
) -> Picture:
    """Show what is gained or lost in each cell of a table: plans crossed two ways, or markets.

    Parameters
    ----------
    given
        Trials with plans named "idea: means", beside the first; or a sweep.
    metric
        A headline number; see `sim.metrics.METRICS`.
    plan
        Of a sweep, whose plan is compared with the first; the last unless given.
    crossed
        Of trials, what the two parts of a plan's name stand for: a row, and a column.
    """
    style.expect(given, (Trials, Sweep), "tiles", "trials or a sweep")
    trials = given.trials if isinstance(given, Sweep) else given
    table, title = _cells(given, metric, plan, crossed)
    unit, scale = _unit(metric, trials.currency)
    rows, columns = (list(table.index.unique(level)) for level in (0, 1))
    figure = Picture("Table in colours", title, height=2 + 0.9 * len(rows))
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    axes.set_xticks(range(len(columns)), [style.wrapped(str(name), 18) for name in columns])
    axes.set_yticks(range(len(rows)), [style.wrapped(str(name), 18) for name in rows])
    axes.set(xlabel=table.index.names[1], ylabel=table.index.names[0])
    for (row, column), mean, low, high in table[["difference", "low", "high"]].itertuples(name=None):
        place = columns.index(column), rows.index(row)
        _tile(axes, place, mean * scale, low * scale, high * scale)
    clear = int((table["low"] > 0).sum()), int((table["high"] < 0).sum())
    figure.read(
        f"In {unit}, with the 95 % interval. Blue: clearly more, in {clear[0]} of {len(table)}. "
        f"Orange: clearly less, in {clear[1]}. White: chance could have done it."
    )
    return figure


def _cells(
    given: Trials | Sweep, metric: str, plan: str | None, names: tuple[str, str]
) -> tuple[pd.DataFrame, str]:
    """Give the differences by row and column, and a title."""
    words = metric.upper() if metric in ("csat", "nps") else metric.replace("_", " ").capitalize()
    if isinstance(given, Sweep):
        first, name = given.trials.plans[0], plan or given.trials.plans[-1]
        return given.difference(metric, name), f"{words} of “{name}”, less “{first}”"
    table = given.difference(metric)
    crossed = [tuple(str(name).split(CROSS)) for name in table.index]
    if not crossed or any(len(parts) != 2 for parts in crossed):
        raise Fault(f'tiles: expects plans named "idea{CROSS}means" beside the first.')
    table.index = pd.MultiIndex.from_tuples(crossed, names=list(names))
    return table, f"{words}, less “{given.plans[0]}”"


def _tile(axes: Axes, place: tuple[int, int], mean: float, low: float, high: float) -> None:
    """Draw a cell: blue for clearly more, red for clearly less, the number and its interval."""
    color = style.BLUE if low > 0 else style.VERMILION if high < 0 else "white"
    corner = place[0] - 0.5, place[1] - 0.5
    axes.add_patch(Rectangle(corner, 1, 1, facecolor=color, alpha=0.3, edgecolor="none"))
    axes.add_patch(Rectangle(corner, 1, 1, fill=False, facecolor="white", edgecolor=style.PALE, linewidth=2))
    text = signed(mean) if np.isfinite(mean) else "unknown"
    axes.text(place[0], place[1] - 0.25, text, ha="center", va="center", fontweight="bold")
    if low < high:
        reach = f"{signed(low)}\nto {signed(high)}"
        axes.text(place[0], place[1] + 0.17, reach, ha="center", va="center")


@styled
def effect(pair: Twin, column: str = "contribution") -> Picture:
    """Show what a plan did to each person: whom it left untouched, and where the money came from.

    Parameters
    ----------
    pair
        One seed lived twice; see `sim.twin`.
    column
        `contribution`, `revenue` or `orders`.
    """
    style.expect(pair, Twin, "effect", "a pair of runs, as twin(…) gives it")
    if column not in ("contribution", "revenue", "orders"):
        raise Fault(f'effect: there is no column "{column}". There are: contribution, revenue, orders.')
    unit = "orders" if column == "orders" else pair.before.scenario.currency
    sizes = series.effect_by_size(pair.effect, column)
    figure = Picture("Two bar charts", f"What the plan did to each person’s {column}", height=5.0)
    upper, lower = figure.subplots(2, sharex=True)
    _bars(upper, sizes["people"], "{:,.0f}".format)
    _bars(lower, sizes["effect"], signed)
    upper.set_ylabel("people")
    lower.set(ylabel=f"sum, {unit}", xlabel=f"effect on a person, {unit} (each step is ten times the last)")
    edges = np.arange(1, len(sizes) // 2)
    words = [f"{10 ** (edge - 1)}".replace("000", "k") for edge in edges.tolist()]
    names = [*(f"−{word}" for word in words), "untouched", *words]
    lower.set_xticks([*(-edges - 0.5), 0, *(edges + 0.5)], names)
    lower.set_xlim(-len(edges) - 1.6, len(edges) + 1.6)
    figure.align_ylabels()
    if len(sizes) == 1:
        style.note(lower, "Both plans did the same to everybody.")
    figure.read(_touched(sizes, series.effect_by_end(pair.effect, column), unit))
    return figure


def _bars(axes: Axes, sums: pd.Series[float], say: Callable[[float], str]) -> None:
    """Draw a bar for each size of effect, losses left and gains right of zero, its number at its end."""
    colors = [style.VERMILION if size < 0 else style.BLUE if size else style.GREY for size in sums.index]
    bars = axes.bar(sums.index, sums, color=colors, width=0.9)
    axes.bar_label(bars, [say(total) if total else "" for total in sums], padding=2)
    axes.margins(y=0.2)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(style.numbers)
    style.zero_line(axes)


def _touched(sizes: pd.DataFrame, ends: pd.DataFrame, unit: str) -> str:
    """Say how many a plan touched, and where the money came from."""
    lost, same, gained = (sizes[np.sign(sizes.index) == sign].sum() for sign in (-1, 0, 1))
    said = f"Of {people(int(sizes['people'].sum()))}, {same['people']:,.0f} were untouched (exactly 0)"
    for word, side in (("more", gained), ("less", lost)):
        said += f", {side['people']:,.0f} brought {word} ({signed(side['effect'])})"
    said += f": together {signed(float(sizes['effect'].sum()))} {unit}"
    for word, (count, total) in zip(("stay", "leave"), ends.to_numpy(float), strict=False):
        if count:
            said += f", {signed(total)} from {count:,.0f} who {word} only with the plan"
    return said + "."
