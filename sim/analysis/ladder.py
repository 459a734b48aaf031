"""The value ladder: customers who need little, who look at the price, and who may be bound (价值阶梯).

    run  ->  steps (who stands where)  ->  mean_contribution (of a person of each step)
    market, plans  ->  gains (what each plan brings a person of each step)

The steps are cut by traits that are hidden and do not change with a plan: what people would spend, and how
they answer to prices. No firm sees them; it guesses from spending and from coupons that were used.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.data import Fault
from sim.experiment import Strategy, collect, mean_and_interval
from sim.run import Run
from sim.scenario import Scenario

STEPS = ("basic", "price-sensitive", "core")  # 基础型, 潜力型 (价格敏感), 核心型
BASIC_SHARE = 0.6  # of all people, those who would spend least


def steps(run: Run) -> pd.Series[str]:
    """Tell on which step each person stands.

    Returns
    -------
    By person: "basic" for the 60 % who would spend least; of the others, "price-sensitive" for the half that
    answers to prices most, and "core" for the half that answers least.

    Raises
    ------
    Fault
        If people buy under contract, so that there is no buying rate.
    """
    truth = run.truth
    if "orders_a_week" not in truth:
        raise Fault(f"steps: in {run.scenario.name} people buy under contract; take a market of free buyers.")
    would_spend = truth["orders_a_week"] * truth["mean_order"]
    big = would_spend > would_spend.quantile(BASIC_SHARE)
    keen = truth["sensitivity"] > truth.loc[big, "sensitivity"].median()
    step = np.where(~big, 0, np.where(keen, 1, 2)).astype(np.int64)
    named = pd.Categorical(np.array(STEPS)[step], list(STEPS))
    return pd.Series(named, truth.index, name="step")


def mean_contribution(run: Run) -> npt.NDArray[np.float64]:
    """Give what a person of each step contributes on average, in the scenario's currency; shape (steps,)."""
    money = run.accounts.contribution() / 100
    by_step = pd.Series(money).groupby(steps(run).to_numpy(), observed=False).mean()
    return np.asarray(by_step, np.float64)


def gains(
    scenario: Scenario, plans: Mapping[str, Strategy], replications: int = 6, jobs: int = 1
) -> pd.DataFrame:
    """Try plans on the same markets, and tell what each brings a person of each step.

    Parameters
    ----------
    plans
        By name; the first is what the others are compared with.

    Returns
    -------
    A row a plan and step: `mean` contribution more than under the first plan, currency a person, with the
    `low` and `high` end of its 95 % interval over markets.

    Raises
    ------
    Fault
        If there are not two plans.
    """
    if len(plans) < 2:
        raise Fault("gains: give two plans or more; the first is what the others are compared with.")
    found = {
        name: collect(scenario, plan, mean_contribution, replications, jobs=jobs)
        for name, plan in plans.items()
    }
    first, *others = found
    rows = {
        (name, step): mean_and_interval(pd.Series(found[name][:, at] - found[first][:, at]))
        for name in others
        for at, step in enumerate(STEPS)
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "low", "high"])
    table.index = pd.MultiIndex.from_tuples(rows, names=["plan", "step"])
    return table
