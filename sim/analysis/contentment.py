"""Contentment: what satisfaction, habit and ties tell about who stays, which only the truth can say.

    market, plan     ->  curve (mean satisfaction and who is kept, by how hard the competition is)
    run, a Monday    ->  bands, attitudes, regulars, stages (groups of customers, and what became of them)
    runs by name     ->  orders_by_period, body_and_heart

A firm can ask how satisfied its customers are, and count how often they come. Neither is what holds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK
from sim.events import Events, Kind, Stage
from sim.experiment import Strategy
from sim.fault import Fault
from sim.market import simulate
from sim.run import Run
from sim.scenario import Scenario
from sim.segment import Segment

BANDS = {"up to 6": (0, 6), "6 to 7": (6, 7), "7 to 8": (7, 8), "over 8": (8, 10)}
LIKES = 7.5  # points of 10: from here on somebody is said to like the shop
MOSTLY = 0.5  # of what one buys of the kind
TIES = {"habit alone": (0.85, 1.01), "in between": (0.6, 0.85), "tied": (0.0, 0.6)}  # by the shield
HALF_A_YEAR = 26

Counts = npt.NDArray[np.intp]


def curve(
    markets: Mapping[str, Scenario], plan: Strategy, qualities: Sequence[float], replications: int = 2
) -> pd.DataFrame:
    """Draw the curve of satisfaction and retention, a line a market.

    Parameters
    ----------
    markets
        Markets by name, such as with little and with hard competition.
    plan
        What the firm does in all of them.
    qualities
        Mean performances of an order, points of 10, that are tried.
    replications
        Seeds of each, from 1 on; their mean is given.

    Returns
    -------
    A row a quality, by the mean `satisfaction` of the customers at the end, averaged over markets; a column
    a market: of those who were customers on the first day, the share who still are on the last.
    """
    rows = {}
    for quality in qualities:
        kept: dict[str, float] = {}
        moods = []
        for name, market in markets.items():
            if market.experience is None:
                raise Fault(f"curve: {market.name} has no experience section; switch it on.")
            tried = market.but(experience=market.experience.but(quality=quality))
            runs = [simulate(tried, plan, seed) for seed in range(1, replications + 1)]
            there = [run.people.entry.stage == Stage.CUSTOMER for run in runs]
            first = [run.people.entry.minute < 0 for run in runs]
            kept[name] = float(np.mean([now[old].mean() for now, old in zip(there, first, strict=True)]))
            moods += [run.truth["satisfaction"][now].mean() for run, now in zip(runs, there, strict=True)]
        rows[float(np.round(np.mean(moods), 1))] = kept
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("mean satisfaction of the customers")


def bands(run: Run, week: int, weeks: int = 52) -> pd.DataFrame:
    """Sort the customers of a Monday by their satisfaction, and tell who left in the weeks after.

    Returns
    -------
    A row a band of satisfaction (points of 10); columns `customers`; `left`, the share of them who left;
    `of_all_who_left`, the share of the band among those who left.
    """
    truth = _before(run, week)
    gone = _first_left(run, week, weeks)[truth.index]
    band = pd.cut(truth["satisfaction"], [0, 6, 7, 8, 10], labels=list(BANDS))
    table = pd.DataFrame({"customers": 1, "left": gone}, index=truth.index)
    found = table.groupby(band, observed=False).agg({"customers": "sum", "left": "mean"})
    all_who_left = (found["customers"] * found["left"].fillna(0)).sum()
    found["of_all_who_left"] = found["customers"] * found["left"].fillna(0) / all_who_left
    return found.rename_axis("satisfaction")


def attitudes(run: Run, week: int, weeks: int = 52) -> pd.DataFrame:
    """Cross attitude (态度) and behaviour (行为): who likes the shop, and who buys mostly here.

    The four names are those of Dick & Basu 1994, J. Academy of Marketing Science 22(2).

    Parameters
    ----------
    run
        A run of a market with a rival.

    Returns
    -------
    A row a kind of loyalty; columns `customers`, `orders` (a person, in the weeks before), and from the weeks
    after: `recommended` (per 100 customers) and `left` (share).
    """
    if run.scenario.rival is None:
        raise Fault(f"attitudes: {run.scenario.name} has no rival, so everybody buys all here; switch it on.")
    truth = _before(run, week)
    likes, mostly = truth["satisfaction"] >= LIKES, truth["wallet_share"] >= MOSTLY
    names = np.select(
        [likes & mostly, likes & ~mostly, ~likes & mostly],
        ["true: likes us, buys here", "latent: likes us, buys there", "spurious: buys here, likes us less"],
        "none",
    )
    size = run.scenario.people
    told = np.bincount(_within(run.events.of(Kind.RECOMMENDED), week, week + weeks).person, minlength=size)
    orders = np.bincount(_within(run.events.of(Kind.ORDER), week - weeks, week).person, minlength=size)
    table = pd.DataFrame(
        {
            "customers": 1,
            "orders": orders[truth.index],
            "recommended": 100.0 * told[truth.index],
            "left": _first_left(run, week, weeks)[truth.index],
        }
    )
    how = {"customers": "sum", "orders": "mean", "recommended": "mean", "left": "mean"}
    return table.groupby(names).agg(how).rename_axis("loyalty")


def regulars(
    run: Run, week: int, weeks: int = HALF_A_YEAR, orders: tuple[int, int] = (10, 30)
) -> pd.DataFrame:
    """Take customers who come equally often, sort them by what ties them, and see who still comes later.

    Parameters
    ----------
    week
        Something happens on this Monday, such as a rival who opens.
    weeks
        How long one looks back, and ahead.
    orders
        Who has at least, and at most, so many orders in the weeks before is a regular.

    Returns
    -------
    Rows `habit alone`, `in between`, `tied`, by how much of what drives people away is warded off by bonds
    and the cost of switching (in the truth); and `all`. Columns `people`; orders a person `before` and
    `after`; and `kept`, the one as a share of the other.
    """
    truth = _before(run, week)
    size, ordered = run.scenario.people, run.events.of(Kind.ORDER)
    before = np.bincount(_within(ordered, week - weeks, week).person, minlength=size)[truth.index]
    after = np.bincount(_within(ordered, week, week + weeks).person, minlength=size)[truth.index]
    regular = (before >= orders[0]) & (before <= orders[1])
    shield = truth["shield"].to_numpy()
    rows = {}
    for name, (low, high) in {**TIES, "all": (0.0, 1.01)}.items():
        who = regular & (shield >= low) & (shield < high)
        mean = (before[who].mean(), after[who].mean()) if who.any() else (np.nan, np.nan)
        rows[name] = (int(who.sum()), *mean, mean[1] / mean[0])
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["people", "before", "after", "kept"])
    return table.rename_axis("held by")


def orders_by_period(runs: Mapping[str, Run], weeks: int = 4) -> pd.DataFrame:
    """Count the orders of runs in sums of some weeks: a row a period, by its first week; a column a run."""
    counts = {}
    for name, run in runs.items():
        week = run.events.of(Kind.ORDER).minute // MINUTES_A_WEEK
        periods = run.scenario.weeks // weeks
        counts[name] = np.bincount(week // weeks, minlength=periods)[:periods]
    table = pd.DataFrame(counts)
    return table.set_axis(pd.Index(table.index * weeks, name="week"))


def stages(run: Run, rules: Mapping[str, Segment], week: int, weeks: int = HALF_A_YEAR) -> pd.DataFrame:
    """Sort the customers on record by rules, and tell what became of them in the weeks after.

    Returns
    -------
    A row a rule; columns `people` on record, `still_there` (share who had not left on that Monday, in truth),
    `left` (share of these who left in the weeks after) and `orders` (a person on record, in these weeks).
    """
    record, state = run.replay(week), run.truth_at(week)
    there, gone = state.isin(["awake", "dormant"]).to_numpy(), _first_left(run, week, weeks)
    ordered = _within(run.events.of(Kind.ORDER), week, week + weeks)
    orders = np.bincount(ordered.person, minlength=run.scenario.people)
    rows = {}
    for name, rule in rules.items():
        who = np.unique(record.select(rule))
        alive = who[there[who]]
        left = gone[alive].mean() if len(alive) else np.nan
        rows[name] = (
            (len(who), there[who].mean(), left, orders[who].mean()) if len(who) else (0, *[np.nan] * 3)
        )
    columns = ["people", "still_there", "left", "orders"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("stage")


def body_and_heart(runs: Mapping[str, Run], weeks: int = 13) -> pd.DataFrame:
    """Set beside each other what a contract shows and what a survey shows, period by period.

    Parameters
    ----------
    runs
        Runs of a market with contracts, by name.
    weeks
        Length of a period.

    Returns
    -------
    A row a period, by its first week; columns of two levels: `cancelled` (contracts that were not renewed),
    `survey` (mean answer to "would you recommend us?", 0-10) and `recommended` (times), each for every run.
    """
    columns: dict[tuple[str, str], pd.Series[float]] = {}
    for name, run in runs.items():
        if run.scenario.renewal is None:
            raise Fault(f"body_and_heart: {run.scenario.name} has no contracts: it needs a renewal section.")
        first_weeks = range(0, run.scenario.weeks - weeks + 1, weeks)
        spans = [(first, first + weeks) for first in first_weeks]
        for what, kind in (("cancelled", Kind.CANCELLED), ("recommended", Kind.RECOMMENDED)):
            counts = [len(_within(run.events.of(kind), *span)) for span in spans]
            columns[what, name] = pd.Series(counts, first_weeks, dtype=float)
        answers = run.events.of(Kind.NPS)
        means = [pd.Series(_within(answers, *span).value).mean() for span in spans]
        columns["survey", name] = pd.Series(means, first_weeks, dtype=float)
    return pd.DataFrame(columns).rename_axis("week")[["cancelled", "survey", "recommended"]]


def _before(run: Run, week: int) -> pd.DataFrame:
    """Give the truth about those who are customers on a Monday: the end of a run that ends there."""
    if not 0 < week < run.scenario.weeks:
        raise Fault(f"week: must lie between 1 and {run.scenario.weeks - 1}, was given {week}.")
    truth = simulate(run.scenario.but(weeks=week), run.timeline, run.seed).truth
    return truth[truth["stage"] == "customer"]


def _within(events: Events, first: int, end: int) -> Events:
    week = events.minute // MINUTES_A_WEEK
    return events.where((week >= first) & (week < end))


def _first_left(run: Run, week: int, weeks: int) -> npt.NDArray[np.bool_]:
    """Tell who left for the first time in some weeks after a Monday, or again; shape (people,)."""
    gone = np.zeros(run.scenario.people, bool)
    gone[_within(run.events.of(Kind.LEFT), week, week + weeks).person] = True
    return gone
