"""One customer's life, from Monday to Monday: the readable definition of `processes/shopping.py`.

`simulate(scenario, plan, seed, focus=[7, 11])` lets customers 7 and 11 live by this process among all
the others, and gives the same events to the last one. Copy `life`, change it, and pass yours as
`simulate(..., focus=..., life=my_life)` to see what the change does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.chance import Purpose
from sim.clock import MINUTES_A_WEEK
from sim.events import Cause, Stage

if TYPE_CHECKING:
    from sim.world import World

Life = Callable[["World", int], Generator[simpy.Event, Any, None]]


def life(world: World, me: int) -> Generator[simpy.Event, Any, None]:
    """Wake on Monday, wait, order, perhaps complain, perhaps leave.

    Parameters
    ----------
    world
        What everybody shares: clock, luck, the columns of people, the desk, the week's orders.
    me
        The person whose life this is.
    """
    people, luck, desk = world.people, world.luck, world.desk
    shopping, entry = people.shopping, people.entry
    weeks = np.arange(world.calendar.weeks)  # drawn together: NumPy takes as long for one number
    budgets = luck.exponential(Purpose.ORDER, me, weeks).tolist()  # of each week's first occasion
    while True:
        week = yield world.calendar.hour("shop")  # Monday: offers have arrived, moods are settled
        if entry.stage[me] != Stage.CUSTOMER or shopping.asleep[me]:
            continue  # nothing to do before next Monday
        monday = week * MINUTES_A_WEEK
        first_ever = entry.minute[me] >= monday
        rate = shopping.rate[me] * shopping.lift[me]  # orders a week
        clock, j = shopping.begin[me], 0  # weeks since Monday, orders since Monday

        while True:
            # wait for the next occasion: a fresh exponential budget, burnt at this week's rate
            budget = luck.exponential(Purpose.ORDER, me, week, j) if j else budgets[week]
            clock = clock + budget / rate
            if first_ever and j == 0:
                clock = entry.arrival(me, week)
            if clock >= 1:
                break  # not this week any more
            minute = monday + int(clock * MINUTES_A_WEEK)
            yield world.env.timeout(minute - world.env.now)

            # order; if something is wrong with it, perhaps complain
            world.orders.note(minute, me, j)
            faulty = luck.happens(people.service.fault_share, Purpose.FAULT, me, week, j)
            if desk and faulty and luck.happens(people.service.outspoken[me], Purpose.COMPLAINT, me, week, j):
                desk.expect(minute, me, j)

            # perhaps leave: each order uses up some patience, the very first one none
            toll = 0.0 if first_ever and j == 0 else shopping.toll[me]
            if people.patience.endure(Cause.NATURE, me, toll):
                world.leave([me], [minute])
                break
            j += 1
