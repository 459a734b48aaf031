"""The whale: profit of customers added up, the best first (鲸鱼曲线).

    run  ->  whale (a row a customer)  ->  a figure

Where a few customers cost more than they bring, the curve rises above the profit of all and comes down again:
the back of a whale (Kaplan & Narayanan 2001, J. Cost Management 15(5)).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import style
from sim.data import Fault
from sim.events import Kind
from sim.run import Run
from sim.style import Picture, percent, styled

SHARE, REACHED = "customers_share", "reached_share"


def whale(run: Run) -> pd.DataFrame:
    """Add up what customers contribute, the best first.

    Returns
    -------
    A row for each person with an order: `contribution_currency`; `customers_share`, of all customers down to
    this one; `reached_share`, of the contribution of all. Empty where nobody ordered.

    Raises
    ------
    Fault
        If all customers together bring nothing: there is no whole to take shares of.
    """
    customers = np.unique(run.events.of(Kind.ORDER).person)
    money = pd.Series(run.accounts.contribution() / 100, name="contribution_currency").loc[customers.tolist()]
    money = money.rename_axis("person").sort_values(ascending=False, kind="stable")
    if len(money) and money.sum() <= 0:
        raise Fault("whale: the customers of this run bring nothing together; look at each of them instead.")
    count = np.arange(1, len(money) + 1) / max(len(money), 1)
    table = money.to_frame()
    table[SHARE], table[REACHED] = count, money.cumsum() / money.sum()
    return table


@styled
def draw(run: Run) -> Picture:
    """Draw the whale of a run.

    Parameters
    ----------
    run
        A run whose customers bring something together.
    """
    style.expect(run, Run, "whale", "a run, as simulate(…) gives it")
    table = whale(run)
    if table.empty:
        raise Fault("whale: nobody ordered in this run.")
    figure = Picture("Line chart", "What customers bring, added up, the best first")
    axes = figure.subplots()
    across, up = (np.concatenate([[0.0], table[name]]) for name in (SHARE, REACHED))
    axes.plot(across, up, color=style.BLUE)
    axes.axhline(1.0, color=style.GREY, linewidth=1, linestyle="--")
    axes.set(xlabel="customers, from the best to the worst", ylabel="share of the contribution of all")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(style.percents)
    axes.yaxis.set_major_formatter(style.percents)
    top = int(up.argmax())
    axes.plot(across[top], up[top], "o", color=style.VERMILION)
    below = int((table["contribution_currency"] < 0).sum())
    figure.read(
        f"The best {percent(across[top])} of the customers bring {percent(up[top])} of what all bring "
        f"together; {below} of {len(table)} cost more than they bring."
    )
    return figure
