"""The dossier: figures of an inquest, from one customer's file to whom each remedy would have kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.analysis.inquest import Case
from sim.clock import MINUTES_A_WEEK
from sim.events import BILL, Kind
from sim.fault import Fault
from sim.style import Picture, percent, styled

TRACES = {
    "messages": (Kind.SENT, style.PURPLE),
    "opened": (Kind.OPENED, style.GREEN),
    "opted out": (Kind.OPTED_OUT, style.INK),
    "complaints": (Kind.TICKET, style.VERMILION),
    "solved": (Kind.RESOLVED, style.BLUE),
    "survey": (Kind.NPS, style.INK),
}
DARK = 0.55  # from which share on letters are white


@styled
def dossier(case: Case) -> Picture:
    """Show what the firm saw of one customer, week by week, to the end of the run.

    Parameters
    ----------
    case
        One of `sim.analysis.inquest.cases(run)`.
    """
    style.expect(case, Case, "dossier", "a case, as inquest.cases(run) gives them")
    seen, weeks = case.seen, case.run.scenario.weeks
    figure = Picture("Bar chart and timeline", f"The file of record {case.record}", height=5.2)
    money, traces = figure.subplots(2, sharex=True, height_ratios=[1.0, 1.2])
    paid = np.array([BILL.get(Kind(kind), 0) for kind in seen.kind.tolist()]) * seen.value / 100
    by_week = np.bincount(seen.minute // MINUTES_A_WEEK, paid, minlength=weeks)[:weeks]
    money.bar(np.arange(weeks), by_week, width=0.9, align="edge", color=style.BLUE)
    money.set_ylabel(f"spent a week,\n{case.run.scenario.currency}")
    money.yaxis.set_major_locator(MaxNLocator(4))
    last = case.last_order / MINUTES_A_WEEK
    for axes in (money, traces):
        axes.axvspan(last, weeks, color=style.PALE, alpha=0.6, linewidth=0, zorder=0)
    money.text(last, 0.95, "  no order any more", transform=money.get_xaxis_transform(), va="top")
    _trace(traces, case)
    traces.set(xlim=(0, weeks), xlabel="week")
    others = [f"{name} {len(seen.of(kind)):,}" for name, (kind, _) in TRACES.items()]
    orders = len(seen.of(Kind.ORDER))
    figure.read(f"Orders: {orders:,}, the last in week {int(last)}. On file besides: {', '.join(others)}.")
    return figure


def _trace(axes: Axes, case: Case) -> None:
    """Draw what else is on file, a row a kind; a survey's answer as its number."""
    for row, (name, (kind, color)) in enumerate(TRACES.items()):
        events = case.seen.of(kind)
        minutes, times = np.unique(events.minute, return_counts=True)
        if name != "survey":
            reach = 0.43 * (1 - 0.4**times)  # the more at once, the longer
            weeks = minutes / MINUTES_A_WEEK
            axes.vlines(weeks, row - reach, row + reach, colors=color, linewidth=2)
    answers, last = case.seen.of(Kind.NPS), len(TRACES) - 1
    for minute, answer in zip(answers.minute.tolist(), answers.value.tolist(), strict=True):
        axes.text(minute / MINUTES_A_WEEK, last, f"{answer}", ha="center", va="center")
    axes.set_ylim(len(TRACES) - 0.4, -0.6)
    axes.set_yticks(range(len(TRACES)), list(TRACES))
    axes.grid(visible=False)


@styled
def remedies(table: pd.DataFrame) -> Picture:
    """Show which of those who left each remedy would have kept, by the cause that led, as squares.

    Parameters
    ----------
    table
        As `sim.analysis.remedy.kept` gives it.
    """
    style.expect(table, pd.DataFrame, "remedies", "a table, as remedy.kept(…) gives it")
    if "left" not in table or table.shape[1] < 2:
        raise Fault("remedies: expects the table that remedy.kept(run, remedies) gives.")
    shares = table.drop(columns="left")
    figure = Picture(
        "Table in colours", "Of those who left, kept by each remedy", height=2 + 0.55 * len(shares)
    )
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.set(xlim=(-0.5, shares.shape[1] - 0.5), ylim=(len(shares) - 0.5, -0.5))
    axes.set_xticks(range(shares.shape[1]), [style.wrapped(str(name), 12) for name in shares])
    rows = [f"{cause} ({left:,})" for cause, left in table["left"].items()]
    axes.set_yticks(range(len(shares)), rows)
    axes.set_ylabel("what led (people who left)")
    axes.tick_params(length=0)
    for (row, column), share in np.ndenumerate(shares.to_numpy(float)):
        _square(axes, column, row, share)
    row, column = divmod(int(shares.to_numpy(float).argmax()), shares.shape[1])
    cause, best = shares.index[row], shares.columns[column]
    said = [f"{name} {percent(float(shares[name].iloc[-1]))}" for name in shares]
    figure.read(
        f"Most: {percent(shares.to_numpy(float).max())} of those who left for {cause}, by “{best}”. "
        f"Of {shares.index[-1]} who left: {', '.join(said)}."
    )
    return figure


def _square(axes: Axes, x: int, y: int, share: float) -> None:
    """Draw a share as a square, the darker the more."""
    box: dict[str, Any] = {"edgecolor": "none", "facecolor": style.BLUE, "alpha": min(max(share, 0.0), 1.0)}
    axes.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, **box))
    ink = "white" if share >= DARK else style.INK
    axes.text(x, y, percent(share), ha="center", va="center", color=ink)


@styled
def lifetimes(table: pd.DataFrame) -> Picture:
    """Show how many of the first customers are still there, year by year, beside the rule.

    Parameters
    ----------
    table
        As `sim.analysis.lifetime.lifetimes` gives it.
    """
    style.expect(table, pd.DataFrame, "lifetimes", "a table, as lifetime.lifetimes(run) gives it")
    if not {"truth", "rule"} <= set(table):
        raise Fault("lifetimes: expects the table that lifetime.lifetimes(run) gives.")
    figure = Picture("Line chart", "How many of the first customers have not left")
    axes = figure.subplots()
    axes.plot(table.index, table["truth"], color=style.BLUE, marker="o")
    axes.plot(table.index, table["rule"], color=style.VERMILION, marker="o")
    axes.set(xlabel="years from the first day", ylabel="share of the first customers", ylim=(0, 1.05))
    axes.yaxis.set_major_formatter(style.percents)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    style.label_ends(axes, axes.get_lines(), ["in truth", "as if all years were like the first"], 0.075)
    end = table.iloc[-1]
    figure.read(
        f"In the first year {percent(1 - table['truth'].iloc[1])} left. After {table.index[-1]} years "
        f"{percent(end['truth'])} are still there; the rule says {percent(end['rule'])}."
    )
    return figure
