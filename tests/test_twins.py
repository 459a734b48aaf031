"""Laws of twins: a plan changes what it touches, nothing else, and lives that diverged meet again."""

from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import (
    Campaign,
    Offer,
    Plan,
    Segment,
    Timeline,
    at_least,
    compare,
    load_plan,
    load_scenario,
    over,
    plan_names,
    simulate,
    twin,
)
from sim.clock import MINUTES_A_WEEK
from sim.events import Events, Kind, Stage
from sim.population import Population
from sim.processes.rollout import Parameters as Rollout
from sim.processes.stewardship import Parameters as Stewardship
from sim.run import Run
from sim.scenario import MECHANISMS

Mask = npt.NDArray[np.bool_]
SUPERMARKET = load_scenario("supermarket")
QUEUELESS = SUPERMARKET.but(service=None)  # no queue couples people
CHANNELS = ("email", "sms", "app")
DEAL = Offer(discount=0.3)
PROMOTION = Plan(campaigns=[Campaign(channel=channel, offer=DEAL, until_week=13) for channel in CHANNELS])


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


def of_people(events: Events, who: Mask, leaving_out: tuple[Kind, ...] = ()) -> Events:
    """Give the events of some people."""
    return events.where((events.person >= 0) & who[events.person] & ~np.isin(events.kind, leaving_out))


def since(events: Events, week: int) -> Events:
    return events.where(events.minute >= week * MINUTES_A_WEEK)


def written_to(run: Run) -> Mask:
    touched = np.zeros(run.scenario.people, bool)
    touched[run.events.of(Kind.SENT).person] = True
    return touched


# -- the same again --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["supermarket", "cdnow_plain"])
def test_the_same_inputs_give_the_same_run_to_the_last_event(name: str) -> None:
    scenario = load_scenario(name).but(people=500, weeks=40)
    plan = PROMOTION if scenario.contact else Plan()
    one, other = (simulate(scenario, plan, 3) for _ in range(2))
    assert_same(one.events, other.events)
    pd.testing.assert_frame_equal(one.defections, other.defections, check_exact=True)
    pd.testing.assert_frame_equal(one.truth, other.truth, check_exact=True)
    assert repr(one.metrics) == repr(other.metrics)


def test_another_seed_gives_other_people_and_another_life() -> None:
    one, other = (simulate(SUPERMARKET.but(people=300, weeks=20), Plan(), seed) for seed in (1, 2))
    assert not (one.truth["orders_a_week"] == other.truth["orders_a_week"]).any()
    assert not np.intersect1d(one.events.of(Kind.ORDER).value, other.events.of(Kind.ORDER).value).size > 500


def test_a_run_leaves_its_inputs_as_they_were() -> None:
    scenario, timeline = SUPERMARKET.but(people=200, weeks=20), Timeline.of({0: Plan(), 5: PROMOTION})
    before = (repr(scenario), repr(timeline))
    simulate(scenario, timeline, 1)
    assert (repr(scenario), repr(timeline)) == before


@pytest.mark.parametrize("before", ["nothing", "promotion"])
def test_what_comes_later_does_not_change_what_was(before: str) -> None:
    scenario = SUPERMARKET.but(people=600, weeks=30)
    today = PROMOTION if before == "promotion" else Plan()
    tomorrow = Plan(
        campaigns=[Campaign(channel="phone", offer=DEAL)],
        service=Plan().service.but(agents=0),
        contact=Plan().contact.but(messages_a_week=1),
    )
    plain, changed = simulate(scenario, today, 1), simulate(scenario, {0: today, 13: tomorrow}, 1)
    for week in range(13):
        assert_same(plain.pages[week], changed.pages[week])
    assert len(changed.pages[13].of(Kind.SENT)) > len(plain.pages[13].of(Kind.SENT))
    for week in (12, 13):
        pd.testing.assert_frame_equal(plain.record(week), changed.record(week))


@pytest.mark.parametrize("plan", plan_names())
def test_a_longer_run_begins_with_the_shorter_one(plan: str) -> None:
    short, long = (
        simulate(SUPERMARKET.but(people=400, weeks=weeks), load_plan(plan), 2) for weeks in (17, 34)
    )
    for one, other in zip(short.pages, long.pages, strict=False):
        assert_same(one, other)


# -- whom a plan does not touch --------------------------------------------------------------------

IDLE_PLANS = {
    "to nobody": Plan(campaigns=[Campaign(to=Segment(orders=at_least(10**6)), offer=DEAL)]),
    "to nobody, by a function": Plan(campaigns=[Campaign(to=lambda r: r.orders < 0, offer=DEAL)]),
    "too late": Plan(campaigns=[Campaign(first_week=30, offer=DEAL)]),
    "over before it begins": Plan(campaigns=[Campaign(until_week=0, offer=DEAL)]),
    "no money": Plan(campaigns=[Campaign(offer=DEAL)], contact=Plan().contact.but(budget=0.0)),
    "no messages": Plan(campaigns=[Campaign(offer=DEAL)], contact=Plan().contact.but(messages_a_week=0)),
    "all held out": Plan(campaigns=[Campaign(offer=DEAL, holdout=1.0)]),
    "first, but nobody": Plan(service=Plan().service.but(first=Segment(orders=at_least(10**6)))),
    "first: all": Plan(service=Plan().service.but(first=Segment(), agents=2)),
}


@pytest.mark.parametrize("name", IDLE_PLANS)
def test_a_plan_that_touches_nobody_changes_nothing(name: str) -> None:
    scenario = SUPERMARKET.but(people=500, weeks=30, record=SUPERMARKET.record.but(order_hours=0.0))
    plain, idle = simulate(scenario, Plan(), 4), simulate(scenario, IDLE_PLANS[name], 4)
    assert_same(plain.events, idle.events.where(idle.events.kind != Kind.HELD_OUT))
    assert repr(plain.metrics) == repr(idle.metrics)


@pytest.mark.parametrize("section", ["pricing", "contact", "bonds", "loyalty", "rollout", "stewardship"])
@pytest.mark.parametrize("name", ["supermarket", "saas"])
def test_a_mechanism_whose_levers_nobody_moves_might_as_well_not_be_there(name: str, section: str) -> None:
    """Of the others, some act without a plan: faults, moods, competitors, and customers who recommend."""
    scenario = load_scenario(name).but(people=400, weeks=60)
    unwritten = {"rollout": Rollout(), "stewardship": Stewardship()}  # in no ready-made market
    here = unwritten.get(section) or getattr(scenario, section)
    there, gone = (simulate(scenario.but(**{section: these}), Plan(), 4) for these in (here, None))
    assert_same(there.events, gone.events)


LETTERS = Plan(campaigns=[Campaign(channel=channel, offer=DEAL) for channel in ("email", "app")])


@pytest.mark.parametrize("name", ["supermarket", "saas"])
def test_a_desk_without_faults_only_costs_its_wages(name: str) -> None:
    scenario = load_scenario(name).but(people=400, weeks=60)
    assert scenario.service
    idle = scenario.but(service=scenario.service.but(fault_share=0.0))
    there, gone = (simulate(market, LETTERS, 4) for market in (idle, scenario.but(service=None)))
    assert len(there.events.of(Kind.WAGES)) == 60
    assert_same(there.events.where(there.events.kind != Kind.WAGES), gone.events)


def test_what_orders_feel_like_changes_nothing_where_nobody_leaves_over_it_asks_for_it_or_tells_it() -> None:
    scenario = SUPERMARKET.but(people=400, weeks=60, patience=None, acquisition=None)
    assert scenario.experience
    felt = scenario.but(experience=scenario.experience.but(survey_every=0))
    there, gone = (simulate(market, LETTERS, 4) for market in (felt, scenario.but(experience=None)))
    assert there.people.experience.satisfaction.std() > 0
    assert_same(there.events, gone.events)


@pytest.mark.parametrize("name", ["supermarket", "saas"])
def test_patience_that_nothing_takes_changes_nothing(name: str) -> None:
    scenario = load_scenario(name).but(people=400, weeks=60)
    for section in [part for part in MECHANISMS if getattr(scenario, part)]:
        here = getattr(scenario, section)
        none = {part: 0.0 for part in type(here).model_fields if part.endswith("toll")}
        scenario = scenario.but(**{section: here.but(**none)})
    assert scenario.patience
    calm = scenario.but(patience=scenario.patience.but(competitor_pull=0.0, switching_cost=0.0))
    dearer = LETTERS.but(pricing={"price": 1.2})
    there, gone = (simulate(market, dearer, 4) for market in (calm, scenario.but(patience=None)))
    assert len(there.events.of(Kind.DISCOUNT)) > 10 and len(there.events.of(Kind.LEFT)) > 10
    assert_same(there.events, gone.events)


TOUCHING = {
    "control group": Campaign(channel="sms", offer=DEAL, holdout=0.5, every=3),
    "segment": Campaign(to=Segment(recency_weeks=over(6)), channel="sms", offer=DEAL),
    "everybody, often": Campaign(channel="store", offer=DEAL),
}


@pytest.mark.parametrize("name", TOUCHING)
def test_untouched_people_live_the_same_life_event_for_event(name: str) -> None:
    scenario = QUEUELESS.but(people=1_500, weeks=52)
    plain = simulate(scenario, Plan(), 5)
    changed = simulate(scenario, Plan(campaigns=[TOUCHING[name]]), 5)
    touched = written_to(changed)
    assert min(touched.sum(), (~touched).sum()) > 50
    assert_same(of_people(plain.events, ~touched), of_people(changed.events, ~touched, (Kind.HELD_OUT,)))
    held_out = changed.events.of(Kind.HELD_OUT).person
    assert not touched[held_out].any()
    pd.testing.assert_frame_equal(plain.truth[~touched], changed.truth[~touched], check_exact=True)
    orders = [np.bincount(run.events.of(Kind.ORDER).person, minlength=1_500) for run in (plain, changed)]
    assert (orders[0] != orders[1])[touched].any()


def test_touched_people_live_the_same_life_until_they_are_touched() -> None:
    scenario = QUEUELESS.but(people=800, weeks=40)
    plain, changed = (
        simulate(scenario, plan, 5)
        for plan in (Plan(), Plan(campaigns=[Campaign(channel="sms", offer=DEAL)]))
    )
    sent = changed.events.of(Kind.SENT)
    first = np.full(800, np.iinfo(np.int64).max)
    np.minimum.at(first, sent.person, sent.minute // MINUTES_A_WEEK)
    early = [
        run.events.where(
            (run.events.person >= 0) & (run.events.minute // MINUTES_A_WEEK < first[run.events.person])
        )
        for run in (plain, changed)
    ]
    assert_same(*early)
    assert len(early[0]) > 1_000


def test_only_the_queue_couples_people() -> None:
    """With a desk that has an agent for every ticket nobody waits, and the untouched are the same again."""
    assert SUPERMARKET.service
    scenario = SUPERMARKET.but(
        people=800, weeks=40, service=SUPERMARKET.service.but(fault_share=0.3, agents=500)
    )
    plan = Plan(campaigns=[Campaign(channel="sms", offer=DEAL, holdout=0.5)])
    plain, changed = simulate(scenario, Plan(), 5), simulate(scenario, plan, 5)
    untouched = ~written_to(changed)
    assert len(of_people(plain.events, untouched).of(Kind.TICKET)) > 200
    assert_same(of_people(plain.events, untouched), of_people(changed.events, untouched, (Kind.HELD_OUT,)))


def test_a_control_group_is_a_fair_sample_and_always_the_same_people() -> None:
    scenario = QUEUELESS.but(people=4_000, weeks=12, entry=QUEUELESS.entry.but(present_share=1.0))
    campaign = Campaign(channel="store", holdout=0.3)
    changed = simulate(scenario, Plan(campaigns=[campaign, campaign.but(channel="sms", every=3)]), 5)
    held = np.isin(np.arange(4_000), changed.events.of(Kind.HELD_OUT).person)
    touched = written_to(changed)
    assert not (held & touched).any()
    assert abs(held.sum() / (held | touched).sum() - 0.3) < 4 * np.sqrt(0.21 / (held | touched).sum())


# -- meeting again ---------------------------------------------------------------------------------

PRICES = ("reference", "stock", "discount", "offer_minute")  # but not whose offer the last one was
WEEKS, MET = 104, 78  # the promotion ends in week 13; from week 78 on the twins are compared


def equal_columns(one: Any, other: Any, names: tuple[str, ...] | None = None) -> Mask:
    """Tell who has equal values in all columns (or those named) of a mechanism."""
    same = None
    for name in names or tuple(one.__slots__):
        a, b = np.asarray(getattr(one, name)), np.asarray(getattr(other, name))
        if a.ndim:
            equal = (a == b).reshape(-1, a.shape[-1]).all(axis=0)
            same = equal if same is None else same & equal
    assert same is not None
    return same


@lru_cache
def after_a_promotion(seed: int) -> tuple[Run, Run, Population, Population]:
    """Live two years without and with a promotion in the first quarter; give also both states at week 78."""
    scenario = QUEUELESS.but(people=3_000, weeks=WEEKS)
    plain, changed = (simulate(scenario, plan, seed) for plan in (Plan(), PROMOTION))
    states = [simulate(scenario.but(weeks=MET), plan, seed).people for plan in (Plan(), PROMOTION)]
    return plain, changed, states[0], states[1]


SEEDS = (1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_twins_whose_states_agree_live_the_same_life_from_then_on(seed: int) -> None:
    plain, changed, a, b = after_a_promotion(seed)
    agree = np.all(
        [
            equal_columns(getattr(a, part.name), getattr(b, part.name))
            for part in fields(Population)
            if part.name not in ("number", "contact", "pricing")
        ]
        + [equal_columns(a.contact, b.contact, ("fatigue",))]  # consent no longer matters
        + [equal_columns(a.pricing, b.pricing, PRICES)],
        axis=0,
    )
    asked = (Kind.NPS,)  # whoever bought since the last survey is asked: that is more than the state
    parts = [of_people(since(run.events, MET), agree, asked) for run in (plain, changed)]
    assert (agree & written_to(changed)).sum() > 500
    assert_same(*parts)


@pytest.mark.parametrize("seed", SEEDS)
def test_twins_who_stay_and_shop_alike_place_identical_orders(seed: int) -> None:
    """Moods and patience may still differ: they decide who leaves, not who orders what."""
    plain, changed, a, b = after_a_promotion(seed)
    agree = equal_columns(a.shopping, b.shopping, ("asleep", "lift"))
    agree &= equal_columns(a.entry, b.entry)
    agree &= equal_columns(a.pricing, b.pricing, PRICES)
    for run in (plain, changed):
        agree[since(run.events, MET).of(Kind.LEFT).person] = False
    assert (agree & written_to(changed)).sum() > 1_000
    assert_same(*(of_people(since(run.events, MET), agree).of(Kind.ORDER) for run in (plain, changed)))


def share_rejoined(plain: Run, changed: Run, who: Mask, week: int) -> float:
    """Give the share of these people whose orders from a week on are the same in both lives."""
    parts = [of_people(since(run.events, week), who).of(Kind.ORDER) for run in (plain, changed)]
    rows = [set(zip(p.person.tolist(), p.minute.tolist(), p.value.tolist(), strict=True)) for p in parts]
    differ = {person for person, *_ in rows[0] ^ rows[1]}
    return 1 - len(differ) / int(who.sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_nearly_all_twins_rejoin_within_a_year_of_a_promotion(seed: int) -> None:
    plain, changed, _, _ = after_a_promotion(seed)
    stages = [run.people.entry.stage for run in (plain, changed)]
    bought = np.isin(np.arange(3_000), changed.events.of(Kind.DISCOUNT).person)
    customers = (stages[0] == Stage.CUSTOMER) & (stages[1] == Stage.CUSTOMER)
    assert (bought & customers).sum() > 120
    assert share_rejoined(plain, changed, bought & customers, 0) == 0  # the promotion did move them
    assert share_rejoined(plain, changed, bought & customers, MET) > 0.99
    assert share_rejoined(plain, changed, stages[0] == stages[1], MET) > 0.98


# -- what it is good for ---------------------------------------------------------------------------


def test_a_paired_difference_varies_far_less_than_one_of_strangers() -> None:
    scenario = SUPERMARKET.but(people=300, weeks=40)
    trials = compare(scenario, {"today": Plan(), "coupons": load_plan("mass_mailing")}, replications=12)
    for metric in ("orders", "contribution"):
        strangers = trials.of("today")[metric].var() + trials.of("coupons")[metric].var()
        assert trials.paired(metric).var() < strangers / 30


def test_effects_sum_to_the_difference_and_are_none_for_the_untouched() -> None:
    pair = twin(QUEUELESS.but(people=500, weeks=40), Plan(), PROMOTION, 3)
    difference, touched = pair.difference()["difference"], written_to(pair.after)
    for name in ("orders", "revenue", "contribution"):
        assert pair.effect[name].sum() == pytest.approx(difference[name], abs=1e-6)
        assert (pair.effect.loc[~touched, name] == 0).all()
        assert (pair.effect.loc[touched, name] != 0).any()
    for life, run in (("left_a", pair.before), ("left_b", pair.after)):
        assert (pair.effect[life] == (run.people.entry.stage == Stage.LEFT)).all()
