"""Work: runs that are to be done and measured, whoever does them and whenever.

    scenario, plan, seed  ->  cache, or executor  ->  what was measured, in the order of the work

All experiments come through here. They get the same numbers to the last bit from this process, from several,
from a cluster, or from an earlier session whose numbers the cache has kept. Runs are measured where they are
done: what comes back is a few numbers, never a log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from tqdm import tqdm

from sim.cache import Cache, Missing, key_of
from sim.data import Fault
from sim.executor import Executor, Given, executor_of
from sim.market import simulate
from sim.plan import Plan, Timeline
from sim.progress import progress
from sim.refusal import check_plan
from sim.run import Run
from sim.scenario import Scenario

Strategy: TypeAlias = Plan | Timeline | dict[int, Plan]
Piece: TypeAlias = tuple[Scenario, Strategy, int]  # market, plan and seed of one run
Measured = TypeVar("Measured")


def measured(
    work: Sequence[Piece], measure: Callable[[Run], Measured], jobs: int = 1, executor: Given = None
) -> list[Measured]:
    """Run market, plan and seed of each piece of work, and give what is measured, in the same order.

    Parameters
    ----------
    jobs
        Processes to share the work.
    executor
        Who does it instead; see `sim.executor`.

    Raises
    ------
    Fault
        If a market cannot carry out a plan, before any run; or if the executor fails.
    """
    expect_count("jobs", jobs)
    with executor_of(executor, jobs) as hands, progress(_title(work), len(work)) as bar:
        return carry_out(work, measure, hands, bar)


def carry_out(
    work: Sequence[Piece], measure: Callable[[Run], Measured], hands: Executor, bar: tqdm[Any]
) -> list[Measured]:
    """Let an executor do what the cache does not know, and keep each result as soon as it is there."""
    pieces = [(scenario, Timeline.of(plan), seed) for scenario, plan, seed in work]
    for scenario, timeline, _ in pieces:
        check_plan(scenario, timeline)
    cache = Cache.of_user()
    keys = [key_of(*piece, measure) if cache else None for piece in pieces]
    found: list[Any] = [cache.read(key) if cache else Missing for key in keys]
    left = [place for place, result in enumerate(found) if result is Missing]
    bar.update(len(found) - len(left))
    if not left:
        return found
    try:
        for number, result in hands.spread(_measure, [(measure, *pieces[place]) for place in left]):
            found[left[number]] = result
            if cache:
                cache.write(keys[left[number]], result)
            bar.update()
    finally:
        if cache:
            cache.tidy()
    return found


def expect_count(name: str, number: int) -> None:
    """Refuse what is no number of seeds or processes.

    Raises
    ------
    Fault
        By the name of what was asked for.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise Fault(f"{name}: expects a whole number from 1, was given {number!r}.")


def _measure(
    measure: Callable[[Run], Measured], scenario: Scenario, timeline: Timeline, seed: int
) -> Measured:
    return measure(simulate(scenario, timeline, seed))


def _title(work: Sequence[Piece]) -> str:
    return work[0][0].name if work else ""
