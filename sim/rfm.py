"""RFM: how recently customers ordered, how often, and for how much money; scores and named segments.

Pure functions of frames: `of_orders` or `of_record` measures, `score` compares customers with each other,
`segments` names what the scores say, `summary` counts. All of it is what a firm can see.

Recency, frequency and monetary value as the firm's oldest ruler, and scores by fifths: Hughes 1994,
Strategic Database Marketing. The names of the segments are this kit's choice: there is no standard.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.fault import Fault

DAYS_A_WEEK = 7
CENTS = 100
FIFTHS = 5
MEASURES = ("recency_weeks", "frequency_orders", "monetary_currency")
SCORES = ("recency_score", "frequency_score", "monetary_score")

SEGMENTS = (  # rows: value high, medium, low; columns: seen recently, in between, long ago
    ("champions", "loyal", "high value at risk"),
    ("promising", "need attention", "fading"),
    ("new or small", "small", "small and silent"),
)
NAMES = tuple(name for row in SEGMENTS for name in row)
CHINESE = {
    "champions": "冠军客户",
    "loyal": "忠诚客户",
    "high value at risk": "高价值风险客户",
    "promising": "潜力客户",
    "need attention": "需关注客户",
    "fading": "渐远客户",
    "new or small": "新客或小客户",
    "small": "小客户",
    "small and silent": "沉默小客户",
}


def of_orders(orders: pd.DataFrame, from_day: int, to_day: int) -> pd.DataFrame:
    """Measure the customers of a table of orders, over some days.

    Parameters
    ----------
    orders
        Columns `customer`, `day` (whole days, from any start) and `amount_cents`. Orders of one day count
        once, as in Fader & Hardie 2008, Creating an RFM summary using Excel.
    from_day, to_day
        The first day that counts, and the first that no longer does; recency is counted back from it.

    Returns
    -------
    A row for each customer with an order in these days, indexed by `customer`, with `recency_weeks` (since
    the last order), `frequency_orders` (days with an order) and `monetary_currency` (spent, not in cents).

    Raises
    ------
    Fault
        If a column is missing or holds something else than numbers, or there are no such days.
    """
    _expect(orders, ("customer", "day", "amount_cents"), "of_orders")
    if not from_day < to_day:
        raise Fault(f"to_day: must be later than from_day, which is {from_day}; was given {to_day}.")
    inside = orders[(orders["day"] >= from_day) & (orders["day"] < to_day)]
    by_customer = inside.groupby("customer")
    table = {
        "recency_weeks": (to_day - by_customer["day"].max()) / DAYS_A_WEEK,
        "frequency_orders": by_customer["day"].nunique(),
        "monetary_currency": by_customer["amount_cents"].sum() / CENTS,
    }
    return pd.DataFrame(table).rename_axis("customer")


def of_record(record: pd.DataFrame, whole_past: bool = False) -> pd.DataFrame:
    """Measure the customers on a firm's record.

    Parameters
    ----------
    record
        What the firm knew on a Monday: `run.record(week)`.
    whole_past
        Count everything since the first order, and not only the last 52 weeks.

    Returns
    -------
    A row a record, with `recency_weeks`, `frequency_orders` and `monetary_currency`.

    Raises
    ------
    Fault
        If it is no record.
    """
    frequency, monetary = ("orders", "spend") if whole_past else ("orders_52w", "spend_52w")
    columns = ("recency_weeks", frequency, monetary)
    _expect(record, columns, "of_record")
    return record[list(columns)].set_axis(list(MEASURES), axis=1)


def score(measures: pd.DataFrame) -> pd.DataFrame:
    """Give each customer a score from 1 to 5 for each measure, compared with the other customers.

    **The rule, and what it does with ties.** A score is one more than the number of fifths of the customers
    who do strictly worse: 5 means that at least four fifths do worse, 1 that less than a fifth do. Worse
    is a longer time since the last order, fewer orders, less money. Customers who are equal get equal
    scores, so the groups need not be of one size: where three in five ordered once, all of these get a 1
    and nobody gets a 2 or a 3.

    Parameters
    ----------
    measures
        Columns `recency_weeks`, `frequency_orders` and `monetary_currency`; a row a customer.

    Returns
    -------
    The same table with three columns more: `recency_score`, `frequency_score`, `monetary_score`.

    Raises
    ------
    Fault
        If a column is missing or a value is unknown.
    """
    _expect(measures, MEASURES, "score")
    recency, frequency, monetary = (measures[name].to_numpy(float) for name in MEASURES)
    scores = (_fifth(-recency), _fifth(frequency), _fifth(monetary))
    return measures.assign(**dict(zip(SCORES, scores, strict=True)))


def _fifth(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Give one more than the fifths of the values that are strictly less: 1 to 5. Shape as given."""
    worse = np.searchsorted(np.sort(values), values, side="left")
    return 1 + FIFTHS * worse // max(len(values), 1)  # whole numbers: no rounding at the edge of a fifth


def segments(scored: pd.DataFrame) -> pd.Series[str]:
    """Name each customer's segment.

    The value is the mean of the scores for frequency and money: high from 4, medium from 2, low below. The
    last order was recent at a recency score of 4 or 5, long ago at 1 or 2. `SEGMENTS` has the nine names.

    Parameters
    ----------
    scored
        As `score` gives it.

    Returns
    -------
    A column `segment`, categorical, in the order of `NAMES`.

    Raises
    ------
    Fault
        If a score is missing or not between 1 and 5.
    """
    _expect(scored, SCORES, "segments")
    recency, frequency, monetary = (scored[name].to_numpy(float) for name in SCORES)
    if not all(((each >= 1) & (each <= FIFTHS)).all() for each in (recency, frequency, monetary)):
        raise Fault("segments: scores lie between 1 and 5; make them with score(…).")
    value = (frequency + monetary) / 2
    row = np.select([value >= 4, value >= 2], [0, 1], 2)
    column = np.select([recency >= 4, recency >= 3], [0, 1], 2)
    names = np.array(SEGMENTS)[row, column]
    return pd.Series(pd.Categorical(names, list(NAMES)), index=scored.index, name="segment")


def summary(scored: pd.DataFrame) -> pd.DataFrame:
    """Count the customers of each segment, and what they spent.

    Parameters
    ----------
    scored
        As `score` gives it.

    Returns
    -------
    A row for each of the nine segments, with `customers`, `customer_share`, `spend_share` (shares of all, 0
    to 1), `mean_spend_currency` and `mean_recency_weeks` (NaN where there is nobody).

    Raises
    ------
    Fault
        If a column is missing.
    """
    _expect(scored, (*MEASURES, *SCORES), "summary")
    groups = scored.groupby(segments(scored), observed=False)
    customers, spend = groups.size(), groups["monetary_currency"].sum()
    table = {
        "customers": customers,
        "customer_share": customers / customers.sum(),
        "spend_share": spend / spend.sum(),
        "mean_spend_currency": groups["monetary_currency"].mean(),
        "mean_recency_weeks": groups["recency_weeks"].mean(),
    }
    return pd.DataFrame(table).rename_axis("segment")


def _expect(table: object, columns: Iterable[str], function: str) -> None:
    """Refuse what is no table, lacks a column, or holds an unknown value in one."""
    if not isinstance(table, pd.DataFrame):
        raise Fault(f"{function}: expects a table (DataFrame), was given {type(table).__name__}.")
    for name in columns:
        if name not in table:
            raise Fault(f'{function}: the table has no column "{name}"; it needs {", ".join(columns)}.')
        if name != "customer" and not pd.api.types.is_numeric_dtype(table[name]):
            raise Fault(f'{function}: the column "{name}" must hold numbers, it holds {table[name].dtype}.')
        if (table[name].isna() | table[name].isin([np.inf, -np.inf])).any():
            raise Fault(f'{function}: the column "{name}" has unknown values; leave those customers out.')
