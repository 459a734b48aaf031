"""Trends: how a market goes on under two plans, beside the levers; and which plan is ahead, week by week."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.stats import t as student

from sim import metrics, series, style
from sim.data import Fault
from sim.experiment import Twin
from sim.lead import Lead
from sim.run import Run
from sim.style import Picture, number, signed, styled

PERIOD, QUARTER = 4, metrics.RECENT_WEEKS  # weeks: of money, and of customers and surveys
MOST = 6  # lines that one can tell apart
PENS: tuple[dict[str, Any], ...] = (  # the first is broader, so that equal lines do not hide each other
    {"color": style.BLUE, "linewidth": 3.6, "alpha": 0.6},
    {"color": style.VERMILION, "linewidth": 1.8},
)
EMPTY = {
    "active": f"Nobody ordered in the first {QUARTER} weeks.",
    "revenue": f"Shorter than {PERIOD} weeks.",
    "profit": f"Shorter than {PERIOD} weeks.",
    "nps": "No answers to a survey.",
}


@styled
def trends(pair: Twin, names: tuple[str, str] = ("without", "with"), width: float = style.WIDTH) -> Picture:
    """Show retention, revenue, profit and NPS over time in two lives of the same people.

    Parameters
    ----------
    pair
        One seed lived twice; see `sim.twin`.
    names
        What the two lives are called.
    width
        Of the figure, in inches; in a narrower one the writing is larger beside the curves.
    """
    style.expect(pair, Twin, "trends", "a pair of runs, as twin(…) gives it")
    currency = pair.before.scenario.currency
    figure = Picture("Four line charts", "Two lives of the same people", 5.2, width)
    (kept, revenue), (nps, profit) = figure.subplots(2, 2, sharex=True)
    lives = [_curves(run) for run in (pair.before, pair.after)]
    for axes, name in ((kept, "active"), (revenue, "revenue"), (nps, "nps"), (profit, "profit")):
        _draw(axes, [life[name] for life in lives], EMPTY[name])
    kept.set_ylabel("first customers\nwho still order")
    revenue.set_ylabel(f"revenue, {currency}\nin {PERIOD} weeks")
    profit.set_ylabel(f"profit, {currency}\nin {PERIOD} weeks")
    nps.set_ylabel("NPS, points")
    kept.yaxis.set_major_formatter(style.percents)
    style.zero_line(profit)
    for axes in (nps, profit):
        axes.set_xlabel("week")
    kept.legend(kept.get_lines(), [style.wrapped(name, 16) for name in names], loc="upper right")
    figure.read(reading(pair, names))
    return figure


def reading(pair: Twin, names: tuple[str, str] = ("without", "with")) -> str:
    """Say in a sentence or two what the second plan changed."""
    run, change = pair.after, pair.difference()["difference"]
    currency, weeks = run.scenario.currency, run.scenario.weeks
    money = ", ".join(f"{signed(change[name])} {currency} {name}" for name in ("revenue", "profit"))
    churn = f"{signed(100 * change['churn'])} points of churn"
    return f"“{names[1]}” less “{names[0]}” over {weeks} weeks: {money}, {churn}."


def _curves(run: Run) -> dict[str, pd.Series[float]]:
    """Give each curve by its name, over the weeks at which its periods begin."""
    money = series.money_by_period(run, PERIOD).set_index("week")
    active = series.retention_curve(run, QUARTER).set_index("week")["active"].dropna()
    nps = series.nps_by_period(run, QUARTER).set_index("week")["nps"]
    return {"active": active, "revenue": money["revenue"], "profit": money["profit"], "nps": nps}


def _draw(axes: Axes, curves: list[pd.Series[float]], empty: str) -> None:
    """Draw a curve in each pen, or say why there is none."""
    for curve, pen in zip(curves, PENS, strict=True):
        axes.plot(curve.index, curve, marker=".", **pen)
    axes.yaxis.set_major_formatter(style.numbers)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if not any(map(len, curves)):
        style.note(axes, empty, 16)


@styled
def lead(given: Lead) -> Picture:
    """Show what plans have earned more than another until each week: the mean of all seeds, and its interval.

    Parameters
    ----------
    given
        What `sim.lead.lead` gives; up to six plans.
    """
    style.expect(given, Lead, "lead", "what lead(…) gives")
    if len(given.paths) > MOST:
        raise Fault(f"lead: shows up to {MOST} plans beside the first, was given {len(given.paths)}.")
    figure = Picture("Line chart", f"Who is ahead: profit until then, less “{given.first}”", height=4.6)
    axes = figure.subplots()
    style.zero_line(axes)
    ends = []
    for place, (name, path) in enumerate(given.paths.items()):
        mean, reach = path.mean(axis=0), _reach(path)
        week = np.arange(1, len(mean) + 1)
        axes.fill_between(
            week, mean - reach, mean + reach, color=style.PALETTE[place], alpha=0.18, linewidth=0
        )
        axes.plot(week, mean, color=style.PALETTE[place])
        ends.append(
            f"{name} {signed(mean[-1])}, between {number(mean[-1] - reach[-1])} and "
            f"{number(mean[-1] + reach[-1])}"
        )
    axes.set(xlabel="week", ylabel=f"lead, {given.currency}")
    axes.yaxis.set_major_formatter(style.numbers)
    weeks = len(mean)
    axes.set_xticks(range(0, weeks + 1, max(26, 26 * (weeks // 208))))
    style.label_ends(axes, axes.get_lines()[1:], list(given.paths), 0.08)
    figure.read(f"After {weeks} weeks, in {given.currency}: {'; '.join(ends)} ({len(path)} seeds).")
    return figure


def _reach(path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give half the 95 % interval of the mean over seeds, week by week."""
    seeds = len(path)
    return np.asarray(student.ppf(0.975, seeds - 1) * path.std(axis=0, ddof=1) / np.sqrt(seeds))
