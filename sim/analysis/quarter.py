"""The quarter: what a firm sees of itself every thirteen weeks, and whether it keeps good habits.

    run  ->  indicators (指标)   a row a quarter, a column an indicator
    run  ->  checklist (清单)    the habits that handbooks name, each as a number of this run

All comes from the firm's own books and log; nothing that is hidden from it is used.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.clock import MINUTES_A_WEEK
from sim.events import Events, Kind
from sim.fault import Fault
from sim.metrics import nps
from sim.run import Run
from sim.style import Picture, styled

WEEKS = 13
SECOND = 2  # messages in a week from which on a customer may feel crowded
INDICATORS = {
    "revenue": "paid by customers",
    "profit": "after all costs",
    "orders": "placed",
    "active": "customers who ordered in this quarter",
    "new": "customers who ordered for the first time",
    "lapsed": "customers of the quarter before who did not order in this one",
    "average order": "revenue for each order",
    "messages": "sent",
    "opt-outs": "times a channel was refused for good",
    "complaints": "made",
    "nps": "promoters less detractors per 100 answers",
}


def indicators(run: Run) -> pd.DataFrame:
    """Give what a firm may look at after each quarter.

    Returns
    -------
    A row a full quarter, from 1, and a column for each of `INDICATORS`; unknown ones are NaN.
    """
    quarters = run.scenario.weeks // WEEKS
    books = run.accounts.by_week()[["revenue", "profit"]] / 100
    money = books.groupby(books.index // WEEKS).sum().iloc[:quarters].reset_index(drop=True)
    orders = run.events.of(Kind.ORDER)
    seen = np.zeros((quarters, run.scenario.people), bool)
    quarter = _quarter(orders)
    seen[quarter[quarter < quarters], orders.person[quarter < quarters]] = True
    before = np.vstack([np.zeros((1, run.scenario.people), bool), seen[:-1]])
    ever = np.logical_or.accumulate(before, axis=0)
    table = pd.DataFrame(
        {
            **money,
            "orders": _count(orders, quarters),
            "active": seen.sum(axis=1),
            "new": (seen & ~ever).sum(axis=1),
            "lapsed": (before & ~seen).sum(axis=1),
            "average order": money["revenue"].to_numpy() / np.maximum(_count(orders, quarters), 1),
            "messages": _count(run.events.of(Kind.SENT), quarters),
            "opt-outs": _count(run.events.of(Kind.OPTED_OUT), quarters),
            "complaints": _count(run.events.of(Kind.TICKET), quarters),
            "nps": _nps(run.events.of(Kind.NPS), quarters),
        }
    )
    table.index = pd.RangeIndex(1, quarters + 1, name="quarter")
    return table[list(INDICATORS)]


def _quarter(events: Events) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(events.minute // (WEEKS * MINUTES_A_WEEK), np.int64)


def _count(events: Events, quarters: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    quarter = _quarter(events)
    return np.bincount(quarter[quarter < quarters], minlength=quarters)


def _nps(answers: Events, quarters: int) -> list[float]:
    quarter = _quarter(answers)
    parts = (answers.where(quarter == number) for number in range(quarters))
    return [nps(part) if len(part) else np.nan for part in parts]


def checklist(run: Run) -> pd.DataFrame:
    """Measure the habits that handbooks recommend.

    Returns
    -------
    A row a habit, with `measured` (a share) and `what` is counted: a clear profile (customers who stand in
    one record), consistent touchpoints (weeks with a message in which there is only one), a closed loop
    (complaints that were solved) and continual measurement (people chosen for a campaign who were, by lot,
    in a group that has one to compare with). NaN where there was nothing to count.
    """
    record = run.record(run.scenario.weeks)
    owners = run.hidden_link[record.index].value_counts()
    sent, held = run.events.of(Kind.SENT), run.events.of(Kind.HELD_OUT)
    weeks = pd.DataFrame({"person": sent.person, "week": sent.minute // MINUTES_A_WEEK}).value_counts()
    compared = np.isin(sent.ref, np.unique(held.ref))
    opened, solved = len(run.events.of(Kind.TICKET)), len(run.events.of(Kind.RESOLVED))
    rows = {
        "clear profile": (_share((owners == 1).to_numpy()), "customers who stand in one record"),
        "consistent touchpoints": (_share((weeks < SECOND).to_numpy()), "weeks with one message, not more"),
        "closed loop": (min(solved / opened, 1.0) if opened else np.nan, "complaints that were solved"),
        "continual measurement": (_share(compared), "messages with a control group to compare with"),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["measured", "what"]).rename_axis("habit")


def _share(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    return float(flags.mean()) if len(flags) else np.nan


@styled
def quarters(table: pd.DataFrame) -> Picture:
    """Show indicators, quarter by quarter; a panel each.

    Parameters
    ----------
    table
        As `indicators` gives it, with one to six columns chosen.
    """
    style.expect(table, pd.DataFrame, "quarters", "a table, as quarter.indicators(…) gives it")
    if not 0 < len(table.columns) <= 6:
        raise Fault(f"quarters: shows 1 to 6 indicators, was given {len(table.columns)}.")
    figure = Picture("Line charts", "The firm, quarter by quarter", height=1.2 + 1.15 * len(table.columns))
    panels = np.atleast_1d(figure.subplots(len(table.columns), sharex=True))
    for axes, (name, values) in zip(panels, table.items(), strict=True):
        axes.plot(table.index, values, marker="o", color=style.BLUE)
        axes.set_ylabel(str(name).replace(" ", "\n"), rotation=0, ha="right", va="center")
        axes.yaxis.set_major_formatter(style.numbers)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        if values.min() == values.max():  # or matplotlib would show a millionth of nothing
            axes.set_ylim(values.min() - 1, values.max() + 1)
    panels[-1].set_xlabel("quarter")
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    ends = "; ".join(
        f"{name} {style.number(round(values.iloc[0]))} to {style.number(round(values.iloc[-1]))}"
        for name, values in table.items()
        if values.iloc[[0, -1]].notna().all()
    )
    figure.read(f"From quarter {table.index[0]} to {table.index[-1]}: {ends}.")
    return figure
