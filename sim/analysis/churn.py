"""Churn scores (流失评分): who may be gone, from what a firm's record shows, and how well a score hits.

    run  ->  scores (a number a record, from the record alone)
    run  ->  outcomes (what a firm sees half a year later, and what it never sees)
    scores, outcomes  ->  hits, caught, trials

Three scores: weeks of silence, which needs no model; the chance to have left by BG/NBD; and a logistic
regression that learned from the firm's own past who fell silent. A score ranks customers. It says nothing
about whom a message would keep: that is told by an experiment (`sim.analysis.targeting`; Ascarza 2018,
Journal of Marketing Research 55(1)).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clv import BgNbd
from sim.data import Fault
from sim.experiment import Strategy, collect, mean_and_interval
from sim.run import Run
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

AHEAD = 26  # weeks: how far a score looks, and how long a silence counts as lost
SHARE = 0.1  # of the customers are warned of
SCORES = ("silence", "model", "learned")
OUTCOMES = ("silent later", "left", "about to leave")
NEUTRAL = 7.0  # of an NPS answer that was never given: neither for nor against


def scores(run: Run, week: int, ahead: int = AHEAD) -> pd.DataFrame:
    """Score everybody on record on the Monday of a week; the higher, the more likely gone.

    Parameters
    ----------
    run
        Only its record is looked at, as it was in that week and `ahead` weeks earlier.
    week
        When the firm looks.
    ahead
        Weeks without an order that the regression takes for churn.

    Returns
    -------
    A row a record: `silence` (weeks since the last order), `model` (probability to have left, BG/NBD fitted
    to this record) and `learned` (probability to order nothing in the next weeks, see `learn`).

    Raises
    ------
    Fault
        If the run has no such weeks, or its record is too small to learn from.
    """
    record = run.record(week)
    again = record["orders"] > 1
    customers = pd.DataFrame(
        {
            "frequency": record["orders"] - 1,
            "recency": (record["tenure_weeks"] - record["recency_weeks"]).where(again, 0).clip(lower=0),
            "age": record["tenure_weeks"],
        }
    )
    learned = learn(run, week, ahead).predict_proba(signals(record))[:, 1]
    gone = 1 - BgNbd.fit(customers).p_alive(customers)
    columns = (record["recency_weeks"], gone, learned)
    return pd.DataFrame(dict(zip(SCORES, columns, strict=True)), index=record.index)


def signals(record: pd.DataFrame) -> pd.DataFrame:
    """Give the churn signals (流失信号) that a record shows, on scales that suit a regression.

    Returns
    -------
    A row a record. Logarithms of 1 + : `silence` (weeks), `orders` and `spend` (of the last 52 weeks),
    `tenure` (weeks), `complaints` (ever). `rhythm` is the logarithm of the silence, counted in this
    customer's own mean time from order to order. `answer` is the last NPS answer, 7 if there is none.
    """
    gap = (record["tenure_weeks"] + 1) / record["orders"]
    return pd.DataFrame(
        {
            "silence": np.log1p(record["recency_weeks"]),
            "rhythm": np.log((record["recency_weeks"] + 1) / gap),
            "orders": np.log1p(record["orders_52w"]),
            "spend": np.log1p(record["spend_52w"]),
            "tenure": np.log1p(record["tenure_weeks"]),
            "complaints": np.log1p(record["tickets"]),
            "answer": record["nps"].fillna(NEUTRAL),
        }
    )


def learn(run: Run, week: int, ahead: int = AHEAD) -> Pipeline:
    """Learn from the firm's past who falls silent: a logistic regression (逻辑回归) on standardised signals.

    It is shown the record of `ahead` weeks ago, and who has not ordered since. Both are known in `week`.

    Raises
    ------
    Fault
        If the run has no such weeks, or all customers of the past did the same.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if ahead < 1 or week <= ahead:
        raise Fault(f"week: to learn from the last {ahead} weeks it must be later than week {ahead}.")
    past, silent = run.record(week - ahead), _silent(run, week - ahead, ahead)
    if silent.nunique() < 2:
        raise Fault("learn: all customers of the past did the same; there is nothing to learn from.")
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(signals(past), silent)


def weights(model: Pipeline) -> pd.Series[float]:
    """Give the weight of each signal in a regression: above 0, the higher the signal, the more likely gone.

    Signals are standardised, so that weights may be compared; signals that go together share theirs.
    """
    names = model.feature_names_in_
    return pd.Series(model[-1].coef_[0], names, name="weight").rename_axis("signal")


def outcomes(run: Run, week: int, ahead: int = AHEAD) -> pd.DataFrame:
    """Tell of everybody on record in a week what became of them.

    Returns
    -------
    A row a record, true or false: `silent later` (no order in the next weeks, which the firm sees when they
    are over); and, what no firm sees, `left` (had left for good by that week) and `about to leave` (was
    awake in that week and left in the weeks after).

    Raises
    ------
    Fault
        If the run has no such weeks.
    """
    silent = _silent(run, week, ahead)
    person = run.hidden_link[silent.index].to_numpy()
    now, then = run.truth_at(week).to_numpy()[person], run.truth_at(week + ahead).to_numpy()[person]
    columns = (silent, now == "left", (now == "awake") & (then == "left"))
    return pd.DataFrame(dict(zip(OUTCOMES, columns, strict=True)), index=silent.index)


def _silent(run: Run, week: int, ahead: int) -> pd.Series[bool]:
    """Tell of each record of a week whether no order came in the weeks after."""
    later = run.record(week + ahead)["recency_weeks"].loc[run.record(week).index]
    return later >= ahead


def hits(scored: pd.DataFrame, happened: pd.Series[bool], share: float = SHARE) -> pd.DataFrame:
    """Warn of the customers with the highest scores, and count to how many of them it happened.

    Parameters
    ----------
    scored
        A column a score, as `scores` gives them.
    happened
        True or false, on the same index.
    share
        Of the customers, who are warned of.

    Returns
    -------
    A row a score and one for a warning by lot: `warned`, `hit_share` (of those warned of), `caught_share`
    (of those to whom it happened) and `lift` (提升度; hits, in multiples of those by lot).

    Raises
    ------
    Fault
        If the columns are not about the same customers, or the share is none.
    """
    if not 0 < share < 1:
        raise Fault(f"share: expects a share between 0 and 1, was given {share}.")
    warned = round(share * len(scored))
    found = {name: caught(scored[name], happened)["caught"].iloc[warned] for name in scored}
    found["by lot"] = warned * happened.mean()
    rows = pd.DataFrame({"warned": warned, "hits": pd.Series(found, dtype=float)}).rename_axis("score")
    rows["hit_share"] = rows["hits"] / warned
    rows["caught_share"] = rows["hits"] / happened.sum()
    rows["lift"] = rows["hit_share"] / happened.mean()
    return rows.drop(columns="hits")


def caught(score: pd.Series[float], happened: pd.Series[bool]) -> pd.DataFrame:
    """Go down a score, the highest first, and count to how many it happened (cumulative gains, 累计增益).

    Of equals, those named earlier come first.

    Returns
    -------
    A row for nobody and one a customer: `customer_share`, `caught` and `caught_share` (NaN if it happened to
    nobody).

    Raises
    ------
    Fault
        If the two are not about the same customers.
    """
    if not score.index.equals(happened.index):
        raise Fault("caught: score and what happened are not about the same customers.")
    order = np.argsort(-score.to_numpy(float), kind="stable")
    count = np.concatenate([[0], np.cumsum(happened.to_numpy(bool)[order])])
    whole = count[-1] if count[-1] else np.nan
    places = np.linspace(0, 1, len(count))
    return pd.DataFrame({"customer_share": places, "caught": count, "caught_share": count / whole})


def trials(
    scenario: Scenario, plan: Strategy, week: int, share: float = SHARE, replications: int = 8, jobs: int = 1
) -> pd.DataFrame:
    """Score many markets, and compare the share of hits with that of silence, the score without a model.

    Returns
    -------
    A row for each of `OUTCOMES` and score, or a warning by lot: `hit_share` (of those warned of, mean over
    markets), `less_silence` (the same less that of silence) and `low` and `high`, its 95 % interval. Of those
    `about to leave` only those who are awake are scored.
    """
    shares = collect(scenario, plan, partial(_hit_shares, week=week, share=share), replications, jobs=jobs)
    names = pd.MultiIndex.from_product([OUTCOMES, [*SCORES, "by lot"]], names=["outcome", "score"])
    rows = {}
    for place, (outcome, score) in enumerate(names):
        hit = pd.Series(shares[:, place])
        gain = hit - shares[:, names.get_loc((outcome, SCORES[0]))]
        rows[outcome, score] = (hit.mean(), *mean_and_interval(gain))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["hit_share", "less_silence", "low", "high"])
    return table.set_axis(names)


def _hit_shares(run: Run, week: int, share: float) -> npt.NDArray[np.float64]:
    """Give hits over warned: all scores and the lot for the first outcome, then for the next."""
    scored, came = scores(run, week), outcomes(run, week)
    awake = run.truth_at(week).to_numpy()[run.hidden_link[scored.index].to_numpy()] == "awake"
    anybody = np.ones(len(scored), bool)
    tables = []
    for name in OUTCOMES:
        who = awake if name == OUTCOMES[-1] else anybody
        tables.append(hits(scored[who], came.loc[who, name], share))
    return np.concatenate([table["hit_share"] for table in tables])
