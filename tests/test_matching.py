"""Laws of matching: pairs are counted against the truth, and better data are easier to match."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Fault, Plan, load_scenario, simulate
from sim.analysis.matching import (
    FIELDS,
    match_by_rules,
    match_by_weights,
    match_probabilities,
    match_quality,
    pairs_within,
)
from sim.export import Export
from sim.processes.stewardship import CLEAN

MATCHERS = {"rules": match_by_rules, "weights": match_by_weights}


@cache
def export_of(changed: float = 0.4, gaps: float = 0.05, seed: int = 11, people: int = 2_000) -> Export:
    dirt = CLEAN.but(
        duplicate_share=0.2, changed_share=changed, misspelt_share=0.05, gap_share=gaps, wrong_date_share=0.05
    )
    scenario = load_scenario("supermarket", people=people).but(weeks=26, stewardship=dirt)
    return Export.of(simulate(scenario, Plan(), seed))


def quality(name: str, export: Export) -> tuple[float, float, float]:
    found = match_quality(MATCHERS[name](export.tables["customers"]), export.truth["identities"])
    return found.precision, found.recall, found.f1


# -- counting --------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), min_size=12, max_size=12))
def test_precision_and_recall_are_shares_of_pairs(persons: list[int], guesses: list[int]) -> None:
    numbers = [f"C{place}" for place in range(len(persons))]
    table = pd.DataFrame({"customer_number": numbers, "person": persons, "guess": guesses[: len(persons)]})
    found, true = (
        {
            pair
            for pair in combinations(sorted(numbers), 2)
            if len(set(table.set_index("customer_number")[column][[*pair]])) == 1
        }
        for column in ("guess", "person")
    )
    assert pairs_within(table, "guess") == found
    told = match_quality(found, table)
    assert (told.found, told.true, told.right) == (len(found), len(true), len(found & true))
    if found and true:
        assert told.precision == len(found & true) / len(found)
        assert told.recall == len(found & true) / len(true)
        if found & true:
            assert told.f1 == pytest.approx(2 / (1 / told.precision + 1 / told.recall))


def test_the_truth_matched_with_itself_is_perfect_and_nothing_found_recalls_nothing() -> None:
    identities = export_of().truth["identities"]
    perfect = match_quality(pairs_within(identities, "person"), identities)
    assert (perfect.precision, perfect.recall, perfect.f1) == (1, 1, 1)
    none = match_quality([], identities)
    assert isnan(none.precision)
    assert none.recall == none.f1 == 0


def test_the_order_of_pairs_and_naming_one_twice_do_not_matter() -> None:
    identities = export_of().truth["identities"]
    one, other = sorted(pairs_within(identities, "person"))[:2]
    assert match_quality([one, one[::-1], list(other)], identities).right == 2


@pytest.mark.parametrize("found", [[("C0000001",)], [("C0000001", "C0000001")], [("C0000001", "nobody")]])
def test_what_is_no_pair_of_customers_is_refused(found: list[tuple[str, ...]]) -> None:
    with pytest.raises(Fault, match="found: expects pairs of two customer numbers"):
        match_quality(found, export_of().truth["identities"])


# -- matching --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("name", MATCHERS)
def test_both_ways_find_most_second_entries_and_little_else(name: str, seed: int) -> None:
    precision, recall, _ = quality(name, export_of(seed=seed))
    assert precision > 0.85
    assert 0.75 < recall < 1


@pytest.mark.parametrize("name", MATCHERS)
def test_the_more_details_differ_the_fewer_are_found(name: str) -> None:
    recalls = [quality(name, export_of(changed=share))[1] for share in (0.0, 0.4, 0.8)]
    assert recalls[0] > recalls[1] > recalls[2]


@pytest.mark.parametrize("name", MATCHERS)
def test_gaps_make_matching_harder(name: str) -> None:
    assert quality(name, export_of(gaps=0.5))[1] < quality(name, export_of(gaps=0.0))[1]


@pytest.mark.parametrize("name", MATCHERS)
def test_clean_data_have_next_to_no_matches_but_namesakes(name: str) -> None:
    market = load_scenario("supermarket", people=2_000).but(weeks=26)
    export = Export.of(simulate(market, Plan(), 11))
    assert not pairs_within(export.truth["identities"], "person")
    assert len(MATCHERS[name](export.tables["customers"])) <= 2


def test_weights_beat_rules_where_details_are_poor() -> None:
    poor = [export_of(changed=0.7, gaps=0.1, seed=seed) for seed in (11, 12, 13)]
    by_rules, by_weights = (np.mean([quality(name, export)[2] for export in poor]) for name in MATCHERS)
    assert by_weights > by_rules


def test_a_probability_is_one_of_so_many_right() -> None:
    exports = [export_of(changed=0.6, seed=seed) for seed in (11, 12, 13, 14)]
    tables = []
    for export in exports:
        table = match_probabilities(export.tables["customers"])
        true = pairs_within(export.truth["identities"], "person")
        right = [tuple(sorted(pair)) in true for pair in zip(table["one"], table["other"], strict=True)]
        tables.append(table.assign(right=right))
    table = pd.concat(tables)
    for low, high in ((0.0, 0.1), (0.9, 1.0)):
        some = table[table["probability"].between(low, high)]
        assert len(some) > 50
        assert some["right"].mean() == pytest.approx(some["probability"].mean(), abs=0.12)


def test_agreement_speaks_for_a_match_and_an_unknown_detail_for_nothing() -> None:
    table = match_probabilities(export_of().tables["customers"])
    assert table[list(FIELDS)].isin([-1, 0, 1, 2]).all(axis=None)
    for name in FIELDS:
        same, differs = (table.loc[table[name] == level, "weight"].mean() for level in (2, 0))
        if name in ("phone", "email"):
            assert same > differs + 5
    patterns = table.groupby(list(FIELDS))["weight"].nunique()
    assert (patterns == 1).all()  # pairs that agree alike weigh alike


def test_a_stricter_threshold_finds_a_part_of_the_same_pairs() -> None:
    customers = export_of().tables["customers"]
    strict, loose = (match_by_weights(customers, threshold) for threshold in (0.99, 0.2))
    assert strict < loose


@pytest.mark.parametrize("rows", [0, 1, 2])
@pytest.mark.parametrize("name", MATCHERS)
def test_the_smallest_tables_can_be_matched(name: str, rows: int) -> None:
    assert MATCHERS[name](export_of().tables["customers"][:rows]) == set()


def test_what_was_written_to_a_file_matches_alike(tmp_path_factory: pytest.TempPathFactory) -> None:
    customers = export_of().tables["customers"]
    path = tmp_path_factory.mktemp("files") / "customers.csv"
    customers.to_csv(path, index=False)
    again = pd.read_csv(path)
    for match in MATCHERS.values():
        assert match(again) == match(customers)
