"""Laws of triggers: when something befalls a customer, a message goes out, once each time."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    Trigger,
    at_least,
    holdout,
    load_scenario,
    simulate,
    twin,
    under,
)
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.plan import Timeline
from sim.run import Run
from tests.goods import BASKET, RANGE

SUPERMARKET = load_scenario("supermarket")
EVERYBODY = SUPERMARKET.contact.channels["sms"].but(
    consent_share=1.0, open_share=0.9, click_share=0.5, fatigue=0.0, opt_out_share=0.0, cost=0.06
)


def market(people: int = 500, weeks: int = 40, **contact: Any) -> Scenario:
    """Give a supermarket in which everybody can be reached by SMS, and few newcomers come by themselves."""
    these = SUPERMARKET.contact.but(channels={"sms": EVERYBODY}, **contact)
    return SUPERMARKET.but(
        people=people,
        weeks=weeks,
        contact=these,
        service=SUPERMARKET.service.but(fault_share=0.2, outspoken_share=0.8),
        entry=SUPERMARKET.entry.but(birthday_share=0.6),
    )


def on(occasion: str, **changes: Any) -> Trigger:
    wait = {"wait_weeks": 6} if occasion == "lapse" else {}
    return Trigger(**{"on": occasion, "channel": "sms", **wait, **changes})


def sent_weeks(run: Run, number: int = 1) -> pd.DataFrame:
    """List whom a message wrote to, and in which week."""
    sent = run.events.where((run.events.kind == int(Kind.SENT)) & (run.events.ref == number))
    return pd.DataFrame({"person": sent.person, "week": sent.minute // MINUTES_A_WEEK})


def known(run: Run, kind: Kind) -> pd.DataFrame:
    """List events of a kind with the first Monday on which the record knows them."""
    events, delay = run.events.of(kind), 1_440 if kind == Kind.ORDER else 0
    monday = (events.minute + delay) // MINUTES_A_WEEK + 1
    return pd.DataFrame({"person": events.person, "minute": events.minute, "monday": monday})


# -- each occasion ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wait", [0, 2])
def test_a_welcome_follows_the_first_order_on_record_so_many_weeks_later(wait: int) -> None:
    run = simulate(market(), Plan(triggers=[on("welcome", wait_weeks=wait)]), 1)
    first = known(run, Kind.ORDER).groupby("person").first()
    waited = np.ceil(first["minute"] / MINUTES_A_WEEK).astype(int) + wait
    due = np.maximum(first["monday"], waited)
    due = due[due < 40]
    found = sent_weeks(run).set_index("person")["week"]
    assert len(found) > 200
    assert found.sort_index().tolist() == due.sort_index().tolist()


def test_a_lapse_is_met_once_and_again_only_after_another_order() -> None:
    run = simulate(market(), Plan(triggers=[on("lapse")]), 1)
    orders, table = run.events.of(Kind.ORDER), sent_weeks(run)
    assert table["person"].duplicated().any()
    for person, week in table.itertuples(index=False):
        minutes = orders.minute[orders.person == person]
        silence = week * MINUTES_A_WEEK - minutes[minutes < week * MINUTES_A_WEEK - 1_440].max()
        assert 6 * MINUTES_A_WEEK <= silence < 8 * MINUTES_A_WEEK
    for person, weeks in table.groupby("person")["week"]:
        for before, after in pairwise(weeks):
            between = orders.minute[orders.person == person] // MINUTES_A_WEEK
            assert ((between >= before - 1) & (between < after)).any()


def test_a_complaint_is_met_on_the_monday_after() -> None:
    run = simulate(market(), Plan(triggers=[on("complaint")]), 1)
    tickets = known(run, Kind.TICKET)
    tickets = tickets[tickets["person"].isin(run.hidden_link) & (tickets["monday"] < 40)]
    pairs = set(zip(tickets["person"], tickets["monday"], strict=True))
    found = set(sent_weeks(run).itertuples(index=False, name=None))
    assert len(found) > 100
    assert len(found - pairs) <= 0.05 * len(found)  # of newcomers, the complaint waits for the first order
    assert len(pairs - found) <= 0.05 * len(pairs)


def test_a_rise_to_a_higher_tier_is_met_and_a_fall_is_not() -> None:
    loyalty = {"points": 0.01, "silver_from": 60, "gold_from": 200, "review_weeks": 4}
    run = simulate(market(weeks=60), Plan(triggers=[on("tier")], loyalty=loyalty), 1)
    moves = known(run, Kind.TIER)
    moves["tier"] = run.events.of(Kind.TIER).value
    before = moves.groupby("person")["tier"].shift(fill_value=0)
    risen = moves[(moves["tier"] > before) & (moves["monday"] < 60)]
    assert len(risen) > 50 and (moves["tier"] < before).any()
    pairs = set(zip(risen["person"], risen["monday"], strict=True))
    assert set(sent_weeks(run).itertuples(index=False, name=None)) == pairs


def test_birthdays_come_once_a_year_to_those_who_have_told_them() -> None:
    scenario = market(people=1_500, weeks=104)
    run = simulate(scenario, Plan(triggers=[on("birthday")]), 1)
    table = sent_weeks(run)
    gaps = table.groupby("person")["week"].diff().dropna()
    assert len(gaps) > 100 and set(gaps) == {52}
    last_year = table[table["week"] >= 52]["person"].nunique()
    customers = (run.record(52)["orders"] > 0).sum()
    share = scenario.entry.birthday_share
    assert abs(last_year - share * customers) < 0.15 * customers
    weeks = np.bincount(table["week"] % 52, minlength=52)
    assert weeks.min() > 0 and weeks.max() < 6 * weeks.mean()


def test_a_basket_left_is_met_once_until_the_next_order() -> None:
    plan = Plan(campaigns=[Campaign(channel="sms", every=2)], triggers=[on("abandoned")])
    run = simulate(market(), plan, 1)
    orders, clicks, table = run.events.of(Kind.ORDER), run.events.of(Kind.CLICKED), sent_weeks(run, 2)
    assert len(table) > 100
    for person, week in table.itertuples(index=False):
        monday = week * MINUTES_A_WEEK
        bought = orders.minute[(orders.person == person) & (orders.minute < monday - 1_440)].max()
        clicked = clicks.minute[(clicks.person == person) & (clicks.minute < monday)]
        assert (clicked > bought).any()
    for person, weeks in table.groupby("person")["week"]:
        for before, after in pairwise(weeks):
            between = orders.minute[orders.person == person] // MINUTES_A_WEEK
            assert ((between >= before - 1) & (between < after)).any()


@pytest.mark.parametrize("wait", [0, 2])
def test_a_pack_is_met_once_on_the_last_monday_before_it_is_predicted_to_run_out(wait: int) -> None:
    """And if that is learnt up to a week late; `wait` weeks later, if the firm waits."""
    only_rice = BASKET.but(categories={name: RANGE[name] for name in ("rice", "vegetables")})
    scenario = market().but(basket=only_rice)
    run = simulate(scenario, Plan(triggers=[on("runout", wait_weeks=wait)]), 1)
    met, expected = dict[int, float](), set[tuple[int, int]]()
    for week in range(40):
        left = run.record(week)["runout_weeks"].to_numpy()  # weeks
        for person, weeks in zip(run.hidden_link[: len(left)], left, strict=True):
            if -1 < weeks + wait <= 1 and abs(met.get(person, np.inf) - week - weeks) > 1e-3:
                met[person] = week + weeks
                expected.add((person, week))
    found = sent_weeks(run)
    assert len(found) > 150 and not found.duplicated().any()
    assert set(found.itertuples(index=False, name=None)) == expected
    rice = run.lines[run.lines["category"] == "rice"]
    for person, sent in found.groupby("person")["week"]:
        bought = rice["week"][rice["person"] == person].to_numpy()
        assert all(((bought >= a - 1) & (bought < b)).any() for a, b in pairwise(sent)), "two letters a pack"


def test_a_staple_that_is_bought_no_more_does_not_stand_before_the_others() -> None:
    run = simulate(market(weeks=60).but(basket=BASKET), Plan(triggers=[on("runout")]), 1)
    oil_alone = 0
    for week in range(60):
        monday, books = week * MINUTES_A_WEEK, run.replay(week).purchases
        row = pd.Series(run.hidden_link.index, run.hidden_link.to_numpy())
        whom = row[sent_weeks(run).query("week == @week")["person"]].to_numpy()
        rice, oil = (books.runout(staple)[whom] for staple in ("rice", "oil"))
        near = [np.abs(minute - monday) <= MINUTES_A_WEEK for minute in (rice, oil)]
        assert (near[0] | near[1]).all()
        oil_alone += int((near[1] & (rice < monday - MINUTES_A_WEEK)).sum())
    assert oil_alone > 20


def test_a_letter_on_a_run_out_goes_to_fewer_than_a_weekly_one_to_all_who_run_low() -> None:
    weekly = Campaign(channel="sms", about="rice", to=Segment(runout_weeks=under(1)))
    scenario = market().but(basket=BASKET)
    nag, once = (
        simulate(scenario, plan, 1)
        for plan in (Plan(campaigns=[weekly]), Plan(triggers=[on("runout", about="rice")]))
    )
    assert 0 < len(once.events.of(Kind.SENT)) < 0.5 * len(nag.events.of(Kind.SENT))


def test_a_trigger_that_begins_later_does_not_catch_up_on_the_past() -> None:
    late = {0: Plan(), 20: Plan(triggers=[on("welcome")])}
    run = simulate(market(), late, 1)
    first = run.events.of(Kind.ORDER).frame().groupby("person")["minute"].first() // MINUTES_A_WEEK
    table = sent_weeks(run)
    assert len(table) > 10
    assert first[table["person"]].min() >= 18


# -- the way of all messages -----------------------------------------------------------------------


@pytest.mark.parametrize("occasion", ["lapse", "complaint", "tier", "birthday", "abandoned", "runout"])
def test_a_trigger_writes_only_to_those_whom_its_segment_fits(occasion: str) -> None:
    loyalty = {"points": 0.01, "silver_from": 60, "review_weeks": 4}
    base = Plan(campaigns=[Campaign(channel="sms", every=3, until_week=30)], loyalty=loyalty)
    rule = Segment(orders=at_least(4))
    run = simulate(market().but(basket=BASKET), base.but(triggers=[on(occasion, to=rule)]), 1)
    table = sent_weeks(run, 2)
    assert len(table) > 10
    for person, week in table.itertuples(index=False):
        record = run.record(week)
        assert record["orders"][run.hidden_link[: len(record)] == person].item() >= 4


def test_triggers_are_numbered_on_after_the_campaigns_of_all_plans() -> None:
    one, two = Campaign(channel="sms"), Campaign(channel="sms", every=3)
    welcome, lapse = on("welcome"), on("lapse")
    timeline = Timeline(
        plans={
            0: Plan(campaigns=[one], triggers=[lapse]),
            9: Plan(campaigns=[two], triggers=[welcome, lapse]),
        }
    )
    assert timeline.numbers == {one: 1, two: 2, lapse: 3, welcome: 4}
    run = simulate(market(), timeline, 1)
    assert set(run.events.of(Kind.SENT).ref.tolist()) == {1, 2, 3, 4}


def test_a_message_on_an_occasion_goes_before_a_mailing_on_the_same_channel() -> None:
    mailing = Campaign(channel="sms")
    run = simulate(market(), Plan(campaigns=[mailing], triggers=[on("complaint")]), 1)
    sent = run.events.of(Kind.SENT).frame()
    sent["week"] = sent["minute"] // MINUTES_A_WEEK
    assert not sent.duplicated(["person", "week"]).any()
    assert (sent["ref"] == 2).sum() > 100


def test_a_control_group_of_a_trigger_is_left_alone_and_can_be_compared() -> None:
    scenario = market(people=1_500)
    run = simulate(scenario, Plan(triggers=[on("lapse", holdout=0.4, offer=Offer(discount=0.2))]), 1)
    held, sent = run.events.of(Kind.HELD_OUT), run.events.of(Kind.SENT)
    assert not set(held.person.tolist()) & set(sent.person.tolist())
    assert abs(len(held) / (len(held) + len(sent)) - 0.4) < 0.06
    assert holdout(run, campaign=1, weeks=8).loc["difference", "people"] > 100


def test_the_budget_pays_for_occasions_first() -> None:
    plan = Plan(campaigns=[Campaign(channel="sms")], triggers=[on("lapse")], contact={"budget": 0.6})
    run = simulate(market(), plan, 1)
    sent = run.events.of(Kind.SENT)
    weekly = pd.crosstab(sent.minute // MINUTES_A_WEEK, sent.ref)
    assert weekly.sum(axis=1).max() == 10
    free = simulate(market(), plan.but(contact={}, campaigns=[]), 1)
    assert len(sent_weeks(free)) > 0
    assert weekly[2].sum() > 0.5 * len(sent_weeks(free))


def test_a_message_on_an_occasion_is_noticed_more_often() -> None:
    shares = []
    for attention in (0.5, 1.0):
        run = simulate(market(occasion_attention=attention), Plan(triggers=[on("lapse")]), 1)
        shares.append(len(run.events.of(Kind.OPENED)) / len(run.events.of(Kind.SENT)))
    assert shares[0] < 0.6 * shares[1]
    run = simulate(market(occasion_attention=0.0), Plan(campaigns=[Campaign(channel="sms")]), 1)
    assert len(run.events.of(Kind.OPENED)) > 100  # a mailing to many is no occasion


def test_whom_no_trigger_reaches_lives_the_same_life() -> None:
    scenario = market().but(acquisition=None, service=None)
    pair = twin(scenario, Plan(), Plan(triggers=[on("lapse", offer=Offer(discount=0.2))]), seed=1)
    touched = np.unique(pair.after.events.of(Kind.SENT).person)
    alone = ~np.isin(np.arange(500), touched)
    one, other = (run.events.where(alone[run.events.person]).frame() for run in (pair.before, pair.after))
    assert alone.sum() > 50
    pd.testing.assert_frame_equal(one, other)


def test_without_triggers_nothing_is_different() -> None:
    plan = Plan(campaigns=[Campaign(channel="sms", every=3)])
    idle = plan.but(triggers=[on("tier")])  # nobody has a tier
    one, other = (simulate(market(), these, 1) for these in (plan, idle))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- bad input -------------------------------------------------------------------------------------


def test_a_lapse_says_how_long_silence_is() -> None:
    with pytest.raises(Fault, match="give wait_weeks, such as 8"):
        Trigger(on="lapse")


@pytest.mark.parametrize(
    ("occasion", "section"), [("complaint", "service"), ("tier", "loyalty"), ("runout", "basket")]
)
def test_an_occasion_that_a_market_does_not_know_is_refused_with_a_remedy(
    occasion: str, section: str
) -> None:
    scenario = market().but(**{section: None})
    remedy = "so choose another occasion, or take a market that has one"
    with pytest.raises(
        Fault, match=rf"triggers\[0\]\.on: supermarket knows no {occasion}.*{section}.*{remedy}"
    ):
        simulate(scenario, Plan(triggers=[on(occasion)]), 1)


def test_a_run_out_of_what_is_no_staple_is_refused_and_the_staples_are_named() -> None:
    beer, any_pack = (Plan(triggers=[on("runout", about=about)]) for about in ("beer", None))
    with pytest.raises(Fault, match=r"triggers\[0\]\.about: only staples .* has: rice, oil\. Name one"):
        simulate(market().but(basket=BASKET), beer, 1)
    fresh = BASKET.but(categories={"vegetables": RANGE["vegetables"]})
    with pytest.raises(Fault, match=r"triggers\[0\]\.on: nothing in supermarket .* give a category one"):
        simulate(market().but(basket=fresh), any_pack, 1)


def test_a_trigger_on_a_channel_or_with_an_offer_that_is_not_there_is_refused() -> None:
    with pytest.raises(Fault, match=r'triggers\[0\]\.channel: .* no channel "fax"'):
        simulate(market(), Plan(triggers=[on("welcome", channel="fax")]), 1)
    offer = on("welcome", offer=Offer(discount=0.1))
    with pytest.raises(Fault, match=r"triggers\[0\]\.offer"):
        simulate(market().but(pricing=None), Plan(triggers=[offer]), 1)
