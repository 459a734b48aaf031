"""Stewardship: how clean the firm's customer data are, and what keeping them clean costs.

People mistype names, open a second customer number, swap day and month. Such dirt changes nobody's life in
the market; it stands in what the firm hands over for analysis (`run.export`), where duplicates count twice
and one order in cents looks like a hundred. A firm may pay people who look for it. Each mistake is found in
a week with the chance

    found = speed x (1 - exp(-cleaning / worth)) x done share

so that what was spoilt long ago is found more often than what was spoilt yesterday.

Some people order and write under two accounts, such as a shop card and a web account, and the firm keeps two
records of them (`sim.split`): this does change what it sees, whom it writes to, and how often. Under contract
nobody has two. Integration of the channels finds in a week, of those who stand in two records,

    merged = speed x integration x done share

Who cleans and integrates is paid in full. What comes of it is only as much as the firm's people live by
(`processes/rollout.py`): a done share of 1 without roll-out, and none of a tool that nobody uses.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.chance import Floats, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

FINDING = 4_094  # the week under which luck keeps who is found; `sim.split` uses those below, and the last

ERRORS = "Redman 1998, Communications of the ACM 41(2): 0.5 to 30 % of fields are wrong; sizes assumed"


class Parameters(Data):
    """How dirty the data are, before anybody cleans them."""

    duplicate_share: float = parameter(
        "customers who are entered a second time under a new number", "share", ERRORS, 0.05, ge=0, le=1
    )
    changed_share: float = parameter(
        "of name, phone, e-mail and town, what a second entry says otherwise",
        "share of details",
        ASSUMED,
        0.3,
        ge=0,
        le=1,
    )
    misspelt_share: float = parameter(
        "names with a typing mistake", "share of entries", ERRORS, 0.02, ge=0, le=1
    )
    gap_share: float = parameter(
        "details of customers that nobody filled in", "share of details", ERRORS, 0.03, ge=0, le=1
    )
    wrong_date_share: float = parameter(
        "dates with day and month swapped, or where that is no date, a year off",
        "share of dates",
        ERRORS,
        0.01,
        ge=0,
        le=1,
    )
    wrong_unit_share: float = parameter(
        "amounts that stand there in cents", "share of orders", ERRORS, 0.005, ge=0, le=1
    )
    wholesale_share: float = parameter(
        "wholesale buyers among the customers, who are none of this market's people",
        "for each customer",
        ASSUMED,
        0.005,
        ge=0,
        le=1,
    )
    wholesale_size: float = parameter(
        "a wholesale buyer's order, beside a median one", "times", ASSUMED, 25.0, ge=1, le=1_000
    )
    test_share: float = parameter(
        "accounts with which the firm only tries its system", "for each customer", ASSUMED, 0.005, ge=0, le=1
    )
    split_share: float | None = parameter(
        "people who have a second account; not given: 0.1, and none under contract",
        "share",
        ASSUMED,
        None,
        ge=0,
        le=1,
    )
    second_share: float = parameter(
        "of their orders and complaints, under the second account", "share", ASSUMED, 0.5, ge=0, le=1
    )
    merging_speed: float = parameter(
        "second records merged in a week by full integration", "share a week", ASSUMED, 0.15, ge=0, le=1
    )
    integration_cost: float = parameter(
        "full integration of the channels", "currency a week per 1 000 people", SCENARIO, 30.0, ge=0, le=1e6
    )
    cleaning_speed: float = parameter(
        "mistakes found in a week by much cleaning", "share a week", ASSUMED, 0.08, ge=0, le=1
    )
    cleaning_worth: float = parameter(
        "cleaning that finds 63 % of what much of it finds",
        "currency a week per 1 000 people",
        ASSUMED,
        20.0,
        gt=0,
        le=1e6,
    )

    def undiscovered(self, cleaning: Floats, done_share: Floats | float = 1.0) -> Floats:
        """Give the share of a mistake of each week that nobody has found by the end.

        Parameters
        ----------
        cleaning
            Money spent in each week, currency per 1 000 people, shape (weeks,).
        done_share
            What is really done of it in each week, shape (weeks,), or in all.
        """
        found = self.cleaning_speed * -np.expm1(-cleaning / self.cleaning_worth) * done_share  # (weeks,)
        return np.cumprod((1 - found)[::-1], dtype=np.float64)[::-1]


CLEAN = Parameters(  # the data of a market without this section: nothing in them is wrong
    duplicate_share=0.0,
    misspelt_share=0.0,
    gap_share=0.0,
    wrong_date_share=0.0,
    wrong_unit_share=0.0,
    wholesale_share=0.0,
    test_share=0.0,
    split_share=0.0,
)


class Levers(Data):
    """What the firm does for its data."""

    cleaning: float = parameter(
        "people who look for mistakes in the data",
        "currency a week per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 100, 1),
        ge=0,
        le=1e6,
    )
    integration: float = parameter(
        "integration of the channels: 0 none, 1 full", "share", PLAN, 0.0, slider=(0, 1, 0.05), ge=0, le=1
    )


class Stewardship:
    """Monday's bill for keeping the data clean and whole; what cleaning brings is seen in `sim.dirt`."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: pay those who clean and integrate, and merge the records that they have found."""
        while True:
            week = yield self.world.calendar.hour("prices")
            cost = self.levers.cleaning + self.levers.integration * self.these.integration_cost
            cents = round(cost * 100 * self.world.size / 1_000)
            if cents:
                self.world.log.note(Kind.STEWARDED, week * MINUTES_A_WEEK, FIRM, value=cents)
            if self.levers.integration:
                self.merge(week)

    def merge(self, week: int) -> None:
        """Find some of those who stand in two records; from next Monday on they stand in one."""
        who = self.world.record.apart()
        share = self.these.merging_speed * self.levers.integration * self.world.done_share
        found = who[self.world.luck.happens(share, Purpose.SPLIT, who, FINDING, week)]
        self.world.log.write(Kind.MERGED, week * MINUTES_A_WEEK, found)
