"""Whoever does the runs, the numbers are the same to the last bit; who fails says so in a sentence."""

# mypy: disable-error-code="arg-type, call-arg, no-untyped-call, misc"

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from sim import Campaign, Fault, Offer, Plan, collect, compare, load_scenario, replicate, simulate
from sim.executor import Cluster, Here, Processes, executor_of
from sim.experiment import metrics_of
from sim.lead import lead
from sim.progress import progress
from sim.run import Run
from sim.series import cumulative_profit
from sim.sweep import Dial, sweep
from sim.work import carry_out

MARKET = load_scenario("supermarket", people=300).but(weeks=26)
SMALL = MARKET.but(people=20, weeks=2)
PLANS = {"today": Plan(), "mail": Plan(campaigns=[Campaign(offer=Offer(discount=0.2))])}
WORK = [(MARKET, plan, seed) for seed in (1, 2) for plan in PLANS.values()]

pytestmark = pytest.mark.xdist_group("cluster")  # one cluster for all of these tests


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Start two processes that obey a scheduler here."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as started:
        yield started


@pytest.fixture(scope="module")
def client(cluster: LocalCluster) -> Iterator[Client]:
    """Connect to them, without letting anybody else know."""
    with Client(cluster, set_as_default=False) as connected:
        yield connected


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a cache that is on, as it is for a learner."""
    for name in ("PYTEST_VERSION", "CRM_KIT_QUIET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_KIT_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def fault(call: Callable[[], Any]) -> str:
    """Give the sentence with which a mistake is answered."""
    with pytest.raises(Fault) as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said, "one sentence for one mistake"
    return said


# -- the same numbers ------------------------------------------------------------------------------


def test_processes_and_clusters_however_named_give_the_numbers_of_this_process(
    cluster: LocalCluster, client: Client
) -> None:
    alone = compare(MARKET, PLANS, 3).table
    for settings in (
        {"jobs": 2},
        {"executor": client},
        {"executor": cluster},
        {"executor": cluster.scheduler_address},
    ):
        table = compare(MARKET, PLANS, 3, **settings).table
        pd.testing.assert_frame_equal(table, alone, check_exact=True)


def test_every_experiment_can_go_to_a_cluster(client: Client) -> None:
    dials = [
        Dial(name="cost", parameter="patience.switching_cost", settings={"none": 0.0, "high": 2.0}),
        Dial(name="margin of error", parameter="patience.satisfaction_steepness", settings={"some": 1.0}),
    ]
    for settings in ({}, {"executor": client}):
        found = (
            replicate(MARKET, PLANS["mail"], 2, **settings),
            sweep(MARKET, PLANS, *dials, replications=2, **settings).table,
            pd.DataFrame(lead(MARKET, PLANS, 2, **settings).paths["mail"]),
            pd.DataFrame(collect(MARKET, PLANS["mail"], cumulative_profit, 2, **settings)),
            compare(MARKET, PLANS, 2, until_within=0.01, metric="contacts", most=4, **settings).table,
        )
        if not settings:
            alone = found
    for one, other in zip(alone, found, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_threads_that_share_a_process_do_not_disturb_each_other() -> None:
    with LocalCluster(n_workers=1, threads_per_worker=4, processes=False, dashboard_address=":0") as threads:
        shared = compare(MARKET, PLANS, 6, executor=threads).table
    pd.testing.assert_frame_equal(shared, compare(MARKET, PLANS, 6).table, check_exact=True)


def test_results_stand_in_the_order_of_the_work_in_whatever_order_they_come() -> None:
    class Backwards:
        def spread(self, work: Any, pieces: Any) -> Iterator[tuple[int, Any]]:
            yield from reversed([*Here().spread(work, pieces)])

    with progress("", len(WORK)) as bar:
        found = carry_out(WORK, metrics_of, Backwards(), bar)
    assert [*map(repr, found)] == [repr(metrics_of(simulate(*piece))) for piece in WORK]


def test_a_plan_with_a_function_runs_wherever_it_can_be_sent(client: Client) -> None:
    plans = {"today": Plan(), "own rule": Plan(campaigns=[Campaign(to=lambda record: record.orders > 1)])}
    alone = compare(MARKET, plans, 2).table
    for settings in ({"jobs": 2}, {"executor": client}):
        pd.testing.assert_frame_equal(compare(MARKET, plans, 2, **settings).table, alone, check_exact=True)


# -- losses ----------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_in_the_middle_of_a_run_costs_time_only(
    client: Client, tmp_path: Path
) -> None:
    mark = tmp_path / "killed"

    def mortal(run: Run) -> int:
        if run.seed == 3 and not mark.exists():
            mark.touch()
            os._exit(9)
        return len(run.events)

    found = collect(MARKET, PLANS["mail"], mortal, 6, executor=client)
    assert mark.exists()
    np.testing.assert_array_equal(found, collect(MARKET, PLANS["mail"], lambda run: len(run.events), 6))


def test_a_run_that_kills_every_worker_ends_in_a_fault_and_not_in_waiting(
    cluster: LocalCluster, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    said = fault(lambda: collect(SMALL, Plan(), lambda run: os._exit(9), 1, executor=client))
    assert "several workers" in said and "call the same again" in said


def test_a_process_that_is_killed_ends_in_a_fault_and_the_next_call_has_new_ones() -> None:
    assert "jobs: a process ended" in fault(
        lambda: collect(SMALL, Plan(), lambda run: os._exit(9), 2, jobs=2)
    )
    assert len(compare(SMALL, PLANS, 2, jobs=2).table) == 4


def test_a_cluster_that_is_gone_ends_in_a_fault() -> None:
    with LocalCluster(n_workers=1, processes=False, dashboard_address=":0") as lost, Client(lost) as client:
        results = Cluster(lambda: client).spread(time.sleep, [(0.0,), *[(0.3,)] * 20])
        next(results)
        lost.close()
        assert "the cluster is gone" in fault(lambda: [*results])


def test_work_that_nobody_waits_for_is_called_off(cluster: LocalCluster, client: Client) -> None:
    results = Cluster(lambda: client).spread(time.sleep, [(0.0,), *[(0.05,)] * 200])
    next(results)
    results.close()
    client.sync(client.scheduler.identity)  # which answers after all that was said before
    assert not [task for task in cluster.scheduler.tasks.values() if task.state in ("queued", "waiting")]


def test_what_has_come_before_an_interruption_is_kept(kept: Path) -> None:
    asked: list[int] = []

    class Interrupted:
        def spread(self, work: Any, pieces: Any) -> Iterator[tuple[int, Any]]:
            asked.append(len(pieces))
            for place in (2, 0):
                yield place, work(*pieces[place])
            raise KeyboardInterrupt

    def carried_out(hands: Any) -> Any:
        with progress("", len(WORK)) as bar:
            return carry_out(WORK, metrics_of, hands, bar)

    with pytest.raises(KeyboardInterrupt):
        carried_out(Interrupted())
    with pytest.raises(IndexError):  # of the two that are left, there is no third
        carried_out(Interrupted())
    assert asked == [4, 2]
    assert [*map(repr, carried_out(Here()))] == [repr(metrics_of(simulate(*piece))) for piece in WORK]


def test_what_the_cache_knows_needs_no_cluster(kept: Path) -> None:
    known = compare(SMALL, PLANS, 2).table
    nobody = "tcp://127.0.0.1:1"
    pd.testing.assert_frame_equal(compare(SMALL, PLANS, 2, executor=nobody).table, known, check_exact=True)
    assert "nobody answers" in fault(lambda: compare(SMALL, PLANS, 3, executor=nobody))


def test_what_a_cluster_has_done_is_kept_here(
    kept: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = compare(SMALL, PLANS, 2, executor=client).table
    assert len([*kept.iterdir()]) == 4
    monkeypatch.setattr("sim.work.simulate", None)
    pd.testing.assert_frame_equal(compare(SMALL, PLANS, 2).table, done, check_exact=True)


# -- who is meant ----------------------------------------------------------------------------------


def test_dask_means_the_client_that_is_open(cluster: LocalCluster) -> None:
    with Client(cluster) as current, executor_of("dask") as chosen:
        assert chosen.connect() is current
        assert chosen.connect() is current
    assert current.status == "closed", "by its owner"


def test_dask_means_a_cluster_for_the_time_of_the_work_if_none_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []

    class Light(LocalCluster):
        def __init__(self, **settings: Any) -> None:
            started.append((self, settings["n_workers"]))
            super().__init__(**settings, processes=False)

    monkeypatch.setattr(distributed, "LocalCluster", Light)
    table = compare(SMALL, PLANS, 2, jobs=2, executor="dask").table
    pd.testing.assert_frame_equal(table, compare(SMALL, PLANS, 2).table, check_exact=True)
    ((light, workers),) = started
    assert workers == 2
    assert light.status.name == "closed"


def test_a_client_that_was_given_stays_open(client: Client) -> None:
    compare(SMALL, PLANS, 1, executor=client)
    assert client.status == "running"


def test_jobs_decide_who_works_where_there_is_no_cluster() -> None:
    with executor_of(None, 1) as here, executor_of(None, 3) as processes:
        assert isinstance(here, Here)
        assert processes == Processes(3)


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["spark", "localhost:8786", 7, True, ["dask"]], ids=repr)
def test_an_executor_that_is_none_is_answered_with_those_that_there_are(wrong: Any) -> None:
    said = fault(lambda: compare(SMALL, PLANS, 1, executor=wrong))
    assert '"dask"' in said and repr(wrong) in said


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://127.0.0.1", "abc://x", "tcp://x:many"])
def test_an_address_at_which_nobody_answers_is_named(address: str) -> None:
    assert f"nobody answers at {address}" in fault(lambda: compare(SMALL, PLANS, 1, executor=address))


def test_without_dask_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "install it" in fault(lambda: compare(SMALL, PLANS, 1, executor="dask"))
    assert len(compare(SMALL, PLANS, 1).table) == 2, "which needs none"


def test_a_worker_with_another_version_of_the_kit_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.executor.code", lambda: "of another version")
    assert "another version" in fault(lambda: compare(SMALL, PLANS, 1, executor=client))


def test_a_worker_that_lacks_a_package_is_named_by_it(client: Client) -> None:
    def lacking(run: Run) -> int:
        raise ModuleNotFoundError("No module named 'weather'", name="weather")

    assert "cannot import weather" in fault(lambda: collect(SMALL, Plan(), lacking, 1, executor=client))


@pytest.mark.parametrize("where", ["jobs", "executor"])
def test_a_function_that_cannot_be_sent_is_answered_before_any_run(where: str, client: Client) -> None:
    lock = threading.Lock()
    plans = {"locked": Plan(campaigns=[Campaign(to=lambda record: (record.orders > 1) & bool(lock))])}
    settings: dict[str, Any] = {"jobs": {"jobs": 2}, "executor": {"executor": client}}[where]
    assert "cannot be sent" in fault(lambda: compare(SMALL, plans, 2, **settings))
    assert len(compare(SMALL, plans, 2).table) == 2


def test_what_a_measure_raises_comes_through(client: Client) -> None:
    def wrong(run: Run) -> int:
        raise ZeroDivisionError(f"in seed {run.seed}")

    for settings in ({}, {"jobs": 2}, {"executor": client}):
        with pytest.raises(ZeroDivisionError, match="in seed"):
            collect(SMALL, Plan(), wrong, 1, **settings)
