"""Laws of personal prices: they earn from those who pay, and cost the trust of those who find out."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import Campaign, Offer, Plan, Scenario, Segment, at_least, load_scenario, over, simulate
from sim.chance import Floats
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.rollout import Parameters as Rollout
from sim.processes.surcharge import Parameters
from sim.run import Run

BEST = Segment(spend_52w=at_least(200))


def market(**numbers: float) -> Scenario:
    scenario = load_scenario("supermarket", 800).but(weeks=40, entry=Entry(), acquisition=None)
    return scenario.but(surcharge=Parameters(**numbers))


@cache
def run(markup: float = 0.0, to: Segment | None = None, seed: int = 3, **numbers: float) -> Run:
    plan = Plan(surcharge={"markup": markup, "to": to})
    return simulate(market(**numbers), plan, seed)


def same(one: Run, other: Run) -> bool:
    return bool(one.events.frame().equals(other.events.frame()))


def test_without_a_markup_the_market_is_the_same_event_for_event() -> None:
    assert same(simulate(market().but(surcharge=None), Plan(), 3), run())


def test_whom_nobody_asks_for_more_lives_the_same_life() -> None:
    scenario = market().but(service=None)  # nothing else couples them
    plain, priced = (simulate(scenario, Plan(surcharge={"markup": m, "to": BEST}), 3) for m in (0.0, 0.2))
    asked = np.unique(priced.events.of(Kind.SURCHARGED).person)
    chosen = set(asked.tolist())
    for week in range(40):
        shown = plain.record(week)
        chosen |= set(plain.hidden_link[shown.index[shown.spend_52w >= 200]].tolist())
    rest = [~np.isin(one.events.person, [*chosen, -1]) for one in (plain, priced)]
    one, other = (run.events.where(rows) for run, rows in zip((plain, priced), rest, strict=True))
    assert len(np.unique(one.person)) > 50 and one.frame().equals(other.frame())


def test_of_personal_prices_only_what_is_really_done_is_asked_for() -> None:
    asked = []
    for habit in (0.0, 0.3, 1.0):
        steady = Rollout(habit=habit, by_hand=1.0, learning=0.0, forgetting=0.0)
        priced = simulate(market().but(rollout=steady), Plan(surcharge={"markup": 0.1, "to": BEST}), 3)
        asked.append(len(priced.events.of(Kind.SURCHARGED)))
        if habit == 0:
            assert same(priced, run())
    assert asked[1] == pytest.approx(0.3 * asked[2], rel=0.15)
    assert same(priced, run(0.1, BEST))


def test_a_surcharge_is_the_stated_share_of_the_shelf_price_and_is_booked_as_revenue() -> None:
    priced = run(0.1)
    extra, orders = priced.events.of(Kind.SURCHARGED), priced.events.of(Kind.ORDER)
    price = {
        (minute, who): cents
        for minute, who, cents in zip(
            orders.minute.tolist(), orders.person.tolist(), orders.value.tolist(), strict=True
        )
    }
    for minute, who, cents in zip(
        extra.minute.tolist(), extra.person.tolist(), extra.value.tolist(), strict=True
    ):
        assert abs(cents - price[minute, who] * 0.1) <= 0.5
    total = priced.accounts.total()
    assert total["surcharges"] == extra.value.sum() > 0
    assert total["revenue"] == total[["sales", "surcharges", "discounts", "redeemed"]].sum()


def test_what_is_on_record_as_spent_holds_the_surcharge() -> None:
    priced = run(0.1)
    shown = priced.record(40)
    total = priced.accounts.total()
    assert shown["spend"].sum() * 100 == pytest.approx(total["revenue"], rel=0.01)  # all but the last day's
    assert total["surcharges"] > 0.05 * total["revenue"]


def test_who_holds_an_offer_pays_the_offer_s_price() -> None:
    offers = [Campaign(to=Segment(recency_weeks=over(0)), offer=Offer(discount=0.2))]
    both = simulate(market(), Plan(campaigns=offers, surcharge={"markup": 0.1}), 3)
    cut, extra = both.events.of(Kind.DISCOUNT), both.events.of(Kind.SURCHARGED)
    assert len(cut) > 30 and not set(zip(cut.minute.tolist(), cut.person.tolist(), strict=True)) & set(
        zip(extra.minute.tolist(), extra.person.tolist(), strict=True)
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_is_asked_for_more_buys_less_by_the_stated_power(seed: int) -> None:
    scenario = market(elasticity=2.0, notice_share=0.0)
    stays = scenario.shopping.but(dropout_b=1e6, doze_share=0.0)
    alike = scenario.pricing.but(sensitivity_spread=0.0)
    scenario = scenario.but(shopping=stays, pricing=alike, patience=None, bonds=None)
    few, all_ = (
        len(simulate(scenario, Plan(surcharge={"markup": markup}), seed).events.of(Kind.ORDER))
        for markup in (0.2, 0.0)
    )
    assert few / all_ == pytest.approx(1.2**-2, abs=0.05)


@pytest.mark.parametrize(("number", "value"), [("notice_share", 0.5), ("unfair_toll", 1.0)])
def test_the_more_find_out_and_the_more_they_mind_the_more_patience_goes_on_trust(
    number: str, value: float
) -> None:
    none, some = (run(0.1, **{number: amount}).defections["trust"].sum() for amount in (0.0, value))
    assert none == 0 < some


def test_who_finds_out_is_less_satisfied_and_nobody_minds_who_did_not_pay() -> None:
    fair, unfair = (run(0.1, BEST, unfair_drop=drop, unfair_toll=0.0) for drop in (0.0, 3.0))
    felt = np.unique(unfair.events.of(Kind.FELT_UNFAIR).person)
    assert set(felt.tolist()) <= set(unfair.events.of(Kind.SURCHARGED).person.tolist())
    # Who leaves lives no more to compare, and of the rest some have come over it at the end.
    stayed = ~np.isin(np.arange(800), unfair.events.of(Kind.LEFT).person)
    moods: list[Any] = [one.people.experience.satisfaction for one in (fair, unfair)]
    assert (moods[1] <= moods[0])[stayed].all()
    assert (moods[1] < moods[0])[felt[stayed[felt]]].mean() > 0.8


def test_the_more_of_the_others_pay_less_the_sooner_one_finds_out() -> None:
    """All but newcomers are asked in the one market, the best in the other."""
    everybody, best = (run(0.1, to, notice_share=0.5, unfair_toll=0.0, elasticity=0.0) for to in (None, BEST))
    found = [
        len(one.events.of(Kind.FELT_UNFAIR)) / len(one.events.of(Kind.SURCHARGED))
        for one in (everybody, best)
    ]
    assert 0 < found[0] < 0.5 * found[1] < 0.25


def test_a_higher_markup_is_noticed_no_more_often_but_minded_more() -> None:
    low, high = run(0.05, elasticity=0.0), run(0.15, elasticity=0.0)
    assert low.defections["trust"].sum() < high.defections["trust"].sum()


# -- a shelf price that follows demand -------------------------------------------------------------


def following(follow_demand: float, scenario: Scenario, allow: bool = True) -> tuple[Floats, Floats]:
    """Give orders and price of each week under a price that follows demand, and allows for itself or not."""
    rule = {"follow_demand": follow_demand, "allow_for_price": allow}
    lived = simulate(scenario, Plan(pricing=rule), 3)
    orders = np.bincount(lived.events.of(Kind.ORDER).minute // MINUTES_A_WEEK, minlength=scenario.weeks)
    noted = lived.events.of(Kind.PRICED)
    price = np.ones(scenario.weeks)
    price[noted.minute // MINUTES_A_WEEK] = noted.value / 1e6
    return orders.astype(float), price


def assert_follows(price: Floats, demand: Floats, share: float) -> None:
    """Check the stated law in every week but the first, before which there is nothing to follow."""
    assert price[0] == 1
    for week in range(1, len(price)):
        usual = demand[max(week - 13, 0) : week].mean()
        stated = np.clip(1 + share * (demand[week - 1] / usual - 1), 0.8, 1.2)
        assert price[week] == pytest.approx(stated, abs=1e-6)


@pytest.mark.parametrize("allow", [False, True])
def test_a_price_that_follows_demand_is_high_after_busy_weeks_and_low_after_quiet_ones(allow: bool) -> None:
    """Demand is what was ordered, or what would have been ordered at the usual price."""
    scenario = market()
    orders, price = following(0.5, scenario, allow)
    assert_follows(price, orders * price ** (scenario.pricing.elasticity if allow else 0.0), 0.5)
    assert price.std() > 0.005
    assert (following(0.0, scenario)[1] == 1).all()


def test_under_contract_bills_come_at_any_price_and_are_demand_as_they_are() -> None:
    orders, price = following(0.5, load_scenario("saas", 200).but(weeks=40))
    assert_follows(price, orders, 0.5)
    assert price.std() > 0.005


def test_a_price_that_follows_demand_swings_by_its_own_echo_unless_it_allows_for_it() -> None:
    """By the echo each dear week is followed by a cheap one, both at the bounds."""
    blind, sober = (following(1.0, market(), allow)[1][14:] for allow in (False, True))
    assert np.corrcoef(blind[1:], blind[:-1])[0, 1] < -0.9 and (np.abs(blind - 1) > 0.199).mean() > 0.9
    assert np.corrcoef(sober[1:], sober[:-1])[0, 1] > -0.6 and (np.abs(sober - 1) < 0.199).mean() > 0.9


def test_a_price_that_follows_demand_is_the_same_for_all_and_felt_as_unfair_by_nobody() -> None:
    lived = simulate(market(notice_share=1.0), Plan(pricing={"follow_demand": 1.0}), 3)
    assert len(lived.events.of(Kind.PRICED)) > 20
    assert not len(lived.events.of(Kind.FELT_UNFAIR)) and not lived.people.patience.used[7].any()
