"""What two records of one person do is counted letter by letter; merging makes it go away."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Segment, at_least, load_scenario, over, plots, simulate
from sim.analysis import doubles
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run

MISS = Campaign(
    name="we miss you",
    to=Segment(recency_weeks=over(8), spend=at_least(100)),
    channel="sms",
    every=4,
    offer=Offer(discount=0.15),
)
PLAN = Plan(campaigns=[MISS, Campaign(every=2)])


@cache
def run(split_share: float = 0.4, integration: float = 0.0) -> Run:
    market = load_scenario("supermarket", people=600).but(weeks=60, stewardship={"split_share": split_share})
    return simulate(market, PLAN.but(stewardship={"integration": integration}), seed=7)


def test_letters_are_counted_as_the_log_has_them() -> None:
    table, sent = doubles.letters(run()), run().events.of(Kind.SENT).frame()
    assert table.index.tolist() == ["we miss you", "email"]
    assert table["sent"].tolist() == [(sent["ref"] == number).sum() for number in (1, 2)]
    same = sent.groupby([sent["ref"], sent["person"], sent["minute"] // MINUTES_A_WEEK]).size() - 1
    assert table["again"].tolist() == same.groupby(level=0).sum().tolist()
    assert table["again_currency"].tolist() == pytest.approx((table["again"] * [0.06, 0.01]).tolist())


def test_who_bought_lately_is_found_person_by_person() -> None:
    sent, orders = run().events.of(Kind.SENT), run().events.of(Kind.ORDER)
    expected = {1: 0, 2: 0}
    for person, minute, ref in zip(
        sent.person.tolist(), sent.minute.tolist(), sent.ref.tolist(), strict=True
    ):
        mine = orders.minute[orders.person == person]
        expected[ref] += bool(((mine <= minute) & (mine >= minute - 4 * MINUTES_A_WEEK)).any())
    assert doubles.letters(run())["bought_lately"].tolist() == list(expected.values())


def test_one_record_a_person_has_no_second_letters_and_fewer_wrong_ones() -> None:
    split, merged, one = (
        doubles.letters(given) for given in (run(), run(integration=1.0), run(split_share=0))
    )
    assert (one["again"] == 0).all() and (split["again"] > 0).all()
    assert merged["again"].sum() < 0.3 * split["again"].sum()
    wrong = [table.loc["we miss you", "bought_lately"] for table in (split, merged, one)]
    assert wrong[0] > 3 * wrong[1] >= wrong[2]


def test_records_are_counted_twice_and_look_more_silent_than_people() -> None:
    table = doubles.counts(run(), 60)
    ordered = np.unique(run().events.of(Kind.ORDER).person)
    assert table.loc["customers", "records"] == len(run().record(60)) > table.loc["customers", "people"]
    assert len(ordered) - 5 <= table.loc["customers", "people"] <= len(ordered)
    shares = table.loc["silent for over 8 weeks"] / table.loc["customers"]
    assert shares["records"] > shares["people"]
    whole = doubles.counts(run(split_share=0), 60)
    assert whole["records"].tolist() == whole["people"].tolist()


def test_a_history_holds_each_order_and_letter_once_under_its_account() -> None:
    who = doubles.people(run(), 60)
    assert who["orders"].is_monotonic_decreasing
    person = int(who.index[0])
    table = doubles.history(run(), person)
    mine = run().events.where(run().events.person == person)
    assert (table["what"] == "order").sum() == len(mine.of(Kind.ORDER)) == who["orders"].iloc[0]
    assert (table["what"] == "email").sum() == (mine.of(Kind.SENT).ref == 2).sum()
    assert table["account"].nunique() == 2
    last = 60 - table[table["what"] == "order"].groupby("account")["week"].max()
    assert last[[doubles.CARD, doubles.WEB]].tolist() == pytest.approx(
        who.loc[person, ["silent_card", "silent_web"]].tolist()
    )


def test_a_letterbox_draws_every_order_and_letter_in_its_row() -> None:
    table = doubles.history(run(), int(doubles.people(run(), 60).index[0]))
    (axes,) = plots.letterbox(table).axes
    drawn = {line.get_label(): line for line in axes.get_lines() if line.get_label() in set(table["what"])}
    assert {name: len(line.get_xdata()) for name, line in drawn.items()} == (
        table["what"].value_counts().to_dict()
    )
    card = np.asarray(drawn["order"].get_ydata()) == 0
    np.testing.assert_array_equal(card, table.loc[table["what"] == "order", "account"] == doubles.CARD)


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(Fault, match="nobody stands in two records"):
        doubles.people(run(split_share=0), 60)
    with pytest.raises(Fault, match="does not stand in two records"):
        doubles.history(run(split_share=0), 1)
    with pytest.raises(Fault, match="letterbox: expects the table"):
        plots.letterbox(pd.DataFrame({"week": [1]}))
