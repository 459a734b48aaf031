"""Letters are those of the run; a machine that has read some sorts the others, and knows no other theme."""

from functools import cache

import pytest

from sim import Fault, Plan, load_scenario, simulate
from sim.analysis import letters
from sim.analysis.letters import Letters
from sim.events import Kind


@cache
def heap() -> Letters:
    return letters.letters(
        simulate(load_scenario("supermarket", people=1_500), Plan(service={"agents": 0}), 4)
    )


def test_every_known_complaint_is_a_letter() -> None:
    run = simulate(load_scenario("supermarket", people=1_500), Plan(service={"agents": 0}), 4)
    assert abs(len(heap().texts) - len(run.events.of(Kind.TICKET))) <= 3
    assert len(heap().texts) == len(heap().open()) and heap().texts.str.len().min() > 5


def test_a_machine_sorts_the_letters_that_were_not_read_into_themes_that_were() -> None:
    found = heap().taught(80)
    assert len(found) == len(heap().texts) - 80
    assert set(found) <= set(heap().read(80))
    assert heap().right(found) > heap().right(heap().counted[80:])


def test_the_truth_is_always_right_and_shares_add_up() -> None:
    assert heap().right(heap().open()) == 1
    table = letters.shares(counted=heap().counted, truth=heap().open())
    assert table.sum().to_numpy() == pytest.approx(100)
    assert table["truth"].is_monotonic_decreasing


def test_too_few_letters_teach_nothing() -> None:
    with pytest.raises(Fault, match="too few"):
        heap().taught(0)
    with pytest.raises(Fault, match="leave none"):
        heap().taught(len(heap().texts))


def test_a_run_without_complaints_has_no_letters() -> None:
    with pytest.raises(Fault, match="nobody has written"):
        letters.letters(simulate(load_scenario("cdnow"), Plan(), 1))
