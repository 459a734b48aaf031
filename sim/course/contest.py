"""A contest: whose plan makes the firm worth most, within a budget of messages, in markets nobody has seen.

The worth of a plan is the profit of all weeks plus the customer equity left at the end, each less the same
under today's plan with the same luck. Profit alone rewards who harvests the customers, equity alone who buys
them at any price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.course.checks import NotYet, answered, works
from sim.data import Fault
from sim.experiment import Strategy, Trials, compare, mean_and_interval
from sim.plan import Plan, Timeline
from sim.scenario import Scenario
from sim.style import number, signed

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

    def __post_init__(self) -> None:
        if self.markets < 2:
            raise Fault(f"markets: an interval needs at least 2 seeds, was given {self.markets}.")

    def score(self, plan: Any) -> Score:
        """Try a plan in markets it was not made for.

        Raises
        ------
        NotYet
            If there is no plan yet, the market cannot carry it out, or it sends too many messages.
        """
        entry = answered("plan", plan)
        if not isinstance(entry, Plan | Timeline | dict):
            raise NotYet("plan", f"expects a Plan, was given {type(entry).__name__}.")
        trials = works("plan", lambda: self._trials(entry))
        messages = float(trials.of("yours")["contacts"].mean())
        if messages > self.messages:
            allowed = f"{number(messages)} messages a market, and the budget is {number(self.messages)}"
            raise NotYet("plan", f"it sends {allowed}. Write to fewer people, or less often.")
        worth = trials.paired("profit") + trials.paired("customer_equity")
        name = getattr(entry, "name", "") or "your plan"
        interval = mean_and_interval(worth)
        return Score(name, *interval, messages, self.markets, self.market.currency)

    def _trials(self, plan: Strategy) -> Trials:
        plans = {"today": self.today, "yours": plan}
        return compare(self.market, plans, self.markets, self.first_seed)
