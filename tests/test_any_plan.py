"""Whatever a file may say, the market stays sound: scenarios and plans drawn from their whole valid space."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic.fields import FieldInfo

from sim import Campaign, Offer, Plan, Scenario, Segment, Timeline, simulate
from sim.data import Data
from sim.plan import LEVERS
from sim.processes.credit import Parameters as Credit
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import Parameters as Sales
from sim.processes.success import Parameters as Success
from sim.processes.ties import Parameters as Ties
from sim.scenario import MECHANISMS
from sim.segment import Rule
from tests.test_contracts import assert_sound, small

MOST = 40.0  # numbers that may be without limit, such as money, are drawn up to here
SLOW = settings(max_examples=20, suppress_health_check=list(HealthCheck))
MARKETS = ("supermarket", "saas")
FIXED = {"channels", "hours", "fees", "level_shares", "entry_shares"}  # drawn elsewhere, or bound together
SHORT = {
    "bill_weeks": 6,
    "term_bills": 6,
    "agents": 30,
    "past_terms": 20,
    "sellers": 30,
}  # as long as the runs are short


def bounds(info: FieldInfo) -> tuple[float, float]:
    """Read the valid range of a number."""
    marks = {type(mark).__name__: mark for mark in info.metadata}
    low = getattr(marks.get("Ge"), "ge", None)
    low = getattr(marks.get("Gt"), "gt", -MOST) + 1e-3 if low is None else low
    high = getattr(marks.get("Le"), "le", None)
    high = getattr(marks.get("Lt"), "lt", MOST) - 1e-3 if high is None else high
    return low, min(high, max(MOST, low + 1))


def values(name: str, info: FieldInfo, kind: Any) -> SearchStrategy[Any]:
    """Draw values of a field."""
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(part for part in get_args(kind) if part is not type(None))
        return st.none() | values(name, info, inner)
    if kind is bool:
        return st.booleans()
    if kind is int:
        low, high = bounds(info)
        return st.integers(int(low), int(min(high, SHORT.get(name, high))))
    if kind is float:
        return st.floats(*bounds(info), allow_nan=False)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if kind is Segment:
        return segments()
    if isinstance(kind, type) and issubclass(kind, Data):
        return sections(kind, info.get_default(call_default_factory=True))
    return st.just(info.get_default(call_default_factory=True))


def segments() -> SearchStrategy[Segment]:
    """Draw segments by one feature or two."""
    rules = st.sampled_from(["over", "at_least", "under", "at_most"])
    rule = st.builds(lambda word, number: Rule(**{word: number}), rules, st.floats(-5, 500))
    return st.dictionaries(st.sampled_from(list(Segment.model_fields)), rule, max_size=2).map(
        lambda parts: Segment(**parts)
    )


@st.composite
def sections(draw: Any, kind: type[Data], given: Data | None = None) -> Data:
    """Draw a section: some of its fields, over their whole valid range; the others as they are given."""
    changes = {
        name: draw(values(name, info, info.annotation))
        for name, info in kind.model_fields.items()
        if name not in FIXED and draw(st.integers(0, 2)) == 0
    }
    return given.but(**changes) if given is not None else kind(**changes)


@st.composite
def scenarios(draw: Any, name: str) -> Scenario:
    """Draw a market: a ready-made one, with some mechanisms off and the numbers of others changed."""
    scenario = small(name, people=draw(st.integers(0, 40)), weeks=draw(st.integers(1, 30)))
    scenario = scenario.but(rollout=Rollout())
    scenario = scenario.but(sales=Sales(lead_share=0.2), ties=Ties(), success=Success(), credit=Credit())
    changes: dict[str, Any] = {}
    for section in (*MECHANISMS, "entry", "renewal", "shopping"):
        these = getattr(scenario, section)
        if these is None:
            continue
        if section in MECHANISMS and draw(st.integers(0, 4)) == 0:
            changes[section] = None
        elif section != "shopping":
            changes[section] = draw(sections(type(these), these))
    return scenario.but(**changes)


@st.composite
def plans(draw: Any, scenario: Scenario) -> Plan:
    """Draw a plan that a market has the means for."""
    levers = {
        name: draw(sections(type(getattr(Plan(), name))))
        for name in LEVERS
        if getattr(scenario, name) is not None and draw(st.booleans())
    }
    campaigns = ()
    if scenario.contact:
        offer = st.builds(Offer, discount=st.floats(0, 1)) if scenario.pricing else st.just(Offer())
        one = st.builds(
            Campaign,
            to=segments(),
            channel=st.sampled_from(list(scenario.contact.channels)),
            offer=offer,
            every=st.integers(1, 9),
            first_week=st.integers(0, 20),
            holdout=st.sampled_from([0.0, 0.5, 1.0]),
        )
        campaigns = tuple(draw(st.lists(one, max_size=3)))
    return Plan(campaigns=campaigns, **levers)


@pytest.mark.parametrize("name", MARKETS)
@SLOW
@given(data=st.data())
def test_any_plan_in_any_market_gives_a_sound_run(name: str, data: Any) -> None:
    scenario = data.draw(scenarios(name))
    assert_sound(simulate(scenario, data.draw(plans(scenario)), data.draw(st.integers(0, 2**63 - 1))))


@pytest.mark.parametrize("name", MARKETS)
@SLOW
@given(data=st.data())
def test_any_change_of_plan_gives_a_sound_run_and_the_same_to_those_who_live_one_by_one(
    name: str, data: Any
) -> None:
    scenario = data.draw(scenarios(name))
    plan = Timeline(plans={0: data.draw(plans(scenario)), 7: data.draw(plans(scenario))})
    run = simulate(scenario, plan, 1)
    assert_sound(run)
    lived = simulate(scenario, plan, 1, focus=range(scenario.people))
    assert run.events.frame().equals(lived.events.frame())
