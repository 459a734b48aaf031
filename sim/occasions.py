"""Occasions: whom a trigger's occasion has befallen, as far as the firm's record shows.

Stands between the record and the post (`processes/contact.py`), as the desk stands between complaints and
agents. Each occasion counts once, on the first Monday on which it is known and its waiting time is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.chance import Integers
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.trigger import Trigger

if TYPE_CHECKING:
    from sim.world import World

NONE = -1  # minute of an occasion that is not there
LATEST = 2 * MINUTES_A_WEEK  # what is known a week late is still met; a welcome a year later is none


class Occasions:
    """What has befallen whom, and which of it has been met already."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._met: dict[
            int, npt.NDArray[np.int32]
        ] = {}  # minutes of the last occasions, by trigger and record

    def due(self, number: int, trigger: Trigger, week: int) -> Integers:
        """Find the boxes that a trigger writes to this week; it will not for the same occasion again."""
        record = self.world.record
        minute = self._minutes(trigger, week)  # (records,)
        met = self._met.setdefault(number, np.full(record.size, NONE, np.int32))[: len(record)]
        age = week * MINUTES_A_WEEK - minute - trigger.wait_weeks * MINUTES_A_WEEK
        latest = MINUTES_A_WEEK if trigger.on == "birthday" else LATEST  # a birthday is never learnt late
        now = (minute != NONE) & (age >= 0) & (age < latest) & (minute != met)
        met[now] = minute[now]
        boxes = record.person[: len(record)][now].astype(np.int64)
        fits = np.zeros(record.size, bool)
        fits[record.boxes(trigger.to, trigger.about)] = True
        return boxes[fits[boxes]]

    def _minutes(self, trigger: Trigger, week: int) -> Integers:
        """Give the minute of the last such occasion on each record, shape (records,)."""
        record, on = self.world.record, trigger.on
        rows = slice(len(record))
        if on == "birthday":
            who = record.owners().astype(np.int64)
            birthday = self.world.people.entry.birthday(self.world.luck, who)
            since = (week - birthday) % WEEKS_A_YEAR
            return np.where((birthday == NONE) | (since > week), NONE, (week - since) * MINUTES_A_WEEK)
        if on == "abandoned":
            return np.where(record.basket > record.last, record.basket, NONE)[rows]
        if on == "runout":
            return self._runouts(trigger, week)[rows]
        columns = {"welcome": record.first, "lapse": record.last, "complaint": record.ticket}
        return columns.get(on, record.promoted)[rows]

    def _runouts(self, trigger: Trigger, week: int) -> Integers:
        """Give the minute from which a pack has a week left; packs that are long over stand before none."""
        over = (week - trigger.wait_weeks + 1) * MINUTES_A_WEEK - LATEST
        minute = self.world.record.purchases.runout(trigger.about, after=over)
        return np.where(np.isinf(minute), NONE, minute - MINUTES_A_WEEK).astype(np.int64)
