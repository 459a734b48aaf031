"""Timing two programs against each other: in one process, in turns, by the processor's clock.

What runs in one thread costs processor time, and other programs on the machine disturb that far less than
they disturb a clock on the wall, which only counts where work is shared among processes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Race:
    """Seconds of both, a number a round."""

    first: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times as long the second took, a number a round."""
        return tuple(b / a for a, b in zip(self.first, self.second, strict=True))


def processor_time(work: Work, clock: Callable[[], float] = time.process_time) -> float:
    """Time one run in seconds, from a clean memory; what it returns is thrown away after the clock stops."""
    gc.collect()
    start = clock()
    result = work()
    elapsed = clock() - start
    del result
    return elapsed


def wall_time(work: Work) -> float:
    """Time one run by the clock on the wall."""
    return processor_time(work, time.perf_counter)


def race(first: Work, second: Work, rounds: int, timed: Callable[[Work], float] = processor_time) -> Race:
    """Let two programs run in turns, A B A B …"""
    times = [(timed(first), timed(second)) for _ in range(rounds)]
    return Race(*zip(*times, strict=True))


def without_collector(work: Work) -> Work:
    """Give the same program with Python's garbage collector off."""

    def quietly() -> object:
        gc.disable()
        try:
            return work()
        finally:
            gc.enable()

    return quietly
