"""Laws of the whale: contributions added up from the best, above the whole where some cost more."""

# mypy: disable-error-code="union-attr, arg-type"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis.whale import whale
from sim.run import Run


@cache
def run(extra: float, people: int = 400) -> Run:
    maker = load_scenario("manufacturing").but(people=people, weeks=52)
    return simulate(maker.but(fulfilment=maker.fulfilment.but(extra_share=extra)), Plan(), 3)


def test_the_last_customer_completes_the_contribution_of_all() -> None:
    table, lived = whale(run(0.12)), run(0.12)
    assert table["contribution_currency"].is_monotonic_decreasing
    assert table["customers_share"].iloc[-1] == 1 and table["reached_share"].iloc[-1] == pytest.approx(1)
    total = lived.accounts.contribution()[table.index].sum() / 100
    assert table["contribution_currency"].sum() == pytest.approx(total)


def test_the_curve_rises_above_the_whole_only_where_somebody_costs_more_than_they_bring() -> None:
    calm, dear = whale(run(0.0)), whale(run(0.16))
    assert (calm["contribution_currency"] > 0).all() and calm["reached_share"].max() == pytest.approx(1)
    assert (dear["contribution_currency"] < 0).any() and dear["reached_share"].max() > 1.05
    top = dear["reached_share"].argmax()
    assert np.flatnonzero(dear["contribution_currency"] >= 0)[-1] == top


def test_the_figure_says_what_it_shows() -> None:
    table = whale(run(0.16))
    below = int((table["contribution_currency"] < 0).sum())
    assert f"{below} of {len(table)} cost more than they bring" in plots.whale(run(0.16)).reading


def test_without_customers_or_without_a_gain_there_is_no_whale() -> None:
    with pytest.raises(Fault, match="nobody ordered"):
        plots.whale(run(0.12, 0))
    with pytest.raises(Fault, match="bring nothing"):
        whale(run(1.0))
