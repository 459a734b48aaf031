"""Targeting: whom a plan moved, group by group, which only a twin can tell.

The firm chooses groups on its record; the twin says how many in each were moved, and what a message to
them brought. Risk and value say who matters; only this says where a message makes a difference (Ascarza
2018, Journal of Marketing Research 55(1)).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.events import Kind
from sim.experiment import Twin
from sim.fault import Fault
from sim.run import Run


def by_group(pair: Twin, groups: pd.Series[str]) -> pd.DataFrame:
    """Sum up what the second plan did to the customers of each group.

    Parameters
    ----------
    pair
        The market without and with the plan; see `sim.twin`. The plans may differ only after the records
        were grouped: until then both lives, and both records, are the same.
    groups
        A group for each record of the first life, such as value tiers or segments, indexed by record.

    Returns
    -------
    A row a group: `customers`; `messages` (sent with the plan, more than without); `moved` (customers who
    ordered more or less often than without it); `gain_currency` (contribution, with less without, messages
    paid); `gain_per_message_currency` (NaN without a message); and each group's shares of the first two
    and of the gain: `customer_share`, `message_share`, `gain_share` (NaN if there is no gain).

    Raises
    ------
    Fault
        If a group is given for a record that the first life does not have.
    """
    link = pair.before.hidden_link
    if not groups.index.is_unique or not groups.index.isin(link.index).all():
        raise Fault("by_group: groups must be indexed by record, each once, as run.record(week) is.")
    person = link[groups.index].to_numpy()
    effect = pair.effect.loc[person]
    sent = (_messages(pair.after) - _messages(pair.before))[person]
    each = pd.DataFrame(
        {
            "customers": 1,
            "messages": sent,
            "moved": effect["orders"].to_numpy() != 0,
            "gain_currency": effect["contribution"].to_numpy(),
        },
        index=groups.index,
    )
    table = each.groupby(groups, observed=False).sum()
    table["gain_per_message_currency"] = table["gain_currency"] / table["messages"].where(
        table["messages"] > 0
    )
    for part, column in (("customer", "customers"), ("message", "messages"), ("gain", "gain_currency")):
        whole = table[column].sum()
        table[f"{part}_share"] = table[column] / (whole if whole > 0 else np.nan)
    return table


def mean_effect(pair: Twin, column: str = "revenue") -> float:
    """Work out what the second plan brought for each person whom it, and not the first, wrote to.

    This is the number that a control group estimates (see `sim.holdout`), give or take chance.

    Parameters
    ----------
    column
        `orders`, `revenue` or `contribution`.

    Returns
    -------
    Orders, or currency, a person; NaN if the second plan wrote to nobody more.

    Raises
    ------
    Fault
        If there is no such column.
    """
    if column not in ("orders", "revenue", "contribution"):
        raise Fault(f'mean_effect: there is no column "{column}". There are: orders, revenue, contribution.')
    written_to = _messages(pair.after) > _messages(pair.before)
    return float(pair.effect[column].to_numpy()[written_to].mean()) if written_to.any() else float("nan")


def _messages(run: Run) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Count the messages to each person; shape (people,)."""
    return np.bincount(run.events.of(Kind.SENT).person, minlength=run.scenario.people)
