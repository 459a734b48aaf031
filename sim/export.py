"""An export: the customer data a firm really gets, written to a folder; with their truth, if asked for.

    run -> extract -> entries -> dirt -> tables -> files

A learner cleans, joins and counts them as they would at work. The truth (who is whose second entry, which
value was spoilt) goes to a folder of its own, so that it can be kept from those who are to find it.
"""

from __future__ import annotations

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
        identities = tables["customers"][list(TRUTH["identities"])].copy()
        spoil_all(tables, dirt)
        mistakes = pd.concat(dirt.spoilt, ignore_index=True)
        themes = tables["tickets"][list(TRUTH["themes"])].copy()
        public = {name: tables[name][list(columns)] for name, columns in COLUMNS.items() if name in tables}
        return cls(public, {"identities": identities, "mistakes": mistakes, "themes": themes})


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
    text = readme(title, {name: columns[name] for name in tables}, run)
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
