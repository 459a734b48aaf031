"""The ladder of a customer: from somebody in reach to somebody who recommends the shop (客户的形成).

suspect: lives in reach. prospect: has been told of the shop by a customer, or came. buyer: a first order.
repeat buyer: a second. client: many. member: of the programme. advocate: has recommended the shop.

What can be counted is who ever stood on a rung. People jump: some recommend a shop after their first order.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.events import Kind
from sim.fault import Fault
from sim.run import Run

RUNGS = ("suspect", "prospect", "buyer", "repeat buyer", "client", "member", "advocate")
CLIENT = 12  # orders


def rungs(run: Run, client: int = CLIENT) -> pd.DataFrame:
    """Tell for each person on which rungs they ever stood; a row a person, a column of truths a rung.

    Parameters
    ----------
    run
        Any run.
    client
        Orders from which a buyer is called a client; over two.
    """
    if client <= 2:
        raise Fault(f"client: a client has more orders than a repeat buyer, who has 2; was given {client}.")
    size, events = run.scenario.people, run.events
    orders = np.bincount(events.of(Kind.ORDER).person, minlength=size)
    told, member, advocate = (np.zeros(size, bool) for _ in range(3))
    told[events.of(Kind.RECOMMENDED).ref.astype(np.int64)] = True
    member[events.of(Kind.ENROLLED).person] = True
    advocate[events.of(Kind.RECOMMENDED).person] = True
    stood = (
        np.ones(size, bool),
        told | (orders > 0),
        orders > 0,
        orders > 1,
        orders >= client,
        member,
        advocate,
    )
    return pd.DataFrame(dict(zip(RUNGS, stood, strict=True)), index=pd.RangeIndex(size, name="person"))


def climb(run: Run, client: int = CLIENT) -> pd.DataFrame:
    """Count the ladder as a funnel.

    Returns
    -------
    A row a rung, with `people` who ever stood on it; `from_below`, the share of the rung below that came up;
    `lost`, how many of the rung below did not; and `jumped`, how many are here without the rung below.
    """
    stood = rungs(run, client)
    below = stood.shift(axis=1, fill_value=True).astype(bool)
    came = (stood & below).sum()
    beneath = below.sum()
    table = {
        "people": stood.sum(),
        "from_below": came / beneath.where(beneath > 0),
        "lost": beneath - came,
        "jumped": stood.sum() - came,
    }
    return pd.DataFrame(table).rename_axis("rung")


def compared(runs: Mapping[str, Run], client: int = CLIENT) -> pd.DataFrame:
    """Count how many people ever stood on each rung in several runs; a row a run, a column a rung."""
    table = {name: rungs(run, client).sum() for name, run in runs.items()}
    return pd.DataFrame(table).T.rename_axis("plan")
