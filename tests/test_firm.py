"""Laws of a firm that is run by quarters: what is over stays, whatever follows; plans are checked by line."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Scenario, Timeline, compare, load_scenario, plots, simulate
from sim.analysis.quarter import INDICATORS, checklist, indicators
from sim.course.firm import Firm, in_industries, surprised, values, written
from sim.events import Kind
from sim.files import dump

PAPER = Timeline(plans={0: Plan(), 13: Plan(campaigns=[Campaign(channel="email", holdout=0.3)])})


@cache
def market() -> Scenario:
    return load_scenario("supermarket", people=300).but(weeks=52)


@cache
def firm() -> Firm:
    return Firm(market(), PAPER, seed=3)


def test_a_quarter_that_was_lived_stays_as_it_was_whatever_follows() -> None:
    early = firm().at(2)
    late = early.change(26, pricing={"price": 1.2}).at(4)
    pd.testing.assert_frame_equal(early.board, late.board.iloc[:2])
    assert late.board["revenue"].iloc[2] != firm().at(4).board["revenue"].iloc[2]


def test_what_is_over_cannot_be_changed() -> None:
    for week in (0, 13, 20, 52):
        with pytest.raises(Fault, match="The next quarter begins in week 26"):
            firm().at(2).change(week, pricing={"price": 0.9})


def test_a_change_holds_from_its_week_on_and_in_all_that_was_planned_for_later() -> None:
    changed = firm().change(0, pricing={"price": 1.1})
    assert [plan.pricing.price for plan in changed.now.plans.values()] == [1.1, 1.1]
    assert changed.now.at(13).campaigns == PAPER.at(13).campaigns
    assert changed.diary == ("from week 0: pricing = {'price': 1.1}",)
    assert changed.first_day == PAPER


def test_indicators_are_what_the_books_and_the_log_say() -> None:
    run = simulate(market(), PAPER, 3)
    table = indicators(run)
    assert list(table) == list(INDICATORS) and list(table.index) == [1, 2, 3, 4]
    assert table["profit"].sum() == pytest.approx(run.metrics["profit"])
    assert table["orders"].sum() == run.metrics["orders"]
    assert table["messages"].sum() == len(run.events.of(Kind.SENT))
    assert table["new"].sum() == run.metrics["customers"]
    active, lapsed, new = (table[name].to_numpy() for name in ("active", "lapsed", "new"))
    assert (active[1:] >= active[:-1] - lapsed[1:] + new[1:]).all(), "others may come back"


def test_a_checklist_measures_what_is_done() -> None:
    done = checklist(simulate(market(), PAPER, 3))["measured"]
    assert done["clear profile"] == 1
    assert done["continual measurement"] == 1
    loud = Plan(campaigns=[Campaign(channel=name) for name in ("email", "sms", "app")])
    split = simulate(market().but(stewardship={"split_share": 0.5}), loud, 3)
    worse = checklist(split)["measured"]
    assert worse["clear profile"] < 1 and worse["continual measurement"] == 0
    assert worse["consistent touchpoints"] < done["consistent touchpoints"]


def test_a_plan_is_read_as_it_was_written_and_mistakes_are_named() -> None:
    assert written(dump(PAPER)) == PAPER
    with pytest.raises(Fault, match="line 4"):
        written("version: 1\nplans:\n  0:\n    servise: {agents: 1}\n")
    with pytest.raises(Fault, match="week 20 is not the first of a quarter"):
        written("version: 1\nplans: {0: {}, 20: {}}")


def test_the_surprise_is_a_price_war_of_the_second_year() -> None:
    weeks = set()
    for seed in range(8):
        wars = surprised(market().but(weeks=104), seed).shocks.calendar  # type: ignore[union-attr]
        weeks |= {war.week for war in wars}
    assert weeks == {52, 65, 78, 91}


def test_values_add_profit_and_customer_equity_and_set_them_beside_the_first_plan() -> None:
    plans: dict[str, Any] = {"nothing": Plan(), "paper": PAPER, "again": Plan()}
    ours, unseen = compare(market(), plans, 2, first_seed=3), compare(market(), plans, 3, first_seed=9_001)
    table = values(ours, unseen)
    mine = ours.paired("profit", "paper") + ours.paired("customer_equity", "paper")
    assert table.loc["paper", "in our market"] == pytest.approx(mine.mean())
    assert (table.loc["again"] == 0).all()


def test_what_changes_nothing_changes_nothing_in_any_industry() -> None:
    firms = {"shop": market(), "software": load_scenario("saas", people=200).but(weeks=26)}
    assert np.allclose(in_industries(firms, Plan(), Plan(), 2), 0)
    assert (in_industries(firms, Plan(), Plan(bonds={"care": 0.5}), 2)["profit"] < 0).all()


def test_the_quarters_are_drawn_and_bad_numbers_refused() -> None:
    picture = plots.quarters(firm().at(3).board[["revenue", "active"]])
    assert picture.reading.startswith("From quarter 1 to 3: revenue")
    with pytest.raises(Fault, match="1 to 6 indicators"):
        plots.quarters(firm().at(1).board)
    for wrong in (0, 5, "2"):
        with pytest.raises(Fault, match="quarter"):
            firm().at(wrong)  # type: ignore[arg-type]
    with pytest.raises(Fault, match="nothing has been lived yet"):
        firm().board  # noqa: B018
