"""Entries: under which customer numbers people stand in the data, and who stands there besides.

A station of an export (`sim.export`). Some people are entered a second time, and half of what they do from
then on stands under the new number. Wholesale buyers and test accounts are strangers to the market: their
orders are in the data, but in none of its accounts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.chance import Purpose
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.dirt import SINGULAR, Dirt, misspelt
from sim.extract import KEY, Tables, dates
from sim.identity import identities
from sim.mask import Mask

CUSTOMER, SECOND_ENTRY, WHOLESALE, TEST = "customer", "second entry", "wholesale buyer", "test account"
FIRST, SECOND = 0, 1  # of a person's entries
CHANGEABLE = ("name", "phone", "email", "town")
CLOCKS = {"tickets": "opened", "answers": "date"}  # what else stands under a second number, and when it was
WHOLESALE_EVERY = 2  # weeks from one order of a wholesale buyer to the next
TRIALS = 3  # orders of a test account
LETTER = {
    "customers": "C",
    "orders": "O",
    "contacts": "M",
    "tickets": "T",
    "answers": "A",
    "lines": "L",
}  # of row numbers


def enter_all(clean: Tables, dirt: Dirt, people: int) -> Tables:
    """Give the tables with second entries and strangers, and with everybody's customer number.

    Parameters
    ----------
    clean
        An extract, each table indexed by whose row it is (`sim.extract.KEY`).
    people
        How many people the market has; strangers are numbered from there.
    """
    tables = {name: table.reset_index() for name, table in clean.items()}
    customers = tables["customers"]
    customers["j"] = customers["entry"]
    customers["role"] = np.array([CUSTOMER, SECOND_ENTRY], object)[customers["entry"]]
    _change_details(customers, (customers["entry"] == SECOND).to_numpy(), dirt)
    enter_twice(tables, dirt)
    add_wholesale(tables, dirt, people)
    add_tests(tables, dirt, people)
    return _numbered(tables)


def enter_twice(tables: Tables, dirt: Dirt) -> None:
    """Enter some customers a second time, at an order after their first; who has two accounts is."""
    customers, orders = tables["customers"], tables["orders"]
    slips = dirt.happens(dirt.these.duplicate_share, Purpose.DUPLICATE, customers)
    twice = customers.loc[slips & ~customers["person"].duplicated(keep=False), "person"]
    again = orders["person"].duplicated() & (dirt.draw(Purpose.DUPLICATE, orders, 1) < 0.5)
    orders.loc[again & orders["person"].isin(twice), "entry"] = SECOND
    entered = (
        orders[(orders["entry"] == SECOND) & orders["person"].isin(twice)]
        .groupby("person")[["date", "week"]]
        .first()
    )
    for cell, (name, clock) in enumerate(CLOCKS.items(), start=2):
        rows = tables[name]
        since = entered["date"].reindex(rows["person"]).to_numpy()  # no date for those who are entered once
        rows.loc[
            (rows[clock].to_numpy() >= since) & (dirt.draw(Purpose.DUPLICATE, rows, cell) < 0.5), "entry"
        ] = SECOND
    second = customers[customers["person"].isin(entered.index)].copy()
    opened = entered.reindex(second["person"])
    second["since"], second["week"] = opened["date"].to_numpy(), opened["week"].to_numpy()
    second = second.assign(entry=SECOND, j=SECOND, role=SECOND_ENTRY)
    _change_details(second, np.ones(len(second), bool), dirt)
    tables["customers"] = pd.concat([customers, second], ignore_index=True)


def _change_details(entries: pd.DataFrame, second: Mask, dirt: Dirt) -> None:
    """Let second entries say some details otherwise: another telephone, a name misheard."""
    other = identities(dirt.luck, entries["person"].to_numpy(), version=1).set_index(entries.index)
    other["name"] = misspelt(entries["name"], dirt.draw(Purpose.SLIP, entries))
    for cell, detail in enumerate(CHANGEABLE, start=4):
        where = second & (dirt.draw(Purpose.DUPLICATE, entries, cell) < dirt.these.changed_share)
        entries.loc[where, detail] = other.loc[where, detail]


def add_wholesale(tables: Tables, dirt: Dirt, people: int) -> None:
    """Add buyers who order for a business, often and very much, under a private name."""
    median = tables["orders"]["amount"].median()
    who = people + np.arange(round(dirt.these.wholesale_share * _customers(tables)))
    weeks = len(dirt.missed)
    person = np.repeat(who, -(-weeks // WHOLESALE_EVERY))
    week = np.tile(np.arange(0, weeks, WHOLESALE_EVERY), len(who)) + person % WHOLESALE_EVERY
    rows = pd.DataFrame({"person": person, "week": week, "j": 0})[week < weeks]
    size = dirt.luck.normal(Purpose.SLIP, rows["person"].to_numpy(), rows["week"].to_numpy())
    amount = (median * dirt.these.wholesale_size * np.exp(0.4 * size)).round(2)
    _add(tables, dirt, rows.assign(amount=amount), identities(dirt.luck, who).assign(person=who), WHOLESALE)


def add_tests(tables: Tables, dirt: Dirt, people: int) -> None:
    """Add accounts with which the firm tried its system: a few orders of next to nothing in one week."""
    count = round(dirt.these.test_share * _customers(tables))
    accounts = pd.DataFrame({"person": 2 * people + np.arange(count), "week": 0, "j": 0})
    chance = dirt.luck.uniform(Purpose.SLIP, accounts["person"].to_numpy())
    accounts["week"] = (chance * len(dirt.missed)).astype(np.int64)
    accounts = accounts[dirt.happens(1.0, Purpose.MISENTRY, accounts)]
    rows = accounts.loc[accounts.index.repeat(TRIALS)]
    rows = rows.assign(j=np.tile(np.arange(TRIALS), len(accounts)))
    rows["amount"] = (np.floor(100 * dirt.draw(Purpose.SLIP, rows, 1)) + 1) / 100
    named = identities(dirt.luck, accounts["person"].to_numpy()).assign(person=accounts["person"].to_numpy())
    named["name"] = [f"Test {number}" for number in range(1, len(named) + 1)]
    _add(tables, dirt, rows, named.assign(phone="+999 000 0000", email="test@example.com"), TEST)


def _customers(tables: Tables) -> int:
    return int((tables["customers"]["role"] == CUSTOMER).sum())


def _add(tables: Tables, dirt: Dirt, rows: pd.DataFrame, who: pd.DataFrame, role: str) -> None:
    """Add orders of strangers, placed in office hours, and the strangers themselves."""
    if rows.empty:
        return
    office = 9 * MINUTES_AN_HOUR + 8 * MINUTES_AN_HOUR * dirt.draw(Purpose.SLIP, rows, 2)
    day = np.floor(5 * dirt.draw(Purpose.SLIP, rows, 3)) * MINUTES_A_DAY
    minute = rows["week"].to_numpy() * MINUTES_A_WEEK + (day + office).astype(np.int64)
    rows = rows.assign(date=dates(minute), entry=FIRST).sort_values("date")
    first = rows.groupby("person")[["date", "week"]].first()
    who = who[who["person"].isin(first.index)]  # whose first order is after the end is not known yet
    first = first.reindex(who["person"])
    who = who.assign(since=first["date"].to_numpy(), week=first["week"].to_numpy())
    who = who.assign(j=FIRST, entry=FIRST, role=role)
    tables["orders"] = pd.concat([tables["orders"], rows], ignore_index=True)
    if "lines" in tables:  # they buy one thing at a time
        goods = np.unique(tables["lines"]["category"])
        picks = goods[(dirt.draw(Purpose.SLIP, rows, 4) * len(goods)).astype(np.int64)]
        lines = rows[KEY].assign(category=picks, price=rows["amount"], suggested=False)
        tables["lines"] = pd.concat([tables["lines"], lines], ignore_index=True)
    tables["customers"] = pd.concat([tables["customers"], who], ignore_index=True)


def _numbered(tables: Tables) -> Tables:
    """Number customers by their first order, the rest by time; give each row its customer's number."""
    lines = tables.pop("lines", None)
    customers = tables.pop("customers").sort_values(["since", "person", "entry"], ignore_index=True)
    customers["customer_number"] = numbers("customers", len(customers))
    owner = customers.set_index(["person", "entry"])["customer_number"]
    numbered = {"customers": customers}
    for name, rows in tables.items():
        rows = rows.sort_values([CLOCKS.get(name, "date"), "person", "j"], ignore_index=True)
        rows[f"{SINGULAR[name]}_number"] = numbers(name, len(rows))
        key = pd.MultiIndex.from_frame(rows[["person", "entry"]])
        numbered[name] = rows.assign(customer_number=owner.reindex(key).to_numpy())
    if lines is not None:
        lines = lines.join(numbered["orders"].set_index(KEY)["order_number"], on=KEY)
        lines = lines.sort_values(["order_number", "category"], ignore_index=True)
        numbered["lines"] = lines.assign(line_number=numbers("lines", len(lines)))
    return numbered


def numbers(name: str, many: int) -> list[str]:
    """Give the numbers of a table's rows, such as O0000001."""
    return [f"{LETTER[name]}{place:07d}" for place in range(1, many + 1)]
