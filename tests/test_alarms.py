"""Looking often finds at least what looking once finds; uplift adds up what the twin says."""

import numpy as np
import pytest
from scipy.stats import binomtest

from sim import Campaign, Offer, Plan, Segment, load_scenario, looks, over, simulate
from sim.analysis import alarms, uplift
from sim.experiment import share_and_interval

MARKET = load_scenario("supermarket", people=500)
TEST = Plan(campaigns=[Campaign(channel="sms", to=Segment(recency_weeks=over(2)), every=2, holdout=0.5)])


def test_who_looks_often_finds_what_who_looks_once_finds() -> None:
    table = alarms.alarms(MARKET, TEST, 6, weeks=4, every=8, measure="bought")
    once, often, allowed = table["found"]
    assert once <= often and allowed <= often and (table["tests"] == 6).all()
    assert (table["low"] <= table["share"]).all() and (table["share"] <= table["high"]).all()


def test_found_counts_the_looks_of_each_market() -> None:
    every = [looks(simulate(MARKET, TEST, seed), weeks=4, every=8, measure="bought") for seed in (1, 2, 3)]
    table = alarms.alarms(MARKET, TEST, 3, weeks=4, every=8, measure="bought")
    assert table["found"].tolist() == [
        sum(one["naive"].iloc[-1] != "open" for one in every),
        sum((one["naive"] != "open").any() for one in every),
        sum((one["verdict"] != "open").any() for one in every),
    ]


def test_uplift_sees_that_the_score_finds_the_silent() -> None:
    letter = Campaign(channel="sms", every=4, first_week=52, offer=Offer(discount=0.15))
    table = uplift.by_risk(MARKET, Plan(), letter, replications=2)
    assert list(table.index) == list(uplift.FIFTHS)
    assert table["silent_later"].iloc[-1] > table["silent_later"].iloc[0]
    assert table["moved"].between(0, 1).all() and (table["low"] <= table["high"]).all()


def test_where_a_letter_cannot_move_anybody_nobody_is_moved() -> None:
    still = MARKET.but(contact=MARKET.contact.but(reminder_lift=0, wake_on_click=0, return_on_click=0))
    letter = Campaign(channel="email", every=52, first_week=52)
    table = uplift.by_risk(still, Plan(), letter, replications=2)
    assert table["moved"].max() == pytest.approx(0)


@pytest.mark.parametrize(("count", "of"), [(0, 20), (20, 20), (1, 20), (7, 40), (942, 1_529)])
def test_a_share_has_the_interval_that_scipy_gives_it_and_a_share_of_none_has_none(
    count: int, of: int
) -> None:
    reach = binomtest(count, of).proportion_ci(0.95, "wilson")
    assert np.allclose(share_and_interval(count, of), (count / of, reach.low, reach.high), atol=1e-12)
    assert np.isnan(share_and_interval(0, 0)).all()
