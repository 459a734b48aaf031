"""Clusters (聚类): customers put into groups by what the firm sees, and held against the truth.

    run -> view (what the firm sees of each customer) -> k_means -> agreement (with any other grouping)

k-means always finds the groups that it is asked for, also in a cloud without any. `how_many` shows what
usual advice says about their number, beside the same advice for data whose columns were shuffled one by one,
in which there can be no types. Agreement is the adjusted Rand index (调整兰德指数; Hubert & Arabie 1985,
Journal of Classification 2): 1 for the same groups, 0 for what chance gives.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Luck, Purpose
from sim.data import Fault
from sim.run import Run

RESTARTS, SEED = 10, 7
Floats = npt.NDArray[np.float64]
SHOWN = {  # by column of a view: what it means, for tables
    "orders": "orders in the last 52 weeks",
    "mean order": "USD",
    "silent": "weeks since the last order",
    "known": "weeks since the first order",
    "opened": "messages opened",
}


def view(run: Run, week: int) -> pd.DataFrame:
    """Give what the firm sees of each customer: a row a record, a column for each of `SHOWN`."""
    record = run.record(week)
    columns = (
        record["orders_52w"],
        record["spend"] / record["orders"],
        record["recency_weeks"],
        record["tenure_weeks"],
        record["opened"],
    )
    return pd.DataFrame(dict(zip(SHOWN, columns, strict=True)), index=record.index).astype(float)


def k_means(table: pd.DataFrame, groups: int) -> pd.Series[int]:
    """Put the rows into so many groups by k-means, and number them from 1, the largest first.

    Columns are taken as the logarithm of 1 + and standardised, so that none counts for its unit.

    Raises
    ------
    Fault
        If there are not two groups at least, or more than a tenth of the rows.
    """
    if isinstance(groups, bool) or not 2 <= groups <= len(table) / 10:
        raise Fault(f"groups: expects 2 to a tenth of the rows, was given {groups!r}.")
    labels = pd.Series(_labels(_scaled(table), groups), index=table.index)
    order = labels.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable").index
    return labels.map({label: place for place, label in enumerate(order, start=1)}).rename("cluster")


def portrait(table: pd.DataFrame, clusters: pd.Series[int]) -> pd.DataFrame:
    """Describe each cluster: customers, and the median of each column."""
    by = table.groupby(clusters)
    return pd.DataFrame({"customers": by.size()}).join(by.median())


def agreement(one: pd.Series, other: pd.Series) -> float:
    """Tell how far two groupings of the same customers agree: 1 entirely, 0 as by chance."""
    from sklearn.metrics import adjusted_rand_score

    both = pd.concat([one.rename("one"), other.rename("other")], axis=1, join="inner").dropna()
    return float(adjusted_rand_score(both["one"].astype(str), both["other"].astype(str)))


def of_person(run: Run, table: pd.DataFrame, trait: pd.Series) -> pd.Series:
    """Give a hidden trait, a value a person, in the order of a table by record."""
    return trait.reindex(run.hidden_link[table.index]).set_axis(table.index)


def how_many(table: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """Try numbers of groups, on the data and on the same data shuffled column by column.

    Returns
    -------
    A row a number from 2, with the mean silhouette (轮廓系数; Rousseeuw 1987) of the `data` and of the
    `shuffled`: how much nearer customers are to their own group than to the next; 1 is clear groups, 0 none.
    """
    points = _scaled(table)
    orders = [_shuffle(len(table), RESTARTS + column) for column in range(points.shape[1])]
    shuffled = np.column_stack([column[order] for column, order in zip(points.T, orders, strict=True)])
    rows = {
        groups: (_silhouette(points, groups), _silhouette(shuffled, groups)) for groups in range(2, most + 1)
    }
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["data", "shuffled"])
    return found.rename_axis("groups")


def by_hand(table: pd.DataFrame) -> pd.Series[str]:
    """Group customers by two rules, without a model: silent for over 8 weeks; over a dozen orders a year."""
    quiet = np.where(table["silent"] > 8, "silent", "active")
    often = np.where(table["orders"] > 12, "often", "seldom")
    return pd.Series([f"{a}, {b}" for a, b in zip(quiet, often, strict=True)], table.index, name="by hand")


def _scaled(table: pd.DataFrame) -> Floats:
    logs = np.log1p(table.to_numpy(float))
    spread = logs.std(axis=0)
    return np.asarray((logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1))


def _labels(points: Floats, groups: int) -> npt.NDArray[np.int32]:
    """Give the best of some starts, on one processor: threads would wait for each other on a busy machine."""
    from scipy.cluster.vq import ClusterError, kmeans2

    best, least = np.zeros(len(points), np.int32), np.inf
    for start in range(RESTARTS):
        try:
            first = points[_shuffle(len(points), start)[:groups]]
            centres, label = kmeans2(points, first, iter=60, minit="matrix", missing="raise")
        except ClusterError:  # a group has lost all its customers: another start
            continue
        spread = float(((points - centres[label]) ** 2).sum())
        if spread < least:
            best, least = np.asarray(label), spread
    return best


def _shuffle(many: int, which: int) -> npt.NDArray[np.intp]:
    """Give places in a new order; each number is an order of its own."""
    return np.argsort(Luck(SEED).uniform(Purpose.RESAMPLE, np.arange(many), which))


def _silhouette(points: Floats, groups: int) -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(points, _labels(points, groups)))
