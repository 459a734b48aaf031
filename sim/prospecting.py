"""Prospecting: who becomes a lead this week, and how promising and how large each looks.

Stands at the beginning of the pipeline (`processes/sales.py`). Some prospects show interest by themselves;
fairs and content bring more, with diminishing returns, and those are less interested, which nobody sees
before they are asked (Sabnis, Chatterjee, Grewal & Lilien 2013).

    leads = share of prospects x (1 + lift x (1 - exp(-spent / worth)))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.deal import Deal
from sim.events import FIRM, Kind
from sim.mask import places

if TYPE_CHECKING:
    from sim.processes.sales import Sales


class Prospecting:
    """Monday's list of leads."""

    def __init__(self, firm: Sales, worth: Floats) -> None:
        self.firm = firm
        self.world = firm.world
        self.worth = worth  # (people,) a year, in the currency

    def leads(self, week: int) -> list[Deal]:
        """Pay for this week's fairs; give the prospects who show interest, with all that is drawn of them."""
        luck, these, me = self.world.luck, self.firm.these, self.world.people.sales
        self.promote(week)
        who = places(self.firm.to_be_won(week) & ~me.busy & (me.lost <= week - these.rest_weeks))
        chance = luck.uniform(Purpose.LEAD, who, week)
        shown = chance < self.share
        who, brought = who[shown], chance[shown] >= these.lead_share  # by marketing
        me.busy[who] = True
        minute = np.floor((week + luck.uniform(Purpose.LEAD, who, week, 1)) * MINUTES_A_WEEK)
        error = these.worth_noise * luck.normal(Purpose.WORTH, who, week) - these.worth_noise**2 / 2
        worth = self.worth[who] * 100
        estimate = np.rint(worth * np.exp(error)).astype(np.int64)
        interest = luck.exponential(Purpose.INTEREST, who, week)
        columns = (
            who,
            minute.astype(np.int64),
            np.rint(worth).astype(np.int64) if self.world.renewal else estimate,  # no contract, no certainty
            estimate,
            self.score(who, week),
            me.keenness[who].astype(float),
            np.where(brought, these.brought_interest * interest, interest),
            self.firm.territory(who),
            brought,
        )
        return [Deal(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    @property
    def share(self) -> float:
        """The share of prospects who show interest in a week."""
        these = self.firm.these
        brought = -np.expm1(-self.firm.levers.leads / these.lead_worth)
        return float(min(these.lead_share * (1 + these.lead_lift * brought), 1.0))

    def promote(self, week: int) -> None:
        """Pay for the fairs and the content that bring in leads."""
        cents = round(self.firm.levers.leads * 100 * self.world.size / 1_000)
        if cents:
            self.world.log.note(Kind.PROMOTED, week * MINUTES_A_WEEK, FIRM, value=cents)

    def score(self, who: Integers, week: int) -> Floats:
        """Give how promising prospects look, 0 to 100: uniform, the higher the keener, with an error."""
        luck, noise = self.world.luck, self.firm.these.score_noise
        seen = luck.normal(Purpose.FIT, who) + noise * luck.normal(Purpose.SCORE, who, week)
        score: Floats = 100 * ndtr(seen / np.hypot(1, noise))
        return score
