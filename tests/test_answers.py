"""The answer keys pass every right answer, explain the usual wrong ones, and the contest ranks by worth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Segment, at_least, concentration, load_scenario, over, rfm, simulate
from sim.course.answers import segmentation as check
from sim.course.checks import NotYet
from sim.course.contest import Contest
from sim.datasets import load_cdnow

HALF = 39 * 7
ORDERS = load_cdnow()
FIRST, LATER = rfm.of_orders(ORDERS, 0, HALF), rfm.of_orders(ORDERS, HALF, 2 * HALF)
SPEND, SCORED = FIRST["monetary_currency"], rfm.score(FIRST)
AT_RISK = SCORED[rfm.segments(SCORED) == check.AT_RISK]
MARKET = load_scenario("supermarket", people=300).but(weeks=60)
NOBODY = Segment(orders=over(1e6))


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


# -- 2, segmentation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        concentration.top_share(SPEND),
        SPEND.nlargest(len(SPEND) // 5).sum() / SPEND.sum(),
        SPEND[SPEND.ge(SPEND.quantile(0.8))].sum() / SPEND.sum(),
        round(concentration.top_share(SPEND), 2),
    ],
    ids=["kit", "sorted", "quantile", "rounded"],
)
def test_every_way_to_the_share_of_the_top_fifth_passes(answer: float) -> None:
    assert "of the money" in repr(check.top_share(answer, SPEND))


def test_wrong_turns_to_the_share_of_the_top_fifth_are_called_by_their_name() -> None:
    assert "share of the customers" in said(check.top_share, 0.2, SPEND)
    assert "all but the top fifth" in said(check.top_share, 1 - concentration.top_share(SPEND), SPEND)
    assert "bottom fifth" in said(
        check.top_share, SPEND.nsmallest(len(SPEND) // 5).sum() / SPEND.sum(), SPEND
    )
    assert "per cent" in said(check.top_share, 63, SPEND)
    assert "a column of" in said(check.top_share, SPEND.nlargest(10), SPEND)


def test_customers_at_risk_may_be_chosen_by_condition_or_by_name_of_segment() -> None:
    value = (SCORED["frequency_score"] + SCORED["monetary_score"]) / 2
    by_condition = (value >= 4) & (SCORED["recency_score"] <= 2)
    for answer in (by_condition, SCORED[by_condition], AT_RISK.index):
        assert "called by hand" in repr(check.at_risk(answer, SCORED))
    assert "should not be among them" in said(check.at_risk, value >= 4, SCORED)
    assert "missing" in said(check.at_risk, AT_RISK.index[1:], SCORED)


def test_the_share_who_came_back_is_that_of_those_at_risk() -> None:
    share = float(np.mean([name in LATER.index for name in AT_RISK.index]))
    assert "without any campaign" in repr(check.came_back(share, LATER, SCORED))
    assert "Turn it round" in said(check.came_back, 1 - share, LATER, SCORED)
    assert "all customers" in said(check.came_back, SCORED.index.isin(LATER.index).mean(), LATER, SCORED)


def test_the_share_who_stayed_on_top_is_a_part_of_last_years_top() -> None:
    before = pd.Series([float(customer) for customer in range(20)])  # the top fifth: customers 16 to 19
    after = before.where(before.index != 19, 0.0)  # one of them fell out
    assert "among the best again" in repr(check.stayed(0.75, before, after))
    assert "fell out" in said(check.stayed, 0.25, before, after)


@pytest.mark.parametrize(("judge", "right"), [(check.scores, "b"), (check.reason, "b")])
def test_every_wrong_letter_is_explained(judge: Callable[[str], object], right: str) -> None:
    assert "✓" in repr(judge(right))
    sentences = {said(judge, letter) for letter in "abcd" if letter != right}
    assert len(sentences) == 3
    assert all(len(sentence) > 40 for sentence in sentences)


@pytest.fixture(scope="module")
def record() -> pd.DataFrame:
    return simulate(load_scenario("supermarket", people=2_000).but(weeks=52), Plan(), 1).record(52)


@pytest.mark.parametrize(
    "rule",
    [
        Segment(recency_weeks=over(8), spend_52w=at_least(350), orders_52w=at_least(8)),
        Segment(recency_weeks=over(8), spend_52w=at_least(400)),
        Segment(recency_weeks=over(9), orders_52w=at_least(12)),
    ],
)
def test_several_rules_for_those_at_risk_pass(rule: Segment, record: pd.DataFrame) -> None:
    assert "RFM calls at risk" in repr(check.rule(rule, record))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (NOBODY, "nobody fits"),
        (Segment(), "aim for half"),
        (Segment(recency_weeks=over(8)), "aim for half"),
        (Segment(recency_weeks=over(30), spend_52w=at_least(400)), "find at least 60 %"),
        (lambda record: record.recency_weeks > 8, "expects a Segment"),
    ],
)
def test_a_rule_that_finds_too_few_or_too_many_is_told_so(
    rule: object, words: str, record: pd.DataFrame
) -> None:
    assert words in said(check.rule, rule, record)


def test_an_allocation_must_beat_the_rival_beyond_luck_and_within_its_budget() -> None:
    rival = Plan(campaigns=[Campaign(channel="email", offer={"discount": 0.9})], contact={"budget": 20})
    nothing = Plan(contact={"budget": 20})
    assert "within the same budget" in repr(check.allocation(nothing, rival, MARKET))
    assert "loses against" in said(check.allocation, rival, nothing, MARKET)
    assert "earns exactly what" in said(check.allocation, rival, rival, MARKET)
    assert "keep the budget" in said(check.allocation, Plan(), rival, MARKET)
    pigeon = nothing.but(campaigns=[Campaign(channel="phone")])
    deaf = MARKET.only("pricing")
    assert "cannot be used" in said(check.allocation, pigeon, rival, deaf)


def test_a_gini_index_is_judged_by_its_properties() -> None:
    assert "Gini" in repr(check.gini(concentration.gini, SPEND))
    assert "Gini" in repr(check.gini(lambda v: np.abs(v[:, None] - v).mean() / 2 / v.mean(), SPEND))
    assert "too small" in said(check.gini, lambda v: 0.0, SPEND)
    assert "too large" in said(check.gini, lambda v: 0.5, SPEND)
    assert "another currency" in said(check.gini, lambda v: np.abs(v[:, None] - v).mean(), SPEND)
    assert "gives nothing back" in said(check.gini, lambda v: None, SPEND)
    assert "def gini" in said(check.gini, 0.58, SPEND)


# -- the contest -----------------------------------------------------------------------------------


def test_todays_plan_is_worth_nothing_more_than_itself() -> None:
    score = Contest(MARKET, Plan(), messages=10, markets=2).score(Plan(name="same"))
    assert (score.mean, score.low, score.high, score.messages) == (0, 0, 0, 0)
    assert "may be luck" in repr(score)


def test_a_plan_is_worth_its_profit_and_the_equity_it_leaves() -> None:
    plan = Plan(name="mine", campaigns=[Campaign(channel="store", every=2)])
    contest = Contest(MARKET, Plan(), messages=10_000, markets=3)
    score, again = contest.score(plan), contest.score(plan)
    trials = [
        [simulate(MARKET, each, seed).metrics for each in (Plan(), plan)]
        for seed in range(contest.first_seed, contest.first_seed + 3)
    ]
    worth = [b["profit"] + b["customer_equity"] - a["profit"] - a["customer_equity"] for a, b in trials]
    assert score == again
    assert score.mean == pytest.approx(np.mean(worth))
    assert score.low < score.mean < score.high
    assert repr(score).startswith("mine: ")


def test_a_plan_beyond_the_budget_of_messages_or_the_means_of_the_market_is_told_so() -> None:
    contest = Contest(MARKET, Plan(), messages=10, markets=2)
    assert "the budget is 10" in said(contest.score, Plan(campaigns=[Campaign()]))
    assert "not answered yet" in said(contest.score, ...)
    assert "expects a Plan" in said(contest.score, 5)
    deaf = Contest(MARKET.only("pricing"), Plan(), messages=10, markets=2)
    assert "cannot be used" in said(deaf.score, Plan(campaigns=[Campaign()]))


def test_a_contest_in_one_market_is_refused() -> None:
    with pytest.raises(Fault, match="at least 2 seeds"):
        Contest(MARKET, Plan(), messages=10, markets=1)
