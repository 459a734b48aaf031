"""Laws of stewardship: it costs what was agreed, finds a part of the same mistakes, and moves nobody."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, load_scenario, simulate
from sim.events import FIRM, Kind
from sim.export import Export
from sim.processes.rollout import Parameters as Rollout
from sim.processes.stewardship import CLEAN
from sim.processes.stewardship import Parameters as Stewardship
from sim.run import Run

DIRTY = CLEAN.but(
    duplicate_share=0.2,
    misspelt_share=0.2,
    gap_share=0.2,
    wrong_date_share=0.2,
    wrong_unit_share=0.2,
    test_share=0.1,
)
MARKET = load_scenario("supermarket", people=400).but(weeks=40)


def cleaned(money: float, these: Stewardship = DIRTY) -> Run:
    return simulate(MARKET.but(stewardship=these), Plan(stewardship={"cleaning": money}), 2)


def mistakes(run: Run) -> set[tuple[str, str, str]]:
    """Name the values that are spoilt, orders by what no cleaning changes: their true value."""
    table = Export.of(run).truth["mistakes"]
    orders = table[table["column"].isin(["amount", "opened"]) | (table["table"] == "orders")]
    return set(zip(orders["table"], orders["column"], orders["true_value"], strict=True))


# -- the law ---------------------------------------------------------------------------------------


def test_a_mistake_is_missed_as_often_as_each_later_week_misses_it() -> None:
    spent = np.array([0.0, 20.0, 0.0, 60.0])
    missed = 1 - DIRTY.cleaning_speed * (1 - np.exp(-spent / DIRTY.cleaning_worth))
    expected = [missed[week:].prod() for week in range(4)]
    assert DIRTY.undiscovered(spent) == pytest.approx(expected)
    assert DIRTY.undiscovered(np.zeros(4)).tolist() == [1.0] * 4


def test_the_expected_share_of_mistakes_is_left() -> None:
    dirty, run = (Export.of(cleaned(money)).truth["mistakes"] for money in (0, 20))
    before, after = (int((table["column"] == "amount").sum()) for table in (dirty, run))
    orders = Export.of(cleaned(0)).tables["orders"]
    share = DIRTY.undiscovered(np.full(MARKET.weeks, 20.0)).mean()  # orders come in all weeks alike
    assert before == pytest.approx(0.2 * len(orders), abs=4 * np.sqrt(0.16 * len(orders)))
    assert after / before == pytest.approx(share, abs=0.08)


def test_more_cleaning_leaves_a_part_of_the_same_mistakes() -> None:
    left = [mistakes(cleaned(money)) for money in (0, 5, 30, 200)]
    for more, fewer in pairwise(left):
        assert fewer < more
    roles = [Export.of(cleaned(money)).truth["identities"]["role"] for money in (0, 200)]
    for role in ("second entry", "test account"):
        counts = [int((table == role).sum()) for table in roles]
        assert 0 < counts[1] < counts[0], role


def test_faster_and_more_worthy_cleaning_leaves_less() -> None:
    plain = len(mistakes(cleaned(10)))
    assert len(mistakes(cleaned(10, DIRTY.but(cleaning_speed=0.3)))) < plain
    assert len(mistakes(cleaned(10, DIRTY.but(cleaning_worth=100)))) > plain
    assert len(mistakes(cleaned(10, DIRTY.but(cleaning_speed=0.0)))) == len(mistakes(cleaned(0)))


def test_what_is_not_done_is_not_found() -> None:
    spent, done = np.full(4, 20.0), np.array([0.0, 1.0, 0.5, 0.0])
    found = DIRTY.cleaning_speed * (1 - np.exp(-spent / DIRTY.cleaning_worth)) * done
    assert DIRTY.undiscovered(spent, done) == pytest.approx([(1 - found)[week:].prod() for week in range(4)])


def test_cleaning_by_people_without_practice_costs_the_same_and_finds_nothing() -> None:
    plan, left = Plan(stewardship={"cleaning": 30}), []
    for habit in (0.0, 0.3, 1.0):
        steady = Rollout(habit=habit, by_hand=1.0, learning=0.0, forgetting=0.0)
        run = simulate(MARKET.but(stewardship=DIRTY, rollout=steady), plan, 2)
        left.append(mistakes(run))
        assert run.accounts.total()["stewardship"] == cleaned(30).accounts.total()["stewardship"]
    assert mistakes(cleaned(0)) == left[0] > left[1] > left[2] == mistakes(cleaned(30))


# -- money, and nobody's life ----------------------------------------------------------------------


def test_cleaning_costs_what_was_agreed_each_week_on_a_line_of_its_own() -> None:
    run = cleaned(12.5)
    bills = run.events.of(Kind.STEWARDED)
    assert bills.value.tolist() == [500] * MARKET.weeks  # 12.50 for 1 000 people, and there are 400
    assert (bills.person == FIRM).all()
    assert run.accounts.by_week()["stewardship"].tolist() == [-500] * MARKET.weeks
    assert run.accounts.total()["profit"] == cleaned(0).accounts.total()["profit"] - 500 * MARKET.weeks


def test_dirt_and_cleaning_change_nobodys_life() -> None:
    plain = simulate(MARKET, Plan(), 2)
    for run in (cleaned(0), cleaned(50)):
        lives = run.events.where(run.events.kind != int(Kind.STEWARDED))
        pd.testing.assert_frame_equal(lives.frame(), plain.events.frame())
        pd.testing.assert_frame_equal(run.truth, plain.truth)


def test_a_market_without_the_section_refuses_its_lever() -> None:
    with pytest.raises(Fault, match="stewardship: supermarket has no stewardship"):
        simulate(MARKET, Plan(stewardship={"cleaning": 1.0}), 1)
