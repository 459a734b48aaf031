"""Laws of the hold: money binds first and lets go first, and what is copied holds less."""

# Plans are written here as learners write them, with dicts:
# mypy: disable-error-code="arg-type, dict-item"

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from sim import Fault, Plan, compare, load_scenario, plots
from sim.analysis import hold
from sim.analysis.changes import changes

EVERY = Plan(loyalty={"points": 0.01}, bonds={"care": 0.3, "ties": 0.3})


@cache
def strengths() -> pd.DataFrame:
    market = load_scenario("supermarket", people=200).but(weeks=104)
    return hold.strengths(market, {0: EVERY, 52: Plan()}, 1, every=26)


def test_money_is_gone_soon_after_it_stops_and_services_last() -> None:
    table = strengths()["nobody copies"]
    assert table.loc[78, "financial"] < 0.1 * table.loc[52, "financial"]
    assert table.loc[78, "structural"] > 0.6 * table.loc[52, "structural"]
    kept = table.loc[104] / table.loc[52]
    assert kept["financial"] < kept["social"] < kept["structural"]


def test_what_rivals_copy_holds_less_and_money_suffers_most() -> None:
    free, copied = (strengths()[name].loc[52] for name in hold.COPIED)
    assert (copied < free).all()
    assert (copied / free).idxmin() == "financial"


def test_without_bonds_there_is_nothing_to_measure() -> None:
    with pytest.raises(Fault, match="no bonds"):
        hold.strengths(load_scenario("supermarket", people=50).but(weeks=13).but(bonds=None), Plan(), 1)


def test_the_figure_says_what_is_left() -> None:
    assert "At the end: financial" in plots.hold(strengths()).alt_text
    with pytest.raises(Fault):
        plots.hold(pd.DataFrame({"a": [1.0]}))


def test_plain_charts_say_their_ends_and_refuse_what_cannot_be_drawn() -> None:
    table = pd.DataFrame({"kept_share": [0.1, 0.25]}, index=pd.Index(["a", "b"], name="group"))
    assert "“b”: kept share 25 %" in plots.bars(table, "T").alt_text
    curve = pd.DataFrame({"owed": [1.0, 30.0]}, index=pd.Index([0, 1], name="week"))
    assert "(week 1): owed 30" in plots.curves(curve, "T", "USD", mark=1).alt_text
    with pytest.raises(Fault, match="bars: expects a table with rows"):
        plots.bars(pd.DataFrame(), "T")


def test_changes_are_written_with_their_interval_in_percentage_points() -> None:
    market = load_scenario("supermarket", people=200).but(weeks=60)
    table = changes(compare(market, {"today": Plan(), "all": EVERY}, 2), "churn", "profit")
    assert list(table) == ["churn, % points", "profit, USD"]
    assert table.index.name == "less today"
    assert table.iloc[0].str.contains(r"^[+−0].* \(.* to .*\)$").all()
