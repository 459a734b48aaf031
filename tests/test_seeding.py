"""Laws of seeding: samples make people talk, the young most, and mostly to their own kind."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Kind
from sim.need import NEEDS
from sim.processes.needs import Parameters as Needs
from sim.processes.profile import Parameters as Profile
from sim.processes.seeding import SAMPLE
from sim.processes.seeding import Parameters as Seeding
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
YOUNG = Segment(need="young")


def market(**changes: Any) -> Scenario:
    """Give a supermarket of talkative customers, half of whose people are still to be won."""
    scenario = load_scenario("supermarket").but(people=1_000, weeks=30, service=None)
    return scenario.but(
        entry=scenario.entry.but(present_share=0.5, pool_share=1.0),
        acquisition=scenario.acquisition.but(recommend_share=0.03),
        needs=Needs(),
        profile=Profile(),
        seeding=Seeding().but(**changes),
    )


def samples(to: Segment = Segment(), **levers: Any) -> Plan:  # noqa: B008  # frozen
    return Plan(seeding={"sample": 5.0, "every": 4, "to": to, **levers})


def told(run: Run) -> pd.DataFrame:
    """Give recommendations with the true needs of who tells and who is told."""
    table = run.events.of(Kind.RECOMMENDED).frame()
    need = run.truth["true_need"].to_numpy()
    return table.assign(teller=need[table["person"]], told=need[table["ref"]])


# -- off, and on without samples ---------------------------------------------------------------------


@each_seed
def test_without_samples_a_market_with_seeding_is_the_one_without(seed: int) -> None:
    one, other = (simulate(scenario, Plan(), seed) for scenario in (market(), market().but(seeding=None)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


def test_samples_that_stir_nobody_change_nothing_but_the_bill() -> None:
    plain, given = (simulate(market(lift=0.0), plan, 1) for plan in (Plan(), samples()))
    rest = given.events.where(given.events.kind != int(Kind.PROVIDED))
    pd.testing.assert_frame_equal(rest.frame(), plain.events.frame())
    assert given.metrics["profit"] < plain.metrics["profit"]


# -- talk --------------------------------------------------------------------------------------------


@each_seed
def test_samples_make_people_recommend_the_shop_more_and_win_newcomers(seed: int) -> None:
    plain, given = (simulate(market(), plan, seed) for plan in (Plan(), samples()))
    assert len(told(given)) > 1.3 * len(told(plain))
    assert given.metrics["newcomers"] > plain.metrics["newcomers"]


@pytest.mark.parametrize(("name", "values"), [("lift", (0.0, 1.0, 4.0)), ("keep", (0.0, 0.5, 0.95))])
def test_livelier_and_longer_talk_recommends_more(name: str, values: tuple[float, ...]) -> None:
    counts = [len(told(simulate(market(**{name: value}), samples(), 1))) for value in values]
    assert counts[0] < counts[1] < counts[2]


def test_a_dearer_sample_stirs_more_and_the_next_money_less() -> None:
    scenario = market(young_lift=0.0).but(weeks=2)
    for money in (1.0, 2.0, 3.0):
        run = simulate(scenario, samples(every=1, sample=money), 1)
        expected = 1 + Seeding().lift * (1 - np.exp(-money / Seeding().worth))
        assert run.people.seeding.talk.max() == pytest.approx(expected, rel=1e-5)


def test_the_young_pass_on_more() -> None:
    run = simulate(market().but(weeks=2), samples(every=1), 1)
    talk, need = run.people.seeding.talk, run.truth["true_need"]
    young, old = (talk[(need == name) & (talk > 1)] for name in ("young", "senior"))
    assert len(young) > 20
    np.testing.assert_allclose(young - 1, (1 + Seeding().young_lift) * (old[0] - 1), rtol=1e-5)


def test_talk_fades_to_the_usual_to_the_last_bit() -> None:
    run = simulate(market(keep=0.5), {0: samples(), 6: Plan()}, 1)
    assert (run.people.seeding.talk == 1).all()


@pytest.mark.parametrize("kindred", [0.0, 0.6, 1.0])
def test_with_a_sample_to_show_people_tell_their_own_kind_as_often_as_stated(kindred: float) -> None:
    scenario = market(kindred_share=kindred, keep=0.99, lift=10.0)
    table = told(simulate(scenario, samples(YOUNG, every=1), 1))
    late = table[(table["minute"] > 8 * MINUTES_A_WEEK) & (table["teller"] == "young")]
    assert len(late) > 150
    share = dict(zip(NEEDS, Needs().shares(), strict=True))["young"]
    among_the_sampled = kindred + (1 - kindred) * share
    found = (late["told"] == "young").mean()
    assert share - 0.1 < found < among_the_sampled + 0.1  # some of the young got no sample
    assert found > share + 0.4 * (among_the_sampled - share) - 0.08


@each_seed
def test_samples_for_the_young_win_the_young(seed: int) -> None:
    plain, given = (simulate(market(), plan, seed) for plan in (Plan(), samples(YOUNG, every=2)))
    shares = []
    for run in (plain, given):
        joined = run.truth["true_need"].to_numpy()[run.events.of(Kind.JOINED).person]
        shares.append((joined == "young").mean())
    assert shares[1] > shares[0]


def test_samples_reach_whom_the_record_shows_and_so_some_who_are_not_meant() -> None:
    run = simulate(market().but(weeks=8), samples(YOUNG, every=1), 1)
    stirred = run.truth["true_need"][run.people.seeding.talk > 1]
    assert (stirred == "young").mean() > 0.6
    assert (stirred != "young").any()


# -- money and bounds --------------------------------------------------------------------------------


def test_a_round_of_samples_costs_a_sample_for_each_of_the_chosen() -> None:
    run = simulate(market(), samples(every=7, sample=1.25), 1)
    given = run.events.of(Kind.PROVIDED)
    weeks = [week for week in range(0, 30, 7) if len(run.record(week))]
    assert given.value.tolist() == [125 * len(run.record(week)) for week in weeks]
    assert set(given.channel) == {SAMPLE}
    assert set(given.person) == {FIRM}
    assert -run.accounts.total()["offer"] == given.value.sum()


def test_lives_lived_one_by_one_are_the_same() -> None:
    scenario = market().but(people=150, weeks=12)
    together, apart = (simulate(scenario, samples(), 1, focus=focus) for focus in ((), range(150)))
    pd.testing.assert_frame_equal(together.events.frame(), apart.events.frame())


@pytest.mark.parametrize("given", [{"sample": -1}, {"every": 0}, {"to": 3}])
def test_a_lever_of_seeding_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"seeding\.{next(iter(given))}"):
        Plan(seeding=given)


def test_a_market_without_seeding_says_so() -> None:
    with pytest.raises(Fault, match=r"seeding: supermarket has no seeding"):
        simulate(market().but(seeding=None), samples(), 1)
