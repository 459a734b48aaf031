"""The orders of the week that is under way: who orders when; on Sunday, what for.

Shopping writes it during the week in either form (columns or lives). Closed and sorted on Sunday, it no
longer shows which form wrote it. Experience and contact read it before the next week begins.
"""

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
        self._many: list[tuple[Integers, ...]] = []
        self._notes: list[tuple[int, int, int]] = []
        self.close()
        self.faulty, self.cents, self.discount = np.zeros(0, bool), np.zeros(0, np.int64), np.zeros(0)

    def add(self, minute: Integers, person: Integers, j: Integers) -> None:
        """Add orders of many people."""
        self._many.append((minute, person, j))

    def note(self, minute: int, person: int, j: int) -> None:
        """Add one order of one person."""
        self._notes.append((minute, person, j))

    def close(self) -> None:
        """Put the week's orders in order and make room for the next week's."""
        noted = np.array(self._notes, np.int64).reshape(-1, 3).T
        minute, person, j = (np.concatenate(parts) for parts in zip(noted, *self._many, strict=True))
        monday = minute.min(initial=np.iinfo(np.int64).max)
        # packed into one word, no two alike, orders sort several times as fast as by their places
        word = np.sort((minute - monday) << 44 | person << 12 | j)
        self.minute, self.person, self.j = (word >> 44) + monday, word >> 12 & 0xFFFFFFFF, word & 0xFFF
        self._many, self._notes = [], []
