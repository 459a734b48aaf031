"""Foresight: figures of what was said of single customers beforehand, beside what came.

Whether probabilities came true, whom a score catches, and how many of a cohort (同期群) renew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.data import Fault
from sim.style import Picture, number, percent, styled

MARKS = (("o", style.INK), ("s", style.VERMILION), ("^", style.GREEN))
LINES = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE)
ASIDE = 0.14  # between the marks of a group, or one would hide the other


@styled
def calibration(table: pd.DataFrame, said: str = "said by the model") -> Picture:
    """Show what probabilities said and how often it came true, group by group.

    Parameters
    ----------
    table
        As `sim.clv.by_probability` gives it, with up to three outcomes.
    said
        What the probability is called.
    """
    style.expect(table, pd.DataFrame, "calibration", "a table, as clv.by_probability(…) gives it")
    drawn = [str(name) for name in table if name not in ("customers", "expected")]
    if len(drawn) not in (1, 2, 3) or len(table.columns) - len(drawn) != 2:
        raise Fault("calibration: expects the table that clv.by_probability gives, with 1 to 3 outcomes.")
    figure = Picture("Dot plot", "What was said, and what came")
    axes = figure.subplots()
    axes.set(xlabel="groups by what was said (below: customers)", ylabel="share of the group")
    axes.yaxis.set_major_formatter(style.percents)
    axes.set_ylim(-0.03, 1.2)  # room for the legend
    axes.set_yticks(np.linspace(0, 1, 6))
    places = np.arange(len(table))
    pen: dict[str, Any] = {
        "color": style.BLUE,
        "markerfacecolor": "white",
        "markeredgewidth": 2,
        "markersize": 9,
    }
    axes.plot(places - ASIDE, table["expected"], "D", label=said, **pen)
    for place, (name, (mark, color)) in enumerate(zip(drawn, MARKS, strict=False)):
        axes.plot(places + ASIDE * place, table[name], mark, color=color, markersize=8, label=name)
    axes.set_xticks(
        places,
        [f"{group}\n({count:,})" for group, count in zip(table.index, table["customers"], strict=True)],
    )
    axes.margins(x=0.06)
    axes.legend(loc="upper left", ncols=len(drawn) + 1)
    if table.empty:
        style.note(axes, "There are no customers to compare.")
        figure.read("There is nothing to compare.")
        return figure
    first = table.iloc[0]
    came = ", ".join(f"{name} {percent(first[name])}" for name in drawn)
    who = style.people(int(first["customers"]))
    figure.read(f"Group {table.index[0]}, {who}: {said} {percent(first['expected'])}; {came}.")
    return figure


@styled
def caught(curves: Mapping[str, pd.DataFrame], what: str, share: float = 0.1) -> Picture:
    """Show how many are caught by going down a score, the highest first; a curve a score.

    Parameters
    ----------
    curves
        Curves by the name of the score, up to four, as `sim.analysis.churn.caught` gives them.
    what
        Who is to be caught, for the axis: "those who left".
    share
        The share of customers at which the curves are read.
    """
    style.expect(curves, Mapping, "caught", 'curves by name, as {"silence": churn.caught(…)}')
    if not 0 < len(curves) <= len(LINES):
        raise Fault(f"caught: expects 1 to {len(LINES)} curves by name, was given {len(curves)}.")
    figure = Picture("Line chart", f"How many of {what} a warning catches")
    axes = figure.subplots()
    axes.set(xlabel="share of the customers warned of, highest score first", ylabel=f"share of {what}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(style.percents)
    axes.plot([0, 1], [0, 1], color=style.GREY, linewidth=1, linestyle="--", label="by lot")
    said = []
    for place, ((name, curve), color) in enumerate(zip(curves.items(), LINES, strict=False)):
        width = 1.6 + 0.9 * (len(curves) - 1 - place)  # earlier ones are broader: equal lines stay visible
        axes.plot(curve["customer_share"], curve["caught_share"], color=color, linewidth=width, label=name)
        reached = np.interp(share, curve["customer_share"], curve["caught_share"])
        said.append(f"{name} {percent(float(reached))}")
    axes.axvline(share, color=style.GREY, linewidth=1)
    axes.set_ylim(0, 1.03)
    axes.legend(loc="lower right")
    figure.read(f"The first {percent(share)} catch, of {what}: {'; '.join(said)}; by lot {percent(share)}.")
    return figure


@styled
def renewals(left: pd.Series[int], forecasts: Mapping[str, npt.ArrayLike], known: int) -> Picture:
    """Show how many of a cohort are still there after each renewal, beside what was forecast.

    Parameters
    ----------
    left
        Customers by renewals made, from 0.
    forecasts
        The same, (renewals,), by the name of the forecast; up to four.
    known
        The last renewal that the forecasts knew.
    """
    style.expect(left, pd.Series, "renewals", "a column of customers, as load_renewals()[…] gives it")
    if not 0 < len(forecasts) <= len(LINES):
        raise Fault(f"renewals: expects 1 to {len(LINES)} forecasts by name, was given {len(forecasts)}.")
    figure = Picture("Line chart", "How many of a cohort are still there")
    axes = figure.subplots()
    axes.set(xlabel="renewals made", ylabel="customers still there")
    axes.yaxis.set_major_formatter(style.numbers)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.plot(left.index, left, "o", color=style.INK, label="really there")
    curves = {name: _as_long(left, name, forecast) for name, forecast in forecasts.items()}
    for (name, curve), color in zip(curves.items(), LINES, strict=False):
        axes.plot(left.index, curve, color=color, label=name)
    axes.axvline(known, color=style.GREY, linewidth=1, linestyle="--")
    above = axes.get_xaxis_transform()
    axes.text(known, 0.95, "  known up to here", transform=above, color=style.GREY)
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right", bbox_to_anchor=(1, 0.9))
    last = left.index[-1]
    said = "; ".join(f"{name} {number(round(curve[-1]))}" for name, curve in curves.items())
    figure.read(f"After {last} renewals: {number(left[last])} customers of {number(left.iloc[0])}; {said}.")
    return figure


def _as_long(left: pd.Series[int], name: str, forecast: npt.ArrayLike) -> npt.NDArray[np.float64]:
    curve = np.asarray(forecast, float)
    if curve.shape != left.shape:
        raise Fault(
            f"renewals: {name} has the shape {curve.shape}; expects a number for each of {len(left)}."
        )
    return curve
