"""The pantry: how many a household feeds, what it likes, and what it has at home.

The columns of `processes/basket.py`, which says how they come about and are used. Where more people eat at
home, a pack does not last as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.lines import key

if TYPE_CHECKING:
    from sim.processes.basket import Parameters

FULLEST = 3  # packs that a jar holds; what is bought beyond that is given away


@dataclass(slots=True)
class Columns:
    """What households like and have at home; shapes (categories, people) and (staples, people)."""

    household: npt.NDArray[np.int8]  # (people,): how many eat at home
    taste: npt.NDArray[np.float32]  # (categories, people): mean 1
    lasts: npt.NDArray[np.int32]  # (staples, people): minutes that a pack lasts
    runs_out: npt.NDArray[np.int32]  # (staples, people): minute at which the jar is empty
    these: Parameters | None  # the same for everybody

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers, size: Floats) -> Columns:
        """Draw households, tastes and paces; the jars hold anything up to a pack as the market opens.

        `size` is a standard normal score of how large people's orders are, shape (people,).
        """
        none = np.zeros((0, len(person)), np.int32)
        if these is None:
            one = np.broadcast_to(np.int8(1), len(person))
            return cls(one, none.astype(np.float32), none, none, None)
        household = _households(these, luck, person, size)
        at_home = household / these.usual_household  # beside the usual
        spread = these.taste_spread
        taste = np.empty((len(these.categories), len(person)), np.float32)
        for place, row in enumerate(taste):
            row[:] = np.exp(spread * luck.normal(Purpose.TASTE, key(person, place)) - spread**2 / 2)
        lasts, runs_out = (np.empty((len(these.staples), len(person)), np.int32) for _ in range(2))
        categories = list(these.categories.values())
        for place, staple in enumerate(these.staples):
            pace = np.exp(these.pace_spread * luck.normal(Purpose.PACE, key(person, staple)))
            weeks = np.clip((categories[staple].cycle_weeks or 0.0) * pace / at_home, 1 / 7, 520)
            lasts[place] = weeks * MINUTES_A_WEEK
            runs_out[place] = lasts[place] * luck.uniform(Purpose.PACE, key(person, staple), 0, 1)
        return cls(household, taste, lasts, runs_out, these)

    @property
    def has_households(self) -> bool:
        """Whether the market knows households of several sizes."""
        return bool(self.these and len(self.these.household_shares) > 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The categories of the market."""
        return tuple(self.these.categories) if self.these else ()

    @property
    def staples(self) -> tuple[int, ...]:
        """The places of those that are used up and bought again."""
        return self.these.staples if self.these else ()

    def need(self, place: int, who: Integers, minute: Integers | int) -> Floats:
        """Tell how much some people need a staple: 1 on average over a pack, most when it is used up."""
        left = np.maximum(self.runs_out[place][who] - minute, 0)
        fullness = left / self.lasts[place][who]  # packs
        urgency = self.these.urgency if self.these else 0.0
        if not urgency:
            return np.ones(len(who))
        need: Floats = urgency * np.exp(-urgency * fullness) / -np.expm1(-urgency)
        return need

    def relevance(self, about: str | None, who: Integers, minute: int) -> Floats | float:
        """Tell how relevant a message about a category is to some people; 1: as one about nothing."""
        if about is None:
            return 1.0
        category = self.names.index(about)
        if category in self.staples:
            return self.need(self.staples.index(category), who, minute)
        return self.taste[category][who].astype(float)

    def put_away(self, place: int, who: Integers, minute: Integers) -> None:
        """Let people fill the jar, up to what it holds; `who` has a row a pack, in order of time."""
        packs = np.bincount(who)[who]  # of each row's person, in all
        self.fill(place, who[::-1], minute[::-1], packs[::-1])  # backwards: the first row of a person stays

    def fill(self, place: int, who: Integers, now: Integers | int, packs: Integers | int) -> None:
        """Let people fill the jar, up to what it holds; of rows of the same person, the last counts."""
        lasts = self.lasts[place][who]
        filled = np.maximum(self.runs_out[place][who], now) + packs * lasts
        self.runs_out[place][who] = np.minimum(filled, now + FULLEST * lasts)


def _households(these: Parameters, luck: Luck, person: Integers, size: Floats) -> npt.NDArray[np.int8]:
    """Draw how many people a household has: more, as a rule, where orders are large; shape (people,)."""
    if len(these.household_shares) == 1:
        return np.ones(len(person), np.int8)
    tie = these.household_tie
    score = tie * size + np.sqrt(1 - tie**2) * luck.normal(Purpose.HOUSEHOLD, person)
    reached = np.cumsum(these.household_shares) / sum(these.household_shares)
    return (1 + np.searchsorted(reached[:-1], ndtr(score))).astype(np.int8)
