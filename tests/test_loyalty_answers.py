"""The answer key of chapter 5 passes every right answer, and explains the usual wrong ones."""

# Plans are written here as learners write them, with lists and dicts:
# mypy: disable-error-code="arg-type"

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from sim import Campaign, Plan, Scenario, Segment, Trigger, at_least, load_scenario, over, simulate
from sim.analysis import inquest
from sim.course.answers import loyalty as check
from sim.course.checks import NotYet
from sim.experiment import Trials
from sim.processes.notice import Delay


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


def trials(metrics: dict[str, dict[str, tuple[float, float]]]) -> Trials:
    """Give trials of two seeds in which each plan gains so much more than the first, by metric."""
    names = ["first", *next(iter(metrics.values()))]
    rows = pd.DataFrame([{"plan": name, "seed": seed} for name in names for seed in (1, 2)])
    for metric, gains in metrics.items():
        rows[metric] = [0.0, 0.0, *(gain for pair in gains.values() for gain in pair)]
    return Trials(rows, tuple(names), "USD")


REMEDIES = dict(
    zip(
        [
            "nobody answered the complaint",
            "nine messages a week",
            "the goods were often faulty",
            "moved to another city",
        ],
        "abcd",
        strict=True,
    )
)


def test_each_wrong_remedy_is_named_and_explained() -> None:
    assert "✓" in repr(check.remedies(REMEDIES))
    for cause in REMEDIES:
        assert f'does not fit "{cause}"' in said(check.remedies, REMEDIES | {cause: "x"})


@pytest.mark.parametrize(("judge", "right"), [(check.unseen, "b"), (check.cliff, "b")])
def test_every_wrong_letter_is_explained(judge: Callable[[str], object], right: str) -> None:
    assert "✓" in repr(judge(right))
    sentences = {said(judge, letter) for letter in "abcd" if letter != right}
    assert len(sentences) == 3


@cache
def case() -> inquest.Case:
    market = load_scenario("community_fresh_cn", people=500).but(weeks=60)
    return inquest.cases(simulate(market, Plan(service={"agents": 0}), 7), orders=8, from_week=20)[0]


def test_a_stake_passes_that_says_more_than_an_even_spread() -> None:
    account = case().open({"nature": 100}).account
    truth = {name: 100 * float(part) for name, part in zip(inquest.CAUSES, account, strict=True) if part > 0}
    half = {name: share / 2 for name, share in truth.items()}
    for cause in check.SUSPECTS:
        half[cause] = half.get(cause, 0.0) + 50 / len(check.SUSPECTS)
    for answer in (truth, half):
        assert "0 is best" in repr(check.stake(answer, case()))
    least = min(check.SUSPECTS, key=lambda cause: truth.get(cause, 0.0))
    assert "last weeks of the file" in said(check.stake, {least: 100}, case())
    assert "last weeks of the file" in said(check.stake, dict.fromkeys(check.SUSPECTS, 100 / 6), case())
    assert "add up to 100" in said(check.stake, {"nature": 50}, case())
    assert "not answered yet" in said(check.stake, dict.fromkeys(check.SUSPECTS, ...), case())


KEPT = pd.DataFrame(
    {"left": [50, 20, 30, 100], "answer": [0.8, 0.1, 0.0, 0.4], "stop writing": [0.0, 0.6, 0.1, 0.15]},
    index=["service", "contact", "competitor", "all"],
)


def test_the_best_remedy_is_read_off_its_row() -> None:
    right = {"service": "answer", "contact": "stop writing", "competitor": "stop writing"}
    assert "✓" in repr(check.best_remedy(right, KEPT))
    assert '"competitor"' in said(check.best_remedy, right | {"competitor": "answer"}, KEPT)
    assert "85 %" in repr(check.wasted(0.85, KEPT))
    assert "Turn it round" in said(check.wasted, 0.15, KEPT)


def test_who_came_back_because_of_a_letter_is_less_than_who_came_back() -> None:
    assert "6 of 50" in repr(check.because(6, 0.48, 50, 0.60))
    assert "6.4 of 50" in repr(check.because(6.4, 0.48, 50, 0.60))
    assert "all who came back" in said(check.because, 30, 0.48, 50, 0.60)
    assert "would have come anyway" in said(check.because, 24, 0.48, 50, 0.60)


SHOP = load_scenario("supermarket", people=800).but(weeks=78)


def letters(*ways: str, discount: float = 0.0, every: int = 4, **rules: Any) -> Plan:
    to = Segment(**{"recency_weeks": {"over": 8, "under": 26}, "spend": at_least(400)} | rules)
    return Plan(
        campaigns=[Campaign(to=to, channel=w, every=every, offer={"discount": discount}) for w in ways]
    )


@pytest.mark.parametrize(
    "plan",
    [letters("sms", "email", "app"), letters("sms", "email", "app", recency_weeks={"over": 6, "under": 30})],
)
def test_several_win_backs_pass(plan: Plan) -> None:
    assert "knows when to stop" in repr(check.win_back(plan, SHOP))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (letters("sms", recency_weeks=over(8)), "never stops"),
        (letters("sms", recency_weeks={"under": 26}), "not silent"),
        (letters("phone", every=1, discount=0.5), "other plan"),
        (Plan(), "writes to nobody"),
    ],
)
def test_a_win_back_without_end_or_sense_is_told_so(plan: Plan, words: str) -> None:
    assert words in said(check.win_back, plan, SHOP)


def test_points_are_redeemed_expired_or_owed() -> None:
    flows = pd.Series({"earned": 1000.0, "redeemed": 700.0, "expired": 100.0})
    assert "10 %" in repr(check.points(0.1, 200, flows))
    assert "redeemed" in said(check.points, 0.7, 200, flows)
    assert "can still be used" in said(check.points, 0.3, 200, flows)
    assert "have expired" in said(check.points, 0.1, 300, flows)


def test_schemes_answers_to_a_scandal_and_gaps_are_read_from_intervals() -> None:
    gains = {"a": (-9.9, -10.1), "b": (-5.0, 6.0), "c": (4.0, 4.1)}
    right = {"a": "worse", "b": "open", "c": "better"}
    for judge in (check.schemes, check.mended):
        assert "✓" in repr(judge(right, trials({"profit": gains})))
        assert '"b"' in said(judge, right | {"b": "better"}, trials({"profit": gains}))
    both = trials({"profit": gains, "customer_equity": gains})
    doubled = {f"{plan}, {what}": word for what in ("profit", "equity") for plan, word in right.items()}
    assert "✓" in repr(check.public(doubled, both))
    assert '"a, equity"' in said(check.public, doubled | {"a, equity": "better"}, both)


def test_what_a_tier_did_is_measured_on_the_same_people() -> None:
    assert "10 %" in repr(check.tier_effect(1000, 100, 1500, 1400, 500))
    assert "different people" in said(check.tier_effect, 1000, 1000, 1500, 1400, 500)
    assert "sign" in said(check.tier_effect, 1000, -100, 1500, 1400, 500)
    assert "How much more" in said(check.tier_effect, 1500, 100, 1500, 1400, 500)


def test_bonds_are_compared_by_what_is_left_and_what_is_copied() -> None:
    left = pd.Series({"financial": 0.0, "social": 0.45, "structural": 0.75})
    copied = pd.Series({"financial": 0.8, "social": 0.2, "structural": 0.1})
    right = {"lasts longest": "structural", "fades first": "financial", "easiest to copy": "financial"}
    assert "✓" in repr(check.ties(right, left, copied))
    assert "lasts longest" in said(check.ties, right | {"lasts longest": "social"}, left, copied)
    assert "45 %" in repr(check.social_left(0.45, left))
    assert "Turn it round" in said(check.social_left, 0.55, left)


def test_what_quality_keeps_is_a_difference_of_a_hundred() -> None:
    columns = ["plain goods", "better goods"]
    rows = ["hardly any rival", "hard competition"]
    gone = pd.DataFrame([[0.15, 0.11], [0.48, 0.27]], index=rows, columns=columns)
    assert "where else" in repr(check.kept_by_quality(4, 21, gone))
    assert "where else" in repr(check.kept_by_quality(4.4, 20.6, gone))
    assert "multiply by 100" in said(check.kept_by_quality, 4, 0.21, gone)
    assert "in spite of" in said(check.kept_by_quality, 11, 21, gone)
    assert "positive" in said(check.kept_by_quality, 4, -21, gone)


def test_what_a_rival_takes_leaves_out_those_who_would_have_gone() -> None:
    gone = pd.DataFrame({"no rival": [0.28, 0.20], "rival next door": [0.41, 0.25]}, index=["habit", "tied"])
    assert "5 %" in repr(check.taken(0.13, 0.05, gone))
    assert "without the rival" in said(check.taken, 0.41, 0.05, gone)
    assert "without the rival" in said(check.taken, 0.13, 0.25, gone)


def test_five_points_are_counted_in_years() -> None:
    assert "33 %" in repr(check.five_points(5, 6.67, 1167, 700))
    assert "33 %" in repr(check.five_points(1 / 0.2, 1 / 0.15, 700 * (1 / 0.15 - 5), 700))
    assert "those who STAY" in said(check.five_points, 1.25, 6.67, 1167, 700)
    assert "five per cent" in said(check.five_points, 5, 6.67, 175, 700)


def test_a_renewal_plan_must_make_the_firm_worth_more() -> None:
    firm = load_scenario("saas", people=1_500)
    firm = firm.but(renewal=firm.renewal.but(level_shares=(0, 6, 3, 1)))  # type: ignore[union-attr]
    for dollars in (1.0, 0.7):
        assert "renewal went from" in repr(check.renewal_plan(Plan(bonds={"ties": dollars}), firm))
    assert "does worse" in said(check.renewal_plan, Plan(renewal={"stay_discount": 0.2}), firm)


@cache
def busy() -> Scenario:
    shop = load_scenario("supermarket", people=2_000).but(weeks=52)
    faulty = {"fault_share": 0.08, "outspoken_share": 0.5, "handling_minutes": 150, "difficult_times": 4.0}
    return shop.but(service=shop.service.but(wage=320, **faulty))  # type: ignore[union-attr]


@pytest.mark.parametrize("routing", ["arrival", "simple_first"])
def test_a_desk_that_keeps_its_promises_passes(routing: str) -> None:
    plan = Plan(service={"agents": 2, "routing": routing})
    assert "solved in time" in repr(check.loop(plan, Plan(service={"agents": 1}), busy()))


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"agents": 1}, "nothing differs"),
        ({"agents": 0}, "does worse"),
        ({"agents": 6}, "of profit, for"),
    ],
)
def test_a_desk_that_is_slow_or_too_dear_is_told_so(service: dict[str, int], words: str) -> None:
    assert words in said(check.loop, Plan(service=service), Plan(service={"agents": 1}), busy())


def test_foreseen_trouble_is_met_in_several_ways() -> None:
    late = load_scenario("community_fresh_cn", people=800).but(weeks=52, notice={})
    delay = Delay(from_week=20, weeks=6, share=0.6, warning_weeks=2)
    late = late.but(notice=late.notice.but(delay=delay))  # type: ignore[union-attr]
    warned = Plan(notice={"warn": True})
    for levers in ({"warn": True, "backup": True}, {"warn": True, "backup": True, "compensation": 2}):
        assert "than a warning alone" in repr(check.foreseen(Plan(notice=levers), warned, late))
    assert "does worse" in said(check.foreseen, Plan(), warned, late)


def test_claims_without_a_reason_are_a_share_of_all_claims() -> None:
    assert "40 %" in repr(check.abuse(0.4, 100, 60))
    assert "Turn it round" in said(check.abuse, 0.6, 100, 60)


def test_years_together_are_judged_by_their_properties() -> None:
    def right(leaving: list[float]) -> float:
        return 1 + (1 - leaving[0]) * right(leaving[1:]) if leaving else 0.0

    assert "years" in repr(check.lifetime(right))
    assert "is too" in said(check.lifetime, lambda leaving: 1 / (sum(leaving) / len(leaving)))
    assert "gives nothing back" in said(check.lifetime, lambda leaving: ...)


def test_a_trigger_is_no_campaign_of_a_win_back() -> None:
    plan = Plan(triggers=[Trigger(on="lapse", wait_weeks=8, channel="sms")])
    assert "writes to nobody" in said(check.win_back, plan, SHOP)
