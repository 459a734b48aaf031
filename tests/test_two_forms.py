"""The two forms of a customer's life, columns and generator, give one event log, event for event."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from collections.abc import Generator, Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    load_scenario,
    over,
    scenario_names,
    simulate,
    subscriber,
    under,
)
from sim.clock import MINUTES_A_WEEK
from sim.customer import life
from sim.events import Kind
from sim.plan import Timeline
from sim.processes.credit import Parameters as Credit
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import Parameters as Sales
from sim.processes.success import Parameters as Success
from sim.processes.ties import Parameters as Ties
from sim.run import Run
from sim.world import World


def assert_one_life(scenario: Scenario, plan: Plan | Timeline, seed: int, focus: Iterable[int]) -> Run:
    """Live through a market twice, in columns and with a focus, and compare all that can be seen."""
    plain, lived = simulate(scenario, plan, seed), simulate(scenario, plan, seed, focus=focus)
    pd.testing.assert_frame_equal(plain.events.frame(), lived.events.frame())
    pd.testing.assert_frame_equal(plain.defections, lived.defections, check_exact=True)
    pd.testing.assert_frame_equal(plain.truth, lived.truth, check_exact=True)
    for week in (1, scenario.weeks):
        pd.testing.assert_frame_equal(plain.record(week), lived.record(week), check_exact=True)
    assert len(plain.events.of(Kind.ORDER))
    return plain


def small(name: str, people: int, weeks: int = 30) -> Scenario:
    """Give a ready-made market, scaled down in people and time; its latecomers come in half of it."""
    scenario = load_scenario(name)
    entry = min(scenario.entry.entry_weeks, weeks / 2)
    return scenario.but(people=people, weeks=weeks, entry=scenario.entry.but(entry_weeks=entry))


def busy(scenario: Scenario) -> Scenario:
    """Let many complaints meet one slow agent, where there is a desk."""
    if scenario.service is None:
        return scenario
    return scenario.but(service=scenario.service.but(agents=1, fault_share=0.2, handling_minutes=200.0))


def offers(scenario: Scenario) -> Plan:
    """Write to everybody every other week on each channel, with offers where the market knows any."""
    channels = scenario.contact.channels if scenario.contact else ()
    offer = Offer(discount=0.25 if scenario.pricing else 0.0)
    return Plan(campaigns=[Campaign(channel=channel, offer=offer, every=2) for channel in channels])


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize(("people", "seed"), [(1, 1), (1, 9), (50, 2), (50, 3), (500, 4)])
def test_a_market_of_lives_is_the_market_of_columns(name: str, people: int, seed: int) -> None:
    scenario = small(name, people)
    if people == 1 and len(simulate(scenario, Plan(), seed).events.of(Kind.ORDER)) == 0:
        comes = scenario.entry.but(present_share=0.0, pool_share=0.0)
        scenario = scenario.but(entry=comes)  # so that one does
    assert_one_life(scenario, Plan(), seed, range(people))


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("step", [1, 7])
def test_lives_and_columns_share_a_busy_desk_and_offers(name: str, step: int) -> None:
    scenario = busy(small(name, 350 if name != "saas" else 700))  # half of whom pay nothing
    if scenario.sales or scenario.basket:  # those who leave are few
        keen = scenario.contact.but(return_on_click=1.0, away_attention=1.0)
        hard = scenario.patience.but(competitor_pull=0.02)
        scenario = scenario.but(people=700, contact=keen, patience=hard)
    run = assert_one_life(scenario, offers(scenario), 5, range(0, scenario.people, step))
    if scenario.service:
        assert run.events.of(Kind.ANSWERED).value.max() > 600  # they truly queue
    if scenario.pricing and scenario.contact:
        assert len(run.events.of(Kind.DISCOUNT)) > 50
        assert len(run.events.of(Kind.RETURNED)) > 0


@pytest.mark.parametrize("name", scenario_names())
def test_lives_and_columns_agree_through_a_change_of_plan(name: str) -> None:
    scenario = busy(small(name, 200))
    assert_one_life(scenario, Timeline.of({0: Plan(), 7: offers(scenario), 19: Plan()}), 6, range(0, 200, 3))


KEEPING = Plan(  # every lever that moves people under contract
    campaigns=[
        Campaign(channel="email", offer=Offer(discount=0.2)),
        Campaign(channel="app", to=Segment(tenure_weeks=over(8)), every=3),
    ],
    pricing={"price": 0.93},
    experience={"quality": 3.0},
    service={"first": Segment(spend_52w=over(300)), "compensation": 15.0},
    bonds={"care": 1.5, "ties": 1.0, "every": 3},
    loyalty={"points": 0.03, "reward": 4, "silver_from": 200, "gold_from": 900, "perk": 2, "review_weeks": 5},
    acquisition={"search": 300, "social": 200, "leaflet": 100, "referral_reward": 20},
    renewal={"stay_discount": 0.3, "stay_to": Segment(contract_weeks=under(1))},
    rollout={"system": True, "training": 40},
    sales={
        "sellers": 2,
        "routing": "largest first",
        "automation": 0.5,
        "follow_up": 0.9,
        "minimum_score": 20,
    },
    ties={"document": 0.5},
    success={"managers": 2, "first": "contract ends first", "every": 4},
    credit={"payment_weeks": 12},
)


SELLING: dict[str, Any] = {
    "sales": Sales(lead_share=0.05, visit_weeks=6),
    "ties": Ties(turnover=0.9, hiring_weeks=2),
    "success": Success(),
    "credit": Credit(),
}


def under_contract(people: int) -> Scenario:
    """Give a lively market of contracts: short terms, a busy desk, talk, and ways back for the lost."""
    scenario = busy(small("saas", people, 40))
    keen = {"return_on_click": 0.6, "away_attention": 1.0}
    won = scenario.acquisition.but(search={"reach_cost": 100, "response": 0.05}, recommend_share=0.05)
    return scenario.but(
        renewal=scenario.renewal.but(bill_weeks=2, term_bills=4),
        contact=scenario.contact.but(**keen),
        acquisition=won,
        rollout=Rollout(),
        **SELLING,
    )


@pytest.mark.parametrize(("people", "seed", "step"), [(1, 4, 1), (20, 5, 1), (150, 6, 1), (600, 7, 5)])
@pytest.mark.parametrize(
    "change", [{0: KEEPING}, {0: Plan(), 9: KEEPING, 26: Plan()}], ids=["kept", "changed"]
)
def test_subscribers_live_in_both_forms_alike_whatever_is_done_to_keep_them(
    people: int, seed: int, step: int, change: dict[int, Plan]
) -> None:
    scenario = under_contract(people)
    if people == 1:
        scenario = scenario.but(entry=scenario.entry.but(present_share=1.0))
    run = assert_one_life(scenario, Timeline.of(change), seed, range(0, people, step))
    if people == 600:
        happened = (Kind.JOINED, Kind.CANCELLED, Kind.RETURNED, Kind.DISCOUNT, Kind.REDEEMED, Kind.TIER)
        happened += (Kind.LOST, Kind.VISITED, Kind.FINANCED, Kind.CONVERSED)
        assert min(len(run.events.of(kind)) for kind in happened) > 10
        assert run.events.of(Kind.ANSWERED).value.max() > 600  # they truly queue


@settings(max_examples=10)
@given(st.integers(0, 2**63 - 1), st.sets(st.integers(0, 29), min_size=1), st.integers(0, 20))
def test_any_mixture_of_subscribers_gives_the_same_events(seed: int, focus: set[int], week: int) -> None:
    scenario = under_contract(30)
    scenario = scenario.but(weeks=24, entry=scenario.entry.but(present_share=0.8))
    assert_one_life(scenario, Timeline.of({0: Plan(), week: KEEPING} if week else KEEPING), seed, focus)


@pytest.mark.parametrize("seed", [1, 2])
def test_shoppers_live_in_both_forms_alike_whatever_is_done_to_keep_them(seed: int) -> None:
    scenario = busy(small("supermarket", 300, 40)).but(rollout=Rollout(), **SELLING)
    keeping = KEEPING.but(renewal={}, loyalty=KEEPING.loyalty.but(silver_from=100, gold_from=300))
    run = assert_one_life(scenario, Timeline.of({0: Plan(), 6: keeping, 30: Plan()}), seed, range(0, 300, 2))
    assert min(len(run.events.of(kind)) for kind in (Kind.JOINED, Kind.REDEEMED, Kind.CARED, Kind.PERK)) > 10


def thrifty(world: World, me: int) -> Generator[simpy.Event, Any, None]:
    """Subscribe as everybody does, but never complain."""
    yield from subscriber.life(Hushed(world), me)  # type: ignore[arg-type]


def test_an_edited_subscriber_is_lived_by_the_focus_and_by_nobody_else() -> None:
    scenario, focus = under_contract(200), np.arange(0, 200, 2)
    usual = simulate(scenario, Plan(), 1, focus=focus).events.of(Kind.TICKET)
    silent = simulate(scenario, Plan(), 1, focus=focus, life=thrifty).events.of(Kind.TICKET)
    assert np.isin(usual.person, focus).sum() > 20
    assert not np.isin(silent.person, focus).any()
    assert (~np.isin(silent.person, focus)).sum() > 20


@settings(max_examples=15)
@given(st.integers(0, 2**63 - 1), st.sets(st.integers(0, 39), min_size=1))
def test_any_mixture_of_lives_and_columns_gives_the_same_events(seed: int, focus: set[int]) -> None:
    scenario = busy(small("supermarket", 40, 12))
    shopping = scenario.shopping.but(dropout_a=3.0, doze_share=0.1, wake_share=0.3)
    assert_one_life(scenario.but(shopping=shopping), offers(scenario), seed, focus)


def test_lives_and_columns_agree_where_people_order_many_times_a_week() -> None:
    scenario = small("supermarket", 40, 20)
    shopping = scenario.shopping.but(rate_scale=0.2, dropout_a=2.0)  # six a week on the average
    run = assert_one_life(busy(scenario.but(shopping=shopping)), Plan(), 1, range(40))
    orders = run.events.of(Kind.ORDER)
    assert np.bincount(orders.person * 20 + orders.minute // MINUTES_A_WEEK).max() > 15
    assert len(run.events.of(Kind.LEFT)) > 10


class Hushed:
    """A world in which the desk hears nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.desk = SimpleNamespace(
            expect=lambda minute, person, j: None, expect_complaints=lambda minute, person, j, week: None
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)


def silent_life(world: Any, me: int) -> Generator[simpy.Event, Any, None]:
    """Live as everybody does, but never complain."""
    yield from life(Hushed(world), me)  # type: ignore[arg-type]


def no_life(world: World, me: int) -> Generator[simpy.Event, Any, None]:
    """Never order."""
    while True:
        yield world.calendar.hour("shop")


def test_a_life_that_never_complains_is_lived_by_the_focus_and_by_nobody_else() -> None:
    scenario = busy(small("supermarket", 400))
    focus = np.arange(0, 400, 2)
    usual = simulate(scenario, Plan(), 1, focus=focus)
    silent = simulate(scenario, Plan(), 1, focus=focus, life=silent_life)
    before, after = usual.events.of(Kind.TICKET), silent.events.of(Kind.TICKET)
    assert np.isin(before.person, focus).sum() > 50
    assert not np.isin(after.person, focus).any()
    assert (~np.isin(after.person, focus)).sum() > 50
    waits = [run.events.of(Kind.ANSWERED).value.mean() for run in (usual, silent)]
    assert waits[1] < waits[0]  # the others find a shorter queue


@pytest.mark.parametrize("focus", [[0], [3, 5, 250], range(0, 300, 2)], ids=["one", "three", "half"])
def test_people_outside_the_focus_live_by_the_columns(focus: Iterable[int]) -> None:
    scenario = small("supermarket", 300).but(service=None)
    usual = simulate(scenario, Plan(), 1).events
    empty = simulate(scenario, Plan(), 1, focus=focus, life=no_life).events
    outside = ~np.isin(usual.person, list(focus))
    pd.testing.assert_frame_equal(
        usual.where(outside).frame(), empty.where(~np.isin(empty.person, list(focus))).frame()
    )
    assert not np.isin(empty.of(Kind.ORDER).person, list(focus)).any()
    assert np.isin(usual.of(Kind.ORDER).person, list(focus)).any()


def test_a_person_named_twice_lives_once() -> None:
    scenario = small("supermarket", 50)
    assert_one_life(scenario, Plan(), 1, [7, 7, 3, 7])


@pytest.mark.parametrize("focus", [[-1], [50], [3, 10**6]])
def test_a_focus_outside_the_market_is_refused(focus: list[int]) -> None:
    with pytest.raises(Fault, match="focus: persons of this market are numbered 0 to 49"):
        simulate(small("supermarket", 50), Plan(), 1, focus=focus)


def test_the_readable_form_is_the_one_in_use() -> None:
    lived: list[int] = []

    def watched(world: World, me: int) -> Generator[simpy.Event, Any, None]:
        lived.append(me)
        yield from life(world, me)

    scenario = small("supermarket", 60)
    run = simulate(scenario, Plan(), 1, focus=[4, 40], life=watched)
    assert lived == [4, 40]
    assert run.events.frame().equals(simulate(scenario, Plan(), 1).events.frame())
