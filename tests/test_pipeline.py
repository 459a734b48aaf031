"""What the tables of the sales pipeline promise: they count what the log says, and nothing twice."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, union-attr, dict-item"

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis import pipeline
from sim.analysis.pipeline import STAGES
from sim.clock import MINUTES_A_WEEK, OpeningHours
from sim.events import LOSSES, SELLING, Events, Kind
from sim.log import EventLog
from sim.run import Run

STEP = {name: place for place, name in enumerate(SELLING)}
LOSS = {name: place for place, name in enumerate(LOSSES)}


@cache
def ran() -> Run:
    market = load_scenario("manufacturing")
    return simulate(market.but(people=800, weeks=80, ties=None), Plan(sales={"minimum_score": 25}), 1)


@cache
def log() -> pd.DataFrame:
    return ran().events.frame()


def story(*moves: tuple[Kind, int, int, int, int]) -> pd.DataFrame:
    """Write events (kind, minute, person, channel, ref) into a log of one week."""
    book = EventLog()
    for kind, minute, person, channel, ref in moves:
        book.note(kind, minute, person, channel, ref, 6_000 if kind in (Kind.LEAD, Kind.WON) else 60)
    events: Events = book.close_week()
    return events.frame()


TOLD = story(
    (Kind.LEAD, 10, 7, 0, 0),
    (Kind.LEAD, 20, 3, 0, 0),
    (Kind.WORKED, 100, 7, STEP["research"], 5),
    (Kind.WORKED, 150, 3, STEP["research"], 5),
    (Kind.LOST, 150, 3, LOSS["below the minimum score"], 1),
    (Kind.WORKED, 200, 7, STEP["call"], 5),
    (Kind.WORKED, 250, 9, STEP["maintenance"], 4),  # an account, no deal
    (Kind.WORKED, 300, 7, STEP["visit"], 6),
    (Kind.LOST, 900, 7, LOSS["went cold"], 3),
    (Kind.LEAD, 1_000, 7, 0, 0),  # a second time
    (Kind.LEAD, 1_100, 4, 0, 0),
    *((Kind.WORKED, 2_000 + place, 4, place, 8) for place in range(len(STAGES))),
    (Kind.WON, 2_004, 4, 0, 8),
)


def test_a_story_is_told_stage_by_stage() -> None:
    table = pipeline.stages(TOLD)
    rows = table[["deal", "person", "stage", "result"]].astype(str).to_numpy().tolist()
    assert rows == [
        *([["0", "7", name, "went on"] for name in ("research", "call", "visit")]),
        ["0", "7", "demonstration", "went cold"],
        ["1", "3", "research", "below the minimum score"],
        ["2", "7", "research", "open"],
        *([["3", "4", name, "went on"] for name in STAGES[:-1]]),
        ["3", "4", "bid", "won"],
    ]
    assert table["entered"].tolist() == [10, 100, 200, 300, 20, 1_000, 1_100, 2_000, 2_001, 2_002, 2_003]
    left = [100, 200, 300, 900, 150, np.nan, 2_000, 2_001, 2_002, 2_003, 2_004]
    assert table["left"].fillna(-1).tolist() == pd.Series(left).fillna(-1).tolist()


def test_a_story_is_told_deal_by_deal() -> None:
    table = pipeline.deals(TOLD)
    assert table["person"].tolist() == [7, 3, 7, 4]
    assert table["outcome"].tolist() == ["went cold", "below the minimum score", "open", "won"]
    assert table["steps"].tolist() == [3, 1, 0, 5]
    assert table["seller"].tolist() == [6, 5, -1, 8]
    assert table["closed"].fillna(-1).tolist() == [900, 150, -1, 2_004]
    assert (table["estimate_currency"] == 60).all()
    assert table["worth_currency"].fillna(-1).tolist() == [-1, -1, -1, 60]
    assert table["weeks"][3] == pytest.approx(904 / MINUTES_A_WEEK)
    assert pipeline.win_rate(table) == pytest.approx(1 / 3)


def test_the_funnel_counts_each_deal_once_in_each_stage() -> None:
    table, listed = pipeline.funnel(pipeline.stages(log())), pipeline.deals(log())
    ends = table[[name.replace(" ", "_") for name in LOSSES]]
    assert (table["entered"] == table["went_on"] + ends.sum(axis=1) + table["open"]).all()
    assert table["entered"].tolist()[1:] == table["went_on"].tolist()[:-1]
    assert table["entered"].iloc[0] == len(listed) == len(ran().events.of(Kind.LEAD))
    assert table["went_on"].iloc[-1] == len(ran().events.of(Kind.WON)) > 10
    for name in LOSSES:
        assert ends[name.replace(" ", "_")].sum() == (listed["outcome"] == name).sum()
    assert table["open"].sum() == (listed["outcome"] == "open").sum() > 0
    known = table["entered"] - table["open"]
    assert np.allclose(table["passed_share"], table["went_on"] / known)


def test_what_stands_in_the_pipeline_is_what_entered_and_has_not_left() -> None:
    stages = pipeline.stages(log())
    table = pipeline.standing(stages, 80)
    assert table.shape == (81, 5) and (table >= 0).all(axis=None)
    assert (table.iloc[0] == 0).all()
    ends = pipeline.funnel(stages)["open"]
    assert table.iloc[80].tolist() == ends.tolist()
    monday = 40 * MINUTES_A_WEEK
    inside = stages[(stages["entered"] < monday) & ~(stages["left"] < monday)]
    assert table.loc[40].tolist() == inside["stage"].value_counts().reindex(list(STAGES)).tolist()


def test_littles_law_holds_in_the_pipeline() -> None:
    """What stands there on average is what comes a week, times the weeks that it stays."""
    stages, end = pipeline.stages(log()), 80 * MINUTES_A_WEEK
    stay = (stages["left"].fillna(end) - stages["entered"]) / MINUTES_A_WEEK
    mean = stay.sum() / 80
    mondays = pipeline.standing(stages, 80).sum(axis=1)
    assert mondays.mean() == pytest.approx(mean, rel=0.05)


def test_hours_are_those_of_the_log() -> None:
    use, events = pipeline.time_use(ran()), ran().events
    assert use["paid_hours"] == 3 * 80 * 40
    assert use["worked_hours"] == pytest.approx(events.of(Kind.WORKED).value.sum() / 60)
    assert use["selling_hours"] == pytest.approx(events.of(Kind.CONVERSED).value.sum() / 60)
    assert 0 < use["selling_share"] < use["busy_share"] < 1


def test_hours_paid_are_those_of_the_office() -> None:
    market = load_scenario("manufacturing").but(people=200, weeks=20)
    short = OpeningHours(days=4, from_hour=9, until_hour=14)
    run = simulate(market.but(sales=market.sales.but(hours=short)), Plan(), 1)
    assert pipeline.time_use(run)["paid_hours"] == 3 * 20 * 4 * 5
    table = pipeline.by_seller(run)
    assert (table["working_hours"] <= 20).all()
    assert table["selling_share"].tolist() == pytest.approx((table["selling_hours"] / 20).tolist())


def test_what_sellers_did_adds_up_to_what_the_team_did() -> None:
    """Also where a seller resigns, and somebody new takes the place."""
    market = load_scenario("manufacturing").but(people=800, weeks=80)
    run = simulate(market.but(ties=market.ties.but(star_leaves=30)), Plan(), 1)
    table, use = pipeline.by_seller(run), pipeline.time_use(run)
    assert len(table) > 3 and table["weeks"].min() < 80
    assert table["won"].sum() == len(run.events.of(Kind.WON)) > 0
    for name, total in (("working_hours", "worked_hours"), ("selling_hours", "selling_hours")):
        assert (table[name] * table["weeks"]).sum() == pytest.approx(use[total])
    assert table["selling_share"].between(0, 1).all()
    assert pipeline.by_seller(simulate(load_scenario("supermarket", 30).but(weeks=3), Plan(), 1)).empty


def test_books_share_out_what_accounts_bring() -> None:
    revenue = ran().accounts.by_person()["revenue"].iloc[:-1] / 100
    table = pipeline.books(log(), revenue)
    assert 0.95 < table["share"].sum() <= 1 + 1e-9
    assert table["spend"].is_monotonic_decreasing
    worked = ran().events.of(Kind.WORKED)
    last = pd.Series(worked.ref, worked.person).groupby(level=0).last()
    first = int(table.index[0])
    assert table.loc[first, "spend"] == pytest.approx(revenue[last.index[last == first]].sum())
    assert pipeline.books(TOLD, pd.Series({4: 30.0, 7: 10.0, 1: 60.0})).to_dict("index") == {
        8: {"accounts": 1, "spend": 30.0, "share": 0.3},
        6: {"accounts": 1, "spend": 10.0, "share": 0.1},
    }


@pytest.mark.parametrize(
    ("spend", "largest", "five", "alike"),
    [
        ([1.0] * 10, 0.1, 0.5, 10),
        ([5.0, 0.0, 5.0], 0.5, 1.0, 2),
        ([9.0], 1.0, 1.0, 1),
        ([8.0, 2.0], 0.8, 1, 1 / 0.68),
    ],
)
def test_dependence_is_measured_in_shares_and_like_accounts(
    spend: list[float], largest: float, five: float, alike: float
) -> None:
    table = pipeline.dependence(pd.Series(spend))
    assert table.tolist() == pytest.approx([largest, five, alike])
    assert pipeline.dependence(pd.Series([0.0])).isna().all()


def test_a_run_without_leads_gives_empty_tables() -> None:
    market = load_scenario("manufacturing").but(people=50, weeks=3)
    events = simulate(market.but(sales=market.sales.but(lead_share=0.0)), Plan(), 1).events.frame()
    assert len(pipeline.stages(events)) == len(pipeline.deals(events)) == 0
    table = pipeline.funnel(pipeline.stages(events))
    assert table.index.tolist() == list(STAGES) and (table["entered"] == 0).all()
    assert np.isnan(pipeline.win_rate(pipeline.deals(events)))
    assert pipeline.cycle_weeks(pipeline.deals(events)).isna().all()
    assert (pipeline.standing(pipeline.stages(events), 3) == 0).all(axis=None)
    market = load_scenario("supermarket", 30).but(weeks=3)
    assert np.isnan(pipeline.time_use(simulate(market, Plan(), 1))["busy_share"])


def test_the_figure_draws_the_funnel() -> None:
    figure = plots.pipeline(ran())
    table = pipeline.funnel(pipeline.stages(log()))
    bars = figure.axes[0].patches
    assert [bar.get_width() for bar in bars[:5]] == table["went_on"].tolist()
    assert sum(bar.get_width() for bar in bars) == table["entered"].sum()
    assert f"Of {len(pipeline.deals(log()))} leads" in figure.reading


def test_a_market_without_sellers_has_no_pipeline_to_draw() -> None:
    with pytest.raises(Fault, match="pipeline: supermarket has no sellers"):
        plots.pipeline(simulate(load_scenario("supermarket", 30).but(weeks=3), Plan(), 1))
