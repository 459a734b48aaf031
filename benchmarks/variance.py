"""Variance: how much quieter a difference is between twins than between markets of other seeds.

Both ways have the same mean. Other seeds: a run with one plan less a run of another seed with the other
plan. Twins: two runs of one seed. The ratio is how many times as many runs the other seeds would need.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from benchmarks.settings import busy_desk, everything
from sim import Plan, Scenario, load_plan, simulate

Floats = npt.NDArray[np.float64]
FEW, MANY = 1, 3  # agents


def outcomes(scenario: Scenario, plan: Plan, seeds: int) -> dict[str, Floats]:
    """Give all metrics of a plan by name, a value a seed."""
    runs = [simulate(scenario, plan, seed).metrics for seed in range(1, seeds + 1)]
    return {name: np.array([metrics[name] for metrics in runs]) for name in runs[0]}


def gain(first: Floats, second: Floats) -> float:
    """Variance of differences between all unlike seeds over that between like seeds."""
    differences = first[:, None] - second[None, :]
    unlike = differences[~np.eye(len(first), dtype=bool)]
    return float(unlike.var() / np.diag(differences).var())


def interval(first: Floats, second: Floats, draws: int = 1_000) -> tuple[float, float, float]:
    """Give the gain between the ends of its 90 % bootstrap interval over seeds."""
    chance, seeds = np.random.default_rng(1), len(first)
    samples = []
    for _ in range(draws):
        who = chance.integers(seeds, size=seeds)
        spread = first[who].var() + second[who].var()  # a seed drawn twice would pair with itself
        samples.append(spread / (first[who] - second[who]).var())
    low, high = np.quantile(samples, [0.05, 0.95])
    return float(low), gain(first, second), float(high)


def rows(people: int, weeks: int, seeds: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Measure the gain for a policy and for a staffing decision."""
    market, nothing = everything(people, weeks), Plan()
    before, after = (outcomes(market, plan, seeds) for plan in (nothing, load_plan("win_back")))
    yield "policy", interval(before["profit"], after["profit"])
    desk = busy_desk(people, weeks)
    staffed = (nothing.but(service=nothing.service.but(agents=agents)) for agents in (FEW, MANY))
    few, many = (outcomes(desk, plan, seeds) for plan in staffed)
    yield "staffing", interval(few["contribution"], many["contribution"])
    yield "answers", interval(few["sla_answer"], many["sla_answer"])
