"""Power (统计功效): how many customers a test with a holdout needs, before it is begun.

Power is the chance that a test finds an effect that is there. A test that is too small finds nothing,
whatever the campaign does; Lewis & Rao 2015, Quarterly Journal of Economics 130(4), show how often that is
so in advertising. Formulas for two independent groups, normal, with unequal variances, as `sim.holdout`
compares them: Chow, Shao, Wang & Lokhnygina 2018, Sample Size Calculations in Clinical Research, 3rd ed.,
sections 3.2 (means) and 4.2 (shares).
"""

from __future__ import annotations

from math import ceil, sqrt

from scipy.stats import norm

from sim.data import Fault

FOUND, LEVEL = 0.8, 0.95  # usual choices: power, and level of the interval


def customers_for_means(
    standard_deviation: float,
    difference: float,
    holdout: float = 0.5,
    power: float = FOUND,
    level: float = LEVEL,
) -> int:
    """Work out how many customers a test needs that compares means, such as revenue a person.

    Parameters
    ----------
    standard_deviation
        From person to person, the same in both groups; currency.
    difference
        Of the two means, that is to be found; currency.
    holdout
        Share of the customers who are left alone.
    power
        The chance to find it.
    level
        Of the interval; a test without an effect then finds one in 1 - level of cases.

    Returns
    -------
    Customers of both groups together.

    Raises
    ------
    Fault
        If a number is out of its range.
    """
    spread = _above_zero("standard_deviation", standard_deviation)
    return _customers(spread**2, spread**2, _not_zero(difference), holdout, power, level)


def customers_for_shares(
    base: float, difference: float, holdout: float = 0.5, power: float = FOUND, level: float = LEVEL
) -> int:
    """Work out how many customers a test needs that compares shares, such as who bought.

    Parameters
    ----------
    base
        Share that does so if left alone.
    difference
        Added to it by the campaign, that is to be found: 0.01 is one percentage point.
    holdout, power, level
        As in `customers_for_means`.

    Returns
    -------
    Customers of both groups together.

    Raises
    ------
    Fault
        If a number is out of its range.
    """
    _not_zero(difference)
    alone, written = _variance(base), _variance(base + difference)
    return _customers(written, alone, difference, holdout, power, level)


def power_for_means(
    standard_deviation: float, difference: float, written_to: int, left_alone: int, level: float = LEVEL
) -> float:
    """Work out the chance that a test finds a difference of means; see `customers_for_means`.

    Parameters
    ----------
    written_to, left_alone
        Customers in the two groups.

    Raises
    ------
    Fault
        If a number is out of its range.
    """
    variance = _above_zero("standard_deviation", standard_deviation) ** 2
    return _power(variance, variance, difference, written_to, left_alone, level)


def power_for_shares(
    base: float, difference: float, written_to: int, left_alone: int, level: float = LEVEL
) -> float:
    """Work out the chance that a test finds a difference of shares; see `customers_for_shares`.

    Raises
    ------
    Fault
        If a number is out of its range.
    """
    return _power(_variance(base + difference), _variance(base), difference, written_to, left_alone, level)


def _customers(
    written: float, alone: float, difference: float, holdout: float, power: float, level: float
) -> int:
    """Solve power for the number of customers, given the variances of the two groups."""
    share = _share("holdout", holdout)
    reach = _quantile(level) + float(norm.ppf(_share("power", power)))
    return ceil(reach**2 * (written / (1 - share) + alone / share) / difference**2)


def _power(
    written: float, alone: float, difference: float, written_to: int, left_alone: int, level: float
) -> float:
    numbers = [_above_zero(*pair) for pair in (("written_to", written_to), ("left_alone", left_alone))]
    error = sqrt(written / numbers[0] + alone / numbers[1])
    far, edge = difference / error, _quantile(level)
    return float(norm.cdf(far - edge) + norm.cdf(-far - edge))  # either way round


def _quantile(level: float) -> float:
    return float(norm.ppf((1 + _share("level", level)) / 2))


def _variance(share: float) -> float:
    share = _share("base, and base + difference", share)
    return share * (1 - share)


def _share(name: str, value: float) -> float:
    if isinstance(value, bool) or not 0 < value < 1:
        raise Fault(f"{name}: expects a share between 0 and 1, was given {value!r}.")
    return float(value)


def _above_zero(name: str, value: float) -> float:
    if isinstance(value, bool) or not 0 < value < float("inf"):
        raise Fault(f"{name}: expects a number above 0, was given {value!r}.")
    return float(value)


def _not_zero(difference: float) -> float:
    if not 0 < abs(difference) < float("inf"):
        raise Fault("difference: no test finds a difference of nothing; give the least one that matters.")
    return float(difference)
