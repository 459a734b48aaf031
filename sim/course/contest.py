"""A contest: whose plan makes the firm worth most, within a budget of messages, in markets nobody has seen.

The worth of a plan is the profit of all weeks plus the customer equity left at the end, each less the same
under today's plan with the same luck. Profit alone rewards who harvests the customers, equity alone who buys
them at any price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.course.checks import NotYet, answered, works
from sim.data import Fault
from sim.experiment import Strategy, Trials, compare, mean_and_interval
from sim.plan import Plan, Timeline
from sim.refusal import check_plan
from sim.rules import load_rules
from sim.scenario import Scenario
from sim.style import number, people, signed

TODAY = "(today)"
UNSEEN = 9_001  # the first seed of a contest; lessons and exercises stay far below


@dataclass(frozen=True)
class Score:
    """What a plan is worth; shown as mean and interval."""

    plan: str
    mean: float  # in the currency of the market, more than under today's plan
    low: float  # 95 % interval of the mean, over seeds
    high: float
    messages: float  # sent in a market, mean
    markets: int
    currency: str

    def __repr__(self) -> str:
        lines = [
            f"{self.plan}: {signed(self.mean)} {self.currency} of profit and customer equity",
            f"  95 % interval {signed(self.low)} to {signed(self.high)}, from {self.markets} markets",
            f"  {number(self.messages)} messages a market",
        ]
        doubt = ["  The interval contains 0: so far this may be luck."] if self.low <= 0 <= self.high else []
        return "\n".join(lines + doubt)


@dataclass(frozen=True)
class Contest:
    """The rules: a market, the plan of today, and how many messages a plan may send on average."""

    market: Scenario
    today: Strategy
    messages: int
    markets: int = 20
    first_seed: int = UNSEEN
    closed: tuple[str, ...] = ()  # levers that must stay as they are today

    def __post_init__(self) -> None:
        if self.markets < 2:
            raise Fault(f"markets: an interval needs at least 2 seeds, was given {self.markets}.")

    def score(self, plan: Any) -> Score:
        """Try a plan in markets it was not made for.

        Raises
        ------
        NotYet
            If there is no plan yet, the market or the rules refuse it, or it sends too many messages.
        """
        entry = answered("plan", plan)
        if not isinstance(entry, Plan | Timeline | dict):
            raise NotYet("plan", f"expects a Plan, was given {type(entry).__name__}.")
        works("plan", lambda: self.admit(entry))
        trials = self.try_out({"yours": entry})
        messages, excess = self.sent(trials, "yours"), self.excess(trials, "yours")
        if excess:
            raise NotYet("plan", f"{excess} Write to fewer people, or less often.")
        name = getattr(entry, "name", "") or "your plan"
        interval = mean_and_interval(worth(trials, "yours"))
        return Score(name, *interval, messages, self.markets, self.market.currency)

    def admit(self, plan: Strategy) -> None:
        """Refuse a plan that the market cannot carry out, or that moves what the rules leave as it is.

        Raises
        ------
        Fault
            Naming the lever.
        """
        check_plan(self.market, Timeline.of(plan))
        theirs, today = Timeline.of(plan), Timeline.of(self.today)
        for week in {*theirs.plans, *today.plans}:
            for name in self.closed:
                if getattr(theirs.at(week), name) != getattr(today.at(week), name):
                    raise Fault(f"{name}: the rules of this contest leave it as it is today.")

    def try_out(self, plans: Mapping[str, Strategy], jobs: int = 1) -> Trials:
        """Try plans beside that of today; `jobs` processes share the work.

        Raises
        ------
        Fault
            If somebody else's plan bears the name of today's.
        """
        if TODAY in plans:
            raise Fault(f'plans: "{TODAY}" is the plan of today. Give the file another name.')
        both = {TODAY: self.today, **plans}
        return compare(self.market, both, self.markets, self.first_seed, jobs)

    def sent(self, trials: Trials, plan: str) -> float:
        """Give the messages of a plan, mean over markets."""
        return float(trials.of(plan)["contacts"].mean())

    def excess(self, trials: Trials, plan: str) -> str:
        """Say by how much a plan goes beyond the budget of messages; nothing if it does not."""
        messages = self.sent(trials, plan)
        if messages <= self.messages:
            return ""
        return f"it sends {number(messages)} messages a market, and the budget is {number(self.messages)}."

    def __repr__(self) -> str:
        market = self.market
        return (
            f"{market.name}, {people(market.people)}, {market.weeks} weeks.\n"
            f"At most {number(self.messages)} messages, on average over {self.markets} markets."
            + (f"\nStays as it is: {', '.join(self.closed)}." if self.closed else "")
        )


def load_contest(name: str | Path) -> Contest:
    """Load a ready-made contest by name ("exercise_5"), or one from a file; see `sim.rules`.

    Raises
    ------
    Fault
        If there is none of this name, or something in its rules is wrong.
    """
    rules = load_rules(name)
    return Contest(rules.market, rules.today, rules.messages, rules.markets, closed=rules.closed)


def worth(trials: Trials, plan: str) -> pd.Series[float]:
    """Give what a plan is worth beside the first one, a value a seed."""
    return trials.paired("profit", plan) + trials.paired("customer_equity", plan)
