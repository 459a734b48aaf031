"""Laws of success managers: a limited number of visits, to whom, and what they are worth."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, load_scenario, over, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Bond, Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.rollout import Parameters as Rollout
from sim.processes.success import MANAGERS, Parameters
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
MUTE = Parameters(usage=0.0, worth=0.0, told=0.0)


@cache
def market(success: Parameters = Parameters(), weeks: int = 56) -> Scenario:  # noqa: B008  # frozen
    """Give a software firm whose 400 customers are all there from the start, and pay."""
    scenario = load_scenario("saas").but(people=400, weeks=weeks, acquisition=None, success=success)
    paying = scenario.renewal.but(level_shares=(0, 6, 3, 1))
    return scenario.but(entry=Entry(present_share=1.0), renewal=paying)


def ran(seed: int = 1, success: Parameters = Parameters(), **levers: Any) -> Run:  # noqa: B008  # frozen
    return simulate(market(success), Plan(success=levers), seed)


def visits(run: Run) -> pd.DataFrame:
    visited = run.events.of(Kind.VISITED)
    return pd.DataFrame({"person": visited.person, "week": visited.minute // MINUTES_A_WEEK})


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


# -- capacity --------------------------------------------------------------------------------------


@each_seed
def test_managers_make_as_many_visits_as_their_weeks_allow_and_cost_their_wage(seed: int) -> None:
    run = ran(seed, Parameters(visits=5, wage=1_000.5), managers=3, every=4)
    by_week = visits(run).groupby("week").size()
    assert (by_week[by_week.index > 3] == 15).all()  # by then enough are on record
    assert by_week.index.max() == 55
    wages = run.events.of(Kind.WAGES)
    paid = wages.where(wages.channel == MANAGERS)
    assert paid.value.tolist() == [3 * 100_050] * 56 and (paid.person == FIRM).all()
    gap = visits(run).groupby("person")["week"].diff().dropna()
    assert gap.min() >= 4


def test_no_more_than_there_are_to_visit() -> None:
    run = ran(managers=100, every=10)
    table = visits(run)
    assert table.groupby("person")["week"].diff().dropna().eq(10).all()
    record = run.record(20)
    seen = run.hidden_link.loc[record.index[record["recency_weeks"] <= 26]]
    assert len(set(seen) - set(table["person"])) <= 1


@each_seed
def test_visits_go_to_the_chosen_alone(seed: int) -> None:
    rule = Segment(spend_52w=over(800))
    run = ran(seed, managers=1, to=rule, every=6)
    table = visits(run)
    for week, people in table.groupby("week")["person"]:
        record = run.record(int(week))
        chosen = set(run.hidden_link.loc[record.index[rule.chosen(record)]])
        assert set(people) <= chosen
    assert len(table) > 60


@pytest.mark.parametrize(
    ("first", "feature", "sign"),
    [
        ("largest", "spend_52w", -1),
        ("contract ends first", "contract_weeks", 1),
        ("most complaints", "tickets", -1),
    ],
)
@each_seed
def test_who_goes_first_goes_first(first: str, feature: str, sign: int, seed: int) -> None:
    run = ran(seed, MUTE, managers=1, first=first, every=20)
    table = visits(run)
    for week in (6, 15, 30):
        record = run.record(week)
        who = run.hidden_link.loc[record.index]
        last = table[table["week"] < week].groupby("person")["week"].max().reindex(who).fillna(-100)
        free = (last.to_numpy() <= week - 20) & (record["recency_weeks"] <= 26).to_numpy()
        free &= np.isin(who.to_numpy(), still_known(run, week))
        worth = (sign * record[feature]).fillna(np.inf).to_numpy()
        now = np.isin(who.to_numpy(), table.loc[table["week"] == week, "person"])
        assert now.sum() == 8 and free[now].all()
        assert worth[free & now].max() <= worth[free & ~now].min()


def still_known(run: Run, week: int) -> Any:
    """Find who has not cancelled by a Monday, as far as the firm knows."""
    ended = run.events.of(Kind.CANCELLED)
    return np.setdiff1d(np.arange(400), ended.person[ended.minute < week * MINUTES_A_WEEK])


@each_seed
def test_by_default_nobody_is_visited_twice_before_all_were_once(seed: int) -> None:
    table = visits(ran(seed, MUTE, managers=2, every=1))
    rounds = table.groupby("person").cumcount()
    first_again = table.loc[rounds == 1, "week"].min()
    known = ran(seed, MUTE).record(int(first_again))
    assert table.loc[table["week"] < first_again, "person"].nunique() >= 0.9 * len(known)


# -- what visits do --------------------------------------------------------------------------------


@each_seed
def test_visits_bind_by_structure_and_more_managers_bind_more(seed: int) -> None:
    means = [ran(seed, managers=count).people.bonds.strength[Bond.STRUCTURAL].mean() for count in (0, 1, 3)]
    assert means[0] == 0 and (np.diff(means) > 0).all()
    weak = ran(seed, Parameters(worth=0.1), managers=3).people.bonds.strength[Bond.STRUCTURAL].mean()
    assert weak < means[2]
    short = ran(seed, Parameters(fades=1.0), managers=3).people.bonds.strength[Bond.STRUCTURAL].mean()
    assert short < means[2]


@each_seed
def test_after_visits_more_move_up_when_they_renew(seed: int) -> None:
    up = []
    for usage in (0.0, 2.0, 8.0):
        run = ran(seed, MUTE.but(usage=usage), managers=10)
        signed = run.events.of(Kind.SIGNED)
        before = pd.Series(signed.value, signed.person).groupby(level=0).first()
        renewed = signed.where(signed.channel == 1)
        up.append((renewed.value > before.loc[renewed.person].to_numpy()).mean())
    assert (np.diff(up) > 0).all()


@each_seed
def test_the_visited_tell_what_they_would_have_swallowed(seed: int) -> None:
    shares = []
    for told in (0.0, 0.5, 1.0):
        run = ran(seed, MUTE.but(told=told, fades=100.0), managers=60, every=4)
        shares.append(len(run.events.of(Kind.TICKET)) / len(run.events.of(Kind.FAULT)))
    assert (np.diff(shares) > 0.05).all()


def test_what_is_told_can_be_put_right_and_keeps_customers() -> None:
    """Summed over seeds: of few faults few are the last straw."""
    lost = []
    for told in (0.0, 1.0):
        fragile = market(MUTE.but(told=told, fades=100.0), 112)
        harsh = fragile.service.but(fault_toll=0.4, agents=4, outspoken_share=0.2)
        runs = [
            simulate(fragile.but(service=harsh), Plan(success={"managers": 60, "every": 4}), seed)
            for seed in SEEDS
        ]
        lost.append(sum(len(run.defections) for run in runs))
    assert lost[1] < lost[0]


# -- off, and twins --------------------------------------------------------------------------------


@each_seed
def test_without_managers_a_market_with_them_is_the_one_without(seed: int) -> None:
    assert_same(ran(seed).events, simulate(market().but(success=None), Plan(), seed).events)


@each_seed
def test_visits_without_effect_leave_all_lives_as_they_are(seed: int) -> None:
    plain, visited = ran(seed), ran(seed, MUTE, managers=2)
    more = np.isin(visited.events.kind, [int(Kind.VISITED), int(Kind.WAGES)])
    assert_same(plain.events.where(plain.events.kind != int(Kind.WAGES)), visited.events.where(~more))


@each_seed
def test_who_is_not_visited_lives_as_without_visits(seed: int) -> None:
    """There is no desk, where the visited would queue before the others."""
    quiet = market().but(service=None)
    few = Plan(success={"managers": 1, "to": Segment(spend_52w=over(1_500))})
    plain, visited = simulate(quiet, Plan(), seed), simulate(quiet, few, seed)
    touched = np.zeros(400, bool)
    touched[visited.events.of(Kind.VISITED).person] = True
    assert min(touched.sum(), (~touched).sum()) > 20
    lives = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (plain, visited)
    ]
    assert_same(*lives)


def test_what_is_planned_but_not_done_visits_nobody() -> None:
    idle = market().but(rollout=Rollout(by_hand=0.0))
    assert len(simulate(idle, Plan(success={"managers": 3}), 1).events.of(Kind.VISITED)) == 0


def test_a_manager_gone_is_soon_forgotten() -> None:
    """Whoever stays has the outspokenness of before once the last visit has faded."""
    run = simulate(market(Parameters(fades=2.0)), {0: Plan(success={"managers": 5}), 20: Plan()}, 1)
    plain = simulate(market(Parameters(fades=2.0)), Plan(), 1)
    assert (run.people.success.attention == 0).all()
    assert (run.people.service.outspoken == plain.people.service.outspoken).all()


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [{"managers": -1}, {"first": "the nicest"}, {"every": 0}, {"to": {"satisfaction": {"over": 1}}}]
)
def test_a_lever_of_success_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"success\.{next(iter(given))}"):
        Plan(success=given)


@pytest.mark.parametrize(("name", "value"), [("visits", -1), ("told", 1.1), ("fades", 0.0), ("worth", -0.1)])
def test_a_parameter_of_success_outside_its_bounds_is_named(name: str, value: Any) -> None:
    with pytest.raises(Fault, match=name):
        Parameters(**{name: value})


def test_a_market_without_success_managers_says_so() -> None:
    with pytest.raises(Fault, match=r"success: supermarket has no success.*leave managers alone"):
        simulate(load_scenario("supermarket", 50), Plan(success={"managers": 1}), 1)
