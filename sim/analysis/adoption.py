"""Adoption (采用): what part of a firm's plan is really done, quarter by quarter.

A plan on paper names messages and care; how much of it happens hangs on tools and practice (`rollout`). A run
is set beside one with the same plan in a firm that does all of it, and deeds are counted, not intentions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.ticker import MultipleLocator

from sim import style
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.fault import Fault
from sim.run import Run
from sim.style import Picture, percent, styled

QUARTER = 13  # weeks
DEEDS = (Kind.SENT, Kind.CARED)


def done(runs: Mapping[str, Run], full: Run) -> pd.DataFrame:
    """Give the share of the plan that was done in each quarter; a column a run.

    Parameters
    ----------
    runs
        Runs by name.
    full
        A run with the same plan in a firm that does all it plans.

    Returns
    -------
    A row a quarter, by its first week. More than 1 is possible: who was written to less may still be reached.

    Raises
    ------
    Fault
        If nothing is planned, or the runs are of different length.
    """
    whole = _deeds(full)
    if not len(whole) or not whole.min():
        raise Fault("done: in some quarter nothing is done even in the firm that does all. Give it a plan.")
    columns = {}
    for name, run in runs.items():
        if run.scenario.weeks != full.scenario.weeks:
            raise Fault(f"done: {name} has {run.scenario.weeks} weeks, the other {full.scenario.weeks}.")
        columns[name] = _deeds(run) / whole
    weeks = pd.Index(np.arange(len(whole)) * QUARTER, name="quarter from week")
    return pd.DataFrame(columns, index=weeks)


def _deeds(run: Run) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    events = run.events.where(np.isin(run.events.kind, [int(kind) for kind in DEEDS]))
    quarters = run.scenario.weeks // QUARTER
    quarter = events.minute // (QUARTER * MINUTES_A_WEEK)
    return np.bincount(quarter[quarter < quarters], minlength=quarters)


@styled
def adoption(table: pd.DataFrame) -> Picture:
    """Show what share of the plan is done, quarter after quarter; a line a run.

    Parameters
    ----------
    table
        As `sim.analysis.adoption.done` gives it, with up to six columns.
    """
    style.expect(table, pd.DataFrame, "adoption", "a table, as adoption.done(…) gives it")
    if not 0 < len(table.columns) <= 6:
        raise Fault(f"adoption: shows 1 to 6 runs, was given {len(table.columns)}.")
    figure = Picture("Line chart", "What part of the plan is really done")
    axes = figure.subplots()
    axes.set(xlabel="first week of each quarter", ylabel="of all that is planned, done")
    axes.yaxis.set_major_formatter(style.percents)
    for place, name in enumerate(table):
        axes.plot(table.index, table[name], marker="o", label=str(name), color=style.PALETTE[place])
    axes.set_ylim(0, 1.04)
    axes.xaxis.set_major_locator(MultipleLocator(QUARTER * (1 + len(table) // 14)))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    last = "; ".join(f"{name} {percent(float(table[name].iloc[-1]))}" for name in table)
    figure.read(f"Done in the last quarter: {last}.")
    return figure
