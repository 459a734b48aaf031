"""Laws of the value ladder: everybody stands on one step, whatever the plan; gains add up."""

# mypy: disable-error-code="arg-type"

from __future__ import annotations

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, load_scenario, simulate
from sim.analysis import ladder

MARKET = load_scenario("supermarket", 600).but(weeks=26)
COUPON = Plan(campaigns=[Campaign(channel="sms", every=2, offer=Offer(discount=0.2))])


def test_everybody_stands_on_one_step_and_a_plan_moves_nobody_to_another() -> None:
    still, moved = (ladder.steps(simulate(MARKET, plan, 2)) for plan in (Plan(), COUPON))
    assert still.equals(moved)
    counts = still.value_counts()
    assert counts["basic"] == pytest.approx(360, abs=2)
    assert counts["price-sensitive"] == pytest.approx(counts["core"], abs=2)


def test_the_price_sensitive_answer_more_to_prices_than_the_core_and_both_would_spend_more() -> None:
    run = simulate(MARKET, Plan(), 2)
    truth = run.truth.assign(spend=run.truth["orders_a_week"] * run.truth["mean_order"])
    by_step = truth.groupby(ladder.steps(run), observed=False)
    assert by_step["sensitivity"].min()["price-sensitive"] > by_step["sensitivity"].max()["core"]
    assert by_step["spend"].max()["basic"] < min(by_step["spend"].min()[["price-sensitive", "core"]])


def test_means_by_step_add_up_to_the_contribution_of_all() -> None:
    run = simulate(MARKET, COUPON, 2)
    counts = ladder.steps(run).value_counts()[list(ladder.STEPS)].to_numpy()
    total = run.accounts.contribution().sum() / 100
    assert (ladder.mean_contribution(run) * counts).sum() == pytest.approx(total)


def test_gains_are_the_mean_difference_over_the_same_markets() -> None:
    table = ladder.gains(MARKET, {"today": Plan(), "coupon": COUPON}, 3)
    pairs = [
        ladder.mean_contribution(simulate(MARKET, COUPON, seed))
        - ladder.mean_contribution(simulate(MARKET, Plan(), seed))
        for seed in (1, 2, 3)
    ]
    np.testing.assert_allclose(table["mean"], np.mean(pairs, axis=0))
    assert list(table.loc["coupon"].index) == list(ladder.STEPS)
    assert ((table["low"] <= table["mean"]) & (table["mean"] <= table["high"])).all()


def test_one_plan_gains_nothing_on_anything() -> None:
    with pytest.raises(Fault, match="two plans"):
        ladder.gains(MARKET, {"today": Plan()})


def test_under_contract_there_is_no_ladder() -> None:
    run = simulate(load_scenario("saas", 50).but(weeks=4), Plan(), 1)
    with pytest.raises(Fault, match="under contract"):
        ladder.steps(run)
