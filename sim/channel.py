"""A channel: one way in which a firm reaches people, what it costs and how people take it.

A scenario names its channels by words of its own. In the event log a channel is a number: the five that the
kit began with keep theirs in every market, others follow in the order in which the scenario lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema, field_validator

from sim.data import Data
from sim.parameter import SCENARIO, parameter

FIRST = ("email", "sms", "phone", "app", "store")  # their numbers are 0 to 4 everywhere
MOST = 12  # channels of a market
WORD = r"[a-z][a-z0-9_]{0,23}"
CAP_WEEKS = 4  # the span in which a channel with a cap carries only so many mailings

HILLSTROM = "Hillstrom 2008, MineThatData e-mail test (visits 10.6 % without, 15.1-18.3 % with an e-mail)"
FATIGUE = "Zhang, Kumar & Cosguner 2017, JMR 54(6); Ansari, Mela & Neslin 2008, JMR 45(1)"


def _is_a_word(name: str) -> str:
    if not re.fullmatch(WORD, name):
        raise ValueError(
            f'"{name[:40]}" is no name of a channel: it is a word of small letters, '
            f"such as {', '.join(FIRST)} or official_account."
        )
    return name


ChannelName = Annotated[
    str, AfterValidator(_is_a_word), WithJsonSchema({"type": "string", "pattern": f"^{WORD}$"})
]


class Channel(Data):
    """One way to reach people."""

    cost: float = parameter("cost of a message", "currency", SCENARIO, ge=0, le=1e4)
    consent_share: float = parameter("people who may be reached on it", "share", SCENARIO, ge=0, le=1)
    open_share: float = parameter("rested people who notice a message", "share", HILLSTROM, ge=0, le=1)
    click_share: float = parameter(
        "of those, who follow a message without an offer", "share", HILLSTROM, ge=0, le=1
    )
    fatigue: float = parameter("fatigue that a message adds", "fatigue", FATIGUE, ge=0, le=10)
    opt_out_share: float = parameter(
        "rested people who opt out after a message", "share", FATIGUE, ge=0, le=1
    )
    in_person: bool = parameter("only those can be met who came in last week", "-", SCENARIO, False)
    members_only: bool = parameter(
        "only members who have not muted the firm's group read it", "-", SCENARIO, False
    )
    most_in_4_weeks: int | None = parameter(
        "mailings to many that it carries in any four weeks; no limit when not given",
        "mailings",
        SCENARIO,
        None,
        ge=0,
        le=1_000,
    )

    @field_validator("cost")
    @classmethod
    def _whole_cents(cls, cost: float) -> float:
        if abs(cost * 100 - round(cost * 100)) > 1e-6:
            raise ValueError(f"{cost} is no whole number of cents, and the books are kept in cents.")
        return cost


def codes(names: Iterable[str]) -> dict[str, int]:
    """Give the number of each channel of a market in the event log, in the order of these numbers."""
    listed = tuple(names)
    known = {name: code for code, name in enumerate(FIRST) if name in listed}
    others = (name for name in listed if name not in FIRST)
    return known | {name: code for code, name in enumerate(others, start=len(FIRST))}
