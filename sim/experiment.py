"""Experiments: the same market again and again, with a plan and without it.

`twin` lives one seed twice; `replicate` and `compare` live many seeds. Plans share seeds, so each
difference is taken between people of the same luck: it is what the plan did, and little else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import t as student
from tqdm.auto import tqdm

from sim.chance import Luck
from sim.data import Fault
from sim.events import Kind, Stage
from sim.market import simulate
from sim.metrics import METRICS
from sim.plan import Plan, Timeline
from sim.run import Run
from sim.scenario import Scenario

QUIET = "CRM_KIT_QUIET"  # set it to switch progress bars off
Work = TypeVar("Work")
Measured = TypeVar("Measured")
Strategy = Plan | Timeline | dict[int, Plan]


@dataclass(frozen=True, eq=False)
class Twin:
    """One seed lived twice: `before` under the first plan, `after` under the second."""

    before: Run
    after: Run

    @cached_property
    def effect(self) -> pd.DataFrame:
        """What the second plan did to each person: a row a person, `_a` and `_b` for the two lives."""
        a, b = _lives(self.before), _lives(self.after)
        table = a.add_suffix("_a").join(b.add_suffix("_b"))
        for name in ("orders", "revenue", "contribution"):
            table[name] = table[f"{name}_b"] - table[f"{name}_a"]
        return table

    def difference(self) -> pd.DataFrame:
        """Give the headline numbers of both lives and their difference, unrounded."""
        a, b = pd.Series(self.before.metrics), pd.Series(self.after.metrics)
        return pd.DataFrame({"without": a, "with": b, "difference": b - a}).rename_axis("metric")

    def summary(self) -> pd.DataFrame:
        """Give the same rounded for reading, with units."""
        a, b, currency = self.before.metrics, self.after.metrics, self.before.scenario.currency
        rows = {
            name: (*map(metric.shown, (a[name], b[name], b[name] - a[name])), metric.in_unit(currency))
            for name, metric in METRICS.items()
        }
        table = pd.DataFrame.from_dict(
            rows, orient="index", columns=["without", "with", "difference", "unit"]
        )
        return table.rename_axis("metric")

    def __repr__(self) -> str:
        return f"Twin of {self.before.scenario.name}, seed {self.before.seed}"


def twin(scenario: Scenario, plan_a: Strategy, plan_b: Strategy, seed: int) -> Twin:
    """Let the same people, with the same luck, live under one plan and under another."""
    return Twin(simulate(scenario, plan_a, seed), simulate(scenario, plan_b, seed))


def replicate(
    scenario: Scenario, plan: Strategy, replications: int = 20, first_seed: int = 1, jobs: int = 1
) -> pd.DataFrame:
    """Run a plan on many seeds: a row a seed, a column a metric."""
    return compare(scenario, {"plan": plan}, replications, first_seed, jobs).of("plan")


def compare(
    scenario: Scenario,
    plans: Mapping[str, Strategy],
    replications: int = 20,
    first_seed: int = 1,
    jobs: int = 1,
) -> Trials:
    """Run several plans on the same seeds.

    Parameters
    ----------
    plans
        Plans by name; the first is what the others are compared with.
    replications
        How many seeds, from `first_seed` on.
    jobs
        Processes to share the work; the numbers do not depend on it.
    """
    if not plans or not isinstance(plans, Mapping):
        raise Fault('plans: expects at least one plan by name, for example {"today": Plan()}.')
    _at_least_one("replications", replications)
    _at_least_one("jobs", jobs)
    Luck(first_seed)  # refuses what is no seed before any work is done
    work = [(name, seed) for seed in range(first_seed, first_seed + replications) for name in plans]
    done = measured([(scenario, plans[name], seed) for name, seed in work], metrics_of, jobs)
    rows = [{"plan": name, "seed": seed, **row} for (name, seed), row in zip(work, done, strict=True)]
    return Trials(pd.DataFrame(rows), tuple(plans), scenario.currency)


def collect(
    scenario: Scenario,
    plan: Strategy,
    measure: Callable[[Run], npt.ArrayLike],
    replications: int = 20,
    first_seed: int = 1,
    jobs: int = 1,
) -> npt.NDArray[Any]:
    """Measure something else on many seeds, for example a curve; shape (replications, …)."""
    seeds = range(first_seed, first_seed + replications)
    return np.array(list(measured([(scenario, plan, seed) for seed in seeds], measure, jobs)))


def measured(
    work: Sequence[tuple[Scenario, Strategy, int]], measure: Callable[[Run], Measured], jobs: int = 1
) -> Iterator[Measured]:
    """Run market, plan and seed of each piece of work, and give what is measured, in the same order.

    Parameters
    ----------
    jobs
        Processes to share the work; with more than one, the measure must be a function of a module.
    """
    runs = Parallel(n_jobs=jobs, return_as="generator")(delayed(_measure)(measure, *piece) for piece in work)
    yield from _progress(runs, work[0][0], len(work)) if work else ()


@dataclass(frozen=True, eq=False)
class Trials:
    """The headline numbers of several plans on the same seeds: a row a run."""

    table: pd.DataFrame  # plan, seed, then a column a metric
    plans: tuple[str, ...]
    currency: str = "currency"  # in which money is counted

    def of(self, plan: str) -> pd.DataFrame:
        """Give the runs of one plan, a row a seed."""
        if plan not in self.plans:
            raise Fault(f'plan: there is none named "{plan}". There are: {", ".join(self.plans)}.')
        return self.table[self.table["plan"] == plan].drop(columns="plan").set_index("seed")

    def paired(self, metric: str, plan: str | None = None) -> pd.Series[float]:
        """Give a metric under a plan less the same under the first plan, a value a seed."""
        name = self.plans[-1] if plan is None else plan
        if metric not in METRICS:
            raise Fault(f'metric: there is none named "{metric}". There are: {", ".join(METRICS)}.')
        return (self.of(name)[metric] - self.of(self.plans[0])[metric]).rename(metric)

    def difference(self, metric: str, level: float = 0.95) -> pd.DataFrame:
        """Give the mean paired difference of each plan from the first, with its interval.

        The interval is Student's, for the mean of the paired differences over seeds.
        """
        if not 0 < level < 1:
            raise Fault(f"level: expects a share between 0 and 1, such as 0.95, was given {level}.")
        rows = {}
        for name in self.plans[1:]:
            differences = self.paired(metric, name).dropna()
            rows[name] = (*mean_and_interval(differences, level), len(differences))
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["difference", "low", "high", "pairs"])
        return table.rename_axis(f"{metric}, less {self.plans[0]}")

    def __repr__(self) -> str:
        return f"Trials of {', '.join(self.plans)}: {len(self.table) // len(self.plans)} seeds each"


def mean_and_interval(values: pd.Series[float], level: float = 0.95) -> tuple[float, float, float]:
    """Give the mean of values over seeds, and the two ends of Student's interval for it."""
    mean, reach = values.mean(), student.ppf((1 + level) / 2, len(values) - 1) * values.sem()
    return mean, mean - reach, mean + reach


def _at_least_one(name: str, number: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise Fault(f"{name}: expects a whole number from 1, was given {number!r}.")


def _progress(work: Iterable[Work], scenario: Scenario, total: int) -> Iterable[Work]:
    """Show a progress bar for work that takes more than a moment."""
    return tqdm(work, total=total, unit="run", desc=scenario.name, disable=QUIET in os.environ, delay=1)


def _measure(measure: Callable[[Run], Measured], scenario: Scenario, plan: Strategy, seed: int) -> Measured:
    return measure(simulate(scenario, plan, seed))


def metrics_of(run: Run) -> dict[str, float]:
    """Give the headline numbers of a run, in a form that other processes can send back."""
    return run.metrics


def _lives(run: Run) -> pd.DataFrame:
    """Give each person's orders, money and end in one run."""
    money = run.accounts.by_person().drop(index=-1) / 100
    orders = run.events.of(Kind.ORDER)
    return pd.DataFrame(
        {
            "orders": np.bincount(orders.person, minlength=run.scenario.people),
            "revenue": money["revenue"],
            "contribution": money["contribution"],
            "left": run.people.entry.stage == Stage.LEFT,
        }
    )
