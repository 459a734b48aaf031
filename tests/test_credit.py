"""Laws of credit: what time costs the firm, and what it is worth to customers."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.events import Events, Kind
from sim.processes.credit import Parameters
from sim.processes.entry import Parameters as Entry
from sim.processes.sales import Parameters as Sales
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
TERMS = Parameters(payment_weeks=8.0, interest=0.06, customer_interest=0.09)


@cache
def market(credit: Parameters | None = TERMS, name: str = "saas") -> Scenario:
    scenario = load_scenario(name).but(people=400, weeks=60, acquisition=None, credit=credit)
    return scenario.but(entry=Entry(present_share=1.0))


def ran(weeks: float | None, seed: int = 1, credit: Parameters = TERMS, **other: Any) -> Run:
    return simulate(market(credit), Plan(credit={"payment_weeks": weeks}, **other), seed)


def without_cost(events: Events) -> Events:
    return events.where(events.kind != int(Kind.FINANCED))


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


@pytest.mark.parametrize(("weeks", "interest"), [(None, 0.06), (3.0, 0.06), (26.0, 0.12), (8.0, 0.05)])
def test_an_order_costs_the_interest_until_it_is_paid(weeks: float | None, interest: float) -> None:
    run = ran(weeks, credit=TERMS.but(interest=interest), renewal={"stay_discount": 0.2})
    orders, given, cost = (run.events.of(kind) for kind in (Kind.ORDER, Kind.DISCOUNT, Kind.FINANCED))
    assert len(given) > 30
    paid = pd.Series(orders.value, [orders.minute, orders.person])
    paid = paid.sub(pd.Series(given.value, [given.minute, given.person]), fill_value=0)
    share = interest * (8.0 if weeks is None else weeks) / 52
    expected = np.rint(paid.reindex(list(zip(cost.minute, cost.person, strict=True))).to_numpy() * share)
    assert cost.value.tolist() == expected.tolist()
    assert len(cost) == (np.rint(paid * share) > 0).sum()
    total = run.accounts.total()
    assert total["credit"] == -cost.value.sum()
    assert run.accounts.contribution().sum() == total["contribution"]


@each_seed
def test_the_usual_terms_cost_money_and_change_nothing_else(seed: int) -> None:
    off = simulate(market(None), Plan(), seed)
    for weeks in (None, 8.0):
        run = ran(weeks, seed)
        assert len(run.events.of(Kind.FINANCED)) > 100
        assert_same(without_cost(run.events), off.events)


@pytest.mark.parametrize("weeks", [0.0, 2.0, 16.0, 52.0])
def test_a_term_acts_like_the_price_it_is_worth_to_customers(weeks: float) -> None:
    """The same people with the same luck, to the last event, but for what they pay and what it costs."""
    run = ran(weeks)
    price = 1 - TERMS.customer_interest * (weeks - 8.0) / 52
    priced = simulate(market(), Plan(pricing={"price": max(min(price, 2.0), 0.5)}), 1)
    who = [set(one.events.of(Kind.LEFT).person.tolist()) for one in (run, priced)]
    if weeks >= 8.0:  # a higher price is also measured against the one remembered; a term is not
        assert who[0] == who[1]
    assert run.people.pricing.dearness == pytest.approx(price ** market().pricing.elasticity)


@each_seed
def test_longer_terms_keep_more_and_cost_more(seed: int) -> None:
    runs = [ran(weeks, seed, TERMS.but(customer_interest=0.5)) for weeks in (0.0, 8.0, 52.0)]
    assert (np.diff([run.metrics["renewal_rate"] for run in runs]) > 0).all()
    assert (np.diff([run.accounts.total()["credit"] for run in runs]) < 0).all()


@each_seed
def test_longer_terms_win_more_bids(seed: int) -> None:
    selling = market(TERMS.but(customer_interest=0.9)).but(
        people=1_000, entry=Entry(present_share=0.0, pool_share=1.0), sales=Sales(lead_share=0.02, sellers=20)
    )
    won = [
        len(simulate(selling, Plan(credit={"payment_weeks": weeks}), seed).events.of(Kind.WON))
        for weeks in (0.0, 8.0, 52.0)
    ]
    assert (np.diff(won) > 0).all()


@each_seed
def test_in_a_shop_longer_terms_bring_more_orders(seed: int) -> None:
    shop = market(TERMS.but(customer_interest=0.9), "supermarket").but(service=None)
    orders = [
        simulate(shop, Plan(credit={"payment_weeks": weeks}), seed).metrics["orders"]
        for weeks in (0.0, 8.0, 20.0)
    ]
    assert (np.diff(orders) > 0).all()


def test_where_prices_do_not_matter_terms_only_cost() -> None:
    plain = market().but(pricing=None)
    runs = [simulate(plain, Plan(credit={"payment_weeks": weeks}), 1) for weeks in (0.0, 52.0)]
    assert_same(*(without_cost(run.events) for run in runs))
    assert runs[1].accounts.total()["credit"] < runs[0].accounts.total()["credit"] == 0


def test_money_that_costs_nothing_is_not_counted() -> None:
    assert len(ran(None, credit=TERMS.but(interest=0.0)).events.of(Kind.FINANCED)) == 0


@pytest.mark.parametrize("given", [-1.0, 53.0, "60 days"])
def test_a_term_outside_its_bounds_is_named(given: Any) -> None:
    with pytest.raises(Fault, match=r"credit\.payment_weeks"):
        Plan(credit={"payment_weeks": given})


@pytest.mark.parametrize(("name", "value"), [("interest", 1.1), ("customer_interest", 0.95)])
def test_a_parameter_of_credit_outside_its_bounds_is_named(name: str, value: float) -> None:
    with pytest.raises(Fault, match=name):
        Parameters(**{name: value})


def test_a_market_without_credit_says_so() -> None:
    with pytest.raises(Fault, match=r"credit: supermarket has no credit.*leave payment_weeks alone"):
        simulate(load_scenario("supermarket", 50), Plan(credit={"payment_weeks": 4.0}), 1)
