"""A category: a kind of goods that a market sells, as its scenario describes it.

Plain data, part of the `basket` section of a scenario; how households want it is a matter of
`processes/basket.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.data import Data
from sim.parameter import SCENARIO, parameter

TOGETHER = "Manchanda, Ansari & Gupta 1999, Marketing Science 18(2): what goes together; sizes assumed"


class Category(Data):
    """A kind of goods."""

    share: float = parameter(
        "orders with it, of a usual household, beside what goes together", "share", SCENARIO, gt=0, lt=1
    )
    weight: float = parameter("how dear a line of it is, beside others", "-", SCENARIO, 1.0, gt=0, le=1e3)
    margin: float = parameter(
        "what is left of its shelf price after the goods are paid; below 0: a bait",
        "share",
        SCENARIO,
        ge=-1,
        le=1,
    )
    cycle_weeks: float | None = parameter(
        "weeks that a pack of a staple lasts a usual household; none: no staple",
        "weeks",
        SCENARIO,
        None,
        ge=0.2,
        le=104,
    )
    goes_with: dict[str, Annotated[float, Field(ge=0.01, le=100)]] = parameter(
        "who came for this buys those so many times as readily", "-", TOGETHER, {}
    )
