"""Words: all that the customers of one trade have to say, and the list by which a person would count themes.

Each theme has *plain* sentences, which name the thing, *roundabout* ones, which do not, a few *topics* by
which others deny it ("it is not the price, but ..."), and *asides* for those whom it bothers a little. A word
in braces is filled in from the slot of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.events import Cause

Trade = Literal["shop", "software", "bank", "maker"]
Choices = tuple[str, ...]
ByCause = Mapping[Cause, Choices]


@dataclass(frozen=True)
class Words:
    """The words of a trade."""

    slots: Mapping[str, Choices]  # what may stand in braces; "item" is what is sold, "who" is near the writer
    plain: ByCause
    roundabout: ByCause
    topics: ByCause
    asides: ByCause
    chatter: Choices  # what has nothing to do with it, often in the words of some theme
    content: Choices  # of those whom nothing bothers
    keywords: ByCause
