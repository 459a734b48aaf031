"""Entry: who is a customer when the market opens, and when the others come by themselves.

Everybody there will ever be exists from week 0. Some are customers already, some place their first order
at a minute drawn in advance; a pool of others comes only if the firm wins them (`acquisition.py`). Where a
person stands with the firm is their stage, which every mechanism reads.

    people = customers at the start + those who come by themselves + those who must be won
    shares:  present,                 (1 - present) x (1 - pool),      (1 - present) x pool
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Luck, Purpose, Whole
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Data
from sim.events import Stage
from sim.mask import places
from sim.parameter import SCENARIO, Shares, parameter

if TYPE_CHECKING:
    from sim.world import World

PRESENT = -1  # entry minute of those who are customers from the start
UNTOLD = -1  # a birthday that the firm does not know
NOT_YET = np.iinfo(np.int32).max  # of those who come only if they are won


class Parameters(Data):
    """How people come to be customers without the firm's doing."""

    present_share: float = parameter(
        "people who are customers when the market opens", "share", SCENARIO, 1.0, ge=0, le=1
    )
    pool_share: float = parameter(
        "of the others, who come only if the firm wins them", "share", SCENARIO, 0.0, ge=0, le=1
    )
    entry_weeks: float = parameter(
        "the rest place their first order within this time", "weeks", SCENARIO, 1.0, gt=0, le=1e4
    )
    entry_shares: Shares = parameter(
        "their relative numbers in equal parts of that time", "-", SCENARIO, (1.0,), min_length=1
    )
    birthday_share: float = parameter(
        "customers who tell the firm their birthday", "share", SCENARIO, 0.4, ge=0, le=1
    )


@dataclass(slots=True)
class Columns:
    """Where each person stands, and since when; shape (people,)."""

    minute: npt.NDArray[np.int32]  # of the first order; `PRESENT` or `NOT_YET` where there is none to come
    stage: npt.NDArray[np.int8]  # see `sim.events.Stage`
    birthday_share: float  # who tells the firm their birthday: the same for everybody

    @classmethod
    def draw(cls, these: Parameters, luck: Luck, person: Integers) -> Columns:
        """Draw who is there as the market opens, who will come, and who has to be won."""
        present = luck.happens(these.present_share, Purpose.ENTRY, person)
        waits = luck.happens(these.pool_share, Purpose.POOL, person)
        later = np.where(waits, NOT_YET, _entry_minute(these, luck, person))
        return cls(
            minute=np.where(present, PRESENT, later).astype(np.int32),
            stage=np.where(present, Stage.CUSTOMER, Stage.PROSPECT).astype(np.int8),
            birthday_share=these.birthday_share,
        )

    def newcomers(self, week: int) -> Integers:
        """Find the people whose first order falls in this week."""
        start = week * MINUTES_A_WEEK
        return places((self.minute >= start) & (self.minute < start + MINUTES_A_WEEK))

    def birthday(self, luck: Luck, who: Integers) -> Integers:
        """Give the week of the year of some people's birthdays, from 0; `UNTOLD` where nobody knows.

        Drawn when asked for: most firms never ask.
        """
        week = np.floor(luck.uniform(Purpose.BIRTHDAY, who) * WEEKS_A_YEAR).astype(np.int64)
        return np.where(luck.happens(self.birthday_share, Purpose.BIRTHDAY, who, 0, 1), week, UNTOLD)

    def arrival(self, who: Whole, week: int) -> Any:
        """Give the time of first orders in weeks since Monday, in the middle of their minute."""
        return (self.minute[who] - week * MINUTES_A_WEEK + 0.5) / MINUTES_A_WEEK


def _entry_minute(these: Parameters, luck: Luck, person: Integers) -> Floats:
    """Draw the first order's minute by the inverse of the piecewise linear distribution of entries."""
    reached = np.concatenate([[0.0], np.cumsum(these.entry_shares)]) / sum(these.entry_shares)
    parts = np.linspace(0, these.entry_weeks * MINUTES_A_WEEK, len(reached))
    return np.floor(np.interp(luck.uniform(Purpose.ENTRY_MINUTE, person), reached, parts))


class Entry:
    """The door of the shop."""

    def __init__(self, world: World) -> None:
        self.world = world

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday, make customers of those whose first order falls in this week."""
        me = self.world.people.entry
        while True:
            week = yield self.world.calendar.hour("arrive")
            me.stage[me.newcomers(week)] = Stage.CUSTOMER
