"""A duel: a learner's plan against a rival's, in markets that neither was made for.

The check of an open task: many plans pass, and a lucky one does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.course.checks import NotYet, kind, works
from sim.experiment import Trials, compare, mean_and_interval
from sim.plan import Plan
from sim.scenario import Scenario
from sim.style import signed

UNSEEN, MARKETS = 5_001, 6  # first seed and number of the markets; lessons stay far below
JOBS = 2  # processes; notebooks have them running already
EQUITY = "customer_equity"


@dataclass(frozen=True)
class Gain:
    """What a plan earns more than its rival, on average and as a 95 % interval."""

    mean: float
    low: float
    high: float
    trials: Trials

    def of(self, plan: str, metric: str) -> float:
        """Give the mean of a headline number under "yours" or "rival"."""
        return float(self.trials.of(plan)[metric].mean())

    @property
    def said(self) -> str:
        """The gain in words."""
        money = self.trials.currency
        return f"{signed(self.mean)} {money} (95 % interval {signed(self.low)} to {signed(self.high)})"


def duel(
    name: str,
    answer: Any,
    rival: Plan,
    market: Scenario,
    think: str,
    worth: tuple[str, ...] = ("profit",),
    markets: int = MARKETS,
) -> Gain:
    """Judge a plan by what it earns more than a rival.

    Parameters
    ----------
    think
        What to think about if it does not.
    worth
        The headline numbers that are added up.

    Raises
    ------
    NotYet
        If it is no plan, the market cannot carry it out, or it does not do better beyond luck.
    """
    plan = kind(name, answer, Plan, "a Plan(…)")
    plans = {"rival": rival, "yours": plan}
    trials = works(name, lambda: compare(market, plans, markets, UNSEEN, jobs=JOBS))
    gains = pd.concat([trials.paired(metric) for metric in worth], axis=1).sum(axis=1)
    if not gains.any():
        raise NotYet(name, f"it earns exactly what the other plan earns: nothing differs yet. {think}")
    gain = Gain(*mean_and_interval(gains), trials)
    if gain.low <= 0:
        towards = "does worse than" if gain.high < 0 else "cannot be told from"
        raise NotYet(name, f"in {markets} new markets it {towards} the other plan: {gain.said}. {think}")
    return gain
