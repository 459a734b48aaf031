"""One subscriber's life, from bill to bill: the readable definition of `processes/renewal.py`.

What `sim/customer.py` is for a market of free shoppers, this is for a market of contracts: in such a
market, the persons of `simulate(..., focus=[7, 11])` live by this process.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.clock import MINUTES_A_WEEK
from sim.events import Cause, Stage

if TYPE_CHECKING:
    from sim.world import World


def life(world: World, me: int) -> Generator[simpy.Event, Any, None]:
    """Wait for the bill; when the term ends, stay or leave; pay, perhaps complain.

    Parameters
    ----------
    world
        What everybody shares: clock, luck, the columns of people, the desk, the week's orders.
    me
        The person whose life this is.
    """
    people, contract, firm = world.people, world.people.renewal, world.renewal
    assert firm, "a subscriber lives in a market of contracts"
    who, first = np.array([me]), np.array([0])
    while True:
        week = yield world.calendar.hour("shop")  # Monday: contracts have begun, offers are made
        minute = int(contract.due[me])
        if people.entry.stage[me] != Stage.CUSTOMER or minute >= (week + 1) * MINUTES_A_WEEK:
            continue  # nothing to pay or decide this week
        yield world.env.timeout(minute - world.env.now)

        # the term is over: nature takes its toll, less what an offer makes up for
        if contract.bills_left[me] == 0:
            toll = float(firm.toll(who)[0])
            if people.patience.endure(Cause.NATURE, me, toll):
                world.leave([me], [minute])
                continue

        # stay: get the bill; if something is wrong with the service, perhaps complain
        world.orders.note(minute, me, 0)
        if world.desk:
            world.desk.expect_complaints(np.array([minute]), who, first, week)
