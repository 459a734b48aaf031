"""Reading: what an interval says about each of several plans; the commonest question of an exercise.

trials  ->  verdicts: "better", "worse" or "open"  ->  read (judges an answer)
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.course.pairing import paired
from sim.experiment import Trials

BETTER, WORSE, OPEN = "better", "worse", "open"
THINK = "Look at both ends of its interval: are they on the same side of 0, and on which?"


def cell(table: pd.DataFrame, row: object, column: str) -> float:
    """Give one number of a table."""
    return float(table[column].to_dict()[row])


def verdict(low: float, high: float) -> str:
    """Say on which side of 0 an interval lies, or that it is open."""
    return BETTER if low > 0 else WORSE if high < 0 else OPEN


def verdicts(trials: Trials, metric: str) -> dict[str, str]:
    """Say of each plan but the first whether it does better than the first, worse, or neither for sure."""
    table: pd.DataFrame = trials.difference(metric)
    return {str(name): verdict(row["low"], row["high"]) for name, row in table.iterrows()}


def read(name: str, answer: Any, right: dict[str, str]) -> dict[str, str]:
    """Judge what was read off a table of intervals.

    Parameters
    ----------
    right
        "better", "worse" or "open" for each thing that was compared, as `verdicts` gives it.
    """
    return paired(name, answer, right, dict.fromkeys(right, THINK))
