"""A cohort (同期群): the orders of customers who came together, and all that is measured of them here.

The same functions measure real customers and simulated ones. Both are seen as the real data show them:
with the day of each order and not its hour, the orders of one day counted once. A simulated cohort is as
large as the real one, so what chance does to it, chance did to the real one too.

Shapes: K customers, M measures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import rfm
from sim.chance import Luck, Purpose
from sim.clv import BgNbd, GammaGamma, history, later_orders
from sim.concentration import gini, missed_share, top, top_share
from sim.data import Fault
from sim.datasets import cumulative_repeat_orders
from sim.metrics import order_table
from sim.run import Run

Floats = npt.NDArray[np.float64]

SPLIT, END = 39, 78  # weeks: fitted until the first, judged until the second
QUARTER = 13
TENTH = 235 / 2357
COUNTED = (13, 26, 39, 52, 65, 78)  # weeks
NO_FIT = np.nan


def resampled(orders: pd.DataFrame, luck: Luck, draw: int) -> pd.DataFrame:
    """Draw as many customers as there are, some twice and some not at all, with all of their orders.

    The bootstrap over customers (Efron 1979, Annals of Statistics 7(1)): how far a measure swings from draw
    to draw is about how far another sample of such customers would swing.
    """
    ordered = orders.sort_values("customer", kind="stable")
    _, starts, counts = np.unique(ordered["customer"], return_index=True, return_counts=True)  # (K,) each
    lots = luck.uniform(Purpose.RESAMPLE, np.arange(len(starts)), draw)
    who = (lots * len(starts)).astype(np.int64)
    first = np.cumsum(counts[who]) - counts[who]  # where the rows of each drawn customer begin
    rows = np.arange(counts[who].sum()) + np.repeat(starts[who] - first, counts[who])
    return ordered.iloc[rows].assign(customer=np.repeat(np.arange(len(who)), counts[who]))


def measured(orders: pd.DataFrame) -> dict[str, float]:
    """Measure everything; what cannot be fitted is NaN.

    Parameters
    ----------
    orders
        `customer`, `day` (whole days, 0 is the first) and `amount_cents` over 78 weeks.
    """
    parts = (_laws, _repeats, _concentration, _returns, _regression)
    return {name: value for part in parts for name, value in part(orders).items()}


def of_market(run: Run) -> Floats:
    """Measure a run; shape (M,), in the order of `measured`."""
    return np.array(list(measured(order_table(run)).values()))


def _laws(orders: pd.DataFrame) -> dict[str, float]:
    """Fit BG/NBD and gamma-gamma to weeks 1-39."""
    summary, found = history(orders, SPLIT), dict[str, float]()
    for law, names in ((BgNbd, ("r", "alpha", "a", "b")), (GammaGamma, ("p", "q", "v"))):
        try:
            found |= law.fit(summary).estimates
        except Fault:  # a cohort may by chance not tell a parameter
            found |= dict.fromkeys(names, NO_FIT)
    return found


def _repeats(orders: pd.DataFrame) -> dict[str, float]:
    totals = cumulative_repeat_orders(orders, END)
    once = float((history(orders, SPLIT)["frequency"] == 0).mean())
    counts = {f"repeats_{week}": float(totals[week - 1]) for week in COUNTED}
    return {**counts, "repeats_late": float(totals[END - 1] - totals[SPLIT - 1]), "no_repeat": once}


def _concentration(orders: pd.DataFrame) -> dict[str, float]:
    early, late, whole = spend(orders, 1, SPLIT), spend(orders, SPLIT + 1, END), spend(orders, 1, END)
    return {
        "top_share_39": top_share(early),
        "gini_39": gini(early),
        "top_share_78": top_share(whole),
        "gini_78": gini(whole),
        "missed": missed_share(early, late),
    }


def _returns(orders: pd.DataFrame) -> dict[str, float]:
    """Count who came back in weeks 40-78: those at risk, those who went quiet, those who bought once."""
    known, later = history(orders, SPLIT), later_orders(orders, SPLIT, END - SPLIT) > 0
    value = rfm.of_orders(orders, 0, 7 * SPLIT)
    best = value["monetary_currency"] >= value["monetary_currency"].quantile(0.8)
    silent = value["recency_weeks"] > QUARTER + 1 / 7
    at_risk = value.index[best & silent]
    quiet = (known["frequency"] >= 2) & (known["age"] - known["recency"] > QUARTER)
    return {
        "at_risk_back": float(later[at_risk].mean()),
        "quiet_back": float(later[quiet].mean()),
        "once_back": float(later[known["frequency"] == 0].mean()),
    }


def _regression(orders: pd.DataFrame) -> dict[str, float]:
    """Follow the top tenth of weeks 1-39 into weeks 40-78."""
    before, after = spend(orders, 1, SPLIT), spend(orders, SPLIT + 1, END)
    best = top(before, TENTH)
    first, then = float(before[best].mean()), float(after[best].mean())
    return {"tenth_before": first, "tenth_after": then, "tenth_kept": then / first}


def spend(orders: pd.DataFrame, first_week: int, last_week: int) -> pd.Series[float]:
    """Give what each customer paid in these weeks, in currency; 0 if nothing."""
    inside = orders[orders["day"].between(7 * (first_week - 1), 7 * last_week, inclusive="left")]
    cents = inside.groupby("customer")["amount_cents"].sum()
    return cents.reindex(np.unique(orders["customer"]), fill_value=0) / 100
