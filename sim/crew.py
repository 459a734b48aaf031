"""The crew: how the agents at the desk work this week, in the few numbers that customers feel of it.

What trains, pays and wears out agents sets it on Monday (`processes/staff.py`); the desk works by it. Without
such a mechanism every ticket takes its usual time, and the first work on it solves it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crew:
    """The agents of a week; the defaults are those of a desk whose agents neither learn nor tire."""

    pace: float = 1.0  # time a ticket takes, beside the usual
    first_contact: float = 1.0  # share of tickets that the first work on them solves
    recovery: float = 0.0  # harm that a solution leaves is multiplied by exp(-recovery)
    again_minutes: int = 1  # until those come again whom the first work did not help
