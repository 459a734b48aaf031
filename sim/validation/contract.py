"""Contracts: two published cohorts of subscribers, year after year, beside sBG and the market.

sBG is fitted to years 0-7 and judged on years 8-12. The market is one with nothing but renewal. It counts
terms and not weeks, so its years are short ones. A cohort has 1 000 customers, as is assumed of the real.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import numpy.typing as npt

from sim import Plan, Scenario, collect
from sim.clock import MINUTES_A_WEEK
from sim.clv import Sbg
from sim.datasets import load_renewals
from sim.events import Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.renewal import Parameters as Renewal
from sim.run import Run
from sim.validation.row import Band, Row

COHORTS = {"high_end": "dearer service", "regular": "ordinary service"}
CUSTOMERS = 1000
FITTED, YEARS = 7, 12
TERM = 4  # weeks: sBG and this market count terms, however long they are
SHOWN = (1, 4, 7, 8, 9, 10, 11, 12)  # years
LAW, MARKET = "sBG law", "the market"
MATTERS = "It decides what a contract, and a point of retention, is worth."


def rows(seeds: int, jobs: int = 1) -> Iterator[Row]:
    """Hold the staying customers of both cohorts against the law and against many seeds of the market."""
    real = load_renewals()
    for cohort, service in COHORTS.items():
        law = fitted(cohort)
        lives = collect(market(law), Plan(), staying, seeds, jobs=jobs)  # (seeds, years)
        for year in SHOWN:
            share = float(real[cohort][year]) / CUSTOMERS
            yield Row(
                name=f"{service}, still there after year {year}",
                form="share",
                real=Band.within(share, sqrt(share * (1 - share) / CUSTOMERS)),
                markets={LAW: Band(float(law.survival(year))), MARKET: Band.over(lives[:, year])},
                sample="in" if year <= FITTED else "out",
                matters=MATTERS,
            )


def fitted(cohort: str) -> Sbg:
    """Fit sBG to the first seven years of a cohort."""
    return Sbg.fit(load_renewals()[cohort][: FITTED + 1].tolist())


def market(law: Sbg) -> Scenario:
    """Make a market in which customers under contract do nothing but renew, or not."""
    return Scenario(
        name="one cohort under contract",
        people=CUSTOMERS,
        weeks=YEARS * TERM + 1,
        margin=1.0,
        entry=Entry(present_share=0.0, entry_weeks=1),
        renewal=Renewal(fees=(1.0,), bill_weeks=TERM, term_bills=1, leave_a=law.alpha, leave_b=law.beta),
    )


def staying(run: Run) -> npt.NDArray[np.float64]:
    """Give the share of a cohort still there after 0, 1, … 12 terms; shape (13,)."""
    ended = run.events.of(Kind.CANCELLED).minute // (TERM * MINUTES_A_WEEK)  # all began in the first week
    lost = np.bincount(ended, minlength=YEARS + 1)[: YEARS + 1]
    return 1 - np.cumsum(lost) / run.scenario.people
