"""A trigger: a message that goes out by itself when something befalls a single customer (营销自动化).

Plain data, as a campaign is. When the occasion is there is worked out from the firm's record
(`sim/occasions.py`); the message then goes the way of all messages (`processes/contact.py`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.campaign import Message, control_group
from sim.parameter import PLAN, parameter

Occasion = Literal["welcome", "lapse", "complaint", "tier", "birthday", "abandoned", "runout"]
REQUIRED = {
    "complaint": "service",
    "tier": "loyalty",
    "runout": "basket",
}  # without which there is no such occasion
SHOWN_BY: dict[Occasion, tuple[str, ...]] = {
    "welcome": ("tenure_weeks",),
    "lapse": ("recency_weeks",),
    "complaint": ("tickets",),
    "tier": ("tier",),
    "abandoned": ("clicked", "recency_weeks"),
    "runout": ("runout_weeks",),
}  # what the record must show for the firm to notice it; birthdays were told, not recorded


class Trigger(Message):
    """A message on an occasion, once each time: of those it befalls, to whom the segment `to` fits as well.

    welcome: the first order on record. lapse: no order for `wait_weeks`. complaint: a ticket. tier: a higher
    tier reached. birthday: its week begins, of those who have told it. abandoned: a message was clicked, and
    no order followed. runout: a pack of the staple `about`, or the next pack of any, is predicted to run out
    in the coming week.
    """

    on: Occasion = parameter("the occasion", "-", PLAN, "welcome")
    wait_weeks: int = parameter(
        "weeks between the occasion and the message; after the last order, for a lapse",
        "weeks",
        PLAN,
        0,
        slider=(0, 26, 1),
        ge=0,
        le=520,
    )
    holdout: float = control_group()

    @property
    def personal(self) -> bool:
        """It always goes by what is known of a single customer."""
        return True

    @model_validator(mode="after")
    def _says_how_long_silence_is(self) -> Trigger:
        if self.on == "lapse" and not self.wait_weeks:
            raise ValueError("a lapse needs weeks of silence: give wait_weeks, such as 8.")
        return self
