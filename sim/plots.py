"""Figures: numbers in, a `Picture` out. What is counted is counted in `sim.metrics` and `sim.series`.

In a notebook, end a cell with `plots.retention(run)`: the figure is shown, with a title that says what
is seen and a reading below it. To keep a figure: `plots.retention(run).savefig("retention.pdf")`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from sim import metrics, series, style
from sim.analysis.adoption import adoption
from sim.analysis.aftermath import aftermath
from sim.analysis.aim import gains
from sim.analysis.chart import bars, curves
from sim.analysis.closeup import patience, queue
from sim.analysis.contrast import difference, effect, tiles
from sim.analysis.counter import climb, foretold
from sim.analysis.dossier import dossier, lifetimes, remedies
from sim.analysis.exhibits import exhibits, fates
from sim.analysis.forecast import forecast
from sim.analysis.foresight import calibration, caught, renewals
from sim.analysis.funnel import pipeline
from sim.analysis.gauges import dashboard
from sim.analysis.hold import hold
from sim.analysis.journey import journey
from sim.analysis.letterbox import letterbox
from sim.analysis.lifeline import lifelines
from sim.analysis.moods import moods
from sim.analysis.outlook import draw as outlook
from sim.analysis.panorama import concentration, costs, next_period, rfm_map, shares
from sim.analysis.peeking import looks
from sim.analysis.quarter import quarters
from sim.analysis.response import spans
from sim.analysis.shelf import shelf
from sim.analysis.survey import nps
from sim.analysis.tradeoff import cloud, tradeoff
from sim.analysis.whale import draw as whale
from sim.data import Fault
from sim.run import Run
from sim.style import Picture, number, percent, signed, styled
from sim.trend import lead, trends

__all__ = [
    "adoption",
    "aftermath",
    "bars",
    "calibration",
    "caught",
    "climb",
    "cloud",
    "concentration",
    "costs",
    "curves",
    "dashboard",
    "difference",
    "dossier",
    "effect",
    "exhibits",
    "fates",
    "forecast",
    "foretold",
    "gains",
    "hold",
    "journey",
    "lead",
    "letterbox",
    "lifelines",
    "lifetimes",
    "looks",
    "money",
    "moods",
    "next_period",
    "nps",
    "outlook",
    "patience",
    "pipeline",
    "quarters",
    "queue",
    "remedies",
    "renewals",
    "repeat_orders",
    "retention",
    "rfm_map",
    "shares",
    "shelf",
    "spans",
    "tiles",
    "tradeoff",
    "trends",
    "whale",
]

PERIOD = 4  # weeks: money by the week is mostly noise
MOST = len(style.PALETTE) - 1  # lines in a figure: a yellow one cannot be seen on white
RUNS = "a run, or runs by name"
TOTALS = "repeat_orders: expects running totals, of shape (weeks,) or (runs, weeks)"

Thing = TypeVar("Thing")


@styled
def retention(runs: Run | Mapping[str, Run]) -> Picture:
    """Show how many of the first customers order again, quarter after quarter; a line a run.

    Parameters
    ----------
    runs
        A run, or runs by name.
    """
    named, span = _named(runs, "retention"), metrics.RECENT_WEEKS
    figure = Picture("Line chart", "How many of the first customers still order")
    axes = figure.subplots()
    axes.set(xlabel=f"first week of each {span} weeks", ylabel=f"customers ordering in {span} weeks")
    axes.yaxis.set_major_formatter(style.percents)
    curves = {name: series.retention_curve(run, span).dropna() for name, run in named.items()}
    drawn = {name: curve for name, curve in curves.items() if len(curve)}
    if not drawn:
        style.note(axes, f"No order in the first {span} weeks, or no {span} weeks at all: nobody to retain.")
    for curve, pen in zip(drawn.values(), _pens(drawn), strict=True):
        axes.plot(curve["week"], curve["active"], marker="o", **pen)
    axes.set_ylim(0, 1.05)
    axes.xaxis.set_major_locator(MultipleLocator(span * (1 + max(map(len, curves.values())) // 14)))
    if len(named) > 1:
        style.label_ends(axes, axes.get_lines(), list(drawn), 0.075)
    cohort = f"Customers of the first {span} weeks who ordered in the last {span} shown"
    figure.read(f"{cohort}: {_each(curves, _kept)}.")
    return figure


def _kept(curve: pd.DataFrame) -> str:
    if curve.empty:
        return "there are none"
    return f"{percent(curve['active'].iloc[-1])} of {curve['customers'].iloc[-1]:,}"


@styled
def money(runs: Run | Mapping[str, Run]) -> Picture:
    """Show revenue and profit over time, in sums of four weeks; a line a run.

    Parameters
    ----------
    runs
        A run, or runs by name.
    """
    named = _named(runs, "money")
    currencies = sorted({run.scenario.currency for run in named.values()})
    if len(currencies) > 1:
        raise Fault(f"money: runs in {' and '.join(currencies)} cannot share a figure; draw them one by one.")
    tables = {name: series.money_by_period(run, PERIOD) for name, run in named.items()}
    figure = Picture("Two line charts", f"Revenue and profit, sums of {PERIOD} weeks", height=5.0)
    upper, lower = panels = figure.subplots(2, sharex=True)
    for axes, column in zip(panels, ("revenue", "profit"), strict=True):
        for table, pen in zip(tables.values(), _pens(tables), strict=True):
            axes.plot(table["week"], table[column], marker=".", **pen)
        axes.set_ylabel(f"{column}, {currencies[0]}")
        axes.yaxis.set_major_formatter(style.numbers)
    most = max((table["revenue"].max() for table in tables.values() if len(table)), default=0)
    upper.set_ylim(0, 1.1 * most or 1)
    style.zero_line(lower)
    lower.set_xlabel(f"first week of each {PERIOD} weeks")
    figure.align_ylabels()
    if not all(map(len, tables.values())):
        style.note(upper, f"A run here is shorter than {PERIOD} weeks.")
    elif len(named) > 1:
        style.label_ends(upper, upper.get_lines(), list(named), 0.14)
    totals = _each(named, lambda run: f"{number(run.accounts.total()['profit'] / 100)} {currencies[0]}")
    figure.read(f"Profit of all weeks together: {totals}.")
    return figure


def _named(runs: Run | Mapping[str, Run], figure: str) -> dict[str, Run]:
    named = dict(runs) if isinstance(runs, Mapping) else {"": runs}
    if not 0 < len(named) <= MOST:
        raise Fault(f'{figure}: expects {RUNS}, up to {MOST}, as {{"today": run}}; was given {len(named)}.')
    for run in named.values():
        style.expect(run, Run, figure, RUNS)
    return named


def _pens(lines: Collection[str]) -> Iterator[dict[str, Any]]:
    """Give each line its colour; earlier ones are broader, so that equal lines do not hide each other."""
    for color, place in zip(style.PALETTE, range(len(lines)), strict=False):
        yield {"color": color, "linewidth": 2 + 0.8 * (len(lines) - 1 - place)}


def _each(things: Mapping[str, Thing], say: Callable[[Thing], str]) -> str:
    return "; ".join(f"{name} {say(thing)}".strip() for name, thing in things.items())


@styled
def repeat_orders(
    real: npt.ArrayLike, simulated: npt.ArrayLike, calibrated_until: int | None = 39
) -> Picture:
    """Show the repeat orders of real customers, added up week by week, beside those of the market.

    Parameters
    ----------
    real
        Running totals, one a week; see `sim.datasets.cumulative_repeat_orders`.
    simulated
        The same of one run (weeks,) or of many (runs, weeks).
    calibrated_until
        The last week of the real orders to which the market was fitted.
    """
    truth, paths = _totals(real), np.atleast_2d(_totals(simulated))
    weeks = len(truth)
    figure = Picture("Line chart", "Repeat orders: real customers and the market")
    axes = figure.subplots()
    axes.set(xlabel="week", ylabel="repeat orders until then")
    axes.yaxis.set_major_formatter(style.numbers)
    if not paths.size:
        style.note(axes, "There are no weeks, or no runs, to compare.")
        figure.read("There is nothing to compare.")
        return figure
    if truth.ndim != 1 or paths.shape[1] != weeks:
        raise Fault(f"repeat_orders: expects the same weeks in both, was given {weeks} and {paths.shape[1]}.")
    week, (low, middle, high) = np.arange(1, weeks + 1), series.band(paths)
    axes.plot(week, truth, color=style.INK, linewidth=3.4)
    axes.plot(week, middle, color=style.BLUE)
    lines = axes.get_lines()[:2]
    axes.set_ylim(bottom=0)
    if len(paths) > 1:
        axes.fill_between(week, low, high, color=style.BLUE, alpha=0.2, linewidth=0)
    if calibrated_until is not None and 0 < calibrated_until < weeks:
        _border(axes, calibrated_until)
    names, spread = ["real", "simulated"], ""
    if len(paths) > 1:
        names[1] += ", median and 90 % of runs"
        spread = f" (90 % of {len(paths):,} runs: {number(low[-1])} to {number(high[-1])})"
    style.label_ends(axes, lines, names, 0.075)
    gap = f", {signed(100 * (middle[-1] / truth[-1] - 1))} %" if truth[-1] else ""
    totals = f"{number(truth[-1])} repeat orders by the real customers, {number(middle[-1])} in the market"
    figure.read(f"By week {weeks}: {totals}{gap}{spread}.")
    return figure


def _totals(given: npt.ArrayLike) -> npt.NDArray[np.float64]:
    try:
        totals = np.asarray(given, float)
    except (TypeError, ValueError):
        raise Fault(f"{TOTALS}; see cumulative_repeat_orders.") from None
    if not 1 <= totals.ndim <= 2:
        raise Fault(f"{TOTALS}, was given shape {totals.shape}.")
    return totals


def _border(axes: Axes, week: int) -> None:
    """Mark the week after which the market was not fitted any more."""
    axes.axvline(week, color=style.GREY, linewidth=1, linestyle="--")
    above = axes.get_xaxis_transform()
    axes.text(week, 0.03, "fitted up to here  ", transform=above, ha="right", color=style.GREY)
