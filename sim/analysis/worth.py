"""The components of a customer's value: what they buy themselves, and whom they bring.

    run   ->  components (a row a person)  ->  matrix (revenue against contribution)
    twin  ->  sources (own, referral and data value of all customers)

A third component, the value of data, is no single customer's: it is what a plan earns more that uses what
customers have told. Only the same market lived twice can tell it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data import Fault
from sim.events import REFERRAL, Kind
from sim.experiment import Twin
from sim.run import Run

SOURCES = ("own", "referral", "data")
GROUPS = ("big and profitable", "big and unprofitable", "small and profitable", "small and unprofitable")


def components(run: Run) -> pd.DataFrame:
    """Split the value of each customer, from the start of the run to its end.

    Returns
    -------
    A row for each person with an order: `own_currency` (their own contribution, rewards for recommending
    taken off), `brought` (people who came because they, or somebody they brought, recommended the shop),
    `brought_currency` (the contribution of these) and `value_currency`, the sum. Who was brought counts
    in their own row and in that of everybody up the chain, so the sums of rows count them several times.
    """
    own = run.accounts.contribution() / 100
    count, money = np.zeros(len(own), np.int64), np.zeros(len(own))
    joined = run.events.of(Kind.JOINED)
    joined = joined.where(joined.channel == REFERRAL)
    for newcomer, by in zip(joined.person[::-1].tolist(), joined.ref[::-1].tolist(), strict=True):
        count[by] += 1 + count[newcomer]  # the last to come first: whom they brought is known by then
        money[by] += own[newcomer] + money[newcomer]
    customers = np.unique(run.events.of(Kind.ORDER).person)
    table = {"own_currency": own, "brought": count, "brought_currency": money, "value_currency": own + money}
    return pd.DataFrame(table).rename_axis("person").loc[customers]


def sources(pair: Twin) -> pd.DataFrame:
    """Split what all customers are worth into what they buy, whom they bring, and what they tell.

    Parameters
    ----------
    pair
        The market under a plan that does without the customers' data, and under one that uses them: such as
        the same letter for all, and a letter made for each declared need. See `sim.twin`.

    Returns
    -------
    A row for each of `SOURCES`, and `all`. `own`: the contribution of those who came by themselves,
    `referral`: that of those whom others brought, both without the use of data. `data`: by how much the
    contribution is higher with it, less what the firm as a whole spent more to learn and use them. `all` is
    what the customers are worth with it. `currency`, and `a_customer_currency`: the same for each customer
    of the first life, as data are of use only together (NaN without any).
    """
    before, after = pair.before, pair.after
    theirs, joined = before.accounts.contribution(), before.events.of(Kind.JOINED)
    brought = np.zeros(len(theirs), bool)
    brought[joined.where(joined.channel == REFERRAL).person] = True
    gained = after.accounts.total()["profit"] - before.accounts.total()["profit"]  # all costs included
    cents = np.array([theirs[~brought].sum(), theirs[brought].sum(), gained])
    customers = len(np.unique(before.events.of(Kind.ORDER).person))
    table = (
        pd.DataFrame({"currency": [*cents, cents.sum()]}, pd.Index([*SOURCES, "all"], name="source")) / 100
    )
    table["a_customer_currency"] = table["currency"] / (customers or np.nan)
    return table


def matrix(run: Run, top_share: float = 0.2) -> pd.DataFrame:
    """Set revenue against contribution: four groups of customers, the big and the small, profitable or not.

    Parameters
    ----------
    top_share
        Of the customers, the share with most revenue that counts as big.

    Returns
    -------
    A row for each of `GROUPS`: `customers`, `revenue_currency`, `contribution_currency`.

    Raises
    ------
    Fault
        If `top_share` is no share.
    """
    if not 0 < top_share < 1:
        raise Fault(f"top_share: expects a share between 0 and 1, was given {top_share}.")
    money = run.accounts.by_person()[["revenue", "contribution"]] / 100
    money = money.loc[np.unique(run.events.of(Kind.ORDER).person)]
    big = money["revenue"].rank(method="first", ascending=False) <= round(top_share * len(money))
    code = 2 * ~big.to_numpy() + (money["contribution"] < 0).to_numpy()
    group = pd.CategoricalIndex(np.array(GROUPS)[code], list(GROUPS), name="group")
    groups = money.groupby(group, observed=False)
    table = {"customers": groups.size(), "revenue_currency": groups["revenue"].sum()}
    table["contribution_currency"] = groups["contribution"].sum()
    return pd.DataFrame(table)
