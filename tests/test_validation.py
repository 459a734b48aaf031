"""The page that holds the market against real customers is of today, and its rows are judged fairly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import Plan, holdout, load_scenario, reference, simulate
from sim.chance import Luck
from sim.datasets import load_cdnow
from sim.events import Kind
from sim.metrics import order_table
from sim.validation import inputs, mailing, unvalidated
from sim.validation.__main__ import FOLDER
from sim.validation.cohort import resampled
from sim.validation.inputs import digest
from sim.validation.page import BEST, FIGURE, STAMP, Effort, Findings, page
from sim.validation.row import Band, Row

PAGE = (FOLDER / "validation.md").read_text(encoding="utf-8")
QUICK = Effort(cohorts=4, draws=20, contracts=4, mailings=2, people=6_000, jobs=1)
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
    for row in [*found.customers.values(), *found.contracts, *found.mailings]:
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
