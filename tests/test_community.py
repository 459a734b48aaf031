"""Laws of the firm's own groups: they bind as far as advisers answer, and wear out as posts pile up."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, at_least, at_most, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Bond, Kind
from sim.processes.community import GONE, MEMBER, MUTED, OUTSIDE
from sim.processes.community import Parameters as Community
from sim.processes.entry import Parameters as Entry
from sim.processes.rollout import Parameters as Rollout
from sim.run import Run
from tests.test_contracts import assert_sound

SUPERMARKET = load_scenario("supermarket")
EAGER = Community(join_share=0.3, join_steepness=0.0)  # nearly everybody joins, whoever they are
OPEN = {"invite": Segment()}
PEOPLE, WEEKS = 600, 40


def market(these: Community | None = EAGER, **sections: Any) -> Scenario:
    """Give a supermarket of customers that come and talk alike, without a desk and newcomers."""
    scenario = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, service=None, acquisition=None, community=these)
    return scenario.but(entry=Entry(present_share=1.0), **sections)


@cache
def run_of(seed: int = 1, **levers: Any) -> Run:
    return simulate(market(), Plan(community=OPEN | levers), seed)


def count(run: Run, kind: Kind) -> int:
    return len(run.events.of(kind))


def social_bond(run: Run) -> float:
    status = run.people.community.status
    return float(run.people.bonds.strength[Bond.SOCIAL][status != OUTSIDE].mean())


# -- joining ---------------------------------------------------------------------------------------


def test_nobody_joins_uninvited() -> None:
    run = simulate(market(), Plan(community={"posts": 5, "advisers": 10.0}), 1)
    assert count(run, Kind.ENTERED) == 0
    assert (run.people.community.status == OUTSIDE).all()


def test_only_whom_the_segment_fits_is_invited() -> None:
    plan = Plan(community={"invite": Segment(orders=at_least(5))})
    run = simulate(market(), plan, 1)
    entered = run.events.of(Kind.ENTERED)
    assert len(entered) > 100
    for week in np.unique(entered.minute // MINUTES_A_WEEK):
        record = run.record(int(week))
        orders = pd.Series(record["orders"].to_numpy(), run.hidden_link[: len(record)].to_numpy())
        assert orders[entered.person[entered.minute // MINUTES_A_WEEK == week]].min() >= 5


def test_invited_customers_join_at_the_rate_stated() -> None:
    these = EAGER.but(join_share=0.1)
    run = simulate(market(these).but(weeks=12), Plan(community=OPEN), 1)
    entered, chances = run.events.of(Kind.ENTERED), 0
    for week in range(12):
        outside = np.setdiff1d(
            run.hidden_link[: len(run.record(week))],
            entered.person[entered.minute < week * MINUTES_A_WEEK],
        )
        alive = run.truth_at(week).loc[outside] != "left"
        chances += int(alive.sum())
    assert chances > 1_000
    assert abs(len(entered) - 0.1 * chances) < 4 * np.sqrt(0.09 * chances)


def test_the_satisfied_and_the_sociable_join_sooner() -> None:
    these = Community(join_share=0.02, join_steepness=1.0, talk_share=0.0)
    talkers = market(these, acquisition=SUPERMARKET.acquisition).but(people=1_500)
    run = simulate(talkers, Plan(community=OPEN), 1)
    truth, joined = run.truth, run.people.community.status != OUTSIDE
    known = truth["stage"] == "customer"
    assert truth["sociability"][joined].median() > 1.2 * truth["sociability"][known & ~joined].median()
    assert truth["satisfaction"][joined].mean() > truth["satisfaction"][known & ~joined].mean()


def test_who_has_left_the_group_does_not_come_back() -> None:
    run = run_of(posts=20)
    entered, left = run.events.of(Kind.ENTERED).person, run.events.of(Kind.QUIT).person
    assert len(left) > 10
    assert len(np.unique(entered)) == len(entered) and len(np.unique(left)) == len(left)
    assert set(left.tolist()) == set(np.flatnonzero(run.people.community.status == GONE).tolist())


# -- what advisers do ------------------------------------------------------------------------------


def test_advisers_answer_no_more_than_their_hours_allow_and_all_if_they_can() -> None:
    few, many = run_of(advisers=2.0), run_of(advisers=200.0)
    for run, hours in ((few, 2.0), (many, 200.0)):
        able = int(hours * PEOPLE / 1_000 * 60 / EAGER.answer_minutes)
        asked = np.bincount(run.events.of(Kind.ASKED).minute // MINUTES_A_WEEK, minlength=WEEKS)
        advised = np.bincount(run.events.of(Kind.ADVISED).minute // MINUTES_A_WEEK, minlength=WEEKS)
        assert (advised == np.minimum(asked, able)).all()
    assert count(few, Kind.ADVISED) < count(few, Kind.ASKED)


def test_everybody_has_the_same_chance_to_be_answered() -> None:
    run = run_of(advisers=3.0)
    answered = run.events.of(Kind.ADVISED).person
    assert abs((answered < PEOPLE / 2).mean() - 0.5) < 4 * np.sqrt(0.25 / len(answered))


def test_the_social_bond_grows_with_the_hours_of_advisers() -> None:
    bonds = [social_bond(run_of(advisers=hours)) for hours in (0.0, 2.0, 20.0)]
    assert bonds[0] == 0 < bonds[1] < bonds[2]


def test_warmth_follows_the_stated_law() -> None:
    run = run_of(advisers=200.0)
    advised, entered = run.events.of(Kind.ADVISED), run.events.of(Kind.ENTERED)
    answers = np.zeros((WEEKS, PEOPLE), bool)
    answers[advised.minute // MINUTES_A_WEEK, advised.person] = True
    warmth = np.zeros(PEOPLE)
    for week in range(WEEKS):
        warmth *= SUPERMARKET.bonds.warmth_keep
        warmth[warmth < 0.005] = 0.0
        warmth += np.where(answers[week], EAGER.answer_warmth * (1 - warmth), 0.0)
    assert len(entered) > 400 and warmth.max() > 0.3
    assert run.people.bonds.warmth == pytest.approx(warmth, abs=1e-5)


def test_questions_that_nobody_answers_disappoint_and_drive_members_out() -> None:
    """A group without a feedback loop (C20) is worse than none."""
    alone, served = run_of(), run_of(advisers=200.0)
    asked = np.unique(alone.events.of(Kind.ASKED).person)
    felt = [run.people.experience.satisfaction[asked].mean() for run in (alone, served)]
    assert felt[0] < felt[1] - 10  # hundredths
    assert count(alone, Kind.QUIT) > count(served, Kind.QUIT) == 0
    expected = EAGER.unanswered_leave * count(alone, Kind.ASKED)
    assert abs(count(alone, Kind.QUIT) - expected) < 4 * np.sqrt(expected)


def test_a_group_that_is_answered_keeps_customers_longer() -> None:
    scenario = market(patience=SUPERMARKET.patience.but(competitor_pull=0.02)).but(people=1_500, weeks=60)
    left = [
        sum(count(simulate(scenario, Plan(community=levers), seed), Kind.LEFT) for seed in (1, 2))
        for levers in ({}, OPEN | {"advisers": 50.0})
    ]
    assert left[1] < left[0]


# -- what posts do ---------------------------------------------------------------------------------


def test_posts_sell_to_those_who_listen_ever_less_a_post() -> None:
    these = EAGER.but(mute_share=0.0, leave_share=0.0, post_lift=0.5, talk_share=0.0)
    orders = [
        count(simulate(market(these), Plan(community=OPEN | {"posts": posts}), 1), Kind.ORDER)
        for posts in (0, 3, 6)
    ]
    assert orders[0] < orders[1] < orders[2]
    assert orders[1] - orders[0] > orders[2] - orders[1]


def test_the_more_posts_the_more_members_mute_the_group_or_leave_it() -> None:
    few, many = run_of(posts=2), run_of(posts=20)
    for kind in (Kind.MUTED, Kind.QUIT):
        assert count(few, kind) < count(many, kind)
    muted = np.flatnonzero(many.people.community.status == MUTED)
    assert len(muted) > 50
    asked, when = many.events.of(Kind.ASKED), many.events.of(Kind.MUTED)
    since = np.full(PEOPLE, WEEKS * MINUTES_A_WEEK)
    since[when.person] = when.minute
    assert (asked.minute < since[asked.person]).all()  # who has muted it asks nothing


def test_members_mute_at_the_rate_stated() -> None:
    these = EAGER.but(mute_share=0.01, leave_share=0.0, talk_share=0.0)
    run = simulate(market(these), Plan(community=OPEN | {"posts": 5}), 1)
    entered, muted = run.events.of(Kind.ENTERED), run.events.of(Kind.MUTED)
    gone = np.full(PEOPLE, WEEKS)
    gone[muted.person] = muted.minute // MINUTES_A_WEEK + 1
    lost = run.events.of(Kind.LEFT)
    gone[lost.person] = np.minimum(gone[lost.person], lost.minute // MINUTES_A_WEEK)
    weeks = (gone[entered.person] - entered.minute // MINUTES_A_WEEK).clip(0).sum()
    share = 1 - 0.99**5
    assert abs(len(muted) - share * weeks) < 4 * np.sqrt(share * weeks)


# -- events and word of mouth ----------------------------------------------------------------------


def test_events_warm_those_who_come_and_the_more_is_put_into_them_the_more() -> None:
    bonds = [social_bond(run_of(event=money, event_every=2)) for money in (0.0, 50.0, 400.0)]
    assert bonds[0] == 0 < bonds[1] < bonds[2]
    assert social_bond(run_of(event=50.0, event_every=8)) < bonds[1]


def test_members_who_listen_recommend_the_shop_more_often() -> None:
    talkers = market(EAGER, acquisition=SUPERMARKET.acquisition)
    counts = [
        count(simulate(talkers.but(community=EAGER.but(word_lift=lift)), Plan(community=OPEN), 1), kind)
        for lift in (0.0, 5.0)
        for kind in (Kind.RECOMMENDED,)
    ]
    assert counts[1] > 1.5 * counts[0]


# -- what it costs ---------------------------------------------------------------------------------


def test_hours_posts_and_events_cost_what_they_cost_and_the_accounts_add_up() -> None:
    run = run_of(advisers=2.5, posts=3, event=80.0, event_every=4)
    hosted, thousands = run.events.of(Kind.HOSTED), PEOPLE / 1_000
    weekly = thousands * 2.5 * EAGER.hour_cost + 3 * EAGER.post_cost
    expected = [round(100 * (weekly + (thousands * 80.0 if week % 4 == 0 else 0.0))) for week in range(WEEKS)]
    assert hosted.value.tolist() == expected
    assert (hosted.person == FIRM).all()
    assert -run.accounts.total()["community"] == sum(expected)
    assert_sound(run)


def test_what_is_not_done_is_not_paid_and_nobody_joins() -> None:
    nothing = market(rollout=Rollout(by_hand=0.0))
    run = simulate(nothing, Plan(community=OPEN | {"advisers": 5.0, "posts": 3}), 1)
    assert count(run, Kind.ENTERED) == count(run, Kind.HOSTED) == 0
    pd.testing.assert_frame_equal(run.events.frame(), simulate(nothing, Plan(), 1).events.frame())


# -- what the firm sees ----------------------------------------------------------------------------


def test_the_record_knows_the_members_from_the_monday_after_they_joined() -> None:
    run = run_of(posts=20)
    for week in (5, 20, 39):
        record = run.record(week)
        monday, events = week * MINUTES_A_WEEK, run.events
        entered = events.where((events.kind == int(Kind.ENTERED)) & (events.minute < monday)).person
        left = events.where((events.kind == int(Kind.QUIT)) & (events.minute < monday)).person
        members = run.hidden_link[record.index[record["community"] == 1]]
        assert set(members) == set(entered.tolist()) - set(left.tolist())


def test_structural_ties_can_be_kept_for_members() -> None:
    members = Segment(community=at_least(1))
    plan = Plan(community=OPEN, bonds={"ties": 0.5, "ties_to": members, "every": 1})
    run = simulate(market(), plan, 1)
    cared, entered = run.events.of(Kind.CARED), run.events.of(Kind.ENTERED)
    joined = np.full(PEOPLE, WEEKS * MINUTES_A_WEEK)
    joined[entered.person] = entered.minute
    assert len(cared) > 1_000 and (cared.minute > joined[cared.person]).all()
    outside = plan.but(bonds={"ties": 0.5, "ties_to": Segment(community=at_most(0)), "every": 1})
    assert count(simulate(market(), outside, 1), Kind.CARED) > 100


# -- off is off ------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [Plan(), Plan(loyalty={"points": 0.02}, bonds={"care": 0.3})])
def test_a_market_with_groups_that_nobody_leads_is_the_one_without(plan: Plan) -> None:
    whole = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS)
    one, other = (simulate(whole.but(community=these), plan, 2) for these in (None, Community()))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    pd.testing.assert_frame_equal(one.truth, other.truth)


def test_who_is_not_invited_lives_the_same_life() -> None:
    plan = Plan(community={"invite": Segment(orders=at_least(8)), "advisers": 5.0, "posts": 4})
    one, other = simulate(market(), Plan(), 1), simulate(market(), plan, 1)
    alone = other.people.community.status == OUTSIDE
    assert 100 < alone.sum() < PEOPLE - 100
    firm = [run.events.where(run.events.person != FIRM) for run in (one, other)]
    same = [events.where(alone[events.person]).frame() for events in firm]
    pd.testing.assert_frame_equal(*same)


def test_groups_also_work_where_people_buy_under_contract() -> None:
    saas = load_scenario("saas").but(people=200, weeks=60, community=EAGER)
    run = simulate(saas, Plan(community=OPEN | {"advisers": 20.0, "posts": 2}), 1)
    assert social_bond(run) > 0
    assert_sound(run)


def test_a_market_without_groups_says_so() -> None:
    with pytest.raises(Fault, match=r"community: supermarket has no community.*leave posts alone"):
        simulate(market(None), Plan(community={"posts": 3}), 1)


def test_members_are_counted_by_their_state() -> None:
    run = run_of(posts=10, advisers=3.0)
    status = run.people.community.status
    entered, quit_ = count(run, Kind.ENTERED), count(run, Kind.QUIT)
    assert ((status == MEMBER) | (status == MUTED)).sum() == entered - quit_
