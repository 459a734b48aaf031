"""An extract: what the firm has on record at the end of a run, as the clean tables of a database.

First station of an export: `extract` -> `sim.dirt` -> `sim.export`. Each row still carries in its index whom
it belongs to and which of their week's rows it is; this is how dirt finds its luck, and nothing of it is
handed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Integers, Luck, Purpose
from sim.channel import codes
from sim.clock import MINUTES_A_WEEK
from sim.delays import FEATURES
from sim.events import BILL, Events, Kind
from sim.identity import identities
from sim.mask import places
from sim.texts import write
from sim.voice import ticket_themes

if TYPE_CHECKING:
    from sim.run import Run

FIRST_MONDAY = np.datetime64("2024-01-01T00:00", "ms")  # on which every market begins; as Parquet keeps it
KEY = ["person", "week", "j"]
CONTACTS = {Kind.SENT: "sent", Kind.OPENED: "opened", Kind.CLICKED: "clicked", Kind.OPTED_OUT: "opted out"}
SURVEYS = {Kind.NPS: "recommendation, 0-10", Kind.CSAT: "complaint handling, 1-5"}
Tables = dict[str, pd.DataFrame]


def extract(run: Run) -> Tables:
    """Give the firm's tables by name, in order of time: what is known by the end, of people on record."""
    record, events = run.replay(run.scenario.weeks), run.events
    entry = record.second(events).astype(np.int64)  # under which of a person's accounts it stands
    known = places(record.holds(events))
    sold = known[events.kind[known] == int(Kind.ORDER)]
    events, entry = events.where(known), entry[known]
    orders = _orders(events, entry)
    tables = {
        "customers": _customers(orders, Luck(run.seed)),
        "orders": orders,
        "contacts": _contacts(events, entry, run),
        "tickets": _tickets(events, entry, run),
        "answers": _answers(events, entry),
    }
    return tables | ({"lines": _lines(orders, sold, run)} if run.scenario.basket else {})


def dates(minute: Integers) -> npt.NDArray[np.datetime64]:
    """Give the dates of minutes of the market, to the minute."""
    return FIRST_MONDAY + minute.astype("timedelta64[m]").astype("timedelta64[ms]")


def _customers(orders: pd.DataFrame, luck: Luck) -> pd.DataFrame:
    """Give who is on record, under which account, and since which order."""
    first = (
        orders.reset_index().groupby(["person", "entry"], sort=False)[["date", "week"]].first().reset_index()
    )
    who = identities(luck, first["person"].to_numpy())
    return pd.concat([first.rename(columns={"date": "since"}), who], axis=1).set_index("person")


def _orders(events: Events, entry: Integers) -> pd.DataFrame:
    """Give orders with what was paid for them, in the currency."""
    table = _keyed(events, entry, Kind.ORDER)
    paid = table.pop("value").astype(np.int64)
    for kind, sign in BILL.items():
        if kind == Kind.ORDER:
            continue
        part = events.of(kind)
        changed = pd.Series(sign * part.value, pd.MultiIndex.from_arrays([part.person, part.minute]))
        first = (
            ~table.reset_index()[["person", "minute"]].duplicated().to_numpy()
        )  # two in one minute: the first
        moment = pd.MultiIndex.from_arrays([table.index.get_level_values("person"), table["minute"]])
        paid += np.where(first, changed.groupby(level=[0, 1]).sum().reindex(moment, fill_value=0), 0)
    date = dates(table["minute"].to_numpy())
    return pd.DataFrame({"date": date, "amount": paid / 100, "entry": table["entry"]})


def _lines(orders: pd.DataFrame, known: Integers, run: Run) -> pd.DataFrame:
    """Give what the orders on record were made of, a row a line, at the price on the shelf.

    `known` says where these orders stand among all events of the run.
    """
    lines, place = run.lines, places(run.events.kind == int(Kind.ORDER)).searchsorted(known)
    row = pd.Series(np.arange(len(orders)), place).reindex(lines["order"]).to_numpy()
    here = places(~np.isnan(row))
    these = lines.iloc[here]
    columns = {
        "category": these["category"].astype(str),
        "price": these["cents"] / 100,
        "suggested": these["suggested"],
    }
    return pd.DataFrame(columns).set_index(orders.index[row[here].astype(np.int64)])


def _contacts(events: Events, entry: Integers, run: Run) -> pd.DataFrame:
    """Give messages and what became of them, as far as the record shows it, with the name of the channel."""
    contact, shown = run.scenario.contact, run.scenario.record.shown
    kinds = [kind for kind, word in CONTACTS.items() if word in shown or word not in FEATURES]
    table = _keyed(events, entry, *kinds)
    name = {code: word for word, code in codes(contact.channels if contact else ()).items()}
    return pd.DataFrame(
        {
            "date": dates(table["minute"].to_numpy()),
            "campaign": table["ref"],
            "channel": table["channel"].map(name),
            "what": table["kind"].map({int(kind): word for kind, word in CONTACTS.items()}),
            "entry": table["entry"],
        }
    )


def _tickets(events: Events, entry: Integers, run: Run) -> pd.DataFrame:
    """Give complaints, when each was answered and solved, if it was, and what the customer wrote."""
    table = _keyed(events, entry, Kind.TICKET)
    service = run.scenario.service
    came_by = dict(enumerate(service.channels if service else ()))
    columns: dict[str, Any] = {
        "opened": dates(table["minute"].to_numpy()),
        "entry": table["entry"].to_numpy(),
    }
    columns["channel"] = table["channel"].map(came_by).to_numpy()
    moment = pd.MultiIndex.from_arrays([table.index.get_level_values("person"), table["minute"]])
    for name, kind in (("answered", Kind.ANSWERED), ("solved", Kind.RESOLVED)):
        done = events.of(kind)
        found = pd.Series(dates(done.minute), pd.MultiIndex.from_arrays([done.person, done.ref]))
        columns[name] = found[~found.index.duplicated()].reindex(moment).to_numpy()
    return pd.DataFrame(columns, index=table.index).assign(**_letters(table, events, run))


def _letters(table: pd.DataFrame, events: Events, run: Run) -> dict[str, list[str]]:
    """Give the letters to the desk, and what each is really about."""
    luck, service, voice = Luck(run.seed), run.scenario.service, run.scenario.voice
    person, week, j = (table.index.get_level_values(name).to_numpy(np.int64) for name in KEY)
    target = service.answer_target if service else 0.0
    themes = ticket_themes(voice, events, target, run.scenario.weeks, luck, j)
    text = write(themes, luck, Purpose.WORDING, person, week, j, trade=voice.trade)
    return {"text": text, "theme": [theme.name.lower() for theme in themes]}


def _answers(events: Events, entry: Integers) -> pd.DataFrame:
    table = _keyed(events, entry, *SURVEYS)
    return pd.DataFrame(
        {
            "date": dates(table["minute"].to_numpy()),
            "survey": table["kind"].map({int(kind): word for kind, word in SURVEYS.items()}),
            "score": table["value"],
            "entry": table["entry"],
        }
    )


def _keyed(events: Events, entry: Integers, *kinds: Kind) -> pd.DataFrame:
    """Give events of some kinds as a table whose index says whose they are and which of their week."""
    rows = places(np.isin(events.kind, kinds))
    names = ("minute", "person", "kind", "channel", "ref", "value")
    table = pd.DataFrame({name: getattr(events, name)[rows] for name in names} | {"entry": entry[rows]})
    table["week"] = table["minute"] // MINUTES_A_WEEK
    table["j"] = table.groupby(["person", "week"]).cumcount()
    return table.set_index(KEY)
