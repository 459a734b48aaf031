"""Laws of the event log: a page holds what was written, sorted, and equal rows stay as they were written."""

import numpy as np
import pytest

from sim.events import KIND_BITS, Kind
from sim.log import EventLog

ROWS = 4_000


@pytest.mark.parametrize(
    "people", [3, 10_000, 2**31 - 1], ids=["few", "many", "as many as a column can number"]
)
def test_a_page_is_sorted_and_equal_rows_stay_as_they_were_written(people: int) -> None:
    chance = np.random.default_rng(1)
    minute = 10_080 * 40 + chance.integers(0, 50, ROWS)  # so that many rows are equal
    minute[0] += 10_000
    person = np.append(chance.integers(-1, min(people, 40), ROWS - 1), people - 1)
    kind = chance.choice([int(kind) for kind in Kind], ROWS)
    log = EventLog()
    for row, (code, when, who) in enumerate(
        zip(kind.tolist(), minute.tolist(), person.tolist(), strict=True)
    ):
        log.write(Kind(code), when, np.array([who]), ref=row)
    expected = sorted(range(ROWS), key=lambda row: (minute[row], person[row], kind[row], row))
    page = log.close_week()
    assert page.ref.tolist() == expected
    assert np.array_equal(page.person, person[expected])
    assert np.array_equal(page.kind, kind[expected])


def test_numbers_fill_their_column_and_single_events_stand_beside_many() -> None:
    log = EventLog()
    log.write(Kind.SENT, 540, np.array([5, 2]), channel=3, ref=np.array([1, 2]), value=7)
    log.note(Kind.TICKET, 100, 4)
    log.write(Kind.OPENED, np.array([]), np.array([], np.int64))
    page = log.close_week()
    assert page.frame().astype({"kind": str}).to_numpy().tolist() == [
        [100, 4, "ticket", 0, 0, 0],
        [540, 2, "sent", 3, 2, 7],
        [540, 5, "sent", 3, 1, 7],
    ]
    assert len(log.close_week()) == 0


def test_every_kind_fits_the_bits_that_a_page_is_sorted_by() -> None:
    assert max(Kind) < 1 << KIND_BITS
