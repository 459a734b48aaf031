"""The answer key of chapter 6 passes every right answer, and explains the usual wrong ones."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Plan, Segment, Timeline, at_least, load_scenario, over
from sim.course.answers import practice as check
from sim.course.checks import NotYet
from sim.experiment import Trials
from sim.lead import Lead

STORE = load_scenario("convenience_store", people=400)
GROCER = load_scenario("community_fresh_cn", people=300).but(weeks=40)
SOFTWARE = load_scenario("saas", people=200).but(weeks=60).also("staff")


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


def trials(metric: str, **plans: list[float]) -> Trials:
    """Give an experiment in which each plan came out like this, a number a seed."""
    rows = [
        {"plan": name.replace("_", " "), "seed": seed, metric: value}
        for name, values in plans.items()
        for seed, value in enumerate(values)
    ]
    return Trials(pd.DataFrame(rows), tuple(name.replace("_", " ") for name in plans), "USD")


def test_every_wrong_verdict_on_the_claim_is_explained() -> None:
    assert "✓" in repr(check.claim("B"))
    assert len({said(check.claim, letter) for letter in "acd"}) == 3


def race(*weekly: float, name: str) -> Lead:
    """Give a lead that grows in each quarter by so much a week, on three seeds."""
    path = np.cumsum(np.repeat(weekly, 13))
    return Lead("today", {name: np.array([path - 1, path, path + 1])}, "USD")


def test_a_personal_price_has_lost_when_its_whole_interval_has() -> None:
    late = race(1, -2, -2, name="personal price")  # clearly below nothing after 26 weeks
    for answer in (26, 26.0, pd.Series([26])):
        assert "After 26 weeks" in repr(check.personal(answer, "c", late))
    assert "may be luck" in said(check.personal, 13, "c", late)
    assert "sure before that" in said(check.personal, 39, "c", late)
    assert "rows of the table" in said(check.personal, 20, "c", late)
    assert len({said(check.personal, 26, letter, late) for letter in "abd"}) == 3


def test_caution_pays_from_the_chance_at_which_loss_and_gain_are_equal() -> None:
    change = pd.Series({"calm": -100.0, "breach": 300.0})
    for answer in (0.25, 1 / 4, 0.254):
        assert "25 %" in repr(check.caution(answer, change))
    assert "counted in full" in said(check.caution, 1 / 3, change)
    assert "Turn it round" in said(check.caution, 0.75, change)
    assert "per cent" in said(check.caution, 25, change)


COUPON = Campaign(channel="store", offer={"discount": 0.15}, every=1)
BEST = Plan(campaigns=[COUPON.but(to=Segment(spend_52w=at_least(300)))], contact={"budget": 2})


@pytest.mark.parametrize("weeks", [2, 4])
def test_several_lists_that_earn_more_within_the_budget_pass(weeks: int) -> None:
    mine = BEST.but(campaigns=[COUPON.but(to=Segment(recency_weeks=over(weeks)))])
    assert "same budget" in repr(check.aimed(mine, BEST, STORE))


def test_a_list_that_earns_no_more_or_spends_more_is_told_so() -> None:
    assert "exactly the same" in said(check.aimed, BEST.but(name="mine"), BEST, STORE)
    assert "keep the budget" in said(check.aimed, BEST.but(contact={"budget": 50}), BEST, STORE)
    good = BEST.but(campaigns=[COUPON.but(to=Segment(recency_weeks=over(4)))])
    assert "is worth less than" in said(check.aimed, BEST, good, STORE)


RATES = trials(
    "cross_sell_rate", none=[0, 0], random=[0.02, 0.04], popular=[0.05, 0.05], learned=[0.06, 0.06]
)


def test_suggestions_must_be_worth_it_beyond_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    gains = pd.Series([100.0, 110.0, 90.0])
    monkeypatch.setattr(check, "_gains", lambda *_: gains)
    for basket in ({"suggestions": 1, "recommender": "learned"}, {"suggestions": 2}):
        assert "Worth +100 CNY" in repr(check.suggestions(2.0, Plan(basket=basket), RATES, GROCER))
    one = Plan(basket={"suggestions": 1})
    assert "turn it round" in said(check.suggestions, 0.5, one, RATES, GROCER)
    assert "what is bought most" in said(check.suggestions, 1.2, one, RATES, GROCER)
    assert "nothing is suggested" in said(check.suggestions, 2.0, Plan(), RATES, GROCER)
    monkeypatch.setattr(check, "_gains", lambda *_: gains - 100)
    assert "cannot be told from" in said(check.suggestions, 2.0, one, RATES, GROCER)
    monkeypatch.setattr(check, "_gains", lambda *_: gains - 200)
    assert "too many" in said(check.suggestions, 2.0, one, RATES, GROCER)


def events(closed: int, handed_over: int, wrong: int) -> pd.DataFrame:
    kinds = ["met"] * (closed + handed_over) + ["misled"] * wrong
    return pd.DataFrame({"kind": kinds, "channel": [1] * closed + [0] * (handed_over + wrong)})


@pytest.mark.parametrize("front", ["assistant", "menu"])
def test_a_machine_passes_if_it_closes_much_and_little_wrongly(front: str) -> None:
    machine = {"front": front, "share": 0.5}
    assert "5 %" in repr(check.assistant(0.05, machine, events(40, 60, 2)))
    assert "Of those it closed" in said(check.assistant, 0.02, machine, events(40, 60, 2))
    assert "Turn it round" in said(check.assistant, 0.95, machine, events(40, 60, 2))
    assert "10 % are the limit" in said(check.assistant, 0.25, machine, events(40, 60, 10))
    assert "a third is the least" in said(check.assistant, 0.05, machine, events(20, 80, 1))
    few = {"front": front, "share": 0.2}
    assert "too few complaints" in said(check.assistant, 0.05, few, events(40, 60, 2))
    assert "too few complaints" in said(check.assistant, 0.05, {"front": "none"}, events(0, 0, 0))


def test_a_tool_has_paid_when_its_interval_stays_above_nothing() -> None:
    pays = race(-1, 3, 3, name="tool and training")
    assert "After 26 weeks" in repr(check.adopted(26, pays))
    assert "still be luck" in said(check.adopted, 13, pays)
    assert "sure before that" in said(check.adopted, 39, pays)
    never = race(-1, -1, -1, name="tool and training")
    assert "not surely paid" in said(check.adopted, 39, never)
    assert "After 13 weeks" in repr(check.adopted(13, race(1, 1, name="tool and training")))


VIEWS = trials("contacts", silos=[100, 100], one_view=[70, 80])


def test_stock_must_be_worth_it_and_not_too_dear_this_year() -> None:
    for stock in (100, 180):
        assert "at the shelf" in repr(check.whole(0.25, Plan(basket={"stock": stock}), VIEWS, GROCER))
    stock = Plan(basket={"stock": 100})
    assert "Which share was needless" in said(check.whole, 0.75, stock, VIEWS, GROCER)
    assert "divide by what was sent before" in said(check.whole, 1 / 3, stock, VIEWS, GROCER)
    assert "no money goes" in said(check.whole, 0.25, Plan(), VIEWS, GROCER)
    assert "are the limit" in said(check.whole, 0.25, Plan(basket={"stock": 5_000}), VIEWS, GROCER)


CSAT = trials("csat", wage_only=[0.6, 0.6], bonus_for_speed=[0.5, 0.48])


@pytest.mark.parametrize("staff", [{"bonus": 60, "bonus_for": "csat"}, {"training": 60}])
def test_several_ways_to_satisfaction_pass(staff: dict[str, Any]) -> None:
    assert "Effort follows pay" in repr(check.paid(-0.11, Plan(staff=staff), CSAT, SOFTWARE))


def test_a_way_that_is_too_dear_or_harms_satisfaction_is_told_so() -> None:
    speed = Plan(staff={"bonus": 60, "bonus_for": "speed"})
    assert "What are they paid for" in said(check.paid, -0.11, speed, CSAT, SOFTWARE)
    dear = Plan(staff={"bonus": 60, "bonus_for": "csat", "training": 60})
    assert "60 are the limit" in said(check.paid, -0.11, dear, CSAT, SOFTWARE)
    assert "nothing is spent" in said(check.paid, -0.11, Plan(), CSAT, SOFTWARE)
    assert "turn it round" in said(check.paid, 0.11, speed, CSAT, SOFTWARE)
    assert "csat with the bonus" in said(check.paid, 0.49, speed, CSAT, SOFTWARE)


FIVE = {
    "bank": trials("profit", today=[0, 0, 0], plan=[9, 10, 11]),
    "store": trials("profit", today=[0, 0, 0], plan=[-9, -10, -11]),
    "grocer": trials("profit", today=[0, 0, 0], plan=[-10, 0, 10]),
}
CARE = Plan(bonds={"care": 0.2})


def test_only_what_is_clear_counts_as_better_or_worse() -> None:
    for better, worse in ((["bank"], ["store"]), ("Bank", ("store",)), ({"bank"}, ["store", "store"])):
        assert "Better in 1, worse in 1, open in 1" in repr(check.industries(better, worse, CARE, FIVE))
    assert "not clear" in said(check.industries, ["bank", "grocer"], ["store"], CARE, FIVE)
    assert "1 more" in said(check.industries, ["bank"], [], CARE, FIVE)
    assert "there is no school" in said(check.industries, ["school"], [], CARE, FIVE)
    assert "expects a list" in said(check.industries, 1, [], CARE, FIVE)
    assert "changes nothing" in said(check.industries, ["bank"], ["store"], Plan(name="same"), FIVE)


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [([9, 10, 11], "reproduced"), ([-9, -10, -11], "not reproduced"), ([-10, 0, 10], "open")],
)
def test_a_verdict_on_a_case_is_read_from_its_interval(gains: list[float], verdict: str) -> None:
    told = trials("profit", today=[0, 0, 0], case=gains)
    told = Trials(told.table.assign(members=50.0), told.plans)
    points = Plan(loyalty={"points": 0.02})
    assert "50 people joined" in repr(check.case(verdict.upper(), points, told))
    for other in {"reproduced", "not reproduced", "open"} - {verdict}:
        assert "both ends" in said(check.case, other, points, told)
    assert "no points" in said(check.case, verdict, Plan(), told)


def test_a_plan_by_quarters_changes_at_least_twice_and_at_their_beginning() -> None:
    some, other = Plan(campaigns=[COUPON]), Plan(bonds={"care": 0.1})
    for plans in ({0: Plan(), 13: some, 26: other}, {0: some, 39: other, 65: some, 130: Plan()}):
        assert "It can be done" in repr(check.quarters(Timeline(plans=plans), STORE))
    assert "at least three" in said(check.quarters, Timeline(plans={0: Plan(), 13: some}), STORE)
    odd = Timeline(plans={0: Plan(), 13: some, 20: other})
    assert "week [20] begins no quarter" in said(check.quarters, odd, STORE)
    same = Timeline(plans={0: Plan(), 13: Plan(name="again"), 26: some})
    assert "are the same" in said(check.quarters, same, STORE)
    pigeon = Timeline(plans={0: Plan(), 13: some, 26: Plan(campaigns=[COUPON.but(channel="pigeon")])})
    assert "cannot be used" in said(check.quarters, pigeon, STORE)
    assert "expects a Timeline" in said(check.quarters, Plan(), STORE)


def test_a_recommender_must_sell_more_often_than_what_is_bought_most() -> None:
    def mixed(known: Any) -> Any:
        usual = known.history.sum(axis=0) + 1.0
        return (known.history + 5 * usual / usual.sum()) / (known.orders[:, None] + 5)

    def square(known: Any) -> Any:
        return mixed(known) ** 2

    for function in (mixed, square):
        assert "It sells at" in repr(check.recommender(function, GROCER))
    assert "single customer" in said(check.recommender, lambda known: -1.0 * known.history, GROCER)
    assert "gives nothing back" in said(check.recommender, lambda known: ..., GROCER)
    assert "def recommend" in said(check.recommender, "popular", GROCER)
