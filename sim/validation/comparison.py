"""The comparison of the real cohort with simulated ones: all rows about customers without a contract."""

from __future__ import annotations

import numpy as np

from sim import Plan, collect, load_scenario
from sim.chance import Luck
from sim.datasets import load_cdnow
from sim.validation.cohort import Floats, measured, of_market, resampled
from sim.validation.measure import MEASURES
from sim.validation.row import Band, Row

MARKETS = {"plain BG/NBD": "cdnow_plain", "with dormancy": "cdnow"}  # as the page calls them: scenarios
DRAWING = Luck(1)  # chooses who is drawn again in the bootstrap


def rows(seeds: int, draws: int, jobs: int = 1) -> dict[str, Row]:
    """Measure the real cohort and those of many seeds of each market.

    Parameters
    ----------
    seeds
        Simulated cohorts of each market.
    draws
        Bootstrap draws of the real customers.
    jobs
        Processes to share the work.

    Returns
    -------
    A row for each of `MEASURES`.
    """
    orders = load_cdnow()
    real = measured(orders)
    redrawn = np.array([list(measured(resampled(orders, DRAWING, draw)).values()) for draw in range(draws)])
    swing = dict(zip(real, map(Band.over, redrawn.T), strict=True))
    seen = {
        name: dict(zip(real, map(Band.over, cohorts(scenario, seeds, jobs).T), strict=True))
        for name, scenario in MARKETS.items()
    }
    return {
        key: Row(
            name=what.name,
            form=what.form,
            real=Band(real[key], swing[key].low, swing[key].high),
            markets={name: bands[key] for name, bands in seen.items()},
            sample=what.sample,
            published=what.published,
            matters=what.matters,
        )
        for key, what in MEASURES.items()
    }


def cohorts(scenario: str, seeds: int, jobs: int = 1) -> Floats:
    """Measure a cohort for each seed of a market; shape (seeds, measures)."""
    return collect(load_scenario(scenario), Plan(), of_market, seeds, jobs=jobs)
