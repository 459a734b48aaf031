"""Dirt: what people and systems did to values of the data before anybody analyses them.

A station of an export (`sim.export`). Every mistake is a keyed draw: whether a value is spoilt, how, and
whether cleaning has found it by the end depend on the seed and on the row alone. So with more cleaning a part
of the same mistakes is left, and a market without `stewardship` is handed over clean.

Lines of orders are right whatever else is wrong: they come from the till, where nobody types them. So an
order's amount can be checked by what its lines add up to, of which offers and points may take something off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Luck, Purpose
from sim.extract import KEY
from sim.identity import CHARACTERS, DETAILS
from sim.mask import Mask
from sim.processes.rollout import done_shares
from sim.processes.stewardship import CLEAN, Parameters

if TYPE_CHECKING:
    from sim.run import Run

DATED = {"orders": "date", "tickets": "opened", "answers": "date"}
SINGULAR = {
    "customers": "customer",
    "orders": "order",
    "contacts": "contact",
    "tickets": "ticket",
    "answers": "answer",
    "lines": "line",
}
CELLS, ROWS = (
    32,
    128,
)  # mistakes that one row may have, and rows of a person's week that have luck of their own
MISSPELT, WRONG_UNIT = 16, 17  # cells; gaps are numbered by detail, from 0
WRONG_DATE = {"orders": 18, "tickets": 19, "answers": 20}


@dataclass
class Dirt:
    """The mistakes in one firm's data: how many, with what luck, how many are still there, and which."""

    these: Parameters
    luck: Luck
    missed: npt.NDArray[np.float64]  # (weeks,): the share of a week's mistakes that nobody has found
    spoilt: list[pd.DataFrame] = field(default_factory=list)

    @classmethod
    def of(cls, run: Run) -> Dirt:
        """Take a run's dirt: its scenario's rates, its plans' cleaning."""
        these = run.scenario.stewardship or CLEAN
        plans = [run.timeline.at(week) for week in range(run.scenario.weeks)]
        spent = np.array([plan.stewardship.cleaning for plan in plans])
        done = done_shares(run.scenario.rollout, [plan.rollout for plan in plans])
        return cls(these, Luck(run.seed), these.undiscovered(spent, done))

    def happens(self, share: float, purpose: Purpose, rows: pd.DataFrame, cell: int = 0) -> Mask:
        """Tell in which rows a mistake was made that nobody has found since."""
        made = self.draw(purpose, rows, cell) < share
        return made & (self.draw(Purpose.FOUND, rows, cell) < self.missed[rows["week"]])

    def draw(self, purpose: Purpose, rows: pd.DataFrame, cell: int = 0) -> Any:
        """Draw a uniform for a cell of each row."""
        person, week, j = (rows[name].to_numpy() for name in KEY)
        return self.luck.uniform(purpose, person, week, j % ROWS * CELLS + cell)

    def spoil(self, name: str, rows: pd.DataFrame, column: str, where: Mask, wrong: Any) -> None:
        """Put wrong values into a column, and keep the true ones on a list."""
        true = rows.loc[where, column]
        number = rows.loc[where, f"{SINGULAR[name]}_number"]
        told = pd.DataFrame(
            {"table": name, "number": number, "column": column, "true_value": true.astype(str)}
        )
        self.spoilt.append(told[true.notna()])
        rows.loc[where, column] = wrong


def spoil_all(tables: dict[str, pd.DataFrame], dirt: Dirt) -> None:
    """Spoil values of all tables, in place."""
    misspell_names(tables["customers"], dirt)
    leave_gaps(tables["customers"], dirt)
    for name in DATED:
        mistake_dates(name, tables[name], dirt)
    mistake_units(tables["orders"], dirt)


def misspell_names(customers: pd.DataFrame, dirt: Dirt) -> None:
    """Mistype some names."""
    where = dirt.happens(dirt.these.misspelt_share, Purpose.MISENTRY, customers, MISSPELT)
    wrong = misspelt(customers.loc[where, "name"], dirt.draw(Purpose.SLIP, customers, MISSPELT)[where])
    dirt.spoil("customers", customers, "name", where, wrong)


def leave_gaps(customers: pd.DataFrame, dirt: Dirt) -> None:
    """Leave some details of customers empty."""
    for cell, detail in enumerate(DETAILS):
        where = dirt.happens(dirt.these.gap_share, Purpose.MISENTRY, customers, cell)
        dirt.spoil("customers", customers, detail, where, None)


def mistake_dates(name: str, rows: pd.DataFrame, dirt: Dirt) -> None:
    """Swap day and month of some dates; where that is no other date, write last year's or next year's."""
    column, cell = DATED[name], WRONG_DATE[name]
    where = dirt.happens(dirt.these.wrong_date_share, Purpose.MISBOOKING, rows, cell)
    slip = dirt.draw(Purpose.SLIP, rows, cell)[where]
    true = rows.loc[where, column]
    wrong = [mistaken(date, bool(up)) for date, up in zip(true, slip < 0.5, strict=True)]
    dirt.spoil(name, rows, column, where, pd.Series(wrong, true.index, true.dtype))


def mistake_units(orders: pd.DataFrame, dirt: Dirt) -> None:
    """Write some amounts in cents; nothing is nothing in any unit."""
    where = dirt.happens(dirt.these.wrong_unit_share, Purpose.MISBOOKING, orders, WRONG_UNIT)
    where &= (orders["amount"] > 0).to_numpy()
    dirt.spoil("orders", orders, "amount", where, (orders.loc[where, "amount"] * 100).round(2))


def mistaken(date: pd.Timestamp, later: bool) -> pd.Timestamp:
    """Give the date that a date is mistaken for."""
    if date.day <= 12 and date.day != date.month:
        return date.replace(day=date.month, month=date.day)
    return date + pd.DateOffset(years=1 if later else -1)


def misspelt(names: pd.Series[str], slip: npt.NDArray[np.float64]) -> list[str]:
    """Give names with one letter wrong; `slip` holds a uniform for each.

    In a Latin name a letter is left out, doubled, or changes places with the next; in a Chinese one another
    character stands in the last place.
    """
    return [_misspelt(name, chance) for name, chance in zip(names, slip.tolist(), strict=True)]


def _misspelt(name: str, chance: float) -> str:
    if not name.isascii() and " " not in name:
        others = [sign for sign in CHARACTERS if sign != name[-1]]
        return name[:-1] + others[int(chance * len(others))]
    places = [
        at for at in range(1, len(name) - 1) if name[at : at + 2].isalpha() and name[at] != name[at + 1]
    ]
    which, way = divmod(int(chance * 3 * len(places)), 3)
    at = places[which]
    letters = name[at : at + 2]
    return name[:at] + (letters[1], letters[0] + letters, letters[::-1])[way] + name[at + 2 :]
