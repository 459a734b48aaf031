"""Laws of personal ties: what goes when a seller goes, and what a record keeps."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from sim import Fault, Plan, Scenario, load_scenario, simulate
from sim.analysis import pipeline
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Bond, Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import Parameters as Sales
from sim.processes.ties import Parameters
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
STEADY = Parameters(turnover=0.0)
STAR = STEADY.but(star_leaves=30)
ALL_IN_RECORD = Plan(ties={"document": 1.0})


@cache
def market(ties: Parameters = STEADY, weeks: int = 60) -> Scenario:
    """Give a software firm whose 300 accounts are there from the start and get a visit every four weeks."""
    scenario = load_scenario("saas").but(people=300, weeks=weeks, acquisition=None, service=None)
    return scenario.but(entry=Entry(present_share=1.0), sales=Sales(sellers=4, visit_weeks=4), ties=ties)


def ran(ties: Parameters, plan: Plan = Plan(), seed: int = 1, weeks: int = 60) -> Run:  # noqa: B008  # frozen
    return simulate(market(ties, weeks), plan, seed)


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


# -- who goes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_sellers_resign_at_the_stated_share_of_a_year(share: float) -> None:
    ties = STEADY.but(turnover=share, hiring_weeks=0)
    many = market(ties, 104).but(people=0, sales=Sales(sellers=300))
    run = simulate(many, Plan(), 1)
    week = run.events.of(Kind.RESIGNED).minute // MINUTES_A_WEEK
    a_week = 1 - (1 - share) ** (1 / 52)
    assert binomtest(len(week), 300 * 104, a_week).pvalue > 1e-3
    assert len(np.unique(week)) > 30


@each_seed
def test_the_star_is_the_seller_whose_accounts_spent_most(seed: int) -> None:
    run = ran(STAR, seed=seed)
    gone = run.events.of(Kind.RESIGNED)
    assert (gone.minute // MINUTES_A_WEEK).tolist() == [30] and gone.person.tolist() == [FIRM]
    before = run.events.where(run.events.minute < 30 * MINUTES_A_WEEK).frame()
    record = run.record(30)
    spend = pd.Series(record["spend_52w"].to_numpy(), run.hidden_link.loc[record.index].to_numpy())
    book = pipeline.books(before, spend)
    assert book.index[0] == gone.ref[0]


@pytest.mark.parametrize("weeks", [0, 3, 20])
def test_a_place_is_empty_and_unpaid_until_somebody_new_is_there(weeks: int) -> None:
    run = ran(STAR.but(hiring_weeks=weeks))
    wages = run.events.of(Kind.WAGES)
    assert wages.ref.tolist() == [4] * 30 + [3] * weeks + [4] * (30 - weeks)
    worked, gone = run.events.of(Kind.WORKED), run.events.of(Kind.RESIGNED).ref[0]
    week = worked.minute // MINUTES_A_WEEK
    assert week[worked.ref == gone].max() <= 30
    fresh = worked.ref > 3
    assert week[fresh].min() >= 30 + weeks
    accounts = worked.person[worked.ref == gone]
    assert np.isin(worked.person[fresh], accounts).all(), "who comes takes over the accounts"


# -- what goes along -------------------------------------------------------------------------------


@each_seed
@pytest.mark.parametrize("personal", [0.3, 1.0])
def test_the_personal_share_of_the_bond_is_lost_with_the_seller(personal: float, seed: int) -> None:
    ties = STAR.but(personal=personal)
    before, after = ran(ties, seed=seed, weeks=30), ran(ties, seed=seed, weeks=31)
    lost = after.events.of(Kind.TIE_LOST)
    bond = before.people.bonds.strength[Bond.SOCIAL]
    assert len(lost) > 30
    assert np.allclose(lost.value / 1e6, personal * bond[lost.person], atol=1e-6)
    gone = lost.ref[0]
    mine = before.people.sales.seller == np.flatnonzero(np.arange(4) == gone)[0]
    assert set(lost.person) == set(np.flatnonzero(mine & (bond > 0)))
    others = ~mine & (bond > 0)
    calm = ran(STEADY, seed=seed, weeks=31)
    assert (after.people.bonds.strength[:, others] == calm.people.bonds.strength[:, others]).all()
    assert (after.people.bonds.strength[Bond.SOCIAL, lost.person] < bond[lost.person]).all()


@each_seed
def test_some_follow_the_seller_the_more_the_more_of_the_bond_was_personal(seed: int) -> None:
    lost = []
    for personal, toll in ((0.0, 3.0), (0.5, 3.0), (1.0, 3.0)):
        run = ran(STAR.but(personal=personal, follow_toll=toll), seed=seed, weeks=90)
        lost.append(len(run.defections))
    assert lost[0] < lost[1] <= lost[2]
    plain = ran(STEADY, seed=seed, weeks=90)
    gone = ran(STAR.but(personal=1.0, follow_toll=3.0), seed=seed, weeks=90)
    driven = set(gone.defections["person"]) - set(plain.defections["person"])
    assert driven <= set(gone.events.of(Kind.TIE_LOST).person.tolist())
    table = gone.defections[gone.defections["person"].isin(driven)]
    assert (table["competitor"] > 0).all(), "they went to where the seller went"


@each_seed
def test_a_documented_relation_stays_with_the_firm(seed: int) -> None:
    harsh = STAR.but(personal=1.0, follow_toll=3.0)
    losses = []
    for share in (0.0, 0.5, 1.0):
        run = ran(harsh, Plan(ties={"document": share}), seed)
        losses.append(run.events.of(Kind.TIE_LOST).value.sum())
        if share == 1.0:
            tied = run.people.ties.documented[run.people.bonds.strength[Bond.SOCIAL] > 0]
            assert (tied == 1).all()
    assert losses[0] > losses[1] > losses[2]
    assert losses[1] == pytest.approx(losses[0] / 2, rel=0.1)
    assert losses[2] < 0.02 * losses[0]


@each_seed
def test_to_write_it_all_down_takes_hours(seed: int) -> None:
    plain, written = (ran(STEADY, plan, seed) for plan in (Plan(), ALL_IN_RECORD))
    worked = [run.events.of(Kind.WORKED) for run in (plain, written)]
    first = [pd.Series(work.value, work.person).groupby(level=0).first() for work in worked]
    assert (first[1] - first[0]).median() == 60 * STEADY.record_hours


def test_what_is_not_done_is_not_in_the_record() -> None:
    idle = market().but(rollout=Rollout(by_hand=0.0))
    run = simulate(idle, ALL_IN_RECORD, 1)
    assert (run.people.ties.documented == 0).all()
    assert_same(run.events, simulate(idle, Plan(), 1).events)


def test_who_has_to_go_takes_along_as_much_as_who_wants_to() -> None:
    run = simulate(market(), {0: Plan(), 30: Plan(sales={"sellers": 3})}, 1)
    gone = run.events.of(Kind.RESIGNED)
    assert (gone.minute // MINUTES_A_WEEK).tolist() == [30] and gone.ref.tolist() == [3]
    assert len(run.events.of(Kind.TIE_LOST)) > 30
    assert run.people.sales.seller.max() == 2


# -- off, and twins --------------------------------------------------------------------------------


@each_seed
def test_a_steady_team_is_a_market_without_ties(seed: int) -> None:
    assert_same(ran(STEADY, seed=seed).events, simulate(market().but(ties=None), Plan(), seed).events)


@each_seed
def test_where_nothing_is_personal_a_resignation_is_a_vacancy_and_no_more(seed: int) -> None:
    run = ran(STAR.but(personal=0.0, hiring_weeks=0), seed=seed)
    plain = ran(STEADY, seed=seed)
    customers = [int(kind) for kind in (Kind.ORDER, Kind.LEFT, Kind.SIGNED, Kind.CANCELLED)]
    parts = [one.events.where(np.isin(one.events.kind, customers)) for one in (run, plain)]
    assert_same(*parts)
    assert len(run.events.of(Kind.RESIGNED)) == 1


@each_seed
def test_the_accounts_of_the_others_live_on_as_if_nothing_had_happened(seed: int) -> None:
    run, plain = ran(STAR.but(personal=1.0, follow_toll=3.0), seed=seed), ran(STEADY, seed=seed)
    touched = np.zeros(300, bool)
    touched[run.events.of(Kind.TIE_LOST).person] = True
    worked = run.events.of(Kind.WORKED)
    star = run.events.of(Kind.RESIGNED).ref[0]
    touched[worked.person[(worked.ref == star) | (worked.ref > 3)]] = True
    assert min(touched.sum(), (~touched).sum()) > 30
    lives = [one.events.where((one.events.person >= 0) & ~touched[one.events.person]) for one in (plain, run)]
    assert_same(*lives)


def test_ties_without_sellers_are_none() -> None:
    plain = market().but(sales=None, ties=None)
    assert_same(simulate(plain, Plan(), 1).events, simulate(plain.but(ties=STAR), ALL_IN_RECORD, 1).events)


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"document": -0.1}, {"document": 1.1}, {"document": True}])
def test_a_lever_of_ties_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=r"ties\.document"):
        Plan(ties=given)


@pytest.mark.parametrize(
    ("name", "value"), [("turnover", 1.0), ("personal", 1.1), ("hiring_weeks", -1), ("star_leaves", -1)]
)
def test_a_parameter_of_ties_outside_its_bounds_is_named(name: str, value: Any) -> None:
    with pytest.raises(Fault, match=name):
        Parameters(**{name: value})


def test_a_market_without_ties_says_so() -> None:
    with pytest.raises(Fault, match=r"ties: supermarket has no ties.*leave document alone"):
        simulate(load_scenario("supermarket", 50), ALL_IN_RECORD, 1)
