"""Series: how a run went, week by week or minute by minute, as tables that figures draw.

Beside them what a plan did to people, by its size and by how they ended. Headline numbers stand in
`sim.metrics`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import Kind
from sim.metrics import RECENT_WEEKS, nps, share_of

if TYPE_CHECKING:
    from sim.run import Run


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
    share = [share_of(count, len(cohort)) for count in active]
    weeks = np.arange(windows) * window_weeks
    return pd.DataFrame({"week": weeks, "active": share, "customers": len(cohort)})


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


def band(paths: npt.NDArray[np.float64], level: float = 0.9) -> npt.NDArray[np.float64]:
    """Find the median of paths (runs, weeks) and the band that holds this share of them: (3, weeks)."""
    return np.quantile(paths, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)


# -- the desk ----------------------------------------------------------------------------------------


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


def _pairs(minute: npt.NDArray[np.int32], person: npt.NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    return zip(minute.tolist(), person.tolist(), strict=True)


# -- what a plan did ---------------------------------------------------------------------------------


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
