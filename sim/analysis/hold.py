"""The hold: how firmly each of the three bonds (三种纽带) keeps customers, week by week.

    market, plan  ->  strengths (a row a quarter: what each bond wards off of all that drives customers away)
    strengths     ->  plots.hold

What a bond wards off is 1 - exp(-most x what rivals leave of it x strength), the mean over customers. A
bond that rivals have copied is still paid for, and holds less.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import style
from sim.events import Bond, Stage
from sim.experiment import Strategy
from sim.fault import Fault
from sim.market import simulate
from sim.scenario import Scenario
from sim.style import Picture, percent, styled

BONDS = {Bond.FINANCIAL: "financial", Bond.SOCIAL: "social", Bond.STRUCTURAL: "structural"}
COLORS = dict(zip(BONDS.values(), style.PALETTE, strict=False))
COPIED = ("nobody copies", "rivals copy")
EVERY = 13


def strengths(scenario: Scenario, plan: Strategy, seed: int, every: int = EVERY) -> pd.DataFrame:
    """Measure what each bond wards off, at the end of every quarter.

    The beginning of a market is the same however long it goes on, so each row is the end of a shorter run.

    Parameters
    ----------
    scenario
        A market with bonds.
    plan
        What the firm does for them; a bond is copied from the week in which it does something first.
    seed
        Luck of the market.
    every
        Weeks from one look to the next.

    Returns
    -------
    A row a look, by `week`; columns of two levels: `nobody copies` and `rivals copy`, and the bond: share of
    the toll on patience that it wards off, mean over those who are customers then.
    """
    if scenario.bonds is None:
        raise Fault(f"strengths: {scenario.name} has no bonds section; switch it on.")
    rows, begun = {0: np.zeros(2 * len(BONDS))}, np.full(len(BONDS), np.inf)
    for week in range(every, scenario.weeks + 1, every):
        run = simulate(scenario.but(weeks=week), plan, seed)
        tied = run.people.bonds.strength[:, run.people.entry.stage == Stage.CUSTOMER]
        begun[tied.any(axis=1) & np.isinf(begun)] = week - every
        rows[week] = np.concatenate(
            [_warded(scenario, tied, copied, week - begun) for copied in (False, True)]
        )
    columns = pd.MultiIndex.from_product([COPIED, list(BONDS.values())], names=["copying", "bond"])
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("week")


def _warded(scenario: Scenario, tied: np.ndarray, copied: bool, since: np.ndarray) -> np.ndarray:
    """Give what each bond wards off, mean over customers, shape (bonds,)."""
    these, shares = scenario.bonds, []
    assert these
    for bond in BONDS:
        age = since[bond] if np.isfinite(since[bond]) else 0.0
        taken = these.of(bond).copied * -np.expm1(-age / these.copy_weeks) if copied else 0.0
        shares.append(-np.expm1(-these.of(bond).most * (1 - taken) * tied[bond]).mean() if tied.size else 0.0)
    return np.array(shares) + 0.0  # no minus before a zero


@styled
def hold(table: pd.DataFrame) -> Picture:
    """Show how the three bonds come and go, as tied, and as rivals leave them.

    Parameters
    ----------
    table
        As `sim.analysis.hold.strengths` gives it.
    """
    style.expect(table, pd.DataFrame, "hold", "a table, as hold.strengths(…) gives it")
    if table.columns.nlevels != 2 or table.empty:
        raise Fault("hold: expects the table that hold.strengths(market, plan, seed) gives.")
    figure = Picture(
        "Two line charts", "What each bond wards off of all that drives customers away", height=4.8
    )
    panels = figure.subplots(1, 2, sharey=True)
    for axes, copying in zip(panels, COPIED, strict=True):
        for bond, color in COLORS.items():
            axes.plot(table.index, table[copying, bond], color=color, marker=".", label=bond)
        axes.set_title(copying)
        axes.set_xlabel("week")
    panels[0].set_ylabel("warded off, mean of customers")
    panels[0].yaxis.set_major_formatter(style.percents)
    panels[0].set_ylim(0, 1.35 * table.max().max())  # with room for the legend
    panels[1].legend(loc="upper right")
    left = table[COPIED[1]]
    said = [f"{bond} {percent(left[bond].max())} in week {left[bond].idxmax()}" for bond in COLORS]
    last = [f"{bond} {percent(left[bond].iloc[-1])}" for bond in COLORS]
    figure.read(f"With rivals that copy, at best: {', '.join(said)}. At the end: {', '.join(last)}.")
    return figure
