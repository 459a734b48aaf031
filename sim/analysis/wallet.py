"""Wallet: what each person spends here and at the rival's, and our share of it (客户份额).

    run  ->  wallet (a row a person)  ->  share_of_wallet, by_segment

All of it is truth: no firm sees the other shop's tills. Share of wallet is money spent here over money
spent here and there, as in Du, Kamakura & Mela 2007, Size and Share of Customer Wallet, J. Marketing 71(2).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import rfm
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import BILL, Events, Kind
from sim.run import Run

WEEKS = 52  # of the record's yearly columns, with which wallets are compared


def wallet(run: Run, first_week: int = 0) -> pd.DataFrame:
    """Set beside each other what each person bought here and at the rival's, from a week on.

    Returns
    -------
    A row a person: `orders_here`, `orders_there`, `here_currency` (paid, after discounts),
    `there_currency`, and `share` of the money that was spent here; NaN where nothing was bought.

    Raises
    ------
    Fault
        If the market has no rival.
    """
    if run.scenario.rival is None:
        raise Fault(f"wallet: {run.scenario.name} has no rival: give its scenario a rival section.")
    events = run.events.where(run.events.minute >= first_week * MINUTES_A_WEEK)
    size = run.scenario.people
    paid = sum(sign * _cents(events.of(kind), size) for kind, sign in BILL.items())
    there = events.of(Kind.RIVAL_ORDER)
    table = pd.DataFrame(
        {
            "orders_here": np.bincount(events.of(Kind.ORDER).person, minlength=size),
            "orders_there": np.bincount(there.person, minlength=size),
            "here_currency": paid / 100,
            "there_currency": _cents(there, size) / 100,
        }
    )
    both = table["here_currency"] + table["there_currency"]
    table["share"] = table["here_currency"] / both.where(both > 0)
    return table.rename_axis("person")


def share_of_wallet(run: Run, first_week: int = 0) -> float:
    """Give our share of all that customers spent here and at the rival's from a week on; NaN if nothing.

    Raises
    ------
    Fault
        If the market has no rival.
    """
    table = wallet(run, first_week)
    both = table["here_currency"].sum() + table["there_currency"].sum()
    return float(table["here_currency"].sum() / both) if both else np.nan


def by_segment(run: Run) -> pd.DataFrame:
    """Show how unequal the wallets are of customers whom RFM takes for equals, at the end of a run.

    Returns
    -------
    A row for each named segment of `sim.rfm`: `customers`; the `lowest_tenth`, `median` and
    `highest_tenth` of their shares in the last 52 weeks; `there_currency`, what one of them spends elsewhere.
    NaN where there is nobody.

    Raises
    ------
    Fault
        If the market has no rival.
    """
    end = run.scenario.weeks
    table = wallet(run, max(end - WEEKS, 0)).loc[run.hidden_link]
    measures = rfm.of_record(run.record(end)).set_axis(table.index)
    groups = table.groupby(rfm.segments(rfm.score(measures)), observed=False)
    found = {
        "customers": groups.size(),
        "lowest_tenth": groups["share"].quantile(0.1),
        "median": groups["share"].median(),
        "highest_tenth": groups["share"].quantile(0.9),
        "there_currency": groups["there_currency"].mean(),
    }
    return pd.DataFrame(found).rename_axis("segment")


def _cents(events: Events, size: int) -> npt.NDArray[np.float64]:
    """Sum what events say by person; exact, as no sum comes near 2**53 cents."""
    return np.bincount(events.person, weights=events.value, minlength=size).astype(np.float64)
