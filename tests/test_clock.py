"""Laws of time: opening hours count each open minute once, and the week's hours ring in order."""

from collections.abc import Generator

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim import Fault
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK, MONDAY, SUNDAY, Calendar, OpeningHours

hours = st.tuples(st.integers(1, 7), st.integers(0, 23), st.integers(1, 24)).filter(lambda h: h[1] < h[2])
hours = hours.map(lambda h: OpeningHours(days=h[0], from_hour=h[1], until_hour=h[2]))
half_minutes = st.integers(0, 2 * 1_040 * MINUTES_A_WEEK).map(lambda halves: halves / 2)  # exact in floats
DESK = OpeningHours(days=6, from_hour=9, until_hour=19)


def is_open(opening: OpeningHours, minute: float) -> bool:
    """Say so in the plainest words, for one moment."""
    day, time = minute % MINUTES_A_WEEK // MINUTES_A_DAY, minute % MINUTES_A_DAY
    return day < opening.days and 60 * opening.from_hour <= time < 60 * opening.until_hour


@given(hours, half_minutes)
def test_minute_of_finds_the_minute_at_which_a_count_is_reached(opening: OpeningHours, count: float) -> None:
    minute = opening.minute_of(count)
    assert is_open(opening, minute)
    assert opening.open_minutes(minute) == count


@given(hours, half_minutes)
def test_the_desk_takes_up_work_this_minute_or_at_the_next_opening(
    opening: OpeningHours, minute: float
) -> None:
    found = opening.minute_of(opening.open_minutes(minute))
    assert is_open(opening, found)
    if is_open(opening, minute):
        assert found == minute
    else:
        assert found > minute
        assert opening.open_minutes(found) == opening.open_minutes(minute)  # no open minute was skipped


@given(hours, half_minutes, half_minutes)
def test_open_minutes_never_run_backwards_nor_faster_than_time(
    opening: OpeningHours, one: float, other: float
) -> None:
    early, late = sorted([one, other])
    assert 0 <= opening.open_minutes(late) - opening.open_minutes(early) <= late - early
    if early < late:
        assert opening.minute_of(early) < opening.minute_of(late)


@given(hours)
def test_open_minutes_are_those_that_a_watcher_would_count(opening: OpeningHours) -> None:
    minutes = np.arange(2 * MINUTES_A_WEEK)
    watched = np.cumsum([is_open(opening, minute) for minute in minutes[::30].tolist()]) * 30
    counted = [opening.open_minutes(minute) for minute in (minutes[::30] + 30).tolist()]
    assert counted == watched.tolist()  # opening and closing fall on whole hours


def test_a_desk_that_never_closes_counts_every_minute() -> None:
    for minute in (0, 0.5, 1, 1_439.5, 1_440, 10_079, 10_080, 123_456.5):
        assert OpeningHours().open_minutes(minute) == OpeningHours().minute_of(minute) == minute


def test_sunday_does_not_count_for_a_desk_closed_on_sundays() -> None:
    saturday_evening, monday_morning = 5 * MINUTES_A_DAY + 18 * 60, MINUTES_A_WEEK + 10 * 60
    assert DESK.open_minutes(monday_morning) - DESK.open_minutes(saturday_evening) == 60 + 60
    closing = DESK.open_minutes(5 * MINUTES_A_DAY + 19 * 60)
    assert DESK.minute_of(closing) == MINUTES_A_WEEK + 9 * 60


@pytest.mark.parametrize(("opens", "closes"), [(10, 10), (19, 9)])
def test_a_desk_that_closes_before_it_opens_is_refused(opens: int, closes: int) -> None:
    with pytest.raises(Fault, match=f"the desk closes at {closes} but opens at {opens}"):
        OpeningHours(from_hour=opens, until_hour=closes)


def test_the_hours_of_each_week_ring_in_order_just_before_monday() -> None:
    env = simpy.Environment(initial_time=-0.5)
    calendar, heard = Calendar(env, weeks=3), []

    def listen(name: str) -> Generator[simpy.Event, int, None]:
        while True:
            week = yield calendar.hour(name)
            heard.append((env.now, name, week))

    for name in sorted(MONDAY + SUNDAY):  # the order of waiting does not matter
        env.process(listen(name))
    env.run(until=env.process(calendar.run()))
    expected = [
        ((week + wait) * MINUTES_A_WEEK - 0.5, name, week)
        for week in range(3)
        for wait, names in enumerate((MONDAY, SUNDAY))
        for name in names
    ]
    assert heard == expected


def test_all_who_wait_for_an_hour_act_before_the_next_one_rings() -> None:
    env = simpy.Environment(initial_time=-0.5)
    calendar, acted = Calendar(env, weeks=2), []

    def act(name: str, who: int) -> Generator[simpy.Event, int, None]:
        while True:
            yield calendar.hour(name)
            acted.append((name, who))

    for who in range(50):
        for name in MONDAY + SUNDAY:
            env.process(act(name, who))
    env.run(until=env.process(calendar.run()))
    once = [(name, who) for name in MONDAY + SUNDAY for who in range(50)]
    assert acted == once * 2
