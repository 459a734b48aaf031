"""What holds in every market under every plan; `assert_sound` checks a run against all of it."""

# Plans are written here as learners write them, with lists, dicts and functions, and sometimes wrongly:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest
from pydantic.fields import FieldInfo

from sim import (
    Fault,
    Plan,
    Scenario,
    Timeline,
    load_plan,
    load_scenario,
    plan_names,
    scenario_names,
    simulate,
)
from sim.accounts import COMMON, COSTS, LINES, OWN, REVENUE
from sim.clock import MINUTES_A_WEEK, OpeningHours
from sim.data import Data
from sim.events import FIRM, HIDDEN, LOSSES, POINTS, REFERRAL, SELLING, Cause, Kind, Stage
from sim.files import dump, loads
from sim.metrics import METRICS
from sim.need import NEEDS
from sim.processes.renewal import RUNNING
from sim.refusal import check_plan
from sim.run import Run
from sim.segment import Rule
from sim.split import split_share

MARKETS = scenario_names()
PLANS = plan_names()
ALWAYS_KNOWN = ("customers", "orders", "revenue", "contribution", "profit", "contacts", "opt_outs")

DRIFT = 1e-9  # what sums of floats may be off


def small(name: str, people: int = 120, weeks: int = 30) -> Scenario:
    """Give a ready-made market, scaled down; latecomers come early enough to be seen."""
    scenario = load_scenario(name)
    entry = min(scenario.entry.entry_weeks, weeks / 2)
    return scenario.but(people=people, weeks=weeks, entry=scenario.entry.but(entry_weeks=entry))


def fits(plan: Plan, scenario: Scenario) -> bool:
    """Tell whether a market has all that a plan needs."""
    try:
        check_plan(scenario, Timeline.of(plan))
    except Fault:
        return False
    return True


@cache
def ready_made(market: str, plan: str) -> Run:
    """Run a ready-made plan once for all tests."""
    return simulate(small(market), load_plan(plan), 1)


PAIRS = [
    pytest.param(market, plan, id=f"{market}-{plan}")
    for market in MARKETS
    for plan in PLANS
    if fits(load_plan(plan), load_scenario(market))
]
EACH_PLAN_ONCE = [pair for pair in PAIRS if pair.values[0] == "supermarket"]
MISFITS = [
    pytest.param(market, plan, id=f"{market}-{plan}")
    for market in MARKETS
    for plan in PLANS
    if not fits(load_plan(plan), load_scenario(market))
]


# -- the checker -----------------------------------------------------------------------------------


def assert_sound(run: Run) -> None:
    """Check a run against every law that no market and no plan may break."""
    events = run.events.frame().astype({"kind": str})
    events["week"] = events["minute"] // MINUTES_A_WEEK
    by_kind: dict[str, pd.DataFrame] = {
        kind.name: events[events["kind"] == kind.name.lower()] for kind in Kind
    }
    _assert_log_in_order(run, events)
    _assert_money_adds_up(run, by_kind)
    _assert_numbers_make_sense(run)
    _assert_lives_make_sense(run, by_kind)
    _assert_messages_obey(by_kind)
    _assert_programme_keeps_its_books(run, by_kind)
    _assert_contracts_hold(run, by_kind)
    _assert_newcomers_are_new(run, by_kind)
    _assert_deals_take_their_steps(run, by_kind)
    _assert_desk_is_honest(by_kind)
    _assert_defections_accounted_for(run, by_kind)
    _assert_record_is_a_subset(run, by_kind)
    _assert_truth_in_range(run)


def _assert_log_in_order(run: Run, events: pd.DataFrame) -> None:
    log = run.events
    order = np.lexsort((log.kind, log.person, log.minute))
    assert (order == np.arange(len(log))).all(), "events are not sorted by (minute, person, kind)"
    assert len(run.pages) == run.scenario.weeks
    for week, page in enumerate(run.pages):
        assert (page.minute // MINUTES_A_WEEK == week).all(), f"page {week} holds another week's events"
    firm = events["kind"].isin(OF_THE_FIRM)
    assert (events.loc[firm, "person"] == FIRM).all()
    assert events.loc[~firm, "person"].between(0, run.scenario.people - 1).all()
    assert set(np.unique(log.kind)) <= set(Kind)


def _assert_money_adds_up(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    scenario, weekly, personal = run.scenario, run.accounts.by_week(), run.accounts.by_person()
    for table in (weekly, personal):
        assert (table.dtypes == np.int64).all(), "money is whole cents, never NaN"
    assert len(weekly) == scenario.weeks
    assert len(personal) == scenario.people + 1
    pd.testing.assert_series_equal(weekly.sum(), personal.sum())
    pd.testing.assert_series_equal(weekly.sum(), run.accounts.total())
    total = weekly.sum()
    expected = {
        "sales": kind["ORDER"]["value"].sum(),
        **{
            line: -sum(kind[what.name]["value"].sum() for what, where in COSTS.items() if where == line)
            for line in COSTS.values()
        },
        "points": -sum(sign * kind[what.name]["value"].sum() for what, sign in POINTS.items()),
        "fixed": -scenario.weeks * round(scenario.fixed_cost * 100),
    }
    assert {line: total[line] for line in expected} == expected
    price = np.ones(scenario.weeks)
    price[kind["PRICED"]["week"]] = kind["PRICED"]["value"] / 1e6
    usual = weekly["sales"] / price
    if scenario.basket:
        _assert_lines_add_up(run, kind)
    else:
        assert abs(-total["goods"] - usual.sum() * (1 - scenario.margin)) <= 0.5 * len(kind["ORDER"]) + 1
    assert total["profit"] == sum(total[line] for line in LINES)
    assert (weekly["revenue"] - weekly["returns"] >= 0).all(), "only refunds come a week late"
    assert (personal["revenue"] >= 0).all()
    assert (personal.loc[FIRM, [*REVENUE, *OWN]] == 0).all()
    assert (personal.drop(index=FIRM)[[*COMMON]] == 0).all(axis=None)
    assert (run.accounts.liability() >= 0).all(), "the firm owes points, nobody owes them to it"
    assert run.accounts.liability()[-1] == run.people.loyalty.points.sum()
    npt.assert_array_equal(run.accounts.contribution(), personal.drop(index=FIRM)["contribution"])
    least = min((*scenario.renewal.fees, 0.01)) * 100 if scenario.renewal else 1
    assert (kind["ORDER"]["value"] >= least).all(), "an order is worth a cent at least, but on a free level"
    given, key = kind["DISCOUNT"], ["minute", "person", "ref"]
    assert given["value"].gt(0).all()
    # a contract, the price of a bundle, or of a night
    agreed = scenario.renewal or scenario.place or scenario.livestream
    assert agreed or given["ref"].gt(0).all(), "only these give a discount without an offer"
    given = given[given["ref"] > 0]
    redeemed = kind["ORDER"][kind["ORDER"]["ref"] > 0]
    assert given[key].to_numpy().tolist() == redeemed[key].to_numpy().tolist(), "each discount has its order"
    assert (given["value"].to_numpy() <= redeemed["value"].to_numpy()).all()


def _assert_numbers_make_sense(run: Run) -> None:
    assert set(run.metrics) == set(METRICS)
    for name, value in run.metrics.items():
        unknown = np.isnan(value)
        assert not (unknown and name in ALWAYS_KNOWN), f"{name} is NaN"
        assert not np.isinf(value), f"{name} is infinite"
        if not unknown and METRICS[name].unit == "share":
            assert 0 <= value <= 1, f"{name} is {value}, no share"
        if not unknown and METRICS[name].unit in ("people", "orders", "messages"):
            assert value >= 0
            assert value == int(value), f"{name} is {value}, no count"
    assert np.isnan(run.metrics["nps"]) or -100 <= run.metrics["nps"] <= 100
    summary = run.summary()
    assert tuple(summary.index) == tuple(METRICS)
    assert not summary["value"].str.contains("nan|inf").any()


def _assert_lives_make_sense(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    """Walk through all lives: nobody orders before entering, while dormant, or while gone."""
    entry, weeks = run.people.entry.minute, run.scenario.weeks
    begun: set[int] = set()
    gone: set[int] = set()
    asleep: set[int] = set()
    for minute, _, person, what in sorted(_steps(kind)):
        if person not in begun:
            begun.add(person)
            expected = (what, minute) == ("order", entry[person])
            assert entry[person] < 0 or expected, f"person {person} begins with {what} at {minute}"
        state = f"person {person}, minute {minute}: {what}, though"
        assert person not in gone or what not in NEVER_WHEN_GONE, f"{state} gone"
        assert person not in asleep or what not in ("order", "dozed"), f"{state} dormant"
        assert person in asleep or what != "woke", f"{state} awake"
        assert person in gone or what != "returned", f"{state} never gone"
        if what == "dozed":
            asleep.add(person)
        elif what == "left":
            gone.add(person)
        elif what in ("woke", "returned"):
            asleep.discard(person)
            gone.discard(person)
    late = np.flatnonzero((entry >= 0) & (entry < weeks * MINUTES_A_WEEK)).tolist()
    assert begun.issuperset(late), "somebody did not come"
    shopping = run.people.shopping
    assert gone == set(np.flatnonzero(run.people.entry.stage == Stage.LEFT).tolist()), (
        "the end does not fit who left"
    )
    assert asleep == set(np.flatnonzero(shopping.asleep).tolist()), "the end does not fit who sleeps"


def _assert_lines_add_up(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    """Check that each order's lines are its value and its goods, to the cent."""
    lines, orders = run.lines.groupby("order")[["cents", "goods"]].sum(), kind["ORDER"]
    assert lines["cents"].tolist() == orders["value"].tolist()
    assert lines["goods"].tolist() == kind["BASKET"]["value"].tolist()
    assert lines["goods"].sum() == -run.accounts.total()["goods"]
    assert run.lines["cents"].ge(0).all()
    assert run.lines["goods"].ge(0).all()


OF_THE_FIRM = (
    *("wages", "advertised", "promoted", "tools", "stocked", "priced", "improved", "checked"),
    *("shock", "crisis_answered", "remedied"),
    *("provided", "rival_moved"),
    *("stewarded", "staffed", "team", "hosted", "night", "resigned"),
)
ALSO_OF_STRANGERS = (
    "joined",
    "heard",
    "rival_order",
    *("lead", "worked", "conversed", "won", "lost", "tie_lost"),
)
STEPS = ("returned", "dozed", "woke", "order", "", "left")  # in this order within a minute; "": all else
NEVER_WHEN_GONE = {"order", "dozed", "woke", "left"}  # a message, an answer or a solution may still come


def _steps(kind: dict[str, pd.DataFrame]) -> Iterator[tuple[int, int, int, str]]:
    """Give everything that happened to people as minute, rank in that minute, person, what."""
    for name, table in kind.items():
        what = name.lower()
        rank = STEPS.index(what if what in STEPS else "")
        if what not in OF_THE_FIRM and what not in ALSO_OF_STRANGERS:
            for minute, person in zip(table["minute"].tolist(), table["person"].tolist(), strict=True):
                yield minute, rank, person, what


def _assert_messages_obey(kind: dict[str, pd.DataFrame]) -> None:
    def rows(name: str, *columns: str) -> list[Any]:
        return list(kind[name][list(columns)].itertuples(index=False, name=None))

    # to one record: who has a second account gets a second message, a minute before
    assert _unique(rows("SENT", "person", "channel", "minute")), "two messages in a week on one channel"
    assert not {*rows("SENT", "person", "ref")} & {*rows("HELD_OUT", "person", "ref")}, (
        "the control group hears"
    )
    message = ("person", "channel", "week", "ref")
    for name in ("OPENED", "CLICKED", "OPTED_OUT"):
        assert _unique(rows(name, *message))
        assert {*rows(name, *message)} <= {*rows("SENT", *message)}, f"{name} without a message"
    opened = {*rows("OPENED", *message, "minute")}
    assert {*rows("CLICKED", *message, "minute")} <= opened, "a click without an opened message"
    outs = rows("OPTED_OUT", "person", "channel", "minute")
    assert _unique([out[:2] for out in outs]), "nobody opts out twice"
    until = {(person, channel): minute for person, channel, minute in outs}
    for person, channel, minute in rows("SENT", "person", "channel", "minute"):
        assert minute <= until.get((person, channel), minute), "a message on a channel after opting out of it"
    assert (kind["SENT"]["value"] >= 0).all()
    followed = {row[:3]: row[3] for row in rows("CLICKED", "person", "ref", "week", "minute")}
    for person, ref, week, minute in rows("DISCOUNT", "person", "ref", "week", "minute"):
        if ref == 0:
            continue  # agreed by contract
        assert followed[person, ref, week] <= minute, "a discount before the offer was clicked"


def _assert_programme_keeps_its_books(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    """Check that only members hold points, that none holds less than nothing, and that tiers are tiers."""
    assert _unique(kind["ENROLLED"]["person"].tolist()), "nobody joins twice"
    members = set(kind["ENROLLED"]["person"])
    moves = [kind[what.name].assign(sign=sign) for what, sign in POINTS.items()]
    table = pd.concat(moves).sort_values(["minute", "person"], kind="stable")
    assert set(table["person"]) | set(kind["TIER"]["person"]) <= members
    assert table["value"].gt(0).all()
    held = (table["value"] * table["sign"]).groupby([table["person"], table["week"]]).sum()
    assert held.groupby(level=0).cumsum().ge(0).all(), "points spent that nobody had"
    assert kind["TIER"]["value"].between(0, 2).all()
    paid = run.accounts.by_person()["revenue"]
    assert paid.ge(0).all(), "nobody is paid for shopping"


def _assert_contracts_hold(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    """Check that people leave only when a term ends, but on a free level, and then only once for each."""
    if run.scenario.renewal is None:
        assert kind["SIGNED"].empty
        assert kind["CANCELLED"].empty
        return
    keys = ["minute", "person"]
    assert kind["CANCELLED"][keys].to_numpy().tolist() == kind["LEFT"][keys].to_numpy().tolist()
    older = kind["SIGNED"]["channel"] == RUNNING
    ends = {*zip(kind["SIGNED"]["ref"], kind["SIGNED"]["person"], strict=True)}
    signed = kind["SIGNED"][~older]
    assert (kind["SIGNED"].loc[older, "minute"] == 0).all()
    assert set(map(tuple, signed[keys].to_numpy())) <= set(map(tuple, kind["ORDER"][keys].to_numpy()))
    free = np.array(run.scenario.renewal.fees) == 0
    bound = kind["CANCELLED"][~free[kind["CANCELLED"]["value"]]]
    for minute, person in bound[keys].itertuples(index=False):
        assert (minute, person) in ends, "left within a term"
    assert kind["SIGNED"]["value"].between(0, len(run.scenario.renewal.fees) - 1).all()


def _assert_newcomers_are_new(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    """Check that who is won is won once, and places a first order at that minute."""
    joined = kind["JOINED"]
    assert _unique(joined["person"].tolist())
    first = kind["ORDER"].groupby("person")["minute"].min()
    assert first.reindex(joined["person"]).tolist() == joined["minute"].tolist()
    by_others = joined[joined["channel"] == REFERRAL]
    assert set(by_others["ref"]) <= set(kind["RECOMMENDED"]["person"])
    assert (joined.loc[joined["channel"] != REFERRAL, "ref"] == -1).all()
    assert set(kind["REWARDED"]["ref"]) <= {*by_others["person"], -1}, "-1: for somebody invented"


def _assert_deals_take_their_steps(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    """Check that each deal goes step by step to one end, and that only those who said yes are won by it."""
    selling = [kind[name].assign(what=name) for name in ("LEAD", "WORKED", "WON", "LOST")]
    if run.scenario.sales is None:
        assert all(table.empty for table in selling)
        return
    table = pd.concat(selling).sort_index()  # as in the log
    visits = (table["what"] == "WORKED") & (table["channel"] == len(SELLING) - 1)
    for _, moves in table[~visits].groupby("person"):
        steps = None
        for what, channel, ref in moves[["what", "channel", "ref"]].itertuples(index=False):
            assert (steps is None) == (what == "LEAD"), "one deal at a time, from its lead on"
            if what == "LEAD":
                steps = 0
            elif what == "WORKED":
                assert channel == steps, "a step was left out"
                steps += 1
            else:
                assert what == "LOST" or steps == len(SELLING) - 1, "won before the bid"
                assert what == "WON" or ref == steps
                steps = None
    assert (kind["WORKED"]["value"] >= 1).all()
    assert kind["LOST"]["channel"].between(0, len(LOSSES) - 1).all()
    key = ["minute", "person", "channel", "ref"]
    both = kind["CONVERSED"].merge(kind["WORKED"], on=key, how="left", suffixes=("_met", "_worked"))
    assert len(both) == len(kind["CONVERSED"])
    assert both["value_met"].le(both["value_worked"]).all(), "more time with the customer than time"


def _unique(keys: list[Any]) -> bool:
    return len(set(keys)) == len(keys)


def _assert_desk_is_honest(kind: dict[str, pd.DataFrame]) -> None:
    def keys(table: pd.DataFrame, minute: str) -> Counter[tuple[int, int]]:
        return Counter(zip(table[minute], table["person"], strict=True))

    tickets = keys(kind["TICKET"], "minute")
    faults, met = keys(kind["FAULT"], "minute"), keys(kind["MET"], "minute")
    returned = keys(kind["REPEATED"], "minute")  # whom a machine misled complains later of the same fault
    assert tickets - returned <= faults <= keys(kind["ORDER"], "minute")
    closed = met - tickets
    assert keys(kind["REPEATED"], "ref") <= tickets + closed
    assert keys(kind["MISLED"], "minute") <= closed <= faults
    answered, resolved = keys(kind["ANSWERED"], "ref"), keys(kind["RESOLVED"], "ref")
    assert resolved <= answered <= tickets
    assert keys(kind["CSAT"], "ref") <= resolved + closed
    assert keys(kind["COMPENSATED"], "ref") <= resolved + closed
    for name in ("ANSWERED", "RESOLVED"):
        assert (kind[name]["value"] >= 0).all()
        assert (kind[name]["minute"] >= kind[name]["ref"]).all(), "dealt with before it was complained about"
        assert (kind[name]["value"] <= kind[name]["minute"] - kind[name]["ref"] + 1).all()
    assert kind["CSAT"]["value"].between(1, 5).all()
    assert kind["NPS"]["value"].between(0, 10).all()


def _assert_defections_accounted_for(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    table, causes = run.defections, [cause.name.lower() for cause in Cause]
    assert list(table.columns) == ["person", "week", *causes]
    left = kind["LEFT"].sort_values(["minute", "person"])
    assert table["person"].tolist() == left["person"].tolist()
    assert table["week"].tolist() == left["week"].tolist()
    shares = table[causes].to_numpy(float)
    assert ((shares >= -DRIFT) & (shares <= 1 + DRIFT)).all()
    npt.assert_allclose(shares.sum(axis=1), 1, atol=DRIFT)
    chosen = shares[np.arange(len(shares)), left["channel"].to_numpy(int)]
    npt.assert_allclose(chosen, shares.max(axis=1, initial=0), atol=DRIFT)


def _assert_record_is_a_subset(run: Run, kind: dict[str, pd.DataFrame]) -> None:
    record, delays = run.record(run.scenario.weeks), run.scenario.record
    assert record["orders"].ge(1).all(), "a record is opened at the first order known"
    since = run.replay(run.scenario.weeks).since[kind["ORDER"]["person"]]  # the last deletion; 0: none
    due = kind["ORDER"]["minute"] + round(60 * delays.order_hours)
    known = due.between(since, run.scenario.weeks * MINUTES_A_WEEK, inclusive="left")
    assert record["orders"].sum() == known.sum(), "each order is known after its delay, until it is deleted"
    assert record["recency_weeks"].mul(168).gt(delays.order_hours).all()
    assert record["recency_weeks"].le(record["tenure_weeks"]).all()
    assert record["recency_weeks"].ge(0).all()
    assert record["greenness"].dropna().between(0, 10).all()
    assert record["need"].isin((*NEEDS, "")).all()
    for name in ("orders", "orders_52w", "spend", "spend_52w", "opened", "clicked", "tickets"):
        assert record[name].notna().all()
        assert record[name].ge(0).all()
    assert record["orders_52w"].le(record["orders"]).all()
    assert record["nps"].dropna().between(0, 10).all()
    split = split_share(run.scenario) > 0
    assert run.hidden_link.loc[record.index].value_counts().le(2 if split else 1).all()
    deletes = any(plan.privacy.keep_weeks for plan in run.timeline.plans.values())
    assert split or deletes or len(run.hidden_link) == len(record)
    assert len(run.record(0)) == 0, "on the first Monday the firm knows nobody yet"


def _assert_truth_in_range(run: Run) -> None:
    truth = run.truth
    assert truth.notna().all(axis=None)
    assert truth["satisfaction"].between(0, 10).all()
    assert truth["expectation"].between(0, 10).all()
    assert truth["reference_price"].between(0, 3).all()
    assert truth.filter(like="_bond").stack().between(0, 1).all()
    assert truth["shield"].between(0, 1).all()
    assert truth.filter(items=["wallet_share", "habit"]).stack().between(0, 1).all()
    assert truth.filter(like="leaves_after").stack().between(0, 1).all()
    assert truth.filter(items=["orders_a_week", "mean_order", "sensitivity"]).gt(0).all(axis=None)
    assert (truth.loc[truth["stage"] == "left", "patience_left"] <= 0).all()
    if run.scenario.renewal is None:  # under contract, those who have lost patience may still be bound
        assert (truth.loc[truth["stage"] != "left", "patience_left"] > 0).all()
    npt.assert_array_equal(run.people.shopping.lift, 1.0)


def assert_same_events(one: Run, other: Run) -> None:
    """Check that two runs are the same to the last event."""
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    pd.testing.assert_frame_equal(one.defections, other.defections)


# -- every market under every plan -----------------------------------------------------------------


def test_there_are_markets_and_plans_to_check() -> None:
    assert "supermarket" in MARKETS
    assert PAIRS


@pytest.mark.parametrize(("market", "plan"), PAIRS)
def test_every_plan_runs_soundly_in_every_market_that_has_what_it_needs(market: str, plan: str) -> None:
    run = ready_made(market, plan)
    assert run.metrics["orders"] > 0
    assert_sound(run)


@pytest.mark.parametrize(("market", "plan"), MISFITS)
def test_a_market_that_lacks_what_a_plan_needs_says_so_before_it_begins(market: str, plan: str) -> None:
    with pytest.raises(Fault, match=r"switched off|has no channel"):
        simulate(small(market), load_plan(plan), 1)


@pytest.mark.parametrize(("market", "plan"), PAIRS)
def test_a_run_can_be_repeated_to_the_last_event(market: str, plan: str) -> None:
    assert_same_events(ready_made(market, plan), simulate(small(market), load_plan(plan), 1))


@pytest.mark.parametrize("market", MARKETS)
def test_another_seed_gives_another_run(market: str) -> None:
    runs = [simulate(small(market, weeks=5), Plan(), seed) for seed in (1, 2)]
    assert not runs[0].events.frame().equals(runs[1].events.frame())


@pytest.mark.parametrize(("market", "plan"), PAIRS)
def test_lives_lived_one_by_one_give_the_same_events(market: str, plan: str) -> None:
    alone = simulate(small(market), load_plan(plan), 1, focus=range(0, 120, 3))
    assert_same_events(ready_made(market, plan), alone)


@pytest.mark.parametrize(("market", "plan"), EACH_PLAN_ONCE)
def test_a_shorter_run_is_the_beginning_of_a_longer_one(market: str, plan: str) -> None:
    scenario = small(market)
    short = simulate(scenario.but(weeks=11), load_plan(plan), 1).events.frame()
    long = ready_made(market, plan).events.frame()
    pd.testing.assert_frame_equal(short, long[long["minute"] < 11 * MINUTES_A_WEEK].reset_index(drop=True))


@pytest.mark.parametrize(("market", "plan"), EACH_PLAN_ONCE)
def test_a_timeline_of_one_plan_twice_is_that_plan(market: str, plan: str) -> None:
    chosen = load_plan(plan)
    assert_same_events(ready_made(market, plan), simulate(small(market), {0: chosen, 9: chosen}, 1))


@pytest.mark.parametrize("market", MARKETS)
def test_a_plan_that_does_nothing_is_as_good_as_a_market_without_contact(market: str) -> None:
    scenario = small(market)
    assert_same_events(simulate(scenario, Plan(), 3), simulate(scenario.but(contact=None), Plan(), 3))


@pytest.mark.parametrize("market", MARKETS)
def test_looking_at_a_run_does_not_change_it(market: str) -> None:
    run, other = (simulate(small(market, 80, 15), Plan(), 5) for _ in range(2))
    for look in (run.summary, run.accounts.by_person, run.accounts.by_week, lambda: run.record(9)):
        table = look()
        table[table.columns[0]] = 0
    assert_same_events(run, other)
    pd.testing.assert_frame_equal(run.record(9), other.record(9))
    assert run.summary().equals(other.summary())


@pytest.mark.parametrize("market", MARKETS)
def test_what_a_plan_sees_is_what_the_record_shows_afterwards(market: str) -> None:
    scenario = small(market)
    if scenario.contact is None:
        assert not fits(Plan(campaigns=[{"channel": "email"}]), scenario)
        return
    seen: list[pd.DataFrame] = []

    def everybody(record: Any) -> Any:
        columns = {name: getattr(record, name) for name in run_columns}
        seen.append(pd.DataFrame(columns).rename_axis("record"))
        return record.orders >= 0

    run_columns = list(simulate(scenario.but(weeks=1), Plan(), 1).record(1).columns)
    channel = next(iter(scenario.contact.channels))
    run = simulate(scenario, Plan(campaigns=[{"to": everybody, "channel": channel}]), 1)
    assert len(seen) == scenario.weeks
    for week, table in enumerate(seen):
        pd.testing.assert_frame_equal(table, run.record(week))


@pytest.mark.parametrize("market", MARKETS)
def test_a_message_costs_what_its_channel_says(market: str) -> None:
    scenario = small(market, 60, 8)
    channels = scenario.contact.channels if scenario.contact else {}
    plan = Plan(campaigns=[{"channel": name} for name in channels])
    if scenario.community:  # some channels reach only those who are in a group
        plan = plan.but(community={"invite": {}})
    sent = simulate(scenario, plan, 1).events.of(Kind.SENT)
    for number, (name, channel) in enumerate(channels.items(), start=1):
        value = sent.value[sent.ref == number]
        assert len(value), f"nobody was written to by {name}"
        paid, owed = value.sum() / 100, len(value) * channel.cost
        assert paid == pytest.approx(owed, rel=0.01), (
            f"{len(value)} messages by {name} cost {paid}, not {owed}"
        )


@pytest.mark.parametrize("market", MARKETS)
def test_what_the_firm_sees_never_names_a_hidden_event(market: str) -> None:
    run = simulate(small(market), Plan(), 1)
    known = run.record(run.scenario.weeks)
    hidden = {kind.name.lower() for kind in Kind if kind >= HIDDEN}
    assert not hidden & set(known.columns)
    assert not set(run.truth.columns) & set(known.columns)


# -- data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("market", MARKETS)
def test_a_scenario_written_and_read_again_is_the_same(market: str) -> None:
    scenario = load_scenario(market)
    text = dump(scenario)
    assert loads(text, Scenario) == scenario
    assert dump(loads(text, Scenario)) == text


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_written_and_read_again_is_the_same(plan: str) -> None:
    given = load_plan(plan)
    again = loads(given.to_yaml(), Plan)
    assert again == given
    assert again.to_yaml() == given.to_yaml()
    assert again.digest == given.digest == load_plan(plan).digest


def test_no_two_ready_made_plans_are_the_same() -> None:
    assert len({load_plan(plan).digest for plan in PLANS}) == len(PLANS)


def test_the_digest_of_a_plan_is_the_same_on_every_machine_and_day() -> None:
    plan = Plan(name="x", campaigns=[{"to": {"orders": {"over": 2}}, "offer": {"discount": 0.1}, "every": 4}])
    assert Plan().digest == "09bfcc6a14b8"
    assert plan.digest == "6e3b61fe9812"


ELSEWHERE = """
import hashlib
from sim import load_plan, load_scenario, simulate
market, plan = load_scenario("supermarket"), load_plan("win_back")
run = simulate(market.but(people=60, weeks=14), plan, 4)
print(plan.digest, hashlib.sha256(run.events.frame().to_csv().encode()).hexdigest())
"""


def test_another_process_gives_the_same_digest_and_the_same_run(tmp_path: Path) -> None:
    plan = load_plan("win_back")
    run = simulate(load_scenario("supermarket").but(people=60, weeks=14), plan, 4)
    here = f"{plan.digest} {hashlib.sha256(run.events.frame().to_csv().encode()).hexdigest()}"
    path = str(Path(__file__).parents[1])
    settings = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": path}
    command = [sys.executable, "-c", ELSEWHERE]
    there = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=settings)
    assert not there.stderr
    assert there.stdout.strip() == here


@pytest.mark.parametrize("market", MARKETS)
def test_what_is_called_calibrated_or_sourced_is_a_parameter_of_the_scenario(market: str) -> None:
    scenario = load_scenario(market)
    for entry in (*scenario.calibrated, *scenario.sources):
        section, _, field = entry.partition(".")
        value = getattr(scenario, section)
        assert value is not None, f"{entry} belongs to a section that is switched off"
        assert not field or field in type(value).model_fields


def _sections(kind: Any, seen: set[type[Data]]) -> Iterator[type[Data]]:
    if isinstance(kind, type) and issubclass(kind, Data) and kind not in seen:
        seen.add(kind)
        yield kind
        for field in kind.model_fields.values():
            yield from _sections(field.annotation, seen)
    for part in get_args(kind):
        yield from _sections(part, seen)


def _is_numeric(kind: Any) -> bool:
    if get_origin(kind) is dict:
        return False
    return kind in (int, float) or any(_is_numeric(part) for part in get_args(kind))


def _numeric_fields() -> list[Any]:
    sections = _sections(Scenario | Plan | Timeline, set())
    return [
        pytest.param(field, id=f"{kind.__module__}.{kind.__name__}.{name}")
        for kind in sections
        if kind is not Rule  # a rule bounds a number of the record, whose unit the record says
        for name, field in kind.model_fields.items()
        if _is_numeric(field.annotation)
    ]


NUMERIC = _numeric_fields()


def test_the_walk_over_parameters_finds_them() -> None:
    assert len(NUMERIC) > 50
    assert any("OpeningHours" in str(field.id) for field in NUMERIC)


@pytest.mark.parametrize("field", NUMERIC)
def test_every_numeric_parameter_declares_meaning_unit_source_and_status(field: FieldInfo) -> None:
    assert field.description, "says no meaning"
    note = field.json_schema_extra
    assert isinstance(note, dict), "declares no unit, source and status"
    assert note["unit"], "declares no unit"
    assert note["source"], "declares no source"
    assert note["status"] in ("literature", "assumed", "calibrated", "choice")


def test_the_opening_hours_count_forwards_and_backwards_alike() -> None:
    for hours in (
        OpeningHours(),
        OpeningHours(days=6, from_hour=9, until_hour=19),
        OpeningHours(days=1, until_hour=1),
    ):
        counts = np.arange(0, hours.days * hours.minutes_a_day * 3, 7)
        there = np.array([hours.minute_of(int(count)) for count in counts])
        npt.assert_array_equal([hours.open_minutes(minute) for minute in there.tolist()], counts)
        assert (np.diff(there) > 0).all()
