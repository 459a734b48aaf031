"""Alarms: how often a test with a holdout says that there is an effect, over many markets.

In a market where the campaign does nothing each such finding is a false alarm (误报); where it does
something, their share is the power of the test (`sim.analysis.power`), found by trying.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.experiment import Strategy, collect, share_and_interval
from sim.looks import OPEN, looks
from sim.run import Run
from sim.scenario import Scenario

RULES = ("look once, at the end", "look often, believe the first", "look often, all looks allowed for")


def alarms(
    scenario: Scenario,
    plan: Strategy,
    replications: int = 20,
    weeks: int = 12,
    every: int = 4,
    measure: Literal["revenue", "bought"] = "revenue",
    jobs: int = 1,
) -> pd.DataFrame:
    """Run the same test in many markets, and count how often each way of looking finds an effect.

    Parameters
    ----------
    plan
        Its first campaign has a holdout.
    weeks, every, measure
        As `sim.looks` takes them.

    Returns
    -------
    A row for each of `RULES`: `tests`, `found` (how many of them say that there is an effect), `share`, and
    its 95 % interval `low` to `high` (Wilson 1927).
    """
    ask = partial(_found, weeks=weeks, every=every, measure=measure)
    found = collect(scenario, plan, ask, replications, jobs=jobs).sum(axis=0)
    rows = {}
    for rule, count in zip(RULES, found.tolist(), strict=True):
        rows[rule] = (replications, int(count), *share_and_interval(count, replications))
    columns = ["tests", "found", "share", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("rule")


def _found(run: Run, weeks: int, every: int, measure: Literal["revenue", "bought"]) -> npt.NDArray[np.int64]:
    """Tell for each rule whether it finds an effect in this run, 1 or 0."""
    table = looks(run, 1, weeks, every, measure=measure)
    plain, wide = (table[name] != OPEN for name in ("naive", "verdict"))
    return np.array([plain.iloc[-1], plain.any(), wide.any()], np.int64)
