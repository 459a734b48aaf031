"""Touchpoints (接触点): what each channel of a firm cost, whom it reached, and what came of it.

    run -> table (a row a channel)

What is redeemed is not what a channel brought: who would have bought anyway takes the offer, too. That only a
holdout or a twin can tell (`sim.holdout`, `sim.experiment`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.channel import codes
from sim.data import Fault
from sim.events import Kind
from sim.run import Run

FOLLOWED = {"opened": Kind.OPENED, "clicked": Kind.CLICKED, "opt_outs": Kind.OPTED_OUT}


def table(run: Run) -> pd.DataFrame:
    """Count what was sent, noticed, followed and refused on each channel of a market.

    Returns
    -------
    A row a channel, in the order of their numbers in the event log: `sent` (messages), `people` (written to
    at least once), `opened` and `clicked` (shares of the messages sent), `opt_outs` (people who want no more
    on it), `redeemed` (orders with an offer of this channel), `cost_currency` (of all messages). Shares of
    nothing are NaN.

    Raises
    ------
    Fault
        If the market has no channels.
    """
    if run.scenario.contact is None or not run.scenario.contact.channels:
        raise Fault(f"touchpoints: {run.scenario.name} has no channels: its contact section is switched off.")
    names = codes(run.scenario.contact.channels)
    sent = run.events.of(Kind.SENT)
    rows = pd.DataFrame({"channel": sent.channel, "person": sent.person, "cents": sent.value})
    letters = rows.groupby("channel")
    columns = {
        "sent": letters.size(),
        "people": letters["person"].nunique(),
        **{name: _times(run.events.of(kind).channel) for name, kind in FOLLOWED.items()},
        "redeemed": _redeemed(run, names),
        "cost_currency": letters["cents"].sum() / 100,
    }
    found = pd.DataFrame(
        {name: column.reindex([*names.values()]).fillna(0) for name, column in columns.items()}
    )
    for share in ("opened", "clicked"):
        found[share] /= found["sent"].where(found["sent"] > 0)
    found.index = pd.Index(names, name="channel")
    return found.astype(dict.fromkeys(("sent", "people", "opt_outs", "redeemed"), int))


def _redeemed(run: Run, names: dict[str, int]) -> pd.Series[int]:
    """Count the orders with an offer, by the channel on which the offer came."""
    channel = np.zeros(len(run.timeline.numbers) + 1, np.int64)
    for message, number in run.timeline.numbers.items():
        channel[number] = names[message.channel]
    ref = run.events.of(Kind.ORDER).ref
    return _times(channel[ref[ref > 0]])


def _times(channel: npt.NDArray[np.integer]) -> pd.Series[int]:
    return pd.Series(channel).value_counts()
