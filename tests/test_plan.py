"""Plans and timelines are plain data: changed by copy, compared by content, carried out as written."""

# Plans are written here as learners write them, with lists, dicts and functions, and sometimes wrongly:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Segment,
    Timeline,
    Trigger,
    at_least,
    at_most,
    load_plan,
    load_scenario,
    load_timeline,
    over,
    simulate,
    under,
)
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Kind
from sim.files import dump, loads
from sim.need import NEEDS
from sim.segment import Rule
from tests.test_contracts import assert_sound

CHANNELS = ("email", "sms", "phone", "app", "store")
WORDS = Campaign(name="word", to=Segment(orders=over(2)))
COUPON = Campaign(name="coupon", channel="sms", offer=Offer(discount=0.2), every=4)

# -- any plan --------------------------------------------------------------------------------------

numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-1000, 1000)
usual = st.integers(0, 60) | st.floats(0, 300, allow_nan=False)


def rules(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Rule]:
    """Draw a rule with at least one part."""
    parts = {name: values for name in Rule.model_fields}
    return st.fixed_dictionaries({}, optional=parts).filter(bool).map(lambda given: Rule(**given))


def segments(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Segment]:
    """Draw a segment with any of its rules."""
    parts: dict[str, st.SearchStrategy[Any]] = {name: rules(values) for name in Segment.model_fields}
    parts["need"] = st.sampled_from(NEEDS)
    return st.fixed_dictionaries({}, optional=parts).map(lambda given: Segment(**given))


def plans(
    values: st.SearchStrategy[Any], names: st.SearchStrategy[str], longest: int
) -> st.SearchStrategy[Plan]:
    """Draw a plan; `longest` bounds its weeks."""
    week = st.integers(0, longest)
    share = st.floats(0, 1)
    campaign = st.builds(
        Campaign,
        name=names,
        to=segments(values),
        channel=st.sampled_from(CHANNELS),
        offer=st.builds(Offer, discount=share),
        every=st.integers(1, max(1, longest)),
        first_week=week,
        until_week=st.none() | week,
        holdout=share,
    )
    trigger = st.builds(
        Trigger,
        name=names,
        to=segments(values),
        channel=st.sampled_from(CHANNELS),
        offer=st.builds(Offer, discount=share),
        promise=share,
        on=st.sampled_from(["welcome", "lapse", "complaint", "birthday", "abandoned"]),
        wait_weeks=st.integers(1, max(1, longest)),
        holdout=share,
    )
    contact = st.fixed_dictionaries(
        {},
        optional={"budget": st.none() | st.floats(0, 500), "messages_a_week": st.none() | st.integers(0, 5)},
    )
    service = st.fixed_dictionaries(
        {},
        optional={
            "agents": st.none() | st.integers(0, 5),
            "first": st.none() | segments(values),
            "compensation": st.floats(0, 100),
        },
    )
    return st.builds(
        Plan,
        name=names,
        campaigns=st.lists(campaign, max_size=4),
        triggers=st.lists(trigger, max_size=2),
        contact=contact,
        service=service,
    )


any_plan = plans(numbers, st.text(max_size=20), 520)
usual_plan = plans(usual, st.just(""), 6)


@given(plan=any_plan)
@settings(max_examples=30)
def test_any_plan_written_and_read_again_is_the_same(plan: Plan) -> None:
    again = loads(plan.to_yaml(), Plan)
    assert again == plan
    assert again.to_yaml() == plan.to_yaml()
    assert again.digest == plan.digest
    assert repr(again) == repr(plan)


@given(first=any_plan, later=st.dictionaries(st.integers(1, 1000), any_plan, max_size=3))
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_any_timeline_written_and_read_again_is_the_same(first: Plan, later: dict[int, Plan]) -> None:
    timeline = Timeline(plans={0: first, **later})
    again = loads(dump(timeline), Timeline)
    assert again == timeline
    assert again.campaigns == timeline.campaigns
    assert again.numbers == timeline.numbers


@given(plan=usual_plan, seed=st.integers(0, 2**63 - 1))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_any_plan_runs_soundly(plan: Plan, seed: int) -> None:
    scenario = load_scenario("supermarket").but(people=80, weeks=8)
    run = simulate(scenario, plan, seed)
    assert_sound(run)
    sent = run.events.of(Kind.SENT)
    week = sent.minute // MINUTES_A_WEEK
    for number, campaign in enumerate(run.timeline.campaigns, start=1):
        assert all(campaign.due(w) for w in np.unique(week[sent.ref == number]).tolist())
    if plan.contact.budget is not None:
        spent = np.bincount(week, weights=sent.value, minlength=1)
        assert spent.max() <= round(plan.contact.budget * 100)
    if plan.contact.messages_a_week is not None and len(sent):
        each = np.unique(np.stack([week, sent.person]), axis=1, return_counts=True)[1]
        assert each.max() <= plan.contact.messages_a_week


# -- but -------------------------------------------------------------------------------------------


def test_but_gives_a_changed_copy_and_leaves_the_original() -> None:
    plan = Plan(name="a", campaigns=[WORDS])
    before = plan.to_yaml()
    changed = plan.but(campaigns=[WORDS, COUPON], service={"agents": 3})
    assert changed.campaigns == (WORDS, COUPON)
    assert changed.service.agents == 3
    assert changed.name == "a"
    assert plan.to_yaml() == before
    assert plan.campaigns == (WORDS,)


def test_but_without_changes_is_an_equal_plan() -> None:
    plan = Plan(name="a", campaigns=[COUPON], contact={"budget": 5})
    assert plan.but() == plan
    assert plan.but(name="b").but(name="a").digest == plan.digest


def test_but_checks_what_it_is_given() -> None:
    with pytest.raises(Fault, match=r"campaings.*did you mean \"campaigns\""):
        Plan().but(campaings=[])
    with pytest.raises(Fault, match=r"campaigns\[0\]\.every: 0 is too small"):
        Plan().but(campaigns=[{"every": 0}])


@pytest.mark.parametrize(
    "data", [Plan(), WORDS, Offer(), Timeline(plans={0: Plan()}), Segment(), over(2)], ids=repr
)
def test_data_cannot_be_changed_in_place(data: Data) -> None:
    for name in type(data).model_fields:
        with pytest.raises(Fault, match=r"cannot be changed; make a changed copy: \.but"):
            setattr(data, name, getattr(data, name))


def test_a_list_given_to_a_plan_stays_outside_it() -> None:
    campaigns = [WORDS]
    plan = Plan(campaigns=campaigns)
    campaigns.append(COUPON)
    assert plan.campaigns == (WORDS,)
    by_week = {0: Plan()}
    timeline = Timeline(plans=by_week)
    by_week[3] = plan
    assert list(timeline.plans) == [0]


# -- digest ----------------------------------------------------------------------------------------


def test_equal_plans_have_equal_digests() -> None:
    one = Plan(campaigns=[Campaign(to=Segment(spend=at_least(5)), offer=Offer(discount=0.1))])
    other = Plan(campaigns=({"offer": {"discount": np.float64(0.1)}, "to": {"spend": {"at_least": 5.0}}},))
    assert one == other
    assert one.digest == other.digest


def test_a_default_written_out_is_no_other_plan() -> None:
    spelt = Plan(name="", campaigns=[], contact={"budget": None}, service={"compensation": 0})
    assert spelt == Plan()
    assert spelt.digest == Plan().digest


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b"},
        {"campaigns": [COUPON, WORDS]},
        {"campaigns": [WORDS]},
        {"contact": {"budget": 0}},
        {"contact": {"messages_a_week": 1}},
        {"service": {"agents": 0}},
        {"service": {"compensation": 0.01}},
        {"service": {"first": {}}},
    ],
    ids=repr,
)
def test_different_plans_have_different_digests(change: dict[str, Any]) -> None:
    plan = Plan(name="a", campaigns=[WORDS, COUPON])
    assert plan.but(**change).digest != plan.digest


# -- rules and segments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (over(3), [False, False, True, False]),
        (at_least(3), [False, True, True, False]),
        (under(3), [True, False, False, False]),
        (at_most(3), [True, True, False, False]),
        (Rule(over=2, under=4), [False, True, False, False]),
        (Rule(at_least=3, at_most=3), [False, True, False, False]),
    ],
    ids=repr,
)
def test_a_rule_holds_for_what_it_says_and_never_for_the_unknown(rule: Rule, fits: list[bool]) -> None:
    assert rule.holds(np.array([2.0, 3.0, 4.0, np.nan])).tolist() == fits


def test_all_rules_of_a_segment_must_hold() -> None:
    scenario = load_scenario("supermarket").but(people=150, weeks=8)
    both = Segment(orders=over(2), recency_weeks=at_most(2))
    seen: list[Any] = []

    def spy(record: Any) -> Any:
        expected = (record.orders > 2) & (record.recency_weeks <= 2)
        seen.append((both.chosen(record) == expected).all())
        assert Segment().chosen(record).all()
        return expected

    by_function = simulate(scenario, Plan(campaigns=[Campaign(to=spy)]), 1)
    by_segment = simulate(scenario, Plan(campaigns=[Campaign(to=both)]), 1)
    assert seen == [True] * 8
    assert by_segment.metrics["contacts"] > 10
    assert by_function.events.frame().equals(by_segment.events.frame())


# -- due -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timing", "weeks"),
    [
        ({}, list(range(13))),
        ({"every": 4}, [0, 4, 8, 12]),
        ({"every": 4, "first_week": 3}, [3, 7, 11]),
        ({"every": 4, "first_week": 3, "until_week": 11}, [3, 7]),
        ({"every": 4, "first_week": 3, "until_week": 12}, [3, 7, 11]),
        ({"until_week": 0}, []),
        ({"first_week": 5, "until_week": 5}, []),
        ({"first_week": 5, "until_week": 6}, [5]),
        ({"first_week": 6, "until_week": 5}, []),
        ({"every": 520, "first_week": 12}, [12]),
    ],
    ids=repr,
)
def test_a_campaign_is_due_from_its_first_week_every_so_often_until_its_end(
    timing: dict[str, Any], weeks: list[int]
) -> None:
    campaign = Campaign(**timing)
    assert [week for week in range(13) if campaign.due(week)] == weeks
    scenario = load_scenario("supermarket").but(people=100, weeks=13)
    sent = simulate(scenario, Plan(campaigns=[campaign]), 1).events.of(Kind.SENT)
    known = [week for week in weeks if week > 0]  # on the first Monday the firm knows nobody
    assert np.unique(sent.minute // MINUTES_A_WEEK).tolist() == known


# -- timelines -------------------------------------------------------------------------------------


def test_the_plan_of_a_week_is_the_last_begun() -> None:
    a, b, c = (Plan(name=name) for name in "abc")
    timeline = Timeline(plans={13: b, 0: a, 20: c})
    assert [timeline.at(week).name for week in (0, 12, 13, 19, 20, 1000)] == ["a", "a", "b", "b", "c", "c"]


def test_a_timeline_can_be_given_as_a_plan_or_as_plans_by_week() -> None:
    plan = Plan(name="a")
    timeline = Timeline(plans={0: plan})
    assert Timeline.of(plan) == Timeline.of({0: plan}) == timeline
    assert Timeline.of(timeline) is timeline


def test_a_timeline_changes_what_is_done_from_its_week_on() -> None:
    scenario = load_scenario("supermarket").but(people=150, weeks=16)
    timeline = {0: Plan(), 9: Plan(campaigns=[WORDS], service={"agents": 5})}
    run, quiet = simulate(scenario, timeline, 1), simulate(scenario, Plan(), 1)
    sent, wages = run.events.of(Kind.SENT), run.events.of(Kind.WAGES)
    assert set((sent.minute // MINUTES_A_WEEK).tolist()) == set(range(9, 16))
    assert wages.value.tolist() == [160_000] * 9 + [400_000] * 7
    early = [
        events[events["minute"] < 9 * MINUTES_A_WEEK] for events in (run.events.frame(), quiet.events.frame())
    ]
    assert early[0].equals(early[1])


def test_campaigns_are_numbered_once_through_all_plans_of_a_timeline() -> None:
    third = Campaign(name="third", channel="app")
    timeline = Timeline(plans={6: Plan(campaigns=[third, WORDS]), 0: Plan(campaigns=[WORDS, COUPON])})
    assert timeline.campaigns == (WORDS, COUPON, third)
    run = simulate(load_scenario("supermarket").but(people=150, weeks=12), timeline, 1)
    sent = run.events.of(Kind.SENT)
    week = sent.minute // MINUTES_A_WEEK
    assert set(week[sent.ref == 1].tolist()) == set(range(2, 12))  # more than two orders take two weeks
    assert set(week[sent.ref == 2].tolist()) == {4}
    assert set(week[sent.ref == 3].tolist()) == set(range(6, 12))
    assert (sent.channel[sent.ref == 3] == CHANNELS.index("app")).all()
    assert set(np.unique(sent.ref).tolist()) == {1, 2, 3}


def test_a_campaign_written_twice_is_one_campaign() -> None:
    assert Timeline(plans={0: Plan(campaigns=[WORDS, WORDS])}).campaigns == (WORDS,)


def test_of_two_campaigns_on_one_channel_the_first_comes_first() -> None:
    scenario = load_scenario("supermarket").but(people=150, weeks=8)
    first, second = Campaign(name="1", to=Segment(orders=over(2))), Campaign(name="2")
    sent = simulate(scenario, Plan(campaigns=[first, second]), 1).events.of(Kind.SENT)
    alone = simulate(scenario, Plan(campaigns=[first]), 1).events.of(Kind.SENT)
    week_two = sent.minute // MINUTES_A_WEEK == 3
    assert set(sent.person[(sent.ref == 1) & week_two]) == set(
        alone.person[alone.minute // MINUTES_A_WEEK == 3]
    )
    assert not set(sent.person[(sent.ref == 1) & week_two]) & set(sent.person[(sent.ref == 2) & week_two])
    assert (sent.ref == 2).any()


# -- files -----------------------------------------------------------------------------------------


def test_a_saved_plan_is_the_same_when_loaded(tmp_path: Path) -> None:
    plan = Plan(name="a: b # c", campaigns=[WORDS, COUPON], service={"first": Segment(spend_52w=over(10))})
    plan.save(tmp_path / "plan.yaml")
    assert load_plan(tmp_path / "plan.yaml") == plan
    assert load_plan(str(tmp_path / "plan.yaml")).digest == plan.digest
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


def test_a_saved_timeline_is_the_same_when_loaded(tmp_path: Path) -> None:
    timeline = Timeline(plans={0: Plan(), 13: Plan(campaigns=[COUPON])})
    timeline.save(tmp_path / "timeline.yaml")
    assert load_timeline(tmp_path / "timeline.yaml") == timeline


def test_saving_over_a_plan_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    Plan(name="old", campaigns=[WORDS, COUPON]).save(path)
    Plan(name="new").save(path)
    assert load_plan(path) == Plan(name="new")
