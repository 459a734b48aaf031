"""Formula: lifetime value by the textbook, where averages are all one knows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.clv.check import expect_number
from sim.data import Fault


def net_present_value(
    revenue: npt.ArrayLike, cost: npt.ArrayLike, discount_rate: float, first_period: int = 1
) -> float:
    """Give the value today of what a customer brings and costs: V = Σ (Qₜ - Cₜ)(1 + i)^-t.

    Parameters
    ----------
    revenue, cost
        Currency, a number a period; or one number, for every period the same.
    discount_rate
        Interest, share a period: a year's, if periods are years.
    first_period
        When they begin: 1 is in a period's time, 0 is now, where the cost of winning the customer falls.

    Returns
    -------
    Currency.

    Raises
    ------
    Fault
        If the two are not of the same length, or not all are numbers.
    """
    interest = expect_number("discount_rate", discount_rate, 0)
    start = int(expect_number("first_period", first_period, 0))
    try:
        flow = np.atleast_1d(np.asarray(revenue, float) - np.asarray(cost, float))
    except (TypeError, ValueError):
        raise Fault("revenue, cost: expects as many numbers in one as in the other.") from None
    if flow.ndim != 1 or not np.isfinite(flow).all():
        raise Fault("revenue, cost: expects a list of numbers, none of them missing.")
    return float(np.sum(flow * (1 + interest) ** -(start + np.arange(len(flow), dtype=float))))


def constant_retention_value(margin: float, retention: float, discount_rate: float) -> float:
    """Give the value today of a customer who stays each period with the same probability: m r / (1 + i - r).

    Counts the periods to come, not the one that runs now. Customers who differ are worth more than this
    says of their average. Source: Gupta & Lehmann (2003), Customers as assets, Journal of Interactive
    Marketing 17(1).

    Parameters
    ----------
    margin
        m, currency a period.
    retention
        r, share of customers who stay for another period, 0 to 1.
    discount_rate
        i, interest, share a period.

    Returns
    -------
    Currency.

    Raises
    ------
    Fault
        If a number is out of its range, or all stay for ever without interest.
    """
    margin = expect_number("margin", margin, 0)
    kept = expect_number("retention", retention, 0, 1)
    owed = 1 + expect_number("discount_rate", discount_rate, 0) - kept
    if owed <= 0:
        raise Fault(
            "retention: at 1 and without interest the value is endless; give a discount_rate above 0."
        )
    return margin * kept / owed
