"""Rules write down what they did, change nothing else, and are scored by both kinds of error."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis import card, cleaning, tradeoff
from sim.analysis.cleaning import Cleaning
from sim.analysis.matching import match_by_rules, pairs_within
from sim.processes.stewardship import CLEAN
from sim.run import Run

DIRT = {
    "duplicate_share": 0.2,
    "wrong_date_share": 0.05,
    "wrong_unit_share": 0.01,
    "wholesale_share": 0.01,
    "test_share": 0.02,
    "gap_share": 0.05,
}


@cache
def given(dirty: bool = True) -> tuple[Run, Cleaning, dict[str, pd.DataFrame]]:
    market = load_scenario("supermarket", people=600).but(
        weeks=52, stewardship=CLEAN.but(**(DIRT if dirty else {}))
    )
    run = simulate(market, Plan(), seed=5)
    with TemporaryDirectory() as place:
        folder = run.export(Path(place) / "export", truth=True)
        return run, cleaning.load(folder), cleaning.load_truth(folder)


def test_cleaned_by_all_rules_the_sum_is_nearly_what_the_market_earned() -> None:
    run, raw, _ = given()
    clean = raw.without_tests().in_one_unit().without_wholesale()
    assert raw.orders["amount"].sum() > 1.3 * run.metrics["revenue"]
    assert clean.orders["amount"].sum() == pytest.approx(run.metrics["revenue"], rel=0.03)


def test_the_log_accounts_for_all_that_changed() -> None:
    _, raw, _ = given()
    clean = raw.without_tests().in_one_unit().without_wholesale().in_order_of_time()
    changed = clean.orders["amount"].sum() - raw.orders["amount"].sum()
    assert clean.log["revenue_currency"].sum() == pytest.approx(changed)
    removed = clean.log.loc[["test accounts", "wholesale"], "orders"].sum()
    assert removed == len(raw.orders) - len(clean.orders)
    assert len(given()[1].log) == 0, "a rule leaves what it was given as it was"


def test_rightly_wrongly_and_missed_add_up() -> None:
    _, raw, truth = given()
    told = raw.without_tests().in_one_unit().without_wholesale().in_order_of_time().check(truth)
    assert (told["rightly"] + told["wrongly"] == told["touched"]).all()
    roles = truth["identities"]["role"].value_counts()
    assert told.loc["test accounts", ["rightly", "missed"]].sum() == roles["test account"]
    assert told.loc["wholesale", ["rightly", "missed"]].sum() == roles["wholesale buyer"]


def test_of_clean_data_the_rules_take_next_to_nothing() -> None:
    _, raw, truth = given(dirty=False)
    told = raw.without_tests().in_one_unit().in_order_of_time().check(truth)
    assert not told["rightly"].any() and not told["missed"].any()
    assert told["touched"].sum() <= 2


def test_three_standard_deviations_throw_out_customers_who_are_no_wholesalers() -> None:
    _, raw, truth = given()
    assert raw.without_outliers(2).check(truth)["wrongly"].iloc[0] > 0


def test_put_together_by_the_truth_everybody_stands_there_once() -> None:
    run, raw, truth = given()
    pairs = pairs_within(truth["identities"], "person")
    whole = raw.without_tests().without_wholesale(times=8).merged(pairs)
    people = truth["identities"].set_index("customer_number")["person"]
    assert not people[whole.customers["customer_number"]].duplicated().any()
    assert len(whole.orders) == len(raw.without_tests().without_wholesale(times=8).orders)
    assert whole.check(truth).loc["entered twice", ["wrongly", "missed"]].tolist() == [0, 0]
    assert run.metrics["customers"] >= len(whole.customers) - 3


def test_a_chain_of_pairs_is_one_person() -> None:
    first = cleaning.first_of_each(pd.Series(["A", "B", "C", "D"]), [("B", "C"), ("A", "B")])
    assert first.to_dict() == {"A": "A", "B": "A", "C": "A", "D": "D"}


def test_a_higher_threshold_puts_fewer_together_wrongly_and_finds_fewer() -> None:
    _, raw, truth = given()
    table = tradeoff.by_threshold(raw.customers, truth["identities"])
    assert (table["missed"].diff().dropna() >= 0).all() and (table["wrong"].diff().dropna() <= 0).all()
    said = plots.tradeoff(table).alt_text
    assert f"{table['missed'].iloc[-1]} missed" in said


def test_a_card_shows_what_stands_under_each_number_and_refuses_a_stranger() -> None:
    run, raw, truth = given()
    two = card.busiest(raw, match_by_rules(raw.customers))[0]
    shown = card.card(raw, two, weeks=52)
    for number in two:
        assert shown.loc["orders", number] == str((raw.orders["customer_number"] == number).sum())
    person = int(truth["identities"].set_index("customer_number").loc[two[0], "person"])
    assert card.debrief(run, person)["still a customer"] == run.truth_at(52)[person]
    with pytest.raises(Fault, match="no customer 'X'"):
        card.card(raw, ["X"])


def test_a_folder_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"no customers\.csv"):
        cleaning.load(tmp_path)
    with pytest.raises(Fault, match="truth=True"):
        cleaning.load_truth(tmp_path)
