"""Donations: people who give once a year or not at all, beside the law for them and a market that lacks it.

The law is BG/BB (Fader, Hardie & Shang 2010, Marketing Science 29(6)): each year a donor gives with a
personal probability, or has left for good. The market knows BG/NBD only, where people order whenever they
like. It gets its best chance: it is fitted to the same donors, seen as the data show them (a year with an
order, or a year without), simulated, and seen so again. All rows are in sample: the later years are not in
the file.

Shapes: H histories, N nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.special import betaln, comb, roots_legendre

from sim import Plan, Scenario, collect
from sim.clock import MINUTES_A_WEEK
from sim.clv.likelihood import Fit, maximum_likelihood
from sim.datasets import load_donations
from sim.events import Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.shopping import Parameters as Shopping
from sim.run import Run
from sim.validation.row import Band, Row

Floats = npt.NDArray[np.float64]
Years = npt.NDArray[np.int64]
Chances = Callable[[Floats, Years, Years], Floats]  # of histories, at a law's parameters

YEARS = 6
NODES = 40  # of the quadrature: twice as many move no estimate by a part in a thousand
YEAR = 26  # weeks of the market: BG/NBD does not mind how long a year is, and a shorter one runs sooner
PUBLISHED = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}  # Fader, Hardie & Shang 2010
LAW, MARKET = "BG/BB law", "a BG/NBD market"
NAMES = (
    "never again",
    *(f"in {number} of six years" for number in ("one", "two", "three", "four", "five")),
    "in all six years",
)
LAST = "in the sixth year"

ABOUT = """## Once a year or not at all: donors

11 104 people first gave to a radio station in 1995. Of each of the next six years it is known whether they
gave again (`datasets/donations.md`). Such data are discrete (离散): a year counts once. Their law is BG/BB:
Fader, Hardie & Shang 2010, Marketing Science 29(6).

No market of this kit has that law. In BG/NBD people order whenever they like. *A BG/NBD market* is its best
try: fitted to the same donors, simulated, and then looked at once a year, as the data look at donors. All is
in sample, since the file holds no later years. So the rows judge the form of the law, not a forecast.
"""


def rows(seeds: int, jobs: int = 1) -> Iterator[Row]:
    """Hold the donors against their law and against many seeds of the market."""
    donors = load_donations()
    real, law = shares(donors, donors["donors"].to_numpy(float)), expected(probability, fitted(donors))
    found = collect(market(as_orders(donors)), Plan(), giving, seeds, jobs=jobs)  # (seeds, 8)
    people = int(donors["donors"].sum())
    for place, name in enumerate([*NAMES, LAST]):
        share = float(real[place])
        yield Row(
            name=f"gave {name}",
            form="share",
            real=Band.within(share, sqrt(share * (1 - share) / people)),
            markets={LAW: Band(float(law[place])), MARKET: Band.over(found[:, place])},
            sample="in",
        )


def shares(histories: pd.DataFrame, weights: Floats) -> Floats:
    """Give the share of donors by years with a gift, 0 to 6, and of those who gave in the last: (8,)."""
    gifts = np.bincount(histories["gifts"], weights, YEARS + 1)
    last = weights[histories["last_year"].to_numpy() == YEARS].sum()
    return np.append(gifts, last) / weights.sum()


def likelier() -> str:
    """Say how much less likely the market's law makes what the donors did, for the page."""
    donors = load_donations()
    law, market = fitted(donors), as_orders(donors)
    published = ", ".join(f"{name} {value:.3f}" for name, value in PUBLISHED.items())
    found = ", ".join(f"{name} {value:.3f}" for name, value in law.estimates.items())
    return (
        f"BG/BB, fitted here: {found}; published: {published}. With as many parameters, the log-likelihood "
        f"of BG/NBD is {law.log_likelihood - market.log_likelihood:.0f} lower: who orders at random times "
        "cannot be so regular. Do not use these markets for customers who come once a year.\n"
    )


# -- the law ---------------------------------------------------------------------------------------


def fitted(donors: pd.DataFrame) -> Fit:
    """Fit BG/BB to the donors, by maximum likelihood."""
    return most_likely(probability, donors, dict.fromkeys(PUBLISHED, 1.0))


def most_likely(chances: Chances, donors: pd.DataFrame, start: dict[str, float]) -> Fit:
    """Fit a law to the donors that tells how likely each history is."""
    gifts, last, weights = (donors[name].to_numpy() for name in ("gifts", "last_year", "donors"))
    return maximum_likelihood(lambda values: float(weights @ np.log(chances(values, gifts, last))), start)


def probability(values: Floats, gifts: Years, last: Years) -> Floats:
    """Give how likely BG/BB makes it to give in certain years, of which these are the number and the last.

    Shape (H,). Either the donor is still there after the last year, or has left before one of the years
    since the last gift.
    """
    alpha, beta, gamma, delta = values

    def until(year: Years) -> Floats:  # there until then, with so many gifts
        return np.asarray(betaln(alpha + gifts, beta + year - gifts) - betaln(alpha, beta))

    there = np.exp(until(np.full_like(gifts, YEARS)) + betaln(gamma, delta + YEARS) - betaln(gamma, delta))
    for year in range(YEARS):
        reached = np.maximum(year, last)
        left = betaln(gamma + 1, delta + reached) - betaln(gamma, delta)
        there += np.where(year >= last, np.exp(until(reached) + left), 0.0)
    return there


def expected(chances: Chances, law: Fit) -> Floats:
    """Give the shares that a law expects, as `shares` does; (8,)."""
    pairs = [(0, 0), *((gifts, last) for last in range(1, YEARS + 1) for gifts in range(1, last + 1))]
    histories = pd.DataFrame(pairs, columns=["gifts", "last_year"])
    gifts, last = histories["gifts"].to_numpy(), histories["last_year"].to_numpy()
    ways = np.where(gifts > 0, comb(last - 1, gifts - 1), 1.0)  # which of the years before the last
    return shares(histories, ways * chances(np.array(list(law.estimates.values())), gifts, last))


# -- the market ------------------------------------------------------------------------------------


def as_orders(donors: pd.DataFrame) -> Fit:
    """Fit BG/NBD to what the data show of its orders: whether there was one in a year; time in years."""
    return most_likely(orders_probability, donors, {"r": 1.0, "alpha": 1.0, "a": 0.5, "b": 2.0})


def orders_probability(values: Floats, gifts: Years, last: Years) -> Floats:
    """Give how likely BG/NBD, at (r, alpha, a, b), makes it to order in certain years.

    Shape (H,), as `probability`; by quadrature over rates (N,) and chances to leave (N, 1). A year has no
    order; or some, and the customer is still there; or some, and left at one. All came at some time of the
    year before, and may have ordered again, and left, in what remained of it.
    """
    r, alpha, a, b = values
    places, weight = roots_legendre(NODES)
    share, weight = (places + 1) / 2, np.outer(weight, weight) / 4  # of the people, from the lowest
    rate, leave = stats.gamma.ppf(share, r) / alpha, stats.beta.ppf(share, a, b)[:, None]
    none, stayed = np.exp(-rate), np.exp(-rate * leave)
    came = -np.expm1(-rate * leave) / (rate * leave)  # still there when the first year begins
    some = stayed - none
    found = []
    for number, year in zip(gifts.tolist(), last.tolist(), strict=True):
        quiet = none ** (YEARS - year)  # and still there
        before = none ** (year - number) * some ** max(number - 1, 0)
        chance = came * before * (some * quiet + 1 - stayed) if number else came * quiet + 1 - came
        found.append(float((weight * chance).sum()))
    return np.array(found)


def market(law: Fit) -> Scenario:
    """Make a market of as many people, who all come in the year before the first that is counted."""
    r, alpha, a, b = law.estimates.values()
    shopping = Shopping(
        rate_shape=r,
        rate_scale=alpha * YEAR,
        dropout_a=a,
        dropout_b=b,
        spend_shape=1.0,
        spend_spread=2.0,
        spend_scale=1.0,
    )
    return Scenario(
        name="donors as shoppers",
        people=int(load_donations()["donors"].sum()),
        weeks=(1 + YEARS) * YEAR,
        margin=1.0,
        entry=Entry(present_share=0.0, entry_weeks=YEAR),
        shopping=shopping,
    )


def giving(run: Run) -> Floats:
    """Count the years with an order, as `shares` does; shape (8,)."""
    orders = run.events.of(Kind.ORDER)
    gave = np.zeros((run.scenario.people, 1 + YEARS), bool)
    gave[orders.person, orders.minute // MINUTES_A_WEEK // YEAR] = True
    later = gave[:, 1:]  # the first year holds all first gifts
    gifts = np.bincount(later.sum(axis=1), minlength=YEARS + 1)
    return np.append(gifts, later[:, -1].sum()) / len(gave)
