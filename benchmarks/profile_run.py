"""Where the time goes: shares of a run by module, as a profiler sees them.

Work that NumPy and SciPy do in C counts for the module that asked for it. The profiler itself takes time
at each call of a Python function, so modules of many small functions look a little worse than they are.
"""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from pathlib import Path

import pandas as pd

import sim
from benchmarks.settings import core, everything, weekly_offers
from benchmarks.timing import without_collector
from sim import Scenario, simulate

PACKAGE = Path(sim.__file__).parent


def module(file: str) -> str:
    """Name the module of a source file, or the library that it belongs to."""
    path = Path(file)
    if path.is_relative_to(PACKAGE):
        return f"sim/{path.relative_to(PACKAGE).as_posix()}"
    libraries = [part for part in ("simpy", "numpy", "scipy", "pandas") if part in path.parts]
    return f"{libraries[0]} (its Python part)" if libraries else "the rest"


def shares(scenario: Scenario) -> pd.Series[float]:
    """Give each module's share of a run's time."""
    simulate(scenario.but(people=100), weekly_offers(), 1)
    profile = cProfile.Profile(builtins=False)  # C functions count for their callers
    profile.runcall(without_collector(lambda: simulate(scenario, weekly_offers(), 1).events))
    seconds: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        seconds[module(file)] += own
    return pd.Series(seconds) / seconds.total()


def profile_table(people: int, weeks: int) -> str:
    """Write both profiles as a table, the largest share of the core first."""
    both = pd.DataFrame(
        {"core": shares(core(people, weeks)), "all": shares(everything(people, weeks))}
    ).fillna(0.0)
    both = both[both.max(axis=1) >= 0.005].sort_values("core", ascending=False)
    lines = [f"| {name} | {row['core']:.0%} | {row['all']:.0%} |" for name, row in both.iterrows()]
    return "\n".join(["| module | core | all mechanisms on |", "|---|---|---|", *lines])
