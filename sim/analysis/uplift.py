"""Uplift (增量): what a message changes, group by group of a churn score, over many markets.

    market, shop, letter  ->  by_risk (a row for each fifth of the customers, by their risk)

A score says who may be gone. Whom a letter moves is another question, which only a comparison answers: here
the twin, in a firm a holdout (Ascarza 2018, Journal of Marketing Research 55(1)).
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis import churn, targeting
from sim.campaign import Campaign
from sim.experiment import Twin, collect, mean_and_interval
from sim.market import simulate
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario

FIFTHS = ("lowest risk", "second", "third", "fourth", "highest risk")


def by_risk(
    market: Scenario, shop: Plan, letter: Campaign, replications: int = 8, jobs: int = 1
) -> pd.DataFrame:
    """Write to everybody, and sum up what the letter did in each fifth of the customers by churn risk.

    Parameters
    ----------
    letter
        Its `first_week` is when the customers are scored (`sim.analysis.churn`, the regression).

    Returns
    -------
    A row a fifth, means over markets: `silent_later` (share who, without the letter, order nothing in the
    next half-year), `moved` (share who order more or less often because of it), `gain_for_100` (contribution
    that 100 messages bring, currency, less what they cost) and `low` and `high`, its 95 % interval.
    """
    measure = partial(_fifths, shop=shop, week=letter.first_week)
    plan = shop.but(campaigns=[letter, *shop.campaigns])
    found = collect(market, plan, measure, replications, jobs=jobs)  # (markets, fifths, 3)
    table = pd.DataFrame(found.mean(axis=0), columns=["silent_later", "moved", "gain_for_100"])
    reach = [mean_and_interval(pd.Series(found[:, place, 2]))[1:] for place in range(len(FIFTHS))]
    table[["low", "high"]] = reach
    return table.set_axis(pd.Index(FIFTHS, name="fifth of the customers"))


def _fifths(run: Run, shop: Plan, week: int) -> npt.NDArray[np.float64]:
    """Score, cut into fifths, and compare the two lives; shape (fifths, 3)."""
    before = simulate(run.scenario, shop, run.seed)
    score = churn.scores(before, week)["learned"]
    fifth = pd.qcut(score.rank(method="first"), len(FIFTHS), labels=list(FIFTHS))
    table = targeting.by_group(Twin(before, run), fifth)
    silent = churn.outcomes(before, week)["silent later"].groupby(fifth, observed=False).mean()
    moved, gain = table["moved"] / table["customers"], 100 * table["gain_per_message_currency"]
    return np.stack([silent, moved, gain], axis=1).astype(float)
