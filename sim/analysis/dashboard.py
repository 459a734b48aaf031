"""A dashboard (仪表盘): indicators from what a firm sees, period by period, and which of them warned first.

    run  ->  indicators (a row for every four weeks)  ->  warnings (when each first left its usual band)

The band is a control chart's (Shewhart 1931): mean and three standard deviations of the quiet weeks before.
`trouble` gives a market in which something goes wrong, without saying what.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.data import Fault
from sim.events import BILL, Events, Kind
from sim.experiment import Strategy, collect
from sim.plan import Plan
from sim.processes.shocks import Shock
from sim.run import Run
from sim.scenario import Scenario

PERIOD = 4  # weeks
QUIET = 52  # weeks, of which the first are left out: a market that has just opened is not yet its usual self
SETTLED = 8  # weeks
WIDTH = 3.0  # standard deviations
SILENT = 8  # weeks without an order
BAD = {  # which way is bad news: -1 if it falls
    "revenue": -1,
    "orders": -1,
    "average order": -1,
    "active customers": -1,
    "gone quiet": 1,
    "new customers": -1,
    "opened": -1,
    "clicked": -1,
    "opt-outs": 1,
    "complaints": 1,
    "hours to answer": 1,
    "not yet solved": 1,
    "survey answer": -1,
}
MEANING = {
    "revenue": "paid by customers, currency",
    "orders": "placed",
    "average order": "currency an order",
    "active customers": "people on record who ordered",
    "gone quiet": f"people whose silence reached {SILENT} weeks",
    "new customers": "people who ordered for the first time",
    "opened": "messages opened, per cent of those sent",
    "clicked": "messages followed, per cent of those sent",
    "opt-outs": "times a channel was refused",
    "complaints": "for 100 orders",
    "hours to answer": "open hours until a complaint is answered, mean",
    "not yet solved": "complaints that lie at the end of the period",
    "survey answer": "would you recommend us? 0 to 10, mean",
}
BESIDE = {  # what a figure writes beside the name, where there is room for little
    "opened": ", %",
    "clicked": ", %",
    "complaints": " for 100 orders",
    "survey answer": ", 0 to 10",
}
BEGINS = 56  # week of the trouble
Floats = npt.NDArray[np.float64]


def meanings() -> pd.DataFrame:
    """List what may be shown on the dashboard."""
    worse = {name: "it falls" if way < 0 else "it rises" for name, way in BAD.items()}
    return pd.DataFrame({"what is counted": MEANING, "bad news if": worse}).rename_axis("indicator")


def indicators(run: Run) -> pd.DataFrame:
    """Count what the firm sees, a row for every four weeks, named by the week in which they end.

    Returns
    -------
    A column for each of `MEANING`; NaN where there is nothing to take a mean of.
    """
    periods = run.scenario.weeks // PERIOD
    count, total, many = partial(_count, run, periods), partial(_total, run, periods), _active(run, periods)
    orders, sent, answers = count(Kind.ORDER), count(Kind.SENT), count(Kind.NPS)
    paid: Floats = np.sum([way * total(kind) for kind, way in BILL.items()], axis=0) / 100
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {
            "revenue": paid,
            "orders": orders,
            "average order": paid / orders,
            "active customers": many,
            "gone quiet": _gone_quiet(run, len(orders)),
            "new customers": _first_orders(run, len(orders)),
            "opened": 100 * count(Kind.OPENED) / sent,
            "clicked": 100 * count(Kind.CLICKED) / sent,
            "opt-outs": count(Kind.OPTED_OUT),
            "complaints": 100 * count(Kind.TICKET) / orders,
            "hours to answer": total(Kind.ANSWERED) / count(Kind.ANSWERED) / MINUTES_AN_HOUR,
            "not yet solved": np.cumsum(count(Kind.TICKET) - count(Kind.RESOLVED)),
            "survey answer": total(Kind.NPS) / answers,
        }
    weeks = pd.Index(PERIOD * np.arange(1, len(orders) + 1), name="week")
    return pd.DataFrame(columns, index=weeks)


def warnings(table: pd.DataFrame, quiet: int = QUIET) -> pd.Series[float]:
    """Tell in which week each indicator first left its band on the bad side, after the quiet weeks.

    Parameters
    ----------
    table
        As `indicators` gives it.
    quiet
        Weeks that show what is usual.

    Returns
    -------
    A week for each indicator, the earliest first; NaN for those that never warned.

    Raises
    ------
    Fault
        If the table ends before the quiet weeks do.
    """
    if table.index[-1] <= quiet:
        raise Fault(f"quiet: the table ends in week {table.index[-1]}; ask for fewer quiet weeks.")
    edge = band(table, quiet)
    later = table[table.index > quiet]
    worse = later.gt(edge["high"]) & (edge["way"] > 0) | later.lt(edge["low"]) & (edge["way"] < 0)
    first = worse.idxmax().astype(float).where(worse.any())
    return first.sort_values(kind="stable").rename("warned in week").rename_axis("indicator")


def band(table: pd.DataFrame, quiet: int = QUIET) -> pd.DataFrame:
    """Give the usual band of each indicator: `low`, `high`, and which `way` is bad."""
    usual = table[(table.index > SETTLED) & (table.index <= quiet)]
    mean, spread = usual.mean(), usual.std()
    way = pd.Series(BAD).reindex(table.columns)
    return pd.DataFrame({"low": mean - WIDTH * spread, "high": mean + WIDTH * spread, "way": way})


@dataclass(frozen=True)
class Trouble:
    """A market in which something goes wrong; what it is stays shut until `open`."""

    market: Scenario
    plan: Strategy
    _story: str

    def open(self) -> str:
        """Tell what went wrong, and since when."""
        return f"Since week {BEGINS}: {self._story}"

    def __repr__(self) -> str:
        return f"Trouble in {self.market.name}, not yet opened"


def trouble(market: Scenario, plan: Plan, number: int) -> Trouble:
    """Let something go wrong in the second year, or nothing; by number.

    Raises
    ------
    Fault
        If the number is none of 1 to 4.
    """
    begins = BEGINS
    worse = {0: plan, begins: plan.but(experience={})}
    alone = {0: plan, begins: plan.but(service={"agents": 0})}
    rival = Shock(what="entrant", week=begins, weeks=max(1, market.weeks - begins))
    stories: dict[int, tuple[Scenario, Strategy, str]] = {
        1: (market, worse, "the buyer has saved all that was spent on better goods."),
        2: (market.struck(rival), plan, "a new shop next door pulls at the customers, a little each week."),
        3: (market, plan, "nothing has gone wrong at all."),
        4: (market, alone, "the agent at the desk has left, and nobody was hired."),
    }
    if number not in stories:
        raise Fault(f"number: there are troubles 1 to 4, was given {number!r}.")
    return Trouble(*stories[number])


def alarms(trouble: Trouble, replications: int = 8, jobs: int = 1) -> pd.DataFrame:
    """Let the trouble come over several markets, and count how often and when each indicator warned.

    Returns
    -------
    A row an indicator: `warned`, share of the markets; `week`, the median of those, NaN if none.
    """
    weeks = collect(trouble.market, trouble.plan, _weeks, replications, jobs=jobs)
    table = pd.DataFrame(weeks, columns=list(BAD))
    found = pd.DataFrame({"warned": table.notna().mean(), "week": table.median()})
    return found.sort_values(["warned", "week"], ascending=[False, True]).rename_axis("indicator")


def _weeks(run: Run) -> Floats:
    return np.asarray(warnings(indicators(run)).reindex(list(BAD)), np.float64)


def _place(events: Events, periods: int) -> tuple[Events, npt.NDArray[np.int64]]:
    place = events.minute.astype(np.int64) // (PERIOD * MINUTES_A_WEEK)
    inside = place < periods
    return events.where(inside), place[inside]


def _count(run: Run, periods: int, kind: Kind) -> Floats:
    return np.bincount(_place(run.events.of(kind), periods)[1], minlength=periods).astype(float)


def _total(run: Run, periods: int, kind: Kind) -> Floats:
    events, place = _place(run.events.of(kind), periods)
    return np.bincount(place, events.value, minlength=periods).astype(np.float64)


def _active(run: Run, periods: int) -> Floats:
    events, place = _place(run.events.of(Kind.ORDER), periods)
    pairs = np.unique(np.stack([place, events.person]), axis=1)
    return np.bincount(pairs[0], minlength=periods).astype(float)


def _first_orders(run: Run, periods: int) -> Floats:
    events, place = _place(run.events.of(Kind.ORDER), periods)
    first = np.unique(events.person, return_index=True)[1]
    return np.bincount(place[first], minlength=periods).astype(float)


def _gone_quiet(run: Run, periods: int) -> Floats:
    """Count by period the silences that reached their eighth week in it."""
    orders = run.events.of(Kind.ORDER)
    order = np.lexsort((orders.minute, orders.person))
    person, minute = orders.person[order], orders.minute[order].astype(np.int64)
    limit = SILENT * MINUTES_A_WEEK
    following = np.append(minute[1:], np.iinfo(np.int64).max)
    same = np.append(person[1:] == person[:-1], False)
    quiet = ~same | (following - minute > limit)
    place = (minute[quiet] + limit) // (PERIOD * MINUTES_A_WEEK)
    return np.bincount(place[place < periods], minlength=periods).astype(float)
