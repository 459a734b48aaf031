"""Patience: why customers leave, and the exact account of it.

Each person has, for each spell as a customer, a patience drawn from Exp(1). Everything that drives them
away uses some of it up, and they leave when it is gone:

    toll = shield x (nature + product + price + service + contact + competitor + status + trust)

Drawing patience once gives the same law as tossing a coin of probability 1 - exp(-toll) each time, but
each defection now carries an account of the causes that led to it. Nature takes its toll at each order
(`shopping.py`); the other causes gather over the week and are settled here on Sunday.

A competitor pulls harder on the dissatisfied, and on those to whom it delivers more than we do (`needs.py`):

    competitor = pull x exp(satisfaction_steepness x (7 - satisfaction) - value_steepness x delivered value)

The pull is stated for those to whom both shops deliver the same, so it is that of a market without needs, or
with two offers alike. A firm that opens with the poorer offer loses more people from its first week on.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Luck, Purpose, Whole
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Cause, Stage
from sim.mask import places
from sim.parameter import ASSUMED, parameter

if TYPE_CHECKING:
    from sim.world import World

SATISFACTION_HAZARD = "Bolton 1998, Marketing Science 17(1); Mittal & Kamakura 2001, JMR 38(1)"
SWITCHING = "Burnham, Frels & Mahajan 2003, JAMS 31(2)"
NEUTRAL_SATISFACTION = 7.0  # of 10: a competitor pulls at its plain strength
FARTHEST = 30.0  # of exponents: nobody withstands such a pull, and what is stronger is no number any more


class Parameters(Data):
    """What else uses up patience, beside nature."""

    competitor_pull: float = parameter(
        "patience that a competitor takes from a customer of satisfaction 7, if both deliver the same",
        "a week",
        "Jones & Sasser 1995, HBR 73(6)",
        0.002,
        ge=0,
        le=5,
    )
    satisfaction_steepness: float = parameter(
        "a point of satisfaction less multiplies the pull by exp of this",
        "per point",
        SATISFACTION_HAZARD,
        0.5,
        ge=0,
        le=3,
    )
    value_steepness: float = parameter(
        "a point of delivered value less, beside the competitor's, multiplies the pull by exp of this",
        "per point",
        ASSUMED,
        0.2,
        ge=0,
        le=3,
    )
    switching_cost: float = parameter(
        "mean cost of switching: the shield is exp(-cost), the cost exponential",
        "-",
        SWITCHING,
        0.3,
        ge=0,
        le=5,
    )


@dataclass(slots=True)
class Columns:
    """Patience and what became of it; shapes (people,) and (causes, people)."""

    left: Floats  # patience left in this spell
    used: Floats  # (causes, people): what each cause has taken of it
    hazard: Floats  # (causes, people): what each cause will take on Sunday
    shield: Floats  # 0-1: the share of a toll that gets through
    spell: npt.NDArray[np.int16]
    stirred: set[Cause]  # the causes at work this week

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw everybody's first patience; without parameters nature is the only cause, and no shield."""
        cost = these.switching_cost if these else 0.0
        causes = len(Cause) if these else 1
        shield = np.exp(-cost * luck.exponential(Purpose.SHIELD, person)) if cost else np.ones(len(person))
        return cls(
            left=luck.exponential(Purpose.PATIENCE, person),
            used=np.zeros((causes, len(person))),
            hazard=np.zeros((len(Cause), len(person) if these else 0)),
            shield=shield,
            spell=np.zeros(len(person), np.int16),
            stirred=set(),
        )

    def endure(self, cause: Cause, who: Whole, toll: float | Floats) -> Any:
        """Use up patience of some people (or one) for a cause; tell whose is gone."""
        toll = toll * self.shield[who]
        self.used[cause][who] += toll
        self.left[who] = left = self.left[who] - toll
        return left <= 0

    def burden(self, cause: Cause, toll: Floats | float, who: Integers | None = None) -> None:
        """Add to what a cause will take on Sunday, from some or all; without this mechanism nobody minds."""
        if not self.hazard.size or (who is not None and not len(who)):
            return
        self.stirred.add(cause)
        if who is None:
            self.hazard[cause] += toll
        else:
            np.add.at(self.hazard[cause], who, toll)  # the same person may stand there twice

    def provoke(self, cause: Cause, toll: float, who: Integers) -> None:
        """Use up patience at once; who has none left goes at the next occasion. See `burden` for Sundays."""
        if self.hazard.size:
            self.endure(cause, who, toll)

    def forgive(self, cause: Cause, toll: Floats | float, who: Integers) -> None:
        """Give back what a cause took from some people, as far as it took any; `who` names each once."""
        if self.hazard.size:
            back = np.minimum(toll * self.shield[who], self.used[cause][who])
            self.used[cause][who] -= back
            self.left[who] += back

    def renew(self, luck: Luck, who: Integers) -> None:
        """Begin a new spell: a new patience, an empty account."""
        if not len(who):
            return
        self.spell[who] += 1
        self.left[who] = luck.exponential(Purpose.PATIENCE, who, self.spell[who].astype(np.int64))
        self.used[:, who] = 0.0


class Patience:
    """Sunday's settlement of what the week did to people."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        moods = np.arange(1_001) / 100  # every satisfaction there can be, points
        discontent = NEUTRAL_SATISFACTION - moods
        self.pull = these.competitor_pull * np.exp(these.satisfaction_steepness * discontent)  # (moods,)

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Sunday: add the competitor's pull, take the tolls, and let go whose patience is gone."""
        while True:
            week = yield self.world.calendar.hour("patience")
            self.attract()
            self.settle(week)

    def attract(self) -> None:
        """Let competitors pull, harder on the dissatisfied and on those to whom they deliver more."""
        people = self.world.people
        pull = people.rival.pull * self.pull.take(people.experience.satisfaction)  # (people,)
        if people.needs.value.any():
            advantage = -self.these.value_steepness * people.needs.value
            pull *= np.exp(advantage.clip(-FARTHEST, FARTHEST))
        people.patience.burden(Cause.COMPETITOR, pull)

    def settle(self, week: int) -> None:
        """Charge the week's tolls to all customers, cause by cause."""
        people, me = self.world.people, self.world.people.patience
        stays = people.entry.stage == Stage.CUSTOMER
        gets_through, total = me.shield * stays, np.zeros(self.world.size)  # (people,)
        for cause in sorted(me.stirred):
            toll = me.hazard[cause] * gets_through
            me.used[cause] += toll
            total += toll
            me.hazard[cause] = 0.0
        me.left -= total
        me.stirred.clear()
        if people.renewal.binds and not people.renewal.has_free:
            return  # they go when their term ends
        gone = places(stays & (me.left <= 0) & people.renewal.may_go())
        sunday_night = np.full(len(gone), (week + 1) * MINUTES_A_WEEK - 1)
        self.world.leave(gone, sunday_night)
        if self.world.renewal:  # they were on a free level
            self.world.renewal.close(gone, sunday_night)
