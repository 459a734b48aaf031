"""Parts of the day: who buys when, by place, and so what a bundle for one of them brings.

run  ->  by_daypart (a row for each place and part of the day)
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import Kind
from sim.processes.place import DAYPARTS, daypart, demand, until
from sim.run import Run


def by_daypart(run: Run, first_week: int = 0) -> pd.DataFrame:
    """Count orders and sales by place and part of the day, from a week on.

    Returns
    -------
    A row for each place and part of the day, with `orders` and `sales_currency` (at shelf prices).

    Raises
    ------
    Fault
        If the run's market does not know places.
    """
    these = run.scenario.place
    if these is None:
        raise Fault(f"by_daypart: {run.scenario.name} knows no places: its place section is switched off.")
    orders = run.events.of(Kind.ORDER)
    week = orders.minute // MINUTES_A_WEEK
    ends = np.array([until(demand(these, run.timeline.at(one).place)) for one in range(run.scenario.weeks)])
    place = run.people.place.place[orders.person]
    part = daypart(orders.minute, ends[week, place])  # (orders,)
    table = pd.DataFrame(
        {
            "place": pd.Categorical(np.array(list(these.places))[place], list(these.places)),
            "daypart": pd.Categorical(np.array(DAYPARTS)[part], list(DAYPARTS)),
            "sales_currency": orders.value / 100,
        }
    )
    grouped = table[week >= first_week].groupby(["place", "daypart"], observed=False)["sales_currency"]
    return pd.DataFrame({"orders": grouped.size(), "sales_currency": grouped.sum()})
