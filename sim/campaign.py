"""A campaign: whom to write to, how, how often, and with what offer; and what any message has in common.

Plain data, the heart of most plans. Who is chosen is a rule about the firm's record; what then happens is
a matter of the market (`processes/contact.py`, `processes/pricing.py`). Its sibling, sent on occasions of a
single customer, is in `sim/trigger.py`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    SerializerFunctionWrapHandler,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
)

from sim.channel import ChannelName
from sim.data import Data
from sim.need import NeedName
from sim.parameter import PLAN, parameter
from sim.segment import Segment

EVERYBODY = Segment()


def _rule_or_function(given: Any, rule: ValidatorFunctionWrapHandler) -> Any:
    return given if callable(given) else rule(given)


def _as_it_is(given: Any, rule: SerializerFunctionWrapHandler) -> Any:
    return given if callable(given) else rule(given)


Audience = Annotated[Segment, WrapValidator(_rule_or_function), WrapSerializer(_as_it_is)]


class Offer(Data):
    """What a message promises."""

    discount: float = parameter(
        "off the shelf price of this week's orders", "share", PLAN, 0.0, slider=(0, 0.5, 0.01), ge=0, le=1
    )


class Message(Data):
    """What a firm writes: to whom, how, with what offer and with how big words.

    `to` is a `Segment`; in a notebook it may also be a function of the record, which then cannot be
    saved.
    """

    name: str = parameter("a name for reports", "-", PLAN, "", max_length=80)
    to: Audience = parameter("who is written to", "-", PLAN, Segment())
    channel: ChannelName = parameter("how", "-", PLAN, "email")
    offer: Offer = parameter("what is offered", "-", PLAN, Offer())
    promise: float = parameter(
        "what the words promise: 0 plainly what is so, 1 perfection", "-", PLAN, 0.0, ge=0, le=1
    )
    fits: NeedName | None = parameter(
        "for which need the message is made: it pleases those who have it, and not the others",
        "-",
        PLAN,
        None,
        absent="for everybody",
    )
    about: str | None = parameter(
        "the category it is about; with it, a rule on runout_weeks is about this one too",
        "-",
        PLAN,
        None,
        absent="no goods in particular",
        max_length=80,
    )

    @property
    def personal(self) -> bool:
        """Tell whether it is chosen by a profile who gets it, or everybody does."""
        return self.to != EVERYBODY


def control_group() -> Any:
    """Declare the share of the chosen who are left alone for comparison: always the same people."""
    return parameter("control group", "share", PLAN, 0.0, slider=(0, 0.5, 0.05), ge=0, le=1)


class Campaign(Message):
    """Messages to a segment, once or again and again."""

    every: int = parameter(
        "weeks from one message to the next", "weeks", PLAN, 1, slider=(1, 26, 1), ge=1, le=520
    )
    first_week: int = parameter(
        "week of the first message", "week", PLAN, 0, slider=(0, 104, 1), ge=0, le=5200
    )
    until_week: int | None = parameter(
        "no message from this week on",
        "week",
        PLAN,
        None,
        slider=(0, 104, 1),
        absent="no end",
        ge=0,
        le=5200,
    )
    holdout: float = control_group()

    def due(self, week: int) -> bool:
        """Tell whether a message goes out in this week."""
        begun, over = week >= self.first_week, self.until_week is not None and week >= self.until_week
        return begun and not over and (week - self.first_week) % self.every == 0
