"""Laws of the wallet: every cent spent here or there is in it once, and RFM does not see the other half."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, load_scenario, simulate
from sim.analysis.wallet import by_segment, share_of_wallet, wallet
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.processes.rival import Parameters as Rival
from sim.run import Run

COUPON = Plan(campaigns=(Campaign(channel="sms", offer=Offer(discount=0.2)),))


@cache
def bought() -> Run:
    """Run a market with a rival and offers."""
    return simulate(load_scenario("supermarket").but(people=800, weeks=60, rival=Rival()), COUPON, 1)


@pytest.mark.parametrize("first_week", [0, 20, 60])
def test_a_wallet_holds_every_cent_spent_here_or_there_once(first_week: int) -> None:
    run, table = bought(), wallet(bought(), first_week)
    weekly = run.accounts.by_week()["revenue"].iloc[first_week:]
    assert table["here_currency"].sum() * 100 == pytest.approx(weekly.sum())
    there = run.events.of(Kind.RIVAL_ORDER)
    late = there.minute >= first_week * MINUTES_A_WEEK
    assert table["there_currency"].sum() * 100 == pytest.approx(there.value[late].sum())
    assert table["orders_there"].sum() == late.sum()
    assert len(table) == 800


def test_a_share_is_what_was_spent_here_of_all_that_was_spent() -> None:
    table = wallet(bought())
    both = table["here_currency"] + table["there_currency"]
    np.testing.assert_allclose((table["share"] * both)[both > 0], table["here_currency"][both > 0])
    assert table["share"].dropna().between(0, 1).all()
    assert table["share"].isna().tolist() == (both == 0).tolist()
    assert share_of_wallet(bought()) == pytest.approx(table["here_currency"].sum() / both.sum())
    assert np.isnan(share_of_wallet(bought(), 60))


def test_customers_whom_rfm_takes_for_equals_have_very_unequal_wallets() -> None:
    table = by_segment(bought())
    assert table["customers"].sum() == len(bought().hidden_link)
    many = table[table["customers"] >= 40]
    assert len(many) >= 4
    assert (many["highest_tenth"] - many["lowest_tenth"] > 0.3).all()
    assert (many["lowest_tenth"] <= many["median"]).all()
    assert (many["there_currency"] > 0).all()


def test_a_market_without_a_rival_has_no_wallets() -> None:
    run = simulate(load_scenario("supermarket").but(people=20, weeks=3), Plan(), 1)
    for ask in (wallet, share_of_wallet, by_segment):
        with pytest.raises(
            Fault, match="wallet: supermarket has no rival: give its scenario a rival section"
        ):
            ask(run)
