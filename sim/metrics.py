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

from sim import datasets
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK, MINUTES_AN_HOUR, WEEKS_A_YEAR, OpeningHours
from sim.data import Fault
from sim.events import STAFF, Events, Kind

if TYPE_CHECKING:
    from sim.run import Run

SILENT_WEEKS = 26  # a customer without an order for so long counts as lost
RECENT_WEEKS = 13
SELLERS = STAFF.index("sellers")  # channel of `Kind.WAGES`
RENEWED = 1  # channel of `Kind.SIGNED`


@dataclass(frozen=True)
class Metric:
    """A headline number: its unit and how it is counted."""

    unit: str
    meaning: str
    digits: int

    def shown(self, value: float) -> str:
        """Write a value as people read it; a dash for an unknown one."""
        return "-" if np.isnan(value) else f"{value:,.{self.digits}f}"

    def in_unit(self, currency: str) -> str:
        """Name the unit, money in a scenario's currency."""
        return currency if self.unit == "currency" else self.unit


METRICS = {
    "customers": Metric("people", "with at least one order", 0),
    "churn": Metric("share", "earlier customers silent for the last 26 weeks", 3),
    "repurchase_rate": Metric("share", "customers with a second order", 3),
    "orders": Metric("orders", "placed", 0),
    "average_order": Metric("currency", "paid for an order", 2),
    "cross_sell_rate": Metric("share", "orders with an accepted suggestion; -: no baskets", 3),
    "revenue": Metric("currency", "paid to the firm, after discounts", 0),
    "contribution": Metric("currency", "revenue less goods and spending on customers", 0),
    "profit": Metric("currency", "contribution less the costs of all together", 0),
    "customer_equity": Metric("currency", "worth of remaining customers, constant retention", 0),
    "points_debt": Metric("currency", "points held by members at the end", 0),
    "renewal_rate": Metric("share", "contracts renewed when their term ended", 3),
    "members": Metric("people", "joined the loyalty programme", 0),
    "newcomers": Metric("people", "won by advertising or recommended", 0),
    "acquisition_cost": Metric("currency", "advertising and rewards for each of them", 2),
    "nps": Metric("points", "promoters less detractors per 100, last survey", 0),
    "csat": Metric("share", "answers about complaints that are 4 or 5 of 5", 3),
    "sla_answer": Metric("share", "complaints first answered in the promised time", 3),
    "sla_solution": Metric("share", "complaints solved in the promised time", 3),
    "contacts": Metric("messages", "sent", 0),
    "opt_outs": Metric("times", "times a channel was refused for good", 0),
    "sales_efficiency": Metric("currency", "yearly margin won, per seller week; -: no sellers", 0),
}


def expect_metric(name: str) -> None:
    """Refuse what is no headline number.

    Raises
    ------
    Fault
        Naming those that there are.
    """
    if name not in METRICS:
        raise Fault(f'metric: there is none named "{name}". There are: {", ".join(METRICS)}.')


def summarise(run: Run) -> dict[str, float]:
    """Work out all metrics of a run; unknown ones (no survey, no complaint) are NaN."""
    events, money = run.events, (run.accounts.total() / 100).to_dict()
    orders = events.of(Kind.ORDER)
    counts = np.bincount(orders.person, minlength=run.scenario.people)
    customers = int((counts > 0).sum())
    answered, solved = sla(run)
    newcomers = len(events.of(Kind.JOINED))
    return {
        "customers": customers,
        "churn": churn(run),
        "repurchase_rate": share_of(int((counts > 1).sum()), customers),
        "orders": len(orders),
        "average_order": share_of(money["revenue"] - money["sponsored"], int((orders.value > 0).sum())),
        "cross_sell_rate": cross_sell_rate(run),
        **{line: money[line] for line in ("revenue", "contribution", "profit")},
        "customer_equity": customer_equity(run),
        "points_debt": run.accounts.liability()[-1] / 100,
        "renewal_rate": renewal_rate(run),
        "members": len(events.of(Kind.ENROLLED)),
        "newcomers": newcomers,
        "acquisition_cost": share_of(abs(money["advertising"] + money["referrals"]), newcomers),
        "nps": nps(events.of(Kind.NPS)),
        "csat": csat(events.of(Kind.CSAT)),
        "sla_answer": answered,
        "sla_solution": solved,
        "contacts": len(events.of(Kind.SENT)),
        "opt_outs": len(events.of(Kind.OPTED_OUT)),
        "sales_efficiency": sales_efficiency(run),
    }


def churn(run: Run, silent_weeks: int = SILENT_WEEKS) -> float:
    """Share of earlier customers who have been silent for so many weeks at the end; NaN in a shorter run.

    This is what a firm without contracts can count. Some of the silent are only dormant, and some who
    have left ordered too recently to be missed: `run.truth` knows.
    """
    orders = run.events.of(Kind.ORDER)
    cut = (run.scenario.weeks - silent_weeks) * MINUTES_A_WEEK
    before, since = (np.unique(orders.person[mask]) for mask in (orders.minute < cut, orders.minute >= cut))
    return share_of(len(np.setdiff1d(before, since, assume_unique=True)), len(before))


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
    kept = share_of(len(np.intersect1d(before, since)), len(before))
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


def cross_sell_rate(run: Run) -> float:
    """Share of the orders in which something was bought that the firm suggested; NaN without baskets."""
    if run.scenario.basket is None:
        return np.nan
    suggested = run.events.of(Kind.SUGGESTED)
    taken = suggested.where(suggested.value > 0)
    week = taken.minute // MINUTES_A_WEEK
    orders = np.unique(np.array([week, taken.person, taken.ref]), axis=1)  # the week's n-th of a person
    return share_of(orders.shape[1], len(run.events.of(Kind.ORDER)))


def renewal_rate(run: Run) -> float:
    """Share of the contracts whose term ended that were renewed; NaN where there are no contracts.

    What costs nothing is no contract: levels without a fee are left out.
    """
    fees = np.array(run.scenario.renewal.fees if run.scenario.renewal else (0.0,))
    signed, ended = run.events.of(Kind.SIGNED), run.events.of(Kind.CANCELLED)
    renewed = int(((signed.channel == RENEWED) & (fees[signed.value] > 0)).sum())
    return share_of(renewed, renewed + int((fees[ended.value] > 0).sum()))


def sales_efficiency(run: Run) -> float:
    """Yearly margin, at list price, of the deals won, for each week of a seller, in currency.

    What counts is the contract that was won, not what it has brought by the end: a deal of the last week
    counts like one of the first. NaN where there are no sellers.
    """
    wages = run.events.of(Kind.WAGES)
    weeks = int(wages.ref[wages.channel == SELLERS].sum())
    won = int(run.events.of(Kind.WON).value.sum())
    return share_of(won / 100 * run.scenario.margin, weeks)


def nps(answers: Events) -> float:
    """Promoters less detractors per 100 answers, in the last quarter with a survey."""
    quarter = answers.minute // (RECENT_WEEKS * MINUTES_A_WEEK)
    last = answers.value[quarter == quarter.max(initial=-1)]
    return 100 * share_of(int((last >= 9).sum()) - int((last <= 6).sum()), len(last))


def csat(answers: Events) -> float:
    """Share of answers about complaints that are 4 or 5."""
    return share_of(int((answers.value >= 4).sum()), len(answers))


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
        missed = int((opened + target < end).sum()) - int(
            (_open_minutes(service.hours, done.ref) + target < end).sum()
        )
        late = int((done.value > target).sum())
        shares.append(share_of(met, met + late + missed))
    return shares[0], shares[1]


def _open_minutes(hours: OpeningHours, minutes: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    return np.array([hours.open_minutes(minute) for minute in minutes.tolist()], float)


def order_table(run: Run) -> pd.DataFrame:
    """Give a run's orders as real data show them, with their day and not their hour.

    Returns
    -------
    A row an order, with `customer`, `day` (whole days since the start, 0 is the first) and `amount_cents`
    (at the shelf price), as `sim.datasets.load_cdnow` gives the real ones.
    """
    orders = run.events.of(Kind.ORDER)
    return pd.DataFrame(
        {
            "customer": orders.person.astype(np.int64),
            "day": orders.minute.astype(np.int64) // MINUTES_A_DAY,
            "amount_cents": orders.value,
        }
    )


def cumulative_repeat_orders(run: Run) -> npt.NDArray[np.int64]:
    """Count the days with an order after each person's first, up to the end of each week; shape (weeks,).

    Counted by the function that counts the real orders: those of one person and day once.
    """
    return datasets.cumulative_repeat_orders(order_table(run), run.scenario.weeks)


def share_of(part: float, whole: float) -> float:
    """Give what share a part is of a whole; NaN of nothing."""
    return part / whole if whole else np.nan
