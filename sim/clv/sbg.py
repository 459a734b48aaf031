"""Shifted-beta-geometric (sBG): how long customers with a contract will go on renewing it.

At each renewal a customer leaves with a personal probability, the same each time; the probabilities
differ by a beta distribution. So the retention rate (留存率) of a cohort (同期群) rises with time though
nobody grows more loyal: those who leave easily have left. Source: Fader & Hardie (2007), How to project
customer retention, Journal of Interactive Marketing 21(1), 76-90.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import betaln

from sim.clv.check import Floats, expect_number, expect_whole
from sim.clv.law import Law
from sim.clv.likelihood import maximum_likelihood
from sim.data import Fault
from sim.parameter import parameter

SOURCE = "Fader & Hardie 2007, Journal of Interactive Marketing 21(1)"
NEVER = 32.0  # interest for so long, rate times time, leaves 1e-14 of a payment


class Sbg(Law):
    """sBG with its parameters. Time is counted in renewals: years, if the contract runs for a year."""

    name: ClassVar[str] = "sBG"
    alpha: float = parameter(
        "the mean chance to leave at the first renewal is alpha / (alpha + beta)", "-", SOURCE, gt=0
    )
    beta: float = parameter("alpha and beta together: how alike these chances are", "-", SOURCE, gt=0)

    @classmethod
    def fit(cls, *cohorts: Sequence[int]) -> Self:
        """Fit both parameters to how many customers are still there, by maximum likelihood.

        Parameters
        ----------
        *cohorts
            For each cohort, customers at the start, after the first renewal, after the second, and so on:
            `[1000, 869, 743]`. Cohorts may be of different lengths.

        Raises
        ------
        Fault
            If the numbers are none of customers, or do not tell the parameters.
        """
        if not cohorts:
            raise Fault("cohorts: expects numbers of customers still there, such as [1000, 869, 743].")
        active = [_expect_cohort(cohort) for cohort in cohorts]
        renewals = max(map(len, active)) - 1
        kept, lost = np.zeros(renewals), np.zeros(renewals)
        for counts in active:
            kept[: len(counts) - 1] += counts[1:]
            lost[: len(counts) - 1] += -np.diff(counts)
        fitted = maximum_likelihood(
            partial(log_likelihood, kept=kept, lost=lost), {"alpha": 1.0, "beta": 1.0}
        )
        return cls.of(fitted, int(sum(counts[0] for counts in active)))

    def retention(self, renewal: Any) -> Any:
        """Give the share of customers who stay at a renewal, 1 being the first: a number or an array."""
        return _plain(_retention(self.alpha, self.beta, expect_whole("renewal", renewal, 1)))

    def survival(self, renewals: Any) -> Any:
        """Give the share of a cohort still there after so many renewals: a number or an array."""
        made = expect_whole("renewals", renewals, 0)
        return _plain(np.exp(betaln(self.alpha, self.beta + made) - betaln(self.alpha, self.beta)))

    def clv(
        self,
        margin: float,
        yearly_discount_rate: float = 0.1,
        renewals: int = 0,
        renewals_a_year: float = 1.0,
    ) -> float:
        """Give the value today of all renewals to come of a customer who has made so many.

        The contract that runs now is not counted; add its margin to value a new customer. Discounted
        expected residual lifetime of Fader & Hardie (2010), Customer-base valuation in a contractual
        setting, Marketing Science 29(1), for a customer who has just renewed.

        Parameters
        ----------
        margin
            Currency a renewal.
        yearly_discount_rate
            Interest, share a year, from 0.001: 0.1 is 10 % a year.
        renewals
            How often the customer has renewed so far.
        renewals_a_year
            12 for a monthly contract; 365 at most.

        Returns
        -------
        Currency.
        """
        margin = expect_number("margin", margin, 0)
        interest = expect_number("yearly_discount_rate", yearly_discount_rate, 0.001)
        a_year = expect_number("renewals_a_year", renewals_a_year, 0.01, 365)
        made = int(expect_whole("renewals", renewals, 0))
        step = np.log1p(interest) / a_year
        # a sum, as the closed form is not to be had where all are nearly alike (alpha and beta large)
        ahead = np.arange(1, int(np.ceil(NEVER / step)) + 1)
        stays = np.cumsum(np.log(_retention(self.alpha, self.beta, made + ahead)))
        return float(margin * np.sum(np.exp(stays - step * ahead)))


def log_likelihood(values: Floats, kept: Floats, lost: Floats) -> float:
    """Log-likelihood at (alpha, beta) of customers kept and lost at each renewal, (renewals,) each."""
    alpha, beta = values
    renewal = np.arange(1, len(kept) + 1)
    stays = np.log(beta + renewal - 1) @ kept + np.log(alpha) * lost.sum()
    return float(stays - np.log(alpha + beta + renewal - 1) @ (kept + lost))


def _retention(alpha: float, beta: float, renewal: Any) -> Any:
    return (beta + renewal - 1) / (alpha + beta + renewal - 1)


def _expect_cohort(cohort: Any) -> Floats:
    active = expect_whole("cohort", cohort, 0)
    if active.ndim != 1 or len(active) < 2:
        raise Fault("cohort: expects a list from the start to a renewal at least, such as [1000, 869, 743].")
    if (np.diff(active) > 0).any():
        raise Fault("cohort: nobody joins later; each number is at most the one before it.")
    return active.astype(float)


def _plain(numbers: Any) -> Any:
    return numbers if np.ndim(numbers) else float(numbers)
