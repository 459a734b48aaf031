"""The lead adds up what a plan earns more than another, and draws it."""

import numpy as np
import pytest

from sim import Fault, Plan, collect, compare, load_scenario, plots, simulate
from sim.experiment import mean_and_interval
from sim.lead import Lead, lead
from sim.series import cumulative_profit

MARKET = load_scenario("supermarket", people=200).but(weeks=30)
PLANS = {"today": Plan(), "cheap": Plan(pricing={"price": 0.9}), "advert": Plan(acquisition={"search": 50})}


@pytest.fixture(scope="module")
def paths() -> Lead:
    return lead(MARKET, PLANS, replications=3)


def test_profit_added_up_ends_at_the_profit_of_the_run() -> None:
    run = simulate(MARKET, Plan(), 1)
    path = cumulative_profit(run)
    assert path.shape == (30,)
    assert path[-1] == pytest.approx(run.metrics["profit"])
    np.testing.assert_allclose(np.diff(path), run.accounts.by_week()["profit"].to_numpy()[1:] / 100)


def test_the_last_lead_is_the_paired_difference_of_profit(paths: Lead) -> None:
    trials = compare(MARKET, PLANS, replications=3)
    for plan in ("cheap", "advert"):
        np.testing.assert_allclose(paths.paths[plan][:, -1], trials.paired("profit", plan))
    last = paths.table(every=30).loc[("cheap", 30)]
    assert last.to_list() == pytest.approx(trials.difference("profit").loc["cheap"].to_list()[:3])


def test_the_lead_between_two_plans_is_that_of_one_less_that_of_the_other(paths: Lead) -> None:
    gap = paths.between("cheap", "advert")
    assert gap.first == "advert"
    np.testing.assert_allclose(gap.paths["cheap"], paths.paths["cheap"] - paths.paths["advert"])
    with pytest.raises(Fault, match='none named "luck"'):
        paths.between("luck", "advert")


def test_the_table_has_a_row_for_every_plan_and_full_period(paths: Lead) -> None:
    assert paths.table(every=13).index.to_list() == [
        ("cheap", 13),
        ("cheap", 26),
        ("advert", 13),
        ("advert", 26),
    ]


def test_processes_that_share_the_work_do_not_change_what_is_collected() -> None:
    alone, shared = (collect(MARKET, Plan(), cumulative_profit, 3, jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(alone, shared)


def test_the_figure_draws_each_mean_and_says_where_it_ends(paths: Lead) -> None:
    figure = plots.lead(paths)
    (axes,) = figure.axes
    for line, path in zip(axes.get_lines()[1:], paths.paths.values(), strict=True):
        np.testing.assert_allclose(np.asarray(line.get_ydata(), float), path.mean(axis=0))
    assert "After 30 weeks" in figure.reading
    _, low, high = mean_and_interval(paths.table(30)["lead"])  # of two numbers: an interval in this order
    assert low < high


def test_a_lead_without_anything_to_compare_is_refused() -> None:
    with pytest.raises(Fault, match="two plans by name"):
        lead(MARKET, {"today": Plan()})
    with pytest.raises(Fault, match="up to 6 plans"):
        plots.lead(Lead("today", {str(n): np.zeros((2, 3)) for n in range(7)}, "USD"))
