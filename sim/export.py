"""An export: the customer data a firm really gets, written to a folder; with their truth, if asked for.

    run -> extract -> entries -> dirt -> tables -> files

A learner cleans, joins and counts them as they would at work. What the firm's record does not show
(`record.sees` of a scenario) is not in its tables either: a firm that knows no orders hands over none. The
truth (who is whose second entry, which value was spoilt) goes to a folder of its own, so that it can be kept
from those who are to find it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.dirt import Dirt, spoil_all
from sim.entries import enter_all
from sim.extract import FIRST_MONDAY, Tables, extract
from sim.results import whole_folder

if TYPE_CHECKING:
    from sim.run import Run
    from sim.scenario import Scenario

COLUMNS = {  # of each table, what is handed over, and what it means
    "customers": {
        "customer_number": "number of the customer in the firm's system",
        "name": "name",
        "phone": "telephone",
        "email": "e-mail address",
        "town": "part of town",
        "born": "year of birth",
        "since": "when the first order under this number was placed",
    },
    "orders": {
        "order_number": "number of the order",
        "customer_number": "who ordered",
        "date": "when",
        "amount": "what was paid, in {currency}",
    },
    "lines": {  # of a market that knows what is in a basket
        "line_number": "number of the line",
        "order_number": "in which order",
        "category": "what was bought",
        "price": "what it costs on the shelf, in {currency}",
        "suggested": "whether the firm had suggested it",
    },
    "contacts": {
        "contact_number": "number of the entry",
        "customer_number": "who was written to",
        "date": "when",
        "campaign": "number of the campaign",
        "channel": "on which channel",
        "what": "sent, opened, clicked or opted out",
    },
    "tickets": {
        "ticket_number": "number of the complaint",
        "customer_number": "who complained",
        "opened": "when",
        "channel": "by which channel it came",
        "answered": "when it was first answered; empty: not yet",
        "solved": "when it was solved; empty: not yet",
        "text": "what the customer wrote",
    },
    "answers": {
        "answer_number": "number of the answer",
        "customer_number": "who answered",
        "date": "when",
        "survey": "which question, and its scale",
        "score": "the answer",
    },
}
SHOWN_BY = {  # a table, or a column of one, that is there only where the record shows this (`Delays.sees`)
    "orders": "orders",
    "lines": "orders",
    "contacts": "contact_weeks",
    "tickets": "tickets",
    "answers": "nps",
    "customers.email": "opened",  # who keeps e-mail addresses knows what is opened
    "customers.since": "tenure_weeks",
    "orders.amount": "spend",
    "lines.price": "spend",
}
TYPES = {  # of what is handed over and no text, also where a table is empty
    **dict.fromkeys(("since", "date", "opened", "answered", "solved"), "datetime64[ms]"),
    **{"amount": "float64", "price": "float64", "suggested": "bool"},
    **{"born": "Int64", "campaign": "int32", "score": "int64", "person": "int64"},
}
TRUTH = {
    "identities": {
        "customer_number": "number of the customer",
        "person": "whom it belongs to; the same person has the same number",
        "role": "customer, second entry, wholesale buyer or test account",
    },
    "mistakes": {
        "table": "in which table",
        "number": "number of the row there",
        "column": "in which column",
        "true_value": "what should stand there",
    },
    "themes": {
        "ticket_number": "number of the complaint",
        "theme": "what it is really about",
    },
}
TITLE = """Customer data: {name}
{line}

What the firm had on record after {weeks} weeks, from {people} people in reach. Every table is here
twice: as .csv (UTF-8) and as .parquet. Times are to the minute; the first is {monday}.
All people are made up: no telephone has the country code +999, and nobody receives what is sent to
example.com.

Nobody has cleaned these data. Look before you count.
"""
TRUTH_TITLE = """The truth about an export of {name}
{line}

No firm has this: whose numbers belong together, and which values are wrong.
"""


@dataclass(frozen=True)
class Export:
    """Tables by name as a firm hands them over, and the truth about them."""

    tables: Tables
    truth: Tables

    @classmethod
    def of(cls, run: Run) -> Export:
        """Gather the tables of a run, with all their dirt."""
        dirt = Dirt.of(run)
        tables = enter_all(extract(run), dirt, run.scenario.people)
        identities = tables["customers"].copy()
        spoil_all(tables, dirt)
        columns = columns_of(run.scenario)
        public = {name: _typed(tables[name], of) for name, of in columns.items() if name in tables}
        mistakes = pd.concat(dirt.spoilt, ignore_index=True)
        cells = [(name, column) for name, table in public.items() for column in table]
        seen = pd.MultiIndex.from_frame(mistakes[["table", "column"]]).isin(cells)
        truth = {"identities": identities, "mistakes": mistakes[seen], "themes": tables["tickets"]}
        return cls(public, {name: _typed(truth[name], of) for name, of in TRUTH.items()})


def columns_of(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Give the tables and columns, with their meanings, of a firm whose record shows so much."""
    hidden = {place for place, feature in SHOWN_BY.items() if feature not in scenario.record.shown}
    return {
        table: {column: text for column, text in columns.items() if f"{table}.{column}" not in hidden}
        for table, columns in COLUMNS.items()
        if table not in hidden
    }


def _typed(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Take some columns, each of its one type; where a table is empty, nothing else says what is text."""
    types = {column: TYPES.get(column, "str") for column in columns if column in TYPES or table.empty}
    return table[list(columns)].astype(types)


def save_export(run: Run, folder: str | Path, truth: bool = False) -> Path:
    """Write a run's data to a new folder, whole or not at all; see `Run.export`.

    Raises
    ------
    Fault
        If a folder exists or cannot be written.
    """
    export, target = Export.of(run), Path(folder)
    with ExitStack() as stack:
        if truth:
            behind_glass = stack.enter_context(whole_folder(target.with_name(f"{target.name}_truth")))
            _write(export.truth, behind_glass, TRUTH_TITLE, TRUTH, run)
        _write(export.tables, stack.enter_context(whole_folder(target)), TITLE, COLUMNS, run)
    return target


def _write(tables: Tables, folder: Path, title: str, columns: dict[str, dict[str, str]], run: Run) -> None:
    """Write tables to a folder that is there, with a page about their columns."""
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
        table.to_parquet(folder / f"{name}.parquet", index=False)
    meanings = {
        name: {column: text for column, text in columns[name].items() if column in table}
        for name, table in tables.items()
    }
    text = readme(title, meanings, run)
    (folder / "README.txt").write_text(text, encoding="utf-8", newline="\n")


def readme(title: str, columns: dict[str, dict[str, str]], run: Run) -> str:
    """Tell what the tables and their columns are."""
    name = run.scenario.title or run.scenario.name
    monday = str(FIRST_MONDAY)[:16].replace("T", " ")
    size = {"weeks": run.scenario.weeks, "people": f"{run.scenario.people:,}"}
    lines = [title.format(name=name, line="=" * 72, monday=monday, **size)]
    for table, meanings in columns.items():
        lines += [table, "-" * len(table)]
        lines += [f"{column:16}  {meaning}" for column, meaning in meanings.items()]
        lines.append("")
    return "\n".join(lines).replace("{currency}", run.scenario.currency)
