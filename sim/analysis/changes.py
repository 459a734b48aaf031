"""Changes: what plans change in several headline numbers, in one small table of words."""

from __future__ import annotations

import pandas as pd

from sim.experiment import Trials
from sim.metrics import METRICS
from sim.style import signed

POINTS = "% points"  # differences of shares are read in these


def changes(trials: Trials, *metrics: str) -> pd.DataFrame:
    """Write down the mean paired difference of each plan from the first, with its 95 % interval.

    Parameters
    ----------
    trials
        As `sim.compare` gives them.
    metrics
        Headline numbers; see `sim.metrics.METRICS`.

    Returns
    -------
    A row a plan, a column a metric with its unit; in each cell, as a text, the difference and in brackets
    the interval. Differences of shares are given in percentage points.
    """
    columns = {}
    for metric in metrics:
        table = trials.difference(metric)
        unit = METRICS[metric].in_unit(trials.currency)
        factor, unit = (100, POINTS) if unit == "share" else (1, unit)
        rows = (factor * table[["difference", "low", "high"]]).itertuples(index=False)
        words = [f"{signed(mean)} ({signed(low)} to {signed(high)})" for mean, low, high in rows]
        name = metric.replace("_", " ")
        columns[name if name == unit else f"{name}, {unit}"] = pd.Series(words, index=table.index)
    return pd.DataFrame(columns).rename_axis(f"less {trials.plans[0]}")
