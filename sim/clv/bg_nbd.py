"""BG/NBD: how often customers without a contract will order, and whether they are still there.

While they are there, customers order at random at a personal rate; after each repeat order they leave for
good with a personal probability. Rates differ by a gamma distribution, probabilities by a beta
distribution. Source: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing
Science 24(2), 275-284; its equation numbers are given below.

Shapes: K customers, N points in time.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln, expit, gammaln, hyp2f1, roots_legendre

from sim.clock import WEEKS_A_YEAR
from sim.clv.check import Floats, expect_number, expect_several, purchase_columns
from sim.clv.law import Law
from sim.clv.likelihood import maximum_likelihood
from sim.data import Fault
from sim.parameter import parameter

SOURCE = "Fader, Hardie & Lee 2005, Marketing Science 24(2)"
POINTS = 24  # in time, for the discounted sum: more change nothing in eight digits
GAP = 1e-5  # so near to a = 1 or a + b = 1 the formula divides by zero, though what it gives is smooth


class BgNbd(Law):
    """BG/NBD with its parameters. Customers are tables of `frequency`, `recency` and `age` (weeks)."""

    name: ClassVar[str] = "BG/NBD"
    r: float = parameter("how alike the customers' order rates are", "-", SOURCE, gt=0)
    alpha: float = parameter("the mean order rate is r / alpha orders a week", "weeks", SOURCE, gt=0)
    a: float = parameter("the mean chance to leave after a repeat order is a / (a + b)", "-", SOURCE, gt=0)
    b: float = parameter("a and b together: how alike these chances are", "-", SOURCE, gt=0)

    @classmethod
    def fit(cls, customers: pd.DataFrame) -> Self:
        """Fit the four parameters to customers, by maximum likelihood.

        Raises
        ------
        Fault
            If the table is wrong, or the customers do not tell the parameters.
        """
        frequency, _, age = columns = purchase_columns(customers)
        expect_several(customers, cls.name)
        if not frequency.any():
            raise Fault("frequency: nobody ordered again, so nothing tells how often they would.")
        start = {"r": 0.5, "alpha": 0.5 * float(age.sum() / frequency.sum()), "a": 0.6, "b": 2.0}
        return cls.of(maximum_likelihood(partial(log_likelihood, columns=columns), start), len(customers))

    def p_alive(self, customers: pd.DataFrame) -> pd.Series[float]:
        """Give the probability that each customer is still there (note 21, 2008); 1 without a repeat."""
        return pd.Series(self._p_alive(*purchase_columns(customers)), customers.index, name="p_alive")

    def predict(self, customers: pd.DataFrame, weeks: float) -> pd.Series[float]:
        """Give the orders expected of each customer in the next so many weeks (eq. 10)."""
        weeks = expect_number("weeks", weeks, 0)
        orders = self._orders(purchase_columns(customers), np.array([weeks]))[:, 0]
        return pd.Series(orders, customers.index, name="orders")

    def expected_orders(self, weeks: float) -> float:
        """Give the repeat orders expected of a new customer in the so many weeks after the first (eq. 9)."""
        new = (np.zeros(1), np.zeros(1), np.zeros(1))
        return float(self._orders(new, np.array([expect_number("weeks", weeks, 0)]))[0, 0])

    def clv(
        self,
        customers: pd.DataFrame,
        mean_order: pd.Series[float] | float,
        weeks: float,
        margin: float = 1.0,
        yearly_discount_rate: float = 0.1,
    ) -> pd.Series[float]:
        """Give the value today of what each customer will order in the next so many weeks.

        An order that comes s weeks from now counts margin · mean order · (1 + i)^(-s / 52).

        Parameters
        ----------
        mean_order
            Currency an order: one number, or by customer, as `GammaGamma.predict` gives it.
        weeks
            How far to look.
        margin
            Share of an order that is left when the goods are paid, 0 to 1.
        yearly_discount_rate
            Interest, share a year: 0.1 is 10 % a year.

        Returns
        -------
        Currency, by customer.
        """
        weeks = expect_number("weeks", weeks, 0)
        kept = expect_number("margin", margin, 0, 1) * _money(mean_order, customers)
        interest = np.log1p(expect_number("yearly_discount_rate", yearly_discount_rate, 0)) / WEEKS_A_YEAR
        columns = purchase_columns(customers)
        now, steps = _points(self.alpha + columns[2], weeks)  # (K, N) each
        orders = self._orders(columns, now)
        last = self._orders(columns, np.array([weeks]))[:, 0] * np.exp(-interest * weeks)
        # by parts: the sum of discounted orders is E(end) e^(-i end) + i times the integral of E(s) e^(-i s)
        discounted = last + interest * np.sum(steps * orders * np.exp(-interest * now), axis=1)
        return pd.Series(kept * discounted, customers.index, name="clv")

    def _p_alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        x = np.maximum(frequency, 1)
        silence = np.log((self.alpha + age) / (self.alpha + recency))
        odds = np.log(self.a / (self.b + x - 1)) + (self.r + x) * silence  # of having left, logarithm
        return np.where(frequency > 0, expit(-odds), 1.0)

    def _orders(self, columns: tuple[Floats, ...], weeks: Floats) -> Floats:
        """Give expected orders, (K, N), in weeks (N,) or (K, N).

        Equation 10 after Euler's transformation of its hypergeometric function: the published form runs
        into 0 times infinity for frequent customers.
        """
        x, _, age = (column[:, None] for column in columns)
        ahead = weeks / (self.alpha + age + weeks)
        hole = min(abs(self.a - 1), abs(self.a + self.b - 1)) < GAP
        there, beside = self.a, (self.a - 2 * GAP, self.a + 2 * GAP)
        orders = [] if hole else [_orders_if_there(self.r + x, there, there + self.b + x - 1, ahead)]
        if hole or np.isnan(orders[0]).any():  # SciPy 1.17 knows no value for some whole parameters
            orders = [_orders_if_there(self.r + x, a, a + self.b + x - 1, ahead) for a in beside]
        return self._p_alive(*columns)[:, None] * np.mean(orders, axis=0)


def _orders_if_there(shape: Floats, a: float, c: Floats, ahead: Floats) -> Floats:
    return c / (a - 1) * (1 - (1 - ahead) ** (a - 1) * hyp2f1(c - shape, a - 1, c, ahead))


def log_departure(a: float, b: float, frequency: npt.NDArray[np.number]) -> tuple[Floats, Floats]:
    """Chance to be there after repeat order x, E (1-p)^x, and to leave at it, E p (1-p)^(x-1); logarithms."""
    stay = betaln(a, b + frequency) - betaln(a, b)
    leave = betaln(a + 1, b + np.maximum(frequency, 1) - 1) - betaln(a, b)
    return stay, np.where(frequency > 0, leave, -np.inf)  # nobody leaves at the first order


def log_likelihood(values: Floats, columns: tuple[Floats, Floats, Floats]) -> float:
    """Log-likelihood at (r, alpha, a, b) of frequency, recency and age, (K,) each (eq. 6)."""
    r, alpha, a, b = values
    frequency, recency, age = columns
    stay, leave = log_departure(a, b, frequency)
    constant = gammaln(r + frequency) - gammaln(r) + r * np.log(alpha)
    here = stay - (r + frequency) * np.log(alpha + age)
    gone = leave - (r + frequency) * np.log(alpha + recency)
    return float(np.sum(constant + np.logaddexp(here, gone)))


def _points(since: Floats, weeks: float) -> tuple[Floats, Floats]:
    """Give points in time and their weights, (K, N), dense where the forecast of a customer bends most."""
    places, weights = roots_legendre(POINTS)
    growth = np.log1p(weeks / since)[:, None]
    bent = since[:, None] * np.exp(growth * (places + 1) / 2)
    return bent - since[:, None], bent * growth * weights / 2


def _money(mean_order: pd.Series[float] | float, customers: pd.DataFrame) -> Floats | float:
    if not isinstance(mean_order, pd.Series):
        return expect_number("mean_order", mean_order, 0)
    if not mean_order.index.equals(customers.index):
        raise Fault("mean_order: is not about the same customers as the table.")
    money = pd.to_numeric(mean_order, errors="coerce").to_numpy(float)
    if not (np.isfinite(money) & (money >= 0)).all():
        raise Fault("mean_order: expects money from 0 for every customer; GammaGamma.predict gives it.")
    return money
