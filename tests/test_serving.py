"""Laws of the grid of service levels: a margin only moves money, and size for size sales stay the same."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Scenario, Segment, at_least, compare, load_scenario
from sim.analysis.serving import LEVELS, SEEN, at_level, grid
from sim.sweep import Sweep


def market() -> Scenario:
    return load_scenario("supermarket", 400).but(weeks=26)


@cache
def small() -> Sweep:
    return grid(market(), {"many": 1.0, "few": 8.0}, {"thin": 0.1, "usual": 0.27}, replications=2)


def test_a_grid_tries_all_levels_in_each_field() -> None:
    assert list(small().cells) == [("many", "thin"), ("many", "usual"), ("few", "thin"), ("few", "usual")]
    assert all(trials.plans == LEVELS for trials in small().cells.values())
    assert small().winners("profit").shape == (2, 2)


def test_another_margin_gives_what_a_market_with_that_margin_gives() -> None:
    thin = small().cells["many", "thin"]
    there = market().also("levels").but(margin=0.1)
    lived = compare(there, {level: at_level(level) for level in LEVELS}, 2)
    np.testing.assert_array_equal(thin.table["orders"], lived.table["orders"])
    cents = 0.01 * thin.table["orders"].max()  # goods are rounded order by order
    np.testing.assert_allclose(thin.table["profit"], lived.table["profit"], atol=cents)


def test_fewer_customers_buy_more_each_so_that_sales_are_about_the_same() -> None:
    many, few = (small().cells[size, "usual"].of("basic") for size in ("many", "few"))
    assert few["customers"].mean() < 0.2 * many["customers"].mean()
    assert 0.4 < few["revenue"].mean() / many["revenue"].mean() < 2.5


def test_a_level_is_for_those_seen_lately_unless_said_otherwise() -> None:
    assert at_level("reactive").levels.rules[0].to == SEEN
    large = Segment(spend_52w=at_least(500))
    assert at_level("proactive", large).levels.rules[0].to == large


def test_a_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        at_level("royal")
