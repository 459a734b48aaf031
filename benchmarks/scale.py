"""Scale: what a second core, or a cluster, brings to an experiment, and what it costs.

    python -m benchmarks.scale              these rows alone
    python -m benchmarks.scale --people 500 --rounds 1

Here the clock on the wall counts, for two processes are to be done in half the time. So these rows need a
machine with two free cores, on which nothing else runs.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from distributed import Client, LocalCluster

from benchmarks import report
from benchmarks.settings import PEOPLE, WEEKS, everything, weekly_offers
from benchmarks.speed import SEED, Measured
from benchmarks.timing import race, wall_time
from sim import Plan, Scenario, compare, simulate
from sim.executor import Cluster, Executor, Given, Here, Processes
from sim.experiment import metrics_of
from sim.plan import Timeline
from sim.progress import QUIET

CORES = 2
SEEDS = 10  # of the comparison that is timed
HANDED_OUT = 200  # pieces of work that do nothing
PLANS = {"today": Plan(), "offers": weekly_offers()}
NUMBERS = {str(number): 1.5 for number in range(20)}  # as many as a run passes back


def comparison(market: Scenario, jobs: int = 1, executor: Given = None) -> None:
    """Compare two plans, as a lesson would."""
    compare(market, PLANS, SEEDS, jobs=jobs, executor=executor)


def run_time(market: Scenario, timeline: Timeline, seed: int) -> float:
    """Run and measure once, and give the processor time of it in seconds."""
    start = time.process_time()
    metrics_of(simulate(market, timeline, seed))
    return time.process_time() - start


def nothing(market: Scenario, timeline: Timeline, seed: int) -> dict[str, float]:
    """Do no work, and pass back as much as a run would."""
    return NUMBERS


def run_times(executor: Executor, market: Scenario, rounds: int) -> list[float]:
    """Give the processor times of runs that an executor does."""
    pieces = [(market, Timeline.of(weekly_offers()), seed) for seed in range(CORES * rounds)]
    return [found for _, found in executor.spread(run_time, pieces)]


def cost(executor: Executor, market: Scenario) -> float:
    """Give the milliseconds that it takes to hand a run out and its numbers back, work apart."""
    pieces = [(market, Timeline.of(weekly_offers()), seed) for seed in range(HANDED_OUT)]
    return 1_000 * wall_time(lambda: [*executor.spread(nothing, pieces)]) / HANDED_OUT


def sizes(market: Scenario) -> tuple[int, int]:
    """Count the bytes of a run's headline numbers, and of its log."""
    run = simulate(market, weekly_offers(), SEED)
    return len(pickle.dumps(metrics_of(run))), len(pickle.dumps(run.pages))


@contextmanager
def local_cluster() -> Iterator[Client]:
    """Start as many Dask workers as processes are measured."""
    with (
        LocalCluster(n_workers=CORES, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def rows(people: int, weeks: int, rounds: int) -> Iterator[Measured]:
    """Measure all of it in one market, without bars and without the cache."""
    market, processes = everything(people, weeks), Processes(CORES)
    alone, shared = partial(comparison, market), partial(comparison, market, jobs=CORES)
    with patch.dict(os.environ, {QUIET: "1"}):
        yield "start", (wall_time(lambda: cost(processes, market)),)
        yield "shared", race(shared, alone, rounds, wall_time).ratios
        busy, idle = run_times(processes, market, rounds), run_times(Here(), market, rounds)
        yield "shared_run", tuple(b / i for b, i in zip(busy, idle, strict=True))
        yield "handing_out", tuple(cost(processes, market) for _ in range(rounds))
        with local_cluster() as client:
            cluster = partial(comparison, market, executor=client)
            cluster()  # workers import the kit
            yield "cluster", race(cluster, alone, rounds, wall_time).ratios
            yield "cluster_handing_out", tuple(cost(Cluster(lambda: client), market) for _ in range(rounds))
    numbers, log = sizes(market)
    yield "numbers", (numbers,)
    yield "log", (log,)


def main() -> None:
    """Measure, and print the rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(report.machine())
    for name, values in rows(given.people, given.weeks, given.rounds):
        print(report.table({name: values}).splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
