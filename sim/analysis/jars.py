"""Jars: the rice of a few households on paper, and what a till can know of the jars of all.

    run -> households (a page of the notebook)  ->  served (how a list of delivery weeks fares)
    run -> foreseen (when the till thinks that a staple runs out, beside the truth)

After the tale of Wang Yongqing (王永庆), who sold rice as a boy and noted how many eat in each house. On
paper a sack, one pack of the market, holds 15 kg.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase

import numpy as np
import pandas as pd

from sim.chance import Luck
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.fault import Fault
from sim.pantry import Columns
from sim.population import size_of_orders
from sim.run import Run

SACK = 15  # kg of rice
IN_TIME = 1.0  # weeks before the jar is empty: who comes earlier finds no room for a sack


def households(run: Run, count: int = 12) -> pd.DataFrame:
    """Write a page of the notebook: some households of a market as it opens.

    Parameters
    ----------
    run
        A run of a market in which rice is a staple.
    count
        How many, up to 26.

    Returns
    -------
    A row a household, with `mouths`; `kg_a_month` (four weeks), as they say themselves, rounded; and
    `delivered_weeks_ago`, when their jar was last filled with a sack.

    Raises
    ------
    Fault
        If the market has no rice, or so many households do not fit on a page.
    """
    opening, lasts, left = _rice(run, count)
    eaten = SACK / lasts  # kg a week
    counted = opening.household if opening.has_households else np.maximum(np.rint(eaten), 1)
    table = {
        "mouths": counted.astype(int),
        "kg_a_month": np.rint(4 * eaten).astype(int),
        "delivered_weeks_ago": (lasts - left).round(1),
    }
    return pd.DataFrame(table, index=pd.Index(list(ascii_uppercase[:count]), name="household"))


def runs_out(run: Run, count: int = 12) -> pd.Series[float]:
    """Tell in how many weeks from today each jar on the page is empty: no notebook says that."""
    _, _, left = _rice(run, count)
    names = pd.Index(list(ascii_uppercase[:count]), name="household")
    return pd.Series(left.round(1), names, name="runs_out_in_weeks")


def reckoned(page: pd.DataFrame, ahead: float = 0.5) -> pd.Series[float]:
    """Work out from a page when each sack should be used up, and be there so many weeks ahead."""
    weeks = 4 * SACK / page["kg_a_month"] - page["delivered_weeks_ago"] - ahead
    return weeks.clip(lower=0).round(1).rename("notebook")


def calendar(page: pd.DataFrame, every: float = 5) -> pd.Series[float]:
    """Give the weeks of one who delivers to every house so long after the last sack."""
    return (every - page["delivered_weeks_ago"]).clip(lower=0).round(1).rename("calendar")


def verdicts(empty: pd.Series[float], delivered: pd.Series[float] | Mapping[str, float]) -> pd.Series[str]:
    """Judge deliveries: in time, in the last week before the jar is empty; too early; or too late.

    Parameters
    ----------
    empty
        As `runs_out` gives it.
    delivered
        Weeks from today by household.

    Raises
    ------
    Fault
        If a household has no week, or one that is no number.
    """
    weeks = pd.Series(delivered, dtype=object).reindex(empty.index)
    numbers = pd.to_numeric(weeks, errors="coerce")
    if numbers.isna().any():
        missing = ", ".join(numbers.index[numbers.isna()])
        raise Fault(f"deliveries: expects a number of weeks from today for each household; see {missing}.")
    ahead = empty - numbers
    words = np.where(ahead < 0, "too late", np.where(ahead > IN_TIME, "too early", "in time"))
    return pd.Series(words.astype(str), empty.index, name="verdict", dtype=object)


def served(
    empty: pd.Series[float], hands: Mapping[str, pd.Series[float] | Mapping[str, float]]
) -> pd.DataFrame:
    """Count how several hands fare: a row each, with `in_time`, `too_early`, `too_late` and `empty_weeks`."""
    rows = {}
    for name, weeks in hands.items():
        judged = verdicts(empty, weeks).value_counts()
        late = (pd.Series(weeks).reindex(empty.index).astype(float) - empty).clip(lower=0).sum()
        counts = [int(judged.get(word, 0)) for word in ("in time", "too early", "too late")]
        rows[name] = (*counts, round(float(late), 1))
    columns = ["in_time", "too_early", "too_late", "empty_weeks"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("hand")


def foreseen(run: Run, staple: str = "rice") -> pd.DataFrame:
    """Set what the till predicts at the end of a run beside the jars.

    Returns
    -------
    A row for each customer who bought the staple twice or more and was seen in the last quarter, with
    `predicted` and `truth`: weeks until it runs out, 0 or less if it should have, or has.

    Raises
    ------
    Fault
        If the market has no such staple.
    """
    place = _place(run, staple)
    end = run.scenario.weeks
    record = run.replay(end)
    known = record.purchases.runout_weeks(record.monday, staple)[record.rows]
    who = record.owners()[record.rows]
    truth = run.people.basket.runs_out[place][who] / MINUTES_A_WEEK - end
    seen = record.frame()["recency_weeks"].to_numpy() <= 13
    table = pd.DataFrame({"predicted": known, "truth": np.maximum(truth, 0.0)}, pd.Index(who, name="person"))
    return table[seen & np.isfinite(known)]


def _place(run: Run, staple: str) -> int:
    me = run.people.basket
    names = [me.names[place] for place in me.staples]
    if staple not in names:
        raise Fault(
            f'jars: "{staple}" is no staple of {run.scenario.name}. It has: {", ".join(names) or "none"}.'
        )
    return names.index(staple)


def _rice(run: Run, count: int) -> tuple[Columns, np.ndarray, np.ndarray]:
    """Give the first households as the market opens: how many weeks a pack lasts, and how many are left."""
    if not 1 <= count <= min(len(ascii_uppercase), run.scenario.people):
        raise Fault(f"households: from 1 to {len(ascii_uppercase)} fit on a page, was given {count}.")
    place = _place(run, "rice")
    person, luck = np.arange(count), Luck(run.seed)
    opening = Columns.draw(run.scenario.basket, luck, person, size_of_orders(run.scenario, luck, person))
    lasts, left = opening.lasts[place], opening.runs_out[place]
    return opening, lasts / MINUTES_A_WEEK, left / MINUTES_A_WEEK


def answers(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Count what became of the messages of some plans, as far as the firm can see it.

    Returns
    -------
    A row a plan, with `messages`, `opened`, `followed`, and `followed_of_100_opened`; NaN without a message.
    """
    kinds = {"messages": Kind.SENT, "opened": Kind.OPENED, "followed": Kind.CLICKED}
    rows = {name: [len(run.events.of(kind)) for kind in kinds.values()] for name, run in runs.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(kinds)).rename_axis("plan")
    return table.assign(
        followed_of_100_opened=100 * table["followed"] / table["opened"].where(table["opened"] > 0)
    )
