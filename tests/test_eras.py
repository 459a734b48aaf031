"""Laws of the eras: the same people, and a firm that sees and reaches less of them the earlier it is."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Segment,
    Trigger,
    load_scenario,
    over,
    scenario_names,
    simulate,
    under,
)
from sim.analysis import letters
from sim.analysis.eras import ERAS, TIMES, EraName, era
from sim.delays import FEATURES, Delays
from sim.events import Kind
from sim.export import COLUMNS, Export
from tests.goods import BASKET

SUPERMARKET = load_scenario("supermarket").but(people=400, weeks=20)
each_era = pytest.mark.parametrize("name", ERAS)


def test_each_era_has_all_that_the_one_before_had_and_more() -> None:
    for earlier, later in pairwise(ERAS):
        one, other = (era(SUPERMARKET, name) for name in (earlier, later))
        assert set(one.contact.channels) <= set(other.contact.channels)
        assert set(one.record.shown) < set(other.record.shown)
        assert one.record.order_hours > other.record.order_hours
        assert one.record.answer_hours > other.record.answer_hours
    last = era(SUPERMARKET, "2020s")
    assert last.record.shown == FEATURES and last.contact == SUPERMARKET.contact


@each_era
def test_people_live_the_same_life_in_every_era_as_long_as_nobody_does_anything(name: EraName) -> None:
    """A survey asks those on record, so it asks later where the record is late."""
    quiet = SUPERMARKET.but(experience=SUPERMARKET.experience.but(survey_every=0))
    one, other = (simulate(market, Plan(), 3) for market in (quiet, era(quiet, name)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


@each_era
def test_the_record_shows_what_the_era_could_see_and_no_more(name: EraName) -> None:
    table = simulate(era(SUPERMARKET, name), Plan(), 1).record(15)
    assert tuple(table.columns) == era(SUPERMARKET, name).record.shown
    assert len(table) > 100


def test_an_earlier_record_learns_later() -> None:
    known = [len(simulate(era(SUPERMARKET, name), Plan(), 1).record(1)) for name in ERAS]
    assert known[0] == 0 and known == sorted(known) and known[-1] > known[1]


@pytest.mark.parametrize(
    "change",
    [
        {"campaigns": [Campaign(channel="store", to=Segment(recency_weeks=over(8)))]},
        {"service": {"first": Segment(recency_weeks=over(8))}},
        {"bonds": {"care": 1.0, "care_to": Segment(recency_weeks=under(9))}},
    ],
    ids=repr,
)
def test_a_segment_may_ask_only_for_what_the_record_shows(change: dict[str, Any]) -> None:
    plan = Plan(**change)
    with pytest.raises(Fault, match=r'recency_weeks: this record does not show "recency_weeks". It shows'):
        simulate(era(SUPERMARKET, "1980s"), plan, 1)
    simulate(era(SUPERMARKET, "1990s"), plan, 1)


def test_the_fault_says_where_the_segment_stands() -> None:
    rules = {"levels": {"rules": [{"level": "basic"}, {"level": "proactive", "to": Segment(nps=over(8))}]}}
    with pytest.raises(Fault, match=r"levels\.rules\[1\]\.to\.nps: this record"):
        simulate(era(SUPERMARKET.also("levels"), "1990s"), Plan(**rules), 1)


def test_a_rule_that_is_a_function_sees_no_more_than_a_segment() -> None:
    plan = Plan(campaigns=[Campaign(channel="phone", to=lambda r: r.spend > 100)])
    with pytest.raises(Fault, match=r'this record does not show "spend"'):
        simulate(era(SUPERMARKET, "1980s"), plan, 1)
    assert len(simulate(era(SUPERMARKET, "1990s"), plan, 1).events.of(Kind.SENT)) > 0


LATER = {  # what needs more than the record of an era shows, and the first era in which it can be done
    r'triggers\[0\]\.on: "welcome" .*"tenure_weeks"': ("1990s", Plan(triggers=[Trigger(channel="phone")])),
    r'triggers\[0\]\.on: "lapse" .*"recency_weeks"': (
        "1990s",
        Plan(triggers=[Trigger(channel="phone", on="lapse", wait_weeks=8)]),
    ),
    r'triggers\[0\]\.on: "abandoned" .*"clicked"': (
        "2000s",
        Plan(triggers=[Trigger(channel="phone", on="abandoned")]),
    ),
    r'loyalty\.silver_from: .*"spend_52w"': ("1990s", Plan(loyalty={"silver_from": 500})),
    r'loyalty\.gold_from: .*"spend_52w"': ("1990s", Plan(loyalty={"gold_from": 500})),
    r"basket\.recommender: .*popular": ("1990s", Plan(basket={"suggestions": 1, "recommender": "learned"})),
    r"basket\.recommender: there is nothing": (
        "1990s",
        Plan(basket={"suggestions": 1, "recommender": lambda known: known.history}),
    ),
}


@pytest.mark.parametrize("says", LATER)
def test_what_needs_a_record_of_orders_is_refused_until_there_is_one(says: str) -> None:
    first, plan = LATER[says]
    shop = SUPERMARKET.but(basket=BASKET)
    for name in ERAS:
        if name < first:
            with pytest.raises(Fault, match=says):
                simulate(era(shop, name), plan, 1)
        else:
            simulate(era(shop, name), plan, 1)


def test_a_till_can_count_what_sells_in_any_era() -> None:
    run = simulate(era(SUPERMARKET.but(basket=BASKET), "1980s"), Plan(basket={"suggestions": 1}), 1)
    assert len(run.events.of(Kind.SUGGESTED)) > 0


LETTERS = Plan(campaigns=[Campaign(channel="phone", every=4)])


@cache
def handed_over(name: EraName) -> Export:
    busy = SUPERMARKET.but(basket=BASKET, service=SUPERMARKET.service.but(fault_share=0.2))
    return Export.of(simulate(era(busy.also("stewardship"), name), LETTERS, 1))


def test_an_earlier_firm_hands_over_less() -> None:
    tables = [handed_over(name).tables for name in ERAS]
    assert list(tables[0]) == ["customers", "contacts", "tickets"]
    assert not {"email", "since"} & set(tables[0]["customers"])
    assert set(tables[1]) - set(tables[0]) == {"orders", "lines"}
    assert "since" in tables[1]["customers"] and "email" not in tables[1]["customers"]
    assert list(tables[2]) == list(tables[3]) == list(COLUMNS)
    for name, columns in COLUMNS.items():
        assert list(tables[2][name]) == list(tables[3][name]) == list(columns)
    assert set(tables[0]["contacts"]["what"]) - {"opted out"} == {"sent"}
    assert set(tables[1]["contacts"]["what"]) - {"opted out"} == {"sent"}
    assert {"sent", "opened"} <= set(tables[2]["contacts"]["what"])


@each_era
def test_the_truth_of_an_export_speaks_of_what_was_handed_over_alone(name: EraName) -> None:
    export = handed_over(name)
    for table, column in export.truth["mistakes"][["table", "column"]].drop_duplicates().to_numpy():
        assert column in export.tables[table]
    assert len(export.truth["mistakes"]) > 0


def test_an_export_is_filtered_and_its_page_too(tmp_path: Path) -> None:
    run = simulate(era(SUPERMARKET, "1980s"), LETTERS, 1)
    text = (run.export(tmp_path / "data") / "README.txt").read_text(encoding="utf-8")
    assert {path.stem for path in (tmp_path / "data").glob("*.csv")} == {"customers", "contacts", "tickets"}
    assert "telephone" in text and not re.search(r"^(orders|since|email)\b", text, re.M)


def test_letters_of_a_firm_that_keeps_no_complaints_are_refused() -> None:
    deaf = SUPERMARKET.but(record=Delays(sees=["orders"]))
    with pytest.raises(Fault, match='letters: this record does not show "tickets"'):
        letters.letters(simulate(deaf, Plan(), 1))


def test_a_call_centre_can_still_call_those_who_complained() -> None:
    plan = Plan(campaigns=[Campaign(channel="phone", to=Segment(tickets=over(0)))])
    run = simulate(era(SUPERMARKET.but(people=2_000), "1980s"), plan, 1)
    sent, complained = run.events.of(Kind.SENT), run.events.of(Kind.TICKET)
    assert len(sent) and set(np.unique(sent.person)) <= set(complained.person)


def test_a_channel_of_a_later_time_is_not_there() -> None:
    plan = Plan(campaigns=[Campaign(channel="email", offer=Offer(discount=0.1))])
    for name in ("1980s", "1990s"):
        with pytest.raises(Fault, match=r"no channel \"email\""):
            simulate(era(SUPERMARKET, name), plan, 1)
    assert len(simulate(era(SUPERMARKET, "2000s"), plan, 1).events.of(Kind.SENT)) > 0


def test_nobody_led_groups_or_sold_live_before_there_were_any() -> None:
    grocer = load_scenario("community_fresh_cn").but(people=100, weeks=5)
    for name in ERAS:
        market = era(grocer, name)
        assert {part: getattr(market, part) for part in TIMES[name].not_yet} == dict.fromkeys(
            TIMES[name].not_yet
        )
    assert era(grocer, "2020s").community and not era(grocer, "2000s").community


@each_era
@pytest.mark.parametrize("market", scenario_names())
def test_every_market_can_be_set_into_every_era(market: str, name: EraName) -> None:
    scenario = era(load_scenario(market).but(people=60, weeks=4), name)
    assert scenario.name == f"{market} {name}"
    simulate(scenario, Plan(), 1)


def test_who_asks_for_an_era_or_a_feature_that_is_none_is_told_which_there_are() -> None:
    with pytest.raises(Fault, match=r"era: no era named '1970s'. There are: 1980s, 1990s"):
        era(SUPERMARKET, "1970s")
    with pytest.raises(Fault, match=r'sees\[0\]: the record has no "recency".*Did you mean "recency_weeks"'):
        Delays(sees=["recency"])
