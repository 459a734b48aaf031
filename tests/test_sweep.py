"""A sweep runs the same plans in every market, and says honestly which of them wins."""

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, compare, load_scenario, plots
from sim.experiment import Trials
from sim.style import signed
from sim.sweep import Dial, Sweep, sweep

MARKET = load_scenario("supermarket", people=200).but(weeks=12)
COST = Dial(name="cost", parameter="patience.switching_cost", settings={"none": 0.0, "high": 2.0})
RATE = Dial(name="rate", parameter="shopping.rate_scale", settings={"rare": 12.0, "often": 1.5})
PLANS = {"today": Plan(), "cheap": Plan(pricing={"price": 0.9})}


@pytest.fixture(scope="module")
def swept() -> Sweep:
    return sweep(MARKET, PLANS, COST, RATE, replications=3)


def test_each_cell_holds_the_trials_of_its_own_market(swept: Sweep) -> None:
    assert list(swept.cells) == [("none", "rare"), ("none", "often"), ("high", "rare"), ("high", "often")]
    market = MARKET.but(
        patience=MARKET.patience.but(switching_cost=2.0), shopping=MARKET.shopping.but(rate_scale=1.5)
    )
    alone = compare(market, PLANS, replications=3)
    pd.testing.assert_frame_equal(
        swept.cells["high", "often"].table.reset_index(drop=True), alone.table.reset_index(drop=True)
    )
    row = swept.difference("profit").loc[("high", "often")]
    assert row.to_list() == alone.difference("profit").loc["cheap"].to_list()


def test_a_winner_has_the_highest_mean_and_a_question_mark_if_chance_could_have_made_it() -> None:
    def trials(today: list[float], other: list[float]) -> Trials:
        rows = [
            {"plan": name, "seed": seed, "profit": profit}
            for name, profits in (("today", today), ("other", other))
            for seed, profit in enumerate(profits)
        ]
        return Trials(pd.DataFrame(rows), ("today", "other"))

    cells = {
        ("none", "rare"): trials([1.0, 2.0, 3.0], [11.0, 12.1, 12.9]),
        ("none", "often"): trials([1.0, 2.0, 3.0], [9.0, -8.0, 6.0]),
        ("high", "rare"): trials([5.0, 6.0, 7.0], [1.0, 2.1, 2.9]),
        ("high", "often"): trials([5.0, 6.0, 7.0], [4.9, 6.2, 6.8]),
    }
    table = Sweep(COST, RATE, cells).winners("profit")
    assert table.loc["none"].to_list() == ["other", "other ?"]
    assert table.loc["high"].to_list()[0] == "today"
    assert table.loc["high"].to_list()[1].endswith(" ?")


def test_tiles_show_each_market_where_its_dials_stand(swept: Sweep) -> None:
    figure = plots.tiles(swept, "orders")
    (axes,) = figure.axes
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    rows, columns = (
        [label.get_text() for label in labels] for labels in (axes.get_yticklabels(), axes.get_xticklabels())
    )
    assert (rows, columns) == (["none", "high"], ["rare", "often"])
    for (row, column), mean in swept.difference("orders")["difference"].items():
        assert shown[columns.index(column), rows.index(row) - 0.25] == signed(mean)


def test_tiles_cross_plans_named_by_row_and_column() -> None:
    plans = {"today": Plan(), **{f"{price}: {care}": Plan(pricing={"price": price}, bonds={"care": care})
                                 for price in (0.9, 1.0) for care in (0.0, 0.5)}}  # fmt: skip
    trials = compare(MARKET, plans, replications=2)
    figure = plots.tiles(trials, crossed=("price", "care"))
    (axes,) = figure.axes
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("price", "care")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0.9", "1.0"]
    means = trials.difference("profit")["difference"].to_numpy()
    bold = [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"]
    assert bold == [signed(mean) for mean in means]
    with pytest.raises(Fault, match='named "idea: means"'):
        plots.tiles(compare(MARKET, PLANS, replications=2))


def test_a_tile_is_coloured_only_if_its_interval_leaves_out_zero(swept: Sweep) -> None:
    table = swept.difference("profit")
    (axes,) = plots.tiles(swept).axes
    colors = [patch.get_facecolor()[:3] for patch in axes.patches if patch.get_fill()]
    clear = (table["low"] > 0) | (table["high"] < 0)
    np.testing.assert_array_equal([color != (1, 1, 1) for color in colors], clear)


@pytest.mark.parametrize("parameter", ["patience.nothing", "rollout.by_hand", "people", "nowhere.x"])
def test_a_dial_that_the_market_does_not_have_is_refused(parameter: str) -> None:
    with pytest.raises(Fault, match="parameter: supermarket has no"):
        Dial(name="x", parameter=parameter, settings={"a": 1.0}).turned(MARKET, "a")


def test_a_sweep_without_anything_to_compare_is_refused() -> None:
    with pytest.raises(Fault, match="two plans by name"):
        sweep(MARKET, {"today": Plan()}, COST, RATE)
    with pytest.raises(Fault, match="two replications"):
        sweep(MARKET, PLANS, COST, RATE, replications=1)
    with pytest.raises(Fault, match='metric: there is none named "luck"'):
        sweep(MARKET, PLANS, COST, RATE, replications=2).winners("luck")
