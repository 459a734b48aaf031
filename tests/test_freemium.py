"""Laws of freemium: advertisers pay for free users, nothing holds them, some move up to be rid of it.

A firm knows whom it sends a bill: a plan can leave out free users.
"""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, Segment, at_least, load_scenario, over, simulate
from sim.clock import MINUTES_A_WEEK
from sim.delays import FEATURES, Delays
from sim.events import Kind
from sim.processes.freemium import Parameters
from sim.processes.success import Parameters as Success
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def market(people: int = 1_500, **numbers: float) -> Scenario:
    """Give a software firm whose users neither talk nor come later."""
    scenario = load_scenario("saas", people).but(weeks=104, acquisition=None)
    entry = scenario.entry.but(present_share=1.0, pool_share=0.0)
    return scenario.but(entry=entry, freemium=Parameters(**numbers))


@cache
def run(seed: int = 1, numbers: tuple[tuple[str, float], ...] = (), ads: float | None = None) -> Run:
    return simulate(market(**dict(numbers)), Plan(freemium={"ads": ads}), seed)


def free(of: Run) -> np.ndarray:
    """Find who is on the free level at the end and always was: nobody has paid there."""
    paid = of.accounts.by_person()["sales"].drop(-1)
    return (paid == 0).to_numpy() & (of.truth["level"] == 0).to_numpy()


def test_off_is_a_free_level_without_advertising_event_for_event() -> None:
    off = simulate(market().but(freemium=None), Plan(), 1)
    assert off.events.frame().equals(run(numbers=(("hosting", 0.0),), ads=0.0).events.frame())


def test_where_every_level_has_a_fee_nobody_can_be_shown_anything_and_the_plan_is_told_so() -> None:
    paying = market()
    paying = paying.but(renewal=paying.renewal.but(fees=(20, 40, 120, 400)))
    on, off = (simulate(paying.but(freemium=section), Plan(), 1) for section in (Parameters(), None))
    assert on.events.frame().equals(off.events.frame())
    for scenario in (paying, load_scenario("supermarket", 50).also("freemium")):
        with pytest.raises(Fault, match=r"freemium\.ads: .* no level without a fee"):
            simulate(scenario, Plan(freemium={"ads": 50}), 1)


@each_seed
def test_advertisers_pay_for_each_free_user_by_the_thousand_and_for_nobody_else(seed: int) -> None:
    lived = run(seed, ads=50.0)
    seen, bills = lived.events.of(Kind.SPONSORED), lived.events.of(Kind.ORDER)
    assert set(seen.value.tolist()) == {round(50 / 1_000 * 8.0 * 4 * 100)}
    assert len(seen) == int((bills.value == 0).sum()) > 1_000
    assert lived.accounts.total()["sponsored"] == seen.value.sum()
    hosted = lived.events.of(Kind.FULFILLED)
    assert hosted.person.tolist() == seen.person.tolist() and set(hosted.value.tolist()) == {
        round(0.3 * 4 * 100)
    }


@each_seed
def test_the_more_they_see_the_more_free_users_leave_and_payers_do_not_mind(seed: int) -> None:
    shares = []
    for ads in (0.0, 200.0, 800.0):
        lived = run(seed, (("escape", 0.0),), ads)
        gone = (lived.truth["stage"] == "left").to_numpy()
        first = lived.people.renewal.level
        shares.append([gone[free(lived)].mean(), gone[first > 1].mean()])
    (none, payers), (some, _), (many, others) = shares
    assert none + 0.03 < some < many - 0.03
    assert others == pytest.approx(payers, abs=0.02)


def test_free_users_leave_in_any_week_and_payers_when_their_term_ends() -> None:
    lived = run(ads=800.0)
    left, ended = lived.events.of(Kind.LEFT), lived.events.of(Kind.CANCELLED)
    sunday = left.minute % MINUTES_A_WEEK == MINUTES_A_WEEK - 1
    assert 100 < sunday.sum() < len(left)
    assert free(lived)[left.person[sunday]].mean() > 0.9  # the others came down to the free level
    assert ended.minute.tolist() == left.minute.tolist() and ended.person.tolist() == left.person.tolist()
    assert (ended.value[sunday] == 0).mean() > 0.95  # a term may end on a Sunday night, too


def test_who_is_won_back_at_once_begins_anew() -> None:
    scenario = market(toll=0.05)
    keen = scenario.contact.but(return_on_click=1.0, away_attention=1.0)
    win_back = Plan(campaigns=[Campaign(channel="email", offer=Offer(discount=0.2))])
    lived = simulate(scenario.but(contact=keen), win_back, 1)
    back, signed = lived.events.of(Kind.RETURNED), lived.events.of(Kind.SIGNED)
    new = signed.where(signed.channel == 0)
    assert len(back) > 20
    begins = [{*zip(of.person.tolist(), of.minute.tolist(), strict=True)} for of in (back, new)]
    assert begins[0] == begins[1]


def test_free_users_are_no_contracts_in_the_rate_of_renewal_and_pay_no_part_of_a_mean_order() -> None:
    few, many = run(ads=0.0), run(numbers=(("escape", 0.0),), ads=800.0)
    assert many.metrics["churn"] > few.metrics["churn"] + 0.05
    assert many.metrics["renewal_rate"] == pytest.approx(few.metrics["renewal_rate"], abs=0.02)
    bills = few.events.of(Kind.ORDER)
    assert few.metrics["average_order"] == pytest.approx(bills.value[bills.value > 0].mean() / 100)


def test_some_move_up_to_be_rid_of_it_the_more_the_more_they_would_escape() -> None:
    moved = []
    for escape in (0.0, 1.0, 5.0):
        lived = run(numbers=(("escape", escape), ("toll", 0.0)))
        moved.append(int((lived.accounts.by_person()["sales"].drop(-1) > 0).sum()))
    assert moved == sorted(moved) and moved[2] > 1.05 * moved[0]


def test_no_offer_to_stay_is_made_to_those_who_pay_nothing_and_no_price_moves_them() -> None:
    alone = market(toll=0.0).but(service=None)  # at a desk all wait for each other
    plans = (Plan(), Plan(pricing={"price": 1.3}), Plan(renewal={"stay_discount": 0.5}))
    plain, dear, offered = (simulate(alone, plan, 1) for plan in plans)
    left = {of: (of.truth["stage"] == "left").to_numpy() for of in (plain, dear, offered)}
    for other in (dear, offered):
        never = free(plain) & free(other)
        assert never.sum() > 300
        assert (left[other][never] == left[plain][never]).all()
        assert (left[other][~never] != left[plain][~never]).any()


# -- whom a firm bills -----------------------------------------------------------------------------

PAYING = Segment(contract_level=at_least(1))


def lively() -> Scenario:
    """Give a market where people come, go, come back and change their level, and orders lag."""
    scenario = load_scenario("saas").but(
        people=300, weeks=70, success=Success(), record=Delays(order_hours=60)
    )
    busy = scenario.renewal.but(term_bills=3, upgrade_share=0.3, downgrade_share=0.2)
    keen = scenario.contact.but(return_on_click=1.0, away_attention=1.0)
    return scenario.but(renewal=busy, contact=keen, entry=scenario.entry.but(entry_weeks=40))


@cache
def watched() -> tuple[Run, list[pd.DataFrame]]:
    """Run it under a plan that wants payers alone; give also what a function saw on each Monday."""
    views: list[pd.DataFrame] = []

    def look(record: Any) -> Any:
        views.append(pd.DataFrame({name: getattr(record, name).copy() for name in FEATURES}))
        return np.zeros(len(record), bool)

    win_back = Campaign(channel="app", to=Segment(recency_weeks=over(6)), offer=Offer(discount=0.2))
    letters = [Campaign(channel="email", to=PAYING), win_back, Campaign(to=look)]
    plan = Plan(campaigns=letters, success={"managers": 2, "to": PAYING, "every": 4})
    return simulate(lively(), plan, 2), views


def levels_by(of: Run, week: int) -> pd.Series[float]:
    """Count again which contracts the firm knows to run on a Monday, and at which level; by person."""
    table = of.events.frame()
    table = table[table["kind"].isin(["signed", "cancelled"]) & (table["minute"] < week * MINUTES_A_WEEK)]
    last = table.groupby("person").last()
    return last["value"].where(last["kind"] == "signed").astype(float)


def test_the_level_on_record_is_that_of_the_contract_last_signed_and_of_none_once_it_is_cancelled() -> None:
    lived, _ = watched()
    kinds = lived.events.frame()["kind"].value_counts()
    assert min(kinds["returned"], kinds["cancelled"]) > 20
    moved = 0
    for week in range(1, 71, 3):
        known = lived.record(week)["contract_level"]
        known.index = lived.hidden_link[: len(known)]
        expected = levels_by(lived, week).reindex(known.index)
        assert known.tolist() == pytest.approx(expected.tolist(), nan_ok=True)
        moved += int((expected != lived.people.renewal.level[known.index]).sum())
    assert moved > 100  # it is no trait that was drawn at the start
    assert set(known.dropna()) == {0.0, 1.0, 2.0, 3.0} and known.isna().any()


def test_the_level_on_record_after_a_run_is_the_one_that_the_plan_saw() -> None:
    lived, views = watched()
    for week in (0, 1, 5, 26, 53, 69):
        pd.testing.assert_frame_equal(lived.record(week), views[week].rename_axis("record"), check_exact=True)


@pytest.mark.parametrize("kind", [Kind.SENT, Kind.VISITED])
def test_a_letter_and_a_visit_can_leave_out_free_users(kind: Kind) -> None:
    lived, _ = watched()
    done = lived.events.of(kind)
    done = done.where(done.ref <= 1)  # the others are letters to win back
    weeks = done.minute // MINUTES_A_WEEK
    assert len(done) > 500 and len(np.unique(weeks)) > 60
    for week in np.unique(weeks).tolist():
        assert (levels_by(lived, week).reindex(done.person[weeks == week]) >= 1).all()
    everybody = Plan(campaigns=[Campaign(channel="email")], success={"managers": 2, "every": 4})
    reached = simulate(lively(), everybody, 2).events.of(kind)
    assert (levels_by(lived, 70).reindex(np.unique(reached.person)) == 0).sum() > 20


def test_a_rule_that_fits_every_level_reaches_all_whose_contract_runs() -> None:
    running, any_level = (
        simulate(lively(), Plan(success={"managers": 2, "to": to}), 2)
        for to in (Segment(contract_weeks=at_least(-520)), Segment(contract_level=at_least(0)))
    )
    assert running.events.frame().equals(any_level.events.frame())
