"""The club: what a loyalty programme looks like from within, and what it really changed.

    run           ->  balance (what became of the points given)
    run, its twin ->  members, again, approach, tiers, fallen, referrals

A firm sees its members, who were better customers before they joined. What it cannot see stands beside: the
same people, with the same luck, in a market without the programme.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.events import POINTS, REFERRAL, Events, Kind, Stage
from sim.experiment import Strategy, Twin, mean_and_interval, twin
from sim.fault import Fault
from sim.processes.acquisition import NOBODY
from sim.run import Run
from sim.scenario import Scenario

WAYS = ("under a quarter", "to a half", "to three quarters", "nearly there", "full")
TIERS = ("no tier", "silver", "gold")

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def balance(run: Run) -> pd.DataFrame:
    """Tell what became of the points that were given.

    Returns
    -------
    Rows `given`, `redeemed`, `expired`, `held at the end`; columns `worth_currency` and `share` of the given.
    """
    given, redeemed, expired = (run.events.of(kind).value.sum() / 100 for kind in POINTS)
    worth = pd.Series(
        {
            "given": given,
            "redeemed": redeemed,
            "expired": expired,
            "held at the end": given - redeemed - expired,
        }
    )
    table = pd.DataFrame({"worth_currency": worth, "share": worth / given if given else np.nan})
    return table.rename_axis("points")


def members(pair: Twin, week: int) -> pd.DataFrame:
    """Set members beside other customers: before the programme, with it, and in the market without it.

    Parameters
    ----------
    pair
        The market without and with a programme that begins in `week`; see `sim.twin`.
    week
        At least a year after the beginning, and before the end.

    Returns
    -------
    Rows `members`, `others`, of those who had ordered before; columns `people` and, in orders a person and
    year, `before`, `with`, `without`.
    """
    weeks = pair.before.scenario.weeks
    if not WEEKS_A_YEAR <= week < weeks:
        raise Fault(f"members: week must lie between {WEEKS_A_YEAR} and {weeks - 1}, was given {week}.")
    year = _orders(pair.after, week - WEEKS_A_YEAR, week)
    spans = {"with": pair.after, "without": pair.before}
    later = {name: _orders(run, week, weeks) * WEEKS_A_YEAR / (weeks - week) for name, run in spans.items()}
    known, joined = _orders(pair.after, 0, week) > 0, _joined(pair.after) < weeks * MINUTES_A_WEEK
    table = pd.DataFrame({"people": 1, "before": year, **later})[known]
    group = pd.Series(np.where(joined, "members", "others"), name="group")[known]
    return table.groupby(group).agg({"people": "sum", **dict.fromkeys(("before", *later), "mean")})


def again(pair: Twin, week: int, weeks: int = 13) -> pd.DataFrame:
    """Give the repurchase rate (复购率): of those who ordered in some weeks, who did in the next as many.

    Parameters
    ----------
    pair
        The market without and with a programme.
    week
        Where the two spans meet.
    weeks
        How long each of them is.

    Returns
    -------
    Rows: `members` and `others`, as they are on that Monday, and `all`; columns `with` and `without`: for
    the same people, the share who order again with the programme, and without it. Each life counts those
    who ordered in the first span of that life.
    """
    joined = _joined(pair.after) < week * MINUTES_A_WEEK
    groups = {"members": joined, "others": ~joined, "all": np.ones(len(joined), bool)}
    rates = {}
    for name, run in (("with", pair.after), ("without", pair.before)):
        first, then = _orders(run, week - weeks, week) > 0, _orders(run, week, week + weeks) > 0
        rates[name] = {group: then[first & who].mean() for group, who in groups.items()}
    return pd.DataFrame(rates).rename_axis("customers")


def repurchase(
    scenario: Scenario, plans: Mapping[str, Strategy], week: int, weeks: int = 13, replications: int = 6
) -> pd.DataFrame:
    """Measure the repurchase rate on many seeds, as it is told and as it is.

    Parameters
    ----------
    scenario
        The market.
    plans
        Two plans by name: without a programme, and with it.
    week, weeks
        See `again`.
    replications
        Seeds, from 1 on.

    Returns
    -------
    Rows `members`, `others`, `members, less others` (what is told), and `all, with, less without` (what the
    programme did); columns `rate`, `low`, `high`: the mean and its 95 % interval over seeds.
    """
    without, with_ = plans.values()
    seeds = range(1, replications + 1)
    lives = [again(twin(scenario, without, with_, seed), week, weeks) for seed in seeds]
    found = np.array([table.to_numpy(np.float64) for table in lives])  # (seeds, groups, with and without)
    rows = {
        "members": found[:, 0, 0],
        "others": found[:, 1, 0],
        "members, less others": found[:, 0, 0] - found[:, 1, 0],
        "all, with, less without": found[:, 2, 0] - found[:, 2, 1],
    }
    measured = {name: mean_and_interval(pd.Series(values)) for name, values in rows.items()}
    return pd.DataFrame.from_dict(measured, orient="index", columns=["rate", "low", "high"])


def approach(pair: Twin) -> pd.DataFrame:
    """Tell how members buy on the way to a reward, beside the same people in the same weeks without it.

    Returns
    -------
    A row a part of the way, by the points held on Monday; columns `member_weeks`; `with` and `without`:
    orders a week; `more`: the difference, as a share of those without.
    """
    run, counts = pair.after, np.zeros((3, len(WAYS)))
    people, reward = run.scenario.people, run.timeline.plans[max(run.timeline.plans)].loyalty.reward
    points, joined = np.zeros(people), _joined(run)
    for week, (page, other) in enumerate(zip(run.pages, pair.before.pages, strict=True)):
        way = np.minimum((points / (100 * reward) * 4).astype(int), 4)
        who = joined < week * MINUTES_A_WEEK
        for row, weight in enumerate((None, _count(page, people), _count(other, people))):
            weights = None if weight is None else weight[who]
            counts[row] += np.bincount(way[who], weights, minlength=len(WAYS))
        for kind, sign in POINTS.items():
            events = page.of(kind)
            np.add.at(points, events.person, sign * events.value)
    weeks, with_, without = counts
    table = pd.DataFrame(
        {"member_weeks": weeks.astype(int), "with": with_ / weeks, "without": without / weeks}
    )
    table["more"] = table["with"] / table["without"] - 1
    return table.set_axis(pd.Index(WAYS, name="points held, of the reward"))


def tiers(pair: Twin, week: int) -> pd.DataFrame:
    """Tell who had left by the end, by the tier of a Monday; beside it the same people without tiers.

    Returns
    -------
    A row a tier; columns `people` (customers then, in both lives), `left_with` and `left_without`: shares.
    """
    tier = _tier(pair.after, week)
    there = ~np.any([_left(run, week) for run in (pair.before, pair.after)], axis=0)
    who = there & (_joined(pair.after) < week * MINUTES_A_WEEK)
    lives = {"left_with": _gone(pair.after), "left_without": _gone(pair.before)}
    table = pd.DataFrame({"people": 1, **lives})[who]
    named = pd.Series(np.array(TIERS)[tier], name="tier").astype(
        pd.CategoricalDtype(list(TIERS), ordered=True)
    )
    how = {"people": "sum", **dict.fromkeys(lives, "mean")}
    return table.groupby(named[who], observed=False).agg(how)


def fallen(run: Run, unmoved: Run, week: int, weeks: int = 26) -> pd.DataFrame:
    """Tell what became of those who lost a tier in the reviews up to a week.

    Parameters
    ----------
    run
        A market with tiers.
    unmoved
        The same seed in a market where nobody minds the loss of a tier.
    week
        Who fell before it is counted.
    weeks
        How long each is watched, from the fall on.

    Returns
    -------
    Rows `with the fall` and `if nobody minded`; columns `people`, `left` (share who left in these weeks) and
    `orders` (a person); both NaN if nobody fell.
    """
    who, since = _falls(run, week, weeks)
    rows = {}
    for name, life in (("with the fall", run), ("if nobody minded", unmoved)):
        end, until = _end(life), since + weeks * MINUTES_A_WEEK
        first = np.full(run.scenario.people, np.iinfo(np.int64).max // 2)
        first[who] = since
        orders = life.events.of(Kind.ORDER)
        after = orders.minute - first[orders.person]
        made = ((after > 0) & (after <= weeks * MINUTES_A_WEEK)).sum()
        left, fell = ((end[who] >= since) & (end[who] <= until)).sum(), len(who) or np.nan
        rows[name] = (len(who), left / fell, made / fell)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["people", "left", "orders"])


def referrals(pair: Twin) -> pd.DataFrame:
    """Tell of those for whom a reward was paid who would have come anyway, and who does not exist.

    Parameters
    ----------
    pair
        The market without and with a reward for recommending.

    Returns
    -------
    A row for what they did without the reward; columns `people` and `rewards_currency`.
    """
    came = pair.after.events.of(Kind.JOINED)
    paid = pair.after.events.of(Kind.REWARDED)
    who = came.person[came.channel == REFERRAL]
    reward = pd.Series(paid.value / 100).groupby(paid.ref).sum().reindex(who, fill_value=0.0)
    before = pair.before.events.of(Kind.JOINED)
    brought = np.isin(who, before.person[before.channel == REFERRAL])
    ordered = np.isin(who, pair.before.events.of(Kind.ORDER).person)
    words = np.select(
        [brought, ordered], ["brought by a friend anyway", "came without a friend"], "not a customer"
    )
    table = pd.DataFrame({"people": 1, "rewards_currency": reward.to_numpy()}).groupby(words).sum()
    invented = paid.value[paid.ref == NOBODY] / 100
    if len(invented):
        table.loc["does not exist"] = [len(invented), invented.sum()]
    return table.rename_axis("without the reward")


def _count(page: Events, people: int) -> npt.NDArray[np.intp]:
    return np.bincount(page.of(Kind.ORDER).person, minlength=people)


def _orders(run: Run, first: int, end: int) -> npt.NDArray[np.intp]:
    """Count each person's orders from a week to before another."""
    orders = run.events.of(Kind.ORDER)
    week = orders.minute // MINUTES_A_WEEK
    return np.bincount(orders.person[(week >= first) & (week < end)], minlength=run.scenario.people)


def _joined(run: Run) -> npt.NDArray[np.int64]:
    """Give the minute at which each person joined the programme; far away for who did not."""
    enrolled = run.events.of(Kind.ENROLLED)
    minute = np.full(run.scenario.people, np.iinfo(np.int64).max)
    minute[enrolled.person] = enrolled.minute
    return minute


def _tier(run: Run, week: int) -> npt.NDArray[np.int64]:
    """Give the tier that each person has on a Monday."""
    moves = run.events.of(Kind.TIER)
    moves = moves.where(moves.minute < week * MINUTES_A_WEEK)
    tier = np.zeros(run.scenario.people, np.int64)
    tier[moves.person] = moves.value  # in order of time: the last one stays
    return tier


def _falls(run: Run, week: int, weeks: int) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.int64]]:
    """Find who lost a tier while a customer, for the first time, and when; early enough to be watched."""
    moves, tier = run.events.of(Kind.TIER), np.zeros(run.scenario.people, np.int64)
    since = np.full(run.scenario.people, -1, np.int64)
    until = min(week, run.scenario.weeks - weeks) * MINUTES_A_WEEK
    for minute, person, value in zip(moves.minute, moves.person, moves.value, strict=True):
        if value < tier[person] and since[person] < 0 and minute < until:
            since[person] = minute
        tier[person] = value
    who = np.flatnonzero((since >= 0) & (_end(run) >= since))
    return who, since[who]


def _end(run: Run) -> npt.NDArray[np.int64]:
    """Give the minute at which each person left for the first time; far away for who did not."""
    left = run.events.of(Kind.LEFT)
    end = np.full(run.scenario.people, np.iinfo(np.int64).max)
    end[left.person[::-1]] = left.minute[::-1]
    return end


def _left(run: Run, week: int) -> Mask:
    """Tell who was no customer on a Monday, in truth."""
    state = run.truth_at(week)
    return np.asarray(~state.isin(["awake", "dormant"]))


def _gone(run: Run) -> Mask:
    return np.asarray(run.people.entry.stage == Stage.LEFT)
