"""Doubles: what it does to a firm that some of its customers stand in two records (`sim.split`).

    run -> people (whose), history (one of them), counts (what the firm counts), letters (whom it writes to)

The firm cannot make these tables: they use the hidden link from record to person.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.touchpoints import minutes_since
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.fault import Fault
from sim.run import Run
from sim.split import SplitRecord

CARD, WEB = "shop card", "web account"  # the first record, and the second
ORDER = "order"


def people(run: Run, week: int) -> pd.DataFrame:
    """List the people who stand in two records in a week, those with most orders first.

    Returns
    -------
    A row a person, with `orders` (both records), and how many weeks each record has been silent:
    `silent_card` and `silent_web`.

    Raises
    ------
    Fault
        If there are none.
    """
    record = run.record(week)
    halves = record.groupby(run.hidden_link[record.index].to_numpy())
    table = halves["recency_weeks"].agg(["first", "last"]).set_axis(["silent_card", "silent_web"], axis=1)
    table.insert(0, "orders", halves["orders"].sum().astype(int))
    table = table[halves.size() == 2].rename_axis("person")
    if table.empty:
        raise Fault(f"people: in week {week} nobody stands in two records. Give stewardship a split_share.")
    return table.sort_values("orders", ascending=False, kind="stable")


def history(run: Run, person: int) -> pd.DataFrame:
    """Tell what the firm has on file of a person who stands in two records: orders and letters, by account.

    Returns
    -------
    In order of time, with `account` (of two words), `week` (with its fractions), and `what`: an order, or
    the name of the message.

    Raises
    ------
    Fault
        If the person does not stand in two records at the end.
    """
    record = run.replay(run.scenario.weeks)
    if not isinstance(record, SplitRecord) or person not in record.apart():
        raise Fault(f"history: person {person} does not stand in two records. See doubles.people(run, week).")
    events, names = run.events, _names(run)
    filed = np.isin(events.kind, (int(Kind.ORDER), int(Kind.SENT))) & (events.person == person)
    second, mine = record.second(events)[filed], events.where(filed)
    columns = {"account": np.where(second, WEB, CARD), "week": mine.minute / MINUTES_A_WEEK}
    sent = (mine.kind == int(Kind.SENT)).tolist()
    what = [names[ref] if letter else ORDER for letter, ref in zip(sent, mine.ref.tolist(), strict=True)]
    return pd.DataFrame({**columns, "what": what})


def counts(run: Run, week: int, silent_weeks: int = 8, spent_at_least: float = 400) -> pd.DataFrame:
    """Count customers as the firm's records show them, and as people.

    Parameters
    ----------
    silent_weeks
        Without an order for longer, a customer counts as silent.
    spent_at_least
        In the last 52 weeks, currency, by a good customer.

    Returns
    -------
    Four rows, with `records` and `people`.
    """
    record = run.record(week)
    halves = record.groupby(run.hidden_link[record.index].to_numpy())
    columns = {"recency_weeks": halves["recency_weeks"].min(), "spend_52w": halves["spend_52w"].sum()}
    whole = pd.DataFrame(columns)
    rows = {}
    for name, table in {"records": record, "people": whole}.items():
        silent, good = table["recency_weeks"] > silent_weeks, table["spend_52w"] >= spent_at_least
        rows[name] = {
            "customers": len(table),
            f"silent for over {silent_weeks} weeks": int(silent.sum()),
            f"spent {spent_at_least:,.0f} in a year": int(good.sum()),
            "both: a good customer gone quiet": int((silent & good).sum()),
        }
    return pd.DataFrame(rows)


def letters(run: Run, lately_weeks: int = 4) -> pd.DataFrame:
    """Count the letters of each message that came a second time, or to somebody who was here lately.

    Parameters
    ----------
    lately_weeks
        An order in so many weeks before the letter is lately.

    Returns
    -------
    A row a message, in the order of the plan, with `sent`; `again`, to a person who got it in the same week
    already; `bought_lately`, to people with such an order; and `again_currency`, the postage of `again`.
    """
    sent = run.events.of(Kind.SENT)
    lately = minutes_since(sent, run.events.of(Kind.ORDER)) <= lately_weeks * MINUTES_A_WEEK
    found = pd.DataFrame({"number": sent.ref, "person": sent.person, "week": sent.minute // MINUTES_A_WEEK})
    found["again"] = found.duplicated()
    found["bought_lately"] = lately
    found["again_currency"] = np.where(found["again"], sent.value / 100, 0.0)
    table = found.groupby("number")[["again", "bought_lately", "again_currency"]].sum()
    table.insert(0, "sent", found.groupby("number").size())
    names = _names(run)
    table = table.reindex(sorted(names), fill_value=0)
    return table.set_axis([names[number] for number in table.index]).rename_axis("message")


def _names(run: Run) -> dict[int, str]:
    """Give what each message is called, by its number: its name, or its channel."""
    return {number: message.name or message.channel for message, number in run.timeline.numbers.items()}
