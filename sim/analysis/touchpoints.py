"""Touchpoints (触点): what each channel of a firm cost, whom it reached, and what came of it.

    scenario -> terms (what each channel is like)
    run -> table (a row a channel), credited (what reports claim for it), reachable (who is left)

What is redeemed, or bought after a message was opened, is not what a channel brought: who would have bought
anyway takes the offer and opens the letter, too. That only a holdout or a twin can tell (`sim.holdout`,
`sim.experiment`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.channel import Channel, codes
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.data import Fault
from sim.events import Events, Kind
from sim.run import Run
from sim.scenario import Scenario

FOLLOWED = {"opened": Kind.OPENED, "clicked": Kind.CLICKED, "opt_outs": Kind.OPTED_OUT}


TERMS = ("cost", "consent_share", "open_share", "click_share", "fatigue", "opt_out_share")


def terms(scenario: Scenario) -> pd.DataFrame:
    """List what each channel of a market costs, whom it reaches, and how it tires; see `sim.channel`.

    Raises
    ------
    Fault
        If the market has no channels.
    """
    rows = {name: channel.model_dump(include=set(TERMS)) for name, channel in _channels(scenario).items()}
    return pd.DataFrame.from_dict(rows, orient="index")[list(TERMS)].rename_axis("channel")


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
    names = _numbers(run)
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


def credited(run: Run, days: int = 7) -> pd.DataFrame:
    """Credit orders to messages as the reports of channels do: who opened one, and then ordered.

    Parameters
    ----------
    days
        How long after an opened message an order is credited to its channel. An order that follows messages
        on two channels is credited to both: each report claims it.

    Returns
    -------
    A row a channel, with `orders` and `revenue_currency` (at the shelf price).

    Raises
    ------
    Fault
        If the market has no channels.
    """
    orders, opened = run.events.of(Kind.ORDER), run.events.of(Kind.OPENED)
    rows = {}
    for name, code in _numbers(run).items():
        mine = minutes_since(orders, opened.where(opened.channel == code)) <= days * MINUTES_A_DAY
        rows[name] = {"orders": int(mine.sum()), "revenue_currency": orders.value[mine].sum() / 100}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("channel")


def reachable(run: Run, every: int = 26) -> pd.DataFrame:
    """Count the people who may still be written to on each channel, as opt-outs add up.

    A permission that ended otherwise, as by a scandal, counts as never given.

    Returns
    -------
    A row a channel, a column for every so many weeks from 0 on.
    """
    names, out = _numbers(run), run.events.of(Kind.OPTED_OUT)
    weeks = range(0, run.scenario.weeks + 1, every)
    left = run.people.contact.consent.sum(axis=1)  # (channels,), at the end
    later = {week: out.where(out.minute >= week * MINUTES_A_WEEK).channel for week in weeks}
    rows = [
        [int(still + (later[week] == code).sum()) for week in weeks]
        for still, code in zip(left, names.values(), strict=True)
    ]
    columns = pd.Index(weeks, name="week")
    return pd.DataFrame(rows, index=pd.Index(names, name="channel"), columns=columns)


def minutes_since(events: Events, earlier: Events) -> npt.NDArray[np.float64]:
    """Give how long before each event the same person had the last of some others; infinite without one."""
    last = np.sort(_when(earlier))
    place = np.searchsorted(last, _when(events), side="right") - 1
    gap = np.full(len(events), np.inf)
    found = np.flatnonzero(place >= 0)
    then = last[place[found]]
    same = then >> 32 == events.person[found]
    gap[found[same]] = (_when(events)[found] - then)[same]
    return gap


def _when(events: Events) -> npt.NDArray[np.int64]:
    """Pack who and when into one number that sorts by both."""
    return events.person.astype(np.int64) << 32 | events.minute.astype(np.int64)


def _channels(scenario: Scenario) -> dict[str, Channel]:
    """Give the channels of a market in the order of their numbers, or say that there are none."""
    if scenario.contact is None or not scenario.contact.channels:
        raise Fault(f"touchpoints: {scenario.name} has no channels: its contact section is switched off.")
    return {name: scenario.contact.channels[name] for name in codes(scenario.contact.channels)}


def _numbers(run: Run) -> dict[str, int]:
    """Give the number of each channel of a run's market in the event log."""
    return codes(_channels(run.scenario))


def _redeemed(run: Run, names: dict[str, int]) -> pd.Series[int]:
    """Count the orders with an offer, by the channel on which the offer came."""
    channel = np.zeros(len(run.timeline.numbers) + 1, np.int64)
    for message, number in run.timeline.numbers.items():
        channel[number] = names[message.channel]
    ref = run.events.of(Kind.ORDER).ref
    return _times(channel[ref[ref > 0]])


def _times(channel: npt.NDArray[np.integer]) -> pd.Series[int]:
    return pd.Series(channel).value_counts()
