"""Trends: how a market goes on under two plans, on one page; the figure beside the levers."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim import metrics, style
from sim.experiment import Twin
from sim.run import Run
from sim.style import Picture, signed, styled

PERIOD, QUARTER = 4, metrics.RECENT_WEEKS  # weeks: of money, and of customers and surveys
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
    money = metrics.money_by_period(run, PERIOD).set_index("week")
    active = metrics.retention_curve(run, QUARTER).set_index("week")["active"].dropna()
    nps = metrics.nps_by_period(run, QUARTER).set_index("week")["nps"]
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
