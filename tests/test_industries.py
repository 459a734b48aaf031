"""The industries: each runs like a firm that could exist, and its page says what it is."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim import Plan, Scenario, load_scenario, simulate
from sim.analysis import pipeline
from sim.events import Cause
from sim.population import yearly_worth
from sim.run import Run

INDUSTRIES = ("manufacturing", "bank")
each_industry = pytest.mark.parametrize("name", INDUSTRIES)
PAGES = Path(__file__).parents[1] / "docs" / "scenarios"
HEADINGS = (
    "What it is",
    "Who the customers are",
    "What the firm sees",
    "What it may do",
    "How it is scored",
    "Where its numbers come from",
)


@cache
def ran(name: str) -> Run:
    return simulate(load_scenario(name), Plan(), 7)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


@each_industry
def test_a_firm_that_does_nothing_in_particular_lives_and_does_not_swim_in_money(name: str) -> None:
    metrics, profit = ran(name).metrics, ran(name).accounts.by_week()["profit"]
    assert 0.03 < metrics["profit"] / metrics["revenue"] < 0.40
    years = profit.groupby(np.arange(156) // 52).sum()
    assert (years > 0).all() and years.max() < 2 * years.min()
    revenue = ran(name).accounts.by_week()["revenue"].groupby(np.arange(156) // 52).sum()
    assert 0.9 < revenue[2] / revenue[0] < 1.3


@each_industry
def test_customers_are_few_stay_long_and_are_won_slowly(name: str) -> None:
    run = ran(name)
    assert run.metrics["customers"] < 1_000
    years = np.log(run.metrics["renewal_rate"]) * (52 / (run.scenario.renewal.term_bills * 4))  # type: ignore[union-attr]
    assert 0.85 < np.exp(years) < 0.99, "of customers who stay for another year"
    deals = pipeline.deals(run.events.frame())
    assert 0.05 < pipeline.win_rate(deals) < 0.30
    assert 8 < pipeline.cycle_weeks(deals)["median"] < 30
    use = pipeline.time_use(run)
    assert 0.5 < use["busy_share"] < 0.97 and 0.1 < use["selling_share"] < 0.45


@each_industry
def test_a_few_accounts_bring_much_of_the_money(name: str) -> None:
    run = ran(name)
    revenue = run.accounts.by_person()["revenue"].iloc[:-1] / 100
    table = pipeline.dependence(revenue)
    assert 0.1 < table["five_largest_share"] < 0.5
    assert table["like_equal_accounts"] < 0.3 * (revenue > 0).sum()


@each_industry
def test_customers_leave_for_several_reasons(name: str) -> None:
    shares = ran(name).defections[[cause.name.lower() for cause in Cause]].mean()
    assert (shares[["nature", "product", "competitor"]] > 0.05).all()
    assert shares["nature"] < 0.75


@each_industry
def test_sizes_fall_by_the_stated_power_law(name: str) -> None:
    """Sizes and numbers of accounts are geometric: their ratio is the exponent of a Pareto law."""
    renewal = load_scenario(name).renewal
    assert renewal is not None
    growth = np.diff(np.log(renewal.fees))
    fall = -np.diff(np.log(renewal.level_shares))
    exponent = fall.mean() / growth.mean()
    assert exponent == pytest.approx({"manufacturing": 0.8, "bank": 1.5}[name], rel=0.02)
    assert np.allclose(growth, growth.mean(), rtol=0.01)
    assert np.allclose(fall, fall.mean(), rtol=0.15)  # shares are whole numbers


def test_the_fee_of_the_bank_is_one_percent_of_the_assets_a_year() -> None:
    renewal = load_scenario("bank").renewal
    assert renewal is not None
    assets = 400_000 * 1.5 ** np.arange(len(renewal.fees))
    assert np.allclose(np.array(renewal.fees) * 13 / assets, 0.01, rtol=2e-3)
    worth = yearly_worth(ran("bank").scenario, ran("bank").people)
    assert np.isin(np.unique(worth), np.array(renewal.fees) * 13).all()


@each_industry
def test_its_page_has_the_six_headings_and_names_its_scenario(name: str) -> None:
    text = page(name)
    assert tuple(re.findall(r"^## (.+)$", text, re.M)) == HEADINGS
    assert f'load_scenario("{name}")' in text and f"sim/scenarios/{name}.yaml" in text
    sections = {field for field, info in Plan.model_fields.items() if info.annotation is not str}
    table = re.findall(r"^\| (`[a-z`, _]+) \|", text, re.M)
    named = {word for row in table for word in re.findall(r"`([a-z_]+)`", row)}
    assert named <= sections
    market: Scenario = load_scenario(name)
    assert {"sales", "ties", "success"} <= named
    for section in named - {"campaigns"}:
        assert getattr(market, section) is not None, f"the page offers {section}, the market has none"


@each_industry
def test_the_code_on_its_page_runs(name: str) -> None:
    for block in re.findall(r"```python\n(.*?)```", page(name), re.S):
        exec(compile(block, f"{name}.md", "exec"), {})
