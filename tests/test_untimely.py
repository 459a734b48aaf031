"""Laws of untimely messages: who waits for an answer minds advertising, and the desk could have told."""

# mypy: disable-error-code="union-attr, arg-type"

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from sim import Campaign, Plan, Scenario, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Cause, Events, Kind
from sim.processes.stewardship import Parameters as Stewardship
from sim.run import Run

WEEKLY = Campaign()


def market(toll: float = 0.02, agents: int = 1) -> Scenario:
    """Give a supermarket in which many complain, and hardly anybody answers."""
    scenario = load_scenario("supermarket", 600).but(weeks=30, acquisition=None)
    desk = scenario.service.but(fault_share=0.3, outspoken_share=0.8, handling_minutes=120.0, agents=agents)
    return scenario.but(contact=scenario.contact.but(untimely_toll=toll), service=desk)


@cache
def run(toll: float = 0.02, spare: bool = False, agents: int = 1) -> Run:
    return simulate(market(toll, agents), Plan(campaigns=[WEEKLY], contact={"spare_unsolved": spare}), 3)


def waiting(of: Run, sent: Events) -> list[bool]:
    """Tell of each message whether its reader had a complaint that was not solved."""
    tickets, solved = of.events.of(Kind.TICKET), of.events.of(Kind.RESOLVED)
    end = {
        (who, ref): minute for who, ref, minute in zip(solved.person, solved.ref, solved.minute, strict=True)
    }
    asked: dict[int, list[tuple[int, float]]] = {}
    for who, minute in zip(tickets.person.tolist(), tickets.minute.tolist(), strict=True):
        asked.setdefault(who, []).append((minute, end.get((who, minute), np.inf)))
    monday = sent.minute // MINUTES_A_WEEK * MINUTES_A_WEEK
    return [
        any(minute < now < until for minute, until in asked.get(who, []))
        for who, now in zip(sent.person.tolist(), monday.tolist(), strict=True)
    ]


def test_who_is_spared_gets_no_message_while_a_complaint_is_not_solved_and_nobody_else_is_spared() -> None:
    plain, spared = run(0.0), run(0.0, spare=True)
    was_waiting = np.array(waiting(plain, plain.events.of(Kind.SENT)))
    assert was_waiting.sum() > 50
    assert not any(waiting(spared, spared.events.of(Kind.SENT)))
    first = plain.events.of(Kind.SENT).minute < MINUTES_A_WEEK * 4  # before the two have grown apart
    early = spared.events.of(Kind.SENT).minute < MINUTES_A_WEEK * 4
    assert abs((first & ~was_waiting).sum() - early.sum()) <= 0.02 * early.sum()


def test_an_untimely_message_takes_patience_the_more_the_higher_its_toll_and_sparing_saves_it() -> None:
    contact = [one.people.patience.used[Cause.CONTACT].sum() for one in (run(0.0), run(0.02), run(0.05))]
    assert contact[0] < contact[1] < contact[2]
    spared = run(0.05, spare=True).people.patience.used[Cause.CONTACT].sum()
    assert spared < contact[0] + 0.1 * (contact[2] - contact[0])


def test_where_nobody_complains_nothing_changes() -> None:
    calm = market().but(service=market().service.but(fault_share=0.0))
    plans = [Plan(campaigns=[WEEKLY], contact={"spare_unsolved": spare}) for spare in (False, True)]
    one, other = (simulate(calm, plan, 3).events.frame() for plan in plans)
    pd.testing.assert_frame_equal(one, other)


def test_who_has_two_accounts_is_spared_on_the_one_that_complained_unless_the_records_are_one() -> None:
    """Service and marketing share a desk here, but not a customer."""
    here = market(agents=0).but(stewardship=Stewardship(split_share=0.6))
    plan = Plan(campaigns=[WEEKLY], contact={"spare_unsolved": True})
    hit = []
    for integration in (0.0, 1.0):
        lived = simulate(here, plan.but(stewardship={"integration": integration}), 3)
        late = lived.events.of(Kind.SENT)
        late = late.where(late.minute > 15 * MINUTES_A_WEEK)  # by then most records have been merged
        hit.append(sum(waiting(lived, late)))
    assert hit[0] > 300 and hit[1] < 0.5 * hit[0]
