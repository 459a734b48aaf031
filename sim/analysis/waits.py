"""Waits: what became of complaints, at the desk and before it, as the log has it and as it was.

Waiting is counted in hours in which the desk is open. What a machine closed wrongly stands in no report of a
firm: it is truth, and is marked so.

    runs by name  ->  waits
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim import style
from sim.clock import MINUTES_AN_HOUR
from sim.events import Kind
from sim.fault import Fault
from sim.processes.automation import CLOSED
from sim.run import Run


def waits(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Count what became of the complaints of each run.

    Returns
    -------
    A row a run, with the complaints that a machine `met` and those it `closed`; how many of these it
    `closed_wrongly` (truth: no firm sees it); those that `reached_people`, and how often somebody
    `came_again`, as it was not solved; and of those who got an answer, the mean wait, and the wait that one
    in ten exceeds, in open hours: `mean_wait` and `long_wait` (NaN without an answer).

    Raises
    ------
    Fault
        If a market has no service desk.
    """
    style.expect(runs, Mapping, "waits", "runs by name")
    rows = {name: _counted(name, run) for name, run in runs.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("plan")
    whole = [column for column in table if not str(column).endswith("wait")]
    return table.astype(dict.fromkeys(whole, int))


def heard(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Count the faults that customers met with, those that the firm was told of, and the calls it made.

    Returns
    -------
    A row a run, with `faults` (truth), `complaints`, the `silent` rest, and follow-up `calls` with their
    `cost_currency`. For a firm without a machine in front of its desk: with one, some complain twice.
    """
    style.expect(runs, Mapping, "heard", "runs by name")
    rows = {}
    for name, run in runs.items():
        faults, told = (len(run.events.of(kind)) for kind in (Kind.FAULT, Kind.TICKET))
        calls = run.events.of(Kind.ATTENDED)
        rows[name] = (faults, told, faults - told, len(calls), calls.value.sum() / 100)
    columns = ["faults", "complaints", "silent", "calls", "cost_currency"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("plan")


def _counted(name: str, run: Run) -> dict[str, float]:
    if run.scenario.service is None:
        raise Fault(
            f'waits: the market of "{name}" has no service desk: its service section is switched off.'
        )
    events = run.events
    met, hours = events.of(Kind.MET), events.of(Kind.ANSWERED).value / MINUTES_AN_HOUR
    return {
        "met": len(met),
        "closed": int((met.channel == CLOSED).sum()),
        "closed_wrongly": len(events.of(Kind.MISLED)),
        "reached_people": len(events.of(Kind.TICKET)),
        "came_again": len(events.of(Kind.REPEATED)),
        "mean_wait": float(hours.mean()) if len(hours) else np.nan,
        "long_wait": float(np.quantile(hours, 0.9)) if len(hours) else np.nan,
    }
