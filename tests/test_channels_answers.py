"""The answer key of chapter 3 passes every right answer, and explains the usual wrong ones."""

# Plans are written here as learners write them, with lists and dicts:
# mypy: disable-error-code="arg-type"

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd
import pytest

from sim import Campaign, Plan, Scenario, Segment, Trigger, load_scenario, over, twin
from sim.analysis import touchpoints
from sim.course.answers import channels as check
from sim.course.checks import NotYet
from sim.experiment import Trials, Twin
from sim.lead import Lead

SHOP = load_scenario("community_fresh_cn", people=800).but(weeks=52)
WAYS = ("wecom", "sms", "official_account")
WEEKLY = Plan(campaigns=[Campaign(channel=way) for way in WAYS])


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


def trials(metric: str, **gains: tuple[float, float]) -> Trials:
    """Give trials of two seeds in which each plan gains so much more than the first."""
    rows = [{"plan": "first", "seed": seed, metric: 0.0} for seed in (1, 2)]
    rows += [
        {"plan": name.replace("_", " "), "seed": seed, metric: gain}
        for name, pair in gains.items()
        for seed, gain in zip((1, 2), pair, strict=True)
    ]
    table = pd.DataFrame(rows)
    return Trials(table, tuple(table["plan"].unique()), "USD")


@cache
def pair() -> Twin:
    market = load_scenario("community_fresh_cn", people=500).but(weeks=30)
    return twin(market, Plan(), Plan(campaigns=[Campaign(channel="wecom", every=2)]), 7)


@pytest.mark.parametrize(
    ("judge", "right", "letters"),
    [
        (check.opens, "b", "abcd"),
        (check.lot, "c", "abcd"),
        (check.irreversible, "b", "abc"),
        (check.quality, "b", "abcd"),
        (check.tickets, "b", "abcd"),
    ],
)
def test_every_wrong_letter_is_explained(judge: Callable[[str], object], right: str, letters: str) -> None:
    assert "✓" in repr(judge(f' "{right}" '))
    sentences = {said(judge, letter) for letter in letters if letter != right}
    assert len(sentences) == len(letters) - 1
    assert all(len(sentence) > 40 for sentence in sentences)


def test_what_channels_brought_is_a_share_of_what_they_claim() -> None:
    claimed = touchpoints.credited(pair().after)["revenue_currency"].sum()
    gained = pair().difference().loc["revenue", "difference"]
    assert "of what the reports claim" in repr(check.brought(gained / claimed, pair()))
    assert "of what the reports claim" in repr(check.brought(round(gained / claimed, 2), pair()))
    assert "Turn it round" in said(check.brought, 1 - gained / claimed, pair())
    assert "per cent" in said(check.brought, 100 * gained / claimed, pair())


@pytest.mark.parametrize("weeks", [(4, 4, 2), (6, 6, 6), (None, 6, 2)])
def test_several_rhythms_pass(weeks: tuple[int | None, ...]) -> None:
    parts = [Campaign(channel=way, every=every) for way, every in zip(WAYS, weeks, strict=True) if every]
    assert "between too few" in repr(check.rhythm(Plan(campaigns=parts), WEEKLY, SHOP))


def test_a_rhythm_too_loud_or_silent_is_told_so() -> None:
    assert "does worse" in said(check.rhythm, WEEKLY, WEEKLY, SHOP)
    assert "writes to nobody" in said(check.rhythm, Plan(), WEEKLY, SHOP)
    loud = Plan(campaigns=[Campaign(channel="store"), Campaign(channel="sms", every=1)])
    assert "permissions are lost" in said(check.rhythm, loud, Plan(campaigns=WEEKLY.campaigns[2:]), SHOP)


TABLE = trials("profit", integration=(-9.9, -10.1), half=(-5.0, 6.0), other=(4.0, 4.1))


def test_intervals_are_read_as_better_worse_or_open() -> None:
    right = {"integration": "worse", "half": "open", "other": "better"}
    assert "✓" in repr(check.records(right, TABLE))
    for thing in right:
        assert f'does not fit "{thing}"' in said(check.records, right | {thing: "same"}, TABLE)
    assert "not answered yet" in said(check.records, dict.fromkeys(right, ...), TABLE)


def test_the_missing_sum_of_a_bill_has_no_minus() -> None:
    assert "10 USD" in repr(check.bill(10, TABLE))
    assert "sign" in said(check.bill, -10, TABLE)


def test_satisfaction_weighs_what_falls_short_twice() -> None:
    assert "as two" in repr(check.felt(6.4, 7.3, 7, (8, 6)))
    assert "the performance itself" in said(check.felt, 7, 7.3, 7, (8, 6))
    assert "below what was expected" in said(check.felt, 6.7, 7.3, 7, (8, 6))
    assert "above what was expected" in said(check.felt, 6.4, 7.6, 7, (8, 6))


def promised() -> Lead:
    half = [[5.4] * 13 + [1.0] * 91, [5.6] * 13 + [-1.0] * 91]
    full = [[9.0] * 13 + [-30.0] * 91, [9.5] * 13 + [-31.0] * 91]
    return Lead(
        "plain", {"half": pd.DataFrame(half).to_numpy(), "full": pd.DataFrame(full).to_numpy()}, "USD"
    )


def test_a_promise_is_read_soon_and_late() -> None:
    right = {"half, 13 weeks": "better", "half, 104 weeks": "open"}
    right |= {"full, 13 weeks": "better", "full, 104 weeks": "worse"}
    assert "✓" in repr(check.words(right, promised()))
    assert "both ends" in said(check.words, right | {"full, 104 weeks": "better"}, promised())
    assert "✓" in repr(check.cost_of_words(-39.75, promised()))
    assert "sum after two years" in said(check.cost_of_words, -30.5, promised())
    assert "sign" in said(check.cost_of_words, 39.75, promised())


def test_the_weeks_after_a_night_begin_with_the_next() -> None:
    change = pd.DataFrame({"sales": 50.0, "revenue": 40.0, "profit": -10.0}, index=range(44, 60))
    change.loc[44] = [900.0, 700.0, -300.0]
    assert "teaches a price" in repr(check.night(-300, -120, change, 44))
    assert "SOLD" in said(check.night, 900, -120, change, 44)
    assert "counts the night itself" in said(check.night, -300, -420, change, 44)
    assert "fewer than twelve" in said(check.night, -300, -150, change, 44)


LOUD = Plan(livestream={"first_week": 10, "discount": 0.3, "promotion": 1_000})


@pytest.mark.parametrize("way", ["store", "mini_program"])
def test_quiet_contact_passes_on_more_than_one_way(way: str) -> None:
    plan = Plan(campaigns=[Campaign(channel=way, every=2)])
    assert "more than with the night" in repr(check.quiet(plan, LOUD, SHOP))


def test_what_is_loud_or_idle_is_no_quiet_contact() -> None:
    assert "no night" in said(check.quiet, LOUD, LOUD, SHOP)
    coupon = Plan(campaigns=[Campaign(channel="sms", offer={"discount": 0.1})])
    assert "visible" in said(check.quiet, coupon, LOUD, SHOP)
    assert "nothing differs" in said(check.quiet, Plan(name="idle"), LOUD, SHOP)


@cache
def firm() -> Scenario:
    return load_scenario("saas", people=3_000).but(weeks=39, automation={}, staff={})


def desk(agents: int, **levers: Any) -> Plan:
    return Plan(service={"agents": agents}, **levers)


@pytest.mark.parametrize(
    "plan",
    [
        desk(1, automation={"front": "assistant", "upkeep": 10, "history": True}),
        desk(1, automation={"front": "assistant", "upkeep": 20}, staff={"training": 40}),
    ],
)
def test_several_desks_pass(plan: Plan) -> None:
    assert "are content" in repr(check.desk(plan, desk(2), firm()))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (desk(2, staff={"training": 60}), "does worse"),
        (desk(1), "are content"),
        (desk(1, automation={"front": "menu"}), "are content"),
    ],
)
def test_a_desk_that_is_dear_or_bad_is_told_so(plan: Plan, words: str) -> None:
    assert words in said(check.desk, plan, desk(2), firm())


def test_skill_and_calls_are_read_from_intervals() -> None:
    table = trials("csat", status=(-0.1, 0.1), training=(0.2, 0.21))
    assert "Skill" in repr(check.desk_reading({"status": "open", "training": "better"}, table))
    assert "call" in repr(check.follow_up({"integration": "worse", "half": "open", "other": "better"}, TABLE))


def test_silent_faults_are_a_share_of_all_faults() -> None:
    assert "75 %" in repr(check.silent(0.75, 200, 50))
    assert "Turn it round" in said(check.silent, 0.25, 200, 50)


def test_triggers_pass_in_several_forms_and_fail_with_their_reason() -> None:
    store = load_scenario("supermarket", people=800).but(weeks=78)

    def lapse(*weeks: int, ways: tuple[str, ...] = ("sms", "email", "app")) -> Plan:
        return Plan(triggers=[Trigger(on="lapse", channel=way, wait_weeks=w) for way in ways for w in weeks])

    for plan in (lapse(4, 8), lapse(4, 7, 10)):
        assert "more than silence" in repr(check.triggers(plan, 5_000, store))
    assert "no trigger" in said(check.triggers, Plan(), 5_000, store)
    assert "at most" in said(check.triggers, lapse(4, 8), 1_000, store)
    assert "by the calendar" in said(check.triggers, lapse(4).but(campaigns=[Campaign()]), 5_000, store)
    dear = Plan(triggers=[Trigger(on="lapse", channel="phone", wait_weeks=3)])
    assert "does worse" in said(check.triggers, dear, 5_000, store)


def test_what_one_customer_tells_is_a_share_of_what_all_tell() -> None:
    table = trials("profit", matched=(90.0, 110.0), wrong=(-40.0, -60.0))
    assert "2.00 CNY" in repr(check.knowing(2.0, table, 50))
    assert "all of them" in said(check.knowing, 100, table, 50)
    assert "WRONG" in said(check.knowing, -1.0, table, 50)
    clear = trials("profit", matched=(90.0, 91.0), wrong=(-40.0, -41.0))
    assert "✓" in repr(check.wrong_match({"matched": "better", "wrong": "worse"}, clear))


def test_members_are_counted_by_what_became_of_them() -> None:
    counts = pd.Series({"entered": 200, "muted": 120, "quit": 40})
    assert "60 %" in repr(check.group(0.2, 0.6, counts))
    assert "muted it" in said(check.group, 0.6, 0.6, counts)
    assert "still listen" in said(check.group, 0.2, 0.4, counts)


def test_profit_and_equity_are_read_side_by_side() -> None:
    rows = trials("profit", posts=(-2.0, -2.1)).table
    both = Trials(rows.assign(customer_equity=[0, 0, 3.0, 3.1]), ("first", "posts"), "USD")
    right: Mapping[str, str] = {"posts, profit": "worse", "posts, equity": "better"}
    assert "✓" in repr(check.hours(right, both))
    assert '"posts, equity"' in said(check.hours, {**right, "posts, equity": "open"}, both)


def test_fatigue_is_judged_by_its_properties() -> None:
    def right(messages: list[int], adds: float, keep: float) -> float:
        return sum(adds * came * keep**past for past, came in enumerate(reversed(messages)))

    assert "stays there" in repr(check.tiredness(right))
    assert "[1, 0]" in said(check.tiredness, lambda m, a, k: a * sum(m))
    assert "gives nothing back" in said(check.tiredness, lambda m, a, k: ...)


def test_a_rule_of_the_record_may_choose_whom_a_quiet_plan_reaches() -> None:
    away = Segment(recency_weeks=over(3))
    plan = Plan(campaigns=[Campaign(to=away, channel="sms", offer={"discount": 0.5})])
    assert "visible" not in said(check.quiet, plan, Plan(), SHOP)
