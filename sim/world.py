"""The world of one run: what all processes share and meet in.

Clock, luck, people, the week's orders, the event log, the desk and the firm's record. Processes know the
world, not each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Luck
from sim.clock import BEFORE_MONDAY, MINUTES_A_WEEK, Calendar
from sim.desk import Desk
from sim.events import Kind, Stage
from sim.log import EventLog
from sim.orders import WeekOrders
from sim.population import Population
from sim.processes.pricing import Pricing
from sim.processes.renewal import Renewal
from sim.processes.rival import Rival
from sim.scenario import Scenario
from sim.split import record_of
from sim.team import Team
from sim.till import Till


class World:
    """A SimPy environment with people in it."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.env = simpy.Environment(initial_time=BEFORE_MONDAY)
        self.calendar = Calendar(self.env, scenario.weeks)
        self.luck = Luck(seed)
        self.size = scenario.people
        self.people = Population.draw(scenario, self.luck)
        self.orders = WeekOrders()
        self.log = EventLog()
        self.margin = scenario.margin
        self.record = record_of(scenario, self.luck)
        self.desk: Desk | None = None  # without a service section there is none
        self.till: Till | None = None
        self.team: Team | None = None  # without a sales section there is none
        self.pricing: Pricing | None = None
        self.renewal: Renewal | None = None  # in a market of contracts only
        self.rival: Rival | None = None
        self.done_share = 1.0  # of what a plan says, what is really done
        self.defections: list[tuple[Integers, Integers, npt.NDArray[np.float64]]] = []

    def end_permission(self, row: int, who: Integers, week: int) -> None:
        """End the permission to write to some people on a channel, and say so where the firm knows them."""
        me = self.people.contact
        me.consent[row, who] = False
        known = who[self.people.entry.stage[who] != Stage.PROSPECT]
        self.log.write(Kind.WITHDRAWN, week * MINUTES_A_WEEK, known, me.codes[row])

    def leave(self, who: Integers | Sequence[int], minute: Integers | Sequence[int]) -> None:
        """Let people go whose patience is gone, and keep the account of what it went on."""
        if not len(who):
            return
        person, patience = np.asarray(who), self.people.patience
        account = patience.used[:, person]  # (causes, leaving)
        self.people.entry.stage[person] = Stage.LEFT
        cause = account.argmax(axis=0).astype(np.int8)
        self.log.write(Kind.LEFT, np.asarray(minute), person, cause, patience.spell[person])
        self.defections.append((person, np.asarray(minute), account))
