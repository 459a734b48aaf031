"""A firm to run for some quarters: a plan in writing, lived a quarter at a time, revised, and judged.

    text (YAML)  ->  written  ->  Timeline
    Firm(market, plan, seed)  ->  .at(4)  ->  .board  ->  .change(52, …)  ->  .at(8)  ->  ...  ->  debrief

What is over is over: only quarters that have not been lived can be changed, and since luck is keyed, the
weeks that have been lived stay as they were whatever follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sim.analysis.quarter import WEEKS, indicators
from sim.experiment import Trials, compare, mean_and_interval
from sim.fault import Fault
from sim.files import loads
from sim.market import simulate
from sim.plan import Plan, Timeline
from sim.processes.shocks import Shock
from sim.run import Run
from sim.scenario import Scenario

QUARTERS = 12
UNSEEN = 9_001  # the first seed of a debrief; nobody has seen these markets
EARLIEST, CHOICES = 4, 4  # quarters lived before the surprise, at least; and in how many it may come


def written(text: str, quarters: int = QUARTERS) -> Timeline:
    """Read a plan that was written as YAML, and check it.

    Raises
    ------
    Fault
        Naming the line of each mistake; or the week of a plan that no quarter begins with.
    """
    plan = loads(text, Timeline, name="plan")
    wrong = [week for week in plan.plans if week % WEEKS or week >= quarters * WEEKS]
    if wrong:
        raise Fault(
            f"plan: week {wrong[0]} is not the first of a quarter; "
            f"those are 0, 13, 26 and so on, to {(quarters - 1) * WEEKS}."
        )
    return plan


def surprised(market: Scenario, seed: int) -> Scenario:
    """Let a rival begin a price war of a quarter, some time in the second year; the seed knows when."""
    war = Shock(what="price_war", week=(EARLIEST + seed % CHOICES) * WEEKS, weeks=WEEKS)
    return market.also("shocks").struck(war)


@dataclass(frozen=True)
class Firm:
    """A firm and its luck: the plan of the first day, the plan as it is now, and how far it has lived."""

    market: Scenario
    first_day: Timeline
    seed: int
    plan: Timeline | None = None  # as it is now; at first that of the first day
    quarter: int = 0  # lived so far
    diary: tuple[str, ...] = ()  # what was changed, in words

    @property
    def now(self) -> Timeline:
        """The plan as it is now."""
        return self.first_day if self.plan is None else self.plan

    def at(self, quarter: int) -> Firm:
        """Live on until the end of a quarter.

        Raises
        ------
        Fault
            If that is no quarter to come.
        """
        last = self.market.weeks // WEEKS
        if not isinstance(quarter, int) or not self.quarter < quarter <= last:
            raise Fault(
                f"quarter: expects a whole number from {self.quarter + 1} to {last}, not {quarter!r}."
            )
        return replace(self, quarter=quarter)

    def change(self, week: int, **sections: Any) -> Firm:
        """Change sections of the plan from a week on, in all that holds then and later.

        Parameters
        ----------
        week
            The first week of a quarter that has not been lived.
        sections
            As for a plan: `pricing={"price": 1.03}`, `campaigns=[…]`.

        Raises
        ------
        Fault
            If that week is over, or begins no quarter, or the plan cannot be so.
        """
        if week % WEEKS or not self.quarter * WEEKS <= week < self.market.weeks:
            raise Fault(
                f"change: week {week} is over, or begins no quarter. "
                f"The next quarter begins in week {self.quarter * WEEKS}."
            )
        plans = {**self.now.plans, week: self.now.at(week)}
        later = {start: plan.but(**sections) if start >= week else plan for start, plan in plans.items()}
        said = f"from week {week}: {', '.join(f'{name} = {value}' for name, value in sections.items())}"
        return replace(self, plan=Timeline(plans=later), diary=(*self.diary, said))

    @property
    def run(self) -> Run:
        """The weeks lived so far."""
        if not self.quarter:
            raise Fault("run: nothing has been lived yet. Go to a quarter: firm.at(1).")
        weeks = self.quarter * WEEKS
        plans = {week: plan for week, plan in self.now.plans.items() if week < weeks}
        return simulate(self.market.but(weeks=weeks), Timeline(plans=plans), self.seed)

    @property
    def board(self) -> pd.DataFrame:
        """What the firm sees of the quarters lived so far; see `sim.analysis.quarter.indicators`."""
        return indicators(self.run)


def values(ours: Trials, unseen: Trials, beside: str | None = None) -> pd.DataFrame:
    """Set plans beside one of them: in the firm's own market, and in markets that nobody has seen.

    Firm value is profit plus what is left of the customer base at the end, less what it was worth at the
    beginning, which is the same for all and falls out of every difference.

    Parameters
    ----------
    beside
        The plan with which the others are compared; the first unless given.

    Returns
    -------
    A row a plan but that one: `in our market` (currency), `in unseen markets` (mean), `low`, `high`.
    """
    base = ours.plans[0] if beside is None else beside
    rows = {}
    for name in ours.plans:
        if name != base:
            gaps = [_worth(trials, name) - _worth(trials, base) for trials in (ours, unseen)]
            rows[name] = (gaps[0].mean(), *mean_and_interval(gaps[1]))
    columns = ["in our market", "in unseen markets", "low", "high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(f"firm value, less {base}")


def _worth(trials: Trials, name: str) -> pd.Series[float]:
    lived = trials.of(name)
    return lived["profit"] + lived["customer_equity"]


def in_industries(
    markets: Mapping[str, Scenario], today: Plan, plan: Plan, replications: int = 4, jobs: int = 1
) -> pd.DataFrame:
    """Try one plan in several industries; in per cent of each firm's own contribution, to be comparable.

    Returns
    -------
    A row an industry: `profit`, `low` and `high`, more than today, in per cent of today's contribution.
    """
    rows = {}
    for name, market in markets.items():
        trials = compare(market, {"today": today, "plan": plan}, replications, jobs=jobs)
        base = trials.of("today")["contribution"].mean()
        rows[name] = tuple(100 * value / base for value in mean_and_interval(trials.paired("profit")))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["profit", "low", "high"]).rename_axis(
        "industry"
    )
