"""Laws of the club: what members do beside themselves, and what became of their points."""

# Plans are written here as learners write them, with dicts:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, load_scenario, simulate, twin
from sim.analysis import club
from sim.experiment import Twin

TODAY = Plan()
POINTS = Plan(loyalty={"points": 0.02, "reward": 5})
TIERS = Plan(loyalty={"silver_from": 150, "gold_from": 400, "perk": 0.5})


@cache
def late() -> Twin:
    market = load_scenario("supermarket", people=500).but(weeks=80)
    return twin(market, TODAY, {0: TODAY, 52: POINTS}, 1)


@cache
def ranked() -> Twin:
    return twin(load_scenario("supermarket", people=800).but(weeks=104), TODAY, TIERS, 1)


def test_what_was_given_is_redeemed_or_expired_or_owed() -> None:
    run = late().after
    table = club.balance(run)
    assert table["worth_currency"].iloc[1:].sum() == pytest.approx(table["worth_currency"]["given"])
    assert table.loc["held at the end", "worth_currency"] == pytest.approx(run.metrics["points_debt"])


def test_members_were_better_before_there_was_a_programme_and_others_are_not_touched() -> None:
    table = club.members(late(), 52)
    members, others = table[["before", "with", "without"]].to_numpy(np.float64)
    assert members[0] > 1.3 * others[0]
    assert others[1] == others[2]
    assert table["people"].sum() <= 500


def test_the_gap_between_members_and_others_is_mostly_not_what_the_programme_did() -> None:
    plans = {"today": TODAY, "points": {0: TODAY, 52: POINTS}}
    table = club.repurchase(load_scenario("supermarket", people=500).but(weeks=80), plans, 66, 4, 3)
    told, done = table["rate"].to_numpy(np.float64)[2:]
    assert told > 3 * done
    assert (table["low"] <= table["rate"]).all()


def test_a_year_must_lie_before_the_programme() -> None:
    with pytest.raises(Fault, match="week must lie"):
        club.members(late(), 20)


def test_members_buy_faster_near_a_reward_than_the_same_people_without_one() -> None:
    market = load_scenario("supermarket", people=1_500).but(weeks=80)
    way = club.approach(twin(market, TODAY, POINTS, 1))
    assert way["more"].iloc[-2:].min() > way["more"].iloc[0]
    assert list(way.index) == list(club.WAYS)


def test_tiers_are_told_for_customers_only_and_falls_hurt() -> None:
    pair = ranked()
    table = club.tiers(pair, 52)
    assert (table["people"] > 0).all()
    market = pair.after.scenario
    calm = market.but(loyalty=market.loyalty.but(demotion_toll=0.0, demotion_drop=0.0))
    fallen = club.fallen(pair.after, simulate(calm, TIERS, 1), 104)
    assert fallen["people"].nunique() == 1
    assert fallen["left"].iloc[0] >= fallen["left"].iloc[1]


@pytest.mark.filterwarnings("error")
def test_where_nobody_fell_no_share_of_them_is_told() -> None:
    table = club.fallen(late().after, late().after, 80)  # points alone give no tier
    assert (table["people"] == 0).all()
    assert table[["left", "orders"]].isna().all(axis=None)


def test_every_reward_is_for_somebody_who_came_or_for_nobody() -> None:
    plan = Plan(acquisition={"referral_reward": 20})
    pair = twin(load_scenario("supermarket", people=2_000).but(weeks=80), TODAY, plan, 1)
    table = club.referrals(pair)
    assert table["rewards_currency"].sum() == -pair.after.accounts.total()["referrals"] / 100
    assert (table["rewards_currency"] == 20 * table["people"]).all()
    assert table.loc["does not exist", "people"] > 0
