"""A sweep: the same plans in markets that differ in two things, so that one sees where which plan wins.

    market, plans, two dials  ->  sweep  ->  Sweep.difference("profit"), Sweep.winners("profit")

All markets share seeds, and all plans too, so each difference is taken between people of the same luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import pandas as pd
from pydantic import Field

from sim.data import Data, Fault
from sim.executor import Given
from sim.experiment import Strategy, Trials, mean_and_interval, metrics_of, tidy
from sim.metrics import expect_metric
from sim.scenario import Scenario
from sim.work import measured

DOUBT = " ?"  # behind the name of a winner whom chance could have made


class Dial(Data):
    """A number of the market, and the settings at which it is tried."""

    name: str = Field(description="what it stands for", min_length=1, max_length=80)
    parameter: str = Field(description='section and name, as "patience.switching_cost"')
    settings: dict[str, float] = Field(description="numbers by the words they stand for", min_length=1)

    def turned(self, market: Scenario, setting: str) -> Scenario:
        """Give the market with this number at a setting.

        Raises
        ------
        Fault
            If the market has no such parameter, or it cannot be this number.
        """
        section, _, name = self.parameter.partition(".")
        numbers: Data | None = getattr(market, section, None)
        if not isinstance(numbers, Data) or name not in type(numbers).model_fields:
            raise Fault(
                f'parameter: {market.name} has no "{self.parameter}". Give section and name, as '
                '"patience.switching_cost", of a section that is not switched off.'
            )
        return market.but(**{section: numbers.but(**{name: self.settings[setting]})})


@dataclass(frozen=True, eq=False)
class Sweep:
    """Trials of the same plans by market: a cell for each setting of the two dials."""

    down: Dial
    across: Dial
    cells: dict[tuple[str, str], Trials]

    @property
    def trials(self) -> Trials:
        """Those of the first cell, which tell plans and currency."""
        return next(iter(self.cells.values()))

    @property
    def table(self) -> pd.DataFrame:
        """All runs: the settings of the two dials, then as in `Trials.table`."""
        tables = {cell: trials.table for cell, trials in self.cells.items()}
        names = [self.down.name, self.across.name]
        return pd.concat(tables, names=names).reset_index(names).reset_index(drop=True)

    def difference(self, metric: str, plan: str | None = None) -> pd.DataFrame:
        """Give the mean paired difference of a plan from the first, with its 95 % interval, a row a market.

        Parameters
        ----------
        plan
            Which one; the last unless given.
        """
        name = self.trials.plans[-1] if plan is None else plan
        rows = {cell: trials.difference(metric).loc[name] for cell, trials in self.cells.items()}
        return pd.DataFrame(rows).T.rename_axis([self.down.name, self.across.name])

    def winners(self, metric: str) -> pd.DataFrame:
        """Name the plan with the highest mean in each market; with a "?" if the next could be as good.

        It could if the 95 % interval of their paired difference contains zero.
        """
        expect_metric(metric)
        best = pd.Series({cell: _winner(trials, metric) for cell, trials in self.cells.items()})
        table = best.unstack().loc[list(self.down.settings), list(self.across.settings)]
        return table.rename_axis(index=self.down.name, columns=self.across.name)

    def __repr__(self) -> str:
        return f"Sweep over {self.down.name} and {self.across.name}: {len(self.cells)} markets"


def sweep(
    market: Scenario,
    plans: Mapping[str, Strategy],
    down: Dial,
    across: Dial,
    replications: int = 5,
    first_seed: int = 1,
    jobs: int = 1,
    executor: Given = None,
) -> Sweep:
    """Run several plans in markets that differ in two numbers.

    Parameters
    ----------
    plans
        Two or more by name; the first is what the others are compared with.
    down, across
        Which two numbers differ, and how.
    replications
        How many seeds in each market, from `first_seed` on; two at least, or there is no interval.
    jobs
        Processes to share the work; the numbers do not depend on it.
    executor
        A Dask cluster to do the work instead; see `sim.executor`.

    Raises
    ------
    Fault
        If there are no two plans or seeds, or a dial turns what the market does not have.
    """
    if not isinstance(plans, Mapping) or len(plans) < 2 or replications < 2:
        raise Fault("sweep: expects two plans by name and two replications, or more, to compare.")
    cells = list(product(down.settings, across.settings))
    markets = {cell: across.turned(down.turned(market, cell[0]), cell[1]) for cell in cells}
    runs = [(name, seed) for seed in range(first_seed, first_seed + replications) for name in plans]
    work = [(markets[cell], plans[name], seed) for cell in cells for name, seed in runs]
    rows = measured(work, metrics_of, jobs, executor)
    tables = {cell: tidy(runs, rows[len(runs) * place :][: len(runs)]) for place, cell in enumerate(cells)}
    trials = {cell: Trials(table, tuple(plans), market.currency) for cell, table in tables.items()}
    return Sweep(down, across, trials)


def _winner(trials: Trials, metric: str) -> str:
    means = trials.table.groupby("plan")[metric].mean().sort_values(ascending=False)
    first, second = means.index[:2]
    _, low, _ = mean_and_interval(trials.of(first)[metric] - trials.of(second)[metric])
    return str(first) if low > 0 else f"{first}{DOUBT}"
