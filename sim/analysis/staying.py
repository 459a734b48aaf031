"""Staying: what a few points of retention (留存率) are worth, measured and by formula.

    market, plan  ->  levels (retention and money, by how hard the competitor pulls)
    levels        ->  points (what so many points more bring, in per cent, with an interval)

The competitor's pull is a number of the market that no firm sets. To turn it changes retention and nothing
else: whatever a firm does for retention costs money, and sells besides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.experiment import Strategy, mean_and_interval
from sim.fault import Fault
from sim.metrics import yearly_retention
from sim.run import Run
from sim.scenario import Scenario
from sim.work import measured

MONEY = ("contribution", "profit", "customer_equity")


def levels(
    scenario: Scenario, plan: Strategy, pulls: Sequence[float], replications: int = 4, jobs: int = 1
) -> pd.DataFrame:
    """Measure retention and money in markets that differ in the competitor's pull alone.

    Returns
    -------
    A row a run: `pull` (patience a week), `seed`, `retention` (share of last year's customers who order this
    year), `contribution`, `profit` and `customer_equity` (currency).
    """
    if scenario.patience is None:
        raise Fault(f"levels: {scenario.name} has no patience section; switch it on.")
    cells = [(pull, seed) for pull in pulls for seed in range(1, replications + 1)]
    markets = {pull: scenario.but(patience=scenario.patience.but(competitor_pull=pull)) for pull in pulls}
    rows = measured([(markets[pull], plan, seed) for pull, seed in cells], _money, jobs)
    found = [{"pull": pull, "seed": seed, **row} for (pull, seed), row in zip(cells, rows, strict=True)]
    return pd.DataFrame(found)


def points(table: pd.DataFrame, base: float, more: float = 0.05) -> pd.DataFrame:
    """Tell what so many points more of retention bring, in per cent of the market as it is.

    On each seed a straight line is laid through the markets; its slope is what a point brings.

    Parameters
    ----------
    table
        As `levels` gives it.
    base
        The pull of the market as it is.
    more
        Points of retention, as a share.

    Returns
    -------
    A row for each kind of money; `base_currency`, `more_currency` and, in `per_cent`, `low` and `high`, what
    it is beside the base, with the 95 % interval over seeds; NaN beside a loss.
    """
    rows = {}
    for name in MONEY:
        slopes = pd.Series(
            {seed: np.polyfit(part["retention"], part[name], 1)[0] for seed, part in table.groupby("seed")}
        )
        start = table.loc[table["pull"] == base, name].mean()
        unit = start if start > 0 else np.nan  # nothing is any per cent of a loss
        mean, low, high = (100 * more * number / unit for number in mean_and_interval(slopes))
        rows[name] = (start, more * slopes.mean(), mean, low, high)
    columns = ["base_currency", "more_currency", "per_cent", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("money")


def _money(run: Run) -> dict[str, float]:
    return {"retention": yearly_retention(run), **{name: run.metrics[name] for name in MONEY}}
