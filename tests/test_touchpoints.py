"""Laws of the table of touchpoints: it counts the events of each channel, and what their offers brought."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, Trigger, load_scenario, simulate
from sim.analysis.touchpoints import credited, reachable, table, terms
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.events import Kind

MARKET = load_scenario("supermarket").but(people=500, weeks=30)
PLAN = Plan(
    campaigns=[
        Campaign(channel="hotline", every=3),
        Campaign(channel="sms", offer=Offer(discount=0.3), every=2),
        Campaign(channel="app", offer=Offer(discount=0.1)),
    ],
    triggers=[Trigger(on="lapse", wait_weeks=6, channel="hotline", offer=Offer(discount=0.4))],
)
HOTLINE = MARKET.contact.channels["phone"].but(cost=1.07, opt_out_share=0.05)
SCENARIO = MARKET.but(contact=MARKET.contact.but(channels={"hotline": HOTLINE, **MARKET.contact.channels}))
CODES = {"email": 0, "sms": 1, "phone": 2, "app": 3, "store": 4, "hotline": 5}


def test_each_channel_is_counted_event_by_event() -> None:
    run = simulate(SCENARIO, PLAN, 1)
    found = table(run)
    assert found.index.tolist() == list(CODES)
    channel_of = {number: CODES[message.channel] for message, number in run.timeline.numbers.items()}
    for name, code in CODES.items():
        sent = run.events.where((run.events.kind == int(Kind.SENT)) & (run.events.channel == code))
        row = found.loc[name]
        assert row["sent"] == len(sent)
        assert row["people"] == len(set(sent.person.tolist()))
        assert row["cost_currency"] == pytest.approx(sent.value.sum() / 100)
        for column, kind in (
            ("opened", Kind.OPENED),
            ("clicked", Kind.CLICKED),
            ("opt_outs", Kind.OPTED_OUT),
        ):
            times = (run.events.of(kind).channel == code).sum()
            value = row[column] if column == "opt_outs" else row[column] * row["sent"]
            assert times == (pytest.approx(value) if len(sent) else 0)
        refs = [ref for ref in run.events.of(Kind.ORDER).ref.tolist() if ref]
        assert row["redeemed"] == sum(channel_of[ref] == code for ref in refs)
    assert found["cost_currency"].sum() == pytest.approx(-run.accounts.total()["messages"] / 100)
    assert found.loc[["hotline", "sms", "app"], "redeemed"].min() > 0


def test_a_channel_that_nobody_used_has_no_shares() -> None:
    found = table(simulate(SCENARIO, Plan(), 1))
    assert (found["sent"] == 0).all() and np.isnan(found[["opened", "clicked"]].to_numpy()).all()


def test_a_market_without_channels_has_no_touchpoints() -> None:
    with pytest.raises(Fault, match="touchpoints: supermarket has no channels"):
        table(simulate(MARKET.but(contact=None), Plan(), 1))


def test_an_order_is_credited_to_each_channel_that_the_person_opened_in_the_days_before() -> None:
    run = simulate(SCENARIO, PLAN, 1)
    orders, opened = run.events.of(Kind.ORDER), run.events.of(Kind.OPENED)
    for days in (2, 7):
        expected = dict.fromkeys(CODES, 0)
        for person, minute in zip(orders.person.tolist(), orders.minute.tolist(), strict=True):
            gap = minute - opened.minute
            near = (opened.person == person) & (gap >= 0) & (gap <= days * MINUTES_A_DAY)
            for name, code in CODES.items():
                expected[name] += bool((near & (opened.channel == code)).any())
        assert credited(run, days)["orders"].to_dict() == expected
    assert 0 < credited(run, 2)["revenue_currency"].sum() < credited(run, 7)["revenue_currency"].sum()


def test_who_opts_out_can_never_be_reached_again() -> None:
    run = simulate(SCENARIO, PLAN, 1)
    found, out = reachable(run, every=10), run.events.of(Kind.OPTED_OUT)
    assert found.columns.tolist() == [0, 10, 20, 30]
    assert found.index.tolist() == list(CODES)
    assert found[30].tolist() == run.people.contact.consent.sum(axis=1).tolist()
    assert found[0].tolist() == simulate(SCENARIO, Plan(), 1).people.contact.consent.sum(axis=1).tolist()
    for name, code in CODES.items():
        gone = (
            (out.channel == code) & (out.minute >= 10 * MINUTES_A_WEEK) & (out.minute < 20 * MINUTES_A_WEEK)
        )
        assert found.loc[name, 10] - found.loc[name, 20] == gone.sum()
    assert (found.loc["sms"].diff().dropna() < 0).any()


def test_the_terms_are_those_of_the_market_in_the_order_of_the_table() -> None:
    found = terms(SCENARIO)
    assert found.index.tolist() == list(CODES)
    for name, column in itertools.product(CODES, found):
        assert found.loc[name, column] == getattr(SCENARIO.contact.channels[name], column)
