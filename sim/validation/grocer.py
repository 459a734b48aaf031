"""The grocer: how concentrated a year's purchases are, and how many take a coupon, beside sample data.

The sample data are The Complete Journey (`datasets/journey.md`), which its authors call simulated on real
patterns: no evidence, but a scale. The supermarket was not calibrated to them. It is run with a weekly
coupon for all (the ready-made plan "mass mailing"), as that grocer gives coupons too, and its second year
is measured, so that people have had time to come and to go.

Both are brought into one table, a row a household, and measured by the same function.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import collect, load_plan, load_scenario
from sim.chance import Luck, Purpose
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.concentration import gini, top_share
from sim.datasets import load_journey
from sim.events import BILL, Events, Kind
from sim.run import Run
from sim.validation.row import Band, Row

Floats = npt.NDArray[np.float64]

SCENARIO, PLAN = "supermarket", "mass_mailing"
PEOPLE = 4_000  # so many that about as many buy in the second year as the sample data have households
CAMPAIGN = 6  # weeks: about as long as most of that grocer's campaigns
MARKET = "supermarket, weekly coupon"
DRAWING = Luck(2)  # chooses which households are drawn again in the bootstrap

ABOUT = """## A grocer's sample data: how concentrated, how many coupons

The Complete Journey (`datasets/journey.md`) has a year of 2 469 households. Its authors call it **simulated,
on real patterns**: it is *sample data*, a scale to lay beside the supermarket, and no evidence. Nothing was
calibrated to it. The supermarket runs with a weekly 10 % coupon (优惠券) by e-mail, the plan `mass_mailing`,
and its second year is measured, on those who bought in it.

- *Comparable*: revenue and visits of a year, by household, and how they are spread.
- *Not alike*: who is looked at. Those households were chosen for shopping often, so they are busier, and
  probably more like one another, than all customers of their grocer. The verdicts do not allow for that.
- *Not comparable*, so without a verdict: how often people come, and coupons. Theirs are for certain products,
  on paper, good for five to eight weeks, and not sent to everybody. Here one is 10 % off everything in the
  week after a click, sent to all who may be written to; six weeks of it count as a campaign. And a card
  gives lower prices in five of six of their baskets, which the supermarket does not have.
"""
ABSENT = "The package with these data was not installed when this page was written.\n"

MEASURES = {  # name, form, and whether the definitions are near enough to judge by
    "top_share": ("revenue share of the top fifth of households, a year", "share", True),
    "gini": ("Gini index of households' revenue, a year", "index", True),
    "top_visits": ("share of all baskets that the busiest fifth buys, a year", "share", True),
    "baskets": ("baskets a household, a year", "number", False),
    "basket": ("revenue a basket", "dollars", False),
    "with_coupon": ("baskets with a coupon", "share", False),
    "redeemed": ("took a coupon, of those sent a campaign", "share", False),
}


def rows(seeds: int, draws: int, jobs: int = 1) -> Iterator[Row]:
    """Hold the sample data against many seeds of the supermarket.

    Raises
    ------
    Fault
        If the package with the sample data is not installed.
    """
    sample = households_of_journey()
    middle = measured(sample)
    swing = np.array([measured(redrawn(sample, draw)) for draw in range(draws)])
    market = load_scenario(SCENARIO, PEOPLE)
    found = collect(market, load_plan(PLAN), of_run, seeds, jobs=jobs)  # (seeds, 7)
    for place, (name, form, alike) in enumerate(MEASURES.values()):
        ends = Band.over(swing[:, place])
        yield Row(
            name=name,
            form=form,
            real=Band(float(middle[place]), ends.low, ends.high),
            markets={MARKET: Band.over(found[:, place])},
            judged_by="market" if alike else "nobody",
        )


def measured(households: pd.DataFrame) -> Floats:
    """Measure a year of households, in the order of `MEASURES`.

    Parameters
    ----------
    households
        A row each, with `revenue` (currency), `baskets`, `with_coupon` (baskets), `sent` (campaigns) and
        `redeemed` (campaigns of which a coupon was taken); who bought nothing in the year is left out.
    """
    whole = households.sum()
    return np.array(
        [
            top_share(households["revenue"]),
            gini(households["revenue"]),
            top_share(households["baskets"]),
            whole["baskets"] / len(households),
            whole["revenue"] / whole["baskets"],
            whole["with_coupon"] / whole["baskets"],
            whole["redeemed"] / whole["sent"],
        ]
    )


def redrawn(households: pd.DataFrame, draw: int) -> pd.DataFrame:
    """Draw as many households as there are, some twice and some not at all (bootstrap, Efron 1979)."""
    lots = DRAWING.uniform(Purpose.RESAMPLE, np.arange(len(households)), draw)
    return households.iloc[(lots * len(households)).astype(np.int64)]


def of_run(run: Run) -> Floats:
    """Measure the second year of a run, in the order of `MEASURES`."""
    return measured(households_of_run(run))


def households_of_journey() -> pd.DataFrame:
    """Give the households of the sample data as `measured` wants them.

    Raises
    ------
    Fault
        If the package with the sample data is not installed.
    """
    names = ["household_id", "basket_id", "sales_value", "coupon_disc"]
    baskets = load_journey("transactions", names).groupby(["household_id", "basket_id"]).sum()
    by_household = baskets.groupby(level="household_id")
    found = load_journey("coupon_redemptions", ["household_id", "campaign_id"]).drop_duplicates()
    table = {
        "revenue": by_household["sales_value"].sum(),
        "baskets": by_household.size(),
        "with_coupon": (baskets["coupon_disc"] > 0).groupby(level="household_id").sum(),
        "sent": load_journey("campaigns")["household_id"].value_counts(),
        "redeemed": found["household_id"].value_counts(),
    }
    return pd.DataFrame(table).fillna(0)


def households_of_run(run: Run) -> pd.DataFrame:
    """Give those who bought in a run's second year as `measured` wants them.

    Each six weeks of the weekly coupon count as a campaign, for everybody who was written to in them.
    """
    events = run.events.where(run.events.minute >= WEEKS_A_YEAR * MINUTES_A_WEEK)
    orders, people = events.of(Kind.ORDER), run.scenario.people
    money = np.zeros(people)
    for kind, sign in BILL.items():
        np.add.at(money, events.of(kind).person, sign * events.of(kind).value / 100)
    sent, taken = _campaigns(events.of(Kind.SENT), people), _campaigns(events.of(Kind.DISCOUNT), people)
    table = pd.DataFrame(
        {
            "revenue": money,
            "baskets": np.bincount(orders.person, minlength=people),
            "with_coupon": np.bincount(orders.person[orders.ref > 0], minlength=people),
            "sent": sent.sum(axis=1),
            "redeemed": (sent & taken).sum(axis=1),
        }
    )
    return table[table["baskets"] > 0]


def _campaigns(events: Events, people: int) -> npt.NDArray[np.bool_]:
    """Tell who has such an event in each campaign of the year; shape (people, campaigns)."""
    number = (events.minute // MINUTES_A_WEEK - WEEKS_A_YEAR) // CAMPAIGN
    found = np.zeros((people, -(-WEEKS_A_YEAR // CAMPAIGN)), bool)
    found[events.person, number] = True
    return found
