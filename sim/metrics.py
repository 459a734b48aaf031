"""Metrics: what a run comes to, as pure functions of its events and accounts.

All of them use what a firm can see, except where the name says truth. Customers are people with at
least one order; a cohort starts at its first order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
    "cross_sell_rate": Metric("share", "orders with a suggestion accepted", 3),
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
    "sales_efficiency": Metric("currency", "yearly margin of deals won, per seller week", 0),
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
        "repurchase_rate": _share(int((counts > 1).sum()), customers),
        "orders": len(orders),
        "average_order": _share(money["revenue"] - money["sponsored"], int((orders.value > 0).sum())),
        "cross_sell_rate": cross_sell_rate(run),
        **{line: money[line] for line in ("revenue", "contribution", "profit")},
        "customer_equity": customer_equity(run),
        "points_debt": run.accounts.liability()[-1] / 100,
        "renewal_rate": renewal_rate(run),
        "members": len(events.of(Kind.ENROLLED)),
        "newcomers": newcomers,
        "acquisition_cost": _share(abs(money["advertising"] + money["referrals"]), newcomers),
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


def cross_sell_rate(run: Run) -> float:
    """Share of the orders in which something was bought that the firm suggested; NaN without baskets."""
    if run.scenario.basket is None:
        return np.nan
    suggested = run.events.of(Kind.SUGGESTED)
    taken = suggested.where(suggested.value > 0)
    week = taken.minute // MINUTES_A_WEEK
    orders = np.unique(np.array([week, taken.person, taken.ref]), axis=1)  # the week's n-th of a person
    return _share(orders.shape[1], len(run.events.of(Kind.ORDER)))


def renewal_rate(run: Run) -> float:
    """Share of the contracts whose term ended that were renewed; NaN where there are no contracts.

    What costs nothing is no contract: levels without a fee are left out.
    """
    fees = np.array(run.scenario.renewal.fees if run.scenario.renewal else (0.0,))
    signed, ended = run.events.of(Kind.SIGNED), run.events.of(Kind.CANCELLED)
    renewed = int(((signed.channel == RENEWED) & (fees[signed.value] > 0)).sum())
    return _share(renewed, renewed + int((fees[ended.value] > 0).sum()))


def sales_efficiency(run: Run) -> float:
    """Yearly margin, at list price, of the deals won, for each week of a seller, in currency.

    What counts is the contract that was won, not what it has brought by the end: a deal of the last week
    counts like one of the first. NaN where there are no sellers.
    """
    wages = run.events.of(Kind.WAGES)
    weeks = int(wages.ref[wages.channel == SELLERS].sum())
    won = int(run.events.of(Kind.WON).value.sum())
    return _share(won / 100 * run.scenario.margin, weeks)


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
        missed = int((opened + target < end).sum()) - int(
            (_open_minutes(service.hours, done.ref) + target < end).sum()
        )
        late = int((done.value > target).sum())
        shares.append(_share(met, met + late + missed))
    return shares[0], shares[1]


# -- what figures show ------------------------------------------------------------------------------


def money_by_period(run: Run, period_weeks: int = 4) -> pd.DataFrame:
    """Sum revenue and profit over periods of so many weeks; an unfinished last one is left out.

    Returns
    -------
    A table with `week` (start of the period), `revenue` and `profit`, in currency.
    """
    weekly = run.accounts.by_week()[["revenue", "profit"]] / 100
    weekly = weekly.iloc[: len(weekly) // period_weeks * period_weeks]
    table = weekly.groupby(weekly.index // period_weeks * period_weeks).sum()
    return table.rename_axis("week").reset_index()


def cumulative_profit(run: Run) -> npt.NDArray[np.float64]:
    """Add up the profit until the end of each week, in currency; shape (weeks,)."""
    return np.cumsum(run.accounts.by_week()["profit"].to_numpy()) / 100


def nps_by_period(run: Run, period_weeks: int = RECENT_WEEKS) -> pd.DataFrame:
    """Work out NPS in periods of so many weeks; periods without an answer are left out.

    Returns
    -------
    A table with `week` (start of the period), `nps` and `answers`.
    """
    answers = run.events.of(Kind.NPS)
    period = answers.minute // (period_weeks * MINUTES_A_WEEK)
    rows = [
        (place * period_weeks, nps(answers.where(period == place)), int((period == place).sum()))
        for place in np.unique(period).tolist()
    ]
    return pd.DataFrame(rows, columns=["week", "nps", "answers"])


def queue_by_minute(run: Run, week: int) -> pd.DataFrame:
    """Count complaints waiting for an agent and in hand, a row for each minute of a week."""
    minutes = np.arange(week * MINUTES_A_WEEK, (week + 1) * MINUTES_A_WEEK)
    kinds = (Kind.TICKET, Kind.ANSWERED, Kind.RESOLVED)
    came, answered, solved = (np.searchsorted(run.events.of(kind).minute, minutes, "right") for kind in kinds)
    table = {"minute": minutes, "waiting": came - answered, "in_hand": answered - solved}
    return pd.DataFrame(table)


def broken_promises(run: Run) -> npt.NDArray[np.int64]:
    """Find the minutes at which complaints had waited for a first answer as long as promised, in vain."""
    service = run.scenario.service
    if service is None:
        return np.empty(0, np.int64)
    hours, target = service.hours, service.answer_target * MINUTES_AN_HOUR
    tickets, answers = run.events.of(Kind.TICKET), run.events.of(Kind.ANSWERED)
    in_time = answers.where(answers.value <= target)
    broken = Counter(_pairs(tickets.minute, tickets.person)) - Counter(_pairs(in_time.ref, in_time.person))
    due = [hours.minute_of(hours.open_minutes(minute) + target) for minute, _ in broken.elements()]
    minutes = np.sort(np.array(due, np.int64))
    return minutes[minutes < run.scenario.weeks * MINUTES_A_WEEK]


def effect_by_end(effect: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum a twin's effect by what the second plan did to how people ended.

    Returns
    -------
    Rows `kept` (left without it only), `lost` (left with it only) and `same`; columns `people` (those
    with an effect) and `effect` (its sum).
    """
    a, b = effect["left_a"], effect["left_b"]
    end = np.select([a & ~b, ~a & b], ["kept", "lost"], "same")
    touched = effect[column] != 0
    sums = effect.loc[touched, column].groupby(end[touched]).agg(["size", "sum"])
    return sums.set_axis(["people", "effect"], axis=1).reindex(["kept", "lost", "same"], fill_value=0)


def effect_by_size(effect: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sum a twin's effect by its size: under 1, 1 to 10, 10 to 100, and so on, on both sides of zero.

    Returns
    -------
    A row for each size from -k to k, 0 being those without effect, 1 those below 1, and k the largest
    there is; columns `people` and `effect` (its sum).
    """
    values = effect[column].to_numpy(float)
    size = np.where(values, 1 + np.searchsorted(10.0 ** np.arange(12), np.abs(values), "right"), 0)
    largest = int(size.max(initial=0))
    place = (np.sign(values) * size + largest).astype(np.int64)
    sizes = pd.RangeIndex(-largest, largest + 1, name="size")
    people, total = np.bincount(place, minlength=len(sizes)), np.bincount(place, values, len(sizes))
    return pd.DataFrame({"people": people, "effect": total}, index=sizes)


def band(paths: npt.NDArray[np.float64], level: float = 0.9) -> npt.NDArray[np.float64]:
    """Find the median of paths (runs, weeks) and the band that holds this share of them: (3, weeks)."""
    return np.quantile(paths, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)


def _pairs(minute: npt.NDArray[np.int32], person: npt.NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    return zip(minute.tolist(), person.tolist(), strict=True)


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


def _share(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
