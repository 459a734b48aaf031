"""The lead: how much more a plan has earned than another, added up week by week.

A plan that loses in two years may win in four. The lead shows when it changes hands.

    market, plans  ->  lead  ->  Lead.table(), plots.lead
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import WEEKS_A_YEAR
from sim.data import Fault
from sim.executor import Given
from sim.experiment import Strategy, mean_and_interval
from sim.scenario import Scenario
from sim.series import cumulative_profit
from sim.work import measured

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lead:
    """What each plan has earned more than the first until the end of each week, seed by seed."""

    first: str  # the plan that the others are compared with
    paths: dict[str, Floats]  # by plan, shape (seeds, weeks), currency
    currency: str

    def table(self, every: int = WEEKS_A_YEAR) -> pd.DataFrame:
        """Give the mean lead after every so many weeks, with its 95 % interval.

        Returns
        -------
        A row a plan and moment, in currency, with `lead`, `low` and `high`.
        """
        rows = {
            (plan, week): mean_and_interval(pd.Series(path[:, week - 1]))
            for plan, path in self.paths.items()
            for week in range(every, path.shape[1] + 1, every)
        }
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["lead", "low", "high"])
        names = [f"profit, less {self.first}", "after weeks"]
        return table.set_index(pd.MultiIndex.from_tuples(rows, names=names))

    def between(self, plan: str, other: str) -> Lead:
        """Give the lead of one of the plans over another of them."""
        for name in (plan, other):
            if name not in self.paths:
                raise Fault(f'plan: there is none named "{name}". There are: {", ".join(self.paths)}.')
        return Lead(other, {plan: self.paths[plan] - self.paths[other]}, self.currency)

    def __repr__(self) -> str:
        seeds, weeks = next(iter(self.paths.values())).shape
        return f"Lead of {', '.join(self.paths)} over {self.first}: {seeds} seeds, {weeks} weeks"


def lead(
    market: Scenario,
    plans: Mapping[str, Strategy],
    replications: int = 8,
    first_seed: int = 1,
    jobs: int = 1,
    executor: Given = None,
) -> Lead:
    """Add up what plans earn more than the first of them, on the same seeds.

    Parameters
    ----------
    plans
        Two or more by name; the first is what the others are compared with.
    replications
        How many seeds, from `first_seed` on; two at least.
    jobs
        Processes to share the work; the numbers do not depend on it.
    executor
        A Dask cluster to do the work instead; see `sim.executor`.

    Raises
    ------
    Fault
        If there are no two plans or seeds.
    """
    if not isinstance(plans, Mapping) or len(plans) < 2 or replications < 2:
        raise Fault("lead: expects two plans by name and two replications, or more, to compare.")
    seeds = range(first_seed, first_seed + replications)
    work = [(market, plan, seed) for plan in plans.values() for seed in seeds]
    paths = np.array(measured(work, cumulative_profit, jobs, executor)).reshape(len(plans), replications, -1)
    first, *others = plans
    return Lead(first, dict(zip(others, paths[1:] - paths[0], strict=True)), market.currency)
