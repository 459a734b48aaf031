"""A burst: many moves of a lever in a moment, of which only the last deserves an answer.

Widgets report every step of a slider that is dragged. They do so in the kernel's event loop, in turn; while
an answer is being worked out, further moves wait there and are then reported all at once. So an answer is
put off until no move has come for a moment, and then is given to the state of that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PAUSE = 0.15  # seconds without a move after which the hand has come to rest


class Burst:
    """Calls `answer` once for all that was asked in a burst; at once where no event loop runs."""

    def __init__(self, answer: Callable[[], object], pause: float = PAUSE) -> None:
        self._answer, self._pause, self._asked, self._answered = answer, pause, 0, 0

    @property
    def pending(self) -> bool:
        """Whether something asked has yet to be answered."""
        return self._answered < self._asked

    def ask(self) -> None:
        """Ask for an answer when the burst is over."""
        self._asked += 1
        turn = self._asked
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a plain script: there is nobody to wait for
            self._give(turn)
        else:
            loop.call_later(self._pause, self._give, turn)

    def _give(self, turn: int) -> None:
        if turn == self._asked:  # or else there came another move since
            self._answer()
            self._answered = turn
