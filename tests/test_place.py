"""Laws of place: a bundle sells to whoever is near at its time of day, and costs at no other."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.analysis.daypart import by_daypart
from sim.events import Kind
from sim.processes.place import DAYPARTS, Parameters, Place
from sim.run import Run

TOWN = {
    "flats": Place(share=3, dayparts=(1, 1, 2, 6)),
    "offices": Place(share=1, dayparts=(2, 6, 1, 1), nearness=2.0),
}


def market(**numbers: object) -> Scenario:
    scenario = load_scenario("supermarket", 1_000).but(weeks=40, acquisition=None)
    return scenario.but(place=Parameters(**{"places": TOWN, **numbers}))


@cache
def run(bundle: str | None = None, discount: float = 0.0, seed: int = 3, **numbers: float) -> Run:
    return simulate(market(**numbers), Plan(place={"bundle": bundle, "discount": discount}), seed)


def test_in_a_market_of_one_place_nothing_changes_event_for_event() -> None:
    off, on = (simulate(market().but(place=place), Plan(), 3) for place in (None, Parameters()))
    assert off.events.frame().equals(on.events.frame())


def test_people_are_put_in_places_in_proportion_and_the_near_buy_more_often() -> None:
    lived = run()
    offices = lived.people.place.place == 1
    assert offices.mean() == pytest.approx(0.25, abs=0.04)
    orders = by_daypart(lived)["orders"].groupby("place", observed=False).sum()
    often = orders["offices"] / offices.sum() / (orders["flats"] / (~offices).sum())
    assert often == pytest.approx(2.0, rel=0.2)
    plain = len(simulate(market().but(place=None), Plan(), 3).events.of(Kind.ORDER))
    assert orders.sum() == pytest.approx(plain, rel=0.08)  # on average as without places


def test_what_is_bought_when_follows_the_place() -> None:
    orders = sum(by_daypart(run(seed=seed))["orders"] for seed in (1, 2, 3))
    for name, place in TOWN.items():
        found = orders[name] / orders[name].sum()
        assert found.to_numpy() == pytest.approx(place.shares, abs=0.02)


def test_a_bundle_lifts_its_part_of_the_day_by_the_stated_share_and_leaves_the_others() -> None:
    """Nobody leaves after an order here, or those who buy more would be gone sooner."""
    scenario = market(bundle_lift=2.0)
    scenario = scenario.but(shopping=scenario.shopping.but(dropout_b=1e6))
    plans = [Plan(place={"bundle": "lunch", "discount": cut}) for cut in (0.0, 0.25)]
    before, after = (
        sum(by_daypart(simulate(scenario, plan, seed))["orders"] for seed in range(4)) for plan in plans
    )
    for place in TOWN:
        assert after[place, "lunch"] / before[place, "lunch"] == pytest.approx(1.5, abs=0.08)
        rest = [part for part in DAYPARTS if part != "lunch"]
        assert after[place][rest].sum() / before[place][rest].sum() == pytest.approx(1.0, abs=0.05)


def test_the_bundle_s_discount_is_given_on_its_part_of_the_day_only_and_to_the_cent() -> None:
    lived = run("evening", 0.2)
    table, total = by_daypart(lived), lived.accounts.total()
    evening = table["sales_currency"].xs("evening", level="daypart").sum()
    assert -total["discounts"] / 100 == pytest.approx(0.2 * evening, abs=0.01 * table["orders"].sum())
    assert lived.accounts.by_person()["profit"].sum() == total["profit"]


def test_a_bundle_without_a_discount_does_nothing() -> None:
    assert run("lunch", 0.0).events.frame().equals(run().events.frame())


def test_nothing_is_borrowed_from_later_weeks_by_a_bundle() -> None:
    assert not run("lunch", 0.3).people.pricing.stock.any()


def test_sales_are_the_same_however_they_are_cut_and_can_be_counted_from_a_week_on() -> None:
    lived = run("lunch", 0.1)
    assert by_daypart(lived)["sales_currency"].sum() * 100 == pytest.approx(lived.accounts.total()["sales"])
    assert 0 < by_daypart(lived, 20)["orders"].sum() < by_daypart(lived)["orders"].sum()
    ends = lived.people.place.until
    assert np.allclose(ends[:, -1], 1) and (np.diff(ends, axis=1) >= 0).all()


def test_where_nobody_is_anywhere_or_there_are_no_places_one_is_told() -> None:
    with pytest.raises(Fault, match="nobody is anywhere"):
        Parameters(places={"moon": Place(share=0)})
    with pytest.raises(Fault, match="knows no places"):
        by_daypart(simulate(market().but(place=None, weeks=2), Plan(), 1))


def test_a_discount_on_no_bundle_is_refused_with_the_remedy() -> None:
    with pytest.raises(Fault, match=r"place\.discount: .* bundle: lunch, or leave discount alone"):
        run(None, 0.2)
