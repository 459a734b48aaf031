"""Exhibits: figures of a claim on trial: each piece of evidence beside the claim, and what the twin says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import style
from sim.analysis.court import CLAIM, COLUMNS
from sim.data import Fault
from sim.style import Picture, percent, styled

FATES = {  # in the order in which they are stacked
    "anyway": style.GREY,
    "because": style.GREEN,
    "driven away": style.VERMILION,
    "lost": style.PALE,
}
SAID = {
    "anyway": "would have come anyway",
    "because": "came because of it",
    "driven away": "stayed away because of it",
    "lost": "did not come",
}


@styled
def exhibits(table: pd.DataFrame, claim: float = CLAIM) -> Picture:
    """Show the share that each piece of evidence calls retained, with its interval, beside a claim.

    Parameters
    ----------
    table
        As `sim.analysis.court.buy` or `sim.analysis.court.exhibits` gives it.
    claim
        The share that is claimed.
    """
    style.expect(table, pd.DataFrame, "exhibits", "a table, as court.buy(…) gives it")
    if not set(COLUMNS) <= set(table) or table.index.nlevels != 2:
        raise Fault("exhibits: expects the table that court.buy or court.exhibits gives.")
    figure = Picture("Dot plot with intervals", "Retained, by each reading", height=1.8 + 0.42 * len(table))
    axes = figure.subplots()
    rows = np.arange(len(table))
    axes.hlines(rows, table["low"], table["high"], color=style.BLUE, linewidth=4, alpha=0.45)
    axes.plot(table["retained"], rows, "o", color=style.BLUE, markersize=9)
    axes.axvline(
        claim, color=style.VERMILION, linewidth=2, linestyle="--", label=f"claimed: {percent(claim)}"
    )
    names = [piece if piece == group else f"{piece}: {group}" for piece, group in table.index]
    axes.set_yticks(rows, [f"{name} ({n:,})" for name, n in zip(names, table["people"], strict=True)])
    axes.set(xlim=(0, 1), ylim=(len(table) - 0.5, -0.5), xlabel="share called retained, with 95 % interval")
    axes.xaxis.set_major_formatter(style.percents)
    axes.grid(axis="x")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    over = [name for name, low in zip(names, table["low"], strict=True) if low > claim]
    near = int(((table["low"] <= claim) & (table["high"] >= claim)).sum())
    clear = ", ".join(over) or "none"
    figure.read(f"Clearly above the claim: {clear}. {near} of {len(table)} could be the claim itself.")
    return figure


@styled
def fates(table: pd.DataFrame) -> Picture:
    """Show of those written to who came anyway, and who because of it, market by market.

    Parameters
    ----------
    table
        As `sim.analysis.court.testimony` gives it.
    """
    style.expect(table, pd.DataFrame, "fates", "a table, as court.testimony(…) gives it")
    if not set(FATES) <= set(table) or table.empty:
        raise Fault("fates: expects the table that court.testimony gives.")
    figure = Picture(
        "Stacked bars", "Of 100 people written to, the twin says", height=1.8 + 0.38 * len(table)
    )
    axes = figure.subplots()
    start, rows = np.zeros(len(table)), np.arange(len(table))
    for name, color in FATES.items():
        axes.barh(rows, table[name], left=start, color=color, height=0.7, label=SAID[name])
        start += table[name].to_numpy(float)
    axes.set_yticks(rows, [f"market {name}" for name in table.index])
    axes.set(xlim=(0, 100), ylim=(len(table) - 0.4, -0.6), xlabel="people of 100 written to")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=2)
    means = table[list(FATES)].mean()
    figure.read("On average: " + "; ".join(f"{SAID[name]} {means[name]:.0f}" for name in FATES) + ".")
    return figure
