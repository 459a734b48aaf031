"""A score has an interval, those who are gone are not asked, and promoters are followed truthfully."""

from functools import cache

import numpy as np
import pytest

from sim import Fault, Plan, load_scenario, plots, simulate
from sim.analysis import survey
from sim.clock import MINUTES_A_WEEK
from sim.events import REFERRAL, Kind, Stage
from sim.run import Run

MARKET = load_scenario("supermarket", people=800)


@cache
def run() -> Run:
    return simulate(MARKET, Plan(service={"agents": 0}), seed=2)


def test_points_are_those_of_the_net_promoter_score() -> None:
    assert survey.points([10, 9, 8, 7, 6, 0]).tolist() == [100, 100, 0, 0, -100, -100]


def test_quarters_hold_all_answers_and_the_last_is_the_headline_number() -> None:
    table = survey.by_quarter(run())
    assert table["answers"].sum() == len(run().events.of(Kind.NPS))
    assert table["nps"].iloc[-1] == pytest.approx(run().metrics["nps"])
    assert (table["low"] < table["nps"]).all() and (table["nps"] < table["high"]).all()


def test_those_who_left_would_answer_worse_than_those_who_are_asked() -> None:
    table = survey.silent(run())
    assert table.loc["left", "nps"] < table.loc["ordered in the last quarter", "nps"]
    assert table["people"].iloc[:3].sum() == table.loc["all", "people"] == run().metrics["customers"]


def test_what_answers_would_come_to_is_what_they_come_to() -> None:
    everybody = MARKET.but(experience=MARKET.experience.but(survey_share=1.0, answer_share=1.0))
    table = survey.silent(simulate(everybody, Plan(), seed=2))
    asked = survey.by_quarter(simulate(everybody, Plan(), seed=2))
    assert asked["low"].iloc[-1] - 5 < table["nps"].iloc[0] < asked["high"].iloc[-1] + 5


def test_promoters_are_followed_for_a_year() -> None:
    table = survey.kept_word(MARKET, Plan(), replications=2)
    given = [simulate(MARKET, Plan(), seed).events.of(Kind.NPS) for seed in (1, 2)]
    early = [one.value[one.minute < 52 * MINUTES_A_WEEK] for one in given]
    assert table["answers"].sum() == sum(map(len, early))
    assert table.loc["promoters", "answers"] == sum(int((one >= 9).sum()) for one in early)
    one = simulate(MARKET, Plan(), 1)
    joined = one.events.of(Kind.JOINED)
    assert (joined.channel[joined.ref >= 0] == REFERRAL).all()
    assert 0 <= table["left"].min() <= 100 * (one.people.entry.stage == Stage.LEFT).mean() + 40


def test_the_figure_names_the_best_and_the_worst_quarter() -> None:
    table = survey.by_quarter(run())
    inside = "intervals hold the mean of all"
    assert inside in plots.nps(table).alt_text and np.isfinite(table["nps"]).all()
    with pytest.raises(Fault, match="expects the table"):
        plots.nps(table[["nps"]])


def test_a_run_without_answers_or_satisfaction_is_named() -> None:
    mute = MARKET.but(experience=MARKET.experience.but(survey_every=0))
    with pytest.raises(Fault, match="nobody has answered"):
        survey.by_quarter(simulate(mute.but(weeks=8), Plan(), 1))
    with pytest.raises(Fault, match="no satisfaction"):
        survey.silent(simulate(load_scenario("cdnow"), Plan(), 1))
