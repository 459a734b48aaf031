"""Response: who clicks, of those who opened a message; by campaign, by channel, by the need they named.

run  ->  clicks (a row a group)  ->  spans (a dot and its interval for each group)

A firm sees all of this. What it does not see is who would have bought anyway: a click is no sale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.channel import codes
from sim.data import Fault
from sim.events import Kind
from sim.experiment import mean_and_interval, share_and_interval
from sim.style import Picture, number, percent, styled

if TYPE_CHECKING:
    from sim.run import Run

WAYS = ("campaign", "channel", "need")  # to group messages


def clicks(run: Run, by: str | Sequence[str] = "campaign", of: str = "opened") -> pd.DataFrame:
    """Count the messages of a run that were opened and clicked, group by group.

    Parameters
    ----------
    by
        "campaign" (its name, or its number where it has none), "channel", "need" (as named to the firm by
        the end of the run), or several of them.
    of
        What clicks are counted against: "opened" messages or all that were "sent".

    Returns
    -------
    A row a group: `sent`, `opened`, `clicked`, and `mean` (clicks for each message), `low`, `high`: its 95 %
    interval by Wilson.

    Raises
    ------
    Fault
        If there is no such way to group or count.
    """
    ways = [by] if isinstance(by, str) else list(by)
    for way in ways:
        if way not in WAYS:
            raise Fault(f"clicks: by is one of {', '.join(WAYS)}, was given {way!r}.")
    if of not in ("sent", "opened"):
        raise Fault(f'clicks: of is "sent" or "opened", was given {of!r}.')
    words = {"sent": Kind.SENT, "opened": Kind.OPENED, "clicked": Kind.CLICKED}
    counts = {word: _groups(run, kind, ways).value_counts() for word, kind in words.items()}
    table = pd.DataFrame(counts).fillna(0).astype(int).sort_index()
    table.index.names = ways
    mean, low, high = share_and_interval(table["clicked"], table[of])
    return table.assign(mean=mean, low=low, high=high)


def means(values: pd.Series[float], groups: pd.Series[Any]) -> pd.DataFrame:
    """Give the mean of each group with its 95 % interval (Student's), and how many there are.

    Parameters
    ----------
    values
        A number a customer, such as money spent.
    groups
        The group of each customer; rows without one are left out.
    """
    rows = {
        name: (len(group), *mean_and_interval(group))
        for name, group in values.dropna().groupby(groups, observed=True)
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", "mean", "low", "high"])
    return table.rename_axis(str(groups.name or "group"))


def explained(values: pd.Series[float], groups: pd.Series[Any]) -> float:
    """Give the share of the differences between customers that lies between groups (eta squared), 0-1.

    Parameters
    ----------
    values
        A number a customer.
    groups
        The group of each customer; rows without one are left out.
    """
    both = pd.DataFrame({"value": values, "group": groups}).dropna()
    between = both.groupby("group", observed=True)["value"].transform("mean")
    whole = both["value"].var(ddof=0)
    return float(between.var(ddof=0) / whole) if whole else float("nan")


@styled
def spans(
    table: pd.DataFrame, title: str, unit: str, beside: float | None = None, bars: str = "95 % intervals"
) -> Picture:
    """Show a dot and a bar for each group: a mean and its interval.

    Parameters
    ----------
    table
        A row a group with `mean`, `low` and `high`, as `clicks` and `means` give it.
    title
        What is compared.
    unit
        What is counted; "share …" is written in per cent.
    beside
        A number to compare with, drawn as a line.
    bars
        What the bars from `low` to `high` are.
    """
    style.expect(table, pd.DataFrame, "spans", "a table with mean, low and high")
    if not {"mean", "low", "high"} <= set(table):
        raise Fault("spans: expects a table with the columns mean, low and high.")
    say, ticks = (percent, style.percents) if unit.startswith("share") else (number, style.numbers)
    names = [" · ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in table.index]
    figure = Picture("Dot plot", title, height=max(3.2, 1.8 + 0.5 * len(table)))
    axes = figure.subplots()
    rows = np.arange(len(table))
    axes.hlines(rows, table["low"], table["high"], color=style.BLUE, linewidth=4, alpha=0.5)
    axes.plot(table["mean"], rows, "o", color=style.BLUE, markersize=9)
    for row, mean in zip(rows.tolist(), table["mean"].tolist(), strict=True):
        if np.isfinite(mean):
            place: dict[str, Any] = {"textcoords": "offset points", "ha": "center"}
            axes.annotate(say(mean), (mean, row), (0, 8), **place)
    if beside is not None:
        axes.axvline(beside, color=style.INK, linewidth=1, linestyle="--")
    axes.set(xlabel=unit, ylim=(len(table) - 0.4, -0.7))
    axes.set_yticks(rows, [style.wrapped(name, 26) for name in names])
    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(ticks)
    axes.margins(x=0.08)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x")
    figure.read(_said(names, table, say, bars))
    return figure


def _said(names: list[str], table: pd.DataFrame, say: Any, bars: str) -> str:
    """Name the highest and the lowest group."""
    known = np.flatnonzero(table["mean"].notna().to_numpy())
    if not len(known):
        return "There is nothing to compare."
    means_, lows, highs = (table[name].to_numpy(float) for name in ("mean", "low", "high"))
    top, least = known[np.argmax(means_[known])], known[np.argmin(means_[known])]
    told = [
        f"{word}: {names[at]}, {say(means_[at])} ({say(lows[at])} to {say(highs[at])})"
        for word, at in (("Highest", top), ("lowest", least))
    ]
    return "; ".join(told) + f". Bars: {bars}."


def _groups(run: Run, kind: Kind, ways: list[str]) -> pd.MultiIndex | pd.Index[Any]:
    """Give the group of each message of a kind."""
    events = run.events.of(kind)
    columns = {
        "campaign": lambda: _names(run)[events.ref],
        "channel": lambda: _channels(run)[events.channel],
        "need": lambda: _named(run)[events.person],
    }
    parts = [columns[way]() for way in ways]
    return pd.MultiIndex.from_arrays(parts) if len(parts) > 1 else pd.Index(parts[0])


def _names(run: Run) -> npt.NDArray[np.str_]:
    """Give the name of each campaign by its number, from 1."""
    numbered = [(number, campaign.name) for campaign, number in run.timeline.numbers.items()]
    names = [""] * (1 + max((number for number, _ in numbered), default=0))
    for number_, name in numbered:
        names[number_] = name or str(number_)
    return np.array(names)


def _channels(run: Run) -> npt.NDArray[np.str_]:
    """Give the name of each channel by its number in the log."""
    code = codes(run.scenario.contact.channels) if run.scenario.contact else {}
    names = [""] * (1 + max(code.values(), default=0))
    for name, number_ in code.items():
        names[number_] = name
    return np.array(names)


def _named(run: Run) -> npt.NDArray[np.str_]:
    """Give the need that each person has named; "not named" for the others."""
    record = run.record(run.scenario.weeks)["need"]
    named = np.full(run.scenario.people, "not named", dtype="<U12")
    named[run.hidden_link[record.index]] = np.where(record == "", "not named", record)
    return named
