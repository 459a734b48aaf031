"""Gamma-gamma: what the orders of a customer are worth, when few have been seen.

The value of an order varies around a personal mean by a gamma distribution, and the means differ by
another. The forecast lies between the customer's own average and that of all: the fewer the orders, the
nearer to all. Rate and value are taken to be independent. Source: Fader & Hardie (2013), The gamma-gamma
model of monetary value, brucehardie.com/notes/025; its equation numbers are given below.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import betaln

from sim.clv.check import Floats, expect_several, spend_columns
from sim.clv.law import Law
from sim.clv.likelihood import maximum_likelihood
from sim.data import Fault
from sim.parameter import parameter

SOURCE = "Fader & Hardie 2013, The gamma-gamma model of monetary value"


class GammaGamma(Law):
    """Gamma-gamma with its parameters. Customers are tables of `frequency` and `mean_spend` (currency)."""

    name: ClassVar[str] = "Gamma-gamma"
    p: float = parameter("how alike the orders of one customer are", "-", SOURCE, gt=0)
    q: float = parameter("how alike the customers' mean orders are", "-", SOURCE, gt=0)
    v: float = parameter("the mean order is p v / (q - 1)", "currency", SOURCE, gt=0)

    @classmethod
    def fit(cls, customers: pd.DataFrame) -> Self:
        """Fit the three parameters to the customers with a repeat order, by maximum likelihood.

        Raises
        ------
        Fault
            If the table is wrong, or the customers do not tell the parameters.
        """
        frequency, mean_spend = spend_columns(customers)
        again = frequency > 0
        expect_several(customers[again], cls.name)
        columns = frequency[again], mean_spend[again]
        start = {"p": 5.0, "q": 3.0, "v": 0.4 * float(columns[1].mean())}  # v (q - 1) / p: the mean
        return cls.of(maximum_likelihood(partial(log_likelihood, columns=columns), start), int(again.sum()))

    @property
    def mean_order(self) -> float:
        """The mean order of all customers, currency.

        Raises
        ------
        Fault
            If q is 1 or less, where a few boundless spenders leave no finite mean.
        """
        if self.q <= 1:
            raise Fault(f"q: a mean order exists only above 1, here it is {self.q:.3f}. Look for outliers.")
        return self.p * self.v / (self.q - 1)

    def predict(self, customers: pd.DataFrame) -> pd.Series[float]:
        """Give the mean order expected of each customer from now on, currency (eq. 5).

        Raises
        ------
        Fault
            If the table is wrong, or there is no finite mean.
        """
        frequency, mean_spend = spend_columns(customers)
        own = self.p * frequency / (self.p * frequency + self.q - 1)  # weight of the customer's own average
        mean_order = own * mean_spend + (1 - own) * self.mean_order
        return pd.Series(mean_order, customers.index, name="mean_order")


def log_likelihood(values: Floats, columns: tuple[Floats, Floats]) -> float:
    """Log-likelihood at (p, q, v) of frequency and mean spend, (K,) each (eq. 1a)."""
    p, q, v = values
    frequency, mean_spend = columns
    shape, total = p * frequency, frequency * mean_spend
    constant = -betaln(shape, q) + q * np.log(v) - np.log(mean_spend)
    return float(np.sum(constant + shape * np.log(total) - (shape + q) * np.log(v + total)))
