"""A deal, from first interest to a yes or a no, and the account that may come of it: two life stories.

`processes/sales.py` finds the prospects and pays the sellers; here is what becomes of each. A deal has an
interest drawn from Exp(1), and is lost when it is used up: each step takes some, and so does waiting. It
gives the same law as a coin tossed at each step, but twins differ by what the plan did alone.

    interest left = Exp(1) - keenness x (tolls of the steps done + cooling x weeks waited in vain)
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import simpy

from sim.clock import MINUTES_A_WEEK
from sim.events import LOSSES, SELLING, Kind, Stage
from sim.team import ANYBODY

if TYPE_CHECKING:
    from sim.processes.sales import Sales

RESEARCH, MAINTENANCE = SELLING.index("research"), SELLING.index("maintenance")
SAID_NO, WENT_COLD, NOT_WORTH_IT, CAME_ANOTHER_WAY = range(len(LOSSES))
LONGEST = 1_040 * MINUTES_A_WEEK  # minutes: nobody waits longer than a market lasts


@dataclass(slots=True)
class Deal:
    """What is under way with a prospect."""

    person: int
    minute: int  # when the prospect first shows interest
    worth: int  # cents a year, as it will stand in the contract
    estimate: int  # the same as the firm sees it beforehand
    score: float  # 0-100: how promising it looks
    keenness: float  # what takes interest takes so many times as much
    interest: float
    place: int = ANYBODY  # of the seller who is at it
    brought: bool = False  # by marketing

    @property
    def week(self) -> int:
        """The week in which it began: draws about it belong to that week."""
        return self.minute // MINUTES_A_WEEK


def life(firm: Sales, deal: Deal) -> Generator[simpy.Event, Any, None]:
    """Go through the steps, as long as the prospect is interested and the seller thinks it worth while.

    Parameters
    ----------
    firm
        The sales side of the firm: its team, its rules, the world.
    deal
        The deal whose life this is.
    """
    env, log = firm.world.env, firm.world.log
    yield env.timeout(deal.minute - env.now)
    log.note(Kind.LEAD, deal.minute, deal.person, int(deal.brought), value=deal.estimate)
    for step in range(MAINTENANCE):
        # the prospect is ready for the next step; the seller is there, or has forgotten it
        promised = int(env.now) + (firm.effort.pause(deal, step) if step else 0)
        kept, forgotten = firm.effort.follow_up(deal, step)
        cold = promised + _minutes_until_cold(firm, deal)
        yield env.timeout(min(promised + forgotten, cold) - env.now)
        if cold <= promised + forgotten:
            return firm.lose(deal, WENT_COLD, step)

        # wait for a seller, but not for ever
        task = firm.effort.ask(deal, step, kept)
        yield task.begun | env.timeout(cold - env.now)
        if not task.begun.triggered:
            task.withdrawn = True
            return firm.lose(deal, WENT_COLD, step)
        taken: Any = task.begun.value
        deal.place, seller = taken, firm.team.holder[taken]
        deal.interest -= _cooling(firm, deal) * max(env.now - promised, 0.0) / MINUTES_A_WEEK
        yield task.done
        firm.effort.note(deal.person, step, seller, task.work, deal.week)

        # what comes of it
        if firm.stage[deal.person] != Stage.PROSPECT:
            return firm.lose(deal, CAME_ANOTHER_WAY, step + 1)
        if step == RESEARCH and deal.score < firm.levers.minimum_score:
            return firm.lose(deal, NOT_WORTH_IT, step + 1)
        deal.interest -= deal.keenness * firm.effort.toll(step)
        if deal.interest <= 0:
            return firm.lose(deal, SAID_NO, step + 1)
    firm.win(deal, seller)


def account(firm: Sales, person: int, place: int, minute: int) -> Generator[simpy.Event, Any, None]:
    """Get a visit every so often, as long as one is a customer; whoever pays the first is one's seller.

    Parameters
    ----------
    place
        Whose account it is; `ANYBODY` until the first visit.
    minute
        When the first visit is due.
    """
    env, me = firm.world.env, firm.world.people.sales
    me.seller[person] = place
    while True:
        yield env.timeout(minute - env.now)
        if firm.stage[person] == Stage.LEFT:
            break
        if firm.is_visited(person):
            task = firm.effort.ask_for_visit(person, int(me.seller[person]))
            place = yield task.begun
            me.seller[person], seller = place, firm.team.holder[place]
            yield task.done
            firm.effort.note(person, MAINTENANCE, seller, task.work, minute // MINUTES_A_WEEK)
            me.attention[person] = 1.0
        minute = int(env.now) + firm.weeks_between_visits * MINUTES_A_WEEK
    me.seller[person], me.busy[person] = ANYBODY, False


def _cooling(firm: Sales, deal: Deal) -> float:
    """Give what a week of waiting takes of a deal's interest."""
    return deal.keenness * firm.these.cooling


def _minutes_until_cold(firm: Sales, deal: Deal) -> int:
    """Give how long a prospect waits, in whole minutes."""
    cooling = _cooling(firm, deal)
    weeks = deal.interest / cooling if cooling else LONGEST
    return ceil(min(weeks * MINUTES_A_WEEK, LONGEST))
