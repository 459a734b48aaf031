"""Laws of what two lives of one seed differ in: nothing differs from itself, and rates are counts."""

from __future__ import annotations

from functools import cache

import pytest

from sim import Plan, Scenario, load_scenario, simulate
from sim.claims import lives
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run

TODAY = Plan()


@cache
def market() -> Scenario:
    return load_scenario("supermarket", people=300).but(weeks=26)


@cache
def life(quality: float = 0.0) -> Run:
    return simulate(market(), TODAY.but(experience={"quality": quality}), 1)


@pytest.mark.parametrize(
    "read", [lives.earns_more, lives.worth_more, lives.more_satisfied, lives.more_come_again]
)
def test_a_life_does_not_differ_from_itself(read: lives.Reading) -> None:
    assert read(life(), life()) == 0


def test_better_goods_satisfy_more_and_worse_less() -> None:
    assert lives.more_satisfied(life(1.0), life()) > 0 > lives.more_satisfied(life(), life(1.0))


def test_who_comes_again_is_counted_person_by_person() -> None:
    orders = life().events.of(Kind.ORDER)
    whole = orders.where(orders.minute < 24 * MINUTES_A_WEEK)  # the last two weeks are no whole span
    seen = set(zip((whole.minute // (4 * MINUTES_A_WEEK)).tolist(), whole.person.tolist(), strict=True))
    asked = [(span, person) for span, person in seen if span < 5]
    again = sum((span + 1, person) in seen for span, person in asked)
    assert lives.come_again(life()) == pytest.approx(again / len(asked))
