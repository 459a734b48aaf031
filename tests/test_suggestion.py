"""Laws of suggestions: what was taken is what the log says; a foretold week uses nothing that came later."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.analysis import suggestion
from sim.processes.entry import Parameters as Entry
from sim.recommender import learned
from sim.run import Run
from tests.goods import BASKET


@cache
def market() -> Scenario:
    scenario = load_scenario("supermarket").but(people=600, weeks=40, service=None, acquisition=None)
    return scenario.but(entry=Entry(present_share=1.0), basket=BASKET)


@cache
def lived() -> Run:
    return simulate(market(), Plan(), 1)


def test_what_is_counted_is_what_the_books_say() -> None:
    run = simulate(market(), Plan(basket={"suggestions": 1, "recommender": "learned"}), 1)
    table = suggestion.came_of({"nothing": lived(), "learned": run})
    assert table.loc["nothing", "suggested"] == 0
    assert np.isnan(table.loc["nothing", "taken_share"])
    row = table.loc["learned"]
    assert row["suggested"] * row["taken_share"] == pytest.approx(run.lines["suggested"].sum())
    assert row["satisfaction"] < table.loc["nothing", "satisfaction"]


def test_own_baskets_tell_more_of_the_next_one_than_everybody_s() -> None:
    keen = simulate(market().but(basket=BASKET.but(taste_spread=1.5)), Plan(), 1)
    hits = suggestion.next_baskets(keen, week=30, guesses=2)["hit_share"]
    assert hits["their own"] > hits["everybody's"]


def test_what_is_due_is_foretold_without_a_look_at_what_comes_later() -> None:
    early, late = suggestion.due(simulate(market().but(weeks=21), Plan(), 1), 20), suggestion.due(lived(), 20)
    columns = ["person", "staple", "due_in", "usual_due_in"]
    pd.testing.assert_frame_equal(early[columns], late[columns])


def test_who_is_due_buys_sooner_than_who_is_not() -> None:
    table = suggestion.due(lived(), 25)
    soon = table["bought_in"] <= 2
    due = table["due_in"].between(suggestion.MISSED, suggestion.SOON)
    assert soon[due].mean() > 1.3 * soon[table["due_in"] > 3].mean()


def test_a_timely_recommender_that_presses_for_nothing_is_the_one_that_learns() -> None:
    def events(recommender: object) -> pd.DataFrame:
        return simulate(
            market(), Plan(basket={"suggestions": 1, "recommender": recommender}), 1
        ).events.frame()

    pd.testing.assert_frame_equal(events(suggestion.Timely(1.0)), events(learned))
    assert len(events(suggestion.Timely(5.0))) != len(events(learned))


def test_without_baskets_there_is_nothing_to_tell() -> None:
    bare = simulate(market().but(basket=None, weeks=4), Plan(), 1)
    for asked in (lambda: suggestion.due(bare, 2), lambda: suggestion.came_of({"bare": bare})):
        with pytest.raises(Fault, match="orders have no content"):
            asked()
