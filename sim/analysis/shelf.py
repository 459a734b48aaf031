"""The shelf: what the goods cost in each week of a run, beside how much was ordered.

A price that follows demand is seen here chasing its own tail.

    run  ->  by_week  ->  plots.shelf
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim import style
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import Kind
from sim.holdout import expect_whole
from sim.run import Run
from sim.style import Picture, percent, styled

MOST = 3  # lines that swing and can still be told apart


def by_week(run: Run) -> pd.DataFrame:
    """Give the shelf price and the orders of each week.

    Returns
    -------
    A row a week, with `price` (beside the scenario's usual one, which is 1) and `orders`.
    """
    weeks = run.scenario.weeks
    noted = run.events.of(Kind.PRICED)  # only where it is not the usual one
    price = np.ones(weeks)
    price[noted.minute // MINUTES_A_WEEK] = noted.value / 1e6
    orders = np.bincount(run.events.of(Kind.ORDER).minute // MINUTES_A_WEEK, minlength=weeks)
    return pd.DataFrame({"price": price, "orders": orders}).rename_axis("week")


@styled
def shelf(runs: Mapping[str, Run], weeks: int = 30) -> Picture:
    """Show the shelf price and the orders of each of the first weeks; a line a run.

    Parameters
    ----------
    runs
        Up to three runs by name.
    weeks
        How many; of a line that swings from week to week, one sees no more.
    """
    style.expect(runs, Mapping, "shelf", "runs by name")
    if not 0 < len(runs) <= MOST:
        raise Fault(f"shelf: shows one to {MOST} runs by name, was given {len(runs)}.")
    expect_whole("shelf", weeks=weeks)
    tables = {name: by_week(run).iloc[:weeks] for name, run in runs.items()}
    figure = Picture("Two line charts", "The shelf price, and what was ordered at it", height=5.0)
    upper, lower = figure.subplots(2, sharex=True)
    for place, (name, table) in enumerate(tables.items()):
        pen = {"color": style.PALETTE[place], "linewidth": 1.6}
        upper.plot(table.index, table["price"], label=name, **pen)
        lower.plot(table.index, table["orders"], **pen)
    upper.set_ylabel("price, beside\nthe usual")
    lower.set(ylabel="orders\na week", xlabel="week")
    upper.yaxis.set_major_formatter(style.percents)
    lower.yaxis.set_major_formatter(style.numbers)
    lower.set_ylim(0)
    upper.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    upper.margins(y=0.15)
    upper.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=MOST, borderaxespad=0.2, handlelength=1.2)
    figure.align_ylabels()
    said = [f"{name}, from {_span(table['price'])}" for name, table in tables.items()]
    figure.read(f"The price beside the usual one: {'; '.join(said)}.")
    return figure


def _span(price: pd.Series[float]) -> str:
    return f"{percent(price.min())} to {percent(price.max())}"
