"""The view: what the firm sees of its records, as segments and functions of the record ask for it.

Stands between `sim.record`, which learns, and a plan, which chooses. Each feature is worked out from the
columns of the record when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.chance import Floats, Integers
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.delays import FEATURES
from sim.mask import Mask
from sim.need import NEEDS
from sim.purchases import UNKNOWN
from sim.segment import HIDDEN_TRAITS, cannot_see, not_there

if TYPE_CHECKING:
    from sim.record import Record

WORDS = np.array([*NEEDS, ""])  # of needs; the last is that of nobody asked, -1
EXPECTED = (
    "campaign.to: the function must answer true or false for each record, "
    "for example lambda r: r.recency_weeks > 8"
)


class View:
    """What the firm sees of its records: the features of `Segment`, each an array of shape (records,)."""

    def __init__(self, record: Record, about: str | None = None) -> None:
        self._record = record
        self._about = about  # the staple whose run-out is asked for

    def __len__(self) -> int:
        return len(self._record.person[self._record.rows])

    def __getattr__(self, name: str) -> npt.NDArray[Any]:
        if name in FEATURES and name not in self._record.delays.shown:
            raise Fault(self._record.delays.hides(name))
        if name == "runout_weeks":
            predicted = self._record.purchases.runout_weeks(self._record.monday, self._about)
            return predicted[self._record.rows]
        if name in FEATURES:
            return FEATURE[name](self._record)[self._record.rows]
        if name.startswith("__"):
            raise AttributeError(name)
        raise Fault(cannot_see(name) if name in HIDDEN_TRAITS else not_there(name))


def answer_of(rule: Callable[[Any], Any], view: View) -> Mask:
    """Ask a function about the records, or say what is wrong with its answer."""
    try:
        mask = np.asarray(rule(view))
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault(
            f"{EXPECTED}; join conditions by & and |, each in brackets. It failed: {error}"
        ) from error
    if not mask.size and not len(view):
        return np.zeros(0, bool)
    if mask.dtype != bool or mask.shape != (len(view),):
        raise Fault(f"{EXPECTED}; it gave {mask.dtype} of shape {mask.shape}.")
    return mask


def _weeks_since(record: Record, minute: Integers) -> Floats:
    return np.where(minute == UNKNOWN, np.nan, (record.monday - minute) / MINUTES_A_WEEK)


FEATURE: dict[str, Callable[[Record], npt.NDArray[Any]]] = {
    "recency_weeks": lambda r: _weeks_since(r, r.last),
    "tenure_weeks": lambda r: _weeks_since(r, r.first),
    "orders": lambda r: r.orders.astype(float),
    "orders_52w": lambda r: r.orders_52w.astype(float),
    "spend": lambda r: r.cents / 100,
    "spend_52w": lambda r: r.cents_52w / 100,
    "contact_weeks": lambda r: _weeks_since(r, r.contact),
    "opened": lambda r: r.opened.astype(float),
    "clicked": lambda r: r.clicked.astype(float),
    "tickets": lambda r: r.tickets.astype(float),
    "nps": lambda r: r.nps.astype(float),
    "tier": lambda r: np.where(r.tier == UNKNOWN, np.nan, r.tier),
    "points": lambda r: r.points / 100,
    "community": lambda r: r.community.astype(float),
    "contract_weeks": lambda r: -_weeks_since(r, r.term_end),
    "contract_level": lambda r: np.where(r.level == UNKNOWN, np.nan, r.level),
    "need": lambda r: WORDS[r.need],
    "greenness": lambda r: r.greenness.astype(float),
    "household_size": lambda r: np.where(r.household == UNKNOWN, np.nan, r.household),
}
