"""Laws of the guarantee: a promise lets people speak, puts things right, costs, and tempts a few."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.events import Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.guarantee import Parameters as Guarantee
from sim.processes.guarantee import _so_far
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
HONEST = Guarantee(abuse_share=0.0)
ONLY_CHEEK = Guarantee(claim_share=0.0, abuse_share=0.2)


@cache
def market(these: Guarantee | None = HONEST, outspoken: float = 0.0, weeks: int = 40) -> Scenario:
    """Give a supermarket of 600 customers without talk, with many faults that are swallowed."""
    scenario = load_scenario("supermarket").but(people=600, weeks=weeks, acquisition=None)
    desk = scenario.service.but(fault_share=0.4, outspoken_share=outspoken, agents=4)
    return scenario.but(service=desk, entry=Entry(present_share=1.0), guarantee=these)


def promise(money: float, **more: Any) -> Plan:
    return Plan(guarantee={"promise": money, **more})


def claims(run: Run) -> Events:
    return run.events.of(Kind.CLAIMED)


def with_reason(run: Run) -> npt.NDArray[np.bool_]:
    """Tell of each claim whether something was wrong with the order: the truth, which no firm sees."""
    faults = run.events.of(Kind.FAULT)
    wrong = set(zip(faults.minute.tolist(), faults.person.tolist(), strict=True))
    paid = claims(run)
    return np.array(
        [pair in wrong for pair in zip(paid.ref.tolist(), paid.person.tolist(), strict=True)], bool
    )


def product_toll(run: Run) -> float:
    return float(run.people.patience.used[1].sum())


# -- off means off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("levers", [{}, {"proof": True, "limit": 0}, {"promise": 0.004}])
def test_without_a_promise_nobody_claims(levers: dict[str, Any]) -> None:
    off, on = (
        simulate(market(these, 0.4), plan, 2).events
        for these, plan in ((None, Plan()), (Guarantee(), Plan(guarantee=levers)))
    )
    pd.testing.assert_frame_equal(off.frame(), on.frame())


# -- those with a reason ---------------------------------------------------------------------------


@pytest.mark.parametrize("money", [2.0, 8.0, 30.0])
@pytest.mark.parametrize("proof", [False, True])
def test_of_swallowed_faults_so_many_are_claimed_as_the_law_says(money: float, proof: bool) -> None:
    run = simulate(market(), promise(money, proof=proof), 1)
    share = 0.7 * (1 - np.exp(-money / 8.0)) * (0.6 if proof else 1.0)
    n = len(run.events.of(Kind.FAULT))
    assert n > 1_000
    assert with_reason(run).all()
    assert abs(len(claims(run)) - share * n) < 4 * np.sqrt(n * share * (1 - share))


@each_seed
def test_a_promise_lets_the_silent_speak_and_keeps_them(seed: int) -> None:
    runs = [simulate(market(), promise(money), seed) for money in (0.0, 5.0, 25.0)]
    assert product_toll(runs[0]) > product_toll(runs[1]) > product_toll(runs[2])
    assert len(runs[0].defections) > len(runs[2].defections)
    moods = [run.truth["satisfaction"].mean() for run in runs]
    assert moods[0] < moods[1] < moods[2]
    paid = [-run.accounts.total()["claims"] for run in runs]
    assert paid[0] == 0 < paid[1] < paid[2]


def test_a_claim_puts_right_the_share_that_the_law_says() -> None:
    all_claim = Guarantee(claim_share=1.0, claim_worth=1e-3, abuse_share=0.0)
    scenario = market(all_claim, weeks=10)
    scenario = scenario.but(service=scenario.service.but(fault_toll=1e-5), experience=None)
    plain, promised = (simulate(scenario, plan, 1) for plan in (Plan(), promise(10.0)))
    assert product_toll(promised) == pytest.approx(product_toll(plain) * np.exp(-10.0 / 20.0), rel=1e-9)


@each_seed
def test_who_complains_is_paid_with_the_solution_and_more_content(seed: int) -> None:
    plain, promised = (simulate(market(HONEST, 1.0), plan, seed) for plan in (Plan(), promise(20.0)))
    assert promised.metrics["csat"] > plain.metrics["csat"] + 0.05
    solved = promised.events.of(Kind.RESOLVED)
    paid = set(zip(claims(promised).ref.tolist(), claims(promised).person.tolist(), strict=True))
    assert paid == set(zip(solved.ref.tolist(), solved.person.tolist(), strict=True))


# -- those without ---------------------------------------------------------------------------------


@each_seed
def test_a_few_people_make_most_of_the_claims_without_a_reason(seed: int) -> None:
    run = simulate(market(ONLY_CHEEK), promise(30.0), seed)
    assert not with_reason(run).any()
    cheek = run.people.guarantee.cheek
    counts = np.bincount(claims(run).person, minlength=600) / np.maximum(
        np.bincount(run.events.of(Kind.ORDER).person, minlength=600), 1
    )
    top = np.argsort(cheek)[-200:]
    assert counts[top].sum() > 0.55 * counts.sum()


@pytest.mark.parametrize("money", [5.0, 40.0])
@pytest.mark.parametrize("proof", [False, True])
def test_abuse_follows_the_stated_law(money: float, proof: bool) -> None:
    run = simulate(market(Guarantee(claim_share=0.0, abuse_share=0.05)), promise(money, proof=proof), 1)
    share = 0.05 * (1 - np.exp(-money / 20.0)) * (0.2 if proof else 1.0)
    orders, faults = (
        np.bincount(run.events.of(kind).person, minlength=600) for kind in (Kind.ORDER, Kind.FAULT)
    )
    expected = float(((orders - faults) * np.minimum(share * run.people.guarantee.cheek, 1)).sum())
    assert abs(len(claims(run)) - expected) < 4 * np.sqrt(expected)


@each_seed
def test_proof_saves_money_on_the_cheeky_and_loses_some_who_were_right(seed: int) -> None:
    these = Guarantee(abuse_share=0.1)
    free, proved = (simulate(market(these), promise(20.0, proof=proof), seed) for proof in (False, True))
    reasons = [with_reason(run) for run in (free, proved)]
    assert (~reasons[1]).sum() < 0.5 * (~reasons[0]).sum()
    assert reasons[1].sum() < reasons[0].sum()
    assert product_toll(proved) > product_toll(free)
    assert proved.accounts.total()["claims"] > free.accounts.total()["claims"]


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_nobody_is_paid_more_often_than_the_limit(limit: int) -> None:
    run = simulate(market(Guarantee(abuse_share=0.1), 0.5), promise(20.0, limit=limit), 1)
    counts = np.bincount(claims(run).person, minlength=600)
    assert counts.max() == limit
    assert np.array_equal(counts, run.people.guarantee.paid)
    if not limit:
        off = simulate(market(None, 0.5), Plan(), 1)
        pd.testing.assert_frame_equal(run.events.frame(), off.events.frame())


def test_who_stands_twice_in_a_row_of_claims_is_counted_twice() -> None:
    assert _so_far(np.array([5, 3, 5, 5, 3, 9])).tolist() == [0, 0, 1, 2, 1, 0]
    assert _so_far(np.empty(0, np.int64)).tolist() == []


# -- money and twins -------------------------------------------------------------------------------


def test_claims_are_booked_to_the_cent() -> None:
    run = simulate(market(Guarantee(), 0.4), promise(7.77), 1)
    assert (claims(run).value == 777).all()
    assert run.accounts.total()["claims"] == -777 * len(claims(run)) < 0
    assert run.accounts.total()["profit"] == run.accounts.by_person()["profit"].sum()


@each_seed
def test_who_claims_nothing_lives_the_same_life(seed: int) -> None:
    plain, promised = (simulate(market(Guarantee()), plan, seed) for plan in (Plan(), promise(5.0)))
    touched = np.zeros(600, bool)
    touched[claims(promised).person] = True
    assert min(touched.sum(), (~touched).sum()) > 50
    events = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (plain, promised)
    ]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))
    pd.testing.assert_frame_equal(plain.truth[~touched], promised.truth[~touched], check_exact=True)


@pytest.mark.parametrize("given", [{"promise": -1.0}, {"limit": -1}, {"proof": "yes"}])
def test_a_lever_of_the_guarantee_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"guarantee\.{next(iter(given))}"):
        Plan(guarantee=given)
