"""The second half of chapter 2's answer key passes every right answer, and explains the usual wrong ones."""

# Plans are written here as learners write them, with dicts:
# mypy: disable-error-code="arg-type"

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sim import Plan, load_scenario
from sim.course.answers import proposition as check
from sim.course.checks import NotYet
from sim.experiment import Trials

GROCER = load_scenario("community_fresh_cn", people=100).but(weeks=4)
STORE = load_scenario("convenience_store", people=300).also("levels")
SOFTWARE = load_scenario("saas", people=300).but(weeks=104).also("levels")


def said(judge: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(NotYet) as caught:
        judge(*arguments)
    return str(caught.value)


ON_FILE = pd.Series(["family", "family", "young", "senior", ""])
TRUE = pd.Series(["family", "senior", "young", "senior", "family"])
RATES = pd.DataFrame({"one for all": [10.0, 10], "for families": [16.0, 7]}, ["family", "young"])


def test_a_declared_need_is_right_as_often_as_those_who_spoke_are() -> None:
    for answers in ((0.75, 1.6), (3 / 4, 16 / 10), (pd.Series([0.75]), 1.62)):
        assert "75 % are right" in repr(check.matched(*answers, ON_FILE, TRUE, RATES))
    assert "counts all customers" in said(check.matched, 0.6, 1.6, ON_FILE, TRUE, RATES)
    assert "share that is wrong" in said(check.matched, 0.25, 1.6, ON_FILE, TRUE, RATES)
    assert "have said something" in said(check.matched, 0.8, 1.6, ON_FILE, TRUE, RATES)
    assert "turn it round" in said(check.matched, 0.75, 10 / 16, ON_FILE, TRUE, RATES)
    assert "a difference" in said(check.matched, 0.75, 6, ON_FILE, TRUE, RATES)


def trials(*profits: float) -> Trials:
    rows = [
        {"plan": plan, "seed": seed, "orders": 100.0 + 5 * factor, "profit": factor * profit}
        for factor, plan in enumerate(("no bundle", "bundle"))
        for seed, profit in enumerate(profits)
    ]
    return Trials(pd.DataFrame(rows), ("no bundle", "bundle"), "USD")


@pytest.mark.parametrize(
    ("profits", "verdict"), [((9, 10, 11), "pays"), ((-9, -10, -11), "does not pay"), ((-10, 0, 10), "open")]
)
@pytest.mark.parametrize("part", ["lunch", "morning"])
def test_a_verdict_on_a_bundle_is_read_from_its_interval(
    profits: tuple[float, ...], verdict: str, part: str
) -> None:
    plan = Plan(place={"bundle": part, "discount": 0.1})
    assert "Orders +5 %" in repr(check.bundle(verdict.title(), plan, trials(*profits)))
    for other in {"pays", "does not pay", "open"} - {verdict}:
        assert "both ends" in said(check.bundle, other, plan, trials(*profits))


def test_a_bundle_must_take_something_off() -> None:
    assert "nothing is taken off" in said(check.bundle, "open", Plan(), trials(0, 0, 0))


WALLETS = pd.DataFrame({"lowest_tenth": [0.3], "highest_tenth": [0.9]}, ["champions"])


@pytest.mark.parametrize(
    "offer",
    [
        {"needs": {"range": 38}},
        {"pricing": {"price": 0.98}},
        {"needs": {"range": 20}, "pricing": {"price": 0.99}},
    ],
)
def test_several_offers_leave_nobody_better_off_at_the_rivals(offer: dict[str, Any]) -> None:
    assert "Nobody is better off" in repr(check.offered(Plan(**offer), 0.6, "b", GROCER, WALLETS))


def test_an_offer_that_is_too_weak_or_too_dear_is_told_so() -> None:
    good = Plan(needs={"range": 38})
    assert "better off: family" in said(check.offered, Plan(), 0.6, "b", GROCER, WALLETS)
    assert "40 are the limit" in said(check.offered, Plan(needs={"range": 60}), 0.6, "b", GROCER, WALLETS)
    cheap = Plan(pricing={"price": 0.9})
    assert "2 % are the limit" in said(check.offered, cheap, 0.6, "b", GROCER, WALLETS)
    assert "highest tenth alone" in said(check.offered, good, 0.9, "b", GROCER, WALLETS)
    assert "quotient" in said(check.offered, good, 3, "b", GROCER, WALLETS)
    assert len({said(check.offered, good, 0.6, letter, GROCER, WALLETS) for letter in "acd"}) == 3


PARTS = pd.DataFrame({"own_currency": [60.0, 30], "brought_currency": [10.0, 0], "brought": [1, 0]})
GROUPS = pd.DataFrame(
    {"customers": [30, 10, 20, 40]},
    ["big and profitable", "big and unprofitable", "small and profitable", "small and unprofitable"],
)


def test_shares_of_value_and_of_big_customers_are_parts_of_the_right_whole() -> None:
    for answers in ((0.1, 0.25), (10 / 100, 10 / 40)):
        assert "revenue is not contribution" in repr(check.shares(*answers, PARTS, GROUPS))
    assert "sum of both" in said(check.shares, 1 / 9, 0.25, PARTS, GROUPS)
    assert "brought somebody" in said(check.shares, 0.5, 0.25, PARTS, GROUPS)
    assert "share of all customers" in said(check.shares, 0.1, 0.1, PARTS, GROUPS)
    assert "small ones" in said(check.shares, 0.1, 2 / 3, PARTS, GROUPS)
    assert "Turn it round" in said(check.shares, 0.1, 0.75, PARTS, GROUPS)


def level(name: str) -> Plan:
    return Plan(levels={"rules": [{"level": name}]})


def test_levels_pass_where_margin_and_number_carry_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = {"basic": (-9.0, 2.0), "reactive": (-5.0, 1.0), "partnership": (-90.0, -50.0)}

    def worth(name: str, _: object, plan: Plan) -> tuple[float, float]:
        return (50.0, 90.0) if name == "for_software" else ends[plan.levels.rules[0].level]

    monkeypatch.setattr(check, "_worth", worth)
    for name in ("basic", "reactive"):
        assert "how many there are" in repr(check.served(level(name), level("proactive"), STORE, SOFTWARE))
    dear = level("partnership")
    assert "for_store: beside no levels" in said(check.served, dear, dear, STORE, SOFTWARE)
    assert "nobody is served" in said(check.served, level("basic"), Plan(), STORE, SOFTWARE)
    monkeypatch.setattr(check, "_worth", lambda *_: (-5.0, 5.0))
    assert "for_software: beside" in said(check.served, level("basic"), dear, STORE, SOFTWARE)


def test_a_partnership_is_worth_it_for_the_software_firm_and_not_for_the_store() -> None:
    assert check._worth("plan", SOFTWARE, level("partnership"))[0] > 0
    assert check._worth("plan", STORE, level("partnership"))[1] < 0
