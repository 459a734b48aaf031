"""Laws of aiming: a list brings what the message did to those on it; the truth is the best of all lists."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, load_scenario, plots, twin
from sim.analysis import aim

WEEK = 52
LETTER = Campaign(channel="sms", offer=Offer(discount=0.15), every=4, first_week=WEEK, until_week=78)


@cache
def market() -> Scenario:
    return load_scenario("supermarket", people=400)


@cache
def shots() -> aim.Shots:
    return aim.shots(market(), Plan(), LETTER, markets=3)


def test_what_everybody_brings_together_is_what_the_twin_says() -> None:
    pair = twin(market(), Plan(), Plan(campaigns=[LETTER]), seed=1)
    record = pair.before.record(WEEK)
    effect = pair.effect["contribution"].iloc[pair.before.hidden_link[record.index]]
    mine = shots().table.query("market == 1")
    assert len(mine) == len(record)
    assert mine["gain"].sum() == pytest.approx(effect.sum())


def test_no_list_brings_more_than_the_truth_and_all_lists_end_alike() -> None:
    curves = {name: shots().down(name).mean(axis=1) for name in shots().scores}
    for curve in curves.values():
        assert (curve <= curves["gain"] + 1e-6).all()
    smallest = shots().table.groupby("market").size().min()
    assert {len(curve) for curve in curves.values()} == {smallest}


def test_a_budget_for_all_is_spent_alike_by_every_score() -> None:
    table = shots().gains(messages=10_000)
    assert np.ptp(table["gain"]) < 1e-6
    assert np.ptp(table["silent_later"]) < 1e-9


def test_who_goes_by_silence_names_more_of_those_who_stay_silent_than_a_lot() -> None:
    table = shots().gains(messages=40)
    assert table.loc["longest silent", "silent_later"] > 2 * table.loc["by lot", "silent_later"]


def test_an_uplift_is_found_where_there_is_one_by_construction() -> None:
    luck = np.random.default_rng(1)
    frame = pd.DataFrame(luck.random((4_000, len(aim.SIGNALS))), columns=list(aim.SIGNALS))
    frame["written"] = luck.random(4_000) < 0.5
    frame["contribution"] = 5 * frame["spend"] + 3 * frame["silence"] * frame["written"]
    expected = aim.Uplift.learn(frame).expect(frame)
    assert np.corrcoef(expected, frame["silence"])[0, 1] > 0.95
    assert expected.mean() == pytest.approx(1.5, abs=0.2)


def test_a_pilot_leaves_half_alone_and_shows_what_a_firm_sees() -> None:
    tried = aim.pilot(market(), Plan(), LETTER, branches=2)
    assert tried["written"].mean() == pytest.approx(0.5, abs=0.08)
    assert set(tried) == {*aim.SIGNALS, "written", "contribution"}
    assert "uplift" in shots().but(uplift=aim.Uplift.learn(tried)).scores


def test_the_same_budget_by_the_same_score_brings_the_same() -> None:
    assert shots().less(30, "by lot", "by lot") == (0, 0, 0)


def test_gains_are_drawn_and_read_at_the_budget() -> None:
    picture = plots.gains(shots(), ("by lot", "gain"), messages=40)
    assert picture.reading.startswith("The first 40 messages")
    assert "the truth" in picture.reading


def test_what_makes_no_sense_is_refused_in_a_sentence() -> None:
    with pytest.raises(Fault, match='none named "luck"'):
        shots().down("luck")
    with pytest.raises(Fault, match="20 customers who were written to"):
        aim.Uplift.learn(pd.DataFrame({"written": [True, False], "contribution": [1.0, 2.0]}))
    with pytest.raises(Fault, match="1 to 5 scores"):
        plots.gains(shots(), (), 40)
