"""Laws of the outlook: both lines begin alike, the formula shrinks evenly, and unequal people outlast it."""

# mypy: disable-error-code="union-attr"

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis.outlook import FORMULA, TRUTH, outlook
from sim.run import Run


@cache
def run(weeks: int = 260) -> Run:
    return simulate(load_scenario("supermarket", 800).but(weeks=weeks), Plan(), 1)


def test_the_formula_meets_the_first_two_years_and_then_shrinks_by_the_same_share() -> None:
    table = outlook(run())
    assert list(table.index) == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(table[FORMULA].iloc[:2], table[TRUTH].iloc[:2])
    shrunk = (table[FORMULA] / table[FORMULA].shift()).dropna()
    np.testing.assert_allclose(shrunk, shrunk.iloc[0])


def test_what_they_brought_is_margin_on_what_the_first_year_s_customers_spent() -> None:
    first = run().record(52)
    spent = run().record(104)["spend_52w"].reindex(first.index).sum()
    assert outlook(run())[TRUTH].loc[2] == pytest.approx(run().scenario.margin * spent)


def test_where_people_are_alike_in_leaving_the_formula_is_nearer_than_where_they_are_not() -> None:
    market = load_scenario("supermarket", 800).only().but(weeks=520)
    shopping = market.shopping.but(doze_share=0.0)
    errors = []
    for spread in (0.3, 30.0):  # a of Beta(a, b) at the same mean: the smaller, the less alike
        leaving = shopping.but(dropout_a=spread, dropout_b=39 * spread)
        later = outlook(simulate(market.but(shopping=leaving), Plan(), 1)).loc[2:].sum()
        errors.append(later[TRUTH] / later[FORMULA])
    assert errors[0] > errors[1]


def test_a_short_run_has_no_outlook() -> None:
    with pytest.raises(Fault, match="three years"):
        outlook(run(104))


def test_the_figure_says_how_far_the_truth_lies_above_the_formula() -> None:
    table = pd.DataFrame({TRUTH: [100.0, 60, 50], FORMULA: [100.0, 60, 40]}, pd.Index([1, 2, 3], name="year"))
    assert "the truth is 10 % above it" in plots.outlook(table, "USD").reading
    with pytest.raises(Fault, match="outlook"):
        plots.outlook(pd.DataFrame())
