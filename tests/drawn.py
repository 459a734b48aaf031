"""Drawn: scenarios and plans from their whole valid space, as `Hypothesis` draws them.

`tests/test_any_plan.py` draws a few of them on each run of the tests, `benchmarks/soak.py` a thousand.
"""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic.fields import FieldInfo

from sim import Campaign, Fault, Offer, Plan, Scenario, Segment, Trigger
from sim.data import Data
from sim.need import NEEDS
from sim.plan import LEVERS
from sim.refusal import Conditional
from sim.scenario import MECHANISMS
from sim.segment import Rule
from sim.trigger import REQUIRED, Occasion
from tests.goods import BASKET
from tests.test_contracts import small

MOST = 40.0  # numbers that may be without limit, such as money, are drawn up to here
FIXED = {  # drawn elsewhere, or bound together
    *("channels", "hours", "fees", "level_shares", "entry_shares"),
    "categories",
}
SHORT = {  # as long, or as many, as the runs are short
    **{"bill_weeks": 6, "term_bills": 6, "past_terms": 20},
    **{"agents": 30, "sellers": 30},
}


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
    if get_origin(kind) is tuple and _holds_data(get_args(kind)[0]):
        return st.lists(sections(get_args(kind)[0]), max_size=3)
    if _holds_data(kind):
        return sections(kind, info.get_default(call_default_factory=True))
    return st.just(info.get_default(call_default_factory=True))


def _holds_data(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Data)


def segments() -> SearchStrategy[Segment]:
    """Draw segments by one feature or two."""
    rules = st.sampled_from(["over", "at_least", "under", "at_most"])
    rule = st.builds(lambda word, number: Rule(**{word: number}), rules, st.floats(-5, 500))
    features = [name for name in Segment.model_fields if name != "need"]
    need = st.none() | st.sampled_from(NEEDS)
    numbers = st.dictionaries(st.sampled_from(features), rule, max_size=2)
    return st.builds(lambda parts, word: Segment(**parts, need=word), numbers, need)


@st.composite
def sections(draw: Any, kind: type[Data], given: Data | None = None) -> Data:
    """Draw a section: some of its fields, over their whole valid range; the others as they are given."""
    changes = {
        name: draw(values(name, info, info.annotation))
        for name, info in kind.model_fields.items()
        if name not in FIXED and (info.is_required() or draw(st.integers(0, 2)) == 0)
    }
    try:
        return given.but(**changes) if given is not None else kind(**changes)
    except Fault:  # each number is valid by itself, but not beside the others: gold lies above silver
        reject()


def switched_on(scenario: Scenario) -> Scenario:
    """Give the market with every mechanism on that needs no numbers of its own."""
    of_their_own = ["contact", "basket", *(["rival", "livestream"] if scenario.renewal else [])]
    usual = [name for name in MECHANISMS if name not in of_their_own]
    return scenario.but(basket=BASKET).also(*usual)


@st.composite
def scenarios(draw: Any, name: str, people: int = 40, weeks: int = 30) -> Scenario:
    """Draw a market: a ready-made one, with some mechanisms off and the numbers of others changed."""
    scenario = small(name, people=draw(st.integers(0, people)), weeks=draw(st.integers(1, weeks)))
    scenario = switched_on(scenario)
    if scenario.contact:
        channels = scenario.contact.channels
        own = next(iter(channels.values())).but(most_in_4_weeks=2)
        contact = scenario.contact.but(channels={"official_account": own, **channels})
        scenario = scenario.but(contact=contact)
    changes: dict[str, Any] = {}
    for section in (*MECHANISMS, "entry", "renewal", "shopping"):
        these = getattr(scenario, section)
        if these is None:
            continue
        if section in MECHANISMS and draw(st.integers(0, 4)) == 0:
            changes[section] = None
        elif section != "shopping":
            changes[section] = draw(sections(type(these), these))
    if scenario.renewal and changes["stewardship"]:
        changes["stewardship"] = changes["stewardship"].but(split_share=None)
    shocks = changes["shocks"]
    if shocks and any(shock.what == "delay" for shock in shocks.calendar):
        changes["notice"] = changes["notice"] or scenario.notice  # by which a delay is felt
    if shocks and any(shock.what == "entrant" for shock in shocks.calendar):
        changes["patience"] = changes["patience"] or scenario.patience  # and by which a new rival is
    return scenario.but(**changes)


@st.composite
def plans(draw: Any, scenario: Scenario) -> Plan:
    """Draw a plan that a market has the means for."""
    levers = {
        name: draw(sections(type(getattr(Plan(), name))).filter(lambda drawn: can(scenario, drawn)))
        for name in LEVERS
        if getattr(scenario, name) is not None and draw(st.booleans())
    }
    messages = draw(letters(scenario)) if scenario.contact else {}
    return Plan(**messages, **levers)


def can(scenario: Scenario, levers: Data) -> bool:
    """Tell whether a market can follow the levers of a section."""
    return not (isinstance(levers, Conditional) and levers.refusal(scenario))


@st.composite
def letters(draw: Any, scenario: Scenario) -> dict[str, Any]:
    """Draw campaigns and triggers."""
    offer = st.builds(Offer, discount=st.floats(0, 1)) if scenario.pricing else st.just(Offer())
    common = {
        "to": segments(),
        "channel": st.sampled_from(list(scenario.contact.channels)),
        "offer": offer,
        "promise": st.floats(0, 1),
        "about": st.sampled_from([None, *(BASKET.categories if scenario.basket else ())]),
        "fits": st.sampled_from([None, *NEEDS]) if scenario.needs else st.none(),
        "holdout": st.sampled_from([0.0, 0.5, 1.0]),
    }
    spans = {"every": st.integers(1, 9), "first_week": st.integers(0, 20)}
    known = [on for on in get_args(Occasion) if on not in REQUIRED or getattr(scenario, REQUIRED[on])]
    events = {"on": st.sampled_from(known), "wait_weeks": st.integers(1, 9)}
    return {
        "campaigns": draw(st.lists(st.builds(Campaign, **common, **spans), max_size=3)),
        "triggers": draw(st.lists(st.builds(Trigger, **common, **events).map(about_a_staple), max_size=3)),
    }


def about_a_staple(trigger: Trigger) -> Trigger:
    """Let what runs out be something that does."""
    runs_out = trigger.about is None or BASKET.categories[trigger.about].cycle_weeks
    return trigger if trigger.on != "runout" or runs_out else trigger.but(about=None)
