"""A report: a run in a folder for reading, with tables for a spreadsheet and figures, whole or not at all.

It holds what `sim.results` saves of a run, and beside it what a person wants to see first. The last
station of the flow: run -> metrics -> figures -> report.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sim import plots, series
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.results import whole_folder, write_run
from sim.run import Run
from sim.style import Picture


def save_report(run: Run, folder: str | Path) -> Path:
    """Write a run to a new folder, with tables and figures.

    Beside the files of `sim.results.save_run`:

    - `customers.csv`: money in cents by person; the last row, -1, is what belongs to nobody;
    - `record.csv`: what the firm knows at the end;
    - `retention.csv`: how many of the first customers order again, by quarter;
    - `truth.csv`, `defections.csv`: what no firm can see;
    - `retention.png`, `money.png` and, if there is a service desk, `queue.png` of its busiest week.

    Raises
    ------
    Fault
        As `sim.results.save_run` does.
    """
    with whole_folder(folder) as workshop:
        write_run(run, workshop)
        for name, table in _tables(run).items():
            table.to_csv(workshop / f"{name}.csv", encoding="utf-8", lineterminator="\n")
        for name, figure in _figures(run):
            (workshop / f"{name}.png").write_bytes(figure.png())
    return Path(folder)


def busiest_week(run: Run) -> int:
    """Find the week with the most complaints; the first, if there are several or none."""
    weeks = run.events.of(Kind.TICKET).minute // MINUTES_A_WEEK
    return int(np.bincount(weeks, minlength=run.scenario.weeks).argmax())


def _tables(run: Run) -> dict[str, pd.DataFrame]:
    return {
        "customers": run.accounts.by_person(),
        "record": run.record(run.scenario.weeks),
        "retention": series.retention_curve(run).set_index("week"),
        "truth": run.truth,
        "defections": run.defections.set_index("person"),
    }


def _figures(run: Run) -> Iterator[tuple[str, Picture]]:
    yield "retention", plots.retention(run)
    yield "money", plots.money(run)
    if run.scenario.service:
        yield "queue", plots.queue(run, busiest_week(run))
