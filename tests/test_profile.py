"""Laws of the profile: customers declare what they want, some of them wrongly, and the firm sees no more."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.events import Kind
from sim.need import NEEDS, TYPES
from sim.processes.needs import Parameters as Needs
from sim.processes.profile import GREEN, NEED
from sim.processes.profile import Parameters as Profile
from sim.run import Run

LETTER = Campaign(channel="email", every=2)


def market(**changes: Any) -> Scenario:
    """Give a supermarket of 800 customers who are asked about themselves."""
    scenario = load_scenario("supermarket").but(people=800, weeks=30, service=None, acquisition=None)
    present = scenario.entry.but(present_share=1.0)
    return scenario.but(entry=present, needs=Needs(), profile=Profile().but(**changes))


def run_with(plan: Plan, **changes: Any) -> Run:
    return simulate(market(**changes), plan, 1)


# -- on and off --------------------------------------------------------------------------------------


def test_asking_changes_nothing_but_what_is_known() -> None:
    asked, silent = run_with(Plan()), simulate(market().but(profile=None), Plan(), 1)
    rest = asked.events.where(asked.events.kind != int(Kind.DECLARED))
    pd.testing.assert_frame_equal(rest.frame(), silent.events.frame())
    record = silent.record(30)
    assert set(record["need"]) == {""}
    assert record["greenness"].isna().all()


def test_where_nobody_has_a_need_to_name_nobody_is_asked() -> None:
    run = simulate(market().but(needs=None), Plan(), 1)
    assert len(run.events.of(Kind.DECLARED)) == 0


# -- what people say ---------------------------------------------------------------------------------


def declared(run: Run, channel: int) -> pd.Series:
    said = run.events.of(Kind.DECLARED)
    rows = said.channel == channel
    return pd.Series(said.value[rows], said.person[rows])


@pytest.mark.parametrize("wrong", [0.0, 0.3, 1.0])
def test_as_many_answer_and_as_many_of_them_wrongly_as_the_scenario_says(wrong: float) -> None:
    run = run_with(Plan(), wrong_share=wrong)
    customers, said = run.metrics["customers"], declared(run, NEED)
    assert said.index.is_unique
    share = Profile().answer_share
    assert abs(len(said) - share * customers) < 4 * np.sqrt(customers * share * (1 - share))
    true = run.truth["true_need"].loc[said.index].to_numpy()
    missed = int((np.array(NEEDS)[said] != true).sum())
    assert abs(missed - wrong * len(said)) <= 4 * np.sqrt(len(said) * wrong * (1 - wrong))


def test_where_there_is_one_need_nobody_can_name_another() -> None:
    scenario = market(wrong_share=1.0).but(needs=Needs(types={"young": TYPES["young"]}))
    run = simulate(scenario, Plan(), 1)
    assert set(declared(run, NEED)) == {NEEDS.index("young")}


def test_people_answer_at_their_first_order_of_the_run() -> None:
    run = run_with(Plan())
    said, orders = run.events.of(Kind.DECLARED), run.events.of(Kind.ORDER).frame()
    first = orders.groupby("person")["minute"].min()
    assert first.loc[said.person].tolist() == said.minute.tolist()


def test_what_people_say_of_green_goods_follows_what_they_pay_with_noise_and_flattery() -> None:
    honest, flattering = (run_with(Plan(), flattery=f) for f in (0.0, 3.0))
    said = declared(honest, GREEN)
    assert said.between(0, 10).all()
    paid = honest.truth["green_worth"].loc[said.index]
    ranks = said.corr(paid, method="spearman")
    assert 0.5 < ranks < 0.97
    assert declared(flattering, GREEN).mean() > said.mean() + 1
    silent = run_with(Plan(), flattery=0.0, noise=0.0)
    order = declared(silent, GREEN).corr(silent.truth["green_worth"], method="spearman")
    assert order > ranks


def test_a_segment_by_need_holds_those_who_named_it_and_nobody_else() -> None:
    plan = Plan(campaigns=[LETTER.but(to=Segment(need="senior"))])
    run = run_with(plan)
    said = declared(run, NEED)
    named = set(said.index[said == NEEDS.index("senior")])
    assert len(named) > 30
    assert set(run.events.of(Kind.SENT).person) <= named
    record = run.record(30)
    assert Segment(need="senior").chosen(record).tolist() == (record["need"] == "senior").tolist()
    both = Segment(need="senior", greenness=at_least(5)).chosen(record)
    assert both.tolist() == ((record["need"] == "senior") & (record["greenness"] >= 5)).tolist()


def test_a_function_of_the_record_may_ask_for_the_named_need() -> None:
    by_word, by_rule = (
        run_with(Plan(campaigns=[LETTER.but(to=to)]))
        for to in (lambda record: record.need == "young", Segment(need="young"))
    )
    assert len(by_rule.events.of(Kind.SENT)) > 100
    pd.testing.assert_frame_equal(by_word.events.frame(), by_rule.events.frame())


def test_who_names_another_need_names_the_common_ones_more_often() -> None:
    said = declared(run := run_with(Plan(), wrong_share=1.0, answer_share=1.0), NEED)
    true = run.truth["true_need"].loc[said.index]
    shares = dict(zip(NEEDS, Needs().shares(), strict=True))
    of_the_young = said[(true == "young").to_numpy()]
    for name in ("family", "business", "senior"):
        expected = shares[name] / (1 - shares["young"])
        found = (of_the_young == NEEDS.index(name)).mean()
        assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / len(of_the_young))


@pytest.mark.parametrize("name", ["answer_share", "wrong_share"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_share_of_the_profile_outside_its_bounds_is_named(name: str, value: float) -> None:
    with pytest.raises(Fault, match=name):
        Profile(**{name: value})
