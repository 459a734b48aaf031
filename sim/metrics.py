"""Metrics: what a run comes to, as pure functions of its events and accounts.

All of them use what a firm can see, except where the name says truth. Customers are people with at
least one order; a cohort starts at its first order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR, WEEKS_A_YEAR, OpeningHours
from sim.events import Events, Kind

if TYPE_CHECKING:
    from sim.run import Run

SILENT_WEEKS = 26  # a customer without an order for so long counts as lost
RECENT_WEEKS = 13


@dataclass(frozen=True)
class Metric:
    """A headline number: its unit and how it is counted."""

    unit: str
    meaning: str
    digits: int


METRICS = {
    "customers": Metric("people", "with at least one order", 0),
    "churn": Metric("share", f"of those with an order up to {SILENT_WEEKS} weeks before the end, no order since", 3),
    "repurchase_rate": Metric("share", "of customers, with a second order", 3),
    "orders": Metric("orders", "placed", 0),
    "average_order": Metric("currency", "paid for an order", 2),
    "revenue": Metric("currency", "paid by customers, after discounts", 0),
    "contribution": Metric("currency", "revenue less goods, messages and compensation", 0),
    "profit": Metric("currency", "contribution less wages and fixed cost", 0),
    "customer_equity": Metric("currency", "what remaining customers would still bring at constant retention", 0),
    "nps": Metric("points", "promoters (9, 10) less detractors (0-6) per 100 answers, last survey", 0),
    "csat": Metric("share", "of answers about complaints handled, 4 or 5 of 5", 3),
    "sla_answer": Metric("share", "of complaints, first answer within the promised open hours", 3),
    "sla_solution": Metric("share", "of complaints, solved within the promised open hours", 3),
    "contacts": Metric("messages", "sent", 0),
    "opt_outs": Metric("people", "times a customer wanted no more messages on a channel", 0),
}


def summarise(run: Run) -> dict[str, float]:
    """Work out all metrics of a run; unknown ones (no survey, no complaint) are NaN."""
    events, money = run.events, (run.accounts.total() / 100).to_dict()
    orders = events.of(Kind.ORDER)
    counts = np.bincount(orders.person, minlength=run.scenario.people)
    customers = int((counts > 0).sum())
    answered, solved = sla(run)
    return {
        "customers": customers,
        "churn": churn(run),
        "repurchase_rate": _share(int((counts > 1).sum()), customers),
        "orders": len(orders),
        "average_order": _share(money["revenue"], len(orders)),
        **{line: money[line] for line in ("revenue", "contribution", "profit")},
        "customer_equity": customer_equity(run),
        "nps": nps(events.of(Kind.NPS)),
        "csat": csat(events.of(Kind.CSAT)),
        "sla_answer": answered,
        "sla_solution": solved,
        "contacts": len(events.of(Kind.SENT)),
        "opt_outs": len(events.of(Kind.OPTED_OUT)),
    }


def churn(run: Run, silent_weeks: int = SILENT_WEEKS) -> float:
    """Share of earlier customers who have been silent for so many weeks at the end; NaN in a shorter run.

    This is what a firm without contracts can count. Some of the silent are only dormant, and some who
    have left ordered too recently to be missed: `run.truth` knows.
    """
    orders = run.events.of(Kind.ORDER)
    cut = (run.scenario.weeks - silent_weeks) * MINUTES_A_WEEK
    before, since = (np.unique(orders.person[mask]) for mask in (orders.minute < cut, orders.minute >= cut))
    return _share(len(np.setdiff1d(before, since, assume_unique=True)), len(before))


def retention_curve(run: Run, window_weeks: int = RECENT_WEEKS) -> pd.DataFrame:
    """Share of the first window's new customers who order in each later window.

    Returns
    -------
    A table with `week` (start of the window), `active` (share) and `customers` (size of the cohort).
    """
    orders = run.events.of(Kind.ORDER)
    window = orders.minute // (window_weeks * MINUTES_A_WEEK)
    windows = run.scenario.weeks // window_weeks
    cohort = np.unique(orders.person[window == 0])
    active = [len(np.intersect1d(cohort, orders.person[window == w])) for w in range(windows)]
    share = [_share(count, len(cohort)) for count in active]
    weeks = np.arange(windows) * window_weeks
    return pd.DataFrame({"week": weeks, "active": share, "customers": len(cohort)})


def yearly_retention(run: Run) -> float:
    """Share of the customers of the year before last who ordered in the last; needs half a year at least.

    In runs of less than two years the halves of the run stand for the years, and the share is raised to
    the power that makes it yearly.
    """
    span = min(WEEKS_A_YEAR, run.scenario.weeks // 2)
    orders = run.events.of(Kind.ORDER)
    week = orders.minute // MINUTES_A_WEEK
    end = run.scenario.weeks
    before = np.unique(orders.person[(week >= end - 2 * span) & (week < end - span)])
    since = np.unique(orders.person[week >= end - span])
    kept = _share(len(np.intersect1d(before, since)), len(before))
    return kept ** (WEEKS_A_YEAR / span) if span else np.nan


def customer_equity(run: Run) -> float:
    """What the remaining customers would still bring if all went on as in the last year, in currency.

    Yearly contribution times r / (1 + i - r): the formula CLV of Gupta & Lehmann 2003 with constant
    retention r, summed over customers. Heterogeneous customers are worth more than it says.
    """
    span = min(WEEKS_A_YEAR, run.scenario.weeks)
    yearly = run.accounts.contribution(run.scenario.weeks - span).sum() / 100 * WEEKS_A_YEAR / span
    kept = yearly_retention(run)
    owed = 1 + run.scenario.discount_rate - kept
    return yearly * kept / owed if owed > 0 else np.nan


def nps(answers: Events) -> float:
    """Promoters less detractors per 100 answers, in the last quarter with a survey."""
    quarter = answers.minute // (RECENT_WEEKS * MINUTES_A_WEEK)
    last = answers.value[quarter == quarter.max(initial=-1)]
    return 100 * _share(int((last >= 9).sum()) - int((last <= 6).sum()), len(last))


def csat(answers: Events) -> float:
    """Share of answers about complaints that are 4 or 5."""
    return _share(int((answers.value >= 4).sum()), len(answers))


def sla(run: Run) -> tuple[float, float]:
    """Shares of complaints with an answer, and a solution, within the promised open hours.

    A complaint still open at the end counts as missed if its time is up, and not at all if it is not.
    """
    service = run.scenario.service
    if service is None:
        return np.nan, np.nan
    arrivals = run.events.of(Kind.TICKET)
    opened = _open_minutes(service.hours, arrivals.minute)
    end = service.hours.open_minutes(run.scenario.weeks * MINUTES_A_WEEK)
    shares = []
    for kind, hours in ((Kind.ANSWERED, service.answer_target), (Kind.RESOLVED, service.solution_target)):
        done, target = run.events.of(kind), hours * MINUTES_AN_HOUR
        met = int((done.value <= target).sum())
        missed = int((opened + target < end).sum()) - int((_open_minutes(service.hours, done.ref) + target < end).sum())
        late = int((done.value > target).sum())
        shares.append(_share(met, met + late + missed))
    return shares[0], shares[1]


def _open_minutes(hours: OpeningHours, minutes: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    return np.array([hours.open_minutes(minute) for minute in minutes.tolist()], float)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
