"""Laws of the five levels of service: each does what it says, costs what it says, and pays where it pays."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, at_least, load_scenario, simulate, under
from sim.clock import MINUTES_A_WEEK
from sim.events import ATTENTION, LEVELS, Bond, Cause, Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.followup import Parameters as Followup
from sim.processes.levels import ROUND, Level
from sim.processes.levels import Parameters as Levels
from sim.processes.rollout import Parameters as Rollout
from sim.processes.success import Parameters as Success
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
WEEKS, PEOPLE = 40, 500
GOOD = Segment(orders_52w=at_least(8))


@cache
def market(**these: Any) -> Scenario:
    """Give a supermarket of 500 customers without talk, with many faults."""
    scenario = load_scenario("supermarket").but(people=PEOPLE, weeks=WEEKS, acquisition=None)
    desk = scenario.service.but(fault_share=0.3, outspoken_share=0.4, agents=3)
    return scenario.but(service=desk, entry=Entry(present_share=1.0), levels=Levels(**these))


def served(*rules: tuple[Segment, str] | str) -> Plan:
    """Give a plan in which segments, or everybody, are served at levels."""
    pairs = [(Segment(), rule) if isinstance(rule, str) else rule for rule in rules]
    return Plan(levels={"rules": [{"to": to, "level": level} for to, level in pairs]})


def at(run: Run, level: str) -> Events:
    events = run.events.of(Kind.ATTENDED)
    return events.where(events.channel == ATTENTION.index(level))


def since(run: Run, kind: Kind, week: int = 8) -> int:
    """Count events from a week on, of those who were on record by then."""
    events = run.events.of(kind)
    known = run.hidden_link[: len(run.record(week))]
    return int((np.isin(events.person, known) & (events.minute >= week * MINUTES_A_WEEK)).sum())


# -- off means off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no rule", "nobody", "a level of nothing"])
def test_where_nobody_is_served_in_another_way_nothing_changes(name: str) -> None:
    plans = {"no rule": Plan(), "nobody": served((Segment(orders=at_least(10**6)), "partnership"))}
    off = simulate(market().but(levels=None), Plan(), 2)
    on = simulate(market(reactive=Level()), plans.get(name, served("reactive")), 2)
    pd.testing.assert_frame_equal(off.events.frame(), on.events.frame())


# -- who is served how -----------------------------------------------------------------------------


@each_seed
def test_the_first_rule_that_fits_counts_and_holds_for_a_round(seed: int) -> None:
    run = simulate(market(), served((GOOD, "partnership"), "reactive"), seed)
    paid = run.events.of(Kind.ATTENDED)
    assert set((paid.minute // MINUTES_A_WEEK % ROUND).tolist()) == {0}
    for week in (12, 28):
        record = run.record(week)
        good = GOOD.chosen(record)
        for level, rows in (("partnership", good), ("reactive", ~good)):
            events = at(run, level)
            here = events.person[events.minute == week * MINUTES_A_WEEK]
            assert sorted(run.hidden_link.loc[record.index[rows]]) == here.tolist()
            assert len(here) > 30


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_costs_exactly_what_it_says(level: str) -> None:
    changed = getattr(Levels(), level).but(cost=0.1234)
    run = simulate(market(**{level: changed}), served(level), 1)
    assert (at(run, level).value == round(12.34 * ROUND)).all()
    assert run.accounts.total()["attention"] == -round(12.34 * ROUND) * len(at(run, level)) < 0
    assert run.accounts.total()["profit"] == run.accounts.by_person()["profit"].sum()


def test_of_a_plan_that_is_not_lived_few_are_served() -> None:
    full, little = (
        len(at(simulate(market().but(rollout=these), served("reactive"), 1), "reactive"))
        for these in (None, Rollout(by_hand=0.3, habit=0.5))
    )
    assert little < 0.4 * full


# -- what a level does -----------------------------------------------------------------------------


@each_seed
def test_basic_hears_no_complaint_and_reactive_invites_them(seed: int) -> None:
    tickets = [
        since(simulate(market(), plan, seed), Kind.TICKET)
        for plan in (served("basic"), Plan(), served("reactive"))
    ]
    assert tickets[0] == 0 < 1.2 * tickets[1] < tickets[2]


@each_seed
def test_what_visits_bring_out_comes_on_top_of_what_a_level_invites(seed: int) -> None:
    scenario = market().but(success=Success(usage=0.0, worth=0.0))
    visits = {"managers": 4, "every": 4}
    heard = {
        (level, bool(more)): since(simulate(scenario, served(level).but(success=more), seed), Kind.TICKET)
        for level in ("basic", "reactive")
        for more in ({}, visits)
    }
    assert heard["basic", False] == 0 < heard["basic", True] < heard["reactive", False]
    assert heard["reactive", False] < heard["reactive", True]


@pytest.mark.parametrize("invites", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_so_many_complain_as_are_invited(invites: float) -> None:
    scenario = market(reactive=Level(invites=invites))
    run = simulate(scenario, served("reactive"), 1)
    faults, tickets = since(run, Kind.FAULT), since(run, Kind.TICKET)
    share = 0.4 + invites * (0.6 if invites > 0 else 0.4)
    assert abs(tickets - share * faults) <= 5 * np.sqrt(faults * share * (1 - share)) + 0.03 * faults * (
        share % 1 > 0
    )


@pytest.mark.parametrize(("finds", "repairs"), [(1.0, 0.5), (0.5, 1.0), (0.0, 1.0)])
def test_faults_that_were_swallowed_are_found_and_repaired_as_the_law_says(
    finds: float, repairs: float
) -> None:
    level = Level(invites=-1.0, finds=finds, repairs=repairs)  # nobody complains, or all is found
    scenario = market(accountable=level, basic=Level(invites=-1.0)).but(experience=None)
    scenario = scenario.but(service=scenario.service.but(fault_toll=1e-6, outspoken_share=0.0))
    plain, called = (simulate(scenario, served(name), 1) for name in ("basic", "accountable"))
    early = simulate(scenario.but(weeks=4), served("basic"), 1)
    known = early.hidden_link[: len(early.record(4))]  # served from the first round on
    toll = [
        (run.people.patience.used - early.people.patience.used)[Cause.PRODUCT, known].sum()
        for run in (plain, called)
    ]
    assert toll[1] == pytest.approx((1 - finds * repairs) * toll[0], rel=0.08)


def test_what_a_level_puts_right_nobody_remembers_when_the_firm_calls() -> None:
    scenario = market(accountable=Level(finds=1.0, repairs=1.0)).but(followup=Followup(keep=0.99))
    served_well, as_ever = (
        simulate(scenario, {0: served("accountable"), 8: plan}, 1) for plan in (served("accountable"), Plan())
    )
    known = served_well.hidden_link[: len(served_well.record(4))]
    faults = [run.people.followup.fault[known].sum() for run in (served_well, as_ever)]
    assert faults[0] < 0.2 * faults[1]  # before the first round, all faults were still swallowed


@each_seed
def test_each_level_keeps_more_than_the_one_before_and_costs_more(seed: int) -> None:
    runs = [simulate(market(), served(level), seed) for level in LEVELS]
    lost = [len(run.defections) for run in runs]
    assert lost[0] > lost[2] > lost[4]
    paid = [-run.accounts.total()["attention"] for run in runs]
    assert np.all(np.diff(paid) > 0)
    moods = [run.truth["satisfaction"].mean() for run in runs]
    assert moods[0] < moods[2] < moods[4]


@each_seed
def test_advice_binds_socially_and_partnership_by_structure(seed: int) -> None:
    bonds = [simulate(market(), served(level), seed).people.bonds.strength.mean(axis=1) for level in LEVELS]
    social, structural = ([strength[bond] for strength in bonds] for bond in (Bond.SOCIAL, Bond.STRUCTURAL))
    assert max(social[:3]) == 0 < social[3] < social[4]
    assert max(structural[:4]) == 0 < structural[4]


def test_advice_lifts_buying_by_what_it_says() -> None:
    scenario = market(proactive=Level(lift=0.5)).but(service=None)
    plain, lifted = (simulate(scenario.but(weeks=9), plan, 1) for plan in (Plan(), served("proactive")))
    before, after = (since(run, Kind.ORDER, 4) for run in (plain, lifted))
    assert after == pytest.approx(1.5 * before, rel=0.12)


# -- where it pays ---------------------------------------------------------------------------------


def profits(scenario: Scenario, levels: tuple[str, ...], seed: int) -> npt.NDArray[np.float64]:
    return np.array(
        [simulate(scenario, served(level), seed).accounts.total()["profit"] / 100 for level in levels]
    )


@each_seed
def test_what_a_level_is_worth_grows_with_the_margin_in_a_straight_line(seed: int) -> None:
    """Nobody's behaviour depends on the margin: a level that sells more gains with it, cent by cent."""
    gains = [
        np.subtract(*profits(market().but(margin=margin), ("partnership", "basic"), seed))
        for margin in (0.1, 0.3, 0.5)
    ]
    assert gains[0] < gains[1] < gains[2]
    assert gains[2] - gains[1] == pytest.approx(gains[1] - gains[0], rel=1e-3)  # cents are rounded


def test_few_large_customers_with_high_margins_deserve_more_than_many_small_ones() -> None:
    """Two corners of the grid of margin and number of customers, at equal sales: the levels that pay best."""
    best = []
    for people, size, margin in ((600, 1.0, 0.1), (60, 10.0, 0.6)):
        shopping = market().shopping.but(spend_scale=market().shopping.spend_scale * size)
        scenario = market().but(people=people, shopping=shopping, margin=margin)
        best.append(int(sum(profits(scenario, LEVELS, seed) for seed in SEEDS).argmax()))
    assert best[0] < best[1]


# -- twins -----------------------------------------------------------------------------------------


@each_seed
def test_who_is_served_as_before_lives_the_same_life(seed: int) -> None:
    scenario = market().but(service=market().service.but(agents=200))  # nobody waits for anybody
    plain, some = (simulate(scenario, plan, seed) for plan in (Plan(), served((GOOD, "proactive"))))
    touched = np.zeros(PEOPLE, bool)
    touched[at(some, "proactive").person] = True
    assert min(touched.sum(), (~touched).sum()) > 50
    events = [
        run.events.where((run.events.person >= 0) & ~touched[run.events.person]) for run in (plain, some)
    ]
    pd.testing.assert_frame_equal(*(part.frame() for part in events))
    pd.testing.assert_frame_equal(plain.truth[~touched], some.truth[~touched], check_exact=True)


@each_seed
def test_lives_lived_one_by_one_are_served_at_the_same_levels(seed: int) -> None:
    scenario = market().but(people=80, weeks=20)
    plan = served((Segment(orders=under(4)), "basic"), "accountable")
    one, other = (simulate(scenario, plan, seed, focus=focus).events for focus in ((), range(0, 80, 2)))
    pd.testing.assert_frame_equal(one.frame(), other.frame())


@pytest.mark.parametrize("given", [{"level": "gold"}, {"to": {"satisfaction": 1}}])
def test_a_rule_that_says_nothing_sensible_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"levels\.rules\[0\]\.{next(iter(given))}"):
        Plan(levels={"rules": [given]})


def test_a_market_without_levels_says_so() -> None:
    with pytest.raises(Fault, match=r"levels: supermarket has no levels.*leave rules alone"):
        simulate(market().but(levels=None), served("basic"), 1)
