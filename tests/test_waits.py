"""Laws of waits: every complaint is counted once, and what a machine closes does not reach people."""

# mypy: disable-error-code="arg-type, call-arg, union-attr, operator"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, load_scenario, simulate
from sim.analysis.waits import heard, waits
from sim.events import Kind
from sim.run import Run


@cache
def run(front: str = "none", agents: int = 1, after: str = "nothing") -> Run:
    market = load_scenario("supermarket", 600).also("staff", "automation", "followup")
    service = market.service.but(fault_share=0.2, handling_minutes=120, agents=1)
    plan = Plan(service={"agents": agents}, automation={"front": front}, followup={"after": after})
    return simulate(market.but(weeks=26, service=service), plan, 3)


def test_without_a_machine_all_complaints_reach_people() -> None:
    row = waits({"people": run()}).loc["people"]
    assert row["met"] == row["closed"] == row["closed_wrongly"] == 0
    assert row["reached_people"] == len(run().events.of(Kind.TICKET)) > 50
    assert 0 < row["mean_wait"] < row["long_wait"]


def test_a_machine_closes_some_and_hands_over_the_rest() -> None:
    table = waits({"people": run(), "assistant": run("assistant")})
    row = table.loc["assistant"]
    assert 0 < row["closed_wrongly"] < row["closed"] < row["met"]
    assert row["reached_people"] < table.loc["people", "reached_people"]
    assert row["reached_people"] >= row["met"] - row["closed"]  # some who were misled come again


def test_more_agents_shorten_the_wait_and_none_leave_it_unknown() -> None:
    table = waits({"none": run(agents=0), "one": run(), "three": run(agents=3)})
    assert table.loc["three", "mean_wait"] < table.loc["one", "mean_wait"]
    assert np.isnan(table.loc["none", "mean_wait"])


def test_faults_are_told_or_swallowed_and_calls_cost_what_the_scenario_says() -> None:
    table = heard({"no calls": run(), "calls": run(after="complaint")})
    assert (table["faults"] == table["complaints"] + table["silent"]).all() and (table["silent"] > 0).all()
    assert table.loc["no calls", "calls"] == 0 < table.loc["calls", "calls"]
    assert table.loc["calls", "cost_currency"] == pytest.approx(3.0 * table.loc["calls", "calls"])


def test_a_market_without_a_desk_is_refused() -> None:
    bare = simulate(load_scenario("cdnow_plain", 50).but(weeks=4), Plan(), 1)
    with pytest.raises(Fault, match='waits: the market of "bare" has no service desk'):
        waits({"bare": bare})
