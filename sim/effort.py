"""Effort: what a step takes of a seller's time, and whether what was promised is done in time.

Deals and accounts (`sim/deal.py`) ask for both. Each is drawn for its own occasion, so it is the same
whoever does the step and however long it had to wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.chance import Floats, Purpose
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import SELLING, Kind
from sim.team import Task

if TYPE_CHECKING:
    from sim.deal import Deal
    from sim.processes.sales import Sales

BID, MAINTENANCE = SELLING.index("bid"), SELLING.index("maintenance")
FORGOTTEN = 8  # j of draws about promises forgotten, after those of the steps themselves


class Effort:
    """Hours and promises of a sales side, under its levers of this week."""

    def __init__(self, firm: Sales, worth: Floats) -> None:
        self.firm, self.world, self.these = firm, firm.world, firm.these
        typical = float(np.mean(worth)) if len(worth) else 1.0
        self.size = (np.maximum(worth, 1e-9) / (typical or 1.0)) ** self.these.effort  # of the work

    def pause(self, deal: Deal, step: int) -> int:
        """Draw how long it takes until a prospect is ready for a step, in whole minutes."""
        luck = self.world.luck.exponential(Purpose.READY, deal.person, deal.week, step)
        return max(1, round(float(luck) * self.these.step(step).pause * MINUTES_A_WEEK))

    def follow_up(self, deal: Deal, step: int) -> tuple[bool, int]:
        """Tell whether a promise is kept, and how many minutes later it is remembered if it is not."""
        luck, kept, wanted = self.world.luck, self.these.habit, self.firm.levers.follow_up
        if wanted is not None:  # what is planned is done as far as plans are
            kept += (wanted - kept) * self.world.done_share
        if luck.happens(kept, Purpose.FOLLOW_UP, deal.person, deal.week, step):
            return True, 0
        late = luck.exponential(Purpose.READY, deal.person, deal.week, FORGOTTEN + step)
        return False, round(float(late) * self.these.forgotten_weeks * MINUTES_A_WEEK)

    def toll(self, step: int) -> float:
        """Give the interest that a step takes: an offer more at a high price, less at a low one."""
        dearness = self.world.people.pricing.dearness if step == BID else 1.0
        return self.these.step(step).toll * dearness

    def ask(self, deal: Deal, step: int, kept: bool) -> Task:
        """Queue for a seller with a step of a deal."""
        extra = self.these.reminder_hours if kept else 0.0
        extra += self.world.people.ties.hours if self.these.step(step).contact else 0.0
        work = self.minutes(deal.person, step, deal.week, extra)[0]
        return self.firm.team.ask(self._rank(deal.estimate), deal.person, work, deal.place)

    def ask_for_visit(self, person: int, place: int) -> Task:
        """Queue for a visit of one's seller, or of anybody while one has none."""
        week, hours = int(self.world.env.now) // MINUTES_A_WEEK, self.world.people.ties.hours
        work, spend = self.minutes(person, MAINTENANCE, week, hours)[0], self.world.record.spend_of
        return self.firm.team.ask(self._rank(int(spend(np.array([person]))[0])), person, work, place)

    def _rank(self, cents: int) -> float:
        """Say how soon a task is taken: by the time of asking, or the largest account first."""
        return -cents if self.firm.levers.routing == "largest first" else self.world.env.now

    def minutes(self, person: int, step: int, week: int, extra: float = 0.0) -> tuple[int, int]:
        """Draw what a step takes of a seller's time: all of it, and with the customer, in whole minutes.

        `extra` are hours at the desk beside those of the step.
        """
        these, levers = self.these.step(step), self.firm.levers
        size = float(self.world.luck.exponential(Purpose.WORK, person, week, step) * self.size[person])
        used = levers.automation * self.world.done_share
        near = self.these.territory_saved if levers.routing == "own territory" else 0.0
        desk = (these.desk * size + extra) * (1 - self.these.saved * used)
        contact, road = these.contact * size, these.road * size * (1 - near)
        whole = max(1, round((contact + desk + road) * MINUTES_AN_HOUR))
        return whole, min(whole, round(contact * MINUTES_AN_HOUR))

    def note(self, person: int, step: int, seller: int, work: int, week: int) -> None:
        """Write down a step that a seller has done, and the part of it spent with the customer."""
        log, now = self.world.log, int(self.world.env.now)
        log.note(Kind.WORKED, now, person, step, seller, work)
        contact = min(work, self.minutes(person, step, week)[1])
        if contact:
            log.note(Kind.CONVERSED, now, person, step, seller, contact)
