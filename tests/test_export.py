"""Laws of an export: clean data are the run's own, dirt is what the rates say, and the truth undoes it."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, load_scenario, simulate
from sim.dirt import DATED, SINGULAR, misspelt
from sim.entries import CUSTOMER, WHOLESALE
from sim.events import Kind
from sim.export import COLUMNS, Export
from sim.processes.stewardship import CLEAN
from sim.run import Run
from tests.goods import BASKET, RANGE

PEOPLE, WEEKS = 500, 40
MARKET = load_scenario("supermarket").but(people=PEOPLE, weeks=WEEKS)
MARKET = MARKET.but(service=MARKET.service.but(fault_share=0.2), basket=BASKET)
PLAN = Plan(
    basket={"suggestions": 2},
    campaigns=[Campaign(channel="email", offer=Offer(discount=0.2), every=3)],
    loyalty={"points": 0.05, "reward": 2},
)
ALL = {
    "duplicate_share": 0.15,
    "misspelt_share": 0.1,
    "gap_share": 0.1,
    "wrong_date_share": 0.1,
    "wrong_unit_share": 0.1,
    "wholesale_share": 0.02,
    "test_share": 0.02,
}


@cache
def run_of(*names: str, seed: int = 3) -> Run:
    """Give a run whose data have these kinds of dirt."""
    dirt = CLEAN.but(**{name: ALL[name] for name in names}) if names else None
    return simulate(MARKET.but(stewardship=dirt), PLAN, seed)


@cache
def export_of(*names: str, seed: int = 3) -> Export:
    return Export.of(run_of(*names, seed=seed))


def assert_same(one: Export, other: Export) -> None:
    for mine, theirs in ((one.tables, other.tables), (one.truth, other.truth)):
        assert list(mine) == list(theirs)
        for name in mine:
            pd.testing.assert_frame_equal(mine[name], theirs[name])


# -- clean -----------------------------------------------------------------------------------------


def test_clean_data_are_what_is_on_record_row_by_row() -> None:
    run, export = run_of(), export_of()
    record, orders = run.record(WEEKS), export.tables["orders"]
    customers = export.tables["customers"]
    assert len(customers) == len(record)
    whom = export.truth["identities"].set_index("customer_number")["person"]
    row = pd.Series(run.hidden_link.index, run.hidden_link.to_numpy()).reindex(whom).to_numpy()
    by_number = orders.groupby("customer_number")["amount"]
    assert by_number.size().reindex(whom.index).tolist() == record["orders"].iloc[row].tolist()
    assert by_number.sum().reindex(whom.index).tolist() == pytest.approx(record["spend"].iloc[row].tolist())
    tickets = export.tables["tickets"].groupby("customer_number").size().reindex(whom.index, fill_value=0)
    assert tickets.tolist() == record["tickets"].iloc[row].tolist()
    sent = export.tables["contacts"].query("what == 'opened'").groupby("customer_number").size()
    assert sent.reindex(whom.index, fill_value=0).tolist() == record["opened"].iloc[row].tolist()
    assert export.truth["mistakes"].empty
    assert not customers.isna().any(axis=None)


@pytest.mark.parametrize("weeks", [1, 2])
def test_wholesale_buyers_who_first_order_after_the_end_are_in_no_table(weeks: int) -> None:
    """They order every second week, half of them in odd ones."""
    many = MARKET.but(weeks=weeks, stewardship=CLEAN.but(wholesale_share=0.5))
    export = Export.of(simulate(many, Plan(), 3))
    customers, orders = export.tables["customers"], export.tables["orders"]
    roles = export.truth["identities"].set_index("customer_number")["role"]
    wholesale = roles.index[roles == WHOLESALE]
    buyers = round(0.5 * (roles == CUSTOMER).sum())
    assert len(wholesale) == (buyers if weeks == 2 else len(range(PEOPLE % 2, buyers, 2))) > 10
    assert set(wholesale) <= set(orders["customer_number"]) and set(wholesale) <= set(
        customers["customer_number"]
    )


def test_without_delays_the_orders_add_up_to_the_revenue_of_the_accounts() -> None:
    run = simulate(MARKET.but(record=MARKET.record.but(order_hours=0.0)), PLAN, 3)
    orders = Export.of(run).tables["orders"]
    assert round(orders["amount"].sum() * 100) == run.accounts.total()["revenue"]
    assert len(run.events.of(Kind.DISCOUNT)) > 50
    assert len(run.events.of(Kind.REDEEMED)) > 50


def test_the_lines_of_an_order_add_up_to_what_it_costs_on_the_shelf() -> None:
    run = simulate(MARKET.but(record=MARKET.record.but(order_hours=0.0)), PLAN, 3)
    tables, orders = Export.of(run).tables, run.events.of(Kind.ORDER)
    lines = tables["lines"]
    cents = (lines.groupby("order_number")["price"].sum() * 100).round()
    value = pd.Series(orders.value, tables["orders"]["order_number"])
    paid = pd.Series(tables["orders"]["amount"].to_numpy() * 100, value.index)
    assert cents.reindex(value.index).tolist() == value.tolist()
    assert (paid <= value + 1e-6).all()
    assert (paid < value - 0.5).sum() > 50  # offers and points
    assert set(lines["category"]) == set(RANGE)
    assert not lines.duplicated(["order_number", "category"]).any()


def test_lines_say_what_the_firm_had_suggested() -> None:
    run = simulate(MARKET.but(record=MARKET.record.but(order_hours=0.0)), PLAN, 3)
    taken = run.events.of(Kind.SUGGESTED).value > 0
    assert Export.of(run).tables["lines"]["suggested"].sum() == taken.sum() > 100


def test_strangers_buy_one_thing_at_a_time_and_their_lines_are_their_orders() -> None:
    export, clean = export_of("wholesale_share", "test_share"), export_of()
    orders = export.tables["orders"].merge(export.truth["identities"], on="customer_number")
    theirs = orders[orders["role"] != "customer"].merge(export.tables["lines"], on="order_number", how="left")
    assert len(theirs) == (orders["role"] != "customer").sum() > 100
    assert theirs["price"].tolist() == theirs["amount"].tolist()
    assert theirs["category"].nunique() > 3
    assert len(export.tables["lines"]) - len(theirs) == len(clean.tables["lines"])


def test_answers_are_those_to_the_surveys() -> None:
    events, answers = run_of().events, export_of().tables["answers"]
    for word, kind in (("recommendation", Kind.NPS), ("complaint", Kind.CSAT)):
        scores = answers.loc[answers["survey"].str.startswith(word), "score"]
        assert sorted(scores) == sorted(events.of(kind).value.tolist())


def test_every_row_has_a_number_of_its_own_and_a_customer_who_is_there() -> None:
    for export in (export_of(), export_of(*ALL)):
        for name, table in export.tables.items():
            assert list(table.columns) == list(COLUMNS[name])
            assert table[f"{SINGULAR[name]}_number"].is_unique
            owner = {"lines": "order"}.get(name, "customer")
            assert set(table[f"{owner}_number"]) <= set(export.tables[f"{owner}s"][f"{owner}_number"])
        known = export.tables["customers"]["customer_number"]
        assert set(export.truth["identities"]["customer_number"]) == set(known)


# -- dirt ------------------------------------------------------------------------------------------


def test_rates_of_zero_are_clean() -> None:
    assert_same(Export.of(simulate(MARKET.but(stewardship=CLEAN), PLAN, 3)), export_of())


def test_switched_on_by_its_usual_numbers_every_kind_of_dirt_is_there() -> None:
    export = Export.of(simulate(MARKET.also("stewardship"), PLAN, 3))
    mistakes, roles = export.truth["mistakes"], set(export.truth["identities"]["role"])
    assert {"name", "phone", "date", "amount"} <= set(mistakes["column"])
    assert roles == {"customer", "second entry", "wholesale buyer", "test account"}


def test_lines_are_right_whatever_else_is_wrong() -> None:
    wrong, true = (
        export_of(*names).tables["lines"] for names in (("wrong_unit_share", "wrong_date_share"), ())
    )
    pd.testing.assert_frame_equal(wrong, true)


def test_the_same_seed_makes_the_same_dirt_and_another_makes_another() -> None:
    assert_same(Export.of(run_of(*ALL)), export_of(*ALL))
    assert not export_of(*ALL).truth["mistakes"].equals(export_of(*ALL, seed=4).truth["mistakes"])


def test_one_kind_of_dirt_never_moves_another() -> None:
    for alone in ("gap_share", "misspelt_share"):
        mine = export_of(alone).truth["mistakes"]
        both = export_of("gap_share", "misspelt_share").truth["mistakes"]
        key = ["table", "number", "column"]
        assert set(map(tuple, mine[key].to_numpy())) <= set(map(tuple, both[key].to_numpy()))


VALUES = {  # the table, the columns, and the share of their values that is spoilt
    "misspelt_share": ("customers", ["name"]),
    "gap_share": ("customers", ["name", "phone", "email", "town", "born"]),
    "wrong_date_share": ("orders", ["date"]),
    "wrong_unit_share": ("orders", ["amount"]),
}


@pytest.mark.parametrize("rate", VALUES)
def test_as_many_values_are_spoilt_as_the_rate_says(rate: str) -> None:
    table, columns = VALUES[rate]
    export, clean = export_of(rate), export_of()
    mistakes = export.truth["mistakes"]
    cells = len(clean.tables[table]) * len(columns)
    spoilt = int((mistakes["table"] == table).sum())
    assert spoilt / cells == pytest.approx(ALL[rate], abs=4 * np.sqrt(0.09 / cells))
    touched = {"orders", "tickets", "answers"} if rate == "wrong_date_share" else {table}
    assert set(mistakes["table"]) <= touched
    for name in set(export.tables) - touched:
        pd.testing.assert_frame_equal(export.tables[name], clean.tables[name])


@pytest.mark.parametrize("rate", VALUES)
def test_the_truth_undoes_every_mistake(rate: str) -> None:
    export, clean = export_of(rate), export_of()
    for name, table in export.tables.items():
        key = f"{SINGULAR[name]}_number"
        mended = table.set_index(key).astype(object)
        true = clean.tables[name].set_index(key).astype(object)
        wrong = mended.ne(true) & ~(mended.isna() & true.isna())
        told = export.truth["mistakes"].query("table == @name")
        cells = wrong.stack()
        assert sorted(zip(told["number"], told["column"], strict=True)) == sorted(cells[cells].index)
        for number, column, value in zip(told["number"], told["column"], told["true_value"], strict=True):
            assert str(true.loc[number, column]) == value


def test_wrong_dates_have_day_and_month_swapped_or_are_a_year_off() -> None:
    for name, column in DATED.items():
        wrong, true = (e.tables[name][column] for e in (export_of("wrong_date_share"), export_of()))
        off = wrong != true
        swapped = (
            (wrong.dt.day == true.dt.month)
            & (wrong.dt.month == true.dt.day)
            & (wrong.dt.year == true.dt.year)
        )
        shifted = (wrong.dt.year - true.dt.year).abs() == 1
        assert off.any()
        assert (swapped | shifted)[off].all()
        assert (wrong.dt.strftime("%H:%M") == true.dt.strftime("%H:%M")).all()


def test_a_wrong_unit_is_a_hundred_times_too_much() -> None:
    wrong, true = (e.tables["orders"]["amount"] for e in (export_of("wrong_unit_share"), export_of()))
    off = wrong != true
    assert wrong[off].tolist() == pytest.approx((100 * true[off]).tolist())


def test_a_second_entry_is_one_more_number_for_a_part_of_one_persons_rows() -> None:
    export, clean = export_of("duplicate_share"), export_of()
    identities = export.truth["identities"]
    second = identities[identities["role"] == "second entry"]
    assert second["person"].is_unique
    at_least_two = clean.tables["orders"].groupby("customer_number").size() > 1
    share = len(second) / at_least_two.sum()  # who ordered once cannot stand there twice
    assert 0.7 * ALL["duplicate_share"] < share < 1.2 * ALL["duplicate_share"]
    person = identities.set_index("customer_number")["person"]
    for name in ("orders", "tickets", "answers"):
        rows, before = (e.tables[name] for e in (export, clean))
        was = clean.truth["identities"].set_index("customer_number")["person"]
        assert rows["customer_number"].map(person).tolist() == before["customer_number"].map(was).tolist()
    orders = export.tables["orders"]
    first_orders = orders.groupby("customer_number")["date"].min()
    since = export.tables["customers"].set_index("customer_number")["since"]
    assert (first_orders.reindex(since.index) == since).all()


def test_a_second_entry_says_as_many_details_otherwise_as_the_rate_says() -> None:
    for share in (0.0, 0.3, 1.0):
        dirt = CLEAN.but(duplicate_share=1.0, changed_share=share)
        export = Export.of(simulate(MARKET.but(stewardship=dirt), PLAN, 3))
        table = export.tables["customers"].merge(export.truth["identities"]).set_index("person")
        first, second = (table[table["role"] == role] for role in ("customer", "second entry"))
        first = first.reindex(second.index)
        assert len(second) > 200
        for detail in ("name", "phone", "email"):
            differs = (first[detail] != second[detail]).mean()
            assert differs == pytest.approx(share, abs=0.1), detail
        moved = (first["town"] != second["town"]).mean()
        assert moved == pytest.approx(share * 5 / 6, abs=0.1)  # some move within one of six parts of town
        assert (first["born"] == second["born"]).all()


def test_wholesale_buyers_are_outliers_and_test_accounts_buy_next_to_nothing() -> None:
    export, clean = export_of("wholesale_share", "test_share"), export_of()
    orders = export.tables["orders"].merge(export.truth["identities"], on="customer_number")
    amounts = orders.groupby("role")["amount"].median()
    assert amounts["wholesale buyer"] > 10 * amounts["customer"]
    assert orders.loc[orders["role"] == "test account", "amount"].max() <= 1.0
    mine = orders[orders["role"] == "customer"]
    assert sorted(mine["amount"]) == sorted(clean.tables["orders"]["amount"])
    counts = export.truth["identities"]["role"].value_counts()
    customers = len(clean.tables["customers"])
    assert counts["wholesale buyer"] == round(0.02 * customers) == counts["test account"]


def test_a_misspelt_name_is_another_name_of_nearly_the_same_length() -> None:
    names = pd.Series(["Anna Bell", "王明", "Al Bo", "Zoë Ý"] * 50)
    wrong = misspelt(names, np.linspace(0.001, 0.999, len(names)))
    for name, other in zip(names, wrong, strict=True):
        assert name != other
        assert abs(len(name) - len(other)) <= 1


# -- nobody is real --------------------------------------------------------------------------------


def test_nobody_can_be_called_or_written_to() -> None:
    customers = export_of(*ALL).tables["customers"]
    assert customers["phone"].dropna().str.startswith("+999 ").all()
    assert customers["email"].dropna().str.fullmatch(r"[a-z.]+\d*@example\.com").all()


# -- files -----------------------------------------------------------------------------------------


def test_both_files_of_a_table_say_the_same_and_the_page_names_every_column(tmp_path: Path) -> None:
    run = run_of(*ALL)
    assert run.export(tmp_path / "data", truth=True) == tmp_path / "data"
    for folder, tables in (("data", export_of(*ALL).tables), ("data_truth", export_of(*ALL).truth)):
        text = (tmp_path / folder / "README.txt").read_text(encoding="utf-8")
        assert "{" not in text
        for name, table in tables.items():
            parquet = pd.read_parquet(tmp_path / folder / f"{name}.parquet")
            pd.testing.assert_frame_equal(parquet, table, check_dtype=False)
            written = pd.read_csv(tmp_path / folder / f"{name}.csv", dtype=str)
            assert written.shape == table.shape
            assert written.notna().equals(table.notna())
            assert all(re.search(rf"^{column} ", text, re.M) for column in table.columns)


def test_the_truth_is_written_only_if_asked_for(tmp_path: Path) -> None:
    run_of(*ALL).export(tmp_path / "data")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert not {path.stem for path in (tmp_path / "data").iterdir()} & {"identities", "mistakes", "themes"}


@pytest.mark.parametrize("name", ["data", "data_truth"])
def test_a_folder_that_exists_is_never_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(Fault, match="there is something of this name already"):
        run_of().export(tmp_path / "data", truth=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert not any((tmp_path / name).iterdir())


@pytest.mark.parametrize("people", [0, 1])
@pytest.mark.parametrize("market", ["supermarket", "saas", "cdnow"])
def test_the_smallest_market_can_be_exported(tmp_path: Path, market: str, people: int) -> None:
    dirt = CLEAN.but(**dict.fromkeys(ALL, 1.0))
    scenario = load_scenario(market).but(people=people, weeks=2, stewardship=dirt)
    simulate(scenario, Plan(), 1).export(tmp_path / "data", truth=True)
    assert (tmp_path / "data" / "orders.csv").exists()


def test_a_column_has_one_type_also_where_a_table_is_empty(tmp_path: Path) -> None:
    scenario = MARKET.but(stewardship=None)
    full, silent = export_of(*ALL), Export.of(simulate(scenario, Plan(), 3))
    nobody = simulate(scenario.but(people=0), Plan(), 3)
    assert silent.tables["contacts"].empty and not silent.tables["answers"].empty
    for other in (export_of(), silent, Export.of(nobody)):
        for mine, theirs in ((full.tables, other.tables), (full.truth, other.truth)):
            for name in mine:
                assert theirs[name].dtypes.to_dict() == mine[name].dtypes.to_dict(), name
    nobody.export(tmp_path / "data")
    for name, table in full.tables.items():
        read = pd.read_parquet(tmp_path / "data" / f"{name}.parquet")
        assert read.empty and read.dtypes.to_dict() == table.dtypes.to_dict()


@pytest.mark.parametrize("market", ["saas", "cdnow"])
def test_other_markets_have_the_same_tables_but_for_lines_where_baskets_are_closed(market: str) -> None:
    scenario = load_scenario(market).but(people=200, weeks=30)
    run = simulate(scenario.but(stewardship=CLEAN.but(**ALL)), Plan(), 1)
    export = Export.of(run)
    assert list(export.tables) == [name for name in COLUMNS if name != "lines"]
    assert len(export.tables["orders"]) > 50
