"""Attribution (归因): which channel gets the credit for an order, by the rule of the last click.

The rule is that of most reports: of all clicks in some days before an order the last one gets all of it. Who
clicks would often have ordered anyway; what a channel brings, a holdout tells (`sim.holdout`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis import touchpoints
from sim.channel import codes
from sim.clock import MINUTES_A_DAY
from sim.data import Fault
from sim.events import Kind
from sim.run import Run


def last_click(run: Run, days: int = 7) -> pd.DataFrame:
    """Credit each order to the channel of the last click before it.

    Parameters
    ----------
    days
        How long after a click an order is still credited to it.

    Returns
    -------
    A row a channel on which anybody clicked, and one for `no click`: `clicks`, `orders`, `revenue_currency`
    (at the shelf price), and `share` of the revenue that is credited to any channel (NaN for `no click`).

    Raises
    ------
    Fault
        If the market has no channels, or days is no number from 1.
    """
    if isinstance(days, bool) or days < 1:
        raise Fault(f"last_click: days is a number from 1, was given {days!r}.")
    if run.scenario.contact is None or not run.scenario.contact.channels:
        raise Fault(f"last_click: {run.scenario.name} has no channels.")
    orders, clicks = run.events.of(Kind.ORDER), run.events.of(Kind.CLICKED)
    counted = pd.Series(clicks.channel).value_counts()
    used = [(name, code) for name, code in codes(run.scenario.contact.channels).items() if code in counted]
    gaps = [touchpoints.minutes_since(orders, clicks.where(clicks.channel == code)) for _, code in used]
    table = np.stack([*gaps, np.full(len(orders), np.nextafter(days * MINUTES_A_DAY, np.inf))])
    winner = table.argmin(axis=0)  # the last place stands for no click in time
    cents = np.bincount(winner, orders.value, minlength=len(table)) / 100
    columns = {
        "clicks": [*(int(counted[code]) for _, code in used), 0],
        "orders": np.bincount(winner, minlength=len(table)),
        "revenue_currency": cents,
        "share": [*cents[:-1] / (cents[:-1].sum() or np.nan), np.nan],
    }
    return pd.DataFrame(columns, index=pd.Index([*(name for name, _ in used), "no click"], name="channel"))
