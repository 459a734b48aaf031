"""The ledger: all claims in order, and their trials on many seeds.

The value of every seed is kept in `docs/claims.csv`, so whoever doubts a line can try a single seed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sim.claims import channels, foundations, insight, loyalty, practice, segmentation
from sim.claims.claim import Claim, Estimate, Untried, Verdict
from sim.executor import executor_of
from sim.progress import progress

SEEDS = 20
KEPT = Path(__file__).parents[2] / "docs" / "claims.csv"
COLUMNS = ["claim", "condition", "seed", "value"]
CHAPTERS = (foundations, segmentation, channels, insight, loyalty, practice)
CLAIMS: dict[str, Claim] = {
    claim.number: claim
    for claim in sorted((claim for chapter in CHAPTERS for claim in chapter.CLAIMS), key=lambda c: c.number)
}
UNTRIED: tuple[Untried, ...] = tuple(
    sorted((claim for chapter in CHAPTERS for claim in chapter.UNTRIED), key=lambda c: c.number)
)


def tried(numbers: Sequence[str], seeds: int = SEEDS, first_seed: int = 1, jobs: int = 1) -> pd.DataFrame:
    """Try claims: a row a claim, condition and seed, with the value, in the order of the ledger."""
    pieces = [(number, seed) for number in numbers for seed in range(first_seed, first_seed + seeds)]
    found: list[dict[str, float]] = [{} for _ in pieces]
    with executor_of(None, jobs) as hands, progress("claims", len(pieces)) as bar:
        for place, values in hands.spread(_try, pieces):
            found[place] = values
            bar.update()
    rows = [
        (number, condition, seed, value)
        for (number, seed), values in zip(pieces, found, strict=True)
        for condition, value in values.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _try(number: str, seed: int) -> dict[str, float]:
    """Try one claim on one seed."""
    return CLAIMS[number].trial(seed)


def kept() -> pd.DataFrame:
    """Read what was found last time."""
    return pd.read_csv(KEPT)


def verdicts(found: pd.DataFrame) -> list[Verdict]:
    """Judge each claim among some results, in the order of the ledger."""
    return [
        Verdict(
            CLAIMS[str(number)],
            tuple(
                Estimate.of(str(condition), rows["value"])
                for condition, rows in of_claim.groupby("condition", sort=False)
            ),
        )
        for number, of_claim in found.groupby("claim")
    ]
