"""The sales pipeline (销售管道) as the log tells it: from leads to won deals, and where the hours went.

    run.events.frame()  ->  stages (a row a deal and stage), deals (a row a deal)
    stages  ->  funnel, standing;  deals  ->  win_rate, cycle_weeks
    events  ->  books;  what accounts bring  ->  dependence
    run  ->  time_use (the team), by_seller

All but the last two are pure functions of tables, so they work as well on a part of a run, or on a table of
one's own. Those two need to know the hours for which a seller is paid, which are the scenario's.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import LOSSES, SELLING, STAFF
from sim.run import Run

STAGES = SELLING[:-1]  # maintenance comes after the deal
OPEN, WENT_ON, WON = "open", "went on", "won"
RESULTS = (OPEN, WENT_ON, WON, *LOSSES)
COLD = LOSSES.index("went cold")


def _moves(events: pd.DataFrame) -> pd.DataFrame:
    """Take what belongs to deals, deal by deal in order of time; `deal` counts them from 0."""
    own = events["kind"].isin(["lead", "worked", "won", "lost"])
    own &= (events["kind"] != "worked") | (events["channel"] < len(STAGES))
    moves = events[own].astype({"kind": str})
    first = moves["kind"] == "lead"
    place = moves[first].reset_index(drop=True)  # deals count by the minute in which they came
    moves = moves.sort_values("person", kind="stable")
    began = moves["minute"].where(moves["kind"] == "lead").groupby(moves["person"]).ffill()
    number = pd.Series(place.index, pd.MultiIndex.from_frame(place[["person", "minute"]]))
    moves["deal"] = number.reindex(pd.MultiIndex.from_arrays([moves["person"], began])).to_numpy()
    return moves.sort_values("deal", kind="stable").reset_index(drop=True)


def stages(events: pd.DataFrame) -> pd.DataFrame:
    """List which stage each deal entered when, and what came of it.

    Parameters
    ----------
    events
        The log of a run from its beginning, as `run.events.frame()` gives it.

    Returns
    -------
    A row a deal and stage: `deal` (from 0), `person`, `stage`, the minutes `entered` and `left` (NaN while
    it is open), and the `result`: went on, won, one of the losses, or open.
    """
    moves = _moves(events)
    after = [moves.groupby("deal")[["kind", "minute", "channel"]].shift(-steps) for steps in (1, 2)]
    following, then = after
    ended = moves["kind"].isin(["won", "lost"])
    ended |= (moves["kind"] == "worked") & (
        (following["kind"] == "won") | ((following["kind"] == "lost") & (following["channel"] != COLD))
    )
    stage = np.where(moves["kind"] == "lead", 0, moves["channel"] + 1)
    stage = np.where(ended, 0, stage).astype(np.int64)  # those rows lead into none
    lost_now = (following["kind"] == "lost").to_numpy()
    lost_then = ((then["kind"] == "lost") & (then["channel"] != COLD)).to_numpy()
    code = np.where(lost_now, following["channel"], np.where(lost_then, then["channel"], 0)).astype(int)
    loss = np.array(LOSSES)[code]
    open_, won = following["kind"].isna(), then["kind"] == "won"
    result = np.select([open_, lost_now | lost_then, won], [OPEN, loss, WON], WENT_ON)
    table = pd.DataFrame(
        {
            "deal": moves["deal"],
            "person": moves["person"],
            "stage": pd.Categorical(np.array(STAGES)[stage], list(STAGES), ordered=True),
            "entered": moves["minute"],
            "left": following["minute"],
            "result": pd.Categorical(result, list(RESULTS)),
        }
    )
    return table[~ended].reset_index(drop=True)


def deals(events: pd.DataFrame) -> pd.DataFrame:
    """List the deals in the order in which they came.

    Returns
    -------
    A row a deal: `person`; `opened` and `closed` (minutes; NaN while open); `outcome`: won, one of the
    losses, or open; `brought`: by marketing; `steps` done; `seller` (the last one, -1 if none);
    `estimate_currency` and `worth_currency` (NaN unless won), both a year; `weeks` from the lead to the end.
    """
    moves = _moves(events)
    groups = moves.groupby("deal")
    first, end = groups.first(), moves[moves["kind"].isin(["won", "lost"])].set_index("deal")
    worked = moves[moves["kind"] == "worked"].groupby("deal")
    words = np.where(end["kind"] == "won", WON, np.array(LOSSES)[end["channel"].to_numpy(int)])
    outcome = pd.Series(words, end.index, dtype=object).reindex(first.index).fillna(OPEN)
    table = pd.DataFrame({"person": first["person"], "opened": first["minute"]})
    table["closed"] = end["minute"].reindex(first.index).astype(float)
    table["outcome"] = pd.Categorical(outcome, [OPEN, WON, *LOSSES])
    table["brought"] = first["channel"] == 1
    table["steps"] = worked.size().reindex(first.index, fill_value=0)
    table["seller"] = worked["ref"].last().reindex(first.index).fillna(-1).astype(int)
    table["estimate_currency"] = first["value"] / 100
    table["worth_currency"] = (end["value"].where(end["kind"] == "won") / 100).reindex(first.index)
    table["weeks"] = (table["closed"] - table["opened"]) / MINUTES_A_WEEK
    return table


def funnel(stages: pd.DataFrame) -> pd.DataFrame:
    """Count by stage how many deals entered it, and what became of them there.

    Returns
    -------
    A row a stage: `entered`; `went_on` (or won); each loss; `open`; `passed_share` of those whose result is
    known; `weeks`, the mean time spent in it by those who left it.
    """
    table = pd.crosstab(stages["stage"], stages["result"], dropna=False)
    table = table.reindex(index=list(STAGES), columns=list(RESULTS), fill_value=0)
    counts = pd.DataFrame({"entered": table.sum(axis=1), "went_on": table[WENT_ON] + table[WON]})
    counts = counts.join(table[list(LOSSES)].rename(columns=lambda words: words.replace(" ", "_")))
    counts["open"] = table[OPEN]
    known = counts["entered"] - counts["open"]
    counts["passed_share"] = counts["went_on"] / known.where(known > 0)
    spent = (stages["left"] - stages["entered"]) / MINUTES_A_WEEK
    counts["weeks"] = spent.groupby(stages["stage"], observed=False).mean()
    return counts.rename_axis("stage").rename_axis(None, axis=1)


def standing(stages: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Count how many deals stand in each stage on each Monday at 00:00; a row a week, a column a stage."""
    monday = np.arange(weeks + 1) * MINUTES_A_WEEK
    columns = {}
    for name in STAGES:
        these = stages[stages["stage"] == name]
        entered, left = np.sort(these["entered"]), np.sort(these["left"].dropna())
        columns[name] = np.searchsorted(entered, monday) - np.searchsorted(left, monday)
    return pd.DataFrame(columns, index=pd.RangeIndex(weeks + 1, name="week"))


def win_rate(deals: pd.DataFrame) -> float:
    """Share of the deals that came to an end that were won; NaN if none did."""
    ended = deals["outcome"] != OPEN
    return float((deals["outcome"] == WON).sum() / ended.sum()) if ended.any() else np.nan


def cycle_weeks(deals: pd.DataFrame) -> pd.Series[float]:
    """Give how long won deals took, in weeks: `median`, `mean` and `slowest_tenth` (from there on)."""
    weeks = deals.loc[deals["outcome"] == WON, "weeks"]
    return pd.Series(
        {"median": weeks.median(), "mean": weeks.mean(), "slowest_tenth": weeks.quantile(0.9)}, dtype=float
    )


def time_use(run: Run) -> pd.Series[float]:
    """Sum what sellers were paid for, what they did, and how much of it was with customers.

    Returns
    -------
    `paid_hours`, `worked_hours`, `selling_hours` (with the customer); `busy_share` and `selling_share` of
    the hours paid, NaN if none were. Work under way at the end is not counted.
    """
    events = run.events.frame()
    wages = (events["kind"] == "wages") & (events["channel"] == STAFF.index("sellers"))
    paid = float(events.loc[wages, "ref"].sum() * _paid_hours_a_week(run))
    worked, met = (
        float(events.loc[events["kind"] == kind, "value"].sum() / MINUTES_AN_HOUR)
        for kind in ("worked", "conversed")
    )
    shares = {
        name: hours / paid if paid else np.nan
        for name, hours in (("busy_share", worked), ("selling_share", met))
    }
    return pd.Series({"paid_hours": paid, "worked_hours": worked, "selling_hours": met, **shares})


def by_seller(run: Run) -> pd.DataFrame:
    """Tell what each seller won, and how the hours of a week went.

    Returns
    -------
    A row a seller: `weeks`, from the first step done to the last; deals `won`; `working_hours` and
    `selling_hours` (with the customer), both a week; and `selling_share`, of the hours paid.
    """
    events = run.events.frame()
    of = {kind: events[events["kind"] == kind].groupby("ref") for kind in ("worked", "conversed", "won")}
    week = of["worked"]["minute"].agg(["min", "max"]) // MINUTES_A_WEEK
    weeks = week["max"] - week["min"] + 1
    table = pd.DataFrame({"weeks": weeks, "won": of["won"].size().reindex(weeks.index, fill_value=0)})
    for name, kind in (("working_hours", "worked"), ("selling_hours", "conversed")):
        hours = of[kind]["value"].sum().reindex(weeks.index, fill_value=0) / MINUTES_AN_HOUR
        table[name] = hours / weeks
    table["selling_share"] = table["selling_hours"] / _paid_hours_a_week(run)
    return table.rename_axis("seller")


def _paid_hours_a_week(run: Run) -> float:
    """Give the hours for which a seller is paid in a week; 0 where there are none."""
    hours = run.scenario.sales.hours if run.scenario.sales else None
    return hours.days * hours.minutes_a_day / MINUTES_AN_HOUR if hours else 0.0


def books(events: pd.DataFrame, spend: pd.Series[float]) -> pd.DataFrame:
    """Add up what the accounts of each seller bring; an account is of the last who worked for it.

    Parameters
    ----------
    spend
        What each person brings, by person: revenue or contribution, of the firm's choice.

    Returns
    -------
    A row a seller, the largest book first: `accounts` and `spend` of them, and its `share` of the whole.
    """
    worked = events[events["kind"] == "worked"]
    owner = worked.groupby("person")["ref"].last().rename("seller")
    theirs = spend.reindex(owner.index, fill_value=0.0)
    theirs = theirs[theirs != 0]
    table = theirs.groupby(owner).agg(["size", "sum"]).set_axis(["accounts", "spend"], axis=1)
    table = table.sort_values("spend", ascending=False, kind="stable")
    return table.assign(share=table["spend"] / (spend.sum() or np.nan))


def dependence(spend: pd.Series[float]) -> pd.Series[float]:
    """Tell how much a firm hangs on few accounts.

    Returns
    -------
    `largest_share` and `five_largest_share` of what all bring; `like_equal_accounts`, the number of equal
    accounts that would be as concentrated: one over the sum of squared shares (the Herfindahl index).
    """
    shares = np.sort(spend[spend > 0].to_numpy(float))[::-1]
    shares = shares / shares.sum() if len(shares) else np.array([np.nan])
    return pd.Series(
        {
            "largest_share": shares[0],
            "five_largest_share": shares[:5].sum(),
            "like_equal_accounts": 1 / np.square(shares).sum(),
        }
    )
