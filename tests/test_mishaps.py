"""Laws of mishaps: every fault has one fate, a claim is right or wrong, and news only spreads."""

# Plans are written here as learners write them, with dicts:
# mypy: disable-error-code="arg-type, dict-item, union-attr, call-arg"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.analysis import mishaps
from sim.events import Kind
from sim.processes.shocks import Parameters as Shocks
from sim.processes.shocks import Shock


@cache
def busy() -> Scenario:
    market = load_scenario("supermarket", people=800)
    return market.but(service=market.service.but(fault_share=0.1, outspoken_share=0.5, handling_minutes=200))


def agents(number: int) -> Plan:
    return Plan(service={"agents": number})


def test_every_fault_that_can_be_watched_has_one_fate() -> None:
    run = simulate(busy(), agents(1), 1)
    table = mishaps.fates(run, weeks=26)
    faults = run.events.of(Kind.FAULT)
    assert table["faults"].sum() == (faults.minute < (104 - 26) * 10_080).sum()
    assert list(table.index) == list(mishaps.FATES)


def test_with_an_empty_desk_nothing_is_solved_and_those_who_complained_leave() -> None:
    table = mishaps.fates(simulate(busy(), agents(0), 1))
    faults, left = (dict(zip(table.index, table[name].to_numpy(np.float64), strict=True)) for name in table)
    assert faults["solved in time"] == faults["solved late"] == 0
    assert left["not solved"] > left["swallowed"] + 0.2


def test_a_better_desk_solves_more_in_time() -> None:
    shares = []
    for number in (1, 3):
        solved = mishaps.fates(simulate(busy(), agents(number), 1))["faults"].to_numpy()
        shares.append(solved[1] / solved[1:].sum())
    assert shares[1] > shares[0]


def test_without_a_desk_there_are_no_fates() -> None:
    with pytest.raises(Fault, match="no service desk"):
        mishaps.fates(simulate(busy().but(service=None), Plan(), 1))


def test_proof_leaves_a_smaller_share_of_claims_without_a_reason() -> None:
    market = busy().also("guarantee")
    free, strict = (
        mishaps.claims(simulate(market, agents(1).but(guarantee={"promise": 20, "proof": proof}), 1))
        for proof in (False, True)
    )
    assert free["share"].sum() == pytest.approx(1)
    assert strict["share"].to_numpy()[1] < free["share"].to_numpy()[1]
    assert strict["claims"].sum() < free["claims"].sum()


def test_all_that_is_paid_for_claims_is_in_the_accounts() -> None:
    run = simulate(busy().also("guarantee"), agents(1).but(guarantee={"promise": 10}), 1)
    assert mishaps.claims(run)["paid_currency"].sum() == pytest.approx(-run.accounts.total()["claims"] / 100)


def test_news_only_spreads_and_of_an_open_firm_there_is_less_to_tell() -> None:
    market = busy().but(weeks=60, shocks=Shocks(calendar=(Shock(what="scandal", week=30, weeks=20),)))
    runs = {name: simulate(market, Plan(shocks={"answer": name}), 1) for name in ("silence", "open")}
    table = mishaps.heard(runs)
    assert (table.diff().dropna() >= 0).all(axis=None)
    assert table.loc[29].eq(0).all()
    silence, open_answer = table.loc[36].to_numpy(np.float64)
    assert open_answer < silence
