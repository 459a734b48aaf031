"""Whatever a person gives, the kit does what was asked or says in one sentence what to change."""

# Plans are written here as learners write them, with lists, dicts and functions, and sometimes wrongly:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    Timeline,
    holdout,
    load_plan,
    load_scenario,
    load_timeline,
    over,
    plan_names,
    scenario_names,
    simulate,
)
from sim.clock import OpeningHours
from sim.delays import Delays
from sim.run import Run

ROOT = Path(__file__).parents[1]
SEEN = ("recency_weeks", "tenure_weeks", "orders", "spend_52w", "nps")


@cache
def market(people: int = 60, weeks: int = 6) -> Scenario:
    """Give a small supermarket."""
    return load_scenario("supermarket").but(people=people, weeks=weeks)


def fault(call: Callable[[], Any]) -> str:
    """Give the one sentence with which a mistake is answered."""
    with pytest.raises(Fault) as caught:
        call()
    said = str(caught.value)
    assert 20 < len(said) < 700, "a sentence, not a word and not a page"
    assert "\n" not in said, f"one mistake, one sentence:\n{said}"
    assert "Traceback" not in said
    assert not re.search(r"pydantic|ValidationError|object at 0x|lambda>\.<locals>", said)
    return said


def write(folder: Path, text: str | bytes, name: str = "plan.yaml") -> Path:
    """Write a file as a person would."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# -- small markets are markets ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"people": 0}, {"people": 1}, {"weeks": 1}, {"people": 0, "weeks": 1}, {"people": 1, "weeks": 1}],
    ids=repr,
)
def test_a_market_may_be_as_small_as_one_likes(change: dict[str, int]) -> None:
    run = simulate(market().but(**change), load_plan("mass_mailing"), 1)
    assert run.metrics["customers"] <= run.scenario.people
    assert run.summary().shape[0] == len(run.metrics)
    assert len(run.accounts.by_week()) == run.scenario.weeks


# -- numbers in Python -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [-1, "seven", True, 1.5, 7.0, None, 2**63, float("nan"), [7], np.float64(7)], ids=repr
)
def test_a_wrong_seed_is_refused(wrong: Any) -> None:
    said = fault(lambda: simulate(market(), Plan(), wrong))
    assert "seed: expects a whole number" in said


@pytest.mark.parametrize("seed", [0, 2**63 - 1, np.int64(7), np.uint8(7)], ids=repr)
def test_any_whole_number_from_0_is_a_seed(seed: Any) -> None:
    run = simulate(market(), Plan(), seed)
    assert run.events.frame().equals(simulate(market(), Plan(), int(seed)).events.frame())


WRONG_NUMBERS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "people below 0": (lambda: market().but(people=-1), "people", "at least 0"),
    "people in words": (lambda: market().but(people="seven"), "people", "whole number"),
    "people true": (lambda: market().but(people=True), "people", "whole number"),
    "people and a half": (lambda: market().but(people=1.5), "people", "whole number"),
    "too many people": (lambda: market().but(people=10**12), "people", "at most"),
    "no weeks": (lambda: market().but(weeks=0), "weeks", "at least 1"),
    "margin above 1": (lambda: market().but(margin=1.5), "margin", "at most 1"),
    "negative price": (lambda: market().shopping.but(spend_scale=-40), "spend_scale", "more than 0"),
    "no price": (lambda: market().shopping.but(spend_scale=0), "spend_scale", "more than 0"),
    "price unknown": (lambda: market().shopping.but(spend_scale=float("nan")), "spend_scale", "finite"),
    "price without end": (lambda: market().shopping.but(spend_scale=float("inf")), "spend_scale", "finite"),
    "negative discount": (lambda: Offer(discount=-0.1), "discount", "at least 0"),
    "discount above 1": (lambda: Offer(discount=1.2), "discount", "at most 1"),
    "discount unknown": (lambda: Offer(discount=float("nan")), "discount", "finite"),
    "discount in words": (lambda: Offer(discount="0.1"), "discount", "without quotes"),
    "discount in a plan": (
        lambda: Plan(campaigns=[{"offer": {"discount": 1.2}}]),
        r"campaigns[0].offer.discount",
        "at most 1",
    ),
    "every 0": (lambda: Campaign(every=0), "every", "at least 1"),
    "every true": (lambda: Campaign(every=True), "every", "whole number"),
    "first week below 0": (lambda: Campaign(first_week=-1), "first_week", "at least 0"),
    "holdout above 1": (lambda: Campaign(holdout=10), "holdout", "at most 1"),
    "negative budget": (lambda: Plan(contact={"budget": -5}), "contact.budget", "at least 0"),
    "negative agents": (lambda: Plan(service={"agents": -1}), "service.agents", "at least 0"),
    "half an agent": (lambda: Plan(service={"agents": 1.5}), "service.agents", "whole number"),
    "a rule of nothing": (lambda: Segment(orders={}), "orders", "at_least"),
    "a rule in words": (lambda: Segment(orders={"over": "3"}), "orders.over", "without quotes"),
    "a number for a rule": (lambda: Segment(orders=3), "orders", "Rule"),
    "no shares of entries": (lambda: market().entry.but(entry_shares=[]), "entry_shares", "at least 1"),
    "a late record": (lambda: Delays(order_hours=1000), "order_hours", "at most 168"),
}


@pytest.mark.parametrize("case", WRONG_NUMBERS)
def test_a_wrong_number_is_answered_by_field_and_limit(case: str) -> None:
    call, field, remedy = WRONG_NUMBERS[case]
    said = fault(call)
    assert field in said
    assert remedy in said


@pytest.mark.parametrize("shares", [[0.0, 0.0], [-1.0, 2.0], [1.0, -0.5]], ids=repr)
def test_shares_that_cannot_be_drawn_from_are_refused(shares: list[float]) -> None:
    assert "entry_shares" in fault(lambda: market().entry.but(entry_shares=shares))


@pytest.mark.parametrize(("opens", "closes"), [(8, 8), (20, 8), (23, 1)])
def test_a_desk_that_closes_before_it_opens_is_refused(opens: int, closes: int) -> None:
    said = fault(lambda: OpeningHours(from_hour=opens, until_hour=closes))
    assert "until_hour" in said


# -- names in Python -------------------------------------------------------------------------------


def test_an_unknown_field_is_answered_with_the_likely_one_and_all_allowed() -> None:
    said = fault(lambda: Plan(campaings=[]))
    for word in (
        'unknown field "campaings"',
        'did you mean "campaigns"',
        "name, campaigns, triggers, contact, pricing",
    ):
        assert word in said


@pytest.mark.parametrize("section", ["campaigns", "triggers"])
@pytest.mark.parametrize("wrong", ["", "EMAIL", "e-mail", "7", 3, None], ids=repr)
def test_what_is_no_word_is_no_channel(wrong: Any, section: str) -> None:
    said = fault(lambda: Plan(**{section: [{"channel": wrong}]}))
    assert f"{section}[0].channel" in said
    assert "text" in said or "email, sms, phone, app, store" in said


@pytest.mark.parametrize("section", ["campaigns", "triggers"])
@pytest.mark.parametrize("wrong", ["emial", "pigeon"])
def test_an_unknown_channel_is_answered_with_those_there_are(wrong: str, section: str) -> None:
    said = fault(lambda: simulate(market(), Plan(**{section: [{"channel": wrong}]}), 1))
    assert f'{section}[0].channel: supermarket has no channel "{wrong}"' in said
    assert "email, sms, phone, app, store" in said
    assert ('Did you mean "email"?' in said) == (wrong == "emial")


@pytest.mark.parametrize("load", [load_scenario, load_plan], ids=["scenario", "plan"])
@pytest.mark.parametrize("wrong", ["supermarkt", "win_bakc", "", "../supermarket", "supermarket.yml.txt"])
def test_an_unknown_name_is_answered_with_those_there_are(load: Callable[[Any], Any], wrong: str) -> None:
    names = scenario_names() if load is load_scenario else plan_names()
    said = fault(lambda: load(wrong))
    assert f'"{wrong}"' in said
    assert all(name in said for name in names)


@pytest.mark.parametrize(
    "load", [load_scenario, load_plan, load_timeline], ids=["scenario", "plan", "timeline"]
)
@pytest.mark.parametrize("wrong", [None, 7], ids=repr)
def test_what_is_no_name_at_all_is_refused(load: Callable[[Any], Any], wrong: Any) -> None:
    fault(lambda: load(wrong))


@pytest.mark.parametrize(("name", "said"), [("contcat", "There are: pricing"), ("basket", "categories")])
def test_what_cannot_be_switched_on_by_its_usual_numbers_is_told(name: str, said: str) -> None:
    assert said in fault(lambda: market().also(name))


def test_a_mechanism_that_does_not_exist_is_answered_with_those_that_do() -> None:
    said = fault(lambda: market().only("contcat"))
    assert "contcat" in said
    assert "pricing, contact, service" in said


@pytest.mark.parametrize("entry", ["shoping", "shopping.rate", "people.x", "nothing.at_all", "name.first"])
@pytest.mark.parametrize("field", ["calibrated", "sources"])
def test_naming_a_parameter_that_does_not_exist_is_refused(field: str, entry: str) -> None:
    value: Any = [entry] if field == "calibrated" else {entry: "a book"}
    assert entry in fault(lambda: market().but(**{field: value}))


def test_switching_a_mechanism_off_needs_no_change_to_what_is_said_of_its_parameters() -> None:
    scenario = market().but(calibrated=["contact.tolerance"], sources={"pricing.offer_lift": "a book"})
    assert scenario.only("service").contact is None


# -- what a firm cannot see ------------------------------------------------------------------------

TRUTH = tuple(simulate(market(), Plan(), 1).truth.columns)


@pytest.mark.parametrize("trait", TRUTH)
def test_a_segment_by_a_hidden_trait_is_told_that_no_firm_sees_it(trait: str) -> None:
    said = fault(lambda: Segment(**{trait: over(3)}))
    assert trait in said
    assert "cannot see" in said
    assert all(name in said for name in SEEN)


@pytest.mark.parametrize("trait", [*TRUTH, "stage", "person", "people"])
def test_a_function_of_a_hidden_trait_is_told_that_no_firm_sees_it(trait: str) -> None:
    plan = Plan(campaigns=[Campaign(to=lambda record: getattr(record, trait) > 3)])
    said = fault(lambda: simulate(market(), plan, 1))
    assert f'"{trait}"' in said
    assert "cannot see" in said
    assert all(name in said for name in SEEN)


@pytest.mark.parametrize("place", ["campaign", "desk"])
def test_a_file_that_asks_for_a_hidden_trait_is_told_so_with_its_line(place: str, tmp_path: Path) -> None:
    rule = "satisfaction: {under: 5}"
    texts = {
        "campaign": f"version: 1\ncampaigns:\n  - name: sorry\n    to:\n      {rule}\n",
        "desk": f"version: 1\nservice:\n  agents: 2\n  first: {{{rule}}}\n",
    }
    path = write(tmp_path, texts[place])
    said = fault(lambda: load_plan(path))
    assert str(path) in said
    assert re.search(r"line [45]", said)
    assert "cannot see" in said


# -- functions as audiences ------------------------------------------------------------------------

NONSENSE: dict[str, Callable[[Any], Any]] = {
    "a number": lambda r: 7,
    "nothing": lambda r: None,
    "a word": lambda r: "all",
    "true": lambda r: True,
    "another length": lambda r: np.ones(3, bool),
    "numbers": lambda r: r.orders,
    "a table": lambda r: np.ones((len(r), 2), bool),
    "a ragged list": lambda r: [[True], [True, False]],
    "a set": lambda r: {True},
    "itself": lambda r: r,
    "unknown": lambda r: r.nps,
}


@pytest.mark.parametrize("case", NONSENSE)
def test_a_function_that_answers_nonsense_is_told_what_to_answer(case: str) -> None:
    said = fault(lambda: simulate(market(), Plan(campaigns=[Campaign(to=NONSENSE[case])]), 1))
    assert "true or false for each record" in said
    assert "lambda r: r.recency_weeks > 8" in said


def test_and_between_two_conditions_is_told_what_to_write_instead() -> None:
    plan = Plan(campaigns=[Campaign(to=lambda r: r.orders > 3 and r.spend > 4)])
    said = fault(lambda: simulate(market(), plan, 1))
    assert "&" in said or "lambda r:" in said


@pytest.mark.parametrize(
    "answer",
    [list, tuple, np.array, lambda mask: [bool(one) for one in mask]],
    ids=["list", "tuple", "array", "loop"],
)
def test_a_function_may_answer_with_anything_that_holds_true_or_false(answer: Callable[[Any], Any]) -> None:
    plan = Plan(campaigns=[Campaign(to=lambda r: answer(r.orders > 1))])
    same = Plan(campaigns=[Campaign(to=Segment(orders=over(1)))])
    sent = simulate(market(), plan, 1).metrics["contacts"]
    assert sent == simulate(market(), same, 1).metrics["contacts"] > 0


def test_a_function_cannot_change_what_the_firm_knows() -> None:
    def meddle(record: Any) -> Any:
        for name in SEEN:
            getattr(record, name)[:] = 0
        return record.orders < 0

    run = simulate(market(), Plan(campaigns=[Campaign(to=meddle)]), 1)
    assert run.events.frame().equals(simulate(market(), Plan(), 1).events.frame())
    after = [Plan(campaigns=[Campaign(to=meddle), Campaign(to=Segment(orders=over(1)))]) for _ in "ab"]
    assert simulate(market(), after[0], 1).metrics["contacts"] > 0


@pytest.mark.parametrize("act", ["save", "digest", "to_yaml", "timeline", "run"])
def test_a_plan_with_a_function_cannot_be_saved_and_says_why(act: str, tmp_path: Path) -> None:
    plan = Plan(campaigns=[Campaign(), Campaign(to=lambda r: r.orders > 3)])
    acts: dict[str, Callable[[], Any]] = {
        "save": lambda: plan.save(tmp_path / "plan.yaml"),
        "digest": lambda: plan.digest,
        "to_yaml": plan.to_yaml,
        "timeline": lambda: Timeline(plans={0: Plan(), 3: plan}).save(tmp_path / "timeline.yaml"),
        "run": lambda: simulate(market(), plan, 1).save(tmp_path / "run"),
    }
    said = fault(acts[act])
    assert "campaigns[1].to is a Python function" in said
    assert "Segment(" in said
    assert not list(tmp_path.iterdir()), "something was left behind"


# -- plans that do not fit the market --------------------------------------------------------------

COUPON = Plan(campaigns=[Campaign(channel="sms", offer=Offer(discount=0.1))])


@pytest.mark.parametrize(
    ("section", "plan", "words"),
    [
        ("contact", COUPON, ("campaigns[0].channel", '"sms"', "contact section")),
        ("pricing", COUPON, ("campaigns[0].offer", "pricing section")),
        ("service", Plan(service={"agents": 3}), ("service", "service section")),
        ("service", Plan(service={"compensation": 1}), ("service", "service section")),
        ("service", Plan(service={"first": {}}), ("service", "service section")),
    ],
)
def test_a_plan_that_needs_a_mechanism_switched_off_is_told_which(
    section: str, plan: Plan, words: tuple[str, ...]
) -> None:
    scenario = market().but(**{section: None})
    for strategy in (plan, {0: Plan(), 4: plan}, {0: Plan(), 400: plan}):
        said = fault(lambda strategy=strategy: simulate(scenario, strategy, 1))  # type: ignore[misc]
        assert all(word in said for word in (*words, "supermarket")), said
    simulate(scenario, Plan(), 1)


IDLE: dict[str, tuple[str, Plan, str]] = {  # the section that is missing, a plan, and where it goes wrong
    "staff": ("service", Plan(staff={"training": 9.0, "pay": 5.0}), "staff.training, pay: supermarket has"),
    "automation": ("service", Plan(automation={"front": "menu"}), "automation.front: supermarket has"),
    "notice": ("service", Plan(notice={"status": True}), "notice.status: supermarket has no desk"),
    "levels": ("service", Plan(levels={"rules": [{"level": "reactive"}]}), "levels.rules[0].level: reactive"),
    "seeding": ("acquisition", Plan(seeding={"sample": 3.0}), "seeding.sample: in supermarket nobody"),
}


@pytest.mark.parametrize("section", IDLE)
def test_levers_that_would_move_nothing_without_another_section_are_refused_with_a_remedy(
    section: str,
) -> None:
    missing, plan, words = IDLE[section]
    complete = load_scenario("supermarket", 50).but(weeks=3).also(section)
    said = fault(lambda: simulate(complete.but(**{missing: None}), {0: Plan(), 2: plan}, 1))
    assert said.startswith(words) and said.endswith(f"take a market with {missing}.")
    assert simulate(complete, plan, 1) and simulate(complete.but(**{missing: None}), Plan(), 1)


def test_a_level_that_gives_advice_and_a_warning_of_a_delay_need_no_desk() -> None:
    deskless = load_scenario("supermarket", 50).but(weeks=3, service=None).also("levels", "notice")
    for plan in (Plan(levels={"rules": [{"level": "proactive"}]}), Plan(notice={"warn": True})):
        assert simulate(deskless, plan, 1).scenario == deskless


def test_a_bundle_for_a_part_of_the_day_is_refused_where_people_are_billed() -> None:
    billed = load_scenario("saas", 50).but(weeks=3).also("place")
    said = fault(lambda: simulate(billed, Plan(place={"bundle": "lunch", "discount": 0.2}), 1))
    assert (
        said.startswith("place.bundle: saas sells by contract") and "take a market where people shop" in said
    )


def test_specialists_are_refused_at_a_desk_with_fewer_agents_than_types_of_ticket() -> None:
    shop = load_scenario("supermarket", 50).but(weeks=3)
    one, two = (Plan(service={"routing": "specialists", "agents": agents}) for agents in (1, 2))
    said = fault(lambda: simulate(shop, one, 1))
    assert (
        said.startswith("service.routing: specialists wants an agent for each type")
        and "not 1 in all" in said
    )
    assert simulate(shop, two, 1).scenario == shop


def test_a_plan_for_a_channel_this_market_does_not_have_is_told_which_it_has() -> None:
    assert market().contact is not None
    channels = {
        name: channel for name, channel in market().contact.channels.items() if name in ("email", "app")
    }
    scenario = market().but(contact=market().contact.but(channels=channels))
    said = fault(lambda: simulate(scenario, COUPON, 1))
    assert '"sms"' in said
    assert "email, app" in said


def test_nobody_consents_and_nothing_to_spend_is_no_mistake() -> None:
    contact = market().contact
    assert contact is not None
    channels = {name: channel.but(consent_share=0.0) for name, channel in contact.channels.items()}
    mute = simulate(market().but(contact=contact.but(channels=channels)), COUPON, 1)
    assert mute.metrics["contacts"] == 0
    assert simulate(market(), COUPON.but(contact={"budget": 0}), 1).metrics["contacts"] == 0
    assert simulate(market(), COUPON.but(service={"agents": 0}), 1).metrics["contacts"] > 0


@pytest.mark.parametrize("wrong", [None, Plan, "mass_mailing", 7, [Plan()]], ids=repr)
def test_what_is_no_plan_is_refused(wrong: Any) -> None:
    assert "plan: expects a Plan" in fault(lambda: simulate(market(), wrong, 1))


@pytest.mark.parametrize("wrong", ["supermarket", None, Plan()], ids=repr)
def test_what_is_no_scenario_is_refused(wrong: Any) -> None:
    assert "scenario" in fault(lambda: simulate(wrong, Plan(), 1))


@pytest.mark.parametrize("plans", [{}, {3: Plan()}, {1: Plan(), 5: Plan()}], ids=repr)
def test_a_timeline_without_week_0_is_refused(plans: dict[int, Plan]) -> None:
    for call in (lambda: Timeline(plans=plans), lambda: simulate(market(), plans, 1)):
        said = fault(call)
        assert "no plan holds from week 0" in said
        assert "0: Plan()" in said


@pytest.mark.parametrize(
    "plans", [{0: Plan(), -3: Plan()}, {"0": Plan()}, {0: None}, {0.5: Plan()}, {False: Plan()}], ids=repr
)
def test_a_timeline_of_no_weeks_or_no_plans_is_refused(plans: Any) -> None:
    fault(lambda: Timeline(plans=plans))


# -- focus -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("focus", [[60], [-1], [3, 60], range(50, 70), [10**30]], ids=repr)
def test_a_focus_person_who_does_not_exist_is_answered_with_those_who_do(focus: Any) -> None:
    said = fault(lambda: simulate(market(), Plan(), 1, focus=focus))
    assert "focus" in said
    assert "0 to 59" in said


@pytest.mark.parametrize("focus", [["Anna"], [1.5], [None], 7, [True], [float("nan")]], ids=repr)
def test_a_focus_that_is_no_list_of_persons_is_refused(focus: Any) -> None:
    assert "focus" in fault(lambda: simulate(market(), Plan(), 1, focus=focus))


def test_in_an_empty_market_there_is_nobody_to_focus_on() -> None:
    said = fault(lambda: simulate(market().but(people=0), Plan(), 1, focus=[0]))
    assert "focus" in said
    assert "-1" not in said, "there is no person numbered -1 to name as a limit"


@pytest.mark.parametrize(
    "focus", [[], (), [3, 3], np.array([3]), {3}, range(60), iter([3])], ids=lambda f: type(f).__name__
)
def test_a_focus_may_be_given_as_any_collection(focus: Any) -> None:
    assert (
        simulate(market(), Plan(), 1, focus=focus)
        .events.frame()
        .equals(simulate(market(), Plan(), 1).events.frame())
    )


# -- questions to a run ----------------------------------------------------------------------------


@cache
def a_run() -> Run:
    return simulate(market(), Plan(), 1)


@pytest.mark.parametrize("week", [-1, 7, 100, 1.5, "one", None, float("nan")], ids=repr)
def test_a_week_that_a_run_does_not_have_is_refused(week: Any) -> None:
    said = fault(lambda: a_run().record(week))
    assert "week" in said
    assert "0 to 6" in said


def test_a_holdout_that_nobody_was_in_is_told_how_to_make_one() -> None:
    said = fault(lambda: holdout(a_run()))
    assert "holdout" in said
    assert "0.3" in said


# -- files -----------------------------------------------------------------------------------------

HEAD = "version: 1\n"
FILES: dict[str, tuple[str, int, tuple[str, ...]]] = {  # text, line of the mistake, words of the answer
    "not a number": ("campaigns:\n- offer: {discount: .nan}\n", 3, ("campaigns[0].offer.discount", "finite")),
    "without end": ("contact:\n  budget: .inf\n", 3, ("contact.budget", "finite")),
    "nan as a word": ("contact:\n  budget: nan\n", 3, ("contact.budget", "a number")),
    "too large": ("contact:\n  budget: 1e999\n", 3, ("contact.budget", "too large")),
    "negative discount": (
        "campaigns:\n- name: a\n  offer:\n    discount: -0.1\n",
        5,
        ("discount", "at least 0"),
    ),
    "discount above 1": (
        "campaigns:\n- name: a\n  offer:\n    discount: 1.2\n",
        5,
        ("discount", "at most 1"),
    ),
    "written twice": ("name: a\nname: b\n", 3, ("name", "twice", "lines 2 and 3")),
    "twice, deep": ("campaigns:\n- every: 1\n  every: 2\n", 4, ("campaigns[0].every", "twice")),
    "an alias": ("campaigns: &x []\nname: *x\n", 2, ("campaigns", "command", "never executes code")),
    "Python": ("name: !!python/object/apply:os.system ['touch pwned']\n", 2, ("never executes code",)),
    "unknown field": ("campaings: []\n", 2, ('"campaings"', 'mean "campaigns"', "name, campaigns, triggers")),
    "unknown field, deep": ("campaigns:\n- name: a\n- chanel: email\n", 4, ('"chanel"', 'mean "channel"')),
    "no word for a channel": (
        "campaigns:\n- name: a\n  channel: FAX\n",
        4,
        ('"FAX"', "word of small letters", "email, sms, phone, app, store"),
    ),
    "a lapse of no time": ("triggers:\n- {on: lapse}\n", 3, ("triggers[0]", "wait_weeks")),
    "an unknown occasion": ("triggers:\n- {on: birth_day}\n", 3, ("triggers[0].on", '"birthday"', "lapse")),
    "every 0": ("campaigns:\n- name: a\n  every: 0\n", 4, ("campaigns[0].every", "at least 1")),
    "every seven": ("campaigns:\n- every: seven\n", 3, ('"seven"', "whole number")),
    "every true": ("campaigns:\n- every: true\n", 3, ("whole number", "true")),
    "every 1.5": ("campaigns:\n- every: 1.5\n", 3, ("whole number", "1.5")),
    "every in quotes": ("campaigns:\n- every: '2'\n", 3, ("without quotes",)),
    "nothing to list": ("campaigns:\n", 2, ("campaigns", "leave the field out")),
    "a rule of nothing": ("campaigns:\n- to: {orders: {}}\n", 3, ("campaigns[0].to.orders", "at_least")),
    "all in words": ("campaigns:\n- to: everybody\n", 3, ("campaigns[0].to", "Segment")),
    "a tab": ("campaigns:\n\t- every: 1\n", 3, ("tab",)),
    "no end of brackets": ("campaigns: [{every: 1\n", 2, ("bracket",)),
}


@pytest.mark.parametrize("case", FILES)
def test_a_mistake_in_a_plan_file_is_answered_by_line_field_and_remedy(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, line, words = FILES[case]
    path = write(tmp_path, HEAD + text)
    said = fault(lambda: load_plan(path))
    assert said.startswith(f"{path}, line {line}"), said
    assert all(word in said for word in words), said
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.yaml"], "a file was executed"


def test_several_mistakes_are_answered_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "campaigns:\n- every: 0\n  channel: FAX\n- holdout: 2\n")
    with pytest.raises(Fault) as caught:
        load_plan(path)
    lines = str(caught.value).splitlines()
    assert [re.search(r"line (\d)", line)[1] for line in lines] == ["3", "4", "5"]  # type: ignore[index]


@pytest.mark.parametrize("load", [load_plan, load_scenario, load_timeline])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"version: 2\n",
        b"- 1\n",
        b"\xff\xfe\x00",
        b"version: 1\nname: a\x00b\n",
        b"%PDF-1.7\n",
        b"{" * 9999,
    ],
    ids=["empty", "version 2", "list", "not text", "zero byte", "another kind", "brackets"],
)
def test_what_is_no_file_of_the_kit_is_refused(
    load: Callable[[Any], Any], content: bytes, tmp_path: Path
) -> None:
    path = write(tmp_path, content)
    assert str(path) in fault(lambda: load(path))


def test_a_scenario_is_no_plan_and_a_plan_no_scenario(tmp_path: Path) -> None:
    folder = ROOT / "sim"
    for load, name in ((load_plan, "scenarios/supermarket.yaml"), (load_scenario, "plans/win_back.yaml")):
        with pytest.raises(Fault, match=r"line \d+: unknown field"):
            load(folder / name)


def test_a_file_of_100_mb_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    began = time.process_time()
    said = fault(lambda: load_plan(path))
    assert time.process_time() - began < 0.5
    assert "larger than" in said
    assert str(path) in said


@pytest.mark.parametrize("load", [load_plan, load_scenario, load_timeline])
def test_a_file_that_is_not_there_is_answered_with_what_is(
    load: Callable[[Any], Any], tmp_path: Path
) -> None:
    write(tmp_path, HEAD, "autumn.yaml")
    said = fault(lambda: load(tmp_path / "autum.yaml"))
    assert "there is no such file" in said
    assert "autumn.yaml" in said
    assert "no folder" in fault(lambda: load(tmp_path / "nowhere" / "autumn.yaml"))
    (tmp_path / "folder.yaml").mkdir()
    assert "is a folder" in fault(lambda: load(tmp_path / "folder.yaml"))


SCENARIO_FILES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {  # old, new, line's text, words
    "negative price": (
        "spend_scale: 40",
        "spend_scale: -40",
        "spend_scale",
        ("shopping.spend_scale", "more than 0"),
    ),
    "price unknown": (
        "spend_scale: 40",
        "spend_scale: .nan",
        "spend_scale",
        ("shopping.spend_scale", "finite"),
    ),
    "people in words": ("people: 10000", "people: many", "people:", ("people", "whole number", '"many"')),
    "people by comma": ("people: 10000", "people: 10,000", "people:", ("people", "whole number")),
    "people 1e4": ("people: 10000", "people: 1e4", "people:", ("people", "write 10000")),
    "unknown section": ("\npricing: ", "\npricng: ", "pricng", ('"pricng"', 'mean "pricing"')),
    "no word for a channel": ("    email:", "    E-mail:", "E-mail", ('"E-mail"', "word of small letters")),
    "channel with a typo inside": (
        "open_share: 0.30",
        "opne_share: 0.30",
        "opne",
        ('"opne_share"', 'mean "open_share"'),
    ),
    "a field left out": ("  rate_shape: 1.2\n", "", "shopping:", ("shopping", '"rate_shape" is missing')),
    "closes before it opens": (
        "agents: 2",
        "hours: {from_hour: 20, until_hour: 8}",
        "from_hour",
        ("until_hour",),
    ),
    "entries of nothing": ("entry_weeks: 104", "entry_shares: [0, 0]", "entry_shares", ("entry_shares",)),
}


@pytest.mark.parametrize("case", SCENARIO_FILES)
def test_a_mistake_in_a_scenario_file_is_answered_by_line_field_and_remedy(case: str, tmp_path: Path) -> None:
    old, new, marker, words = SCENARIO_FILES[case]
    text = (ROOT / "sim/scenarios/supermarket.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1, f"the scenario no longer holds {old!r} once: choose another place to break"
    text = text.replace(old, new)
    line = max(number for number, row in enumerate(text.splitlines(), start=1) if marker in row)
    path = write(tmp_path, text)
    said = fault(lambda: load_scenario(path))
    assert all(word in said for word in words), said
    assert said.startswith(f"{path}, line {line}"), f"line {line} holds the mistake: {said}"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("plans:\n  13: {}\n", 2, "no plan holds from week 0"),
        ("plans: {}\n", 2, "no plan holds from week 0"),
        ("plans:\n  0: {}\n  -1: {}\n", 2, "before the market begins"),
        ("plans:\n  '0': {}\n", 3, "without quotes"),
        ("plans:\n  zero: {}\n", 3, "whole number"),
        ("plans:\n  0: {}\n  5: {campaigns: [{every: 0}]}\n", 4, "at least 1"),
    ],
)
def test_a_mistake_in_a_timeline_file_is_answered_by_line(
    text: str, line: int, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path, HEAD + text)
    said = fault(lambda: load_timeline(path))
    assert words in said
    assert said.startswith(f"{path}, line {line}"), f"line {line} holds the mistake: {said}"


# -- saving ----------------------------------------------------------------------------------------


def test_what_cannot_be_saved_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    Plan(name="old").save(path)
    before = path.read_bytes()
    with pytest.raises(Fault):
        Plan(campaigns=[Campaign(to=lambda r: r.orders > 1)]).save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.yaml"]
    assert "no such folder" in fault(lambda: Plan().save(tmp_path / "nowhere" / "plan.yaml"))
    assert "folder" in fault(lambda: Plan().save(tmp_path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.yaml"]


def test_a_run_is_never_saved_over_another_nor_in_part(tmp_path: Path) -> None:
    a_run().save(tmp_path / "run")
    held = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert "already" in fault(lambda: a_run().save(tmp_path / "run"))
    write(tmp_path, "mine", "notes")
    fault(lambda: a_run().save(tmp_path / "notes"))
    fault(lambda: a_run().save(tmp_path / "notes" / "run"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes", "run"]
    assert (tmp_path / "notes").read_text() == "mine"
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == held


def test_a_saved_run_can_be_lived_again(tmp_path: Path) -> None:
    folder = simulate(market(), load_plan("win_back"), 9).save(tmp_path / "run")
    scenario, plan = load_scenario(folder / "scenario.yaml"), load_plan(folder / "plan.yaml")
    again = simulate(scenario, plan, int((folder / "seed.txt").read_text()))
    assert again.events.frame().equals(simulate(market(), load_plan("win_back"), 9).events.frame())


# -- places ----------------------------------------------------------------------------------------


def test_the_kit_works_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_scenario("supermarket").name == "supermarket"
    assert load_plan("win_back").campaigns
    Plan(name="here").save("plan.yaml")
    assert load_plan("plan.yaml").name == load_plan("./plan.yaml").name == "here"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]


def test_a_folder_named_like_a_scenario_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "supermarket").mkdir()
    write(tmp_path, "not mine", "win_back")
    assert load_scenario("supermarket").name == "supermarket"
    assert load_plan("win_back").campaigns


OFF = {  # levers of sections that some ready-made markets do not have
    "gaps": {"knowledge": 5.0},
    "surcharge": {"markup": 0.1},
    "sales": {"automation": 0.5},
    "payday": {"credit": True},
    "gifts": {"birthday": 2.0},
    "renewal": {"stay_discount": 0.1},
    "contact": {"messages_a_week": 1},
}


@pytest.mark.parametrize("section", OFF)
@pytest.mark.parametrize("name", ["supermarket", "saas", "cdnow"])
def test_a_lever_of_a_section_that_is_off_is_answered_with_a_market_that_follows_it(
    name: str, section: str
) -> None:
    market, plan = load_scenario(name, people=20).but(weeks=2), Plan(**{section: OFF[section]})
    if getattr(market, section) is not None:
        simulate(market, plan, 1)
        return
    with pytest.raises(Fault, match=f"{section}: .* take a market that has one") as refused:
        simulate(market, plan, 1)
    if f'.also("{section}")' in str(refused.value):
        simulate(market.also(section), plan, 1)
    else:
        with pytest.raises(Fault):
            market.also(section)
