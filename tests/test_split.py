"""Laws of the split record: two accounts are two records, nothing is lost between them, merging heals it."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    at_least,
    interview,
    load_scenario,
    over,
    simulate,
)
from sim.clock import MINUTES_A_WEEK
from sim.delays import FEATURES
from sim.events import FIRM, Kind
from sim.export import Export
from sim.processes.rollout import Parameters as Rollout
from sim.processes.stewardship import CLEAN
from sim.processes.stewardship import Parameters as Stewardship
from sim.record import Record
from sim.run import Run
from sim.split import USUAL_SHARE, SplitRecord, split_share
from tests.goods import BASKET

PEOPLE, WEEKS = 600, 45
BASE = load_scenario("supermarket").but(people=PEOPLE, weeks=WEEKS)
SPLIT = CLEAN.but(split_share=0.4)
PLAN = Plan(
    campaigns=[
        Campaign(to=Segment(recency_weeks=over(6)), channel="email", offer=Offer(discount=0.1)),
        Campaign(channel="sms", every=3),
    ],
    loyalty={"points": 0.05, "reward": 3, "silver_from": 100, "expiry_weeks": 10},
)
WHOLE = PLAN.but(stewardship={"integration": 1.0})


def market(these: Stewardship | None = SPLIT, **changes: Any) -> Scenario:
    return BASE.but(stewardship=these, **changes)


@cache
def run_of(plan: str = "split") -> Run:
    """Give a run: `one` knows nobody's second account because nobody has one."""
    scenario = market(None if plan == "one" else SPLIT)
    return simulate(scenario, WHOLE if plan == "whole" else PLAN, 6)


def as_one(run: Run, week: int = WEEKS) -> tuple[Record, npt.NDArray[np.int64]]:
    """Let a record of one row a person learn the same log; give it, and the row of each person."""
    record = Record(PEOPLE, run.scenario.record)
    for page in run.pages[:week]:
        record.learn(page)
    row = np.full(PEOPLE, -1)
    row[record.owners()] = np.arange(len(record))
    return record, row


def by_person(run: Run, column: str, how: str, week: int = WEEKS) -> pd.Series[float]:
    """Work a column of the record out for each person, over all their records."""
    table = run.record(week)
    owner = run.hidden_link[table.index].to_numpy()
    return table[column].groupby(owner).agg(how)


def two(run: Run, week: int = WEEKS) -> npt.NDArray[np.int64]:
    """Name the people who stand in two records."""
    counts = run.hidden_link[run.record(week).index].value_counts()
    return np.sort(counts.index[counts == 2].to_numpy())


# -- off means off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("these", [CLEAN, Stewardship(split_share=1.0, second_share=0.0)])
def test_without_second_accounts_all_is_as_it_was(these: Stewardship) -> None:
    run = simulate(market(these), PLAN, 6)
    pd.testing.assert_frame_equal(run.events.frame(), run_of("one").events.frame())
    pd.testing.assert_frame_equal(run.record(WEEKS), run_of("one").record(WEEKS))
    assert run.hidden_link.equals(run_of("one").hidden_link)


@pytest.mark.parametrize("name", ["saas", "manufacturing", "bank"])
def test_under_contract_nobody_has_a_second_account(name: str) -> None:
    scenario = load_scenario(name).but(people=200, weeks=20)
    plain, split = (simulate(these, Plan(), 1) for these in (scenario, scenario.also("stewardship")))
    pd.testing.assert_frame_equal(plain.events.frame(), split.events.frame())
    pd.testing.assert_frame_equal(plain.record(20), split.record(20))


def test_where_people_buy_freely_a_few_have_a_second_account_unless_the_scenario_says_otherwise() -> None:
    assert split_share(BASE.also("stewardship")) == USUAL_SHARE > 0
    assert split_share(market(SPLIT)) == SPLIT.split_share
    assert split_share(BASE) == split_share(market(CLEAN)) == 0.0


def test_second_accounts_under_contract_are_refused_with_a_remedy() -> None:
    with pytest.raises(
        Fault, match=r"stewardship\.split_share: nobody has two accounts under contract: leave it out"
    ):
        load_scenario("saas").but(stewardship=SPLIT)
    assert load_scenario("saas").but(stewardship=CLEAN).stewardship == CLEAN


# -- what the firm sees ----------------------------------------------------------------------------


def test_as_many_people_stand_in_two_records_as_have_a_second_account() -> None:
    run = run_of()
    orders = by_person(run, "orders", "sum")
    busy = orders.index[orders >= 12]
    share = np.isin(busy, two(run)).mean()
    assert share == pytest.approx(SPLIT.split_share, abs=4 * np.sqrt(0.24 / len(busy)))
    assert run.hidden_link.value_counts().max() == 2
    assert not len(two(run_of("one")))


def test_a_share_of_their_orders_stands_in_the_second_record() -> None:
    run = simulate(market(SPLIT.but(second_share=0.3)), Plan(), 6)
    table = run.record(WEEKS)
    table["owner"] = run.hidden_link[table.index]
    pairs = table[table["owner"].isin(two(run))].groupby("owner")["orders"].agg(["first", "last"])
    pairs = pairs[pairs.sum(axis=1) >= 10]
    share = pairs["last"].sum() / pairs.to_numpy().sum()
    assert share == pytest.approx(0.3, abs=0.06)


def test_between_the_two_records_nothing_is_lost() -> None:
    run = run_of()
    one, row = as_one(run)
    for column, values in {
        "orders": one.orders,
        "orders_52w": one.orders_52w,
        "spend": one.cents / 100,
        "spend_52w": one.cents_52w / 100,
        "opened": one.opened,
        "clicked": one.clicked,
        "points": one.points / 100,
    }.items():
        mine = by_person(run, column, "sum")
        assert mine.to_numpy() == pytest.approx(values[row[mine.index]]), column
    monday = WEEKS * MINUTES_A_WEEK
    for column, how, minutes in (("recency_weeks", "min", one.last), ("tenure_weeks", "max", one.first)):
        mine = by_person(run, column, how)
        assert mine.to_numpy() == pytest.approx((monday - minutes[row[mine.index]]) / MINUTES_A_WEEK), column
    mine = by_person(run, "tickets", "sum")
    assert 0 <= (one.tickets[row[mine.index]] - mine).sum() < 0.1 * one.tickets.sum()  # some still wait


def test_half_a_history_looks_like_a_customer_who_is_going() -> None:
    run = run_of()
    table = run.record(WEEKS)
    owner = run.hidden_link[table.index]
    split = owner.isin(two(run)).to_numpy()
    recent = by_person(run, "recency_weeks", "min").reindex(owner).to_numpy()
    assert (table["recency_weeks"] >= recent - 1e-9).all()
    assert (table["recency_weeks"][split] - recent[split]).mean() > 2
    lost = (table["recency_weeks"] > 6) & (recent <= 6)
    assert lost.sum() > 20
    assert not lost[~split].any()


def test_programme_and_surveys_hang_on_the_first_account() -> None:
    run = run_of()
    table = run.record(WEEKS)
    second = run.hidden_link[table.index].duplicated()
    assert table.loc[second, ["tier", "nps", "contract_weeks"]].isna().all(axis=None)
    assert (table.loc[second, "points"] == 0).all()
    assert table.loc[~second, "tier"].notna().sum() > 50


@pytest.mark.parametrize("plan", ["split", "whole"])
def test_the_record_of_a_week_is_what_the_plan_saw_on_its_monday(plan: str) -> None:
    views: list[pd.DataFrame] = []

    def look(record: Any) -> npt.NDArray[np.bool_]:
        views.append(pd.DataFrame({name: getattr(record, name).copy() for name in FEATURES}))
        return np.zeros(len(record), bool)

    watched = (WHOLE if plan == "whole" else PLAN).but(campaigns=[*PLAN.campaigns, Campaign(to=look)])
    run = simulate(market(), watched, 6)
    for week in (0, 1, 2, 9, 20, 44):
        mine = run.record(week).reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, views[week], check_exact=True)
    pd.testing.assert_frame_equal(run.events.frame(), run_of(plan).events.frame())


def test_a_number_of_the_record_means_the_same_person_in_every_week() -> None:
    run = run_of("whole")
    for week in (5, 20, WEEKS):
        short = simulate(market(weeks=week), WHOLE, 6)
        assert short.hidden_link.tolist() == run.hidden_link[: len(short.hidden_link)].tolist()
        assert short.record(week).index.tolist() == run.record(week).index.tolist()


# -- what it leads to ------------------------------------------------------------------------------


def letters(run: Run) -> Any:
    """Count the messages of a week, by person, week and campaign."""
    sent = run.events.of(Kind.SENT).frame()
    return sent.groupby([sent["person"], sent["minute"] // MINUTES_A_WEEK, sent["ref"]]).size()


def test_who_stands_in_two_records_gets_two_letters_and_the_others_one() -> None:
    counts = letters(run_of())
    twice = counts.index[counts == 2].get_level_values(0).unique()
    assert counts.max() == 2
    assert len(twice) > 50
    assert set(twice) <= set(two(run_of()))
    assert letters(run_of("one")).max() == 1


def test_a_cap_of_one_message_a_week_holds_for_a_record() -> None:
    both = [Campaign(channel="email"), Campaign(channel="sms")]
    plan = Plan(campaigns=both, contact={"messages_a_week": 1})
    run = simulate(market(), plan, 6)
    by_week = letters(run).groupby(level=[0, 1]).sum()
    assert by_week.max() == 2
    assert set(by_week.index[by_week == 2].get_level_values(0)) <= set(two(run))
    assert letters(simulate(market(None), plan, 6)).groupby(level=[0, 1]).sum().max() == 1


def test_double_letters_cost_more_and_drive_people_to_opt_out() -> None:
    often = Plan(campaigns=[Campaign(channel="sms")])
    outs, bills = [], []
    for these in (None, SPLIT.but(split_share=1.0)):
        runs = [simulate(market(these, acquisition=None), often, seed) for seed in (1, 2, 3)]
        outs.append(sum(len(run.events.of(Kind.OPTED_OUT)) for run in runs))
        bills.append(sum(run.accounts.total()["messages"] for run in runs))
        assert all(run.accounts.total()["messages"] == -run.events.of(Kind.SENT).value.sum() for run in runs)
    assert outs[1] > 1.3 * outs[0]
    assert bills[1] < 1.1 * bills[0]  # costs are negative; and more people can no longer be reached


def test_offers_for_the_lost_go_to_people_who_were_here_last_week() -> None:
    wrong = {}
    for plan in ("one", "split", "whole"):
        run = run_of(plan)
        sent, orders = run.events.of(Kind.SENT), run.events.of(Kind.ORDER)
        sent = sent.where((sent.ref == 1) & (sent.minute > 26 * MINUTES_A_WEEK))
        bought = set(zip(orders.person.tolist(), (orders.minute // MINUTES_A_WEEK).tolist(), strict=True))
        lately = [
            any((person, week - back) in bought for back in (2, 3, 4))
            for person, week in zip(
                sent.person.tolist(), (sent.minute // MINUTES_A_WEEK).tolist(), strict=True
            )
        ]
        wrong[plan] = sum(lately)
    assert wrong["one"] == 0
    assert wrong["split"] > 100
    assert wrong["split"] > 3 * wrong["whole"] > 0  # the merged are known; the others are soon found


def test_the_desk_does_not_know_good_customers_under_half_their_orders_until_they_are_merged() -> None:
    service = BASE.service.but(fault_share=0.3, outspoken_share=1.0, agents=1, handling_minutes=80.0)
    first = Plan(service={"first": Segment(orders=at_least(12))})
    plans = {"one": first, "split": first, "whole": first.but(stewardship={"integration": 1.0})}
    waits = {}
    for name, plan in plans.items():
        these = None if name == "one" else Stewardship(split_share=1.0, merging_speed=1.0)
        run = simulate(market(these, service=service, experience=None, patience=None), plan, 2)
        answered, orders = run.events.of(Kind.ANSWERED), run.events.of(Kind.ORDER)
        by_then = np.bincount(orders.person[orders.minute < 30 * MINUTES_A_WEEK], minlength=PEOPLE)
        ever = np.bincount(orders.person, minlength=PEOPLE)
        good = (by_then >= 12) & (ever < 24)  # half of them is never enough
        waits[name] = answered.value[(answered.ref > 31 * MINUTES_A_WEEK) & good[answered.person]]
    assert len(waits["one"]) == len(waits["split"]) > 30
    assert waits["split"].mean() > 1.8 * waits["one"].mean()
    assert waits["whole"].tolist() == waits["one"].tolist()


def test_people_without_a_second_account_live_the_same_life() -> None:
    calm = {"acquisition": None, "service": None}  # no queue, no word of mouth
    split = simulate(market(**calm), PLAN, 6)
    one = simulate(market(None, **calm), PLAN, 6)
    record = split.replay(WEEKS)
    assert isinstance(record, SplitRecord)
    single = ~record.accounts.two
    for events in (split.events, one.events):
        assert len(events.where(single[events.person] & (events.person != FIRM))) > 1_000
    mine, theirs = (
        events.where(single[events.person] & (events.person != FIRM)).frame()
        for events in (split.events, one.events)
    )
    pd.testing.assert_frame_equal(mine, theirs)


# -- integration -----------------------------------------------------------------------------------


def test_full_integration_at_once_leaves_the_record_of_one_row_a_person() -> None:
    these = SPLIT.but(merging_speed=1.0)
    run = simulate(market(these), WHOLE, 6)
    table, apart = run.record(WEEKS), two(run)
    one, row = as_one(run)
    owner = run.hidden_link[table.index]
    table = table[~owner.isin(apart).to_numpy()]
    expected = one.frame().iloc[row[owner[table.index]]]
    for name in FEATURES:
        close = 2e-4 if name == "contact_weeks" else 1e-9  # letters go out a minute apart
        assert table[name].tolist() == pytest.approx(expected[name].tolist(), nan_ok=True, abs=close), name
    assert len(run.events.of(Kind.MERGED)) > 50
    assert len(apart) < 10


def test_second_records_are_found_at_the_stated_rate() -> None:
    run = run_of("whole")
    merged = run.events.of(Kind.MERGED)
    assert len(np.unique(merged.person)) == len(merged)
    at_risk = sum(len(two(run, week)) for week in range(WEEKS))
    share = len(merged) / at_risk
    assert share == pytest.approx(SPLIT.merging_speed, abs=4 * np.sqrt(0.13 / at_risk))
    assert not len(run_of().events.of(Kind.MERGED))


def test_more_integration_merges_more_and_faster() -> None:
    left = [
        len(two(simulate(market(), PLAN.but(stewardship={"integration": level}), 6), WEEKS))
        for level in (0.0, 0.1, 1.0)
    ]
    assert left[0] > left[1] > left[2]
    slow = simulate(market(SPLIT.but(merging_speed=0.02)), WHOLE, 6)
    assert len(two(slow)) > left[2]


def test_integration_costs_what_was_agreed_also_where_there_is_nothing_to_merge() -> None:
    for these in (SPLIT.but(integration_cost=45), CLEAN.but(integration_cost=45)):
        run = simulate(market(these), PLAN.but(stewardship={"integration": 0.5, "cleaning": 10}), 6)
        assert run.accounts.by_week()["stewardship"].tolist() == [-round((22.5 + 10) * 60)] * WEEKS


def test_integration_that_nobody_lives_by_costs_the_same_and_merges_nobody() -> None:
    merged = []
    for habit in (0.0, 0.3, 1.0):
        steady = Rollout(habit=habit, by_hand=1.0, learning=0.0, forgetting=0.0)
        run = simulate(market(rollout=steady), Plan(stewardship={"integration": 1.0}), 6)
        merged.append(len(run.events.of(Kind.MERGED)))
        assert run.accounts.by_week()["stewardship"].tolist() == [-30 * 60] * WEEKS
    assert 0 == merged[0] < merged[1] < merged[2]
    full = simulate(market(), Plan(stewardship={"integration": 1.0}), 6)
    assert merged[2] == len(full.events.of(Kind.MERGED))


def test_integration_that_ends_leaves_merged_what_is_merged() -> None:
    scenario = market(SPLIT.but(merging_speed=1.0))
    run = simulate(scenario, {0: WHOLE, 20: PLAN}, 6)
    assert run.events.of(Kind.MERGED).minute.max() < 20 * MINUTES_A_WEEK
    merged = np.unique(run.events.of(Kind.MERGED).person)
    assert not np.isin(merged, two(run)).any()
    assert len(two(run)) > 0  # of those who opened their second account later


# -- what else looks at records --------------------------------------------------------------------


def test_an_export_has_second_accounts_as_second_entries_until_they_are_merged() -> None:
    split, whole = (Export.of(run_of(plan)) for plan in ("split", "whole"))
    counts = [int((export.truth["identities"]["role"] == "second entry").sum()) for export in (split, whole)]
    assert counts == [len(two(run_of(plan))) for plan in ("split", "whole")]
    assert counts[0] > 3 * counts[1]
    owners = split.truth["identities"].set_index("customer_number")["person"]
    orders = split.tables["orders"]
    per_person = orders["customer_number"].map(owners).value_counts()
    mine = by_person(run_of(), "orders", "sum")
    assert per_person.reindex(mine.index).tolist() == mine.tolist()
    for table in split.tables.values():
        assert set(table["customer_number"]) <= set(owners.index)
    assert len(split.tables["tickets"]) == as_one(run_of())[0].tickets.sum() > 10  # none is lost
    record = run_of().record(WEEKS)
    assert sorted(orders["customer_number"].value_counts()) == sorted(record["orders"].astype(int))


def test_an_interview_asks_only_those_whose_record_is_still_there() -> None:
    run = run_of("whole")
    asked = interview(run, len(run.record(WEEKS)), WEEKS)
    assert asked.statements.index.tolist() == run.record(WEEKS).index.tolist()
    assert asked.truth["person"].tolist() == run.hidden_link[asked.truth.index].tolist()


def test_what_was_bought_is_split_with_the_record_and_whole_again_when_it_is_merged() -> None:
    joined = Plan(stewardship={"integration": 1.0})
    runs = [
        simulate(market(these, basket=BASKET), plan, 6)
        for these, plan in (
            (None, Plan()),
            (Stewardship(split_share=0.5), Plan()),
            (Stewardship(split_share=0.5, merging_speed=1.0), joined),
        )
    ]
    one, split, whole = (run.replay(WEEKS).purchases for run in runs)
    books = [int(book.bought.any(axis=0).sum()) for book in (one, split)]
    assert split.bought.sum() == one.bought.sum() and books[1] > 1.3 * books[0]
    for staple in one.staples:
        known = [np.isfinite(book.runout_weeks(0, book.names[staple])).sum() for book in (one, split)]
        assert known[0] != known[1]  # half the history each: another pace, or none yet
    for staple in range(len(one.staples)):
        firm = runs[2].record(WEEKS)
        owner = runs[2].hidden_link[firm.index].to_numpy()
        alone = ~np.isin(owner, two(runs[2]))
        row = runs[0].hidden_link.reset_index().set_index("person")["record"]
        same = row.reindex(owner[alone]).to_numpy().astype(int)
        assert (whole.last[staple, firm.index[alone]] == one.last[staple, same]).all()
