"""Concentration is measured as the textbooks say, and gives the known facts of CDNOW."""

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim import Fault, concentration
from sim.concentration import gini, lorenz, missed_share, next_period, tier_summary, tiers, top, top_share
from sim.datasets import load_cdnow

CDNOW_CUSTOMERS = pd.RangeIndex(1, 2358)
AMOUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=40)


def spend(first_week: int, last_week: int) -> "pd.Series[float]":
    """Give what each real customer spent in these calendar weeks, in dollars; 0 if nothing."""
    orders = load_cdnow()
    inside = orders[orders["week"].between(first_week, last_week)]
    cents = inside.groupby("customer")["amount_cents"].sum()
    return cents.reindex(CDNOW_CUSTOMERS, fill_value=0) / 100


# -- known small cases -----------------------------------------------------------------------------


def test_equals_have_a_gini_of_zero_and_one_who_has_all_nearly_one() -> None:
    assert gini([3, 3, 3, 3]) == 0
    assert gini([0, 0, 0, 8]) == 0.75  # (n - 1) / n
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25)


def test_the_lorenz_curve_of_one_two_three_four() -> None:
    curve = lorenz([4, 2, 1, 3])
    npt.assert_allclose(curve["customer_share"], [0, 0.25, 0.5, 0.75, 1])
    npt.assert_allclose(curve["value_share"], [0, 0.1, 0.3, 0.6, 1])
    npt.assert_allclose(lorenz([4, 2, 1, 3], best_first=True)["value_share"], [0, 0.4, 0.7, 0.9, 1])


def test_eighty_twenty_is_eighty_twenty() -> None:
    values = pd.Series([1, 1, 16, 1, 1], index=list("abcde"))
    assert top_share(values) == 0.8
    assert top(values).tolist() == ["c"]


def test_of_equals_at_the_border_those_named_earlier_come_in() -> None:
    values = pd.Series([5, 7, 7, 7], index=list("abcd"))
    assert top(values, 0.5).tolist() == ["b", "c"]
    assert tiers(values, {"up": 0.5, "down": 0.5}).tolist() == ["down", "up", "up", "down"]


def test_tiers_have_the_sizes_asked_for_and_the_best_stand_highest() -> None:
    values = pd.Series(np.arange(10.0))
    table = tier_summary(values)
    assert table.index.tolist() == ["high", "medium", "low"]
    assert table["customers"].tolist() == [2, 3, 5]
    assert table["least_value"].tolist() == [8, 5, 0]
    npt.assert_allclose(table["value_share"], [17 / 45, 18 / 45, 10 / 45])


def test_turnover_counts_who_stays_on_top() -> None:
    before = pd.Series([9, 8, 1, 0, 0], index=list("abcde"))
    after = pd.Series([0, 9, 9, 0, 1], index=list("abcde"))
    table = concentration.turnover(before, after, 0.4)
    assert table.loc["top before"].tolist() == [1, 1]
    assert table.loc["others before"].tolist() == [1, 2]
    assert missed_share(before, after, 0.4) == 0.5


def test_the_periods_are_matched_by_customer_and_not_by_row() -> None:
    before = pd.Series([9.0, 1, 2, 3, 4], index=list("abcde"))
    assert missed_share(before, before[::-1]) == 0


def test_pure_luck_falls_back_to_the_mean_and_a_fixed_trait_does_not() -> None:
    trait = pd.Series(np.arange(1.0, 11))
    luck = trait.sample(frac=1, random_state=1).set_axis(trait.index)
    fixed = next_period(trait, 0.5 * trait, 2)
    npt.assert_allclose(fixed["before_to_mean"], fixed["after_to_mean"])
    fallen = next_period(trait, luck, 2)
    assert fallen["after_to_mean"].max() < fallen["before_to_mean"].max()


# -- laws ------------------------------------------------------------------------------------------


@given(AMOUNTS)
def test_gini_is_half_the_mean_difference_of_two_customers_over_the_mean(amounts: list[int]) -> None:
    values = np.array(amounts, float)
    assume(values.sum() > 0)
    by_definition = np.abs(values[:, None] - values).mean() / (2 * values.mean())
    assert gini(values) == pytest.approx(by_definition, abs=1e-12)
    assert 0 <= gini(values) < 1


@given(AMOUNTS)
def test_gini_is_one_less_twice_the_area_under_the_lorenz_curve(amounts: list[int]) -> None:
    assume(sum(amounts) > 0)
    curve = lorenz(amounts)
    area = np.trapezoid(curve["value_share"], curve["customer_share"])
    assert gini(amounts) == pytest.approx(1 - 2 * area, abs=1e-12)


@given(AMOUNTS, st.integers(2, 5))
def test_neither_the_currency_nor_copies_of_everybody_change_concentration(
    amounts: list[int], times: int
) -> None:
    assume(sum(amounts) > 0)
    assert gini(np.array(amounts) * times) == pytest.approx(gini(amounts), abs=1e-12)
    assert gini(amounts * times) == pytest.approx(gini(amounts), abs=1e-12)


@given(AMOUNTS)
def test_the_curve_from_the_best_is_the_lorenz_curve_turned_round(amounts: list[int]) -> None:
    assume(sum(amounts) > 0)
    up, down = lorenz(amounts), lorenz(amounts, best_first=True)
    npt.assert_allclose(down["value_share"], 1 - up["value_share"][::-1], atol=1e-12)
    assert (down["value_share"] >= down["customer_share"] - 1e-12).all()


@given(AMOUNTS, st.sampled_from([0.1, 0.2, 0.5, 0.9]))
def test_the_top_holds_at_least_its_own_share_and_just_what_its_members_have(
    amounts: list[int], share: float
) -> None:
    assume(sum(amounts) > 0)
    values = pd.Series(amounts)
    members = top(values, share)
    assert top_share(values, share) == pytest.approx(values[members].sum() / values.sum())
    assert top_share(values, share) >= len(members) / len(values) - 1e-12


@given(AMOUNTS)
def test_every_customer_has_a_tier_and_none_stands_above_a_larger_one(amounts: list[int]) -> None:
    values = pd.Series(amounts)
    codes = tiers(values).cat.codes
    assert len(codes) == len(values) and (codes >= 0).all()
    ends = values.groupby(codes).agg(["min", "max"])
    assert (ends["min"].to_numpy()[:-1] >= ends["max"].to_numpy()[1:]).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=40))
def test_turnover_counts_everybody_and_as_many_leave_the_top_as_enter_it(
    pairs: list[tuple[int, int]],
) -> None:
    before, after = pd.Series([a for a, _ in pairs]), pd.Series([b for _, b in pairs])
    table = concentration.turnover(before, after)
    assert table.to_numpy().sum() == len(pairs)
    assert table.loc["top before", "others after"] == table.loc["others before", "top after"]
    assert next_period(before, after, 3)["customers"].sum() == len(pairs)


def test_nothing_to_share_has_no_concentration() -> None:
    for nothing in ([], [0, 0, 0]):
        assert np.isnan(gini(nothing)) and np.isnan(top_share(nothing))
        assert lorenz(nothing)["value_share"].isna().all()


# -- the real customers of CDNOW -------------------------------------------------------------------


def test_the_top_fifth_of_real_customers_brought_two_thirds_of_the_revenue() -> None:
    """All 2 357 customers, first orders included, all 78 weeks; 471 of them are the top fifth."""
    whole = spend(1, 78)
    assert len(top(whole)) == 471
    assert round(100 * top_share(whole), 1) == 67.4
    assert round(gini(whole), 3) == 0.631


def test_concentration_is_lower_the_shorter_one_looks() -> None:
    """Weeks 1-39 alone, same definition: most have then bought once, at similar prices."""
    assert round(100 * top_share(spend(1, 39)), 1) == 63.3
    assert round(gini(spend(1, 39)), 3) == 0.585


def test_half_of_the_next_top_fifth_were_not_in_the_last_one() -> None:
    """Top fifth by money in weeks 1-39 and in weeks 40-78."""
    assert round(100 * missed_share(spend(1, 39), spend(40, 78)), 1) == 50.1


def test_the_top_tenth_falls_in_dollars_but_not_against_the_mean_while_first_orders_count() -> None:
    """$345 to $145 a head in the top tenth (235 or 236 customers); but all spend less in weeks 40-78."""
    before, after = spend(1, 39), spend(40, 78)
    best = top(before, 235 / 2357)
    assert (round(before[best].mean()), round(after[best].mean())) == (345, 145)
    first = next_period(before, after, 10).loc[1]
    assert first["after_to_mean"] > first["before_to_mean"]


def test_the_top_tenth_falls_back_to_the_mean_once_all_first_orders_are_past() -> None:
    """Weeks 13-45 and 46-78, equally long: everybody's first order lies in weeks 1-12."""
    first = next_period(spend(13, 45), spend(46, 78), 10).loc[1]
    assert first["before_to_mean"] == pytest.approx(7.13, abs=0.005)
    assert first["after_to_mean"] == pytest.approx(4.92, abs=0.005)


# -- bad input -------------------------------------------------------------------------------------

GOOD = pd.Series([1.0, 2, 3])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: gini([1, -2]), "gini: -2 is below 0"),
        (lambda: gini([1, np.nan]), "some values are unknown"),
        (lambda: gini(["a", "b"]), "expects a number for each customer"),
        (lambda: lorenz([[1, 2]]), "expects one column of numbers, was given shape (1, 2)"),
        (lambda: top_share(GOOD, 20), "share must lie between 0 and 1, such as 0.2, was given 20"),
        (lambda: top(GOOD, 0), "share must lie between 0 and 1"),
        (lambda: tiers(GOOD, {"high": 0.5}), "must be 0 or more and add up to 1, they add up to 0.5"),
        (lambda: tiers(GOOD, {}), "add up to 1"),
        (lambda: missed_share(GOOD, GOOD[:2]), "must name the same customers"),
        (lambda: missed_share(GOOD, pd.Series([1, 2, 3], index=[0, 0, 1])), "named twice"),
        (lambda: next_period(GOOD, GOOD, 1), "parts must be a whole number from 2, was given 1"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(wrong: object, words: str) -> None:
    with pytest.raises(Fault) as caught:
        wrong()  # type: ignore[operator]
    assert words in str(caught.value) and "\n" not in str(caught.value)
