"""The mailing: one e-mail without an offer, to people chosen by lot, here and in a published test.

The test is Hillstrom 2008, "The MineThatData e-mail analytics and data mining challenge" (20 March 2008,
blog.minethatdata.com): 64 000 customers with an order in the last twelve months, a third of them without an
e-mail, the others with one on men's or on women's goods, watched for two weeks. Figures are rounded as
given here; their sampling error follows from the sizes of the groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
import numpy.typing as npt

from sim import Campaign, Plan, Segment, at_most, collect, load_scenario
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.events import Kind
from sim.post import SEND_MINUTE
from sim.run import Run
from sim.validation.row import Band, Row

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """A group of the published test."""

    customers: int
    visited: float  # share, within two weeks
    bought: float


WITHOUT = Arm(21_306, 0.106, 0.0057)
MAILS = {"men's e-mail": Arm(21_307, 0.183, 0.0125), "women's e-mail": Arm(21_387, 0.151, 0.0088)}

MARKET = "supermarket"
PEOPLE = 193_000  # of whom as many are chosen as Hillstrom had customers
SENT, WATCHED = 26, 2  # week of the e-mail, and weeks watched
SILENT = 13  # weeks without an order: customers more like Hillstrom's
GROUPS = ("all customers", "silent customers")


def trials(seeds: int, jobs: int = 1, people: int = PEOPLE) -> Floats:
    """Let many seeds of the supermarket live through the test; shape (seeds, 2, 4), as `trial` gives them."""
    weeks = SENT + WATCHED + 1  # the e-mail goes out at nine, so two weeks end in the third
    scenario = load_scenario(MARKET, people).but(weeks=weeks)
    return collect(scenario, plan(), trial, seeds, jobs=jobs)


def rows(tests: Floats) -> Iterator[Row]:
    """Hold the published test against the mean of all tests here, which is known better."""
    without, more, times, clicked = (_means(tests[:, :, place]) for place in range(4))
    base = Band.within(WITHOUT.bought, _error(WITHOUT.bought, WITHOUT.customers))
    yield Row("buyers without an e-mail", "rate", base, without, judged_by="nobody")
    for name, mail in MAILS.items():
        real = _difference(mail.bought, WITHOUT.bought, mail.customers)
        yield Row(f"{name}: buyers more, in points", "points", real, more, judged_by="real")
    for name, mail in MAILS.items():
        real = _ratio(mail.bought, WITHOUT.bought, mail.customers)
        yield Row(f"{name}: buyers, times as many", "times", real, times, judged_by="real")
    for name, mail in MAILS.items():
        real = _difference(mail.visited, WITHOUT.visited, mail.customers)
        yield Row(f"{name}: visits more, in points; here clicks", "points", real, clicked, judged_by="real")


def one_test(tests: Floats) -> Band:
    """Give how many more buyers, as a share of all customers written to, a single test may find."""
    return Band.within(float(tests[:, 0, 1].mean()), float(tests[:, 0, 1].std(ddof=1)))


def _means(values: Floats) -> dict[str, Band]:
    """Give the mean of each group over tests, values being (seeds, 2), with the margin of that mean."""
    errors = values.std(axis=0, ddof=1) / sqrt(len(values))
    means = zip(values.mean(axis=0).tolist(), errors.tolist(), strict=True)
    return {group: Band.within(*mean) for group, mean in zip(GROUPS, means, strict=True)}


def plan() -> Plan:
    """Send one e-mail to all customers of the last year who may be written to, but a third by lot."""
    year = Segment(recency_weeks=at_most(WEEKS_A_YEAR))
    return Plan(campaigns=(Campaign(to=year, first_week=SENT, until_week=SENT + 1, holdout=1 / 3),))


def trial(run: Run) -> Floats:
    """Measure a run's test: buyers without, difference, ratio, clicks a message: (2, 4), by `GROUPS`."""
    start = SENT * MINUTES_A_WEEK + SEND_MINUTE
    sent, alone = (run.events.of(kind).person for kind in (Kind.SENT, Kind.HELD_OUT))
    bought = _active(run, Kind.ORDER, start, start + WATCHED * MINUTES_A_WEEK)
    clicked = _active(run, Kind.CLICKED, start, start + WATCHED * MINUTES_A_WEEK)
    silent = ~_active(run, Kind.ORDER, start - SILENT * MINUTES_A_WEEK, start)
    found = []
    for some in (np.ones_like(silent), silent):
        mailed, control = sent[some[sent]], alone[some[alone]]
        rate, base = bought[mailed].mean(), bought[control].mean()
        found.append((base, rate - base, rate / base, clicked[mailed].mean()))
    return np.array(found)


def _active(run: Run, kind: Kind, start: int, end: int) -> npt.NDArray[np.bool_]:
    """Tell for each person whether such an event fell between two minutes; shape (people,)."""
    events = run.events.of(kind)
    active = np.zeros(run.scenario.people, bool)
    active[events.person[(events.minute >= start) & (events.minute < end)]] = True
    return active


def _error(share: float, customers: int) -> float:
    return sqrt(share * (1 - share) / customers)


def _difference(one: float, other: float, customers: int) -> Band:
    return Band.within(one - other, hypot(_error(one, customers), _error(other, WITHOUT.customers)))


def _ratio(one: float, other: float, customers: int) -> Band:
    """Give the ratio of two shares, with the normal band of its logarithm."""
    error = hypot(_error(one, customers) / one, _error(other, WITHOUT.customers) / other)
    ends = Band.within(float(np.log(one / other)), error)
    return Band(*np.exp([ends.middle, ends.low, ends.high]).tolist())
