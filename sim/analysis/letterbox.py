"""The letterbox: a figure of one person in two records, orders and letters of each account in time."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim import style
from sim.analysis.doubles import CARD, ORDER, WEB
from sim.data import Fault
from sim.style import Picture, styled

COLUMNS = ("account", "week", "what")
MOST = len(style.PALETTE) - 2  # kinds of letters, beside the orders; a yellow one cannot be seen
STEP = 0.14  # from one kind to the next, of the way to the other account


@styled
def letterbox(history: pd.DataFrame) -> Picture:
    """Show what the firm has on file under each of a person's two accounts.

    Parameters
    ----------
    history
        As `sim.analysis.doubles.history` gives it; up to five messages.
    """
    style.expect(history, pd.DataFrame, "letterbox", "a table, as doubles.history(run, person) gives it")
    if not set(COLUMNS) <= set(history):
        raise Fault("letterbox: expects the table that doubles.history(run, person) gives.")
    letters = sorted(set(history["what"]) - {ORDER})
    if len(letters) > MOST:
        raise Fault(f"letterbox: shows up to {MOST} messages, was given {len(letters)}.")
    figure = Picture("Timeline", "One person, as the firm has it on file", height=4.6)
    axes = figure.subplots()
    axes.grid(visible=False)
    for place, what in enumerate([ORDER, *letters]):
        mine = history[history["what"] == what]
        row = mine["account"].map({CARD: 0.0, WEB: 1.0}) + STEP * place
        axes.plot(mine["week"], row, linestyle="", color=style.PALETTE[place], label=what, **_pen(what))
    foot = STEP * len(letters)
    axes.set(
        xlabel="week", ylim=(1.15 + foot, -0.5), yticks=[foot / 2, 1 + foot / 2], yticklabels=[CARD, WEB]
    )
    axes.tick_params(axis="y", length=0)
    axes.axhline((1 + foot) / 2, color=style.PALE)
    axes.legend(loc="upper left", ncols=len(letters) + 1)
    figure.read(" ".join(_said(history, account, letters) for account in (CARD, WEB)))
    return figure


def _pen(what: str) -> dict[str, Any]:
    """Choose a dot for an order, and a stroke for a letter."""
    return {"marker": "o", "alpha": 0.7} if what == ORDER else {"marker": "|", "markeredgewidth": 2}


def _said(history: pd.DataFrame, account: str, letters: list[str]) -> str:
    times = history.loc[history["account"] == account, "what"].value_counts()
    parts = [f"{times.get(what, 0):,} {what}" for what in letters]
    return f"On the {account}: {times.get(ORDER, 0):,} orders; letters: {', '.join(parts) or 'none'}."
