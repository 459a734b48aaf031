"""Newcomers: what it cost to win customers, channel by channel, and what they have brought since.

    run  ->  each (a row a newcomer)  ->  by_channel (what the firm sees)
    twin ->  additional (what only a twin can tell: who would have come anyway)
    trials of rising budgets  ->  steps (what the next newcomer costs)

Customer acquisition cost (CAC, 获客成本) is a channel's spending over the newcomers it brought.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.accounts import OWN, REVENUE
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import ADVERTISING, REFERRAL, Kind
from sim.experiment import Trials, Twin
from sim.metrics import RECENT_WEEKS
from sim.run import Run

CHANNELS = (*ADVERTISING, "referral")


def each(run: Run) -> pd.DataFrame:
    """List the newcomers in the order in which they came.

    Returns
    -------
    A row a person: `channel`; `week` in which they came; `orders` and `value_currency` (contribution)
    since then, until the end of the run. What it cost to win them is not in it.
    """
    joined, orders = run.events.of(Kind.JOINED), run.events.of(Kind.ORDER)
    money = run.accounts.by_person()["contribution"] / 100
    table = {
        "channel": pd.Categorical([CHANNELS[code] for code in joined.channel], list(CHANNELS)),
        "week": joined.minute // MINUTES_A_WEEK,
        "orders": np.bincount(orders.person, minlength=run.scenario.people)[joined.person],
        "value_currency": money.to_numpy()[joined.person],
    }
    return pd.DataFrame(table, index=pd.Index(joined.person, name="person"))


def by_channel(run: Run) -> pd.DataFrame:
    """Set what a newcomer cost beside what a newcomer brought, channel by channel.

    Returns
    -------
    A row a channel: `newcomers`; `spent_currency` (advertising, or rewards for recommending);
    `cost_currency`, the CAC; `value_currency`, the mean contribution until the end of the run;
    `value_to_cost`. NaN where nobody came or nothing was spent.
    """
    people = each(run).groupby("channel", observed=False)
    table = pd.DataFrame({"newcomers": people.size(), "spent_currency": _spent(run)})
    table["cost_currency"] = table["spent_currency"] / _positive(table["newcomers"])
    table["value_currency"] = people["value_currency"].mean()
    table["value_to_cost"] = table["value_currency"] / _positive(table["cost_currency"])
    return table


def additional(pair: Twin) -> pd.DataFrame:
    """Tell the newcomers of the second plan whom it won from those who would have come anyway.

    Returns
    -------
    A row a channel: `newcomers`; `came_anyway_share` (customers in the first life, too);
    `additional` (the others); `cost_currency` and `additional_cost_currency`, the channel's spending over
    each of the two; `gain_currency`, what all of them brought more than in the first life.
    """
    people, before = each(pair.after), pair.before
    ordered = np.bincount(before.events.of(Kind.ORDER).person, minlength=before.scenario.people) > 0
    money = before.accounts.by_person()["contribution"] / 100
    people["anyway"] = ordered[people.index]
    people["gain"] = people["value_currency"] - money.to_numpy()[people.index]
    groups, spent = people.groupby("channel", observed=False), _spent(pair.after)
    table = pd.DataFrame({"newcomers": groups.size(), "came_anyway_share": groups["anyway"].mean()})
    table["additional"] = table["newcomers"] - groups["anyway"].sum()
    table["cost_currency"] = spent / _positive(table["newcomers"])
    table["additional_cost_currency"] = spent / _positive(table["additional"])
    table["gain_currency"] = groups["gain"].sum()
    return table


def steps(trials: Trials) -> pd.DataFrame:
    """Follow a budget upward: what a newcomer costs on average, and what each further one costs.

    Parameters
    ----------
    trials
        Plans that spend more and more on winning customers, the smallest budget first.

    Returns
    -------
    A row a plan, means over seeds: `spent_currency`, `newcomers`, `average_cost_currency`,
    `next_cost_currency` (what was spent more than in the plan before, over the newcomers that came more),
    and `profit`. NaN if none came more.
    """
    table = trials.table.assign(spent=trials.table["acquisition_cost"] * trials.table["newcomers"])
    means = table.groupby("plan")[["spent", "newcomers", "profit"]].mean().loc[list(trials.plans)]
    steps = means.diff()
    return pd.DataFrame(
        {
            "spent_currency": means["spent"],
            "newcomers": means["newcomers"],
            "average_cost_currency": means["spent"] / _positive(means["newcomers"]),
            "next_cost_currency": steps["spent"] / _positive(steps["newcomers"]),
            "profit": means["profit"],
        }
    )


def ledger(run: Run, person: int, period_weeks: int = RECENT_WEEKS) -> pd.DataFrame:
    """Keep the book of one customer: what they paid and what they cost, period by period.

    Returns
    -------
    A row a period, from the one of the first order to the last whole one, with `revenue` (Q) and `cost` (C:
    goods, messages and all else that was spent on them) in currency.

    Raises
    ------
    Fault
        If there is no such person, or they never ordered.
    """
    books = run.accounts
    theirs = (books.person == person) & (books.week < books.weeks // period_weeks * period_weeks)
    if person < 0 or not theirs.any():
        raise Fault(f"ledger: nothing is booked for person {person}. Take one who ordered.")
    period, line, cents = (column[theirs] for column in (books.week // period_weeks, books.line, books.cents))
    paid = line < len(REVENUE)
    own = ~paid & (line < len(REVENUE) + len(OWN))
    periods = books.weeks // period_weeks
    sums = [np.bincount(period[rows], cents[rows], periods) / 100 for rows in (paid, own)]
    table = pd.DataFrame({"revenue": sums[0], "cost": -sums[1]}).rename_axis("period").loc[period.min() :]
    return table.set_index(table.index - period.min())


def _spent(run: Run) -> pd.Series[float]:
    """Add up what was spent on each channel, in currency."""
    spent, rewards = run.events.of(Kind.ADVERTISED), run.events.of(Kind.REWARDED)
    sums = np.bincount(spent.channel, spent.value, minlength=len(ADVERTISING)) / 100
    index = pd.CategoricalIndex(CHANNELS, CHANNELS, name="channel")
    assert len(ADVERTISING) == REFERRAL  # the order of CHANNELS
    return pd.Series([*sums.tolist(), rewards.value.sum() / 100], index=index)


def _positive(numbers: pd.Series[float]) -> pd.Series[float]:
    """Leave out what one must not divide by."""
    return numbers.where(numbers > 0)
