"""Clusters are found again where they are, and found as well where there are none."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, load_scenario, plots, simulate
from sim.analysis import clusters
from sim.run import Run


@cache
def run() -> Run:
    market = load_scenario("supermarket", people=600).but(needs={})
    return simulate(market, Plan(campaigns=[Campaign(every=4)]), seed=5)


def view() -> pd.DataFrame:
    return clusters.view(run(), 104)


def test_groups_that_lie_apart_are_found_again() -> None:
    apart = np.repeat([1.0, 50.0, 3000.0], 60)
    noise = np.random.default_rng(1).uniform(0.9, 1.1, (180, 2))
    table = pd.DataFrame(apart[:, None] * noise, columns=["a", "b"])
    assert clusters.agreement(clusters.k_means(table, 3), pd.Series(apart)) == 1
    assert clusters.how_many(table, 5)["data"].idxmax() == 3


def test_a_grouping_agrees_with_itself_under_other_names_and_with_a_lot_not_at_all() -> None:
    found = clusters.k_means(view(), 4)
    assert clusters.agreement(found, found.map({1: "d", 2: "c", 3: "b", 4: "a"})) == 1
    lot = pd.Series(np.random.default_rng(1).permutation(found.to_numpy()), found.index)
    assert abs(clusters.agreement(found, lot)) < 0.03


def test_clusters_are_numbered_by_size_and_everybody_is_in_one() -> None:
    found, table = clusters.k_means(view(), 4), view()
    sizes = found.value_counts().sort_index()
    assert sizes.is_monotonic_decreasing and list(sizes.index) == [1, 2, 3, 4]
    assert clusters.portrait(table, found)["customers"].sum() == len(table)


def test_needs_that_do_not_show_in_the_record_are_not_found() -> None:
    need = clusters.of_person(run(), view(), run().truth["true_need"])
    assert abs(clusters.agreement(clusters.k_means(view(), 4), need)) < 0.05


def test_the_same_table_gives_the_same_clusters() -> None:
    pd.testing.assert_series_equal(clusters.k_means(view(), 4), clusters.k_means(view(), 4))


@pytest.mark.parametrize("groups", [1, True, 5_000])
def test_numbers_of_groups_that_make_no_sense_are_refused(groups: int) -> None:
    with pytest.raises(Fault, match="2 to a tenth"):
        clusters.k_means(view(), groups)


def test_the_cloud_says_how_many_groups_it_shows() -> None:
    found = clusters.k_means(view(), 3)
    said = plots.cloud(view(), found.rename("found"), clusters.by_hand(view())).alt_text
    assert f"{len(view()):,} customers; left 3 groups, right 4" in said
    with pytest.raises(Fault, match=r"table, as|expects the table"):
        plots.cloud(view()[["known"]], found, found)
