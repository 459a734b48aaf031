"""The answer key of chapter 1 passes every right answer, and explains the usual wrong ones."""

# Plans are written here as learners write them, with lists and dicts:
# mypy: disable-error-code="arg-type"

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd
import pytest

from sim import Campaign, Plan, Scenario, Segment, at_least, load_scenario, over, simulate, twin
from sim.analysis import newcomers
from sim.course.answers import foundations as check
from sim.course.checks import NotYet
from sim.experiment import Twin

FRESH = load_scenario("community_fresh_cn", people=400).but(weeks=30)
GROCER = load_scenario("community_fresh_cn", people=800).but(weeks=52)
ADS = Plan(acquisition={"leaflet": 400, "referral_reward": 20})
FUNNEL = pd.DataFrame(
    {"entered": [100, 80, 40], "went_on": [80, 40, 30], "passed_share": [0.8, 0.5, 0.75]},
    index=["research", "call", "bid"],
)
LADDER = pd.DataFrame(
    {"people": [1000, 800, 600, 300, 30], "passed": [float("nan"), 0.8, 0.75, 0.5, 0.1]},
    index=["suspect", "tried", "came again", "regular", "advocate"],
)


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


@cache
def pair() -> Twin:
    return twin(FRESH, Plan(), ADS, 7)


@cache
def shop() -> Scenario:
    return load_scenario("supermarket", people=200).but(weeks=30)


@pytest.mark.parametrize(("judge", "right"), [(check.corner, "c"), (check.care, "c")])
def test_every_wrong_letter_is_explained(judge: Callable[[str], object], right: str) -> None:
    assert "✓" in repr(judge(right.upper()))
    sentences = {said(judge, letter) for letter in "abcd" if letter != right}
    assert len(sentences) == 3


def test_the_cost_of_a_newcomer_may_be_typed_or_computed() -> None:
    row = newcomers.by_channel(pair().after).loc["leaflet"]
    exact = row["spent_currency"] / row["newcomers"]
    assert "for each" in repr(check.cac(exact, pair()))
    assert "for each" in repr(check.cac(round(exact), pair()))
    assert "turn it round" in said(check.cac, 1 / exact, pair())
    assert "cost of all" in said(check.cac, row["spent_currency"], pair())
    extra = newcomers.additional(pair()).loc["leaflet"]
    assert "dearer" in repr(check.cac_additional(row["spent_currency"] / extra["additional"], pair()))
    if extra["came_anyway_share"] > 0:
        assert "still counts" in said(check.cac_additional, exact, pair())


def test_any_forecast_passes_but_an_empty_one() -> None:
    assert "✓" in repr(check.forecast(dict.fromkeys(["a", "b", "c", "d"], "selling")))
    assert "choose one of" in said(check.forecast, dict.fromkeys(["a", "b", "c", "d"], ...))


@pytest.mark.parametrize(
    ("intervals", "between", "right"),
    [
        ([(-9, -5, -1), (-9, -5, -1)], (-1, 0, 1), "today"),
        ([(-1, 5, 9), (2, 6, 10)], (1, 2, 3), "relationship"),
        ([(2, 6, 10), (-1, 5, 9)], (-3, -2, -1), "selling"),
        ([(2, 6, 10), (3, 7, 11)], (-1, 1, 3), "open"),
        ([(-1, 1, 3), (-9, -5, -1)], (-3, -2, -1), "open"),
    ],
)
def test_the_best_style_is_the_one_that_intervals_set_apart(
    intervals: list[tuple[int, ...]], between: tuple[int, ...], right: str
) -> None:
    columns = ["low", "lead", "high"]
    table = pd.DataFrame(intervals, index=["selling", "relationship"], columns=columns)
    assert check.best_style(table, pd.Series(between, columns)) == right


MASS = Plan(campaigns=[Campaign(channel="wecom", offer={"discount": 0.10})])


@pytest.mark.parametrize(
    ("about", "window"),
    [(["rice", "eggs"], {"over": -3, "under": 1}), (["milk", "oil"], {"over": -8, "under": 0})],
)
def test_reminders_in_time_pass_whatever_the_staple(about: list[str], window: dict[str, float]) -> None:
    to = Segment(runout_weeks=window)
    plan = Plan(campaigns=[Campaign(channel="store", about=name, to=to) for name in about])
    assert "no discount" in repr(check.timed(plan, MASS, GROCER))


def test_reminders_that_give_away_or_flood_are_told_so() -> None:
    dear = Campaign(channel="wecom", about="rice", offer={"discount": 0.3})
    assert "Who gets a discount" in said(check.timed, Plan(campaigns=[dear]), MASS, GROCER)
    assert "about a staple" in said(check.timed, Plan(campaigns=[Campaign(channel="store")]), MASS, GROCER)
    many = Plan(campaigns=[Campaign(channel="store", about=name) for name in ("rice", "milk", "eggs")])
    assert "Write to fewer" in said(check.timed, many, MASS, GROCER)
    never = Plan(campaigns=[Campaign(channel="store", about="rice", first_week=400)])
    assert "nothing differs" in said(check.timed, never, MASS, GROCER)


def test_the_ladder_is_judged_by_its_own_numbers() -> None:
    assert "9" not in said(check.ladder, "regular", 6, LADDER)
    assert "6 more" in repr(check.ladder("advocate", 6, LADDER))
    assert "6.3 more" in repr(check.ladder("advocate", 6.3, LADDER))
    assert "REGULARS" in said(check.ladder, "advocate", 60, LADDER)
    assert "choose one of" in said(check.ladder, "member", 6, LADDER)


def test_a_fixed_wage_is_divided_by_what_one_customer_brings() -> None:
    brings = {"parts": 10_000.0, "software": 500.0}
    assert "A wage is the same" in repr(check.needed(8.32, 166, 83_200, brings))
    assert "turn it round" in said(check.needed, 10_000 / 83_200, 166, 83_200, brings)
    assert "a week's wage" in said(check.needed, 8.32, 166.4 / 52, 83_200, brings)


def test_the_better_way_is_the_one_of_the_larger_mean() -> None:
    index = pd.MultiIndex.from_product([["parts", "software"], ["visit", "write"]], names=["firm", "way"])
    table = pd.DataFrame({"worth": [5.0, 1.0, -2.0, 3.0]}, index=index)
    assert "✓" in repr(check.better_way({"parts": "Visit ", "software": "write"}, table))
    assert '"software"' in said(check.better_way, {"parts": "visit", "software": "visit"}, table)
    assert "not answered yet" in said(check.better_way, {"parts": ..., "software": ...}, table)


def test_clients_may_be_chosen_by_condition_or_by_name() -> None:
    clients = pd.DataFrame(
        {"spend_52w": range(10), "tickets": [0, 1] * 5, "nps": [9, 9, 9, 9, 9, 9, 9, 9, 3, 6]}
    )
    mask = (clients["spend_52w"] >= 8) & (clients["tickets"] >= 1) & (clients["nps"] <= 6)
    for answer in (mask, clients[mask], [9]):
        assert "1 person" in repr(check.visit_first(answer, clients))
    assert "should not be" in said(check.visit_first, clients["tickets"] >= 1, clients)


def test_each_era_begins_with_what_a_firm_then_could_see() -> None:
    silent, rich = Segment(recency_weeks=over(8)), Segment(spend_52w=at_least(100))
    ideas = {
        "ring": Plan(campaigns=[Campaign(to=silent, channel="phone")]),
        "app": Plan(campaigns=[Campaign(channel="app")]),
    }
    assert "✓" in repr(check.first_era({"ring": "1990s", "app": "2020s"}, ideas, shop()))
    assert "Which channel" in said(check.first_era, {"ring": "1980s", "app": "2020s"}, ideas, shop())
    for way in ("phone", "store"):
        assert "✓" in repr(check.of_the_1990s(Plan(campaigns=[Campaign(to=rich, channel=way)]), shop()))
    for plan, words in (
        (Plan(campaigns=[Campaign(to=rich, channel="email")]), "cannot be used"),
        (Plan(campaigns=[Campaign(channel="phone")]), "1980s could do this"),
        (Plan(campaigns=[Campaign(to=Segment(spend_52w=at_least(1e6)), channel="phone")]), "reaches nobody"),
    ):
        assert words in said(check.of_the_1990s, plan, shop())


@pytest.mark.parametrize(
    ("judge", "right"),
    [
        (check.spoiled, {"sales": "a", "service": "b", "research": "c", "management": "d"}),
        (
            check.levers,
            dict(
                zip(
                    (
                        "transaction cost",
                        "social exchange",
                        "fairness",
                        "resource dependence",
                        "weak ties",
                        "promises kept",
                    ),
                    "cabfed",
                    strict=True,
                )
            ),
        ),
    ],
)
def test_each_wrong_pair_is_named_and_explained(
    judge: Callable[[Mapping[str, str]], object], right: dict[str, str]
) -> None:
    assert "✓" in repr(judge(right))
    for thing in right:
        words = said(judge, right | {thing: "x"})
        assert f'"x" does not fit "{thing}"' in words
        assert len(words) > 60
    assert "expects a match" in said(judge, "a")


def test_a_funnel_is_read_stage_by_stage_and_as_a_whole() -> None:
    assert "30 %" in repr(check.deals("call", 0.3, FUNNEL))
    assert "fewer do" in said(check.deals, "bid", 0.3, FUNNEL)
    assert "BIDS" in said(check.deals, "call", 0.75, FUNNEL)
    assert "reaches a bid" in said(check.deals, "call", 0.4, FUNNEL)


def test_a_better_way_of_selling_hires_nobody_and_beats_today_beyond_luck() -> None:
    factory = load_scenario("manufacturing")
    for levers in ({"follow_up": 1.0, "automation": 0.5}, {"follow_up": 1.0, "routing": "largest first"}):
        assert "nobody was hired" in repr(check.selling_better(Plan(sales=levers), factory))
    assert "3 at most" in said(check.selling_better, Plan(sales={"sellers": 4}), factory)
    assert "nothing differs" in said(check.selling_better, Plan(name="same"), factory)
    assert "other plan" in said(check.selling_better, Plan(sales={"minimum_score": 60}), factory)


def test_who_followed_is_who_left_only_in_the_storm() -> None:
    storm, calm = pd.Series([True, True, True, False, True]), pd.Series([False, True, False, True, True])
    assert "2 clients" in repr(check.followed(2, storm, calm))
    assert "gone anyway" in said(check.followed, 4, storm, calm)
    assert "difference" in said(check.followed, 1, storm, calm.where(calm.index != 4, True))


def test_the_record_is_judged_by_what_the_bank_is_worth_in_the_storm() -> None:
    bank = load_scenario("bank").but(weeks=78)
    storm = bank.but(ties=bank.ties.but(star_leaves=30))
    for share in (1.0, 0.9):
        assert "keeps the customer" in repr(check.recorded(Plan(ties={"document": share}), storm))
    assert "other plan" in said(check.recorded, Plan(sales={"sellers": 2}), storm)


def test_a_discount_pays_from_the_share_of_what_would_be_lost() -> None:
    biggest = pd.Series({"revenue": 1000.0, "contribution": 400.0})
    assert "25 %" in repr(check.worth_it_from(0.25, biggest))
    assert "the discount itself" in said(check.worth_it_from, 0.1, biggest)
    assert "keeps" in said(check.worth_it_from, 0.4, biggest)


def test_a_lifetime_value_is_judged_by_its_properties() -> None:
    def right(revenue: list[float], cost: list[float], rate: float) -> float:
        return sum((q - c) / (1 + rate) ** t for t, (q, c) in enumerate(zip(revenue, cost, strict=True)))

    assert "✓" in repr(check.lifetime_value(right))
    late = said(check.lifetime_value, lambda q, c, i: right(q, c, i) / (1 + i))
    assert "too small" in late
    assert "without interest" in said(check.lifetime_value, lambda q, c, i: q[0] - c[0])
    assert "gives nothing back" in said(check.lifetime_value, lambda q, c, i: ...)


def test_the_run_of_a_mass_mailing_says_how_many_messages_are_allowed() -> None:
    assert simulate(GROCER, MASS, 1).metrics["contacts"] > 0
