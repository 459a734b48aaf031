"""A claim: what is said, how it is read, an experiment of one seed, and the rule by which it is judged.

A claim is read before it is tried: which number, in which window, beside what, in per cent or in points. Its
experiment gives a number for each condition it is tried under, the claim's own first; positive is what was
said. No parameter of a market is changed to make a claim come true: a condition names what it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sim.experiment import mean_and_interval

Trial = Callable[[int], dict[str, float]]  # a seed -> a number for each condition, the claim's own first
Unit = Literal["%", "points"]
Kind = Literal["reproduced", "reproduced only if …", "not reproduced"]


@dataclass(frozen=True)
class Claim:
    """One statement of the course material, with the experiment that tries it.

    Parameters
    ----------
    number
        Its number in the ledger, such as "C04".
    says
        What is stated, in a sentence without the figure.
    reading
        Which number in which window is compared with what, and how.
    market
        Which scenario, and what is switched on in it.
    trial
        The experiment: the same seed with and without; see `Trial`.
    figure
        The stated size, in `unit`; None where no size is stated.
    unit
        "%" of what it is compared with, or "points" of 100.
    level
        The figure is a level ("75 % stay") and not a difference, so to exceed 0 proves nothing.
    at_most
        The figure is stated as small ("only 45 %"): reproduced from there downwards.
    remark
        What a reader must know to judge it: what is assumed in it, what works against it.
    """

    number: str
    says: str
    reading: str
    market: str
    trial: Trial
    figure: float | None = None
    unit: Unit = "%"
    level: bool = False
    at_most: bool = False
    remark: str = ""


@dataclass(frozen=True)
class Untried:
    """A statement that the market cannot put to the test, and why."""

    number: str
    says: str
    why: str


@dataclass(frozen=True)
class Estimate:
    """The mean over seeds of what a claim is about, under one condition, with its 95 % interval."""

    condition: str
    mean: float
    low: float
    high: float
    seeds: int

    @classmethod
    def of(cls, condition: str, values: pd.Series[float]) -> Estimate:
        """Estimate from a value a seed; unknown ones are left out. With one seed there is no interval."""
        known = values.dropna()
        mean, low, high = mean_and_interval(known) if len(known) > 1 else (known.mean(), np.nan, np.nan)
        return cls(condition, float(mean), float(low), float(high), len(known))

    def bears_out(self, claim: Claim) -> bool:
        """Tell whether this is what was said: beyond chance, and the interval reaches the figure."""
        if claim.at_most:
            return claim.figure is not None and self.low <= claim.figure
        beyond_chance = claim.level or self.low > 0
        return bool(beyond_chance and (claim.figure is None or self.high >= claim.figure))

    def direction(self, claim: Claim) -> str:
        """Say in which direction the result points, where the claim is not borne out."""
        if claim.level:
            return "more than that" if claim.at_most else "less than that"
        if self.low > 0:
            return "the same direction, but smaller"
        return "the opposite" if self.high < 0 else "nothing beyond chance"


@dataclass(frozen=True)
class Verdict:
    """What came of a claim: an estimate for each condition, its own first."""

    claim: Claim
    estimates: tuple[Estimate, ...]

    @property
    def reproduced(self) -> bool:
        """Whether it holds as it is said."""
        return self.estimates[0].bears_out(self.claim)

    @property
    def only_if(self) -> tuple[str, ...]:
        """The conditions under which it holds, where it does not hold as it is said."""
        if self.reproduced:
            return ()
        return tuple(each.condition for each in self.estimates[1:] if each.bears_out(self.claim))

    @property
    def kind(self) -> Kind:
        """Which of the kinds of verdict it is."""
        if self.reproduced:
            return "reproduced"
        return "reproduced only if …" if self.only_if else "not reproduced"

    @property
    def words(self) -> str:
        """The verdict in a few words."""
        if self.reproduced:
            return "reproduced"
        if self.only_if:
            return f"reproduced only {' or '.join(self.only_if)}"
        return f"not reproduced: {self.estimates[0].direction(self.claim)}"
