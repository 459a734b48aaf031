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
# the parts of an offer, beside its price
PARTS = ("range", "service", "personnel", "image", "speed", "ease", "clarity")


def _weight(meaning: str) -> Any:
    return parameter(meaning, "relative weight", SCENARIO, 1.0, ge=0, le=100)


class Weights(Data):
    """A type of need: how many have it, and how much each part of an offer counts to them."""

    share: float = parameter("relative number of people", "-", SCENARIO, 1.0, ge=0, le=1e6)
    range: float = _weight("goods: choice and quality")
    service: float = _weight("what comes with the goods: advice, delivery, help afterwards")
    personnel: float = _weight("who serves, and how")
    image: float = _weight("what the shop stands for")
    speed: float = _weight("time saved")
    ease: float = _weight("energy saved: near, easy to reach and to carry home")
    clarity: float = _weight("mind saved: order, clear prices, nothing to worry about")
    money: float = parameter("money saved", "relative weight", SCENARIO, 1.0, gt=0, le=100)


def _points(meaning: str) -> Any:
    return parameter(meaning, "points of 10", SCENARIO, 6.0, ge=0, le=10)


class Proposition(Data):
    """What a shop offers before anybody moves a lever: its value proposition (价值主张)."""

    range: float = _points("choice and quality of goods")
    service: float = _points("what comes with the goods: advice, delivery, help afterwards")
    personnel: float = _points("who serves, and how")
    image: float = _points("what the shop stands for")
    speed: float = _points("how little time it takes")
    ease: float = _points("how little energy it takes")
    clarity: float = _points("how little there is to think and worry about")
    price: float = parameter("prices, beside our shelf price", "share", SCENARIO, 1.0, ge=0.5, le=2)


TYPES: dict[NeedName, Weights] = {
    "family": Weights(share=4, range=3, ease=2, money=5),
    "business": Weights(share=2, speed=4, clarity=2),
    "young": Weights(share=2, range=2, image=3, speed=2, money=4),
    "senior": Weights(share=2, range=2, service=2, personnel=4, ease=2, clarity=2, money=3),
}
