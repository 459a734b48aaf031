"""Close-ups: figures of what happened inside a run, at the service desk or to one person."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim import series, style
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK, OpeningHours
from sim.data import Fault
from sim.events import Cause, Events, Kind
from sim.run import Run
from sim.style import Picture, percent, styled

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
COLORS = (
    *(style.GREEN, style.ORANGE, style.YELLOW, style.VERMILION),
    *(style.PURPLE, style.BLUE, style.SKY, style.BLACK),
)
CAUSES = dict(zip(Cause, COLORS, strict=True))
TRACES = {
    "orders": (Kind.ORDER, style.BLUE),
    "faults": (Kind.FAULT, style.ORANGE),
    "complaints": (Kind.TICKET, style.VERMILION),
    "messages": (Kind.SENT, style.PURPLE),
}
WHOLE = (int, np.integer)


@styled
def queue(run: Run, week: int) -> Picture:
    """Show the service desk over a week: complaints waiting and in hand, and promises broken.

    Parameters
    ----------
    run
        A run of a market with a service desk.
    week
        Which week, from 0.
    """
    style.expect(run, Run, "queue", "a run")
    style.expect(week, WHOLE, "queue", "a week, a whole number")
    service, start = run.scenario.service, int(week) * MINUTES_A_WEEK
    if service is None:
        raise Fault(f"queue: {run.scenario.name} has no service desk: its service section is switched off.")
    if not 0 <= week < run.scenario.weeks:
        raise Fault(f"week: this run has weeks 0 to {run.scenario.weeks - 1}, was given {week}.")
    desk, broken = series.queue_by_minute(run, week), series.broken_promises(run) - start
    day, total = (desk["minute"] - start) / MINUTES_A_DAY, (desk["waiting"] + desk["in_hand"]).to_numpy()
    late = broken[(broken >= 0) & (broken < MINUTES_A_WEEK)]
    promise = f"{service.answer_target:g} open hours"

    figure = Picture("Area chart", f"The service desk in week {week}")
    axes = figure.subplots()
    axes.set(xlim=(0, 7), ylim=(0, max(4, 1.25 * total.max())))
    axes.set(xlabel=f"days of week {week}", ylabel="complaints at the desk")
    _week(axes, service.hours)
    axes.fill_between(day, desk["in_hand"], color=style.BLUE, linewidth=0, label="in hand")
    axes.fill_between(day, desk["in_hand"], total, color=style.ORANGE, linewidth=0, label="waiting")
    _crosses(axes, late, total, f"no answer for {promise}")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2, handlelength=1.2)
    if not total.any():
        style.note(axes, "No complaint this week.")
    came = int((run.events.of(Kind.TICKET).minute // MINUTES_A_WEEK == week).sum())
    waited = f"at most {desk['waiting'].max():,} waited at a time"
    figure.read(f"New complaints: {came:,}; {waited}; without an answer for {promise}: {len(late):,}.")
    return figure


def _week(axes: Axes, hours: OpeningHours) -> None:
    """Name the days and shade the opening hours."""
    for day in range(hours.days):
        opening, closing = day + hours.from_hour / 24, day + hours.until_hour / 24
        label = "" if day else "desk open"
        axes.axvspan(opening, closing, color=style.PALE, alpha=0.6, linewidth=0, label=label, zorder=0)
    axes.set_xticks(np.arange(7) + 0.5, DAYS)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))


def _crosses(axes: Axes, late: npt.NDArray[np.int64], total: npt.NDArray[np.int64], label: str) -> None:
    """Mark on the queue where a promise broke, and write above each day how many did."""
    cross: dict[str, Any] = {"markersize": 10, "color": style.VERMILION, "markeredgecolor": "white"}
    axes.plot(late / MINUTES_A_DAY, total[late], "X", label=label, **cross)
    days, counts = np.unique(late // MINUTES_A_DAY, return_counts=True)
    for day, count in zip(days.tolist(), counts.tolist(), strict=True):
        above = axes.get_xaxis_transform()
        axes.text(day + 0.5, 0.98, f"{count:,} late", transform=above, ha="center", va="top")


@styled
def patience(run: Run, person: int) -> Picture:
    """Show what used up the patience of a person who left, and what they lived through until then.

    Parameters
    ----------
    run
        Any run.
    person
        Someone of `run.defections`.
    """
    style.expect(run, Run, "patience", "a run")
    style.expect(person, WHOLE, "patience", "the number of a person")
    ends = run.defections[run.defections["person"] == person]
    if ends.empty:
        some = ", ".join(map(str, run.defections["person"].unique()[:3]))
        remedy = f"Try one who did: {some}." if some else "Nobody left in this run; try a longer one."
        raise Fault(f"patience: person {person} never left. {remedy}")
    seen = run.events.where(run.events.person == person)
    seen = seen.where(seen.minute <= seen.of(Kind.LEFT).minute[-1])
    shares = ends[[cause.name.lower() for cause in Cause]]

    title = f"What used up the patience of person {person}"
    figure = Picture("Stacked bar and timeline", title, height=4.2 + 0.8 * len(ends))
    *bars, timeline = figure.subplots(len(ends) + 1, height_ratios=[1.0] * len(ends) + [1.6])
    for axes, row, week in zip(bars, shares.to_numpy(), ends["week"], strict=True):
        _account(axes, row)
        axes.set_title(f"left in week {week}")
    bars[-1].set_xlabel("share of patience used up")
    _trace(timeline, seen)
    orders = len(seen.of(Kind.ORDER))
    causes = shares.iloc[-1].sort_values(ascending=False, kind="stable")
    said = ", ".join(f"{cause} {percent(share)}" for cause, share in causes[causes > 0].items())
    lasted = f"until week {ends['week'].iloc[-1]}, for {orders:,} {'order' if orders == 1 else 'orders'}"
    figure.read(f"Patience lasted {lasted}; what used it up: {said}.")
    return figure


def _account(axes: Axes, shares: npt.NDArray[np.float64]) -> None:
    """Draw an account of patience as a bar, each cause named above its part."""
    used = [cause for cause in Cause if shares[cause] > 0]
    ends = np.cumsum(shares[used])
    middles = ends - shares[used] / 2
    arrow = {"arrowstyle": "-", "color": style.GREY, "shrinkA": 0, "shrinkB": 1}
    places = style.spread(middles, 0.165, 0.06, 0.94)
    for cause, end, middle, place in zip(used, ends, middles, places, strict=True):
        share, color = shares[cause], CAUSES[cause]
        axes.barh(0, share, left=end - share, color=color, height=1, edgecolor="white")
        text = f"{cause.name.lower()}\n{percent(share)}"
        axes.annotate(text, (middle, 0.5), (place, 0.95), va="bottom", ha="center", arrowprops=arrow)
    axes.set(xlim=(0, 1), ylim=(-0.5, 2.2), yticks=[])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(style.percents)


def _trace(axes: Axes, seen: Events) -> None:
    """Draw a person's events along the weeks, a row a kind, until the last time they left."""
    for row, (kind, color) in enumerate(TRACES.values()):
        weeks = seen.of(kind).minute / MINUTES_A_WEEK
        axes.eventplot(weeks, lineoffsets=row, linelengths=0.7, linewidths=2, colors=color)
    leaving = seen.of(Kind.LEFT).minute / MINUTES_A_WEEK
    for week in leaving:
        axes.axvline(week, color=style.INK, linewidth=1.5, zorder=0.5)
    first = float(min(seen.of(Kind.ORDER).minute, default=0)) / MINUTES_A_WEEK
    margin = 0.02 * (leaving[-1] - first) + 0.1
    axes.set(xlim=(first - margin, leaving[-1] + margin), ylim=(len(TRACES) - 0.4, -0.6))
    axes.set_yticks(range(len(TRACES)), list(TRACES))
    axes.set_xlabel("week of the run (black line: left)")
