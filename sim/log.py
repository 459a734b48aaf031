"""The log: what processes write their events to; at the end of each week it closes a page.

A page is sorted by (minute, person, kind) and never changed again.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.events import KIND_BITS, TYPES, Events, Kind

Integers = npt.NDArray[np.integer]
Column = int | npt.NDArray[Any]  # one number for all rows, or an array of them
Block = tuple[Any, ...]  # six columns, in the order of `Events`


class EventLog:
    """An append-only log, a page a week."""

    def __init__(self) -> None:
        self.pages: list[Events] = []
        self._blocks: list[Block] = []
        self._notes: list[tuple[int, ...]] = []

    def write(
        self,
        kind: Kind,
        minute: Column,
        person: Integers,
        channel: Column = 0,
        ref: Column = 0,
        value: Column = 0,
    ) -> None:
        """Write an event for each person; the other columns may be arrays or single numbers.

        The log reads these arrays when it closes the week: they must stay as they are until then.
        """
        if len(person):
            self._blocks.append((minute, person, int(kind), channel, ref, value))

    def note(
        self, kind: Kind, minute: int, person: int, channel: int = 0, ref: int = 0, value: int = 0
    ) -> None:
        """Write a single event."""
        self._notes.append((minute, person, int(kind), channel, ref, value))

    def close_week(self) -> Events:
        """Sort what was written since the last page into a new one."""
        if self._notes:
            self._blocks.append(tuple(zip(*self._notes, strict=True)))
        lengths = [len(person) for _, person, *_ in self._blocks]
        written = ([block[place] for block in self._blocks] for place in range(len(TYPES)))
        columns = [_bind(blocks, lengths, dtype) for blocks, dtype in zip(written, TYPES, strict=True)]
        page = Events(*columns)
        order = _order(page)
        for column in columns:
            column[:] = column.take(order)  # in place: what stays for good leaves no gaps in memory
        self._blocks, self._notes = [], []
        self.pages.append(page)
        return page


def _bind(blocks: list[Column], lengths: list[int], dtype: type) -> npt.NDArray[Any]:
    """Lay a column's blocks one behind the other; a single number fills its whole block."""
    column: npt.NDArray[Any] = np.zeros(sum(lengths), dtype)
    start = 0
    for block, length in zip(blocks, lengths, strict=True):
        if isinstance(block, np.ndarray) or block:  # zeros are there already
            column[start : start + length] = block
        start += length
    return column


def _order(page: Events) -> Integers:
    """Sort by (minute, person, kind); equal rows stay as they were written.

    Packs the three and the row's place into one word: plain words are sorted several times as fast as
    places by what stands there.
    """
    if not len(page):
        return np.empty(0, np.intp)
    word = page.minute.astype(np.int64)
    word -= word.min()
    person_bits, place_bits = (int(page.person.max()) + 1).bit_length(), len(page).bit_length()
    if int(word.max()).bit_length() + person_bits + KIND_BITS + place_bits > 63:
        return np.lexsort((page.kind, page.person, page.minute))  # millions of people
    person, place = page.person + 1, np.arange(len(page))  # the firm is -1
    for bits, column in ((person_bits, person), (KIND_BITS, page.kind), (place_bits, place)):
        word <<= bits
        word |= column
    word.sort()
    word &= (1 << place_bits) - 1
    return word
