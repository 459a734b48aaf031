"""Delays: what a market's record shows of its customers, and how long it takes until an event is known.

In a scenario these numbers stand under `record`.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator

from sim.clock import MINUTES_AN_HOUR
from sim.data import Data
from sim.events import BILL, Kind
from sim.parameter import SCENARIO, parameter
from sim.segment import Segment, not_there

Integers = npt.NDArray[np.integer]
FEATURES = tuple(Segment.model_fields)


def _is_feature(name: str) -> str:
    if name not in FEATURES:
        raise ValueError(not_there(name))
    return name


class Delays(Data):
    """How long it takes until an event is known, and what the record shows at all."""

    order_hours: float = parameter("an order is on record after", "hours", SCENARIO, 0.0, ge=0, le=168)
    answer_hours: float = parameter(
        "a survey answer is on record after", "hours", SCENARIO, 0.0, ge=0, le=168
    )
    sees: tuple[Annotated[str, AfterValidator(_is_feature)], ...] | None = parameter(
        "what the record shows, as segments name it; everything when not given", "-", SCENARIO, None
    )

    @property
    def shown(self) -> tuple[str, ...]:
        """The features that a plan may use, in the order of `Segment`."""
        return FEATURES if self.sees is None else tuple(name for name in FEATURES if name in self.sees)

    def hides(self, name: str) -> str:
        """Say that the record shows no such feature, and what it shows."""
        return f'this record does not show "{name}". It shows: {", ".join(self.shown) or "nothing"}.'

    def minutes(self) -> Integers:
        """Give the delay of each kind of event, by its number."""
        delay = np.zeros(256, np.int64)
        delay[[*BILL, Kind.BASKET]] = round(self.order_hours * MINUTES_AN_HOUR)
        delay[[Kind.NPS, Kind.CSAT, Kind.DECLARED]] = round(self.answer_hours * MINUTES_AN_HOUR)
        return delay
