"""A customer's card (客户画像): preference, behaviour and feedback on one page; and, behind glass, the truth.

cleaned export -> card (what the firm knows under some numbers)
run, person    -> debrief (what is true of them, which no firm sees)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from sim.analysis.cleaning import Cleaning
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.extract import FIRST_MONDAY
from sim.run import Run


def card(data: Cleaning, numbers: Sequence[str], weeks: int = 104) -> pd.DataFrame:
    """Put together what the firm knows under each of some customer numbers, a column a number.

    Parameters
    ----------
    weeks
        Of the run: silence is counted back from its end.

    Raises
    ------
    Fault
        If a number is not on record.
    """
    known = set(data.customers["customer_number"])
    for number in numbers:
        if number not in known:
            raise Fault(f"card: there is no customer {number!r} in these data.")
    end = pd.Timestamp(FIRST_MONDAY) + pd.Timedelta(minutes=weeks * MINUTES_A_WEEK)
    return pd.DataFrame({number: _facts(data, number, end) for number in numbers}).rename_axis("on file")


def _facts(data: Cleaning, number: str, end: pd.Timestamp) -> dict[str, str]:
    """Write down what stands under one number."""
    row = data.customers.set_index("customer_number").loc[number]
    orders = _of(data.orders, number)
    letters, tickets = _of(data.others["contacts"], number), _of(data.others["tickets"], number)
    answers = _of(data.others["answers"], number)
    likes = letters.loc[letters["what"] == "opened", "channel"].mode()
    asked = answers.loc[answers["survey"].str.startswith("recommendation"), "score"]
    said = {name: "not known" if pd.isna(row[name]) else str(row[name]) for name in ("name", "town", "born")}
    return said | {
        "orders": f"{len(orders)}",
        "spent": f"{orders['amount'].sum():,.0f}",
        "mean order": f"{orders['amount'].mean():.0f}" if len(orders) else "-",
        "weeks silent": f"{(end - orders['date'].max()).days // 7}" if len(orders) else "-",
        "messages opened": f"{(letters['what'] == 'opened').sum()} of {(letters['what'] == 'sent').sum()}",
        "opens on": likes.iloc[0] if len(likes) else "-",
        "complaints": f"{len(tickets)}, {tickets['solved'].notna().sum()} solved",
        "last answer, 0-10": f"{asked.iloc[-1]}" if len(asked) else "never asked, or no answer",
    }


def busiest(data: Cleaning, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sort pairs of numbers by the orders under the emptier of the two, the most first."""
    orders = data.orders["customer_number"].value_counts()
    return sorted(pairs, key=lambda pair: (-min(orders.get(number, 0) for number in pair), pair))


def debrief(run: Run, person: int) -> pd.Series[str]:
    """Tell what is true of a person at the end of the run, which is on no card."""
    truth, weeks = run.truth.loc[person], run.scenario.weeks
    pace, last = (float(run.truth[name].to_numpy()[person]) for name in ("orders_a_week", "patience_left"))
    beside = {name: truth[name] / run.truth[name].mean() for name in ("sensitivity", "sociability")}
    facts = {
        "still a customer": str(run.truth_at(weeks)[person]),
        "weeks from order to order, when awake": f"{1 / pace:.1f}" if pace > 0 else "never",
        "chance to leave after an order": f"{100 * truth['leaves_after_order']:.1f} %",
        "size of an order, in the long run": f"{truth['mean_order']:.0f}",
        "satisfaction, 0-10": f"{truth['satisfaction']:.1f}",
        "how much a price counts (mean of all: 1)": f"{beside['sensitivity']:.1f}",
        "patience left": f"{max(last, 0):.2f}" if np.isfinite(last) else "-",
        "tells friends (mean of all: 1)": f"{beside['sociability']:.1f}",
    }
    return pd.Series(facts, name="the truth").rename_axis("behind glass")


def _of(table: pd.DataFrame, number: str) -> pd.DataFrame:
    return table[table["customer_number"] == number]
