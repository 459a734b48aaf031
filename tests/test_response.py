"""Laws of the click table: counts agree with the log; intervals and explained shares are right."""

# mypy: disable-error-code="arg-type"

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from sim import Campaign, Fault, Plan, Segment, at_least, load_scenario, plots, simulate
from sim.analysis.response import clicks, explained, means
from sim.events import Kind
from sim.run import Run

KNOWN = Segment(greenness=at_least(0))
LETTER = Campaign(name="letter", to=KNOWN, channel="email")


@cache
def run(weeks: int = 20) -> Run:
    market = load_scenario("supermarket", 1_000).also("needs", "profile").but(weeks=weeks)
    campaigns = [LETTER, LETTER.but(name="", channel="store", to=Segment(need="family"), fits="family")]
    return simulate(market, Plan(campaigns=campaigns), 3)


@pytest.mark.parametrize("by", ["campaign", "channel", "need", ["channel", "need"]])
def test_however_messages_are_grouped_they_add_up_to_the_log(by: str | list[str]) -> None:
    table, events = clicks(run(), by), run().events
    for word, kind in (("sent", Kind.SENT), ("opened", Kind.OPENED), ("clicked", Kind.CLICKED)):
        assert table[word].sum() == len(events.of(kind)) > 50
    np.testing.assert_allclose(table["mean"], table["clicked"] / table["opened"])
    assert ((table["low"] < table["mean"]) & (table["mean"] < table["high"])).all()


def test_campaigns_go_by_name_or_number_and_channels_by_name() -> None:
    assert list(clicks(run()).index) == ["2", "letter"]
    assert list(clicks(run(), "channel").index) == ["email", "store"]


def test_what_people_have_named_is_what_the_record_says() -> None:
    table = clicks(run(), ["campaign", "need"])
    assert list(table.loc["2"].index) == ["family"]
    assert set(table.loc["letter"].index) == {"family", "business", "young", "senior"}


def test_of_all_sent_fewer_click_than_of_those_opened() -> None:
    assert (clicks(run(), of="sent")["mean"] < clicks(run())["mean"]).all()


def test_the_interval_is_wilson_s() -> None:
    table = clicks(run())
    for clicked, opened, low, high in table[["clicked", "opened", "low", "high"]].itertuples(index=False):
        reach = binomtest(int(clicked), int(opened)).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((reach.low, reach.high))


def test_without_messages_the_table_is_empty() -> None:
    silent = simulate(load_scenario("supermarket", 100).but(weeks=2), Plan(), 1)
    assert clicks(silent).empty
    assert "nothing to compare" in plots.spans(clicks(silent), "Nobody", "share").reading


@pytest.mark.parametrize("wrong", [{"by": "age"}, {"of": "liked"}])
def test_what_cannot_be_counted_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Fault, match=next(iter(wrong))):
        clicks(run(), **wrong)


def test_groups_explain_all_nothing_or_the_part_between_them() -> None:
    values, groups = pd.Series([1.0, 1, 3, 3]), pd.Series(list("aabb"))
    assert explained(values, groups) == 1
    assert explained(values, pd.Series(list("abab"))) == 0
    assert explained(pd.Series([1.0, 3, 3, 5]), groups) == pytest.approx(0.5)
    assert np.isnan(explained(pd.Series([2.0, 2]), pd.Series(["a", "b"])))


def test_means_leave_out_who_has_no_group_and_are_drawn() -> None:
    values, groups = pd.Series([1.0, 2.0, 3.0, 99.0]), pd.Series(["a", "a", "a", None], name="box")
    table = means(values, groups)
    assert table[["customers", "mean"]].to_numpy().tolist() == [[3, 2]]
    assert table.index.name == "box"
    picture = plots.spans(table, "Means", "USD")
    assert "Highest: a, 2" in picture.reading


def test_a_picture_needs_a_mean_and_its_interval() -> None:
    with pytest.raises(Fault, match="mean, low and high"):
        plots.spans(pd.DataFrame({"mean": [1]}), "Means", "USD")
