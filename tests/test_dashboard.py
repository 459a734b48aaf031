"""Indicators count what the firm sees; a light goes on when one leaves its band on the bad side."""

from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, load_scenario, plots, simulate
from sim.analysis import dashboard
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run

MARKET = load_scenario("supermarket", people=600)
PLAN = Plan(campaigns=[Campaign(every=2)], service={"agents": 1})


@cache
def run() -> Run:
    return simulate(MARKET, PLAN, seed=3)


def table() -> pd.DataFrame:
    return dashboard.indicators(run())


def test_indicators_are_those_with_a_meaning_and_count_all_events() -> None:
    assert list(table()) == list(dashboard.MEANING) == list(dashboard.BAD)
    assert table()["orders"].sum() == len(run().events.of(Kind.ORDER))
    assert table()["opt-outs"].sum() == len(run().events.of(Kind.OPTED_OUT))
    assert table()["new customers"].sum() == len(np.unique(run().events.of(Kind.ORDER).person))
    assert table()["revenue"].sum() == pytest.approx(run().metrics["revenue"])


def test_gone_quiet_counts_each_silence_in_the_period_in_which_it_is_eight_weeks_old() -> None:
    orders = run().events.of(Kind.ORDER)
    frame = pd.DataFrame({"person": orders.person, "minute": orders.minute.astype(int)})
    count = np.zeros(26, int)
    for minutes in frame.groupby("person")["minute"]:
        times = [*sorted(minutes[1]), 10**12]
        for now, then in pairwise(times):
            place = (now + 8 * MINUTES_A_WEEK) // (4 * MINUTES_A_WEEK)
            count[place if then - now > 8 * MINUTES_A_WEEK and place < 26 else slice(0, 0)] += 1
    assert table()["gone quiet"].astype(int).tolist() == count.tolist()


def test_a_light_goes_on_at_the_first_week_outside_and_only_on_the_bad_side() -> None:
    weeks = pd.Index(range(4, 105, 4), name="week")
    usual = np.tile([10.0, 11.0], 13)
    falls, rises = usual.copy(), usual.copy()
    falls[weeks == 72], rises[weeks == 72] = 1, 30
    made = pd.DataFrame({"orders": falls, "revenue": rises, "complaints": rises}, index=weeks)
    warned = dashboard.warnings(made)
    assert warned["orders"] == warned["complaints"] == 72 and np.isnan(warned["revenue"])


def test_trouble_says_nothing_of_itself_before_it_is_opened() -> None:
    told = [dashboard.trouble(MARKET, PLAN, number) for number in (1, 2, 3, 4)]
    assert len({one.open() for one in told}) == 4 and len({repr(one) for one in told}) == 1
    with pytest.raises(Fault, match="troubles 1 to 4"):
        dashboard.trouble(MARKET, PLAN, 5)


def test_until_the_trouble_begins_all_markets_are_the_same() -> None:
    calm = table()[lambda one: one.index <= dashboard.BEGINS]
    for number in (2, 4):
        one = dashboard.trouble(MARKET, PLAN, number)
        struck = dashboard.indicators(simulate(one.market, one.plan, 3))
        pd.testing.assert_frame_equal(struck[struck.index <= dashboard.BEGINS], calm)
        assert not struck.equals(table())


def test_an_empty_desk_shows_in_what_is_not_yet_solved() -> None:
    warned = dashboard.alarms(dashboard.trouble(MARKET, PLAN, 4), replications=3)["warned"]
    assert warned["not yet solved"] == 1 and warned["average order"] < 1


def test_the_figure_shows_up_to_five_known_indicators_and_says_when_each_warned() -> None:
    said = plots.dashboard(table(), ["orders", "complaints"]).alt_text
    assert "orders" in said and "complaints" in said
    with pytest.raises(Fault, match="one to 5"):
        plots.dashboard(table(), list(dashboard.BAD))
    with pytest.raises(Fault, match='no indicator "mood"'):
        plots.dashboard(table(), ["mood"])
