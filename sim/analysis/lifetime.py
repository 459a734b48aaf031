"""Lifetimes: how long customers really stay, beside the rule that divides one by the yearly loss.

"20 % leave a year, so a customer stays five years; 10 %, so ten." The rule is the mean of a geometric law:
it holds if every customer is as likely to leave in every year. Where customers differ, those who leave soon
are gone soon, and those who are left stay longer (Fader & Hardie 2007, J. Interactive Marketing 21(1)).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.events import Kind
from sim.fault import Fault
from sim.run import Run


def lifetimes(run: Run) -> pd.DataFrame:
    """Follow those who were customers on the first day, year by year.

    Returns
    -------
    A row a year, from 0, with `truth` (share who have not left by then) and `rule` (what would be left if in
    each year as large a share of the rest left as in the first).

    Raises
    ------
    Fault
        If the run is shorter than a year, or had no customers on its first day.
    """
    years = run.scenario.weeks // WEEKS_A_YEAR
    first = np.flatnonzero(run.people.entry.minute < 0)  # there before the first minute
    if not years or not len(first):
        raise Fault("lifetimes: expects a year at least, and customers on the first day.")
    left = run.events.of(Kind.LEFT)
    ends = np.full(run.scenario.people, np.iinfo(np.int64).max)
    np.minimum.at(ends, left.person, left.minute)
    borders = np.arange(years + 1) * WEEKS_A_YEAR * MINUTES_A_WEEK
    truth = (ends[first, None] >= borders).mean(axis=0)
    return pd.DataFrame({"truth": truth, "rule": truth[1] ** np.arange(years + 1)}).rename_axis("year")
