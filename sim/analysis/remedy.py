"""Remedies: what leavers' patience went on, and whom a remedy would have kept.

A remedy keeps a customer if, with the same luck, they are still one so many weeks after they left without it.
All are watched for as long: up to the end of the run, those who left early would have longer to leave for
something else, and any remedy would seem to do most for those who leave late.
A twin can tell, person by person; a firm would have to hold some of its customers out (see `sim.holdout`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.inquest import CAUSES, Case, left_for_good
from sim.chance import Integers
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind, Stage
from sim.fault import Fault
from sim.market import simulate
from sim.run import Run
from sim.work import Strategy

SILENCE = (0, 4, 8, 13, 26)  # weeks: borders of its lengths
Mask = npt.NDArray[np.bool_]


def causes(run: Run) -> pd.DataFrame:
    """Count what those who left for good left for.

    Returns
    -------
    A row for each cause that took anything, with `leading` (people of whose patience it took most), and
    `patience_share` (its part in the mean account).
    """
    accounts = left_for_good(run)[list(CAUSES)]
    leading = accounts.idxmax(axis=1).value_counts().reindex(list(CAUSES), fill_value=0)
    table = pd.DataFrame({"leading": leading, "patience_share": accounts.mean()}, index=list(CAUSES))
    return table[table["patience_share"] > 0].rename_axis("cause")


def live_again(run: Run, remedies: Mapping[str, Strategy]) -> dict[str, Run]:
    """Let the people of a run live again, with the same luck, under each of some plans; by name."""
    return {name: simulate(run.scenario, plan, run.seed) for name, plan in remedies.items()}


def kept(run: Run, remedies: Mapping[str, Run], weeks: int = 13) -> pd.DataFrame:
    """Tell what share of those who left each remedy would have kept, by the cause that led.

    Parameters
    ----------
    run
        The market as it was.
    remedies
        The same market, on the same seed, under a remedy each; by name.
    weeks
        How long each is watched, from the end of the week in which they left as it was.

    Returns
    -------
    A row for each leading cause, those that led oftenest first, and one for `all`; `left`, the people who
    left for good, so many weeks before the end or more; then a column a remedy, the share of them who are
    still customers so many weeks later.

    Raises
    ------
    Fault
        If a run is of other people or of other luck, or nobody left so long before the end.
    """
    _expect_twins(run, remedies)
    gone = left_for_good(run)
    gone = gone[gone["week"] + 1 + weeks <= run.scenario.weeks]
    if gone.empty:
        raise Fault(f"kept: nobody left {weeks} weeks or more before the end; ask for fewer weeks.")
    until, leading = (gone["week"] + 1 + weeks) * MINUTES_A_WEEK, gone[list(CAUSES)].idxmax(axis=1)
    who = gone["person"].to_numpy()
    stays = {name: _there(other, who, until.to_numpy()) for name, other in remedies.items()}
    table = pd.DataFrame({"left": 1, **stays}, index=gone.index)
    counting: dict[str, Any] = {"left": "sum", **dict.fromkeys(stays, "mean")}
    by_cause = table.groupby(leading).agg(counting).sort_values("left", ascending=False, kind="stable")
    return (
        pd.concat([by_cause, table.agg(counting).to_frame("all").T])
        .astype({"left": int})
        .rename_axis("cause")
    )


def second_lives(case: Case, remedies: Mapping[str, Run]) -> pd.DataFrame:
    """Tell how one customer would have fared under each remedy, beside what happened.

    Returns
    -------
    A row `as it was` and one a remedy, with `stays` (a customer at the end), `orders`, `last_order_week` and
    `contribution_currency` (what they brought, less all that was spent on them alone).
    """
    _expect_twins(case.run, remedies)
    rows = {}
    for name, run in {"as it was": case.run, **remedies}.items():
        orders = run.events.of(Kind.ORDER)
        minute = orders.minute[orders.person == case.person]
        stays = run.people.entry.stage[case.person] == Stage.CUSTOMER
        rows[name] = (
            "yes" if stays else "no",
            len(minute),
            int(minute.max(initial=-1)) // MINUTES_A_WEEK,
            run.accounts.contribution()[case.person] / 100,
        )
    columns = ["stays", "orders", "last_order_week", "contribution_currency"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("life")


def silence(run: Run, week: int, spent_at_least: float = 400) -> pd.DataFrame:
    """Sort good customers by how long they have been silent, and tell what became of them.

    Parameters
    ----------
    week
        On whose Monday the record is read; the run goes on after it.
    spent_at_least
        Since their first order, in currency: only such customers are counted.

    Returns
    -------
    A row for each length of silence, with `people`; `awake`, `dormant` and `left`, how many of them were so
    in truth; and `ordered_again`, the share who did by the end of the run.

    Raises
    ------
    Fault
        If the run has no such week, or ends in it.
    """
    record, end = run.record(week), run.scenario.weeks
    if week >= end:
        raise Fault(f"silence: the run ends in week {end}; ask for an earlier one, to see who comes back.")
    good = record[record["spend"] >= spent_at_least]
    again = run.record(end).loc[good.index, "recency_weeks"] < end - week
    names = [f"{low} to {high} weeks" for low, high in pairwise(SILENCE)]
    length = pd.cut(good["recency_weeks"], [*SILENCE, np.inf], labels=[*names, f"over {SILENCE[-1]} weeks"])
    state = run.truth_at(week)[run.hidden_link[good.index]].set_axis(good.index)
    states = {name: state == name for name in ("awake", "dormant", "left")}
    table = pd.DataFrame({"people": 1, **states, "ordered_again": again}).groupby(length, observed=False)
    counted = table[["people", *states]].sum().join(table["ordered_again"].mean())
    return counted.rename_axis("silent for")


def after_death(run: Run) -> pd.DataFrame:
    """Count the messages to people who had left.

    Returns
    -------
    One row, with `messages`, how many of them were sent `to_those_who_had_left`, their `share` (NaN without a
    message), and their `cost_currency`.
    """
    sent, too_late = run.events.of(Kind.SENT), _had_left(run)
    counted = {
        "messages": len(sent),
        "to_those_who_had_left": int(too_late.sum()),
        "share": too_late.mean() if len(sent) else np.nan,
        "cost_currency": sent.value[too_late].sum() / 100,
    }
    return pd.DataFrame(counted, index=["all weeks"])


def _there(run: Run, who: Integers, until: Integers) -> Mask:
    """Tell which of some people are customers, each just before a minute of their own."""
    own = np.zeros(run.scenario.people, np.int64)
    own[who] = until
    moves = run.events.where(np.isin(run.events.kind, [Kind.LEFT, Kind.RETURNED]))
    moves = moves.where(moves.minute < own[moves.person])
    gone = np.zeros(run.scenario.people, bool)
    gone[moves.person] = moves.kind == Kind.LEFT  # in order of time: the last one stays
    return (run.people.entry.minute[who] < until) & ~gone[who]


def _had_left(run: Run) -> Mask:
    """Tell for each message whether the person had left when it was sent; shape (messages,)."""
    kinds = run.events.kind
    rows = run.events.where((kinds == Kind.SENT) | (kinds == Kind.LEFT) | (kinds == Kind.RETURNED))
    order = np.lexsort((rows.minute, rows.person))  # stable: equal minutes stay in the log's order
    table = pd.DataFrame({"person": rows.person[order], "kind": rows.kind[order]})
    state = table["kind"].where(table["kind"] != int(Kind.SENT)).groupby(table["person"]).ffill()
    gone = np.zeros(len(rows), bool)
    gone[order] = (state == int(Kind.LEFT)).to_numpy()
    return gone[rows.kind == int(Kind.SENT)]


def _expect_twins(run: Run, others: Mapping[str, Run]) -> None:
    """Refuse runs that are not the same people with the same luck."""
    for name, other in others.items():
        if (other.seed, other.scenario) != (run.seed, run.scenario):
            raise Fault(f'remedies: "{name}" is another market or another seed; run it on the same of both.')
