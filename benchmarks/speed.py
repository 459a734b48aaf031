"""Speed: the kit beside each peer, and a check that they did the same work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from benchmarks import cdnow_generator, idiomatic, limit
from benchmarks.settings import cdnow, core, everything, everything_at_once, weekly_offers, whole
from benchmarks.timing import Race, processor_time, race, without_collector
from sim import Plan, Scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Events, Kind

COMPARED = (
    Kind.ORDER,
    Kind.DISCOUNT,
    Kind.SENT,
    Kind.OPENED,
    Kind.CLICKED,
    Kind.TICKET,
    Kind.RESOLVED,
    Kind.LEFT,
)
COMMON = 2_000  # events rarer than this differ by luck alone
SEED = 1
Measured = tuple[str, tuple[float, ...]]


def kit(scenario: Scenario, plan: Plan | None = None, focus: Iterable[int] = (), seed: int = SEED) -> Events:
    """Run the kit and give its whole log."""
    return simulate(scenario, weekly_offers() if plan is None else plan, seed, focus).events


def counts(scenario: Scenario, seed: int = SEED) -> pd.DataFrame:
    """Count what happened in the kit and in the peers that play the core, a row a kind of event."""
    events = Counter(kit(scenario, seed=seed).kind.tolist())
    log = Counter(kind for _, _, kind, _ in idiomatic.simulate(scenario, seed))
    bulk, _ = limit.simulate(scenario, seed)
    rows = {
        kind.name.lower(): (events[kind], log[kind.name.lower()], bulk.get(kind, np.nan)) for kind in COMPARED
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["kit", "idiomatic", "limit"], dtype=float)


def weeks_with_orders(scenario: Scenario, seed: int = SEED) -> tuple[int, int]:
    """Count pairs of a customer and a week with an order: in the kit, and in the Lifetimes generator."""
    events = kit(scenario, Plan(), seed=seed)
    pairs = np.unique(events.person.astype(np.int64) * scenario.weeks + events.minute // MINUTES_A_WEEK)
    return len(pairs), int(cdnow_generator.simulate(scenario, seed)["frequency"].sum())


def check(table: pd.DataFrame, tolerance: float = 0.10) -> None:
    """Refuse to compare programs that did not do the same work.

    Raises
    ------
    ValueError
        If a peer's orders differ by more than half the tolerance, or another common event by more.
    """
    common = table[table["kit"] >= COMMON]
    apart = (common[["idiomatic", "limit"]].div(common["kit"], axis=0) - 1).abs()
    allowed = np.where(common.index == "order", tolerance / 2, tolerance)
    if (apart.gt(allowed, axis=0)).any(axis=None):
        raise ValueError(f"the programs did not do the same work:\n{table}")


def against_idiomatic(people: int, weeks: int, rounds: int) -> Race:
    """Time the core against idiomatic SimPy, in a market of some size."""
    market = core(people, weeks)
    return race(partial(kit, market), partial(idiomatic.simulate, market, SEED), rounds)


def whole_against_idiomatic(people: int, weeks: int, rounds: int) -> Race:
    """Time every mechanism there is against idiomatic SimPy's bare core, in a market of some size."""
    peer = partial(idiomatic.simulate, core(people, weeks), SEED)
    return race(partial(kit, whole(people, weeks)), peer, rounds)


def rows(people: int, weeks: int, rounds: int) -> Iterator[Measured]:
    """Measure all ratios that are taken at one size."""
    market = core(people, weeks)
    peer, bare = partial(idiomatic.simulate, market, SEED), partial(kit, market)
    still = without_collector
    yield "collector", race(still(bare), still(peer), rounds).ratios
    yield "everything", race(partial(kit, everything(people, weeks)), peer, rounds).ratios
    yield "full", race(partial(kit, everything(people, weeks), everything_at_once()), peer, rounds).ratios
    yield "whole", whole_against_idiomatic(people, weeks, rounds).ratios
    for size in (200, 1_000):
        lives = partial(kit, market, focus=range(min(size, people)))
        yield f"focus_{size}", race(lives, peer, rounds).ratios
    yield "limit", race(bare, partial(limit.simulate, market, SEED), rounds).ratios
    shoppers = cdnow(people, weeks)
    generator = partial(cdnow_generator.simulate, shoppers, SEED)
    yield "lifetimes", race(partial(kit, shoppers, Plan()), generator, rounds).ratios


def growth(people: int, weeks: int) -> float:
    """Give how many times as long ten times as many people take."""
    few, many = (partial(kit, core(size, weeks)) for size in (people, 10 * people))
    return processor_time(many) / processor_time(few)
