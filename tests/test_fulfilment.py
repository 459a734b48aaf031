"""Laws of fulfilment: what orders take beside their goods, who asks for it, and what charging for it does."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.delays import Delays
from sim.events import Cause, Kind
from sim.processes.fulfilment import Parameters
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def market(people: int = 800, **numbers: float) -> Scenario:
    """Give a supermarket of customers who neither talk nor queue."""
    scenario = load_scenario("supermarket", people).but(weeks=40, acquisition=None, service=None)
    entry = scenario.entry.but(present_share=1.0)
    return scenario.but(entry=entry, fulfilment=Parameters(**numbers))


@cache
def run(seed: int = 3, people: int = 800, numbers: tuple[tuple[str, float], ...] = (), **levers: Any) -> Run:
    return simulate(market(people, **dict(numbers)), Plan(fulfilment=levers), seed)


def work(of: Run) -> pd.Series[Any]:
    """Give the work for each customer as a share of what they ordered."""
    return of.accounts.by_person().query("sales > 0").eval("-fulfilment / sales").drop(-1, errors="ignore")


def test_off_is_a_market_in_which_orders_take_nothing_event_for_event() -> None:
    off = simulate(market().but(fulfilment=None), Plan(), 3)
    nothing = run(numbers=(("extra_share", 0.0),))
    assert off.events.frame().equals(nothing.events.frame())


def test_work_that_nobody_pays_for_moves_nothing_but_the_books() -> None:
    off, on = simulate(market().but(fulfilment=None), Plan(), 3), run()
    assert on.events.where(on.events.kind != int(Kind.FULFILLED)).frame().equals(off.events.frame())
    one, other = off.accounts.total(), on.accounts.total()
    assert other["fulfilment"] < 0
    assert other["profit"] - one["profit"] == other["fulfilment"]


@each_seed
def test_each_order_takes_its_fixed_cost_and_on_average_the_extra_work_of_its_customer(seed: int) -> None:
    fixed = run(seed, numbers=(("order_cost", 2.5), ("extra_share", 0.0)))
    done = fixed.events.of(Kind.FULFILLED)
    assert len(done) == fixed.metrics["orders"] and set(done.value.tolist()) == {250}
    alike = run(seed, 2_000, (("extra_share", 0.1), ("extra_spread", 0.0)))
    total = alike.accounts.total()
    assert -total["fulfilment"] / total["sales"] == pytest.approx(0.1, rel=0.02)


def test_people_ask_for_as_unequally_much_as_the_stated_law_says() -> None:
    asked = run(people=4_000, numbers=(("extra_spread", 1.2),)).people.fulfilment.extra
    assert np.log(asked).std() == pytest.approx(1.2, abs=0.05)
    assert asked.mean() == pytest.approx(0.06, rel=0.1)


@pytest.mark.parametrize(("tie", "expected"), [(0.5, 0.5), (0.0, 0.0), (-0.5, -0.5)])
def test_large_orders_go_with_more_work_as_far_as_the_tie_says(tie: float, expected: float) -> None:
    truth = run(people=4_000, numbers=(("size_tie", tie),)).truth
    found = np.corrcoef(truth["extra_work"].rank(), truth["mean_order"].rank())[0, 1]
    assert found == pytest.approx(expected, abs=0.06)


def test_under_contract_large_accounts_ask_for_more() -> None:
    maker = load_scenario("manufacturing").but(people=3_000, weeks=13)
    truth = simulate(maker.but(sales=None, ties=None, success=None), Plan(), 1).truth
    by_level = truth.groupby("level")["extra_work"].mean()
    assert by_level.iloc[-4:].mean() > 1.5 * by_level.iloc[0]


def test_in_the_market_of_machine_parts_some_of_the_largest_accounts_cost_more_than_they_bring() -> None:
    from sim.analysis import worth

    maker = load_scenario("manufacturing")
    found = [worth.matrix(simulate(maker, Plan(), seed))["customers"] for seed in range(1, 9)]
    of_the_big = sum(found).loc[["big and profitable", "big and unprofitable"]]  # type: ignore[arg-type]
    assert 0.02 < of_the_big.iloc[1] / of_the_big.sum() < 0.25


@each_seed
def test_who_is_charged_asks_for_less_and_pays_the_share_of_what_is_left(seed: int) -> None:
    numbers = (("reluctance", 0.7), ("charge_toll", 0.0), ("elasticity", 0.0))
    free, half = run(seed, numbers=numbers), run(seed, numbers=numbers, charge=0.5)
    one, other = free.accounts.total(), half.accounts.total()
    assert other["fulfilment"] / one["fulfilment"] == pytest.approx(np.exp(-0.35), rel=0.001)
    assert other["charges"] / -other["fulfilment"] == pytest.approx(0.5, rel=0.001)
    assert other["revenue"] - one["revenue"] == other["charges"]


@each_seed
def test_a_charge_is_felt_as_a_price_and_by_nobody_else(seed: int) -> None:
    numbers = (("charge_toll", 0.1), ("size_tie", 0.0), ("elasticity", 0.0))
    free, charged = run(seed, 2_000, numbers), run(seed, 2_000, numbers, charge=1.0)
    assert charged.metrics["churn"] > free.metrics["churn"]
    used = [of.people.patience.used[Cause.PRICE] for of in (free, charged)]
    paid = np.zeros(2_000, bool)
    paid[charged.events.of(Kind.CHARGED).person] = True
    assert (used[1] - used[0])[paid].mean() > 0.01
    calm = run(seed, 2_000, (("charge_toll", 0.0), ("size_tie", 0.0), ("elasticity", 0.0)), charge=1.0)
    assert calm.metrics["churn"] == free.metrics["churn"]


def test_only_those_who_are_chosen_are_charged_and_the_others_live_as_before() -> None:
    best = Segment(spend_52w=at_least(300))
    numbers = (("reluctance", 0.0), ("elasticity", 0.0))  # so that no cent of work is too small to be charged
    free, charged = run(numbers=numbers), run(numbers=numbers, charge=1.0, charge_to=best)
    who = np.unique(charged.events.of(Kind.CHARGED).person)
    assert 20 < len(who) < len(np.unique(run(charge=1.0).events.of(Kind.CHARGED).person))
    one, other = (of.events.where(~np.isin(of.events.person, who)).frame() for of in (free, charged))
    assert one.equals(other)


def test_a_charge_is_on_the_bill_that_the_record_knows() -> None:
    at_once = market(charge_toll=0.0).but(record=Delays(order_hours=0))
    charged = simulate(at_once, Plan(fulfilment={"charge": 1.0}), 3)
    assert charged.accounts.total()["charges"] > 0
    record = charged.record(40)
    paid = charged.accounts.by_person().drop(-1)["revenue"]
    assert record["spend"].sum() == pytest.approx(paid.sum() / 100)


def test_charges_earn_points_like_any_other_money_paid() -> None:
    plans = [Plan(fulfilment={"charge": share}, loyalty={"points": 0.05}) for share in (0.0, 1.0)]
    scenario = market(charge_toll=0.0, reluctance=0.0, elasticity=0.0)
    scenario = scenario.but(loyalty=scenario.loyalty.but(pressure=0.0, glow=0.0, join_share=1.0))
    earned = [simulate(scenario, plan, 3).events.of(Kind.EARNED).value.sum() for plan in plans]
    assert earned[1] > 1.02 * earned[0]


def test_work_differs_from_order_to_order_but_its_customer_s_share_shows_in_the_long_run() -> None:
    lived = run(people=2_000)
    seen, true = work(lived), lived.people.fulfilment.extra
    assert np.corrcoef(np.log(seen.clip(1e-4)), np.log(true[seen.index]))[0, 1] > 0.6


@each_seed
def test_a_charge_slows_buying_as_a_dearer_price_does_by_the_stated_law(seed: int) -> None:
    numbers = (("charge_toll", 0.0), ("reluctance", 0.0), ("extra_share", 0.2), ("extra_spread", 0.0))
    free = run(seed, 4_000, numbers)
    charged = [run(seed, 4_000, (*numbers, ("elasticity", steep)), charge=1.0) for steep in (0.0, 1.0)]
    orders = [len(of.events.of(Kind.ORDER)) for of in charged]
    assert orders[0] == len(free.events.of(Kind.ORDER))
    buying = (1.2**-free.people.pricing.sensitivity).mean()
    assert orders[1] / orders[0] == pytest.approx(buying, abs=0.03)
