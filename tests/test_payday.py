"""Laws of payday: money runs short before it, credit fills the gap, and some of it is never paid back."""

# mypy: disable-error-code="union-attr, arg-type, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.events import Bond, Kind
from sim.processes.payday import MONTH, Parameters
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
BEST = Segment(spend_52w=at_least(150))


def market(people: int = 800, **numbers: float) -> Scenario:
    """Give a supermarket of customers who neither talk nor queue."""
    scenario = load_scenario("supermarket", people).but(weeks=48, acquisition=None, service=None)
    entry = scenario.entry.but(present_share=1.0)
    return scenario.but(entry=entry, payday=Parameters(**numbers))


@cache
def run(seed: int = 3, people: int = 800, numbers: tuple[tuple[str, float], ...] = (), **levers: Any) -> Run:
    return simulate(market(people, **dict(numbers)), Plan(payday=levers), seed)


def since_payday(of: Run, minute: Any, person: Any) -> Any:
    return (minute // MINUTES_A_WEEK - of.people.payday.payday[person]) % MONTH


def test_off_is_a_market_in_which_money_never_runs_short_event_for_event() -> None:
    off = simulate(market().but(payday=None), Plan(), 3)
    calm = run(numbers=(("dip", 0.0),))
    assert off.events.frame().equals(calm.events.frame())


@each_seed
def test_those_whose_money_runs_short_buy_less_the_longer_ago_payday_is_and_the_others_do_not(
    seed: int,
) -> None:
    lived = run(seed, 3_000, (("dip", 0.6),))
    orders = lived.events.of(Kind.ORDER)
    weeks = since_payday(lived, orders.minute, orders.person)
    short = lived.people.payday.short[orders.person]
    poor, rich = (np.bincount(weeks[who], minlength=MONTH) for who in (short, ~short))
    assert poor[3] / poor[0] == pytest.approx(1 - 0.6, abs=0.1)
    assert poor[0] > poor[1] > poor[2] > poor[3]
    assert rich[3] / rich[0] == pytest.approx(1, abs=0.1)
    assert 0.3 < lived.people.payday.short.mean() < 0.5


@each_seed
def test_credit_gives_back_what_payday_takes_and_changes_nothing_for_those_who_are_not_short(
    seed: int,
) -> None:
    numbers = (("dip", 0.6), ("trusted_worth", 0.0))
    plain, lent = run(seed, numbers=numbers), run(seed, numbers=numbers, credit=True)
    never = run(seed, numbers=(("dip", 0.0),))
    orders = [len(one.events.of(Kind.ORDER)) for one in (plain, lent, never)]
    assert orders[0] < orders[1] <= orders[2]
    rich = np.flatnonzero(~plain.people.payday.short)
    one, other = (of.events.where(np.isin(of.events.person, rich)).frame() for of in (plain, lent))
    assert one.equals(other)


@each_seed
def test_waiting_for_the_money_costs_its_interest_and_a_share_is_never_paid(seed: int) -> None:
    lived = run(seed, 2_000, (("unpaid_share", 0.2), ("interest", 0.5)), credit=True)
    cost = lived.events.of(Kind.FINANCED)
    bills: dict[tuple[int, int], list[int]] = {}  # two of one person may fall into one minute
    orders = lived.events.of(Kind.ORDER)
    for minute, who, cents in zip(orders.minute, orders.person, orders.value.tolist(), strict=True):
        bills.setdefault((minute, who), []).append(cents)
    weeks = MONTH - since_payday(lived, cost.minute, cost.person)
    for minute, who, wait, cents in zip(cost.minute, cost.person, weeks, cost.value, strict=True):
        assert any(abs(cents - bill * 0.5 * wait / WEEKS_A_YEAR) <= 0.5 for bill in bills[minute, who])
    assert lived.people.payday.short[cost.person].all() and (weeks < MONTH).all()
    unpaid = lived.events.of(Kind.UNPAID)
    assert len(unpaid) / len(cost) == pytest.approx(0.2, abs=0.04)
    total = lived.accounts.total()
    assert total["unpaid"] == -unpaid.value.sum() and total["credit"] == -cost.value.sum()


def test_only_those_who_are_chosen_may_pay_later() -> None:
    everybody, best = run(credit=True), run(credit=True, credit_to=BEST)
    lent = [set(one.events.of(Kind.FINANCED).person.tolist()) for one in (everybody, best)]
    assert lent[1] < lent[0] and len(lent[1]) > 20


def test_who_is_lent_to_is_bound_and_nobody_else() -> None:
    plain, lent = run(), run(credit=True)
    tie = [one.people.bonds.strength[Bond.SOCIAL] for one in (plain, lent)]
    stays = plain.people.payday.short & (lent.people.entry.stage == 1)
    assert (tie[1] - tie[0])[stays].mean() > 0.1
    assert (tie[1] == tie[0])[~plain.people.payday.short].all()


def test_nobody_has_debts_where_nobody_is_trusted() -> None:
    assert not len(run().events.of(Kind.UNPAID)) and not len(run().events.of(Kind.FINANCED))
