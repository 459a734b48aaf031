"""What a remedy kept is counted person by person; silence and lost messages by the log."""

from functools import cache

import numpy as np
import pytest

from sim import Campaign, Fault, Plan, load_scenario, plots, simulate
from sim.analysis import inquest, remedy
from sim.analysis.inquest import CAUSES
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind, Stage
from sim.run import Run

COUPON = Campaign(channel="email", offer={"discount": 0.1})
SHOP = Plan(campaigns=[COUPON, COUPON.but(channel="sms")], service={"agents": 0})
REMEDIES = {"answer": SHOP.but(service={"agents": 1}), "nothing": SHOP}


@cache
def run() -> Run:
    return simulate(load_scenario("supermarket", people=600).but(weeks=70), SHOP, seed=7)


@cache
def lives() -> dict[str, Run]:
    return remedy.live_again(run(), REMEDIES)


def test_the_causes_add_up_to_all_who_left_for_good() -> None:
    table = remedy.causes(run())
    gone = run().people.entry.stage == Stage.LEFT
    assert table["leading"].sum() == gone.sum() > 50
    assert table["patience_share"].sum() == pytest.approx(1)
    assert (table["patience_share"] > 0).all()


def test_a_remedy_that_changes_nothing_keeps_nobody_and_an_answered_complaint_keeps_people() -> None:
    table = remedy.kept(run(), lives())
    assert (table["nothing"] == 0).all()
    assert table.loc["service", "answer"] > 0.5
    assert table.loc["service", "answer"] > table.loc["competitor", "answer"]


@pytest.mark.parametrize("weeks", [4, 13])
def test_kept_is_counted_person_by_person_by_where_they_stand_so_many_weeks_later(weeks: int) -> None:
    table, answered = remedy.kept(run(), lives(), weeks), lives()["answer"]
    left = inquest.left_for_good(run())
    watched = left[left["week"] + 1 + weeks <= run().scenario.weeks]
    states = [
        answered.truth_at(week + 1 + weeks)[person]
        for person, week in zip(watched["person"], watched["week"], strict=True)
    ]
    stays = np.isin(states, ["awake", "dormant"])
    assert table.loc["all", "answer"] == pytest.approx(stays.mean())
    parts = table.drop(index="all")
    assert parts["left"].sum() == table.loc["all", "left"] == len(watched) < len(left)
    assert (parts["answer"] * parts["left"]).sum() == pytest.approx(stays.sum())


def test_the_longer_they_are_watched_the_fewer_are_still_there() -> None:
    """Hence all are watched for as long: else early leavers seem harder to keep than late ones."""
    soon, later, last = (remedy.kept(run(), lives(), weeks).loc["service", "answer"] for weeks in (4, 13, 39))
    assert soon > later > last > 0


def test_nobody_to_watch_for_so_long_is_said() -> None:
    with pytest.raises(Fault, match="ask for fewer weeks"):
        remedy.kept(run(), lives(), weeks=70)


def test_a_second_life_without_a_change_is_the_first() -> None:
    for case in inquest.cases(run(), orders=6, from_week=26)[:5]:
        table = remedy.second_lives(case, lives())
        assert table.loc["nothing"].equals(table.loc["as it was"].rename("nothing"))
        assert table.loc["as it was", "stays"] == "no"
        assert table.loc["as it was", "orders"] == len(case.seen.of(Kind.ORDER))
        assert table.loc["as it was", "last_order_week"] == case.last_order // MINUTES_A_WEEK


def test_other_luck_or_another_market_is_no_second_life() -> None:
    other = simulate(run().scenario, SHOP, seed=8)
    with pytest.raises(Fault, match='"other" is another market or another seed'):
        remedy.kept(run(), {"other": other})


def test_messages_to_those_who_had_left_are_counted_one_by_one() -> None:
    gone, late, cents = set(), 0, 0
    events = run().events
    for person, kind, value in zip(
        events.person.tolist(), events.kind.tolist(), events.value.tolist(), strict=True
    ):
        if kind == Kind.LEFT:
            gone.add(person)
        elif kind == Kind.RETURNED:
            gone.discard(person)
        elif kind == Kind.SENT and person in gone:
            late, cents = late + 1, cents + value
    counted = remedy.after_death(run()).iloc[0]
    assert counted["to_those_who_had_left"] == late > 100
    assert counted["cost_currency"] == pytest.approx(cents / 100)
    assert counted["messages"] == len(events.of(Kind.SENT))
    assert counted["share"] == pytest.approx(late / len(events.of(Kind.SENT)))


def test_nobody_is_written_to_after_death_where_nobody_is_written_to() -> None:
    counted = remedy.after_death(simulate(run().scenario.but(weeks=20), Plan(), seed=7)).iloc[0]
    assert counted["messages"] == 0 and np.isnan(counted["share"])


def test_the_silent_are_all_good_customers_each_once_and_most_of_the_long_silent_are_gone() -> None:
    table = remedy.silence(run(), week=40, spent_at_least=200)
    record = run().record(40)
    assert table["people"].sum() == (record["spend"] >= 200).sum()
    assert (table[["awake", "dormant", "left"]].sum(axis=1) == table["people"]).all()
    assert table["ordered_again"].iloc[0] > table["ordered_again"].iloc[-1]
    left_share = table["left"] / table["people"]
    assert left_share.iloc[-1] > left_share.iloc[0]
    people = run().hidden_link[record.index[record["spend"] >= 200]]
    orders = run().events.of(Kind.ORDER)
    again = set(orders.person[(orders.minute >= 40 * MINUTES_A_WEEK)].tolist())
    share = (table["people"] * table["ordered_again"]).sum() / table["people"].sum()
    assert share == pytest.approx(people.isin(again).mean(), abs=0.02)  # Sunday's orders are known on Monday
    with pytest.raises(Fault, match="ask for an earlier one"):
        remedy.silence(run(), week=70)


def test_the_picture_says_the_darkest_square_and_who_is_kept_of_all() -> None:
    table = remedy.kept(run(), lives())
    figure = plots.remedies(table)
    (axes,) = figure.axes
    assert len(axes.patches) == table.drop(columns="left").size
    shades = [patch.get_alpha() for patch in axes.patches]
    assert max(shades) == pytest.approx(table.drop(columns="left").to_numpy().max())
    assert "who left for service, by “answer”" in figure.reading
    with pytest.raises(Fault, match="kept"):
        plots.remedies(table[["left"]])


def test_every_cause_has_a_name_in_the_accounts() -> None:
    assert set(CAUSES) <= set(run().defections)
