"""The holdout: what a real firm, which has no twin, can learn about its campaign.

A campaign with `holdout=0.3` leaves 30 % of the people it chooses alone. What those written to did more
than those left alone, over the same weeks, is the campaign's doing, give or take chance.

What cannot be done to single customers, such as advertising or training, is tried in half of the firm's
branches, chosen by lot, and not in the others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import BILL, Events, Kind
from sim.experiment import Trials, mean_and_interval
from sim.run import Run

Floats = npt.NDArray[np.float64]


def holdout(run: Run, campaign: int = 1, weeks: int = 12, level: float = 0.95) -> pd.DataFrame:
    """Compare the revenue of those a campaign wrote to and those it left alone.

    Parameters
    ----------
    campaign
        The campaign's number, in the order of the plan, from 1; triggers are numbered on after them.
    weeks
        How long each person is watched, from the first time the campaign chose them.
    level
        Of the interval; normal, for a difference of two means with unequal variances (Welch).

    Returns
    -------
    Rows `written to`, `left alone` and `difference`; columns `people`, `bought` (share with an order in
    these weeks), `revenue` (currency a person, messages not deducted), `low`, `high`.

    Raises
    ------
    Fault
        If the campaign held nobody out, or wrote to nobody, early enough to be watched.
    """
    expect_whole("holdout", campaign=campaign, weeks=weeks)
    written, alone = (watched(run, kind, campaign, weeks) for kind in (Kind.SENT, Kind.HELD_OUT))
    if len(written) < 2 or len(alone) < 2:
        raise Fault(
            f"holdout: campaign {campaign} has {len(written)} people written to and {len(alone)} left alone "
            f"whom one could watch for {weeks} weeks; a comparison needs two of each. "
            "Give the campaign a holdout such as 0.3, or let it run longer."
        )
    a, b = revenue(run, written, weeks), revenue(run, alone, weeks)
    z = ndtri((1 + level) / 2)
    rows = {"written to": _row(a, z), "left alone": _row(b, z), "difference": _difference(a, b, z)}
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["people", "bought", "revenue", "low", "high"]
    )
    return table.astype({"people": int}).rename_axis("group")


def branches(
    trials: Trials, metric: str = "profit", plan: str | None = None, against: str | None = None
) -> pd.DataFrame:
    """Compare branches that carry out a plan with others that do not, as a firm of many branches could.

    Each seed is a branch with its own customers and luck. Those of odd number take the plan, the others
    another plan: numbers say nothing about a branch, so that is as good as a lot.

    Parameters
    ----------
    metric
        A headline number; see `sim.metrics.METRICS`.
    plan
        Which plan; the last of the trials unless given.
    against
        What the others carry out; the first plan of the trials unless given.

    Returns
    -------
    Rows for the two groups and their `difference`; columns `branches`, `mean`, `low` and `high`: 95 %
    intervals by Student, and for the difference, with unequal variances, by Welch.

    Raises
    ------
    Fault
        If there are not two branches of each kind.
    """
    from scipy.stats import ttest_ind  # half of what `import sim` would take, in every process, if at the top

    name = trials.plans[-1] if plan is None else plan
    other = trials.plans[0] if against is None else against
    with_plan, without = (trials.of(one)[metric] for one in (name, other))
    a, b = with_plan[with_plan.index % 2 == 1], without[without.index % 2 == 0]
    if min(len(a), len(b)) < 2:
        raise Fault(f"branches: {len(a)} against {len(b)} tell nothing. Compare on four seeds or more.")
    reach = ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    rows = {
        f"with “{name}”": (len(a), *mean_and_interval(a)),
        f"with “{other}”": (len(b), *mean_and_interval(b)),
        "difference": (len(a) + len(b), a.mean() - b.mean(), reach.low, reach.high),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["branches", "mean", "low", "high"])
    return table.astype({"branches": int}).rename_axis(metric)


def expect_whole(function: str, **numbers: int) -> None:
    """Refuse what is no whole number from 1.

    Raises
    ------
    Fault
        Naming the number.
    """
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise Fault(f"{function}: {name} is a whole number from 1, was given {number!r}.")


def watched(run: Run, kind: Kind, campaign: int, weeks: int) -> Events:
    """Find each person's first selection by the campaign, if enough weeks are left to watch them.

    Parameters
    ----------
    kind
        `Kind.SENT` for those written to, `Kind.HELD_OUT` for those left alone.
    """
    chosen = run.events.where((run.events.kind == kind) & (run.events.ref == campaign))
    chosen = chosen.where(np.sort(np.unique(chosen.person, return_index=True)[1]))
    return chosen.where(chosen.minute <= (run.scenario.weeks - weeks) * MINUTES_A_WEEK)


def revenue(run: Run, chosen: Events, weeks: int) -> Floats:
    """Give what each chosen person paid in the weeks after the first selection, currency, as `chosen`."""
    start = np.full(run.scenario.people, np.iinfo(np.int64).max // 2)
    start[chosen.person] = chosen.minute
    money = np.zeros(run.scenario.people)
    for kind, sign in BILL.items():
        events = run.events.of(kind)
        since = events.minute - start[events.person]
        events = events.where((since >= 0) & (since < weeks * MINUTES_A_WEEK))
        np.add.at(money, events.person, sign * events.value / 100)
    return money[chosen.person]


def _row(money: Floats, z: float) -> tuple[float, ...]:
    reach = z * _error(money)
    return len(money), (money > 0).mean(), money.mean(), money.mean() - reach, money.mean() + reach


def _difference(a: Floats, b: Floats, z: float) -> tuple[float, ...]:
    gap, reach = a.mean() - b.mean(), z * error_of_difference(a, b)
    return len(a) + len(b), (a > 0).mean() - (b > 0).mean(), gap, gap - reach, gap + reach


def error_of_difference(a: Floats, b: Floats) -> float:
    """Give the standard error of a difference of two means, with unequal variances (Welch)."""
    return float(np.hypot(_error(a), _error(b)))


def _error(money: Floats) -> float:
    return float(money.std(ddof=1) / np.sqrt(len(money)))
