"""Laws of roll-out: idea, technology and implementation multiply; each alone does little but cost."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, Timeline, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Bond, Kind
from sim.market import Market
from sim.processes.entry import Parameters as Entry
from sim.processes.rollout import Parameters as Rollout
from sim.processes.rollout import done_shares
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
IDEA = Plan(
    campaigns=[Campaign(channel="email", offer=Offer(discount=0.1), every=2)],
    bonds={"care": 0.5},
)
TOOL, TRAINING = {"system": True}, {"training": 60.0}
STEADY = Rollout(learning=0.0, forgetting=0.0)  # practice stays as it is


@cache
def market(rollout: Rollout = Rollout()) -> Scenario:  # noqa: B008  # frozen
    """Give a supermarket of 800 customers whose firm has habits to change."""
    scenario = load_scenario("supermarket").but(people=800, weeks=52, service=None, acquisition=None)
    return scenario.but(entry=Entry(present_share=1.0), rollout=rollout)


def done(run: Run) -> int:
    """Count messages and rounds of care: what is really done of the plan."""
    return len(run.events.of(Kind.SENT)) + len(run.events.of(Kind.CARED))


def practice(these: Rollout, training: float, weeks: int) -> float:
    """Give practice after so many weeks, by the stated law."""
    reached, effort = these.habit, 1 - np.exp(-training / these.training_worth)
    for _ in range(weeks):
        up = these.learning * effort * (1 - reached)
        reached += up - these.forgetting * (1 - effort) * (reached - these.habit)
    return float(reached)


# -- the law ---------------------------------------------------------------------------------------


@each_seed
def test_a_tool_alone_and_training_alone_do_little_and_both_do_nearly_all(seed: int) -> None:
    full = done(simulate(market().but(rollout=None), IDEA, seed))
    shares = [
        done(simulate(market(), IDEA.but(rollout=levers), seed)) / full
        for levers in ({}, TOOL, TRAINING, TOOL | TRAINING)
    ]
    assert shares[0] < 0.1
    assert shares[0] < shares[1] < 0.3
    assert shares[0] < shares[2] < 0.35
    assert shares[3] > 0.7


@pytest.mark.parametrize(("by_hand", "habit"), [(0.3, 0.2), (0.5, 1.0), (1.0, 0.4)])
@pytest.mark.parametrize("system", [False, True])
def test_what_is_done_is_practice_times_what_the_tools_can(
    by_hand: float, habit: float, system: bool
) -> None:
    these = STEADY.but(by_hand=by_hand, habit=habit)
    calm = market().contact.but(return_on_click=0.0, wake_on_click=0.0)
    still = {name: channel.but(opt_out_share=0.0, fatigue=0.0) for name, channel in calm.channels.items()}
    idea = Plan(campaigns=[Campaign(channel="email")], rollout={"system": system})
    scenario = market(these).but(contact=calm.but(channels=still, reminder_lift=0.0), bonds=None)
    wanted = len(simulate(scenario.but(rollout=None), idea.but(rollout={}), 1).events.of(Kind.SENT))
    sent = len(simulate(scenario, idea, 1).events.of(Kind.SENT))
    share = habit * (1.0 if system else by_hand)
    assert wanted > 10_000
    assert abs(sent - share * wanted) <= 4 * np.sqrt(wanted * share * (1 - share))


def test_what_is_done_in_a_week_can_be_told_from_the_plans_alone() -> None:
    plans = {0: IDEA, 9: IDEA.but(rollout=TOOL | TRAINING), 30: IDEA.but(rollout=TOOL)}
    firm = Market(market(), Timeline(plans=plans), 1)
    weekly = [firm.timeline.at(week).rollout for week in range(52)]
    shares = done_shares(market().rollout, weekly)
    firm.run()
    assert firm.world.done_share == shares[-1]
    assert shares[0] == pytest.approx(0.2 * 0.3) and shares[29] > 0.8
    assert (done_shares(None, weekly) == 1).all()


@pytest.mark.parametrize("training", [0.0, 20.0, 60.0])
def test_practice_grows_with_training_slower_the_closer_it_comes(training: float) -> None:
    steps = np.diff([practice(Rollout(), training, weeks) for weeks in range(30)])
    assert (steps > 0).all() if training else (steps == 0).all()
    assert (np.diff(steps) < 0).all() or not training
    plan = IDEA.but(campaigns=(), bonds={"care": 0.5, "every": 1}, rollout=TOOL | {"training": training})
    run = simulate(market(), plan, 1)
    cared = np.bincount(run.events.of(Kind.CARED).minute // MINUTES_A_WEEK, minlength=52)
    for week in (10, 20, 40):
        wanted = int((run.record(week)["recency_weeks"] <= 26).sum())
        share = practice(Rollout(), training, week + 1)
        assert abs(cared[week] - share * wanted) < 4 * np.sqrt(wanted * share * (1 - share))


def test_without_training_practice_falls_back_to_the_habit() -> None:
    trained = IDEA.but(bonds={"care": 0.5, "every": 1}, campaigns=(), rollout=TOOL | TRAINING)
    these = Rollout(forgetting=0.3)
    run = simulate(market(these), {0: trained, 26: trained.but(rollout=TOOL)}, 1)
    cared = np.bincount(run.events.of(Kind.CARED).minute // MINUTES_A_WEEK, minlength=52)
    assert cared[25] > 3 * cared[-10:].mean()
    wanted = (run.record(51)["recency_weeks"] <= 26).sum()
    assert cared[-10:].mean() == pytest.approx(these.habit * wanted, rel=0.15)


@each_seed
def test_what_is_not_done_is_not_paid_and_binds_nobody(seed: int) -> None:
    run = simulate(market(Rollout(by_hand=0.0)), IDEA, seed)
    assert done(run) == 0
    assert run.accounts.total()["messages"] == run.accounts.total()["care"] == 0
    assert (run.people.bonds.strength[Bond.SOCIAL] == 0).all()
    idle = simulate(market(Rollout(by_hand=0.0)), Plan(), seed)
    pd.testing.assert_frame_equal(run.events.frame(), idle.events.frame())


@each_seed
def test_more_practice_does_what_less_did_and_more(seed: int) -> None:
    """Whom a firm reaches by bad habits, it also reaches by better ones: the luck is the same."""
    plan = IDEA.but(bonds={}, campaigns=[Campaign(channel="email", until_week=2)])
    reached = [
        set(
            simulate(market(STEADY.but(habit=h, by_hand=1.0)), plan, seed)
            .events.of(Kind.SENT)
            .person.tolist()
        )
        for h in (0.2, 0.6, 1.0)
    ]
    assert reached[0] < reached[1] < reached[2]


# -- what it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levers", "weekly"),
    [(TOOL, 20.0), (TRAINING, 60.0), (TOOL | TRAINING, 80.0), ({"training": 12.34}, 12.34)],
)
@pytest.mark.parametrize("people", [800, 77])
def test_tools_and_training_cost_what_the_levers_say(
    levers: dict[str, Any], weekly: float, people: int
) -> None:
    run = simulate(market().but(people=people), Plan(rollout=levers), 1)
    tools = run.events.of(Kind.TOOLS)
    assert tools.value.tolist() == [round(weekly * people / 10)] * 52  # cents
    assert (tools.person == FIRM).all()
    assert -run.accounts.total()["tools"] == tools.value.sum()


@each_seed
def test_a_tool_without_an_idea_changes_nothing_but_the_bill(seed: int) -> None:
    plain, tooled = (simulate(market(), Plan(rollout=levers), seed) for levers in ({}, TOOL | TRAINING))
    rest = tooled.events.where(tooled.events.kind != int(Kind.TOOLS))
    pd.testing.assert_frame_equal(plain.events.frame(), rest.frame())
    assert tooled.metrics["profit"] == pytest.approx(plain.metrics["profit"] - 52 * 80 * 0.8)


def test_a_tool_taken_back_is_paid_no_more_and_helps_no_more() -> None:
    these = STEADY.but(habit=1.0)
    idea = IDEA.but(campaigns=(), bonds={"care": 0.5, "every": 1})
    run = simulate(market(these), {0: idea.but(rollout=TOOL), 26: idea}, 1)
    assert len(run.events.of(Kind.TOOLS)) == 26
    cared = np.bincount(run.events.of(Kind.CARED).minute // MINUTES_A_WEEK, minlength=52)
    assert cared[30:].mean() == pytest.approx(0.3 * cared[16:26].mean(), rel=0.15)


def test_without_levers_a_market_with_roll_out_is_the_one_without() -> None:
    one, other = (simulate(scenario, Plan(), 2) for scenario in (market(), market().but(rollout=None)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"training": -1}, {"training": 1e9}, {"system": 1}, {"system": "yes"}])
def test_a_lever_of_roll_out_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"rollout\.{next(iter(given))}"):
        Plan(rollout=given)


@pytest.mark.parametrize("name", ["by_hand", "habit", "learning", "forgetting"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_share_of_roll_out_outside_its_bounds_is_named(name: str, value: float) -> None:
    with pytest.raises(Fault, match=name):
        Rollout(**{name: value})


def test_a_market_without_roll_out_says_so() -> None:
    with pytest.raises(Fault, match=r"rollout: supermarket has no rollout.*leave system alone"):
        simulate(market().but(rollout=None), Plan(rollout=TOOL), 1)
