"""Laws of participation: a say binds those who take it, if it is asked for within reason and thanked."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Bond, Cause, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.participation import Parameters as Participation
from sim.processes.rollout import Parameters as Rollout
from sim.run import Run
from tests.test_contracts import assert_sound

SUPERMARKET = load_scenario("supermarket")
PEOPLE, WEEKS = 600, 40
ALIKE = Participation(steepness=0.0)


def market(these: Participation | None = ALIKE, **sections: Any) -> Scenario:
    """Give a supermarket of customers who talk alike, and leave over nothing that others do."""
    scenario = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, service=None, acquisition=None)
    return scenario.but(entry=Entry(present_share=1.0), participation=these, **sections)


def asking(every: int | None = 8, **levers: Any) -> Plan:
    return Plan(participation={"every": every} | levers)


def count(run: Run, kind: Kind) -> int:
    return len(run.events.of(kind))


def part(run: Run) -> Any:
    return np.unique(run.events.of(Kind.TOOK_PART).person)


# -- who takes part --------------------------------------------------------------------------------


def test_the_rested_say_yes_at_the_rate_stated() -> None:
    scenario = market(ALIKE.but(weariness_keep=0.0))
    for ask in (0.0, 0.5, 1.0):
        run = simulate(scenario, asking(ask=ask), 1)
        asked = run.events.of(Kind.INVITED)
        alive = sum(
            int(
                (run.truth_at(week).loc[asked.person[asked.minute // MINUTES_A_WEEK == week]] != "left").sum()
            )
            for week in range(0, WEEKS, 8)
        )
        share = ALIKE.take_part_share * np.exp(-ALIKE.deterrence * ask)
        assert alive > 1_000
        assert abs(count(run, Kind.TOOK_PART) - share * alive) < 4 * np.sqrt(share * alive)


def test_fewer_say_yes_the_more_often_all_are_asked() -> None:
    shares = []
    for every in (10, 4, 1):
        run = simulate(market(), asking(every), 1)
        shares.append(count(run, Kind.TOOK_PART) / count(run, Kind.INVITED))
    assert shares[0] > shares[1] > 2 * shares[2]


def test_the_satisfied_and_the_sociable_take_part_sooner() -> None:
    keen = Participation(steepness=1.0, take_part_share=0.05, effort=0.0)
    run = simulate(market(keen).but(acquisition=SUPERMARKET.acquisition), asking(), 1)
    truth, others = run.truth, np.setdiff1d(np.flatnonzero(run.truth["stage"] == "customer"), part(run))
    assert truth["sociability"][part(run)].median() > 1.1 * truth["sociability"][others].median()
    assert truth["satisfaction"][part(run)].mean() > truth["satisfaction"][others].mean()


def test_only_whom_the_segment_fits_is_asked_and_only_when_it_is_due() -> None:
    run = simulate(market(), asking(6, to=Segment(orders=at_least(4))), 1)
    asked = run.events.of(Kind.INVITED)
    weeks = np.unique(asked.minute // MINUTES_A_WEEK)
    assert len(weeks) > 3 and not (weeks % 6).any()
    for week in weeks.tolist():
        record = run.record(week)
        orders = pd.Series(record["orders"].to_numpy(), run.hidden_link[: len(record)].to_numpy())
        assert orders[asked.person[asked.minute // MINUTES_A_WEEK == week]].min() >= 4


# -- what it does ----------------------------------------------------------------------------------


def test_a_say_binds_those_who_take_it_the_more_the_greater_their_part() -> None:
    bonds = []
    for ask in (0.0, 1.0):
        run = simulate(market(ALIKE.but(deterrence=0.0)), asking(4, ask=ask), 1)
        strength = run.people.bonds.strength[Bond.SOCIAL]
        assert not strength[np.setdiff1d(np.arange(PEOPLE), part(run))].any()
        bonds.append(strength[part(run)].mean())
    assert 0 < bonds[0] < bonds[1]


@pytest.mark.parametrize(("ask", "thanks", "sign"), [(1.0, 0.0, -1), (0.0, 8.0, 1), (0.0, 0.0, 0)])
def test_effort_costs_satisfaction_and_thanks_make_up_for_it(ask: float, thanks: float, sign: int) -> None:
    scenario = market(ALIKE.but(deterrence=0.0)).but(weeks=9)  # the last ask is in the last week
    one, other = (simulate(scenario, plan, 1) for plan in (Plan(), asking(8, ask=ask, thanks=thanks)))
    took = other.events.of(Kind.TOOK_PART)
    ordered = other.events.of(Kind.ORDER)
    quiet = np.setdiff1d(took.person, ordered.person[ordered.minute >= 8 * MINUTES_A_WEEK])
    moved = other.people.experience.satisfaction[quiet] - one.people.experience.satisfaction[quiet]
    law = ALIKE.thanks_joy * (1 - np.exp(-thanks / ALIKE.thanks_worth)) - ALIKE.effort * ask
    assert len(quiet) > 20
    assert np.abs(moved - 100 * law).max() <= 1
    assert np.sign(round(100 * law)) == sign


def test_who_is_asked_too_often_loses_patience() -> None:
    tolls = [
        simulate(market(), asking(every), 1).people.patience.used[Cause.CONTACT].sum() for every in (13, 2, 1)
    ]
    assert tolls[0] == 0 < tolls[1] < tolls[2]


@pytest.mark.parametrize(("name", "values"), [("toll", (0.002, 0.02)), ("tolerance", (4.0, 0.5))])
def test_each_number_of_weariness_makes_asking_dearer(name: str, values: tuple[float, float]) -> None:
    tolls = [
        simulate(market(ALIKE.but(**{name: value})), asking(1), 1).people.patience.used[Cause.CONTACT].sum()
        for value in values
    ]
    assert tolls[0] < tolls[1]


# -- what it costs ---------------------------------------------------------------------------------


def test_thanks_and_handling_are_paid_for_those_who_take_part_and_the_accounts_add_up() -> None:
    run = simulate(market(ALIKE.but(handling=1.25)), asking(5, thanks=2.1), 1)
    took = run.events.of(Kind.TOOK_PART)
    assert set(took.value.tolist()) == {335}
    assert -run.accounts.total()["participation"] == 335 * len(took)
    assert_sound(run)


def test_what_is_not_done_is_not_asked() -> None:
    scenario = market(rollout=Rollout(by_hand=1.0, habit=0.5, learning=0.0, forgetting=0.0))
    half, whole = (count(simulate(these, asking(13), 1), Kind.INVITED) for these in (scenario, market()))
    assert abs(half - 0.5 * whole) < 4 * np.sqrt(0.25 * whole)


# -- off is off ------------------------------------------------------------------------------------


def test_a_market_in_which_nobody_is_asked_is_the_one_without() -> None:
    whole = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS)
    plan = asking(None, ask=1.0)
    one = simulate(whole, Plan(), 2)
    other = simulate(whole.but(participation=Participation()), plan, 2)
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    pd.testing.assert_frame_equal(one.truth, other.truth)


def test_who_is_not_asked_lives_the_same_life() -> None:
    plan = asking(4, to=Segment(orders=at_least(8)), ask=0.5)
    one, other = simulate(market(), Plan(), 1), simulate(market(), plan, 1)
    alone = ~np.isin(np.arange(PEOPLE), other.events.of(Kind.INVITED).person)
    assert 100 < alone.sum() < PEOPLE - 100
    pd.testing.assert_frame_equal(
        *(run.events.where(alone[run.events.person]).frame() for run in (one, other))
    )


def test_a_market_without_participation_says_so() -> None:
    with pytest.raises(Fault, match=r"participation: supermarket has no participation.*leave every alone"):
        simulate(market(None), asking(4), 1)
