"""Need: the types of need that a market knows, and the offers that two shops make to them.

The words of the needs are few and fixed, so that a plan that names one which does not exist is told so.
What they weigh is a scenario's own (`processes/needs.py`).
"""

from __future__ import annotations

from typing import Any, Literal

from sim.data import Data
from sim.parameter import SCENARIO, parameter

NeedName = Literal["family", "business", "young", "senior"]
NEEDS: tuple[NeedName, ...] = ("family", "business", "young", "senior")
PARTS = ("range", "speed", "personnel", "ease", "image")  # of an offer, beside its price


class Weights(Data):
    """A type of need: how many have it, and how much each part of an offer counts to them."""

    share: float = parameter("relative number of people", "-", SCENARIO, 1.0, ge=0, le=1e6)
    range: float = parameter("goods: choice and quality", "relative weight", SCENARIO, 1.0, ge=0, le=100)
    speed: float = parameter("time saved", "relative weight", SCENARIO, 1.0, ge=0, le=100)
    personnel: float = parameter("who serves, and how", "relative weight", SCENARIO, 1.0, ge=0, le=100)
    ease: float = parameter("energy and mind saved", "relative weight", SCENARIO, 1.0, ge=0, le=100)
    image: float = parameter("what the shop stands for", "relative weight", SCENARIO, 1.0, ge=0, le=100)
    money: float = parameter("money saved", "relative weight", SCENARIO, 1.0, gt=0, le=100)


def _points(meaning: str) -> Any:
    return parameter(meaning, "points of 10", SCENARIO, 6.0, ge=0, le=10)


class Proposition(Data):
    """What a shop offers before anybody moves a lever: its value proposition (价值主张)."""

    range: float = _points("choice and quality of goods")
    speed: float = _points("how little time it takes")
    personnel: float = _points("who serves, and how")
    ease: float = _points("how little energy and mind it takes")
    image: float = _points("what the shop stands for")
    price: float = parameter("prices, beside our shelf price", "share", SCENARIO, 1.0, ge=0.5, le=2)


TYPES: dict[NeedName, Weights] = {
    "family": Weights(share=4, range=3, ease=2, money=4),
    "business": Weights(share=2, speed=4, ease=2),
    "young": Weights(share=2, range=2, speed=2, image=3, money=3),
    "senior": Weights(share=2, range=2, personnel=4, ease=2, money=2),
}
