"""Looks: a test with a holdout, looked at again and again while it runs.

A firm does not wait for the end: it looks every few weeks, and would stop at the first clear difference.
`looks` tells what it would see each time, and what it would believe: with the plain interval, which is made
for a single look, and with the boundary that allows for all of them (`sim.boundary`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.boundary import boundary
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import Kind
from sim.holdout import Floats, error_of_difference, expect_whole, revenue, watched
from sim.run import Run

FEWEST = 30  # people in a group: of fewer, a normal interval is not to be trusted
MORE, LESS, OPEN = "more", "less", "open"  # verdicts
MEASURES = ("revenue", "bought")
Group = tuple[Floats, Floats]  # when each person has been watched to the end, and what they brought


def looks(
    run: Run,
    campaign: int = 1,
    weeks: int = 12,
    every: int = 4,
    level: float = 0.95,
    measure: Literal["revenue", "bought"] = "revenue",
) -> pd.DataFrame:
    """Look at a campaign's holdout every few weeks, and say what one would believe each time.

    Each person is watched for so many weeks, from the first time the campaign chose them, and counts in
    all looks after that. So a campaign needs to choose new people over time: one that chooses all at once
    has one look. The last look is `holdout`.

    Parameters
    ----------
    campaign
        The campaign's number, in the order of the plan, from 1.
    weeks
        How long each person is watched.
    every
        Weeks from one look to the next.
    level
        Of the plain interval; and of the boundary, for all looks together.
    measure
        "revenue" (currency a person) or "bought" (share with an order).

    Returns
    -------
    A row a look with something new to see, indexed by `week` (looked at on its Monday), with

    - `written_to`, `left_alone`: people watched to the end so far;
    - `information`: of all that is known at the last look, a share; what a firm must plan beforehand;
    - `difference`, `low`, `high`: of the two groups, with the plain interval;
    - `boundary`: standard errors that the difference must reach, as all looks together allow;
    - `wide_low`, `wide_high`: the interval that reaches so far: it may be looked at as often as here
      (Jennison & Turnbull 1989, Journal of the Royal Statistical Society B 51(3));
    - `naive`, `verdict`: "more", "less" or "open", by the plain interval and by the wide one.

    Raises
    ------
    Fault
        If a number is wrong, or at no look 30 people of each group have been watched to the end.
    """
    expect_whole("looks", campaign=campaign, weeks=weeks, every=every)
    if measure not in MEASURES:
        raise Fault(f"looks: measure is one of {', '.join(MEASURES)}, was given {measure!r}.")
    groups = [_group(run, kind, campaign, weeks, measure) for kind in (Kind.SENT, Kind.HELD_OUT)]
    rows = list(_rows(groups, [*range(every, run.scenario.weeks, every), run.scenario.weeks]))
    if not rows:
        raise Fault(
            f"looks: campaign {campaign} has at no look {FEWEST} people written to and {FEWEST} left alone, "
            f"watched for {weeks} weeks. Give it a holdout such as 0.3, or let it run longer."
        )
    columns = ["week", "written_to", "left_alone", "difference", "error"]
    table = pd.DataFrame(rows, columns=columns).set_index("week")
    known = 1 / (1 / table["written_to"] + 1 / table["left_alone"])
    table.insert(2, "information", known / known.iloc[-1])
    return _judged(table, level)


def _group(run: Run, kind: Kind, campaign: int, weeks: int, measure: str) -> Group:
    chosen = watched(run, kind, campaign, weeks)
    money = revenue(run, chosen, weeks)
    ready = chosen.minute / MINUTES_A_WEEK + weeks
    return ready, money if measure == "revenue" else (money > 0).astype(float)


def _rows(groups: list[Group], weeks: list[int]) -> Iterator[tuple[float, ...]]:
    """Give week, people, people, difference and its standard error for each look with something new."""
    seen = 0
    for week in weeks:
        a, b = (values[ready <= week] for ready, values in groups)
        if min(len(a), len(b)) < FEWEST or len(a) + len(b) == seen:
            continue
        seen = len(a) + len(b)
        yield week, len(a), len(b), a.mean() - b.mean(), error_of_difference(a, b)


def _judged(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Lay both intervals around the differences, and say on which side of nothing they lie."""
    gap, error, edges = table["difference"], table.pop("error"), boundary(table["information"], level)
    once = ndtri((1 + level) / 2) * error
    table["low"], table["high"] = gap - once, gap + once
    table["boundary"] = edges
    table["wide_low"], table["wide_high"] = gap - edges * error, gap + edges * error
    for name, low, high in (("naive", "low", "high"), ("verdict", "wide_low", "wide_high")):
        table[name] = np.select([table[low] > 0, table[high] < 0], [MORE, LESS], OPEN)
    return table
