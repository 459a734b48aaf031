"""The aftermath: what an action changed, week by week, in the week it sells and in the weeks that follow.

Read from two lives of the same people, one with the action and one without; a firm without a twin would
compare branches by lot (`sim.holdout.branches`).

    twin  ->  weekly, bill  ->  plots.aftermath
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.accounts import LINES
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import Events, Kind
from sim.experiment import Twin
from sim.holdout import expect_whole
from sim.run import Run
from sim.style import Picture, signed, styled

COLUMNS = ("revenue_currency", "profit_currency", "profit_until_then_currency")


def weekly(pair: Twin, first_week: int, weeks: int = 13) -> pd.DataFrame:
    """Give what the second plan changed in each of some weeks.

    Parameters
    ----------
    first_week
        In which the action begins; all is counted from there.
    weeks
        How many are shown.

    Returns
    -------
    A row a week, with the change in `revenue_currency`, in `profit_currency`, and the latter added up.

    Raises
    ------
    Fault
        If the runs have no such weeks.
    """
    change = _change(pair, first_week, weeks)[["revenue", "profit"]].add_suffix("_currency")
    table = change.assign(profit_until_then_currency=change["profit_currency"].cumsum())
    table.attrs["currency"] = pair.before.scenario.currency
    return table


def bill(pair: Twin, first_week: int, weeks: int = 13) -> pd.DataFrame:
    """Give each line of the books that the second plan changed, in the first week and in the rest.

    Returns
    -------
    A row a line and one for the `profit`, in currency; columns `first week`, `weeks after` and `together`.

    Raises
    ------
    Fault
        If the runs have no such weeks.
    """
    change = _change(pair, first_week, weeks)[[*LINES, "profit"]]
    table = pd.DataFrame(
        {"first week": change.iloc[0], "weeks after": change.iloc[1:].sum(), "together": change.sum()}
    )
    return table[(change != 0).any()].rename_axis("line")


def viewers(run: Run) -> npt.NDArray[np.int64]:
    """Give the people who have watched at least one night of selling live, each once."""
    return np.unique(run.events.of(Kind.WATCHED).person)


def crowd(run: Run) -> pd.DataFrame:
    """Count what happened in each week with a night of selling live.

    Returns
    -------
    A row a night, by its week, with `watched` (people); `orders` (theirs, in that week), how many of these
    were bought `on_impulse`, and how many were `sent_back` later.
    """
    events = run.events
    seen = events.of(Kind.WATCHED)
    night = np.unique(_week(events.of(Kind.NIGHT)))
    orders = events.of(Kind.ORDER)
    theirs = np.isin(_pairs(orders.person, _week(orders)), _pairs(seen.person, _week(seen)))
    back = events.of(Kind.REFUNDED)
    counted: dict[str, npt.NDArray[np.int64]] = {
        "watched": _week(seen),
        "orders": _week(orders)[theirs],
        "on_impulse": _week(events.of(Kind.IMPULSE)),
        "sent_back": back.ref.astype(np.int64) // MINUTES_A_WEEK,
    }
    table = {name: np.bincount(week, minlength=run.scenario.weeks)[night] for name, week in counted.items()}
    return pd.DataFrame(table, index=pd.Index(night, name="week"))


@styled
def aftermath(tables: Mapping[str, pd.DataFrame] | pd.DataFrame) -> Picture:
    """Show what was sold more or less in each week, and what was earned more or less until then.

    Parameters
    ----------
    tables
        What `weekly` gives, for one action or for up to three by name.
    """
    named = {"the action": tables} if isinstance(tables, pd.DataFrame) else dict(tables)
    style.expect(tables, (Mapping, pd.DataFrame), "aftermath", "a table, as aftermath.weekly(…) gives it")
    if not 0 < len(named) <= 3:
        raise Fault(f"aftermath: shows one to three tables by name, was given {len(named)}.")
    if not all(set(COLUMNS) <= set(table) for table in named.values()):
        raise Fault("aftermath: expects the table that aftermath.weekly(…) gives.")
    figure = Picture("Bars above lines", "The week of the action, and the weeks after", height=5.2)
    upper, lower = figure.subplots(2, sharex=True)
    width = 0.8 / len(named)
    for place, (name, table) in enumerate(named.items()):
        pen = {"color": style.PALETTE[place]}
        week = table.index.to_numpy()
        shift = (place - (len(named) - 1) / 2) * width
        upper.bar(week + shift, table["revenue_currency"], width=width, **pen, label=name)
        lower.plot(week, table["profit_until_then_currency"], marker=".", **pen)
    for axes in (upper, lower):
        style.zero_line(axes)
        axes.yaxis.set_major_formatter(style.numbers)
        axes.yaxis.set_major_locator(MaxNLocator(5))
    unit = next(iter(named.values())).attrs.get("currency", "currency")
    upper.set_ylabel(f"revenue of the week,\n{unit} more or less")
    lower.set(ylabel=f"profit until then,\n{unit} more or less", xlabel="week")
    lower.xaxis.set_major_locator(MaxNLocator(13, integer=True))
    if len(named) > 1:
        upper.legend(loc="upper right")
    figure.read(" ".join(_said(name, table) for name, table in named.items()))
    return figure


def _change(pair: Twin, first_week: int, weeks: int) -> pd.DataFrame:
    """Give the books of the second life less those of the first, some weeks of them, in currency."""
    style.expect(pair, Twin, "aftermath", "a pair of runs, as twin(…) gives it")
    expect_whole("aftermath", weeks=weeks)
    end = first_week + weeks
    if first_week < 0 or end > pair.before.scenario.weeks:
        last = pair.before.scenario.weeks - 1
        raise Fault(f"aftermath: the runs end with week {last}; ask for weeks that they have.")
    change = pair.after.accounts.by_week() - pair.before.accounts.by_week()
    return change.iloc[first_week:end] / 100


def _said(name: str, table: pd.DataFrame) -> str:
    first, after = table["revenue_currency"].iloc[0], table["revenue_currency"].iloc[1:].sum()
    profit = table["profit_currency"]
    subject = f"{name[:1].upper()}{name[1:]}"
    return (
        f"{subject}: revenue {signed(first)} in week {table.index[0]}, {signed(after)} in the "
        f"{len(table) - 1} weeks after; profit {signed(profit.iloc[0])}, and {signed(profit.sum())} in all."
    )


def _week(events: Events) -> npt.NDArray[np.int64]:
    return (events.minute // MINUTES_A_WEEK).astype(np.int64)


def _pairs(person: npt.NDArray[np.integer], week: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Pack who and which week into one number."""
    return person.astype(np.int64) << 32 | week
