"""Laws of adoption: what is done of a plan is counted in deeds, and all of it is one."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Scenario, load_scenario, plots, simulate
from sim.analysis import adoption
from sim.run import Run

IDEA = Plan(campaigns=[Campaign(channel="store", every=2)])


@cache
def market() -> Scenario:
    return load_scenario("supermarket", people=500).but(weeks=39)


@cache
def full() -> Run:
    return simulate(market(), IDEA, 1)


def lived(plan: Any) -> Run:
    return simulate(market().but(rollout={}), plan, 1)


def test_a_firm_that_does_all_has_done_all() -> None:
    table = adoption.done({"all": full()}, full())
    assert (table["all"] == 1).all()
    assert list(table.index) == [0, 13, 26]


def test_who_trains_does_more_and_who_stops_does_less_again() -> None:
    school, tool = IDEA.but(rollout={"system": True, "training": 60}), IDEA.but(rollout={"system": True})
    runs = {"trains": lived(school), "stops": lived({0: school, 13: tool}), "never": lived(tool)}
    table = adoption.done(runs, full())
    assert table["trains"].is_monotonic_increasing
    assert table["stops"].iloc[2] < table["stops"].iloc[1] < table["trains"].iloc[1]
    assert (table["never"] < 0.3).all()


def test_adoption_is_drawn_and_read_at_its_end() -> None:
    picture = plots.adoption(adoption.done({"all": full()}, full()))
    assert picture.reading == "Done in the last quarter: all 100 %."


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: adoption.done({"a": full()}, simulate(market(), Plan(), 1)), "Give it a plan"),
        (lambda: adoption.done({"a": simulate(market().but(weeks=26), IDEA, 1)}, full()), "a has 26 weeks"),
        (lambda: plots.adoption(pd.DataFrame()), "1 to 6 runs"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(wrong: Any, said: str) -> None:
    with pytest.raises(Fault, match=said):
        wrong()
