"""Membership: who joined a group of the firm's own, what became of them, and what each message was for.

Members would have bought more than others in any case. Only the same people without the group tell what it
did to them (or a lot: see `sim.holdout`).

    runs, twin  ->  fates, kept, letters
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import style
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.experiment import Twin
from sim.fault import Fault
from sim.holdout import expect_whole
from sim.processes.community import MEMBER, MUTED
from sim.run import Run

Integers = npt.NDArray[np.int64]


def fates(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Count what became of those who joined, by the end of each run.

    Returns
    -------
    A row a run, with the people who `joined`; those who still `listen`, who `muted` the group (truth: no firm
    is told), and the rest, who are `gone` from it; questions `asked` in it and those `answered`; and what it
    all cost, `cost_currency`.
    """
    style.expect(runs, Mapping, "fates", "runs by name")
    rows = {}
    for name, run in runs.items():
        joined, status = _joined(run), run.people.community.status
        listen, muted = (int((status[joined] == state).sum()) for state in (MEMBER, MUTED))
        asked, answered = (len(run.events.of(kind)) for kind in (Kind.ASKED, Kind.ADVISED))
        cost = run.events.of(Kind.HOSTED).value.sum() / 100
        rows[name] = (len(joined), listen, muted, len(joined) - listen - muted, asked, answered, cost)
    columns = ["joined", "listen", "muted", "gone", "asked", "answered", "cost_currency"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("plan")


def kept(pair: Twin, weeks: int = 13) -> pd.DataFrame:
    """Tell how many members still order at the end, beside others, and beside themselves without the group.

    Parameters
    ----------
    pair
        One seed without the group, and with it.
    weeks
        Who has ordered in so many weeks before the end still orders.

    Returns
    -------
    Rows `members`, `others` and `the same members, without it`; with `people`, `still_order` (share), and
    their mean `orders` in all.

    Raises
    ------
    Fault
        If nobody joined.
    """
    style.expect(pair, Twin, "kept", "a pair of runs, as twin(…) gives it")
    expect_whole("kept", weeks=weeks)
    members = _joined(pair.after)
    if not len(members):
        raise Fault("kept: nobody joined a group in the second run; give its plan an invitation.")
    customers = np.unique(pair.after.events.of(Kind.ORDER).person)
    others = np.setdiff1d(customers, members)
    rows = {
        "members": _lives(pair.after, members, weeks),
        "others": _lives(pair.after, others, weeks),
        "the same members, without it": _lives(pair.before, members, weeks),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["people", "still_order", "orders"])
    return table.astype({"people": int}).rename_axis("who")


def letters(run: Run) -> pd.DataFrame:
    """Count, message by message, how often it was sent, and what share was opened and clicked.

    Returns
    -------
    A row for each campaign or trigger of the run, by its name, with `sent`, `opened`, `clicked` (shares of
    what was sent; NaN if nothing was) and `opt_outs`.
    """
    rows = {}
    kinds = (Kind.SENT, Kind.OPENED, Kind.CLICKED, Kind.OPTED_OUT)
    for message, number in run.timeline.numbers.items():
        counts = [int((run.events.of(kind).ref == number).sum()) for kind in kinds]
        sent = counts[0] or np.nan
        rows[message.name or f"message {number}"] = (counts[0], counts[1] / sent, counts[2] / sent, counts[3])
    columns = ["sent", "opened", "clicked", "opt_outs"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("message")


def _joined(run: Run) -> Integers:
    return np.unique(run.events.of(Kind.ENTERED).person).astype(np.int64)


def _lives(run: Run, who: Integers, weeks: int) -> tuple[int, float, float]:
    orders = run.events.of(Kind.ORDER)
    late = orders.person[orders.minute >= (run.scenario.weeks - weeks) * MINUTES_A_WEEK]
    still, times = np.isin(who, late), np.isin(orders.person, who).sum()
    people = len(who) or np.nan
    return len(who), float(still.sum() / people), float(times / people)
