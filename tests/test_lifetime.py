"""Customers stay as long as the log says; the rule of one over the loss holds where all are alike."""

import numpy as np
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis.lifetime import lifetimes
from sim.events import Kind


def test_lives_are_counted_by_the_log() -> None:
    run = simulate(load_scenario("supermarket", people=500).but(weeks=160), Plan(), seed=3)
    table = lifetimes(run)
    first = np.flatnonzero(run.people.entry.minute < 0)
    gone = np.unique(run.events.of(Kind.LEFT).person)
    assert table["truth"].iloc[0] == 1 and table["truth"].is_monotonic_decreasing
    assert len(table) == 4
    assert table["truth"].iloc[3] >= 1 - np.isin(first, gone).mean()
    assert table["rule"].iloc[1] == table["truth"].iloc[1]


def test_where_customers_differ_they_stay_longer_than_the_rule_says_and_where_alike_as_long() -> None:
    market = load_scenario("supermarket", people=1500).but(weeks=260, experience=None, bonds=None)
    market = market.but(patience=None, pricing=None, contact=None, service=None, loyalty=None)
    different = lifetimes(simulate(market, Plan(), seed=3)).iloc[-1]
    alike = market.shopping.but(rate_shape=100, rate_scale=250, dropout_a=125, dropout_b=10_000)
    same = lifetimes(simulate(market.but(shopping=alike), Plan(), seed=3)).iloc[-1]
    assert different["truth"] > different["rule"] + 0.05
    assert same["truth"] == pytest.approx(same["rule"], abs=0.05)


def test_less_than_a_year_is_refused_and_the_picture_tells_both_ends() -> None:
    market = load_scenario("supermarket", people=300)
    with pytest.raises(Fault, match="a year at least"):
        lifetimes(simulate(market.but(weeks=20), Plan(), seed=3))
    table = lifetimes(simulate(market.but(weeks=104), Plan(), seed=3))
    figure = plots.lifetimes(table)
    (axes,) = figure.axes
    for line, column in zip(axes.get_lines(), ("truth", "rule"), strict=True):
        assert np.asarray(line.get_ydata(), float) == pytest.approx(table[column].to_numpy())
    with pytest.raises(Fault, match="lifetimes"):
        plots.lifetimes(table[["truth"]])
