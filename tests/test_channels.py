"""Laws of channels: a market names its own, and neither name nor order changes anybody's luck."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Scenario, Segment, Trigger, load_scenario, over, simulate
from sim.channel import CAP_WEEKS, FIRST, MOST, Channel, codes
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.files import dump, loads

MARKET = load_scenario("supermarket").but(people=300, weeks=26, service=None)
ACCOUNT = Channel(
    cost=0.02, consent_share=0.7, open_share=0.5, click_share=0.1, fatigue=0.2, opt_out_share=0.002
)
EMAIL = MARKET.contact.channels["email"]


def with_channels(**channels: Channel) -> Scenario:
    return MARKET.but(contact=MARKET.contact.but(channels=channels))


# -- numbers ---------------------------------------------------------------------------------------


def test_the_first_five_keep_their_numbers_and_others_follow_in_the_order_of_the_scenario() -> None:
    assert codes(FIRST) == {name: code for code, name in enumerate(FIRST)}
    assert codes(("official_account", "store", "email", "hotline")) == {
        "email": 0,
        "store": 4,
        "official_account": 5,
        "hotline": 6,
    }


def test_a_channel_of_the_scenarios_own_carries_campaigns_and_keeps_its_number_in_the_log() -> None:
    scenario = with_channels(official_account=ACCOUNT, email=EMAIL)
    run = simulate(scenario, Plan(campaigns=[Campaign(channel="official_account")]), 1)
    sent = run.events.of(Kind.SENT)
    assert len(sent) > 500 and set(sent.channel.tolist()) == {5}
    assert set(sent.value.tolist()) == {2}
    assert loads(dump(scenario), Scenario) == scenario


def test_one_more_channel_that_nobody_uses_changes_nothing() -> None:
    plan = Plan(campaigns=[Campaign(channel="email"), Campaign(channel="app", every=3)])
    more = MARKET.contact.channels | {"official_account": ACCOUNT}
    one, other = (simulate(scenario, plan, 2) for scenario in (MARKET, with_channels(**more)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    assert len(other.people.contact.fatigue) == 6


def test_columns_are_kept_only_for_the_channels_that_a_market_has() -> None:
    run = simulate(with_channels(sms=EMAIL), Plan(campaigns=[Campaign(channel="sms")]), 1)
    assert {len(run.people.contact.consent), len(run.people.contact.preference)} == {1}


def test_the_order_in_which_a_scenario_lists_the_first_five_does_not_matter() -> None:
    plan = Plan(campaigns=[Campaign(channel="store"), Campaign(channel="sms", every=2)])
    turned = dict(reversed(MARKET.contact.channels.items()))
    one, other = (simulate(scenario, plan, 2) for scenario in (MARKET, with_channels(**turned)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- in person -------------------------------------------------------------------------------------


def test_in_person_only_those_are_met_who_came_in_last_week() -> None:
    plan = Plan(campaigns=[Campaign(channel="counter")])
    run = simulate(with_channels(counter=EMAIL.but(in_person=True)), plan, 1)
    sent = run.events.of(Kind.SENT)
    assert len(sent) > 300
    for week in (5, 12, 20):
        record = run.record(week)
        met = set(sent.person[sent.minute // MINUTES_A_WEEK == week].tolist())
        came = set(run.hidden_link[record.index[record["recency_weeks"] <= 1]].tolist())
        assert met and met <= came
    anywhere = simulate(with_channels(counter=EMAIL), plan, 1)
    assert len(anywhere.events.of(Kind.SENT)) > len(sent)


# -- in a group ------------------------------------------------------------------------------------

CHAT = Channel(cost=0.01, consent_share=1.0, open_share=0.5, click_share=0.1, fatigue=0.2, opt_out_share=0.0)
GROUPS = with_channels(chat=CHAT.but(members_only=True)).also("community")
LED = Plan(campaigns=[Campaign(channel="chat")], community={"invite": Segment(), "advisers": 5.0, "posts": 5})


def test_of_a_channel_for_members_only_those_in_a_group_who_have_not_muted_it_are_reached() -> None:
    numbers = GROUPS.community.but(join_share=0.2, mute_share=0.05)
    events = simulate(GROUPS.but(community=numbers), LED, 1).events
    joined, lost = np.full(300, np.inf), np.full(300, np.inf)
    for kind, since in ((Kind.ENTERED, joined), (Kind.MUTED, lost), (Kind.QUIT, lost)):
        these = events.of(kind)
        np.minimum.at(since, these.person, these.minute // MINUTES_A_WEEK)
    sent = events.of(Kind.SENT)
    week = sent.minute // MINUTES_A_WEEK
    assert len(sent) > 300 and np.isfinite(lost).sum() > 20
    assert (joined[sent.person] <= week).all() and (week <= lost[sent.person]).all()


def test_a_channel_for_members_only_reaches_nobody_where_nobody_is_in_a_group() -> None:
    uninvited = simulate(GROUPS, Plan(campaigns=LED.campaigns), 1)
    ungrouped = simulate(GROUPS.but(community=None), Plan(campaigns=LED.campaigns), 1)
    anywhere = simulate(with_channels(chat=CHAT), Plan(campaigns=LED.campaigns), 1)
    assert not len(uninvited.events.of(Kind.SENT)) and not len(ungrouped.events.of(Kind.SENT))
    assert len(anywhere.events.of(Kind.SENT)) > 1_000


def test_who_may_read_a_channel_is_of_no_account_while_nobody_writes_on_it() -> None:
    """Off means off: the same market, event for event."""
    led = LED.but(campaigns=[])
    open_to_all = GROUPS.but(contact=GROUPS.contact.but(channels={"chat": CHAT}))
    one, other = (simulate(scenario, led, 2) for scenario in (GROUPS, open_to_all))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- the cap ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, 1, 3])
def test_a_capped_channel_carries_no_more_mailings_in_any_four_weeks(most: int) -> None:
    scenario = with_channels(official_account=ACCOUNT.but(most_in_4_weeks=most), email=EMAIL)
    weekly = [Campaign(channel="official_account"), Campaign(channel="email")]
    run = simulate(scenario, Plan(campaigns=weekly), 1)
    sent = run.events.of(Kind.SENT)
    week = np.unique(sent.minute[sent.ref == 1] // MINUTES_A_WEEK)
    mailed = np.isin(np.arange(26), week)
    in_four = np.convolve(mailed, np.ones(CAP_WEEKS, int), mode="valid")
    assert in_four.max() == most == in_four[2:].min()
    assert len(np.unique(sent.minute[sent.ref == 2])) == 25  # the other channel goes on


def test_two_campaigns_share_the_cap_and_the_first_of_the_plan_takes_it() -> None:
    scenario = with_channels(official_account=ACCOUNT.but(most_in_4_weeks=1))
    both = [Campaign(name=name, channel="official_account", every=4, first_week=4) for name in "ab"]
    run = simulate(scenario, Plan(campaigns=both), 1)
    assert set(run.events.of(Kind.SENT).ref.tolist()) == {1}


def test_messages_on_occasions_do_not_count_as_mailings() -> None:
    scenario = with_channels(official_account=ACCOUNT.but(most_in_4_weeks=0))
    plan = Plan(triggers=[Trigger(on="lapse", wait_weeks=3, channel="official_account")])
    assert len(simulate(scenario, plan, 1).events.of(Kind.SENT)) > 50


# -- bad input -------------------------------------------------------------------------------------


def test_a_market_has_no_more_channels_than_it_may() -> None:
    with pytest.raises(Fault, match=f"channels: a market has at most {MOST} channels"):
        with_channels(**{f"line_{number}": EMAIL for number in range(MOST + 1)})


@pytest.mark.parametrize("name", ["Email", "e mail", "_x", "9", "x" * 25, ""])
def test_a_channel_is_called_by_a_word(name: str) -> None:
    for build in (lambda: with_channels(**{name: EMAIL}), lambda: Campaign(channel=name)):
        with pytest.raises(Fault, match="word of small letters"):
            build()


def test_a_segment_still_chooses_on_a_channel_of_the_markets_own() -> None:
    plan = Plan(campaigns=[Campaign(channel="hotline", to={"orders": over(3)})])
    run = simulate(with_channels(hotline=EMAIL), plan, 1)
    orders, first = run.events.of(Kind.ORDER), run.events.of(Kind.SENT)
    assert np.bincount(orders.person, minlength=300)[first.person].min() > 3
