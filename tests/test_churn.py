"""Churn scores know the record only; hits count what came, and the truth is opened by name."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Fault, Plan, Scenario, clv, load_scenario, simulate
from sim.analysis import churn
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run

WEEK, AHEAD = 40, 12


def market(people: int = 500, weeks: int = 60) -> Scenario:
    return load_scenario("supermarket", people=people).but(weeks=weeks)


@cache
def run() -> Run:
    return simulate(market(), Plan(), 3)


@cache
def scored() -> pd.DataFrame:
    return churn.scores(run(), WEEK, AHEAD)


@cache
def became() -> pd.DataFrame:
    return churn.outcomes(run(), WEEK, AHEAD)


# -- scores ----------------------------------------------------------------------------------------


def test_scores_know_nothing_of_what_comes_after_their_week() -> None:
    shorter = simulate(market(weeks=WEEK), Plan(), 3)
    pd.testing.assert_frame_equal(churn.scores(shorter, WEEK, AHEAD), scored())


def test_silence_is_the_recency_on_record_and_probabilities_are_probabilities() -> None:
    record = run().record(WEEK)
    npt.assert_array_equal(scored()["silence"], record["recency_weeks"])
    assert scored()[["model", "learned"]].ge(0).all(axis=None)
    assert scored()[["model", "learned"]].le(1).all(axis=None)
    assert (scored().loc[record["orders"] == 1, "model"] == 0).all()


def test_where_the_record_lags_by_nothing_the_model_is_the_bg_nbd_of_the_orders() -> None:
    scenario = market()
    prompt = simulate(scenario.but(record=scenario.record.but(order_hours=0.0)), Plan(), 3)
    found = churn.scores(prompt, WEEK, AHEAD)["model"].set_axis(
        prompt.hidden_link[: len(prompt.record(WEEK))]
    )
    history = clv.history(prompt, WEEK)
    expected = 1 - clv.BgNbd.fit(history).p_alive(history)
    npt.assert_allclose(found[history.index], expected, atol=1e-4)


def test_the_regression_learns_that_silence_warns_and_orders_calm() -> None:
    weights = churn.weights(churn.learn(run(), WEEK, AHEAD))
    assert weights.index.tolist() == list(churn.signals(run().record(WEEK)))
    assert weights["silence"] + weights["rhythm"] > 0 > weights["orders"]


def test_an_answer_never_given_stands_for_neither_praise_nor_blame() -> None:
    record = run().record(WEEK).assign(nps=np.nan)
    assert (churn.signals(record)["answer"] == churn.NEUTRAL).all()
    assert churn.signals(run().record(WEEK)).notna().all(axis=None)


def test_the_rhythm_of_a_frequent_customer_makes_the_same_silence_longer() -> None:
    columns = {"recency_weeks": 5.0, "tenure_weeks": 49.0, "orders": [2.0, 20.0]}
    rest = dict.fromkeys(("orders_52w", "spend_52w", "tickets", "nps"), 1.0)
    rare, frequent = churn.signals(pd.DataFrame({**columns, **rest}))["rhythm"]
    assert frequent - rare == pytest.approx(np.log(10))


# -- outcomes --------------------------------------------------------------------------------------


def test_silent_later_are_those_without_an_order_in_these_weeks() -> None:
    orders = run().events.of(Kind.ORDER)
    weeks = orders.minute / MINUTES_A_WEEK
    known = (weeks >= WEEK) & (weeks < WEEK + AHEAD - 1 / 7)  # an order is on record after a day
    person = run().hidden_link[became().index]
    ordered = person.isin(orders.person[known]).to_numpy()
    npt.assert_array_equal(became()["silent later"], ~ordered)


def test_nobody_is_both_gone_and_about_to_go_and_who_goes_is_gone_then() -> None:
    assert not (became()["left"] & became()["about to leave"]).any()
    assert became()[["left", "about to leave"]].any().all()
    then = churn.outcomes(run(), WEEK + AHEAD, 5).loc[became().index]
    assert then.loc[became()["about to leave"], "left"].all()


# -- hits ------------------------------------------------------------------------------------------

numbers = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


@given(numbers)
def test_going_down_a_score_catches_everybody_in_the_end_and_never_loses_one(
    rows: list[tuple[int, bool]],
) -> None:
    score, happened = (pd.Series(column) for column in zip(*rows, strict=True))
    curve = churn.caught(score, happened)
    assert curve["caught"].is_monotonic_increasing
    assert curve["caught"].tolist()[:: len(rows)] == [0, happened.sum()]
    best = churn.caught(happened.astype(float), happened)["caught"]
    assert (curve["caught"] <= best).all()


def test_a_perfect_score_hits_always_and_its_opposite_never() -> None:
    happened = pd.Series([True] * 10 + [False] * 40)
    scores = pd.DataFrame({"perfect": happened * 1.0, "opposite": happened * -1.0})
    table = churn.hits(scores, happened, share=0.2)
    assert table.T["perfect"].tolist() == [10, 1, 1, 5]
    assert table.T["opposite"].tolist() == [10, 0, 0, 0]
    assert table.T["by lot"].tolist() == pytest.approx([10, 0.2, 0.2, 1])


def test_trials_are_the_mean_of_single_markets() -> None:
    scenario = market(900, WEEK + churn.AHEAD)  # enough of them to fit a model to
    table = churn.trials(scenario, Plan(), WEEK, share=0.2, replications=2)
    runs = [simulate(scenario, Plan(), seed) for seed in (1, 2)]
    single = [
        churn.hits(churn.scores(r, WEEK), churn.outcomes(r, WEEK)["left"], 0.2)["hit_share"] for r in runs
    ]
    expected = (single[0] + single[1]) / 2
    npt.assert_allclose(table["hit_share"]["left"], expected)
    assert table.xs("silence", level="score")[["less_silence", "low", "high"]].eq(0).to_numpy().all()


@pytest.mark.parametrize("share", [0, 1, -0.1, 2])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(Fault, match="share: expects a share between 0 and 1"):
        churn.hits(scored(), became()["left"], share)


def test_other_customers_and_weeks_that_are_not_there_are_refused() -> None:
    with pytest.raises(Fault, match="not about the same customers"):
        churn.caught(scored()["silence"], became()["left"][1:])
    with pytest.raises(Fault, match="later than week 26"):
        churn.learn(run(), 26)
    with pytest.raises(Fault, match="weeks 0 to 60, was given 65"):
        churn.outcomes(run(), WEEK, 25)
    with pytest.raises(Fault, match="nothing to learn"):
        churn.learn(simulate(market(0, 30), Plan(), 5), 29, 28)
