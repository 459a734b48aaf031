"""Newcomers: every dollar of acquisition stands in one channel, and the twin says who came because of it."""

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, compare, load_scenario, plots, simulate, twin
from sim.analysis import newcomers
from sim.events import Kind
from sim.experiment import Twin
from sim.holdout import branches
from sim.style import number

MARKET = load_scenario("supermarket", people=1_000).but(weeks=52)
assert MARKET.acquisition
MARKET = MARKET.but(acquisition=MARKET.acquisition.but(invented_share=0.0))  # rewards go to real people only
GROWTH = Plan(acquisition={"search": 60, "leaflet": 30, "referral_reward": 5})


@pytest.fixture(scope="module")
def pair() -> Twin:
    return twin(MARKET, Plan(), GROWTH, 3)


def test_the_channels_share_all_newcomers_and_all_that_was_spent(pair: Twin) -> None:
    table, money = newcomers.by_channel(pair.after), pair.after.accounts.total()
    assert table["newcomers"].sum() == pair.after.metrics["newcomers"]
    assert table["spent_currency"].sum() == pytest.approx(-(money["advertising"] + money["referrals"]) / 100)
    np.testing.assert_allclose(
        (table["cost_currency"] * table["newcomers"]).drop("social"), table["spent_currency"].drop("social")
    )
    assert table.loc["referral", "cost_currency"] == pytest.approx(5.0)
    assert np.isnan(table.loc["social", "cost_currency"])


def test_the_value_of_a_newcomer_is_their_contribution_and_their_ledger_adds_up_to_it(pair: Twin) -> None:
    people = newcomers.each(pair.after)
    assert people.index.is_unique
    for person, value in people["value_currency"].head(20).items():
        book = newcomers.ledger(pair.after, int(person))
        assert (book["revenue"] - book["cost"]).sum() == pytest.approx(value)
        assert book.index[0] == 0
    assert (people["orders"] >= 1).all()


def test_who_came_anyway_was_a_customer_in_the_other_life(pair: Twin) -> None:
    table, people = newcomers.additional(pair), newcomers.each(pair.after)
    before = set(pair.before.events.of(Kind.ORDER).person.tolist())
    search = people.index[people["channel"] == "search"]
    assert table.loc["search", "additional"] == sum(person not in before for person in search.tolist())
    assert 0 < table.loc["search", "came_anyway_share"] < 1
    assert table.loc["search", "additional_cost_currency"] > table.loc["search", "cost_currency"]
    gain = pair.effect.loc[people.index, "contribution"].sum()
    assert table["gain_currency"].sum() == pytest.approx(gain)


def test_a_plan_wins_nobody_more_than_itself() -> None:
    same = newcomers.additional(twin(MARKET, GROWTH, GROWTH, 3))
    assert same["additional"].sum() == 0
    assert same["gain_currency"].sum() == 0


def test_the_next_newcomer_costs_more_than_the_average_one() -> None:
    plans = {str(spend): Plan(acquisition={"search": spend}) for spend in (0, 30, 120)}
    trials = compare(MARKET, plans, replications=4)
    table = newcomers.steps(trials)
    spent = table["spent_currency"].to_numpy()
    np.testing.assert_allclose(spent, [0, 30 * 52, 120 * 52])
    rise = (table["next_cost_currency"] * table["newcomers"].diff()).to_numpy()[1:]
    np.testing.assert_allclose(rise, np.diff(spent))
    assert table.loc["120", "next_cost_currency"] > table.loc["120", "average_cost_currency"]


def test_costs_draws_each_column_of_money_and_no_other(pair: Twin) -> None:
    table = newcomers.by_channel(pair.after)[["newcomers", "cost_currency", "value_currency"]]
    figure = plots.costs(table, "USD")
    (axes,) = figure.axes
    assert axes.get_ylabel() == "USD a customer"
    heights = [patch.get_height() for patch in axes.patches]
    np.testing.assert_allclose(
        heights, [*table["cost_currency"].fillna(0), *table["value_currency"].fillna(0)]
    )
    assert f"cost {number(5.0)}" in figure.reading
    with pytest.raises(Fault, match='end in "_currency"'):
        plots.costs(table[["newcomers"]])
    assert plots.costs(table.iloc[:0]).reading == "There is nothing to compare."


def test_the_book_of_nobody_is_refused() -> None:
    run = simulate(MARKET.but(weeks=13), Plan(), 1)
    never = int(np.flatnonzero(np.bincount(run.events.of(Kind.ORDER).person, minlength=1_000) == 0)[0])
    for person in (never, -1, 5_000):
        with pytest.raises(Fault, match="nothing is booked"):
            newcomers.ledger(run, person)


def test_branches_compare_other_seeds_than_those_of_the_plan() -> None:
    trials = compare(MARKET.but(weeks=8), {"today": Plan(), "growth": GROWTH}, replications=6)
    table = branches(trials, "newcomers")
    assert table["low"].notna().all()
    odd, even = (trials.of("growth")["newcomers"][[1, 3, 5]], trials.of("today")["newcomers"][[2, 4, 6]])
    assert table["mean"].to_list() == pytest.approx([odd.mean(), even.mean(), odd.mean() - even.mean()])
    assert table.loc["difference", "low"] < table.loc["difference", "mean"] < table.loc["difference", "high"]
    turned = branches(trials, "newcomers", "today", against="growth")
    odd, even = (trials.of("today")["newcomers"][[1, 3, 5]], trials.of("growth")["newcomers"][[2, 4, 6]])
    assert turned["mean"].to_list() == pytest.approx([odd.mean(), even.mean(), odd.mean() - even.mean()])
    assert turned.index.to_list() == ["with “today”", "with “growth”", "difference"]
    with pytest.raises(Fault, match="four seeds or more"):
        branches(compare(MARKET.but(weeks=2), {"a": Plan(), "b": GROWTH}, replications=3))


def test_an_interval_between_branches_is_that_of_welch() -> None:
    trials = compare(MARKET.but(weeks=8), {"today": Plan(), "growth": GROWTH}, replications=8)
    a, b = (trials.of(plan)["orders"] for plan in ("growth", "today"))
    a, b = a[a.index % 2 == 1], b[b.index % 2 == 0]
    error = np.hypot(a.sem(), b.sem())
    row = branches(trials, "orders").loc["difference"]
    assert (row["high"] - row["low"]) / 2 > 1.96 * error
    assert pd.Series([row["low"], row["high"]]).mean() == pytest.approx(row["mean"])
