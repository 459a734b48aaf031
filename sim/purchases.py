"""Purchases: what the firm's record knows of the goods in baskets, and predicts from it.

Part of `sim.record`, a row a record. From the first and the last time that somebody bought a staple it
predicts when the next is due: one mean interval after the last. It knows nothing of what people buy
elsewhere, nor how fast they eat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chance import Floats, Integers
from sim.clock import MINUTES_A_WEEK
from sim.lines import in_basket
from sim.mask import places

if TYPE_CHECKING:
    from sim.processes.basket import Parameters

UNKNOWN = -1
ONE = np.int32(1)  # of the type of the columns: np.add.at is slow where types differ


class Purchases:
    """Counts by category, and for staples the first and last purchase, for each record.

    Parameters
    ----------
    people
        How many records there may be.
    names
        The categories of the market; none: its baskets are closed.
    staples
        Which of them are used up and bought again, by place.
    """

    def __init__(self, people: int, names: tuple[str, ...] = (), staples: tuple[int, ...] = ()) -> None:
        categories = len(names)
        self.names, self.staples = names, staples
        self.bought = np.zeros((categories, people), np.int32)  # orders with it
        self.first, self.last = (np.full((len(staples), people), UNKNOWN, np.int32) for _ in range(2))
        self.together = np.zeros((categories, categories), np.int64)  # orders with both
        self.baskets = 0  # orders ever

    @classmethod
    def of(cls, basket: Parameters | None, people: int) -> Purchases:
        """Open the books for the baskets of a market, if it has any."""
        return cls(people, tuple(basket.categories), basket.staples) if basket else cls(people)

    def learn(self, row: Integers, minute: Integers, contents: Integers) -> None:
        """Take in baskets that have become known, by row of the record, in order of time."""
        categories = len(self.bought)
        has = in_basket(contents, categories)  # (baskets, categories)
        self.baskets += len(has)
        counts = has.astype(float)  # floats multiply much faster
        self.together += np.rint(counts.T @ counts).astype(np.int64)
        category, basket = np.divmod(places(has.T.ravel()), len(has))  # (lines,)
        np.add.at(self.bought.reshape(-1), category * self.bought.shape[1] + row[basket], ONE)
        for place, staple in enumerate(self.staples):
            buys = places(has[:, staple])
            who, when = row[buys], minute[buys]
            fresh = places(self.first[place][who] == UNKNOWN)[::-1]  # backwards: the first stays
            self.first[place][who[fresh]] = when[fresh]
            self.last[place][who] = when

    def merge(self, into: Integers, other: Integers) -> None:
        """Add what stands in some rows to others, a row to a row."""
        self.bought[:, into] += self.bought[:, other]
        self.last[:, into] = np.maximum(self.last[:, into], self.last[:, other])
        first, second = self.first[:, into], self.first[:, other]
        earlier = (second != UNKNOWN) & ((first == UNKNOWN) | (second < first))
        self.first[:, into] = np.where(earlier, second, first)

    def forget(self, row: Integers) -> None:
        """Empty some rows; what was bought together stays, for it belongs to nobody."""
        self.bought[:, row] = 0
        self.first[:, row] = self.last[:, row] = UNKNOWN

    def runout_weeks(self, monday: int, about: str | None = None) -> Floats:
        """Predict in how many weeks a staple runs out, for each row; the soonest of all if none is named.

        Negative: it should have run out. NaN: bought less than twice, or no staple.
        """
        minute = self.runout(about)
        return np.where(np.isinf(minute), np.nan, (minute - monday) / MINUTES_A_WEEK)

    def runout(self, about: str | None = None, after: float = -np.inf) -> Floats:
        """Predict at which minute a staple runs out, for each row; the first of all if none is named.

        It stands still until the staple is bought again. Infinite: no prediction, or none later than `after`.
        """
        first = np.full(self.bought.shape[1], np.inf)
        for place, staple in enumerate(self.staples):
            if about in (None, self.names[staple]):
                times = self.bought[staple]
                pace = (self.last[place] - self.first[place]) / np.maximum(times - 1, 1)
                minute = self.last[place] + pace
                np.minimum(first, np.where((times > 1) & (minute > after), minute, np.inf), out=first)
        return first

    def counts(self, row: Integers) -> Integers:
        """Give how often each category was bought, (rows, categories); -1 is a stranger's row."""
        return np.where(row == UNKNOWN, 0, self.bought[:, row]).T

    def runouts_of(self, row: Integers, monday: int) -> Floats:
        """Give the predicted weeks until each category runs out, (rows, categories); NaN: no prediction."""
        weeks = np.full((len(row), len(self.bought)), np.nan)
        for staple in self.staples:
            weeks[:, staple] = np.where(
                row == UNKNOWN, np.nan, self.runout_weeks(monday, self.names[staple])[row]
            )
        return weeks
