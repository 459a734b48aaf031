"""Executors: who does the runs of an experiment. This process, several beside it, or a Dask cluster.

An executor calls a function on many pieces of work and gives each result, with the number of its piece, as
soon as it is there, in whatever order. What a function gives hangs on its piece alone, so it does not matter
who calls it.

A cluster is asked by Dask's own client and not through joblib, whose Dask backend (1.6) waits for ever for a
task that has cost Dask several workers and was given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pickle import PicklingError
from socket import create_connection
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar
from urllib.parse import urlsplit

from joblib import Parallel, delayed

from sim.cache import code
from sim.data import Fault

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

DASK = "dask"
AT_ONCE = 500  # pieces of work in one message to a cluster
PATIENCE = 10  # seconds until a cluster must have answered
KEPT = "what is finished is kept where there is a cache, so call the same again"
BOUND = (
    "plans: a function in one of them, or the measure, cannot be sent to another process, because it "
    "holds something that lives in this one; leave jobs and executor out."
)

Given: TypeAlias = "str | Client | LocalCluster | None"  # how people name an executor
Result = TypeVar("Result")
Work = Callable[..., Result]
Pieces = Sequence[tuple[Any, ...]]


class Executor(Protocol):
    """Whoever does work."""

    def spread(self, work: Work[Result], pieces: Pieces) -> Iterator[tuple[int, Result]]:
        """Call `work` on each piece; give the number of the piece and the result, as they come."""
        ...


class Here:
    """Our own process: one piece after another."""

    def spread(self, work: Work[Result], pieces: Pieces) -> Iterator[tuple[int, Result]]:
        """Call `work` on each piece; give the number of the piece and the result, as they come."""
        for place, piece in enumerate(pieces):
            yield place, work(*piece)


@dataclass(frozen=True)
class Processes:
    """Processes on this machine. They start once, in about a second, and wait for more work for minutes."""

    jobs: int

    def spread(self, work: Work[Result], pieces: Pieces) -> Iterator[tuple[int, Result]]:
        """Call `work` on each piece; give the number of the piece and the result, as they come."""
        parallel = Parallel(n_jobs=self.jobs, return_as="generator_unordered", batch_size=1)
        try:
            yield from parallel(delayed(_numbered)(place, work, piece) for place, piece in enumerate(pieces))
        except PicklingError:
            raise Fault(BOUND) from None
        except BrokenProcessPool:
            raise Fault(
                f"jobs: a process ended in the middle of a run, perhaps for want of memory; {KEPT}, "
                "with fewer jobs or people."
            ) from None


@dataclass(frozen=True, eq=False)
class Cluster:
    """The workers of a Dask cluster: if one is lost, another does its work again."""

    connect: Callable[[], Client]  # asked only when there is work, for the cache may know it all

    def spread(self, work: Work[Result], pieces: Pieces) -> Iterator[tuple[int, Result]]:
        """Call `work` on each piece; give the number of the piece and the result, as they come."""
        with _failures_in_words():
            from distributed import as_completed

            _expect_to_travel(work, pieces)
            client, numbers, common = self.connect(), range(len(pieces)), {"work": work, "kit": code()}
            futures = client.map(_checked, numbers, pieces, pure=False, batch_size=AT_ONCE, **common)
            try:
                for future in as_completed(futures, loop=client.loop):
                    yield future.result()
            finally:
                if client.status == "running":
                    client.cancel(futures)  # those that nobody waits for any more


@contextmanager
def executor_of(given: Given, jobs: int = 1) -> Iterator[Executor]:
    """Give whoever is meant, and close afterwards what had to be opened for the work.

    Parameters
    ----------
    given
        None for this machine. A cluster by its client, by the address of its scheduler ("tcp://…"), or the
        cluster itself; `"dask"` for the client that is open in this session or, if there is none, for a
        cluster of processes on this machine that lives as long as the work.
    jobs
        Processes on this machine; a cluster has as many workers as it has.

    Raises
    ------
    Fault
        When there is work, and this names nobody or nobody answers.
    """
    if given is None:
        yield Here() if jobs == 1 else Processes(jobs)
        return
    with ExitStack() as opened:
        yield Cluster(cache(lambda: _client(given, jobs, opened)))


def _client(given: Given, jobs: int, opened: ExitStack) -> Client:
    """Connect to a cluster; what is opened here is left to `opened` to close."""
    from distributed import Client, LocalCluster
    from distributed.deploy import Cluster as Deployed

    if isinstance(given, Client):
        return given
    if given == DASK:
        try:
            return Client.current()
        except ValueError:  # none is open
            workers = None if jobs == 1 else jobs  # None: as many as there are cores
            local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
            given = opened.enter_context(local)
    if not isinstance(given, Deployed) and "://" not in str(given):
        raise Fault(
            f'executor: expects "dask", an address such as "tcp://10.0.0.5:8786", or a client or cluster '
            f"of Dask, was given {given!r}."
        )
    try:
        place = urlsplit(given if isinstance(given, str) else "")
        if place.scheme in ("tcp", "tls"):  # a client that has once been refused is hard to get rid of
            create_connection((place.hostname, place.port), PATIENCE).close()
        return opened.enter_context(Client(given, timeout=PATIENCE, set_as_default=False))
    except (OSError, ValueError):
        raise Fault(f"executor: nobody answers at {given}; start a scheduler there, or mend it.") from None


@contextmanager
def _failures_in_words() -> Iterator[None]:
    """Say what a cluster fails for, and what helps."""
    try:
        from distributed import KilledWorker
    except ImportError:
        raise Fault('executor: a cluster needs Dask; install it with: pip install "distributed"') from None
    try:
        yield
    except KilledWorker:
        raise Fault(
            "executor: a run cost the cluster several workers, perhaps for want of memory; "
            f"{KEPT}, with larger workers or fewer people."
        ) from None
    except ModuleNotFoundError as error:
        raise Fault(f"executor: a worker cannot import {error.name}; install it there.") from None
    except CancelledError:
        raise Fault(f"executor: the cluster is gone; {KEPT} when it is back.") from None


def _expect_to_travel(work: Work[Result], pieces: Pieces) -> None:
    """Refuse what cannot be sent before Dask tries: it would say at length that it could not."""
    import cloudpickle

    try:
        cloudpickle.dumps((work, pieces))
    except (AttributeError, PicklingError, TypeError):
        raise Fault(BOUND) from None


def _numbered(place: int, work: Work[Result], piece: tuple[Any, ...]) -> tuple[int, Result]:
    return place, work(*piece)


def _checked(place: int, piece: tuple[Any, ...], work: Work[Result], kit: str) -> tuple[int, Result]:
    """Do a piece of work on another machine, if the kit there is the same to the last letter."""
    if code() != kit:
        raise Fault(
            "executor: a worker has another version of the kit, of Python or its packages, or is another "
            "kind of machine, and might give other numbers; install the same there."
        )
    return place, work(*piece)
