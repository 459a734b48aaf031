"""Reading: a market with some numbers changed, and two of its results as the number of a claim."""

from __future__ import annotations

from typing import Any

from sim.scenario import Scenario


def altered(market: Scenario, section: str, **numbers: Any) -> Scenario:
    """Give the same market with some numbers changed of a section that it has."""
    return market.but(**{section: getattr(market, section).but(**numbers)})


def change(with_: float, without: float) -> float:
    """Give how much more there is with something than without it, in per cent of the latter."""
    return 100 * (with_ / without - 1)


def points(with_: float, without: float) -> float:
    """Give how much larger a share is with something than without it, in points of 100."""
    return 100 * (with_ - without)
