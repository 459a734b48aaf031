"""Concentration: how much of the money comes from how few customers, and whether they stay the same.

Pure functions of one number a customer, such as the money spent in a year: the Lorenz curve, the Gini
index, the share and the members of the top fifth; and of two such columns, of two periods: who was in
the top fifth in both, and what each group spends in the next period.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.fault import Fault

Floats = npt.NDArray[np.float64]
TOP = 0.2  # the top fifth
TIERS = {"high": 0.2, "medium": 0.3, "low": 0.5}  # of the customers, best first; this kit's choice


def lorenz(values: npt.ArrayLike, best_first: bool = False) -> pd.DataFrame:
    """Draw up the Lorenz curve: which share of the customers holds which share of the whole.

    Lorenz 1905, Publications of the American Statistical Association 9(70), counts from the smallest.
    Counted from the largest, it is the curve that "80/20" is read from.

    Parameters
    ----------
    values
        A number a customer, none below 0; shape (customers,).
    best_first
        Count from the largest.

    Returns
    -------
    A row a customer and one for nobody, with `customer_share` and `value_share`, both from 0 to 1. If the
    whole is 0, `value_share` is NaN.

    Raises
    ------
    Fault
        If a value is negative or no number.
    """
    ranked = np.sort(_amounts(values, "lorenz"))
    ranked = ranked[::-1] if best_first else ranked
    reached = np.concatenate([[0.0], np.cumsum(ranked)])
    share = reached / reached[-1] if reached[-1] else np.full(len(reached), np.nan)
    return pd.DataFrame({"customer_share": np.linspace(0, 1, len(reached)), "value_share": share})


def gini(values: npt.ArrayLike) -> float:
    """Work out the Gini index: 0 if all customers are equal, towards 1 if one of many has everything.

    Half the mean difference of two customers, over the mean (Gini 1912), computed from ranks as in Sen
    1973, On Economic Inequality. This is the index of these customers, not an estimate for a larger
    population (which would be greater by n / (n - 1)). NaN if the whole is 0.

    Raises
    ------
    Fault
        If a value is negative or no number.
    """
    ranked = np.sort(_amounts(values, "gini"))
    n, whole = len(ranked), ranked.sum()
    if not whole:
        return float("nan")
    return float(((2 * np.arange(1, n + 1) - n - 1) * ranked).sum() / (n * whole))


def top(values: pd.Series[float], share: float = TOP) -> pd.Index:
    """Find the customers with the largest values: so large a share of them, best first.

    Their number is rounded to the nearest whole customer. Of equals at the border, those named earlier
    come in.

    Raises
    ------
    Fault
        If a value is negative or no number, or the share is not between 0 and 1.
    """
    amounts = _amounts(values, "top")
    return values.index[np.argsort(-amounts, kind="stable")[: _count(share, len(amounts), "top")]]


def top_share(values: npt.ArrayLike, share: float = TOP) -> float:
    """Work out which share of the whole the largest customers hold: 0.8 for the top fifth is "80/20".

    NaN if the whole is 0.

    Raises
    ------
    Fault
        If a value is negative or no number, or the share is not between 0 and 1.
    """
    ranked = np.sort(_amounts(values, "top_share"))[::-1]
    count, whole = _count(share, len(ranked), "top_share"), ranked.sum()
    return float(ranked[:count].sum() / whole) if whole else float("nan")


def tiers(values: pd.Series[float], shares: Mapping[str, float] | None = None) -> pd.Series[str]:
    """Divide customers into value tiers, best first.

    Parameters
    ----------
    values
        A number a customer, none below 0, such as the money spent in a year.
    shares
        The share of the customers in each tier, best first, together 1; as `TIERS` if not given.

    Returns
    -------
    A column `tier`, categorical, a row a customer. Of equals at a border, those named earlier stand higher.

    Raises
    ------
    Fault
        If a value is negative or no number, or the shares do not add up to 1.
    """
    given = TIERS if shares is None else dict(shares)
    amounts, parts = _amounts(values, "tiers"), np.array(list(given.values()), float)
    if not len(parts) or (parts < 0).any() or abs(parts.sum() - 1) > 1e-9:
        raise Fault(f"tiers: the shares must be 0 or more and add up to 1, they add up to {parts.sum():g}.")
    ends = np.floor(np.cumsum(parts) * len(amounts) + 0.5)
    place = np.empty(len(amounts), np.int64)
    place[np.argsort(-amounts, kind="stable")] = np.arange(len(amounts))
    codes = np.minimum(np.searchsorted(ends, place, side="right"), len(parts) - 1)
    names = np.array(list(given))[codes]
    return pd.Series(pd.Categorical(names, list(given)), index=values.index, name="tier")


def tier_summary(values: pd.Series[float], shares: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Count the customers of each tier and what they bring.

    Returns
    -------
    A row a tier, best first, with `customers`, `customer_share`, `value_share` (0 to 1), and `mean_value` and
    `least_value` of a customer, in the unit of the values.

    Raises
    ------
    Fault
        As in `tiers`.
    """
    groups = values.groupby(tiers(values, shares), observed=False)
    customers, whole = groups.size(), groups.sum()
    table = {
        "customers": customers,
        "customer_share": customers / customers.sum(),
        "value_share": whole / whole.sum(),
        "mean_value": groups.mean(),
        "least_value": groups.min(),
    }
    return pd.DataFrame(table)


def turnover(before: pd.Series[float], after: pd.Series[float], share: float = TOP) -> pd.DataFrame:
    """Count who was among the largest customers in one period, in the next, in both.

    Parameters
    ----------
    before, after
        A number for each of the same customers, in two periods.
    share
        Of the customers, who count as the top in either period.

    Returns
    -------
    Customers: rows `top before` and `others before`, columns `top after` and `others after`.

    Raises
    ------
    Fault
        If the two columns are not of the same customers, or as in `top`.
    """
    after = _same_customers(before, after, "turnover")
    first, then = before.index.isin(top(before, share)), after.index.isin(top(after, share))
    counts = [[int((a & b).sum()) for b in (then, ~then)] for a in (first, ~first)]
    return pd.DataFrame(counts, ["top before", "others before"], ["top after", "others after"])


def missed_share(before: pd.Series[float], after: pd.Series[float], share: float = TOP) -> float:
    """Share of the next period's largest customers who were not among the largest in this one; 0 to 1.

    What a firm misses that serves those well who were its best. By lot it would miss 1 - share of them.

    Raises
    ------
    Fault
        As in `turnover`.
    """
    counts = turnover(before, after, share)["top after"]
    whole = int(counts.sum())
    return float(counts["others before"] / whole) if whole else float("nan")


def next_period(before: pd.Series[float], after: pd.Series[float], parts: int = 5) -> pd.DataFrame:
    """Follow groups of customers, formed by one period, into the next.

    Whoever was on top was so partly by luck, and luck does not come along: the top falls back towards the
    mean and the bottom rises (Galton 1886, Journal of the Anthropological Institute 15). If all
    spend less in the next period, compare the last two columns, which are measured against the mean.

    Parameters
    ----------
    parts
        Of how many equal groups.

    Returns
    -------
    A row a group, 1 being the best, with `customers`, `before` and `after` (mean of a customer, in the unit
    of the values), `before_to_mean` and `after_to_mean` (the same, over the mean of all customers).

    Raises
    ------
    Fault
        If the two columns are not of the same customers, or `parts` is no whole number from 2.
    """
    if isinstance(parts, bool) or not isinstance(parts, int) or parts < 2:
        raise Fault(f"next_period: parts must be a whole number from 2, was given {parts!r}.")
    after = _same_customers(before, after, "next_period")
    group = tiers(before, {str(part + 1): 1 / parts for part in range(parts)}).astype(int)
    table = pd.DataFrame({"before": before, "after": after}).groupby(group).mean()
    table.insert(0, "customers", group.value_counts())
    for name, all_of_them in (("before", before), ("after", after)):
        table[f"{name}_to_mean"] = table[name] / all_of_them.mean()
    return table.rename_axis("group")


def _amounts(values: npt.ArrayLike, function: str) -> Floats:
    """Give the values as numbers of shape (customers,), or say why not."""
    try:
        amounts = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise Fault(f"{function}: expects a number for each customer, was given something else.") from None
    if amounts.ndim != 1:
        raise Fault(f"{function}: expects one column of numbers, was given shape {amounts.shape}.")
    if not np.isfinite(amounts).all():
        raise Fault(f"{function}: some values are unknown; put 0 for who spent nothing.")
    if (amounts < 0).any():
        raise Fault(f"{function}: {amounts.min():g} is below 0, and shares of a whole need values from 0.")
    return amounts


def _count(share: float, customers: int, function: str) -> int:
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
        raise Fault(f"{function}: share must lie between 0 and 1, such as 0.2, was given {share!r}.")
    return int(np.floor(share * customers + 0.5))


def _same_customers(before: pd.Series[float], after: pd.Series[float], function: str) -> pd.Series[float]:
    """Give `after` in the order of `before`; both must name the same customers, each once."""
    if not before.index.is_unique or not after.index.is_unique:
        raise Fault(f"{function}: a customer is named twice in one period; add their values up first.")
    if len(before) != len(after) or not before.index.isin(after.index).all():
        raise Fault(
            f"{function}: both periods must name the same customers; put 0 for who spent nothing in one."
        )
    return after.reindex(before.index)
