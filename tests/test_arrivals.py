"""Laws of arrivals: looking several visits ahead at once changes none of them."""

import numpy as np
import pytest

from sim.arrivals import TooOften, arrivals
from sim.chance import Luck, Purpose

PEOPLE, WEEK = 60, 3
WHO = np.arange(PEOPLE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_visits_drawn_several_at_a_time_are_those_of_one_after_the_other(seed: int) -> None:
    luck, rate = Luck(seed), np.geomspace(0.05, 40, PEOPLE)  # visits a week: some never, some dozens
    first = luck.exponential(Purpose.ORDER, WHO, WEEK) / rate
    who, j, clock = arrivals(luck, Purpose.ORDER, WEEK, WHO, rate, first)
    assert j.max() > 20
    for person in range(PEOPLE):
        waits = luck.exponential(Purpose.ORDER, person, WEEK, np.arange(200)) / rate[person]
        moments = [moment for moment in np.cumsum(waits) if moment < 1]
        mine = np.flatnonzero(who == person)
        assert j[mine].tolist() == list(range(len(moments)))
        assert clock[mine] == pytest.approx(moments)


def test_everybody_s_first_visit_stands_before_anybody_s_second() -> None:
    _, j, clock = arrivals(Luck(1), Purpose.ORDER, WEEK, WHO, np.full(PEOPLE, 3.0), np.linspace(0, 2, PEOPLE))
    assert (np.diff(j) >= 0).all() and j[0] == 0
    assert (clock < 1).all()


def test_whoever_comes_first_next_week_does_not_come_at_all() -> None:
    who, _, _ = arrivals(Luck(1), Purpose.ORDER, WEEK, WHO, np.full(PEOPLE, 50.0), np.ones(PEOPLE))
    assert len(who) == 0


def test_visits_by_the_thousand_are_refused_before_luck_runs_out_of_numbers() -> None:
    with pytest.raises(TooOften, match="100,000 times a week"):
        arrivals(Luck(1), Purpose.ORDER, WEEK, WHO[:1], np.array([1e5]), np.zeros(1))
