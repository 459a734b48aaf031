"""Laws of promises: big words are followed more often, and believed; what falls short of them costs later."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Plan, Scenario, Trigger, load_scenario, simulate
from sim.events import Cause, Kind
from sim.run import Run

SUPERMARKET = load_scenario("supermarket")
SMS = SUPERMARKET.contact.channels["sms"].but(
    consent_share=1.0, open_share=0.8, click_share=0.3, fatigue=0.0, opt_out_share=0.0
)


def market(weeks: int = 40, experience: Any = None, **contact: float) -> Scenario:
    these = SUPERMARKET.contact.but(channels={"sms": SMS}, **contact)
    felt = SUPERMARKET.experience.but(**(experience or {}))
    return SUPERMARKET.but(
        people=600, weeks=weeks, contact=these, experience=felt, service=None, acquisition=None
    )


def promising(promise: float, **changes: Any) -> Plan:
    return Plan(campaigns=[Campaign(channel="sms", promise=promise, every=4, **changes)])


def clicks(run: Run) -> int:
    return len(run.events.of(Kind.CLICKED))


def customers(run: Run) -> np.ndarray[Any, Any]:
    return np.unique(run.events.of(Kind.ORDER).person)


# -- now -------------------------------------------------------------------------------------------


def test_the_more_a_message_promises_the_more_follow_it() -> None:
    counts = [clicks(simulate(market(weeks=10), promising(promise), 1)) for promise in (0.0, 0.5, 1.0)]
    assert counts[0] < counts[1] < counts[2]
    mute = [clicks(simulate(market(weeks=10, promise_click=0.0), promising(p), 1)) for p in (0.0, 1.0)]
    assert mute[1] == pytest.approx(mute[0], rel=0.05)  # beside what the orders of the others change


def test_clicks_are_in_proportion_to_what_is_promised() -> None:
    run = simulate(market(weeks=5, promise_click=1.0), promising(1.0), 1)
    plain = simulate(market(weeks=5, promise_click=1.0), promising(0.0), 1)
    n, share = len(run.events.of(Kind.OPENED)), SMS.click_share
    assert len(plain.events.of(Kind.OPENED)) == n
    assert abs(clicks(run) - 2 * share * n) < 4 * np.sqrt(n * share)


def test_who_follows_big_words_buys_more_that_week() -> None:
    orders = [
        len(simulate(market(weeks=6, promise_lift=lift), promising(1.0), 1).events.of(Kind.ORDER))
        for lift in (0.0, 1.0)
    ]
    assert orders[0] < orders[1]


def test_a_trigger_may_promise_as_well() -> None:
    plans = (
        Plan(triggers=[Trigger(on="lapse", wait_weeks=4, channel="sms", promise=promise)])
        for promise in (0.0, 1.0)
    )
    plain, big = (simulate(market(), plan, 1) for plan in plans)
    assert clicks(big) > clicks(plain)
    assert (big.people.experience.promised > 0).any() and not plain.people.experience.promised.any()


# -- later -----------------------------------------------------------------------------------------


def test_the_expectation_moves_towards_perfection_by_belief_times_promise() -> None:
    still = {"adaptation": 0.0, "belief": 0.4, "trust_toll": 0.0}
    once = Campaign(channel="sms", promise=0.5, first_week=4, until_week=5)
    scenario = market(weeks=6, experience=still)
    before = simulate(scenario, Plan(), 1).people.experience.expectation
    run = simulate(scenario, Plan(campaigns=[once]), 1)
    after, followed = run.people.experience.expectation, run.events.of(Kind.CLICKED).person
    assert len(followed) > 30
    expected = before[followed] + 0.4 * 0.5 * (1_000 - before[followed])
    assert np.abs(after[followed] - expected).max() <= 0.5 + 1e-9  # whole hundredths
    others = np.setdiff1d(np.arange(600), followed)
    assert (after[others] == before[others]).all()


def test_promises_that_are_not_kept_lower_satisfaction_and_take_trust() -> None:
    plain, big = (simulate(market(), promising(promise), 1) for promise in (0.0, 1.0))
    felt = [run.people.experience.satisfaction[customers(run)].mean() for run in (plain, big)]
    assert felt[1] < felt[0] - 5  # hundredths
    assert plain.people.patience.used[Cause.TRUST].sum() == 0
    assert big.people.patience.used[Cause.TRUST].sum() > 1
    causes = big.defections[["person", "trust"]]
    assert (causes["trust"] > 0).any()


def test_a_firm_that_performs_perfectly_breaks_no_promise() -> None:
    perfect = {"quality": 10.0, "quality_spread": 0.0}
    run = simulate(market(experience=perfect), promising(1.0), 1)
    assert clicks(run) > 100
    assert run.people.patience.used[Cause.TRUST].sum() == 0


@pytest.mark.parametrize(
    ("name", "values"), [("belief", (0.2, 0.8)), ("trust_toll", (0.01, 0.2)), ("zone", (2.0, 0.0))]
)
def test_each_number_of_the_later_cost_makes_it_larger(name: str, values: tuple[float, float]) -> None:
    tolls = [
        simulate(market(experience={name: value}), promising(1.0), 1).people.patience.used[Cause.TRUST].sum()
        for value in values
    ]
    assert 0 < 1.2 * tolls[0] < tolls[1]


def test_what_was_promised_once_is_forgotten_with_the_orders() -> None:
    once = Campaign(channel="sms", promise=1.0, first_week=4, until_week=5)
    run = simulate(market(weeks=100), Plan(campaigns=[once]), 1)
    orders = np.bincount(run.events.of(Kind.ORDER).person, minlength=600)
    followed = run.events.of(Kind.CLICKED).person
    regular = followed[orders[followed] > 40]
    assert len(regular) > 10 and (run.people.experience.promised[regular] == 0).all()


# -- off is off ------------------------------------------------------------------------------------


def test_plain_words_change_nothing_whatever_the_numbers_of_promises_are() -> None:
    wild = market(promise_click=9.0, promise_lift=5.0, experience={"belief": 1.0, "trust_toll": 5.0})
    one, other = (simulate(scenario, promising(0.0), 1) for scenario in (market(), wild))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


def test_without_experience_a_promise_only_sells() -> None:
    scenario = market().but(experience=None)
    run = simulate(scenario, promising(1.0), 1)
    assert clicks(run) > clicks(simulate(scenario, promising(0.0), 1))
    assert run.people.patience.used[Cause.TRUST].sum() == 0
