"""The figures of single customers show what was said and what came, as counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest

from sim import Fault, clv, plots
from sim.analysis import churn

PROBABILITY = pd.Series([0.1, 0.2, 0.5, 0.9, 1.0, 1.0], name="alive")
CAME = {"ordered again": PROBABILITY > 0.4, "still there": PROBABILITY > 0}
TABLE = clv.by_probability(PROBABILITY, CAME)
SCORE, GONE = pd.Series([5.0, 4, 3, 2]), pd.Series([True, False, True, False])
LEFT = pd.Series([100, 60, 50], name="left")
NOTHING: Any = [1]  # of the right kind
ORDERS = pd.DataFrame({"customer": [1, 1, 1, 2], "day": [0, 7, 70, 14]})


def ys(line: Any) -> list[float]:
    return np.asarray(line.get_ydata(), float).tolist()


def test_calibration_draws_what_was_said_and_each_outcome() -> None:
    figure = plots.calibration(TABLE, "said")
    (axes,) = figure.axes
    said, ordered, there = axes.get_lines()
    assert ys(said) == TABLE["expected"].tolist()
    assert ys(ordered) == TABLE["ordered again"].tolist()
    assert ys(there) == TABLE["still there"].tolist()
    assert [tick.get_text() for tick in axes.get_xticklabels()][-1] == "100 %\n(2)"
    assert figure.reading == "Group 0–20 %, 2 people: said 15 %; ordered again 0 %, still there 100 %."


def test_caught_draws_each_curve_beside_the_lot_and_reads_them_at_the_share() -> None:
    curve = churn.caught(SCORE, GONE)
    figure = plots.caught({"silence": curve}, "those gone", share=0.25)
    lot, drawn, border = figure.axes[0].get_lines()
    assert ys(lot) == [0, 1]
    npt.assert_allclose(ys(drawn), [0, 0.5, 0.5, 1, 1])
    assert list(border.get_xdata()) == [0.25, 0.25]  # type: ignore[arg-type]
    assert "silence 50 %; by lot 25 %" in figure.reading


def test_renewals_draws_the_cohort_and_each_forecast_and_reads_the_last_year() -> None:
    figure = plots.renewals(LEFT, {"same rate": [100, 60, 36], "sBG": np.array([100, 60, 48])}, known=1)
    cohort, same, varied, border = figure.axes[0].get_lines()
    assert [ys(line) for line in (cohort, same, varied)] == [[100, 60, 50], [100, 60, 36], [100, 60, 48]]
    assert list(border.get_xdata()) == [1, 1]  # type: ignore[arg-type]
    assert figure.reading == "After 2 renewals: 50 customers of 100; same rate 36; sBG 48."


def test_lifelines_hide_what_came_later_until_they_are_asked() -> None:
    hidden, shown = plots.lifelines(ORDERS, [1, 2], 5), plots.lifelines(ORDERS, [1, 2], 5, later=True)
    places = [
        [np.asarray(line.get_xdata(), float).tolist() for line in f.axes[0].get_lines()]
        for f in (hidden, shown)
    ]
    assert places[0][:4] == [[0, 1], [], [2], []]
    assert places[1][:4] == [[0, 1], [10], [2], []]
    assert [text.get_text() for text in hidden.axes[0].texts] == ["?", "?"]
    assert [text.get_text() for text in shown.axes[0].texts] == ["1 more", "0 more"]
    assert shown.reading == "Orders after week 5, by customer: 1: 1, 2: 0."
    assert "1: " not in hidden.reading


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: plots.calibration(NOTHING), "calibration: expects a table"),
        (lambda: plots.calibration(pd.DataFrame({"a": [1]})), "with 1 to 3 outcomes"),
        (lambda: plots.caught(NOTHING, "all"), "caught: expects curves by name"),
        (lambda: plots.caught({}, "all"), "expects 1 to 4 curves by name, was given 0"),
        (lambda: plots.renewals(NOTHING, {}, 1), "renewals: expects a column of customers"),
        (lambda: plots.renewals(LEFT, {}, 1), "expects 1 to 4 forecasts by name, was given 0"),
        (lambda: plots.renewals(LEFT, {"short": [1, 2]}, 1), "short has the shape"),
        (lambda: plots.lifelines(NOTHING, [1], 5), "lifelines: expects a table of orders"),
        (lambda: plots.lifelines(ORDERS[["day"]], [1], 5), "no column customer"),
        (lambda: plots.lifelines(ORDERS, [], 5), "expects 1 to 12 customers"),
        (lambda: plots.lifelines(ORDERS, [3], 5), r"without one: \[3\]"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(wrong: Callable[[], object], words: str) -> None:
    with pytest.raises(Fault, match=words):
        wrong()
