"""The counter: figures of the rice shop. What the till foretells of jars; who climbs the ladder."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import style
from sim.analysis import formation, jars
from sim.run import Run
from sim.style import Picture, number, percent, styled

SPAN = (-6, 12)  # weeks: predictions further off are drawn at the border


@styled
def foretold(run: Run, staple: str = "rice") -> Picture:
    """Show for each customer when the till thinks that a staple runs out, and how full the jar is.

    Parameters
    ----------
    run
        A run of a market with staples.
    staple
        Which one.
    """
    style.expect(run, Run, "foretold", "a run")
    table = jars.foreseen(run, staple)
    figure = Picture(
        "Scatter plot", f"What the till says of the {staple}, and what is in the jar", height=4.8
    )
    axes = figure.subplots()
    axes.plot(
        table["predicted"].clip(*SPAN), table["truth"].clip(*SPAN), "o", color=style.BLUE, alpha=0.35, ms=5
    )
    line = np.array([0.0, SPAN[1]])
    axes.plot(line, line, color=style.VERMILION)
    axes.text(SPAN[1], SPAN[1], "the till is right ", ha="right", va="bottom", color=style.VERMILION)
    axes.grid(visible=True)
    axes.set(
        xlabel="weeks until it runs out, says the till",
        ylabel="weeks left in the jar",
        ylim=(-0.6, SPAN[1] + 1),
    )
    weeks = range(SPAN[0] + 3, SPAN[1], 3)  # between the borders
    edges = {SPAN[0]: f"{style.numbers(SPAN[0])} or less", SPAN[1]: f"{SPAN[1]} or more"}
    names = {week: edges.get(week, style.numbers(week)) for week in (SPAN[0], *weeks, SPAN[1])}
    axes.set_xticks([*names], [*names.values()])
    axes.set_yticks([week for week in names if week >= 0], [names[week] for week in names if week >= 0])
    figure.read(_hits(table))
    return figure


def _hits(table: pd.DataFrame) -> str:
    """Say how many of those whom the till calls due are, beside all."""
    if table.empty:
        return "Nobody bought it twice: the till says nothing."
    due, low = table["predicted"] < 1, table["truth"] < 1
    said = (
        f"Of {due.sum():,} jars that the till calls due within a week, {percent(low[due].mean())} are"
        if due.any()
        else ""
    )
    return f"{said or 'The till calls no jar due; of all'}; of all {len(table):,}, {percent(low.mean())}."


@styled
def climb(run: Run, client: int = formation.CLIENT) -> Picture:
    """Show how many people ever stood on each rung of the ladder, and how many were lost below it.

    Parameters
    ----------
    run
        Any run.
    client
        Orders from which a buyer is called a client.
    """
    style.expect(run, Run, "climb", "a run")
    table = formation.climb(run, client)
    figure = Picture("Bar chart", "From suspect to advocate: who stood on which rung", height=4.6)
    axes = figure.subplots()
    rows = np.arange(len(table))
    axes.barh(rows, table["people"], color=style.BLUE, height=0.6, label="stood here")
    axes.barh(
        rows,
        table["lost"],
        left=table["people"],
        color=style.ORANGE,
        height=0.6,
        label="of the rung before, lost on the way",
    )
    for row, people, lost in zip(rows, table["people"], table["lost"], strict=True):
        said = f" {people:,} here, {lost:,} lost" if lost else f" {people:,}"
        axes.text(float(people + lost), float(row), said, va="center")
    axes.set(
        yticks=rows, yticklabels=list(table.index), xlabel="people", xlim=(0, 1.3 * table["people"].max())
    )
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    worst = table["lost"].idxmax()
    reach, bought, spoke = (number(table["people"].iloc[place]) for place in (0, 2, -1))
    figure.read(
        f"Of {reach} people in reach, {bought} bought and {spoke} recommended the shop. "
        f"Most were lost on the way to “{worst}”: {number(table['lost'].max())}."
    )
    return figure
