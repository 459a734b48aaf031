"""Laws of privacy: being profiled costs trust, control gives some back, and each rule costs reach."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import Campaign, Plan, Scenario, Segment, Shock, load_scenario, simulate, under
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.privacy import Parameters
from sim.run import Run

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
