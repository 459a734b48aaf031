"""RFM measures what it says, compares fairly, leaves nobody out, and gives the known facts of CDNOW."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Fault, Plan, concentration, load_scenario, rfm, simulate
from sim.datasets import load_cdnow

CDNOW_SPLIT, CDNOW_END = 39 * 7, 78 * 7  # days

ORDERS = pd.DataFrame(
    {
        "customer": [1, 1, 1, 2, 3, 3],
        "day": [0, 7, 7, 20, 3, 30],
        "amount_cents": [1000, 2000, 500, 900, 100, 7700],
    }
)


def measures(recency: list[float], frequency: list[float], monetary: list[float]) -> pd.DataFrame:
    columns = (recency, frequency, monetary)
    return pd.DataFrame(dict(zip(rfm.MEASURES, columns, strict=True)))


@st.composite
def customers(draw: st.DrawFn) -> pd.DataFrame:
    size = draw(st.integers(1, 60))
    few = st.lists(st.integers(0, 12).map(float), min_size=size, max_size=size)  # few values: many ties
    return measures(draw(few), draw(few), draw(few))


# -- measuring -------------------------------------------------------------------------------------


def test_orders_are_measured_up_to_a_day_and_those_of_one_day_count_once() -> None:
    table = rfm.of_orders(ORDERS, 0, 28)
    assert table.index.name == "customer" and table.index.tolist() == [1, 2, 3]
    assert table["recency_weeks"].tolist() == [3, 8 / 7, 25 / 7]
    assert table["frequency_orders"].tolist() == [2, 1, 1]
    assert table["monetary_currency"].tolist() == [35, 9, 1]


def test_only_customers_with_an_order_in_these_days_are_measured() -> None:
    table = rfm.of_orders(ORDERS, 7, 31)
    assert table.loc[1].tolist() == [24 / 7, 1, 25]
    assert table.loc[3].tolist() == [1 / 7, 1, 77]
    assert rfm.of_orders(ORDERS, 40, 50).empty


def test_a_record_is_measured_over_the_last_year_or_over_its_whole_past() -> None:
    run = simulate(load_scenario("supermarket", people=200).but(weeks=70), Plan(), seed=1)
    record = run.record(70)
    year, past = rfm.of_record(record), rfm.of_record(record, whole_past=True)
    assert list(year) == list(past) == list(rfm.MEASURES)
    assert year["monetary_currency"].equals(record["spend_52w"].rename("monetary_currency"))
    assert past["frequency_orders"].equals(record["orders"].rename("frequency_orders"))
    assert (past["monetary_currency"] >= year["monetary_currency"]).all()
    assert (past["monetary_currency"] > year["monetary_currency"]).any()
    assert rfm.summary(rfm.score(year))["customers"].sum() == len(record)


# -- scoring ---------------------------------------------------------------------------------------


def test_five_different_customers_get_the_scores_one_to_five() -> None:
    scored = rfm.score(measures([5, 4, 3, 2, 1], [1, 2, 3, 4, 5], [50, 40, 30, 20, 10]))
    assert scored["recency_score"].tolist() == [1, 2, 3, 4, 5]
    assert scored["frequency_score"].tolist() == [1, 2, 3, 4, 5]
    assert scored["monetary_score"].tolist() == [5, 4, 3, 2, 1]


def test_where_three_in_five_are_equal_at_the_bottom_nobody_gets_a_two_or_a_three() -> None:
    scored = rfm.score(measures([1] * 5, [1, 1, 1, 2, 9], [7] * 5))
    assert scored["frequency_score"].tolist() == [1, 1, 1, 4, 5]
    assert scored["recency_score"].tolist() == scored["monetary_score"].tolist() == [1] * 5


@given(customers())
def test_a_score_is_one_more_than_the_fifths_of_customers_who_do_strictly_worse(
    table: pd.DataFrame,
) -> None:
    scored = rfm.score(table)
    for name, score in zip(("frequency_orders", "monetary_currency"), rfm.SCORES[1:], strict=True):
        for value, points in zip(table[name], scored[score], strict=True):
            worse = int((table[name] < value).sum())
            assert (points - 1) * len(table) <= 5 * worse < points * len(table)


@given(customers())
def test_equals_get_equal_scores_and_the_better_never_a_lower_one(table: pd.DataFrame) -> None:
    scored = rfm.score(table)
    for name, score, sign in zip(rfm.MEASURES, rfm.SCORES, (-1, 1, 1), strict=True):
        by_value = scored[score].groupby(sign * table[name]).agg(["min", "max"])
        assert (by_value["min"] == by_value["max"]).all()
        assert by_value["min"].is_monotonic_increasing


@given(customers(), st.randoms(use_true_random=False))
def test_scores_depend_neither_on_the_order_of_rows_nor_on_the_currency(
    table: pd.DataFrame, chance: st.DataObject
) -> None:
    rows = list(table.index)
    chance.shuffle(rows)  # type: ignore[attr-defined]
    scored = rfm.score(table)
    mixed = rfm.score(table.loc[rows]).loc[table.index]
    cents = rfm.score(table.assign(monetary_currency=100 * table["monetary_currency"]))
    assert mixed.equals(scored)
    assert cents[list(rfm.SCORES)].equals(scored[list(rfm.SCORES)])


def test_nobody_gets_no_score() -> None:
    nobody = rfm.score(measures([], [], []))
    assert len(nobody) == 0 and rfm.summary(nobody)["customers"].tolist() == [0] * 9


# -- segments --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ((5, 5, 5), "champions"),
        ((4, 3, 5), "champions"),
        ((3, 4, 4), "loyal"),
        ((2, 4, 4), "high value at risk"),
        ((1, 5, 5), "high value at risk"),
        ((4, 3, 4), "promising"),
        ((3, 2, 2), "need attention"),
        ((1, 1, 3), "fading"),
        ((5, 1, 1), "new or small"),
        ((3, 1, 2), "small"),
        ((1, 1, 1), "small and silent"),
    ],
)
def test_the_scores_decide_the_name(scores: tuple[int, int, int], name: str) -> None:
    table = pd.DataFrame([scores], columns=list(rfm.SCORES))
    assert rfm.segments(table).tolist() == [name]


@given(customers())
def test_everybody_has_one_segment_and_all_the_money_is_counted(table: pd.DataFrame) -> None:
    counted = rfm.summary(rfm.score(table))
    assert counted.index.tolist() == list(rfm.NAMES)
    assert counted["customers"].sum() == len(table)
    assert counted["customer_share"].sum() == pytest.approx(1)
    whole = table["monetary_currency"].sum()
    spent = (counted["customers"] * counted["mean_spend_currency"]).sum()
    assert spent == pytest.approx(whole)
    assert whole == 0 or counted["spend_share"].sum() == pytest.approx(1)


def test_each_segment_has_a_chinese_name() -> None:
    assert set(rfm.CHINESE) == set(rfm.NAMES)


# -- the real customers of CDNOW -------------------------------------------------------------------


def test_three_in_five_real_customers_have_ordered_on_one_day_by_week_39() -> None:
    table = rfm.of_orders(load_cdnow(), 0, CDNOW_SPLIT)
    assert len(table) == 2357
    assert round(100 * (table["frequency_orders"] == 1).mean(), 1) == 59.9
    scored = rfm.score(table)
    assert sorted(scored["frequency_score"].unique()) == [1, 3, 4, 5]  # so many ties leave no 2


def test_two_in_five_real_high_value_customers_at_risk_come_back_by_themselves() -> None:
    """Top fifth by money in weeks 1-39 who ordered last before week 27; an order in weeks 40-78."""
    orders = load_cdnow()
    table = rfm.of_orders(orders, 0, CDNOW_SPLIT)
    best = table.loc[concentration.top(table["monetary_currency"])]
    at_risk = best[best["recency_weeks"] > 13]
    later = rfm.of_orders(orders, CDNOW_SPLIT, CDNOW_END)
    assert (len(best), len(at_risk)) == (471, 225)
    assert int(at_risk.index.isin(later.index).sum()) == 89  # 39.6 %


def test_counted_with_all_who_tie_at_the_border_and_a_day_later_it_is_39_per_cent_as_well() -> None:
    """Whoever spent at least the 80 % quantile; last order more than 91 days before the last of the 273."""
    orders = load_cdnow()
    table = rfm.of_orders(orders, 0, CDNOW_SPLIT)
    best = table[table["monetary_currency"] >= table["monetary_currency"].quantile(0.8)]
    at_risk = best[best["recency_weeks"] > 13 + 1 / 7]
    later = rfm.of_orders(orders, CDNOW_SPLIT, CDNOW_END)
    assert (len(best), len(at_risk)) == (472, 224)
    assert round(100 * at_risk.index.isin(later.index).mean(), 1) == 39.3


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: rfm.of_orders(ORDERS.drop(columns="day"), 0, 9), 'no column "day"'),
        (lambda: rfm.of_orders(ORDERS, 9, 9), "to_day: must be later than from_day, which is 9"),
        (lambda: rfm.of_orders(ORDERS.assign(day="Monday"), 0, 9), '"day" must hold numbers'),
        (lambda: rfm.of_orders([1, 2], 0, 9), "expects a table"),
        (lambda: rfm.of_orders(ORDERS.assign(customer=np.nan), 0, 9), '"customer" has unknown values'),
        (lambda: rfm.score(measures([np.inf], [1], [1])), '"recency_weeks" has unknown values'),
        (lambda: rfm.of_record(ORDERS), 'of_record: the table has no column "recency_weeks"'),
        (lambda: rfm.score(ORDERS), 'score: the table has no column "recency_weeks"'),
        (lambda: rfm.score(measures([np.nan], [1], [1])), '"recency_weeks" has unknown values'),
        (lambda: rfm.segments(measures([1], [1], [1])), 'no column "recency_score"'),
        (
            lambda: rfm.segments(pd.DataFrame([(0, 1, 1)], columns=list(rfm.SCORES))),
            "scores lie between 1 and 5",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(wrong: object, words: str) -> None:
    with pytest.raises(Fault) as caught:
        wrong()  # type: ignore[operator]
    assert words in str(caught.value) and "\n" not in str(caught.value)
