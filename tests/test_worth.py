"""Laws of the components of value: own and brought are kept apart, and no cent is lost."""

# mypy: disable-error-code="union-attr, arg-type"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, Segment, at_least, load_scenario, simulate, twin
from sim.analysis.worth import GROUPS, SOURCES, components, matrix, sources
from sim.events import REFERRAL, Kind
from sim.experiment import Twin
from sim.need import NEEDS
from sim.processes.entry import Parameters as Entry
from sim.processes.profile import Parameters as Profile
from sim.run import Run


@cache
def talkative(reward: float = 0.0) -> Run:
    scenario = load_scenario("supermarket", 600).but(weeks=60)
    talk = scenario.acquisition.but(recommend_share=0.05, answer_share=0.8)
    scenario = scenario.but(acquisition=talk, entry=Entry(present_share=0.2, pool_share=1.0))
    plan = Plan(acquisition={"referral_reward": reward}, campaigns=[Campaign(channel="phone")])
    return simulate(scenario, plan, 2)


def test_own_values_are_the_contributions_of_customers_to_the_cent() -> None:
    run = talkative(5.0)
    table = components(run)
    rest = run.accounts.contribution().sum() - round(table["own_currency"].sum() * 100)
    others = np.setdiff1d(np.arange(600), table.index)
    assert rest == run.accounts.contribution()[others].sum()
    assert table["value_currency"].to_numpy() == pytest.approx(
        (table.own_currency + table.brought_currency).to_numpy()
    )


def test_whom_a_customer_brought_counts_down_the_whole_chain_and_nobody_else_does() -> None:
    run = talkative()
    joined = run.events.of(Kind.JOINED)
    joined = joined.where(joined.channel == REFERRAL)
    parent = dict(zip(joined.person.tolist(), joined.ref.tolist(), strict=True))
    own, table = run.accounts.contribution() / 100, components(run)
    chain: dict[int, list[int]] = {}
    for newcomer in parent:
        above = parent.get(newcomer)
        while above is not None:
            chain.setdefault(above, []).append(newcomer)
            above = parent.get(above)
    assert max(map(len, chain.values())) > max(np.bincount(joined.ref)) > 1  # there are chains
    for person, row in table.iterrows():
        below = chain.get(person, [])
        assert row["brought"] == len(below)
        assert row["brought_currency"] == pytest.approx(own[below].sum() if below else 0.0)


TOLD = Segment(greenness=at_least(0))  # whoever has answered a question about needs
LETTER = Campaign(to=TOLD, channel="email", every=2, offer=Offer(discount=0.1))


def lives(with_: Plan, people: int = 800, **changes: Any) -> Twin:
    """Live the market with one letter for all, and with a plan that uses what customers have told."""
    market = load_scenario("supermarket", people).but(weeks=52).also("needs", "profile").but(**changes)
    talk = market.acquisition.but(recommend_share=0.05, answer_share=0.8)
    return twin(market.but(acquisition=talk), Plan(campaigns=[LETTER]), with_, 3)


FITTED = Plan(campaigns=[LETTER.but(to=Segment(need=need), fits=need) for need in NEEDS])


def test_own_referral_and_data_value_add_up_to_what_the_firm_has_with_the_data_to_the_cent() -> None:
    pair = lives(FITTED.but(needs={"range": 20}))  # a cost of all together, too
    table = sources(pair)
    a, b = pair.before.accounts.total(), pair.after.accounts.total()
    assert tuple(table.index) == (*SOURCES, "all")
    assert table["currency"].iloc[:3].sum() == pytest.approx(table.loc["all", "currency"])
    assert round(100 * table.loc["all", "currency"]) == a["contribution"] + b["profit"] - a["profit"]
    customers = len(components(pair.before))
    assert table["a_customer_currency"].to_numpy() == pytest.approx(table["currency"].to_numpy() / customers)


def test_own_and_referral_value_are_those_of_the_people_who_came_by_themselves_or_were_brought() -> None:
    pair = lives(FITTED)
    parts, table = components(pair.before), sources(pair)["currency"]
    joined = pair.before.events.of(Kind.JOINED)
    brought = parts.index.isin(joined.person[joined.channel == REFERRAL])
    assert brought.sum() > 5
    assert table["referral"] == pytest.approx(parts.loc[brought, "own_currency"].sum())
    assert table["own"] == pytest.approx(pair.before.accounts.contribution().sum() / 100 - table["referral"])


def test_data_that_no_plan_uses_are_worth_nothing_and_wrong_ones_less_than_right_ones() -> None:
    same, liars = lives(Plan(campaigns=[LETTER])), lives(FITTED, profile=Profile(wrong_share=0.9))
    assert sources(same).loc["data", "currency"] == 0
    assert sources(lives(FITTED)).loc["data", "currency"] > sources(liars).loc["data", "currency"]


def test_the_four_groups_hold_all_customers_and_all_their_money() -> None:
    run = talkative()
    table, money = matrix(run), run.accounts.by_person()
    customers = components(run).index
    assert tuple(table.index) == GROUPS and table["customers"].sum() == len(customers)
    for line in ("revenue", "contribution"):
        assert table[f"{line}_currency"].sum() == pytest.approx(money.loc[customers, line].sum() / 100)
    assert table.loc["small and unprofitable", "customers"] > 0  # calls to who hardly buys
    assert (
        table.loc[[name for name in GROUPS if "unprofitable" in name], "contribution_currency"] <= 0
    ).all()
    assert table["customers"].iloc[:2].sum() == round(0.2 * len(customers))


def test_a_market_without_people_has_no_values_and_a_share_that_is_none_is_refused() -> None:
    empty = simulate(load_scenario("supermarket").but(people=0, weeks=3), Plan(), 1)
    assert len(components(empty)) == 0 and matrix(empty).to_numpy().sum() == 0
    assert sources(Twin(empty, empty))["currency"].eq(0).all()
    with pytest.raises(Fault, match="top_share"):
        matrix(empty, 1.5)
