"""Place: where people are when they shop, and at what time of day.

A shop lives on those around it. People who work next door come at noon, those who live next door in the
evening. A bundle for one part of the day sells more to whoever is near at that time, and to nobody else:

    buying = 1 + share of the day's buying in that part x lift x discount

The market does not look at the clock within a day. An order's part of the day follows from where in the day
its minute lies: the day is cut in proportion to what the person's place buys when.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import field_validator

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_DAY
from sim.data import Data
from sim.parameter import PLAN, SCENARIO, Shares, parameter

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

Daypart = Literal["morning", "lunch", "afternoon", "evening"]
DAYPARTS: tuple[Daypart, ...] = get_args(Daypart)
NONE = -1
PROMOTION = "as offer_lift in pricing (Anderson & Simester 2004, Marketing Science 23(1)); taken over"


class Place(Data):
    """One kind of place around the shop."""

    share: float = parameter("people who are there by day, relative number", "-", SCENARIO, ge=0, le=1e6)
    dayparts: Shares = parameter(
        "what they buy in the morning, at lunch, in the afternoon, in the evening; relative numbers",
        "-",
        SCENARIO,
        (1.0, 1.0, 1.0, 1.0),
        min_length=4,
        max_length=4,
    )
    nearness: float = parameter(
        "buying rate, beside the average of all places", "share", SCENARIO, 1.0, gt=0, le=10
    )

    @property
    def shares(self) -> Floats:
        """What they buy in each part of the day, of the whole; shape (dayparts,)."""
        return np.array(self.dayparts) / sum(self.dayparts)


class Parameters(Data):
    """The places around the shop."""

    places: dict[str, Place] = parameter(
        "kinds of places by name", "-", SCENARIO, {"home": Place(share=1.0)}, min_length=1, max_length=20
    )
    bundle_lift: float = parameter(
        "buying with a bundle of 100 % off, more by; in proportion below",
        "share",
        PROMOTION,
        2.0,
        ge=0,
        le=50,
    )

    @field_validator("places")
    @classmethod
    def _somebody_is_somewhere(cls, places: dict[str, Place]) -> dict[str, Place]:
        if not any(place.share for place in places.values()):
            raise ValueError("nobody is anywhere: give at least one place a share above 0.")
        return places


class Levers(Data):
    """A bundle at a reduced price, for one part of the day: the lunch menu, the evening snack."""

    bundle: Daypart | None = parameter("part of the day of the bundle", "-", PLAN, None, absent="no bundle")
    discount: float = parameter(
        "off the orders of that part of the day", "share", PLAN, 0.0, slider=(0, 0.5, 0.01), ge=0, le=1
    )

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse a bundle where people are billed, at no time of the day, and a discount on no bundle."""
        if self.discount and not self.bundle:
            return (
                "discount: it is taken off a bundle, and none is named. Say for which part of the day, such "
                "as bundle: lunch, or leave discount alone."
            )
        if self.bundle and scenario.place and scenario.renewal:
            return (
                f"bundle: {scenario.name} sells by contract, and a bill has no part of the day. Leave bundle "
                "alone, or take a market where people shop."
            )
        return None


@dataclass(slots=True)
class Columns:
    """Where each person is, and when they buy."""

    place: npt.NDArray[np.int8]  # (people,): a place in the scenario's list
    until: Floats  # (places, dayparts): the share of a day's buying until the end of each part, this week
    bundle: int = NONE  # part of the day with a bundle this week
    discount: float = 0.0

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Put everybody somewhere."""
        if these is None:
            return cls(np.broadcast_to(np.int8(0), len(person)), np.ones((1, 1)))
        places = list(these.places.values())
        reached = np.cumsum([place.share for place in places])
        lot = luck.uniform(Purpose.PLACE, person) * reached[-1]
        place = np.searchsorted(reached, lot, "right").astype(np.int8)
        return cls(place, until(np.array([one.shares for one in places])))

    def agreed(self, minute: Integers, who: Integers) -> Floats | float:
        """Give the bundle's discount for the orders of its part of the day; shape (orders,)."""
        if self.bundle == NONE:
            return 0.0
        return np.where(daypart(minute, self.until[self.place[who]]) == self.bundle, self.discount, 0.0)


def demand(these: Parameters, levers: Levers) -> Floats:
    """Give what each place buys in each part of the day, beside a usual day's whole; (places, dayparts)."""
    shares = np.array([place.shares for place in these.places.values()])
    if levers.bundle:
        shares[:, DAYPARTS.index(levers.bundle)] *= 1 + these.bundle_lift * levers.discount
    return shares


def until(bought: Floats) -> Floats:
    """Give the share of a day's buying until the end of each of its parts; same shape."""
    return np.cumsum(bought, axis=-1) / bought.sum(axis=-1, keepdims=True)


def daypart(minute: Integers, ends: Floats) -> npt.NDArray[np.int64]:
    """Tell in which part of the day orders fall.

    Parameters
    ----------
    minute
        Of each order, since the start; shape (orders,).
    ends
        `until` of the place of whoever ordered; shape (orders, dayparts).
    """
    passed = (minute % MINUTES_A_DAY + 0.5) / MINUTES_A_DAY  # of the day
    return (passed[:, None] >= ends[:, :-1]).sum(axis=1)


class Places:
    """Monday's menu."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        places = list(these.places.values())
        near = np.array([place.nearness for place in places])
        common = np.average(near, weights=[place.share for place in places])
        self.nearness = near / common  # on average people buy as they would without places

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: let people buy by how near they are, and offer a bundle to whoever is there then."""
        me = self.world.people.place
        while True:
            yield self.world.calendar.hour("prices")
            bought = demand(self.these, self.levers)  # (places, dayparts)
            me.until[:] = until(bought)
            me.bundle = DAYPARTS.index(self.levers.bundle) if self.levers.bundle else NONE
            me.discount = self.levers.discount
            demand_there = self.nearness * bought.sum(axis=1)  # (places,): beside the usual
            if (demand_there != 1).any():
                self.world.people.shopping.lift *= demand_there.take(me.place)
