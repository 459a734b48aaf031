"""The page that holds the market against real customers is of today, and its rows are judged fairly."""

from __future__ import annotations

import numpy as np
import pytest

from sim.validation.__main__ import FOLDER
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
    for row in [*found.customers.values(), *found.contracts]:
        assert np.isfinite(row.real.middle), row.name
        assert all(np.isfinite(band.middle) for band in row.markets.values()), row.name
        assert f"| {row.name} |" in PAGE
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
