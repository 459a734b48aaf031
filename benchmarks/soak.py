"""The soak: a thousand plans in a thousand markets, drawn blindly, each checked against every law.

    python -m benchmarks.soak                       1 000 cases, or as many as fit into eight minutes
    python -m benchmarks.soak --first 350           go on from there; case 350 is the same on every day
    python -m benchmarks.soak --replay soak/350     live one case again, and say what is wrong

Scenarios and plans come from the strategies of the tests (`tests/drawn.py`), and the checker is theirs
(`assert_sound`): no crash, no number missing where none may be, accounts that add up to the cent, shares
between 0 and 1, nobody gone and buying. Some markets are also lived one by one, which must change nothing.

A case that fails is written to a folder of its own, as files that anybody can edit: `scenario.yaml`,
`timeline.yaml`, and `case.yaml` with the seed and what went wrong.
"""

from __future__ import annotations

import argparse
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from tqdm import tqdm

from sim import Scenario, Timeline, load_scenario, scenario_names, simulate
from sim.arrivals import TooOften
from sim.data import Data
from sim.files import load, save
from tests.drawn import plans, scenarios
from tests.test_contracts import assert_same_events, assert_sound

PEOPLE, WEEKS = 100, 80  # at most
CHANGE = 7  # week in which a second plan begins
SEEDS = st.integers(0, 2**63 - 1)


class Case(NamedTuple):
    """What is lived through, and whether it is also lived one by one."""

    scenario: Scenario
    timeline: Timeline
    seed: int
    alone: bool


class Note(Data):
    """What `case.yaml` holds beside the market and the plans."""

    seed: int
    alone: bool
    wrong: str = ""


def market(number: int) -> str:
    """Take the ready-made markets in turn; those that write to their customers come twice as often."""
    every = scenario_names()
    busy = [name for name in every if load_scenario(name).contact]
    return (*every, *busy)[number % (len(every) + len(busy))]


@st.composite
def cases(draw: Any, name: str) -> Case:
    """Draw a market, one plan for it or two in turn, a seed, and now and then a second way of living it."""
    scenario = draw(scenarios(name, PEOPLE, WEEKS))
    given = {0: draw(plans(scenario))}
    if draw(st.booleans()):
        given[CHANGE] = draw(plans(scenario))
    return Case(scenario, Timeline(plans=given), draw(SEEDS), draw(st.integers(0, 3)) == 0)


def drawn(number: int) -> Case:
    """Draw the case of a number: the same on every day, whatever was drawn before.

    The first that Hypothesis draws is always the simplest one, so the second is taken.
    """
    both: list[Case] = []

    @hypothesis.seed(number)
    @hypothesis.settings(
        max_examples=2,
        database=None,
        derandomize=False,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(market(number)))
    def draw(case: Case) -> None:
        both.append(case)

    draw()
    return both[-1]


def check(case: Case) -> None:
    """Live a case and check it.

    Raises
    ------
    AssertionError
        If a law is broken; any other exception is a crash, which no valid input may cause. Where people would
        order by the thousand, the market refuses to go on, and that is right.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as a division by nothing
        run = simulate(case.scenario, case.timeline, case.seed)
        assert_sound(run)
        if case.alone:
            everybody = range(case.scenario.people)
            assert_same_events(run, simulate(case.scenario, case.timeline, case.seed, focus=everybody))


def fault_of(case: Case) -> Exception | None:
    """Check a case and give what was wrong, if anything."""
    try:
        check(case)
    except Exception as wrong:
        return wrong
    return None


def put_away(case: Case, folder: Path, wrong: Exception) -> None:
    """Write a case that failed as files."""
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "scenario.yaml", case.scenario)
    save(folder / "timeline.yaml", case.timeline)
    save(folder / "case.yaml", Note(seed=case.seed, alone=case.alone, wrong=summary(wrong)))


def take_out(folder: Path) -> Case:
    """Read a case again, perhaps edited since."""
    note = load(folder / "case.yaml", Note)
    scenario, timeline = load(folder / "scenario.yaml", Scenario), load(folder / "timeline.yaml", Timeline)
    return Case(scenario, timeline, note.seed, note.alone)


def summary(wrong: Exception) -> str:
    """Say in a line what was wrong, and where."""
    origin: BaseException = wrong
    while origin.__cause__:  # SimPy raises what a process raised once more
        origin = origin.__cause__
    place = traceback.extract_tb(origin.__traceback__)[-1]
    said = str(wrong).strip().partition("\n")[0] or "a check failed"
    return f"{type(wrong).__name__} in {Path(place.filename).name}, {place.name}: {said}"


def soak(first: int, count: int, minutes: float, folder: Path) -> Counter[str]:
    """Check case after case until they or the minutes are used up; give what was wrong, how often."""
    end, found = time.monotonic() + 60 * minutes, Counter[str]()
    progress = tqdm(range(first, first + count), unit="case", smoothing=0.05)
    last, refused = first, 0
    for last in progress:
        case = drawn(last)
        wrong = fault_of(case)
        if isinstance(wrong, TooOften):
            refused += 1
        elif wrong is not None:
            put_away(case, folder / str(last), wrong)
            found[summary(wrong)] += 1
            progress.set_postfix(failed=found.total())
        if time.monotonic() > end:
            progress.close()
            print(f"The time is up after case {last}. To go on: --first {last + 1}")
            break
    print(f"Cases {first} to {last}: {found.total()} failed, {refused} were refused.")
    return found


def options() -> argparse.Namespace:
    """Read the command line."""
    assert __doc__
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.partition("\n")[0])
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--count", type=int, default=1_000, help="how many cases")
    parser.add_argument("--minutes", type=float, default=8.0, help="stop after so long")
    parser.add_argument("--folder", type=Path, default=Path("soak"), help="where cases that fail are put")
    parser.add_argument("--replay", type=Path, help="folder of a case to live again")
    return parser.parse_args()


def main() -> None:
    """Do what the command line says; fail if a case did."""
    given = options()
    if given.replay:
        check(take_out(given.replay))
        print("This case is sound.")
        return
    found = soak(given.first, given.count, given.minutes, given.folder)
    for line, times in found.most_common():
        print(f"{times:>5} x {line}")
    if found:
        raise SystemExit(f"They lie in {given.folder}; python -m benchmarks.soak --replay {given.folder}/…")


if __name__ == "__main__":
    main()
