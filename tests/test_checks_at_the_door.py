"""Laws of checking orders before they go out: fewer faults, at a price, with diminishing returns."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Plan, Scenario, load_scenario, simulate
from sim.events import FIRM, Kind
from sim.run import Run


def market() -> Scenario:
    """Give a supermarket in which much goes wrong."""
    scenario = load_scenario("supermarket", 2_000).but(weeks=30, acquisition=None)
    service = scenario.service.but(fault_share=0.2, agents=6, checks_reach=0.8, checks_worth=1.0)
    return scenario.but(service=service)


@cache
def run(checks: float) -> Run:
    return simulate(market(), Plan(service={"checks": checks}), 1)


def fault_share(of: Run) -> float:
    return len(of.events.of(Kind.FAULT)) / of.metrics["orders"]


@pytest.mark.parametrize("checks", [0.0, 0.5, 1.0, 20.0])
def test_checks_leave_as_many_faults_as_the_stated_law_says(checks: float) -> None:
    expected = 0.2 * (1 - 0.8 * (1 - np.exp(-checks)))
    assert fault_share(run(checks)) == pytest.approx(expected, abs=0.01)


def test_checks_are_paid_for_each_order() -> None:
    checked = run(0.5)
    assert checked.accounts.total()["checks"] == -50 * checked.metrics["orders"]
    noted = checked.events.of(Kind.CHECKED)
    assert set(noted.person.tolist()) == {FIRM} and len(noted) == 30
    assert not len(run(0.0).events.of(Kind.CHECKED))


def test_fewer_faults_mean_fewer_complaints_and_fewer_who_leave() -> None:
    plain, checked = run(0.0), run(1.0)
    complaints = [len(of.events.of(Kind.TICKET)) for of in (plain, checked)]
    assert complaints[1] < 0.7 * complaints[0]
    assert checked.metrics["churn"] < plain.metrics["churn"]


def test_checks_that_can_reach_nothing_only_cost() -> None:
    scenario = market()
    blind = scenario.but(service=scenario.service.but(checks_reach=0.0))
    plain, checked = (simulate(blind, Plan(service={"checks": c}), 1) for c in (0.0, 1.0))
    rest = checked.events.where(checked.events.kind != int(Kind.CHECKED))
    assert rest.frame().equals(plain.events.frame())
