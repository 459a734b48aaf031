"""Panorama: figures of a whole customer base at once: who brings the money, and who stays on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim import rfm, style
from sim.concentration import TOP, gini, lorenz, top_share
from sim.data import Fault
from sim.style import Picture, number, percent, styled

BASES = 3  # customer bases in a figure: more curves run into each other
PALEST, DARK = 0.08, 0.8  # shades of the palest square, and from which on letters are white
WORDS = {"customer": "customers", "value": "money", "message": "messages"}  # for names of columns


@styled
def concentration(values: Mapping[str, npt.ArrayLike], share: float = TOP) -> Picture:
    """Show how much of the money how few customers bring; a curve a customer base.

    Parameters
    ----------
    values
        A number a customer, such as money spent, by the name of the customer base; up to three.
    share
        The share of the customers at which the curves are read.
    """
    style.expect(values, Mapping, "concentration", 'values by name, as {"our customers": spend}')
    if not 0 < len(values) <= BASES:
        raise Fault(f"concentration: expects 1 to {BASES} customer bases by name, was given {len(values)}.")
    figure = Picture("Line chart", "How much of the money how few customers bring")
    axes = figure.subplots()
    axes.set(xlabel="share of the customers, best first", ylabel="share of the money", xlim=(0, 1.05))
    axes.set_ylim(0, 1.02)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(style.percents)
    tops = {name: top_share(of, share) for name, of in values.items()}
    heights = style.spread(list(tops.values()), 0.12, 0.06, 0.36)  # below the diagonal, in the same order
    for (name, of), color, height in zip(values.items(), style.PALETTE, heights.tolist(), strict=False):
        curve = lorenz(of, best_first=True)
        axes.plot(curve["customer_share"], curve["value_share"], color=color)
        if np.isfinite(tops[name]):
            _tell(axes, name, (share, tops[name]), color, height)
    axes.plot([0, 1], [0, 1], color=style.GREY, linewidth=1)
    axes.axvline(share, color=style.GREY, linewidth=1, linestyle="--")
    if not np.isfinite(list(tops.values())).all():
        style.note(axes, "Nobody here has spent anything.")
    said = "; ".join(f"{name} {percent(tops[name])}, Gini {number(gini(of))}" for name, of in values.items())
    figure.read(f"The top {percent(share)} of the customers bring: {said} (0: all equal, 1: one has all).")
    return figure


def _tell(axes: Axes, name: str, point: tuple[float, float], color: str, height: float) -> None:
    """Write its name beside a curve, in the empty corner below the diagonal, with a line to the point."""
    axes.plot(*point, marker="o", color=color, markersize=8, linestyle="none")
    arrow = {"arrowstyle": "-", "color": color, "shrinkA": 2, "shrinkB": 5, "relpos": (0, 0.5)}
    place: dict[str, Any] = {"textcoords": axes.transAxes, "va": "center", "arrowprops": arrow}
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    words = style.wrapped(f"{name}: {percent(point[1])}", 36)
    label = axes.annotate(words, point, (0.5, height), bbox=box, **place)
    label.set_in_layout(False)  # it stands inside, and must not move what stands outside


@styled
def rfm_map(scored: pd.DataFrame) -> Picture:
    """Show the nine segments as squares: how many customers each has, and how much of the money.

    Parameters
    ----------
    scored
        Customers with their scores; see `sim.rfm.score`.
    """
    style.expect(scored, pd.DataFrame, "rfm_map", "a table of scores, as rfm.score(…) gives it")
    table = rfm.summary(scored)
    figure = Picture("Map of nine squares", "Who is who: last order, and value until then", height=5.0)
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.set(xlabel="last order (recency score)", ylabel="orders and money (mean score)")
    axes.set(xlim=(-0.5, 2.5), ylim=(-0.5, 2.5))
    axes.set_xticks(range(3), ["long ago (1–2)", "in between (3)", "recently (4–5)"])
    axes.set_yticks(range(3), ["low\n(1–1.5)", "medium\n(2–3.5)", "high\n(4–5)"])
    most = np.nanmax(table["spend_share"].fillna(0)) or 1.0
    for place, name in enumerate(rfm.NAMES):
        row, column = divmod(place, 3)
        _square(axes, 2 - column, 2 - row, name, table.T[name], most)
    money, risk = table["spend_share"].fillna(0), "high value at risk"
    first = str(money.idxmax())
    figure.read(
        f"The darker, the more of the money. Most of it, {percent(money[first])}, comes from {first}: "
        f"{percent(table['customer_share'].fillna(0)[first])} of the customers. {risk.capitalize()}: "
        f"{style.people(int(table['customers'][risk]))}, {percent(money[risk])} of the money."
    )
    return figure


def _square(axes: Axes, x: int, y: int, name: str, counted: pd.Series[Any], most: float) -> None:
    """Draw a segment as a square, the darker the more of the money it brings."""
    share = float(np.nan_to_num(counted["spend_share"]))
    shade = min(PALEST + (1 - PALEST) * share / most, 1.0)  # or rounding lifts the darkest above 1
    ink = "white" if shade >= DARK else style.INK
    square = Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=style.BLUE, alpha=shade, edgecolor="none")
    axes.add_patch(square)
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False, facecolor="white", edgecolor="white"))
    axes.text(x, y + 0.17, name, ha="center", va="center", fontweight="bold", color=ink)
    counts = f"{style.people(int(counted['customers']))}\n{percent(share)} of the money"
    axes.text(x, y - 0.12, counts, ha="center", va="center", color=ink)


@styled
def shares(table: pd.DataFrame) -> Picture:
    """Show the shares that groups of customers have of this and of that, side by side.

    Parameters
    ----------
    table
        A row a group, best first; each column `…_share` is drawn. See `sim.concentration.tier_summary` and
        `sim.analysis.targeting.by_group`.
    """
    style.expect(table, pd.DataFrame, "shares", "a table with columns such as customer_share")
    drawn = [str(name) for name in table if str(name).endswith("_share")]
    if not drawn or len(drawn) > BASES:
        raise Fault(
            f'shares: expects a table with 1 to {BASES} columns that end in "_share", it has {len(drawn)}.'
        )
    stems = [name.removesuffix("_share") for name in drawn]
    things = [WORDS.get(stem, stem.replace("_", " ")) for stem in stems]
    figure = Picture("Bar chart", f"Who has which share: {', '.join(things)}")
    axes = figure.subplots()
    _side_by_side(axes, table[drawn].fillna(0), things, percent)
    axes.set(xlabel=str(table.index.name or "group"), ylabel="share of the whole")
    axes.yaxis.set_major_formatter(style.percents)
    if table.empty:
        style.note(axes, "There is no group to compare.")
        figure.read("There is nothing to compare.")
        return figure
    first = table[drawn].fillna(0).iloc[0]
    parts = [f"{percent(first[name])} of the {thing}" for name, thing in zip(drawn, things, strict=True)]
    figure.read(f"Group “{table.index[0]}”: {', '.join(parts)}.")
    return figure


@styled
def next_period(table: pd.DataFrame) -> Picture:
    """Show where groups of customers, formed by one period, stand in the next, beside the mean.

    Parameters
    ----------
    table
        A row a group, 1 being the best; see `sim.concentration.next_period`.
    """
    columns = ["before_to_mean", "after_to_mean"]
    style.expect(table, pd.DataFrame, "next_period", "a table, as concentration.next_period(…) gives it")
    if not set(columns) <= set(table):
        raise Fault("next_period: expects the table that concentration.next_period(before, after) gives.")
    figure = Picture("Bar chart", "The same customers, one period later")
    axes = figure.subplots()
    _side_by_side(axes, table[columns].fillna(0), ["in the first period", "in the next"], number)
    axes.axhline(1, color=style.INK, linewidth=1, linestyle="--")
    axes.set(xlabel="groups of equal size, formed by the first period; 1 is the best")
    axes.set_ylabel("spending of a customer\n(1 is the mean of all)")
    if table.empty or not table[columns].sum().all():
        style.note(axes, "In one of the periods nobody spent anything.")
        figure.read("There is nothing to compare.")
        return figure
    (first, then), (last, rise) = table[columns].iloc[[0, -1]].to_numpy(float).tolist()
    figure.read(
        f"The best group went from {number(first)} to {number(then)} times the mean, "
        f"the last from {number(last)} to {number(rise)}."
    )
    return figure


@styled
def costs(table: pd.DataFrame, currency: str = "currency") -> Picture:
    """Show amounts of money side by side, group by group.

    Parameters
    ----------
    table
        A row a group; each column `…_currency` is drawn, up to three. See `sim.analysis.newcomers`.
    currency
        What the amounts are in, such as `market.currency`.
    """
    style.expect(table, pd.DataFrame, "costs", "a table with columns such as cost_currency")
    drawn = [str(name) for name in table if str(name).endswith("_currency")]
    if not drawn or len(drawn) > BASES:
        raise Fault(
            f'costs: expects a table with 1 to {BASES} columns that end in "_currency", it has {len(drawn)}.'
        )
    things = [name.removesuffix("_currency").replace("_", " ") for name in drawn]
    figure = Picture("Bar chart", f"Money a customer: {', '.join(things)}")
    axes = figure.subplots()
    _side_by_side(axes, table[drawn].fillna(0), things, number)
    axes.set(xlabel=str(table.index.name or "group"), ylabel=f"{currency} a customer")
    if table.empty:
        style.note(axes, "There is no group to compare.")
        figure.read("There is nothing to compare.")
        return figure
    last = table[drawn].iloc[-1]
    parts = [f"{thing} {number(last[name])}" for name, thing in zip(drawn, things, strict=True)]
    figure.read(f"Group “{table.index[-1]}”: {', '.join(parts)}.")
    return figure


def _side_by_side(axes: Axes, table: pd.DataFrame, names: list[str], say: Any) -> None:
    """Draw a cluster of bars for each row, a colour a column, each with its number."""
    width, colors = 0.8 / len(names), (style.GREY, style.BLUE, style.VERMILION)
    for place, (column, name) in enumerate(zip(table, names, strict=True)):
        left = np.arange(len(table)) + width * (place - (len(names) - 1) / 2)
        bars = axes.bar(left, table[column], width=0.95 * width, color=colors[place], label=name)
        axes.bar_label(bars, [say(height) for height in table[column]], padding=2)
    axes.set_xticks(range(len(table)), [str(name) for name in table.index])
    axes.margins(y=0.25)  # room for the legend above the bars
    style.zero_line(axes)
    axes.legend(loc="upper right", ncols=len(names))
