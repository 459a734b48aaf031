"""The answer key of chapter 4 passes every right answer, and explains the usual wrong ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Plan, Segment, at_least, compare, load_scenario, over, simulate
from sim.analysis import churn
from sim.analysis.matching import match_by_rules, match_by_weights, match_quality
from sim.analysis.power import customers_for_shares
from sim.course.answers import insight as check
from sim.course.checks import NotYet
from sim.export import Export
from sim.processes.stewardship import CLEAN

DIRT = {"duplicate_share": 0.2, "gap_share": 0.1, "wrong_unit_share": 0.01}
DIRT |= {"wholesale_share": 0.02, "test_share": 0.02}
GROCER = load_scenario("community_fresh_cn", people=600).but(weeks=80, stewardship=CLEAN.but(**DIRT))
RUN = simulate(GROCER, Plan(), seed=3)
EXPORT = Export.of(RUN)
SALES, TRUTH = EXPORT.tables["orders"], EXPORT.truth
RECORD = RUN.record(52)


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


def test_every_wrong_letter_about_alive_is_explained() -> None:
    assert "✓" in repr(check.claims("b"))
    assert len({said(check.claims, letter) for letter in "acd"}) == 3


FORESEEN, CAME = pd.Series([30.0, 50.0]), pd.Series([40.0, 60.0])
GROUPS = pd.DataFrame(
    {"expected": [0.3, 0.6, 2.0], "low": [0.4, 0.5, 2.5], "high": [0.5, 0.7, 3.0]}, ["0", "1", "7+"]
)


@pytest.mark.parametrize("group", [0, "0", "7+"])
def test_every_group_in_which_a_forecast_fails_passes(group: object) -> None:
    assert "20 %" in repr(check.forecast(0.2, group, FORESEEN, CAME, GROUPS))


def test_wrong_turns_to_what_a_forecast_missed_are_called_by_their_name() -> None:
    assert "Divide by what came" in said(check.forecast, 0.25, "0", FORESEEN, CAME, GROUPS)
    assert "Turn it round" in said(check.forecast, 0.8, "0", FORESEEN, CAME, GROUPS)
    assert "inside the interval" in said(check.forecast, 0.2, 1, FORESEEN, CAME, GROUPS)
    assert "choose one of the groups" in said(check.forecast, 0.2, 9, FORESEEN, CAME, GROUPS)


@pytest.mark.parametrize(
    "rule", [Segment(recency_weeks=over(20)), Segment(recency_weeks=over(16), tenure_weeks=at_least(24))]
)
def test_several_rules_without_a_model_pass(rule: Segment) -> None:
    silent = churn.outcomes(RUN, 52)["silent later"]
    assert "without any model" in repr(check.warning(rule, "c", RECORD, silent))


def test_a_rule_that_warns_of_too_many_or_too_few_is_told_so() -> None:
    silent = churn.outcomes(RUN, 52)["silent later"]
    for rule, words in (
        (Segment(), "20 % are the limit"),
        (Segment(recency_weeks=over(45)), "Too strict"),
        (Segment(recency_weeks={"at_most": 0.2}), "silent later"),
        (Segment(recency_weeks=over(999)), "nobody fits"),
    ):
        assert words in said(check.warning, rule, "c", RECORD, silent)
    assert "simplest of the lists" in said(
        check.warning, Segment(recency_weeks=over(20)), "a", RECORD, silent
    )


def test_the_size_of_a_test_may_be_worked_out_exactly_or_by_rule_of_thumb() -> None:
    exact, thumb = customers_for_shares(0.97, 0.01), 2 * 16 * 0.97 * 0.03 / 0.01**2
    for answer in (exact, thumb):
        assert "the bank has 600" in repr(check.size(answer))
    for answer in (exact / 2, thumb / 2):
        assert "one of the two groups" in said(check.size, answer)
    assert "too small" in said(check.size, 600)


def seen(verdict: list[str], naive: list[str], people: int = 300) -> pd.DataFrame:
    columns = {"written_to": people, "left_alone": people, "verdict": verdict, "naive": naive}
    return pd.DataFrame(columns)


TEST = Campaign(offer={"discount": 0.1}, holdout=0.5)


def test_a_verdict_must_fit_the_intervals_that_allow_for_all_looks() -> None:
    hasty = seen(["open", "open"], ["more", "open"])
    assert "in a hurry" in repr(check.looked("open", TEST, hasty))
    assert "for a single look" in said(check.looked, "more", TEST, hasty)
    assert "“less”" in repr(check.looked("Less", TEST, seen(["open", "less"], ["less", "less"])))
    assert "once more" in said(check.looked, "open", TEST, seen(["more"], ["more"]))


def test_a_test_without_a_holdout_an_offer_or_people_is_none() -> None:
    fine = seen(["open"], ["open"])
    assert "nothing to compare with" in said(check.looked, "open", TEST.but(holdout=0), pd.DataFrame())
    assert "less than 5 %" in said(check.looked, "open", TEST.but(offer={"discount": 0}), fine)
    assert "250 of each" in said(check.looked, "open", TEST, seen(["open"], ["open"], people=100))


HALVES = pd.DataFrame({"bought": [0.65, 0.61, 0.04]}, ["written to", "left alone", "difference"])


def test_a_letter_is_judged_by_what_it_changed() -> None:
    for answer in (0.04, 0.65 - 0.61, HALVES.loc[["difference"], "bought"]):
        assert "says nothing" in repr(check.trial(answer, "c", HALVES))
    assert "How many bought without" in said(check.trial, 0.65, "c", HALVES)
    assert "less those left alone" in said(check.trial, -0.04, "c", HALVES)
    assert len({said(check.trial, 0.04, letter, HALVES) for letter in "abd"}) == 3


def rules(wholesale: float = 300, fen: float = 25, email: str = "test@example.com") -> pd.DataFrame:
    customers = EXPORT.tables["customers"]
    usual = SALES.groupby("customer_number")["amount"].transform("median")
    test = (customers["email"] == email) | (customers["phone"] == "+999 000 0000")
    number = customers.loc[test, "customer_number"]
    found = {"test": SALES["customer_number"].isin(number), "wholesale": usual > wholesale}
    return pd.DataFrame({**found, "fen": SALES["amount"] > fen * usual})


@pytest.mark.parametrize(("wholesale", "fen"), [(300, 25), (400, 40)])
def test_several_rules_that_clean_pass(wholesale: float, fen: float) -> None:
    assert "of the money that stood there" in repr(check.cleaned(rules(wholesale, fen), SALES, TRUTH))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (rules(wholesale=50), "Whom else does it hit"),
        (rules(wholesale=1e9), "hits no order at all"),
        (rules(fen=3), "rule “fen”: of the orders it hits"),
        (rules(fen=120), "too strict"),
    ],
)
def test_a_rule_that_cleans_too_much_or_too_little_is_told_so(given: pd.DataFrame, words: str) -> None:
    assert words in said(check.cleaned, given, SALES, TRUTH)


def test_both_errors_of_a_match_are_counted_and_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    people = TRUTH["identities"].query("role != 'test account'")
    customers = EXPORT.tables["customers"]
    customers = customers[customers["customer_number"].isin(people["customer_number"])]
    for pairs in (match_by_weights(customers, 0.7), match_by_rules(customers)):
        quality = match_quality(pairs, people)
        false, lost = quality.found - quality.right, quality.true - quality.right
        monkeypatch.setattr(check, "ERRORS", 200 * false + 10 * lost)
        assert "missed pairs cost" in repr(check.matched(false, lost, pairs, people))
        monkeypatch.setattr(check, "ERRORS", 200 * false + 10 * lost - 1)
        assert "are the limit" in said(check.matched, false, lost, pairs, people)
        assert "other error" in said(check.matched, lost, false, pairs, people)


def test_clusters_pass_if_they_have_to_do_with_who_is_gone() -> None:
    for labels in (RECORD["recency_weeks"] > 12, pd.cut(RECORD["recency_weeks"], [-1, 12, 26, 99]).cat.codes):
        assert "what you put in" in repr(check.clusters(labels, RUN, RECORD))
    assert "anything to do" in said(check.clusters, RECORD["spend_52w"] > 800, RUN, RECORD)
    assert "one cluster for each" in said(check.clusters, [0, 1], RUN, RECORD)


ANSWERS = pd.Series([10, 9, 9, 8, 7, 7, 6, 3] * 10)
FELT = pd.DataFrame({"feels": [9.0, 9, 7, 5], "stage": ["customer", "customer", "customer", "left"]})
HALF = 1.96 * np.std(np.repeat([100, 0, -100], [30, 30, 20]), ddof=1) / np.sqrt(80)
BIAS = 200 / 3 - 25


def test_a_score_passes_with_its_chance_and_its_bias() -> None:
    assert "bias not at all" in repr(check.nps(12.5, HALF, BIAS, ANSWERS, FELT))
    assert "bias not at all" in repr(check.nps(round(12.5), round(HALF, 1), round(BIAS), ANSWERS, FELT))
    assert "Take off the detractors" in said(check.nps, 37.5, HALF, BIAS, ANSWERS, FELT)
    assert "mean answer" in said(check.nps, ANSWERS.mean(), HALF, BIAS, ANSWERS, FELT)
    assert "one standard error" in said(check.nps, 12.5, HALF / 1.96, BIAS, ANSWERS, FELT)
    assert "whole width" in said(check.nps, 12.5, 2 * HALF, BIAS, ANSWERS, FELT)
    assert "less all" in said(check.nps, 12.5, HALF, -BIAS, ANSWERS, FELT)


def test_a_fix_passes_if_it_is_worth_it_in_markets_nobody_has_seen() -> None:
    market = load_scenario("community_fresh_cn", people=300).but(weeks=40)
    market = market.but(service=market.service.but(wage=100))
    box = Plan(service={"agents": 0})
    letters = pd.DataFrame({"counted": ["product", "product", "service", "none"]})
    for fix in (Plan(), Plan(experience={"quality": 0.1})):
        assert "Weigh a theme" in repr(check.voices(0.25, fix, letters, EXPORT, box, market))
    dear = box.but(experience={"quality": 2})
    assert "worth less than" in said(check.voices, 0.25, dear, letters, EXPORT, box, market)
    assert "cannot be told from" in said(check.voices, 0.25, box, letters, EXPORT, box, market)
    assert "expects a Plan" in said(check.voices, 0.25, "answer them", letters, EXPORT, box, market)
    assert "too large" in said(check.voices, 0.75, Plan(), letters, EXPORT, box, market)


def test_the_stage_with_the_largest_share_of_losses_is_the_leak() -> None:
    stages = pd.DataFrame({"entered": [100, 40], "said_no": [30, 15], "went_cold": [5, 5]}, ["call", "visit"])
    assert "50 %" in repr(check.leak("Visit", stages))
    assert "another loses more" in said(check.leak, "call", stages)
    assert "choose one of the stages" in said(check.leak, "bid", stages)


@pytest.fixture(scope="module")
def coupon() -> Campaign:
    return Campaign(channel="store", offer={"discount": 0.15}, every=2)


@pytest.mark.parametrize("rule", [Segment(recency_weeks=over(2)), Segment(recency_weeks=over(4))])
def test_information_is_worth_the_low_end_of_what_it_brings(rule: Segment, coupon: Campaign) -> None:
    market = load_scenario("convenience_store", people=400)
    plans = {"nothing": Plan(), "blind": Plan(campaigns=[coupon])}
    informed = {**plans, "informed": Plan(campaigns=[coupon.but(to=rule)])}
    trials = compare(market, informed, replications=6)
    row = trials.difference("profit").loc["informed"]
    assert "Information is worth" in repr(check.information(row["low"], trials))
    assert "every second time" in said(check.information, row["difference"], trials)
    assert "hardly ever" in said(check.information, row["high"], trials)
    same = compare(market, {**plans, "informed": plans["blind"]}, replications=2)
    assert "writes to everybody" in said(check.information, 5, same)


def test_a_bootstrap_is_judged_by_what_it_gives() -> None:
    def interval(values: Any, level: float = 0.95) -> Any:
        drawn = np.random.default_rng(1).choice(values, (2_000, len(values)))
        scores = 100 * ((drawn >= 9).mean(axis=1) - (drawn <= 6).mean(axis=1))
        return np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])

    assert "agrees with the formula" in repr(check.bootstrap(interval, ANSWERS))
    assert "agrees with the formula" in repr(check.bootstrap(lambda v: tuple(interval(v)), ANSWERS))
    assert "gives nothing back" in said(check.bootstrap, lambda values: None, ANSWERS)
    assert "two numbers" in said(check.bootstrap, lambda values: 12.5, ANSWERS)
    assert "too small" in said(check.bootstrap, lambda values: interval(values, 0.7), ANSWERS)
    assert "about half as wide" in said(check.bootstrap, lambda values: (-8.0, 33.0), ANSWERS)
    assert "def interval" in said(check.bootstrap, 5, ANSWERS)
