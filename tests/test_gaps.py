"""Laws of the five service gaps: each takes what it takes, and only its own remedy closes it."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Plan, Scenario, load_scenario, simulate
from sim.events import Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.gaps import GAPS, Parameters
from sim.run import Run

NONE = dict.fromkeys(GAPS, 0.0)
each_gap = pytest.mark.parametrize("gap", GAPS)


def market(**points: float) -> Scenario:
    scenario = load_scenario("supermarket", 800).but(weeks=40, entry=Entry(), acquisition=None)
    return scenario.but(gaps=Parameters(**{**NONE, **points}))


@cache
def run(gap: str | None = None, points: float = 0.0, remedy: str | None = None, money: float = 1e4) -> Run:
    """Run a market with one gap, so wide, and money for one remedy."""
    plan = Plan(gaps={remedy: money} if remedy else {})
    return simulate(market(**({gap: points} if gap else {})), plan, 3)


def mood(of: Run) -> float:
    """Give the mean satisfaction of those who ordered."""
    return float(of.people.experience.satisfaction[np.unique(of.events.of(Kind.ORDER).person)].mean()) / 100


def test_without_gaps_the_market_is_the_same_event_for_event() -> None:
    off = simulate(market().but(gaps=None), Plan(), 3)
    assert off.events.frame().equals(run().events.frame())


@each_gap
def test_the_wider_a_gap_the_lower_the_satisfaction(gap: str) -> None:
    assert mood(run()) > mood(run(gap, 0.5)) > mood(run(gap, 1.5))


@each_gap
@pytest.mark.parametrize("remedy", GAPS)
def test_only_its_own_remedy_closes_a_gap(gap: str, remedy: str) -> None:
    closed = mood(run(gap, 1.0, remedy))
    assert closed == pytest.approx(mood(run() if remedy == gap else run(gap, 1.0)), abs=1e-12)


def unknowing(**money: float) -> Run:
    """Run a market that does not know what is expected, and whose standards fall short as far."""
    return simulate(market(knowledge=1.0, standards=1.0), Plan(gaps=money), 3)


def test_standards_are_only_as_good_as_what_is_known() -> None:
    """So rewriting them alone is wasted, and asking first is not."""
    nothing = mood(unknowing())
    assert mood(unknowing(standards=1e4)) == nothing
    assert nothing < mood(unknowing(knowledge=1e4)) < mood(unknowing(knowledge=1e4, standards=1e4))
    assert mood(unknowing(knowledge=1e4, standards=1e4)) == pytest.approx(mood(run()), abs=1e-12)


def test_standards_that_fall_short_by_more_than_what_is_unknown_can_be_mended_down_to_that() -> None:
    wide = simulate(market(knowledge=0.5, standards=1.5), Plan(gaps={"standards": 1e4}), 3)
    even = simulate(market(knowledge=0.5, standards=0.5), Plan(), 3)
    assert mood(wide) == pytest.approx(mood(even), abs=1e-12)


def test_half_the_money_closes_less_than_half_as_far_again() -> None:
    open_, some, more = (mood(run("knowledge", 2.0, "knowledge", money)) for money in (0.0, 30.0, 60.0))
    assert some - open_ > more - some > 0


def test_what_is_always_so_is_soon_expected_but_the_loss_by_disappointment_stays() -> None:
    """Expectations follow performance down; a gap of communication they do not follow."""
    level, hopes = run("knowledge", 1.0).people.experience, run("communication", 1.0).people.experience
    plain = run().people.experience
    often = np.bincount(run().events.of(Kind.ORDER).person, minlength=800) > 15
    assert (plain.expectation - level.expectation)[often].mean() == pytest.approx(100, abs=15)
    assert (hopes.expectation - plain.expectation)[often].mean() == pytest.approx(100, abs=35)


def test_somebody_slips_for_the_stated_share_of_customers_a_week() -> None:
    none, all_ = (mood(simulate(market(delivery=1.0, slips=share), Plan(), 3)) for share in (0.0, 1.0))
    assert none == mood(run())
    assert all_ == pytest.approx(mood(run("knowledge", 1.0)), abs=1e-12)


def test_remedies_cost_what_was_agreed_and_the_books_add_up() -> None:
    lived = simulate(market(), Plan(gaps=dict.fromkeys(GAPS, 12.5)), 3)
    total = lived.accounts.total()
    assert total["gaps"] == -round(12.5 * 100 * 0.8) * len(GAPS) * 40
    assert lived.accounts.by_person()["profit"].sum() == total["profit"]
