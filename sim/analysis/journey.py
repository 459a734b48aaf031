"""A customer's journey (客户旅程), read off the event log: how many go on at each step, and what comes next.

    run -> newcomers, messages, complaints (funnels: a row a step), transitions (a table of what comes next)

All of it is what the firm sees. A step that many do not take is a leak only if they would have taken it:
whether mending it brings anything is told by trying.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import style
from sim.analysis.touchpoints import minutes_since
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Fault
from sim.events import Events, Kind
from sim.run import Run
from sim.style import Picture, percent, styled

ORDERS = (1, 2, 3, 6, 12)  # of a newcomer in their first year
WORDS = ("first", "second", "third", "sixth", "twelfth")
SETTLED = 26  # weeks
SOON, AGAIN = 7, 13  # days from a message to an order; weeks from a complaint to the next order
NEXT = {
    "ordered": Kind.ORDER,
    "opened a message": Kind.OPENED,
    "clicked": Kind.CLICKED,
    "complained": Kind.TICKET,
    "was answered": Kind.ANSWERED,
    "opted out": Kind.OPTED_OUT,
}
NOTHING = "nothing more"
STEPS = ["reached", "of_the_step_before", "lost"]


def newcomers(run: Run) -> pd.DataFrame:
    """Follow those whose first order on record came after half a year, each through their first year.

    Whoever came before may be an old customer of the shop, whom the record has just met.

    Raises
    ------
    Fault
        If the run is too short to follow anybody for a year.
    """
    orders = run.events.of(Kind.ORDER)
    first = np.full(run.scenario.people, np.iinfo(np.int64).max // 2)
    np.minimum.at(first, orders.person, orders.minute.astype(np.int64))
    end, year = (run.scenario.weeks - WEEKS_A_YEAR) * MINUTES_A_WEEK, WEEKS_A_YEAR * MINUTES_A_WEEK
    fresh = (first >= SETTLED * MINUTES_A_WEEK) & (first < end)
    if not fresh.any():
        raise Fault("newcomers: the run holds nobody whom one could follow for a year; make it longer.")
    inside = orders.minute < first[orders.person] + year
    bought = np.bincount(orders.person[inside], minlength=run.scenario.people)[fresh]
    return _funnel({f"{word} order": int((bought >= n).sum()) for word, n in zip(WORDS, ORDERS, strict=True)})


def messages(run: Run) -> pd.DataFrame:
    """Follow messages to an order within seven days."""
    clicked, orders = run.events.of(Kind.CLICKED), run.events.of(Kind.ORDER)
    counts = {"sent": len(run.events.of(Kind.SENT)), "opened": len(run.events.of(Kind.OPENED))}
    counts |= {
        "clicked": len(clicked),
        "ordered": int(_followed(clicked, orders, SOON * MINUTES_A_DAY).sum()),
    }
    return _funnel(counts)


def complaints(run: Run) -> pd.DataFrame:
    """Follow complaints to an answer, a solution, and another order within thirteen weeks."""
    tickets, orders = run.events.of(Kind.TICKET), run.events.of(Kind.ORDER)
    again = AGAIN * MINUTES_A_WEEK
    tickets = tickets.where(tickets.minute < run.scenario.weeks * MINUTES_A_WEEK - again)
    steps = {"complained": np.ones(len(tickets), bool)}
    for name, kind in (("was answered", Kind.ANSWERED), ("was solved", Kind.RESOLVED)):
        done = run.events.of(kind)
        known = set(zip(done.person.tolist(), done.ref.tolist(), strict=True))
        pairs = zip(tickets.person.tolist(), tickets.minute.tolist(), strict=True)
        steps[name] = np.array([pair in known for pair in pairs], bool)
    came = _followed(tickets, orders, again)
    counts = {name: int(who.sum()) for name, who in steps.items()}
    return _funnel(counts | {"ordered again": int((steps["was solved"] & came).sum())})


def transitions(run: Run) -> pd.DataFrame:
    """Tell what the firm sees next of a customer, after each kind of event.

    Returns
    -------
    A row a kind, a column for what came next, per cent of the row; `nothing more` until the end of the run.
    """
    names, codes = list(NEXT), np.array(list(NEXT.values()))
    events = run.events.where(np.isin(run.events.kind, codes))
    order = np.lexsort((events.minute, events.person))
    person, kind = events.person[order], events.kind[order]
    word = pd.Series(kind).map(dict(zip(codes.tolist(), names, strict=True))).to_numpy()
    last = np.append(person[1:] != person[:-1], True)
    following = np.where(last, NOTHING, np.append(word[1:], NOTHING))
    table = pd.crosstab(pd.Series(word, name="after"), pd.Series(following, name="next"), normalize="index")
    seen = [name for name in names if name in table.index]
    return (100 * table).reindex(index=seen, columns=[*names, NOTHING], fill_value=0.0)


@styled
def journey(funnels: Mapping[str, pd.DataFrame]) -> Picture:
    """Show where journeys leak: a panel a journey, a bar a step, with the share that took it.

    Parameters
    ----------
    funnels
        One to four by name, as `newcomers`, `messages` and `complaints` give them.
    """
    style.expect(funnels, Mapping, "journey", 'funnels by name, as {"a newcomer": journey.newcomers(run)}')
    if not 0 < len(funnels) <= 4 or any(list(one) != STEPS for one in funnels.values()):
        raise Fault("journey: shows one to four funnels, as journey.newcomers(run) gives them.")
    rows = sum(map(len, funnels.values()))
    figure = Picture("Bar charts", "Where journeys leak", height=1.6 + 0.42 * rows + 0.5 * len(funnels))
    panels = np.atleast_1d(
        figure.subplots(len(funnels), sharex=True, height_ratios=list(map(len, funnels.values())))
    )
    said = []
    for axes, (name, table) in zip(panels, funnels.items(), strict=True):
        share = table["reached"] / max(table["reached"].iloc[0], 1)
        axes.barh(range(len(table)), share, color=style.BLUE, height=0.7)
        for row, (of_all, step) in enumerate(zip(share, table["of_the_step_before"], strict=True)):
            text = f"{table['reached'].iloc[row]:,}" + (
                "" if np.isnan(step) else f", {percent(step)} went on"
            )
            axes.text(of_all + 0.01, row, text, va="center")
        axes.set_yticks(range(len(table)), list(table.index))
        axes.invert_yaxis()
        axes.set(ylabel=style.wrapped(name, 12), xlim=(0, 1.5))
        axes.grid(visible=False)
        if table["of_the_step_before"].notna().any():
            leak = table["of_the_step_before"].idxmin()
            went = percent(table["of_the_step_before"].min())
            said.append(f"{name}: fewest go on at “{leak}”, {went}")
    panels[-1].set_xlabel("share of those who began")
    panels[-1].set_xticks(np.linspace(0, 1, 5))
    panels[-1].xaxis.set_major_formatter(style.percents)
    figure.align_ylabels(list(panels))
    figure.read("; ".join(said) + ".")
    return figure


def _funnel(counts: dict[str, int]) -> pd.DataFrame:
    """Give how many reached each step, the share of those of the step before, and how many were lost."""
    reached = pd.Series(counts, name="reached")
    before = reached.shift()
    share = reached / before.where(before > 0)
    lost = (before - reached).fillna(0).astype(int)
    return pd.DataFrame(dict(zip(STEPS, (reached, share, lost), strict=True))).rename_axis("step")


def _followed(events: Events, later: Events, within: float) -> npt.NDArray[np.bool_]:
    """Tell which events are followed by one of the others, of the same person, within so many minutes."""
    return minutes_since(_reversed(events, 1), _reversed(later)) <= within


def _reversed(events: Events, minutes: int = 0) -> Events:
    """Turn time round, so that what came next is what came last; seen from so many minutes later."""
    from dataclasses import replace

    return replace(events, minute=(2**30 - events.minute - minutes).astype(events.minute.dtype))
