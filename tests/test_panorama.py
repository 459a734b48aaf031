"""The figures of a whole customer base show what was counted."""

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest

from sim import Fault, concentration, plots, rfm
from sim.style import number, percent

SPEND = pd.Series([0.0, 1, 2, 3, 5, 8, 13, 21, 34, 55], name="spend")
SCORED = rfm.score(
    pd.DataFrame({"recency_weeks": [*range(10)], "frequency_orders": SPEND, "monetary_currency": SPEND})
)


def test_the_curve_is_the_lorenz_curve_read_at_the_top_fifth() -> None:
    figure = plots.concentration({"shop": SPEND, "equal": np.ones(10)})
    (axes,) = figure.axes
    curve, point, level = axes.get_lines()[:3]
    expected = concentration.lorenz(SPEND, best_first=True)
    npt.assert_allclose(np.asarray(curve.get_xydata()), expected.to_numpy())
    npt.assert_allclose(np.asarray(point.get_xydata()), [[0.2, 89 / 142]])
    npt.assert_allclose(np.asarray(level.get_ydata(), float), np.linspace(0, 1, 11))
    assert f"shop {percent(89 / 142)}, Gini {number(concentration.gini(SPEND))}" in figure.reading
    assert "equal 20 %, Gini 0 " in figure.reading


def test_the_map_shows_every_segment_once_and_the_darkest_has_most_of_the_money() -> None:
    figure = plots.rfm_map(SCORED)
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts]
    table = rfm.summary(SCORED)
    assert texts[::2] == list(rfm.NAMES)
    for name, counts in zip(rfm.NAMES, texts[1::2], strict=True):
        assert counts.startswith(f"{table.loc[name, 'customers']} ")
        assert counts.endswith(f"{percent(table.loc[name, 'spend_share'])} of the money")
    shades = [patch.get_alpha() for patch in axes.patches if patch.get_alpha() is not None]
    assert len(shades) == 9
    assert rfm.NAMES[int(np.argmax(shades))] == table["spend_share"].idxmax()


def test_recent_stands_right_and_valuable_on_top() -> None:
    (axes,) = plots.rfm_map(SCORED).axes
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert places["champions"][0] > places["loyal"][0] > places["high value at risk"][0]
    assert places["champions"][1] > places["promising"][1] > places["new or small"][1]


def test_shares_draws_each_column_of_shares_and_no_other() -> None:
    table = concentration.tier_summary(SPEND)
    figure = plots.shares(table)
    (axes,) = figure.axes
    heights = [patch.get_height() for patch in axes.patches]
    npt.assert_allclose(heights, [*table["customer_share"], *table["value_share"]])
    assert figure.title == "Who has which share: customers, money"
    assert "20 % of the customers" in figure.reading


def test_next_period_draws_both_periods_beside_the_mean() -> None:
    table = concentration.next_period(SPEND, SPEND[::-1].set_axis(SPEND.index))
    figure = plots.next_period(table)
    (axes,) = figure.axes
    heights = [patch.get_height() for patch in axes.patches]
    npt.assert_allclose(heights, [*table["before_to_mean"], *table["after_to_mean"]])
    assert f"from {number(table['before_to_mean'][1])} to" in figure.reading


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: plots.concentration(SPEND), "concentration: expects values by name"),
        (lambda: plots.concentration({}), "expects 1 to 3 customer bases by name, was given 0"),
        (lambda: plots.concentration({"a": [-1]}), "below 0"),
        (lambda: plots.rfm_map([1]), "rfm_map: expects a table of scores"),
        (lambda: plots.rfm_map(pd.DataFrame()), 'no column "recency_weeks"'),
        (lambda: plots.shares(pd.DataFrame({"a": [1]})), 'columns that end in "_share", it has 0'),
        (lambda: plots.next_period(pd.DataFrame({"a": [1]})), "expects the table that concentration"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(wrong: object, words: str) -> None:
    with pytest.raises(Fault) as caught:
        wrong()  # type: ignore[operator]
    assert words in str(caught.value) and "\n" not in str(caught.value)
