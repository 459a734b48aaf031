"""Funnels only narrow, count what the log holds, and a later order is a later one."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, load_scenario, plots, simulate
from sim.analysis import journey
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run

MARKET = load_scenario("supermarket", people=600)


@cache
def run(agents: int = 1) -> Run:
    return simulate(MARKET, Plan(campaigns=[Campaign(every=2)], service={"agents": agents}), seed=3)


def test_a_funnel_never_widens_and_says_what_was_lost() -> None:
    for table in (journey.newcomers(run()), journey.messages(run()), journey.complaints(run())):
        assert (table["reached"].diff().dropna() <= 0).all()
        assert table["lost"].sum() == table["reached"].iloc[0] - table["reached"].iloc[-1]


def test_an_order_after_a_click_comes_later_and_within_seven_days() -> None:
    clicks, orders = run().events.of(Kind.CLICKED), run().events.of(Kind.ORDER)
    count = 0
    for person, minute in zip(clicks.person.tolist(), clicks.minute.tolist(), strict=True):
        gap = orders.minute[orders.person == person].astype(np.int64) - minute
        count += bool(((gap > 0) & (gap <= 7 * MINUTES_A_DAY + 1)).any())
    assert journey.messages(run())["reached"]["ordered"] == count


def test_where_nobody_is_at_the_desk_no_complaint_is_answered() -> None:
    table = journey.complaints(run(agents=0))
    assert table["reached"]["complained"] > 10 and not table["reached"]["was answered"]
    assert journey.complaints(run())["reached"]["was answered"] > 10


def test_newcomers_are_those_whose_first_order_came_after_half_a_year() -> None:
    orders = run().events.of(Kind.ORDER)
    first = pd.Series(orders.minute).groupby(orders.person).min() // MINUTES_A_WEEK
    expected = int(((first >= 26) & (first < 52)).sum())
    assert journey.newcomers(run())["reached"]["first order"] == expected


def test_what_comes_next_adds_up_to_all() -> None:
    table = journey.transitions(run())
    assert table.sum(axis=1).to_numpy() == pytest.approx(100)
    assert table.loc["complained", "was answered"] > 50


def test_the_figure_names_the_step_at_which_fewest_go_on() -> None:
    said = plots.journey({"a complaint": journey.complaints(run(agents=0))}).alt_text
    assert "fewest go on at “was answered”, 0 %" in said
    with pytest.raises(Fault, match="one to four"):
        plots.journey({})


def test_a_run_too_short_for_a_year_is_named() -> None:
    with pytest.raises(Fault, match="make it longer"):
        journey.newcomers(simulate(MARKET.but(weeks=60), Plan(), 1))
