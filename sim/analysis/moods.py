"""Moods: what customers expect, how satisfied they are, and which price they hold for normal, as weeks go by.

A run shows people as they are at its end. A shorter run of the same plan and seed is the same life, ended
earlier: so moods in between are looked up in shorter runs. They are truth; a firm has only its surveys.

    market, plan, seed, weeks  ->  moods  ->  plots.moods
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.data import Fault
from sim.events import Kind, Stage
from sim.holdout import expect_whole
from sim.market import simulate
from sim.run import Run
from sim.scenario import Scenario
from sim.style import Picture, number, styled
from sim.work import Strategy

MOST = 3  # lives whose lines can be told apart
SHOWN = {"expectation": "expected,\npoints of 10", "satisfaction": "satisfaction,\npoints of 10"}
Integers = npt.NDArray[np.integer]


def by_week(
    market: Scenario, plan: Strategy, seed: int, weeks: Iterable[int], who: Integers | None = None
) -> pd.DataFrame:
    """Give the mean moods of customers at the end of some weeks.

    Parameters
    ----------
    weeks
        After how many weeks; each takes a run of that length.
    who
        Whom to follow, such as those who watched a night; all unless given. Who has left is left out.

    Returns
    -------
    A row for each of the weeks, with `customers`, `expectation` and `satisfaction` (points of 10),
    `normal_price` (which they hold for normal, beside the usual) and `full_pantry` (the share whose pantry
    is full).

    Raises
    ------
    Fault
        If no week is given, or one that the market does not have.
    """
    moments = sorted(set(weeks))
    if not moments:
        raise Fault("moods: expects at least one week.")
    for week in moments:
        expect_whole("moods", weeks=week)
    if moments[-1] > market.weeks:
        raise Fault(f"moods: the market has {market.weeks} weeks; ask for no later one than that.")
    rows = [_now(simulate(market.but(weeks=week), plan, seed), who) for week in moments]
    return pd.DataFrame(rows, index=pd.Index(moments, name="week")).astype({"customers": int})


def followers(run: Run) -> Integers:
    """Give the people who have followed at least one message, each once."""
    return np.unique(run.events.of(Kind.CLICKED).person)


def _now(run: Run, who: Integers | None) -> dict[str, float]:
    """Give the mean moods of those who are customers at the end of a run."""
    people = run.people
    here = np.flatnonzero(people.entry.stage == Stage.CUSTOMER)
    if who is not None:
        here = np.intersect1d(here, who)
    return {
        "customers": len(here),
        "expectation": people.experience.expectation[here].mean() / 100,
        "satisfaction": people.experience.satisfaction[here].mean() / 100,
        "normal_price": people.pricing.reference[here].mean(),
        "full_pantry": (people.pricing.stock[here] > 0).mean(),
    }


@styled
def moods(lives: Mapping[str, pd.DataFrame]) -> Picture:
    """Show what is expected, and how satisfied people are, as weeks go by; a line a life.

    Parameters
    ----------
    lives
        Up to three tables by name, as `by_week` gives them.
    """
    style.expect(lives, Mapping, "moods", "tables by name, as moods.by_week(…) gives them")
    if not 0 < len(lives) <= MOST:
        raise Fault(f"moods: shows one to {MOST} lives by name, was given {len(lives)}.")
    figure = Picture("Two line charts", "What is expected, and what is felt", height=5.0)
    panels = figure.subplots(2, sharex=True)
    for axes, (column, label) in zip(panels, SHOWN.items(), strict=True):
        for place, (name, table) in enumerate(lives.items()):
            axes.plot(table.index, table[column], marker=".", color=style.PALETTE[place], label=name)
        axes.set_ylabel(label)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.margins(y=0.15)
    panels[1].set_xlabel("week")
    panels[1].xaxis.set_major_locator(MaxNLocator(8, integer=True))
    panels[0].legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=MOST)
    figure.read(" ".join(_said(name, table) for name, table in lives.items()))
    return figure


def _said(name: str, table: pd.DataFrame) -> str:
    last = table.iloc[-1]
    return (
        f"“{name}”, week {table.index[-1]}: {number(last['expectation'])} expected, "
        f"satisfaction {number(last['satisfaction'])}."
    )
