"""A ticket: a complaint on its way through the desk; and the lines in which tickets wait.

All wait in one line, the urgent first, then the earlier, then the lower person number. Where some agents are
specialists for what looks simple, there are two lines; where each channel has a desk of its own, one for each
channel. Each line has its own agents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from sim.clock import MINUTES_A_WEEK

SIMPLE, DIFFICULT = 0, 1  # the lines, where there are two


@dataclass(slots=True, order=True)
class Ticket:
    """A complaint; tickets sort as they are served."""

    priority: int
    minute: int  # of arrival
    person: int
    j: int  # the order of that week it is about
    opened: float  # open minutes at arrival
    visits: int = field(default=0, compare=False)  # how often an agent has begun to work on it
    waited: int = field(default=0, compare=False)  # open minutes until the first answer
    channel: int = field(default=0, compare=False)  # place of the channel by which it came last
    line: int = field(default=SIMPLE, compare=False)  # where it waits
    effort: float = field(default=1.0, compare=False)  # of the first work on it, beside the mean
    rework: float = field(default=1.0, compare=False)  # of the second, if it takes one
    relapse: float = field(default=1.0, compare=False)  # comes again if a greater share of first work fails
    next_channel: int = field(default=0, compare=False)  # place of the channel by which it would come again
    work_factor: float = field(default=1.0, compare=False)  # what work on it takes, beside the usual
    recovery: float = field(default=0.0, compare=False)  # harm that is left is multiplied by exp(-recovery)
    misled: bool = field(default=False, compare=False)  # thought solved, but is not: no firm knows

    @property
    def occasion(self) -> tuple[int, int, int]:
        """The person, week and order that it is about: what its luck is keyed by."""
        return self.person, self.minute // MINUTES_A_WEEK, self.j


class Lines:
    """Tickets that wait, in one line or in several."""

    def __init__(self, lines: int = 1, waiting: Iterable[Ticket] = ()) -> None:
        self._lines: list[list[Ticket]] = [[] for _ in range(lines)]
        for ticket in waiting:
            self.join(ticket)

    def __len__(self) -> int:
        return sum(map(len, self._lines))

    def __iter__(self) -> Iterator[Ticket]:
        return (ticket for line in self._lines for ticket in line)

    def join(self, ticket: Ticket) -> None:
        """Let a ticket wait in its line."""
        heappush(self._lines[min(ticket.line, len(self._lines) - 1)], ticket)

    def leave(self, agents: tuple[int, ...], in_hand: list[Ticket]) -> Ticket | None:
        """Take the ticket that is served next, if one of the agents of its line is free."""
        if len(agents) == 1:
            line = self._lines[0]
            return heappop(line) if line and len(in_hand) < agents[0] else None
        busy = [sum(ticket.line == line for ticket in in_hand) for line in range(len(agents))]
        free = [line for line, has, at_work in zip(self._lines, agents, busy, strict=True) if has > at_work]
        heads = [(line[0], line) for line in free if line]
        return heappop(min(heads)[1]) if heads else None
