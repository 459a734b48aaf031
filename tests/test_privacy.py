"""Laws of privacy: being profiled costs trust, control gives some back, and each rule costs reach."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Offer, Plan, Scenario, Segment, Shock, load_scenario, over, simulate, under
from sim.clock import MINUTES_A_WEEK
from sim.delays import FEATURES
from sim.events import FIRM, Kind
from sim.export import Export
from sim.processes.entry import Parameters as Entry
from sim.processes.gifts import Parameters as Gifts
from sim.processes.privacy import Parameters
from sim.processes.stewardship import Parameters as Stewardship
from sim.processes.surcharge import Parameters as Surcharge
from sim.run import Run
from tests.goods import BASKET

PERSONAL = Campaign(to=Segment(recency_weeks=under(60)))
TO_ALL = Campaign()
BREACH = Shock(what="breach", week=20)


def market(**numbers: float) -> Scenario:
    scenario = load_scenario("supermarket", 800).but(weeks=40, entry=Entry(), acquisition=None)
    return scenario.but(privacy=Parameters(**numbers))


@cache
def run(campaign: Campaign = PERSONAL, shock: Shock | None = None, rules: str = "", **numbers: Any) -> Run:
    """Run a market under rules: words of `easy`, `plain`, `keep`, `asked`, `unasked`."""
    words = rules.split()
    levers = {
        "easy_withdrawal": "easy" in words,
        "plain_option": "plain" in words,
        "keep_weeks": 8 if "keep" in words else None,
        "sensitive": next((word for word in words if word.endswith("asked")), "unused"),
    }
    scenario = market(**numbers)
    scenario = scenario.struck(shock) if shock else scenario
    return simulate(scenario, Plan(campaigns=[campaign], privacy=levers), 3)


def trust(of: Run) -> float:
    """Give the patience that went on trust, of all people together."""
    return float(of.people.patience.used[7].sum())


def count(of: Run, kind: Kind) -> int:
    return len(of.events.of(kind))


def test_without_messages_and_rules_the_market_is_the_same_event_for_event() -> None:
    off, on = (simulate(one, Plan(), 3) for one in (market().but(privacy=None), market()))
    assert off.events.frame().equals(on.events.frame())


def test_a_message_chosen_by_a_profile_costs_trust_and_one_to_everybody_costs_none() -> None:
    assert trust(run(TO_ALL)) == 0 < trust(run(PERSONAL))
    assert trust(run(PERSONAL, profiled_toll=0.0)) == 0
    assert trust(run(PERSONAL, profiled_toll=0.004)) > 2 * trust(run(PERSONAL))


def test_the_concerned_mind_most() -> None:
    lived = run(PERSONAL)
    used, concern = lived.people.patience.used[7], lived.people.privacy.concern
    sent = np.bincount(lived.events.of(Kind.SENT).person, minlength=800) > 5
    assert np.corrcoef(used[sent] / lived.people.patience.shield[sent], concern[sent])[0, 1] > 0.4
    assert concern.mean() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("rule", ["easy", "plain"])
def test_control_weakens_the_harm_of_profiling_and_of_a_breach(rule: str) -> None:
    """The rules act on the toll alone here: nobody makes use of them."""
    unused = {"withdrawal_share": 0.0, "plain_share": 0.0}
    assert trust(run(rules=rule, **unused)) < 0.8 * trust(run(**unused))
    struck = {"campaign": TO_ALL, "shock": BREACH, **unused}
    assert trust(run(rules=rule, **struck)) < 0.8 * trust(run(**struck))
    assert trust(run(rules="easy plain", **struck)) < trust(run(rules=rule, **struck))


def test_an_easy_way_out_is_used_by_the_concerned_and_for_good() -> None:
    lived = run(TO_ALL, rules="easy", withdrawal_share=0.01)
    out = lived.events.of(Kind.WITHDRAWN)
    concern = lived.people.privacy.concern
    assert len(out) > 50 and concern[out.person].mean() > 1.3
    assert not lived.people.contact.consent[out.channel, out.person].any()
    assert count(lived, Kind.SENT) < count(run(TO_ALL), Kind.SENT)


def test_who_wants_no_profiling_gets_only_what_everybody_gets() -> None:
    plain = run(PERSONAL, rules="plain").people.privacy.plain
    assert 0.1 < plain.mean() < 0.3
    for campaign, reached in ((PERSONAL, False), (TO_ALL, True)):
        sent = np.unique(run(campaign, rules="plain").events.of(Kind.SENT).person)
        assert plain[sent].any() == reached


def test_addresses_are_deleted_after_so_many_silent_weeks_and_no_sooner() -> None:
    lived = run(TO_ALL, rules="keep")
    for minute, person in zip(
        *(
            column.tolist()
            for column in (lived.events.of(Kind.SENT).minute, lived.events.of(Kind.SENT).person)
        ),
        strict=True,
    ):
        orders = lived.events.of(Kind.ORDER)
        last = orders.minute[(orders.person == person) & (orders.minute < minute)].max()
        assert minute - last < 9.5 * MINUTES_A_WEEK  # a day until an order is on record, and the week's hour
    assert count(lived, Kind.SENT) < 0.9 * count(run(TO_ALL), Kind.SENT)
    assert count(lived, Kind.WITHDRAWN) and not count(run(TO_ALL), Kind.WITHDRAWN)


def test_sensitive_data_bring_clicks_of_those_who_allow_it_and_unasked_of_all_for_trust() -> None:
    """Tolls are off in the first part: lives differ by clicks alone."""
    free = {"profiled_toll": 0.0, "sensitive_toll": 0.0, "sensitive_gain": 3.0}
    unused, asked, unasked = (
        count(run(rules=rules, **free), Kind.CLICKED) for rules in ("", "asked", "unasked")
    )
    assert unused < asked < unasked
    assert trust(run(rules="asked")) == pytest.approx(trust(run()), rel=0.05)
    assert trust(run(rules="unasked")) > 2 * trust(run())


def test_a_breach_hurts_more_where_sensitive_data_were_used_unasked() -> None:
    none = {"sensitive_toll": 0.0, "sensitive_gain": 0.0}
    plain, kept = (trust(run(TO_ALL, BREACH, rules, **none)) for rules in ("", "unasked"))
    assert kept > 1.3 * plain


def test_of_those_whose_data_are_deleted_a_breach_takes_no_trust_until_they_order_again() -> None:
    """Deleted after 8 weeks of silence; the breach is in week 20."""
    unused = {"withdrawal_share": 0.0, "plain_share": 0.0}
    kept, deleted = (run(TO_ALL, BREACH, rules, **unused) for rules in ("", "keep"))
    orders = kept.events.of(Kind.ORDER)
    last = np.zeros(800, np.int64)
    before = orders.minute < 20 * MINUTES_A_WEEK
    np.maximum.at(last, orders.person[before], orders.minute[before])
    silent = (last > 0) & (last < 11 * MINUTES_A_WEEK)
    hurt = [one.people.patience.used[7] > 0 for one in (kept, deleted)]
    assert hurt[0][silent].sum() > 20 and not hurt[1][silent].any()
    assert trust(deleted) < trust(kept)


# -- one price -------------------------------------------------------------------------------------

DEARER = {"markup": 0.2}


@cache
def priced(rules: str = "", markup: float = 0.2) -> Run:
    """Run a market of personal prices under rules: words of `one`, `plain`."""
    scenario = market().but(surcharge=Surcharge(notice_share=0.5))
    levers = {"one_price": "one" in rules, "plain_option": "plain" in rules}
    return simulate(scenario, Plan(surcharge={"markup": markup}, privacy=levers), 3)


def test_under_one_price_a_surcharge_does_nothing_event_for_event() -> None:
    assert priced("one").events.frame().equals(priced(markup=0.0).events.frame())
    assert priced("one", 0.0).events.frame().equals(priced(markup=0.0).events.frame())


def test_one_price_costs_the_surcharges_and_spares_the_trust_of_who_would_find_out() -> None:
    fair, personal = priced("one"), priced()
    assert fair.accounts.total()["surcharges"] == 0 < personal.accounts.total()["surcharges"]
    assert count(fair, Kind.FELT_UNFAIR) == 0 < count(personal, Kind.FELT_UNFAIR)
    assert trust(fair) == 0 < trust(personal)


def test_under_one_price_an_offer_to_a_segment_is_still_allowed() -> None:
    offers = [Campaign(to=Segment(recency_weeks=over(4)), offer=Offer(discount=0.2))]
    lived = simulate(market(), Plan(campaigns=offers, privacy={"one_price": True}), 3)
    assert count(lived, Kind.DISCOUNT) > 20


def test_who_wants_no_profiling_pays_the_shelf_price_and_the_others_their_own() -> None:
    lived = priced("plain")
    plain, paid = lived.people.privacy.plain, np.unique(lived.events.of(Kind.SURCHARGED).person)
    assert not plain[paid].any() and len(paid) > 100
    assert plain[np.unique(priced().events.of(Kind.SURCHARGED).person)].sum() > 20


# -- what deletion deletes -------------------------------------------------------------------------

KEEP = 8  # weeks
LONG = 75  # weeks: what is deleted must not be taken off a second time a year later


@cache
def deleting(split_share: float = 0.0, keep: int | None = KEEP) -> tuple[Run, dict[int, pd.DataFrame]]:
    """Run a market that deletes; give also what a function of the plan saw on each Monday."""
    views: list[pd.DataFrame] = []

    def look(record: Any) -> Any:
        views.append(pd.DataFrame({name: getattr(record, name).copy() for name in FEATURES}))
        return np.zeros(len(record), bool)

    scenario = load_scenario("supermarket", 800).but(weeks=LONG, acquisition=None, privacy=Parameters())
    scenario = scenario.but(gifts=Gifts(), surcharge=Surcharge())
    if split_share:
        scenario = scenario.but(stewardship=Stewardship(split_share=split_share))
    plan = Plan(
        campaigns=[TO_ALL, Campaign(to=look, channel="sms")],
        gifts={"birthday": 5.0},
        surcharge=DEARER,
        privacy={"keep_weeks": keep},
    )
    integration = {"integration": 1.0} if split_share else {}
    return simulate(scenario, plan.but(stewardship=integration), 3), dict(enumerate(views))


def on_file(run: Run, week: int) -> pd.Series[int]:
    """Give by person how many orders the firm should have on file: all since the last deletion.

    Recounted from the log alone: an order is known a day later, and a person deleted on the first Monday on
    which the last one known is older than `KEEP` weeks.
    """
    delay = run.scenario.record.minutes()[Kind.ORDER]
    orders = run.events.of(Kind.ORDER)
    kept = {}
    for person in np.unique(orders.person).tolist():
        minutes = orders.minute[orders.person == person]
        held: list[int] = []
        for monday in range(1, week + 1):
            end = monday * MINUTES_A_WEEK
            known = (minutes + delay < end) & (minutes + delay >= end - MINUTES_A_WEEK)
            held += minutes[known].tolist()
            if held and max(held) < end - KEEP * MINUTES_A_WEEK:
                held = []
        if held:
            kept[person] = len(held)
    return pd.Series(kept)


@pytest.mark.parametrize("split_share", [0.0, 0.4])
def test_the_record_of_a_week_is_what_the_plan_saw_after_the_deletion_of_its_monday(
    split_share: float,
) -> None:
    lived, views = deleting(split_share)
    for week in (0, 9, 10, 30, 53, 54, LONG - 1):
        shown = lived.record(week).reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, views[week], check_exact=True)


@pytest.mark.parametrize("split_share", [0.0, 0.4])
@pytest.mark.parametrize("week", [10, 30, 60, LONG])
def test_after_deletion_the_record_counts_only_orders_since_and_knows_nobody_else(
    week: int, split_share: float
) -> None:
    lived, _ = deleting(split_share)
    shown = lived.record(week)
    by_person = shown.groupby(lived.hidden_link[shown.index].to_numpy())["orders"].sum()
    expected = on_file(lived, week)
    assert by_person.index.tolist() == expected.index.tolist()
    assert by_person.tolist() == expected.tolist()
    assert shown["orders_52w"].between(0, shown["orders"]).all() and (shown["spend_52w"] >= 0).all()
    if week <= 52:
        assert shown["orders_52w"].tolist() == shown["orders"].tolist()


def test_deletion_deletes_and_some_come_back_to_a_new_record() -> None:
    kept, deleted = (deleting(keep=keep)[0] for keep in (None, KEEP))
    assert len(deleted.record(LONG)) < 0.8 * len(kept.record(LONG))
    since = deleted.replay(LONG).since[:-1]
    back = deleted.hidden_link[deleted.record(LONG).index].to_numpy()
    assert (since[back] > 0).sum() > 20


@pytest.mark.parametrize("split_share", [0.0, 0.4])
def test_nobody_writes_gives_or_charges_more_to_those_who_are_deleted(split_share: float) -> None:
    lived, _ = deleting(split_share)
    for kind, least in ((Kind.SENT, 1_000), (Kind.GIFTED, 100), (Kind.SURCHARGED, 1_000)):
        events = lived.events.of(kind)
        week = events.minute // MINUTES_A_WEEK
        assert len(events) > least
        for monday in (5, 20, 40, 70):
            shown = lived.record(monday)
            known = lived.hidden_link[shown.index]
            assert set(events.person[week == monday].tolist()) <= set(known.tolist())


def test_an_export_has_no_row_of_what_is_deleted() -> None:
    lived, _ = deleting()
    export, expected = Export.of(lived), on_file(lived, LONG)
    whom = export.truth["identities"].set_index("customer_number")["person"]
    assert sorted(whom) == expected.index.tolist()
    orders = export.tables["orders"]["customer_number"].map(whom).value_counts().sort_index()
    assert orders.tolist() == expected.tolist()
    shown = lived.record(LONG)
    for table, column in (("contacts", "opened"), ("tickets", "tickets")):
        rows = export.tables[table]
        rows = rows[rows["what"] == "opened"] if table == "contacts" else rows
        assert len(rows) == shown[column].sum() > 0


def test_accounts_and_lives_stay_as_they_were_where_nobody_asks_the_record() -> None:
    scenario = market()
    kept, deleted = (simulate(scenario, Plan(privacy={"keep_weeks": keep}), 3) for keep in (None, KEEP))
    assert len(deleted.record(40)) < len(kept.record(40))
    pd.testing.assert_frame_equal(kept.accounts.by_week(), deleted.accounts.by_week())
    assert kept.events.of(Kind.ORDER).frame().equals(deleted.events.of(Kind.ORDER).frame())


def test_whom_the_firm_owes_something_is_kept() -> None:
    """Under a contract, until it ends; and as long as there are points on the account."""
    saas = load_scenario("saas", 200).but(weeks=40, privacy=Parameters())
    lived = simulate(saas, Plan(privacy={"keep_weeks": 1}), 3)
    ended = np.unique(lived.events.of(Kind.CANCELLED).person)
    signed = np.unique(lived.events.of(Kind.SIGNED).person)
    known = lived.hidden_link[lived.record(40).index].to_numpy()
    assert len(ended) > 10 and not np.isin(ended, known).any()
    assert np.isin(np.setdiff1d(signed, ended), known).mean() > 0.95  # but those who have just signed

    shop = market().but(loyalty=load_scenario("supermarket").loyalty)
    lived = simulate(shop, Plan(loyalty={"points": 0.05, "reward": 500}, privacy={"keep_weeks": KEEP}), 3)
    shown = lived.record(40)
    assert (shown["points"] >= 0).all()
    owed = shown["recency_weeks"] > KEEP
    assert owed.sum() > 10 and (shown["points"][owed] > 0).all()


def test_what_concerns_no_customer_is_never_deleted() -> None:
    lived, _ = deleting()
    held = lived.replay(LONG).holds(lived.events)
    firm = lived.events.person == FIRM
    assert firm.sum() > 50 and held[firm].all()
    assert 0 < held[~firm].mean() < 1


def test_what_the_deleted_bought_is_deleted_too() -> None:
    """Without an order on record there is no good, and no run-out to predict."""
    scenario = market().but(basket=BASKET)
    record = simulate(scenario, Plan(privacy={"keep_weeks": KEEP}), 3).replay(40)
    gone = np.isin(record.owners(), record.forgotten())
    bought = record.purchases.bought[:, : len(record)]
    assert gone.sum() > 50 and not bought[:, gone].any()
    assert np.isnan(record.purchases.runout_weeks(record.monday)[: len(record)][gone]).all()
    assert (bought[:, ~gone].sum(axis=0) > 0).all()
