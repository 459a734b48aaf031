"""The orders of the week that is under way: who orders when; on Sunday, what for.

Shopping writes it during the week in either form (columns or lives). Closed and sorted on Sunday, it no
longer shows which form wrote it. Experience and contact read it before the next week begins.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.chance import Floats, Integers


class WeekOrders:
    """Columns of shape (orders of the week,), sorted by (minute, person, j) once closed."""

    minute: Integers
    person: Integers
    j: Integers  # the person's j-th order of the week, from 0
    faulty: npt.NDArray[np.bool_]
    cents: npt.NDArray[np.int64]  # goods at shelf price
    discount: Floats  # share of it that the customer did not pay

    def __init__(self) -> None:
        self._rounds: list[tuple[npt.NDArray[Any], ...]] = []
        self._notes: list[tuple[int, int, int, bool]] = []
        self.close()
        self.cents, self.discount = np.zeros(0, np.int64), np.zeros(0)

    def add(self, minute: Integers, person: Integers, j: int, faulty: npt.NDArray[np.bool_]) -> None:
        """Add the j-th orders of many people."""
        self._rounds.append((minute, person, np.full(len(person), j), faulty))

    def note(self, minute: int, person: int, j: int, faulty: bool) -> None:
        """Add one order of one person."""
        self._notes.append((minute, person, j, faulty))

    def close(self) -> None:
        """Put the week's orders in order and make room for the next week's."""
        noted = np.array(self._notes, np.int64).reshape(-1, 4).T
        columns = [np.concatenate(parts).astype(np.int64) for parts in zip(noted, *self._rounds, strict=True)]
        order = np.lexsort(columns[2::-1])
        self.minute, self.person, self.j = (column[order] for column in columns[:3])
        self.faulty = columns[3][order].astype(bool)
        self._rounds, self._notes = [], []
