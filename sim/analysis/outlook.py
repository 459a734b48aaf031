"""Outlook: what a formula expects of customers, beside what they then really bring (恒定留存的陷阱).

    run of many years  ->  outlook (a row a year)  ->  a figure of both

The formula is the one of every handbook: this year's money, times the share of it that came back from the
first year to the second, again and again. It takes everybody for the same average customer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import style
from sim.clock import WEEKS_A_YEAR
from sim.data import Fault
from sim.run import Run
from sim.style import Picture, number, styled

TRUTH, FORMULA = "what they brought", "what the formula expects"


def outlook(run: Run) -> pd.DataFrame:
    """Follow the customers of the first year, and let a constant retention forecast them from year two.

    Returns
    -------
    A row a year: `what they brought`, contribution at the scenario's margin on what these customers spent,
    and `what the formula expects`: the first year's, times the second over the first, year by year. Not
    discounted, both.

    Raises
    ------
    Fault
        If the run is shorter than three years.
    """
    years = run.scenario.weeks // WEEKS_A_YEAR
    if years < 3:
        raise Fault(f"outlook: expects three years or more to compare, this run has {years}.")
    first = run.record(WEEKS_A_YEAR).index
    spent = [
        run.record(WEEKS_A_YEAR * year)["spend_52w"].reindex(first).sum() for year in range(1, years + 1)
    ]
    brought = run.scenario.margin * np.array(spent, np.float64)
    kept = brought[1] / brought[0] if brought[0] else 0.0
    expected = brought[0] * kept ** np.arange(years)
    index = pd.Index(np.arange(1, years + 1), name="year")
    return pd.DataFrame({TRUTH: brought, FORMULA: expected}, index)


@styled
def draw(table: pd.DataFrame, currency: str = "currency") -> Picture:
    """Draw what the formula expects beside what came.

    Parameters
    ----------
    table
        See `outlook`.
    currency
        In which money is counted.
    """
    style.expect(table, pd.DataFrame, "outlook", "a table, as outlook(run) gives it")
    if not {TRUTH, FORMULA} <= set(table):
        raise Fault("outlook: expects the table that outlook(run) gives.")
    figure = Picture("Line chart", "What the customers of the first year bring, year by year")
    axes = figure.subplots()
    lines = [
        axes.plot(table.index, table[name], marker="o", color=color, linestyle=dash)[0]
        for name, color, dash in ((TRUTH, style.BLUE, "-"), (FORMULA, style.VERMILION, "--"))
    ]
    axes.set(xlabel="year", ylabel=f"{currency} of margin in the year", ylim=(0, None))
    axes.set_xticks(table.index.to_list())
    axes.yaxis.set_major_formatter(style.numbers)
    style.label_ends(axes, lines, [TRUTH, FORMULA], 0.08)
    later = table.iloc[1:].sum()
    more = later[TRUTH] / later[FORMULA] - 1 if later[FORMULA] else np.nan
    figure.read(
        f"After the first year they brought {number(later[TRUTH])} {currency}; a constant retention "
        f"expected {number(later[FORMULA])}: the truth is {number(100 * more)} % above it."
    )
    return figure
