"""Measure everything, print the table, and write it to the README: `python -m benchmarks`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from benchmarks import memory, report, scale, speed, variance
from benchmarks.profile_run import profile_tables
from benchmarks.settings import PEOPLE, WEEKS, cdnow, core


class Sizes(NamedTuple):
    """How much is measured."""

    people: int = PEOPLE
    weeks: int = WEEKS
    rounds: int = 5
    others: tuple[int, ...] = (1_000, 100_000)  # sizes at which the main ratio is also taken
    wholes: tuple[int, ...] = (20_000, 100_000)  # at which that of every mechanism is
    grown_from: int | None = 100_000
    weighed: int = 100_000  # people whose memory is measured
    seeds: int = 40


def quick(sizes: Sizes) -> Sizes:
    """Give small sizes, for a first look."""
    return sizes._replace(
        rounds=min(sizes.rounds, 3), others=(1_000,), wholes=(), grown_from=None, weighed=20_000, seeds=10
    )


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small markets, a few minutes; only printed")
    parser.add_argument("--rounds", type=int, default=Sizes().rounds, help="rounds of each ratio")
    parser.add_argument("--people", type=int, default=PEOPLE, help="people in the market of the main rows")
    parser.add_argument("--profile", action="store_true", help="only print where the time goes")
    return parser.parse_args()


def measure(sizes: Sizes) -> Iterator[speed.Measured]:
    """Measure row after row: memory first, while this process is small."""
    yield from memory.rows(sizes.weighed, sizes.weeks)
    yield "core", speed.against_idiomatic(sizes.people, sizes.weeks, sizes.rounds).ratios
    for people in sizes.others:
        rounds = sizes.rounds if people <= sizes.people else 1
        yield f"core_{people}", speed.against_idiomatic(people, sizes.weeks, rounds).ratios
    yield from speed.rows(sizes.people, sizes.weeks, sizes.rounds)
    for people in sizes.wholes:
        rounds = sizes.rounds if people <= 2 * sizes.people else 1
        yield f"whole_{people}", speed.whole_against_idiomatic(people, sizes.weeks, rounds).ratios
    if sizes.grown_from:
        yield "growth", (speed.growth(sizes.grown_from, sizes.weeks),)
    yield from variance.rows(2_000, sizes.weeks, sizes.seeds)
    yield from scale.rows(sizes.people, sizes.weeks, sizes.rounds)


def counted(sizes: Sizes) -> str:
    """Write down that kit and peers did the same work, or stop."""
    table = speed.counts(core(sizes.people, sizes.weeks))
    speed.check(table)
    ours, theirs = speed.weeks_with_orders(cdnow(sizes.people, sizes.weeks))
    lines = [
        f"| {kind} | " + " | ".join(_count(number) for number in row) + " |" for kind, row in table.iterrows()
    ]
    head = "| events | kit | idiomatic SimPy | NumPy limit | Lifetimes |\n|---|---|---|---|---|"
    last = f"| weeks with an order (CDNOW) | {_count(ours)} | | | {_count(theirs)} |"
    return "\n".join([head, *(line.rstrip("|") + "| |" for line in lines), last])


def _count(number: float) -> str:
    return "–" if pd.isna(number) else f"{number:,.0f}".replace(",", " ")


def main() -> None:
    """Do what the command line says."""
    given = options()
    sizes = Sizes(people=given.people, rounds=given.rounds)
    sizes = quick(sizes) if given.quick else sizes
    if given.profile:
        print("\n\n".join(profile_tables(sizes.people, sizes.weeks)))
        return
    parts, measured = [report.machine(), counted(sizes)], dict[str, tuple[float, ...]]()
    print("\n\n".join(parts), end="\n\n")
    for name, values in measure(sizes):
        measured[name] = values
        print(report.table({name: values}).splitlines()[-1], flush=True)
    parts[1:1] = [report.table({name: measured[name] for name in report.TARGETS if name in measured})]
    profiles = profile_tables(sizes.people, sizes.weeks)
    parts += profiles
    print("\n" + "\n\n".join(profiles))
    if not given.quick:
        report.write(report.titled(*parts))


if __name__ == "__main__":
    main()
