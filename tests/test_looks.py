"""Looking again and again at a holdout: what one sees, what one believes, and how often that misleads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    at_least,
    holdout,
    load_scenario,
    looks,
    simulate,
)
from sim.boundary import boundary
from sim.experiment import collect
from sim.run import Run

WEEKS = 6
PLAN = Plan(campaigns=[Campaign(to=Segment(orders=at_least(1)), every=2, holdout=0.5)])  # type: ignore[arg-type]


def market(people: int, weeks: int, open_share: float) -> Scenario:
    """Give a shop whose customers come one after another and may all be written to."""
    shop = load_scenario("supermarket", people).only("contact", "pricing")
    assert shop.contact
    email = shop.contact.channels["email"].but(open_share=open_share, consent_share=1.0, opt_out_share=0.0)
    return shop.but(
        weeks=weeks,
        contact=shop.contact.but(channels={"email": email}),
        entry=shop.entry.but(present_share=0.0, pool_share=0.0, entry_weeks=weeks),
    )


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(market(900, 60, 0.3), PLAN, 2)


def test_the_last_look_is_the_holdout(run: Run) -> None:
    end, table = looks(run, weeks=WEEKS).iloc[-1], holdout(run, weeks=WEEKS)
    gap = table.loc["difference"]
    assert end[["difference", "low", "high"]].tolist() == pytest.approx(
        gap[["revenue", "low", "high"]].tolist()
    )
    assert end["written_to"] == table.loc["written to", "people"]
    assert end["left_alone"] == table.loc["left alone", "people"]
    bought = looks(run, weeks=WEEKS, measure="bought").iloc[-1]
    assert bought["difference"] == pytest.approx(gap["bought"])


def test_a_look_sees_what_the_holdout_of_a_shorter_run_would(run: Run) -> None:
    table = looks(run, weeks=WEEKS, every=8)
    week = int(table.index[1])
    until = simulate(market(900, 60, 0.3).but(weeks=week), PLAN, 2)
    gap = holdout(until, weeks=WEEKS).loc["difference"]
    assert table.loc[week, ["difference", "low"]].tolist() == pytest.approx(gap[["revenue", "low"]].tolist())


def test_what_is_known_grows_from_look_to_look(run: Run) -> None:
    table = looks(run, weeks=WEEKS)
    assert (np.diff(table["information"]) > 0).all()
    assert table["information"].iloc[-1] == 1
    assert (np.diff(table["written_to"] + table["left_alone"]) > 0).all()
    assert table["boundary"].tolist() == pytest.approx(boundary(table["information"]).tolist())


def test_the_wide_interval_holds_the_plain_one_and_needs_more_to_call_an_effect(run: Run) -> None:
    table = looks(run, weeks=WEEKS)
    assert (table["wide_low"] < table["low"]).all()
    assert (table["wide_high"] > table["high"]).all()
    assert (table["wide_high"] - table["wide_low"]).iloc[0] > 1.5 * (table["high"] - table["low"]).iloc[0]


def test_a_strong_effect_is_seen_also_by_who_allows_for_all_looks() -> None:
    half_price = Campaign(to=Segment(orders=at_least(1)), every=1, offer=Offer(discount=0.9), holdout=0.5)
    shop = market(900, 60, 1.0)
    assert shop.contact
    email = shop.contact.channels["email"].but(click_share=1.0, fatigue=0.0)
    shop = shop.but(contact=shop.contact.but(channels={"email": email}))
    table = looks(simulate(shop, Plan(campaigns=(half_price,)), 1), weeks=WEEKS)
    assert table["verdict"].iloc[-1] == table["naive"].iloc[-1] == "less"
    assert table.index[table["naive"] == "less"][0] <= table.index[table["verdict"] == "less"][0]


def test_without_an_effect_who_peeks_is_misled_more_often_than_the_boundary_allows() -> None:
    """A message that nobody opens does nothing, so each alarm is a false one."""
    alarms = collect(market(400, 78, 0.0), PLAN, misled, 60)
    naive, allowed = alarms.sum(axis=0)
    assert allowed <= 8  # 60 tests at 5 %: nine or more come in 3 of 1 000
    assert naive > allowed


def misled(run: Run) -> list[bool]:
    table = looks(run, weeks=4, every=12)
    return [bool((table[name] != "open").any()) for name in ("naive", "verdict")]


def test_a_campaign_that_chooses_all_at_once_has_one_look() -> None:
    everybody = load_scenario("supermarket", 400).but(weeks=30)
    once = Campaign(first_week=10, until_week=11, holdout=0.5)
    table = looks(simulate(everybody, Plan(campaigns=(once,)), 1), weeks=WEEKS, every=1)
    assert len(table) == 1
    assert table["boundary"].iloc[0] == pytest.approx(1.96, abs=0.01)


def test_too_few_people_to_compare_are_named(run: Run) -> None:
    with pytest.raises(Fault, match="Give it a holdout such as"):
        looks(run, campaign=2)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("campaign", 0), ("weeks", 1.5), ("every", "x"), ("every", True), ("measure", "profit"), ("level", 95)],
)
def test_a_wrong_number_is_answered_by_its_name(run: Run, name: str, wrong: Any) -> None:
    with pytest.raises(Fault, match=name):
        looks(run, **{name: wrong})
