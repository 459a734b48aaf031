"""Mishaps: what became of faults, of claims and of a scandal, fault by fault and person by person.

run   ->  fates (of each fault: swallowed, solved in time, late or never; and did they stay?)
run   ->  claims (with a reason, and without: which no firm knows)
runs  ->  heard (who has heard of a scandal, week by week)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import Events, Kind
from sim.fault import Fault
from sim.run import Run

FATES = ("swallowed", "solved in time", "solved late", "not solved")
NEVER = np.iinfo(np.int64).max


def fates(run: Run, weeks: int = 26) -> pd.DataFrame:
    """Tell what became of faults, and of the customers who met them.

    A complaint within a week after a fault of the same person is taken for a complaint about it. Whoever
    meets several faults is counted for each.

    Parameters
    ----------
    run
        A run of a market with a service desk.
    weeks
        How long a customer is watched after the fault.

    Returns
    -------
    A row a fate: `swallowed` (no complaint), `solved in time` (in the promised open hours), `solved late`,
    `not solved`; columns `faults` and `left` (share of those who left in these weeks).
    """
    service = run.scenario.service
    if service is None:
        raise Fault(f"fates: {run.scenario.name} has no service desk: its service section is switched off.")
    faults, span = run.events.of(Kind.FAULT), weeks * MINUTES_A_WEEK
    faults = faults.where(faults.minute < run.scenario.weeks * MINUTES_A_WEEK - span)
    opened = _next(faults, run.events.of(Kind.TICKET), run.scenario.people)
    complained = opened - faults.minute <= MINUTES_A_WEEK
    solved = run.events.of(Kind.RESOLVED)
    took = (
        pd.Series(solved.value, pd.MultiIndex.from_arrays([solved.person, solved.ref]))
        .groupby(level=[0, 1])
        .min()
    )
    hours = took.reindex(pd.MultiIndex.from_arrays([faults.person, opened])).to_numpy() / MINUTES_AN_HOUR
    in_time = hours <= service.solution_target
    fate = np.select([~complained, in_time, ~np.isnan(hours)], FATES[:3], FATES[3])
    gone = _next(faults, run.events.of(Kind.LEFT), run.scenario.people) - faults.minute <= span
    table = pd.DataFrame({"faults": 1, "left": gone}).groupby(fate).agg({"faults": "sum", "left": "mean"})
    return table.reindex(FATES).fillna({"faults": 0}).astype({"faults": int}).rename_axis("fate")


def claims(run: Run) -> pd.DataFrame:
    """Sort the claims on a guarantee by what only the truth knows: whether anything was wrong.

    Returns
    -------
    Rows `with a reason`, `without a reason`; columns `claims`, `people`, `paid_currency`, and `share` of the
    claims.
    """
    called, faults = run.events.of(Kind.CLAIMED), run.events.of(Kind.FAULT)
    wrong = pd.MultiIndex.from_arrays([faults.person, faults.minute])
    right = pd.MultiIndex.from_arrays([called.person, called.ref]).isin(wrong)
    rows = {}
    for name, these in (("with a reason", right), ("without a reason", ~right)):
        share = these.mean() if len(these) else np.nan
        rows[name] = (
            int(these.sum()),
            len(np.unique(called.person[these])),
            called.value[these].sum() / 100,
            share,
        )
    columns = ["claims", "people", "paid_currency", "share"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("claimed")


def heard(runs: Mapping[str, Run], first_week: int = 0) -> pd.DataFrame:
    """Count who has heard of a scandal, week by week: a row a week, a column a run; share of all people."""
    columns = {}
    for name, run in runs.items():
        week = run.events.of(Kind.HEARD).minute // MINUTES_A_WEEK
        columns[name] = np.cumsum(np.bincount(week, minlength=run.scenario.weeks)) / run.scenario.people
    return pd.DataFrame(columns).rename_axis("week").loc[first_week:]


def _next(events: Events, later: Events, people: int) -> npt.NDArray[np.int64]:
    """Give for each event the minute of the first later one of the same person, or one that never comes."""
    span = np.int64(events.minute.max(initial=0)) + np.int64(later.minute.max(initial=0)) + 1
    keys = np.sort(later.person.astype(np.int64) * span + later.minute)
    place = np.searchsorted(keys, events.person.astype(np.int64) * span + events.minute)
    found = np.append(keys, (people + 1) * span)[place]
    same = found // span == events.person
    return np.where(same, found % span, NEVER // 2)
