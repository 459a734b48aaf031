"""The holdout says what a real firm can learn, and no more."""

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, Segment, holdout, load_scenario, over, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run

WEEKS = 12


@pytest.fixture(scope="module")
def run() -> Run:
    message = Campaign(to=Segment(recency_weeks=over(4)), offer=Offer(discount=0.2), holdout=0.4)
    return simulate(load_scenario("supermarket", people=1_000), Plan(campaigns=[message]), 5)


def test_nobody_is_both_written_to_and_left_alone(run: Run) -> None:
    sent, alone = (set(run.events.of(kind).person.tolist()) for kind in (Kind.SENT, Kind.HELD_OUT))
    assert sent
    assert alone
    assert not sent & alone


def test_revenue_is_what_people_paid_in_the_weeks_after_they_were_first_chosen(run: Run) -> None:
    chosen = run.events.of(Kind.HELD_OUT)
    paid = []
    for person in np.unique(chosen.person):
        start = chosen.minute[chosen.person == person].min()
        if start > (run.scenario.weeks - WEEKS) * MINUTES_A_WEEK:
            continue
        theirs = run.events.where(run.events.person == person)
        theirs = theirs.where((theirs.minute >= start) & (theirs.minute < start + WEEKS * MINUTES_A_WEEK))
        paid.append((theirs.of(Kind.ORDER).value.sum() - theirs.of(Kind.DISCOUNT).value.sum()) / 100)
    row = holdout(run, weeks=WEEKS).loc["left alone"]
    assert row["people"] == len(paid)
    assert row["revenue"] == pytest.approx(np.mean(paid))
    assert row["bought"] == pytest.approx(np.mean(np.array(paid) > 0))


def test_the_difference_is_that_of_the_two_groups_and_lies_inside_its_interval(run: Run) -> None:
    table = holdout(run, weeks=WEEKS)
    written, alone, gap = (table.loc[row] for row in ("written to", "left alone", "difference"))
    assert gap["revenue"] == pytest.approx(written["revenue"] - alone["revenue"])
    assert gap["low"] < gap["revenue"] < gap["high"]
    reaches = [(row["high"] - row["low"]) / 2 for row in (written, alone, gap)]
    assert reaches[2] == pytest.approx(np.hypot(*reaches[:2]))


def test_without_a_control_group_there_is_nothing_to_compare() -> None:
    plan = Plan(campaigns=[Campaign()])
    run = simulate(load_scenario("supermarket", people=100).but(weeks=26), plan, 1)
    with pytest.raises(Fault, match="Give the campaign a holdout"):
        holdout(run)


@pytest.mark.parametrize(
    ("name", "wrong"), [("campaign", 0), ("campaign", "x"), ("weeks", -3), ("weeks", 1.5)]
)
def test_a_wrong_number_is_answered_by_its_name(run: Run, name: str, wrong: object) -> None:
    with pytest.raises(Fault, match=f"{name} is a whole number from 1"):
        holdout(run, **{name: wrong})  # type: ignore[arg-type]
