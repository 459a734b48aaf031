"""Precision: how narrow intervals shall be before an experiment stops running more seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from sim.data import Fault
from sim.metrics import expect_metric

if TYPE_CHECKING:
    from sim.experiment import Trials

STEP = 5  # seeds from one look at the intervals to the next


@dataclass(frozen=True)
class Precision:
    """The 95 % interval of each plan's paired difference shall be no wider than this."""

    width: float  # from low to high, in the unit of the metric
    metric: str
    most: int  # seeds, whatever the width is by then

    def __post_init__(self) -> None:
        expect_metric(self.metric)
        number = isinstance(self.width, Real) and not isinstance(self.width, bool)
        if not number or not 0 < self.width < np.inf:
            raise Fault(
                f"until_within: expects the width of an interval, such as 500.0, was given {self.width!r}."
            )

    def looks(self, first_seed: int, replications: int) -> Iterator[range]:
        """Give the seeds to run before each look: so many, then a few at a time."""
        if isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < replications:
            raise Fault(
                f"most: expects a whole number from {replications}, the replications to begin with, "
                f"was given {self.most!r}."
            )
        for start, end in pairwise([0, *range(replications, self.most, STEP), self.most]):
            yield range(first_seed + start, first_seed + end)

    def widest(self, trials: Trials) -> float:
        """Give the width of the widest interval; infinite if one of them is unknown."""
        table = trials.difference(self.metric)
        return float((table["high"] - table["low"]).fillna(np.inf).max())

    def verdict(self, trials: Trials) -> str:
        """Say of trials that are over how wide their intervals have become."""
        widest = self.widest(trials)
        if widest <= self.width:
            return f"each interval of {self.metric} is no wider than {self.width:,g}"
        found = f"{widest:,.3g} wide" if np.isfinite(widest) else "unknown"
        return f"the most allowed; an interval of {self.metric} is still {found}, asked was {self.width:,g}"
