"""On paper a notebook beats a calendar; what a till foretells is set beside the jars, and not improved."""

from functools import cache

import pytest

from sim import Campaign, Fault, Plan, Segment, at_most, load_scenario, plots, simulate
from sim.analysis import jars
from sim.run import Run


@cache
def run(seed: int = 7) -> Run:
    return simulate(load_scenario("community_fresh_cn", people=300).but(weeks=60), Plan(), seed)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_who_reckons_with_each_house_is_in_time_more_often_than_who_goes_by_the_calendar(seed: int) -> None:
    page, empty = jars.households(run(seed)), jars.runs_out(run(seed))
    table = jars.served(empty, {"calendar": jars.calendar(page), "notebook": jars.reckoned(page)})
    assert table.loc["notebook", "in_time"] > table.loc["calendar", "in_time"]
    assert (table[["in_time", "too_early", "too_late"]].sum(axis=1) == 12).all()


def test_who_comes_just_before_the_jar_is_empty_is_in_time_and_nobody_else() -> None:
    empty = jars.runs_out(run())
    for ahead, word in ((0.0, "in time"), (0.9, "in time"), (1.2, "too early"), (-0.1, "too late")):
        assert set(jars.verdicts(empty, empty - ahead)) == {word}
    assert jars.served(empty, {"late": empty + 2})["empty_weeks"].item() == pytest.approx(24)


def test_a_house_without_a_week_is_named() -> None:
    with pytest.raises(Fault, match="see B"):
        jars.verdicts(jars.runs_out(run(), 2), {"A": 1.0})


def test_the_till_knows_only_those_who_bought_twice_and_is_not_far_better_than_chance() -> None:
    table = jars.foreseen(run())
    bought = run().lines.query("category == 'rice'").groupby("person").size()
    assert set(table.index) <= set(bought.index[bought >= 2])
    assert table["predicted"].corr(table["truth"], method="spearman") < 0.6
    with pytest.raises(Fault, match="no staple"):
        jars.foreseen(run(), "fish")


def test_answers_are_counted_and_the_figures_say_what_they_show() -> None:
    letters = Plan(campaigns=[Campaign(channel="wecom", about="rice", to=Segment(recency_weeks=at_most(13)))])
    table = jars.answers({"none": run(), "letters": simulate(run().scenario, letters, 7)})
    assert table.loc["none", "messages"] == 0
    assert table.loc["letters"].iloc[:3].is_monotonic_decreasing
    assert "jars that the till calls due" in plots.foretold(run()).reading
