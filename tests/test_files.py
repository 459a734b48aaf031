"""What a person writes is either understood exactly or answered by one sentence that helps."""

# A sentence is easier to judge on one line:
# ruff: noqa: E501
# Wrong types are what many of these tests are about:
# mypy: disable-error-code="arg-type, call-arg, dict-item, union-attr"

from __future__ import annotations

import errno
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, field_validator, model_validator

from sim.data import Data, Fault
from sim.files import atomic_write, dump, load, loads, save
from sim.tree import LARGEST, parse_yaml


class Rule(Data):
    over: float | None = None
    under: float | None = None


class Segment(Data):
    recency_weeks: Rule | None = None


def _rule_or_function(given: Any, rule: ValidatorFunctionWrapHandler) -> Any:
    return given if callable(given) else rule(given)


class Offer(Data):
    discount: float = Field(0.0, ge=0, le=1)
    words: str = Field("", max_length=40)

    @field_validator("words")
    @classmethod
    def _polite(cls, words: str) -> str:
        if words == "buy!":
            raise ValueError("say please.")
        return words


class Campaign(Data):
    channel: Literal["email", "sms", "phone", "app", "store"] = "email"
    to: Annotated[Segment, WrapValidator(_rule_or_function)] = Segment()
    offer: Offer | None = None
    weeks: tuple[int, ...] = ()
    every: int = Field(1, ge=1)


class Plan(Data):
    name: str = ""
    active: bool = True
    campaigns: tuple[Campaign, ...] = ()
    timeline: dict[int, Offer] = Field({})
    prices: dict[str, float] = Field({})
    corner: tuple[int, float] | None = None


class Order(Data):
    item: str
    size: Literal["small", "large"]


def faults(make: Callable[[], object]) -> list[str]:
    with pytest.raises(Fault) as caught:
        make()
    return str(caught.value).splitlines()


def fault(make: Callable[[], object]) -> str:
    """The sentence, of which there must be exactly one."""
    sentences = faults(make)
    assert len(sentences) == 1, sentences
    return sentences[0]


def in_file(text: str, model: type[Data] = Plan) -> str:
    return fault(lambda: loads(text, model, name="plan.yaml"))


def value(text: str) -> Any:
    return parse_yaml(f"key: {text}").value["key"]


# -- data ------------------------------------------------------------------------------------------


def test_whole_numbers_serve_as_numbers_and_lists_as_tuples() -> None:
    plan = Plan(corner=[1, 2], campaigns=[{"weeks": [1, 2], "offer": {"discount": 1}}])
    assert plan.corner == (1, 2.0) and plan.campaigns[0].weeks == (1, 2)
    assert type(plan.corner[1]) is float and type(plan.campaigns[0].offer.discount) is float


def test_numpy_numbers_serve_as_plain_numbers() -> None:
    plan = Plan(active=numpy.bool_(False), corner=(numpy.int64(3), numpy.float32(0.5)), name=numpy.str_("a"))
    assert plan == Plan(active=False, corner=(3, 0.5), name="a")
    assert loads(dump(plan), Plan) == plan
    assert "numpy" not in repr(plan) and "np." not in repr(plan)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Campaign(channel="fax"), 'Campaign.channel: "fax" is not allowed. Allowed: email, sms, phone, app, store.'),
        (
            lambda: Campaign(channel="emial"),
            'Campaign.channel: "emial" is not allowed; did you mean "email"? Allowed: email, sms, phone, app, store.',
        ),
        (
            lambda: Campaign(chanel="email"),
            'Campaign: unknown field "chanel"; did you mean "channel"? Allowed: channel, to, offer, weeks, every.',
        ),
        (lambda: Offer(qqq=1), 'Offer: unknown field "qqq". Allowed: discount, words.'),
        (lambda: Offer(**{"[key]": 1}), 'Offer: unknown field "[key]". Allowed: discount, words.'),
        (lambda: Order(size="small"), 'Order: the field "item" is missing; add it'),
        (lambda: Order(itm="tea", size="small"), 'Order: unknown field "itm"; did you mean "item"? Allowed: item, size.'),
        (lambda: Offer(discount=-0.2), "Offer.discount: -0.2 is too small: at least 0"),
        (lambda: Offer(discount=20), "Offer.discount: 20 is too large: at most 1"),
        (lambda: Offer(discount="seven"), 'Offer.discount: expects a number, was given the text "seven"'),
        (lambda: Offer(discount="7"), 'Offer.discount: expects a number, was given the text "7"; write 7 without quotes'),
        (lambda: Offer(discount=True), "Offer.discount: expects a number, was given true"),
        (lambda: Offer(discount=float("nan")), "Offer.discount: nan is not a finite number; write an ordinary number"),
        (lambda: Offer(discount=float("inf")), "Offer.discount: inf is not a finite number; write an ordinary number"),
        (lambda: Campaign(every=3.0), "Campaign.every: expects a whole number, was given the number 3.0; write 3"),
        (lambda: Campaign(every=3.5), "Campaign.every: expects a whole number, was given the number 3.5"),
        (lambda: Campaign(every=True), "Campaign.every: expects a whole number, was given true"),
        (
            lambda: Campaign(every=None),
            "Campaign.every: expects a whole number, was given nothing; give a value or leave the field out",
        ),
        (lambda: Campaign(weeks=3), "Campaign.weeks: expects a list, was given the number 3; put it in square brackets"),
        (
            lambda: Campaign(weeks={3}),
            "Campaign.weeks: expects a list, was given a value of type set; a set has no order, use a list",
        ),
        (lambda: Campaign(offer=3), "Campaign.offer: expects a section (Offer), was given the number 3"),
        (lambda: Campaign(offer=Rule(over=1)), "Campaign.offer: expects a section (Offer), was given a section (Rule)"),
        (lambda: Plan(name=5), 'Plan.name: expects text, was given the number 5; put it in quotes: "5"'),
        (lambda: Offer(words="\ud800"), 'Offer.words: the text "\\ud800" holds characters that cannot be stored; type it again'),
        (
            lambda: Plan(active="yes"),
            'Plan.active: expects true or false, was given the text "yes"; write true, without quotes',
        ),
        (lambda: Plan(prices=[1]), "Plan.prices: expects a section of entries, was given a list of 1"),
        (lambda: Plan(timeline={"soon": {}}), 'Plan.timeline.soon: expects a whole number, was given the text "soon"'),
        (lambda: Plan(corner=(1,)), "Plan.corner: entry number 2 is missing; add it"),
        (lambda: Plan(corner=(1, 2, 3)), "Plan.corner: has 3 entries: at most 2"),
        (lambda: Offer(words="x" * 41), f'Offer.words: the text "{"x" * 41}" is too long: at most 40 characters'),
        (lambda: Plan(campaigns=[{"offer": {5: 1}}]), "Plan.campaigns[0].offer: the number 5 cannot be the name of a field; write a word"),
        (
            lambda: Plan(campaigns=[{}, {"offer": {"discount": -1}}]),
            "Plan.campaigns[1].offer.discount: -1 is too small: at least 0",
        ),
        (
            lambda: Plan(campaigns=[{"offer": {"word": "hi"}}]),
            'Plan.campaigns[0].offer: unknown field "word"; did you mean "words"? Allowed: discount, words.',
        ),
        (
            lambda: Plan(campaigns=[{"to": {"recency": 1}}]),
            'Plan.campaigns[0].to: unknown field "recency"; did you mean "recency_weeks"? Allowed: recency_weeks.',
        ),
        (lambda: Plan(timeline={13: {"discount": 2}}), "Plan.timeline[13].discount: 2 is too large: at most 1"),
        (lambda: Plan().but(nam="x"), 'Plan: unknown field "nam"; did you mean "name"? Allowed: name, active, campaigns, timeline, prices, corner.'),
    ],
)  # fmt: skip
def test_a_bad_value_gives_one_sentence(make: Callable[[], object], sentence: str) -> None:
    assert fault(make) == sentence


def test_several_faults_have_a_line_each() -> None:
    assert faults(lambda: Plan(name=1, campaigns=[{"every": 0, "chanel": "sms"}], prices={"tea": "2"})) == [
        'Plan.name: expects text, was given the number 1; put it in quotes: "1"',
        "Plan.campaigns[0].every: 0 is too small: at least 1",
        'Plan.campaigns[0]: unknown field "chanel"; did you mean "channel"? Allowed: channel, to, offer, weeks, every.',
        'Plan.prices.tea: expects a number, was given the text "2"; write 2 without quotes',
    ]


def test_of_very_many_faults_the_first_are_listed_and_the_others_counted() -> None:
    sentences = faults(lambda: Campaign(weeks=["soon"] * 50_000))
    assert len(sentences) == 30 and sentences[-1].endswith("(and 49970 more faults)")


def test_a_misspelt_field_does_not_hide_what_is_wrong_with_the_right_one() -> None:
    assert len(faults(lambda: Order(itm="tea", item=5, size="small"))) == 2


def test_sentences_of_validators_come_through_unchanged() -> None:
    class Strict(Data):
        offer: Offer = Offer()

        @model_validator(mode="after")
        def _never(self) -> Strict:
            raise ValueError("this never fits: try another day.")

    assert fault(lambda: Offer(words="buy!")) == "Offer.words: say please."
    assert fault(lambda: Campaign(offer={"words": "buy!"})) == "Campaign.offer.words: say please."
    assert fault(Strict) == "Strict: this never fits: try another day."


def test_a_validator_that_meets_a_fault_passes_on_every_sentence() -> None:
    class Shop(Data):
        offer: Annotated[Offer, WrapValidator(lambda given, _: Offer(discount=given, words=given))]

    assert len(faults(lambda: Shop(offer="x" * 50))) == 2
    assert faults(lambda: Shop(offer="x" * 50))[0].startswith("Shop.offer: Offer.discount: expects a number")


def test_every_other_kind_of_error_still_gets_a_sentence() -> None:
    class Odd(Data):
        even: int = Field(0, multiple_of=2, gt=-3, lt=9)
        code: str = Field("ab", pattern="^[a-z]+$", min_length=2)
        some: tuple[int, ...] = Field((1,), min_length=1)
        raw: bytes = b""
        sure: int = 0

        @field_validator("sure")
        @classmethod
        def _is_not_one(cls, sure: int) -> int:
            assert sure != 1, "one is taken"
            return sure

    assert fault(lambda: Odd(even=3)) == "Odd.even: 3 is not a multiple of 2"
    assert fault(lambda: Odd(even=-4)) == "Odd.even: -4 is too small: more than -3 is needed"
    assert fault(lambda: Odd(even=10)) == "Odd.even: 10 is too large: less than 9 is needed"
    assert fault(lambda: Odd(code="A1")) == 'Odd.code: the text "A1" does not fit the pattern ^[a-z]+$'
    assert fault(lambda: Odd(code="a")) == 'Odd.code: the text "a" is too short: at least 2 characters'
    assert fault(lambda: Odd(some=())) == "Odd.some: has 0 entries: at least 1"
    assert fault(lambda: Odd(raw=3)) == "Odd.raw: the number 3 is not accepted: Input should be a valid bytes"
    assert faults(lambda: Odd(sure=1))[0] == "Odd.sure: the number 1 is not accepted: one is taken"


def test_data_cannot_be_changed_but_copied_with_a_change() -> None:
    plan = Plan(name="a", corner=(1, 2))
    assert plan.but(name="b") == Plan(name="b", corner=(1, 2)) and plan.name == "a"
    with pytest.raises(Fault, match="make a changed copy"):
        plan.name = "b"  # type: ignore[misc]
    assert fault(lambda: plan.but(corner=(1, "x"))).startswith("Plan.corner[1]: expects a number")


def test_data_are_hashable_where_their_contents_are() -> None:
    assert hash(Campaign(weeks=[1, 2])) == hash(Campaign(weeks=(1, 2)))
    with pytest.raises(TypeError):
        hash(Plan(timeline={0: Offer()}))


def test_repr_shows_what_differs_from_the_defaults_and_makes_it_again() -> None:
    plan = Plan(campaigns=[Campaign(channel="sms", offer=Offer())], active=False)
    assert (
        repr(plan) == str(plan) == "Plan(active=False, campaigns=(Campaign(channel='sms', offer=Offer()),))"
    )
    assert eval(repr(plan)) == plan


def test_repr_of_a_function_does_not_change_from_run_to_run() -> None:
    assert repr(Campaign(to=fault)) == "Campaign(to=fault)"


def test_data_and_faults_survive_pickling() -> None:
    plan, broken = Plan(timeline={3: Offer(discount=0.5)}), Fault("one", "two")
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert str(pickle.loads(pickle.dumps(broken))) == "one\ntwo"


def test_making_nested_data_takes_less_than_100_microseconds() -> None:
    def once() -> float:
        start = time.perf_counter()
        for _ in range(200):
            Plan(campaigns=[{"offer": {"discount": 0.2}, "weeks": [1, 2]}], timeline={0: {}, 13: {}})
        return (time.perf_counter() - start) / 200

    assert min(once() for _ in range(5)) < 100e-6


# -- reading: YAML 1.2 and nothing more ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("+4", 4), ("007", 7), ("0o17", 15), ("0x1F", 31),
        ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("12:30", "12:30"), ("1_000", "1_000"), ("2024-01-01", "2024-01-01"), ("0b1", "0b1"), ("<<", "<<"),
        ("٣", "٣"), ('"12"', "12"), ("'true'", "true"), ("[1, a]", (1, "a")), ("{}", {}), ("=", "="),
    ],
)  # fmt: skip
def test_plain_values_mean_what_yaml_1_2_says(text: str, meaning: object) -> None:
    assert value(text) == meaning and type(value(text)) is type(meaning)


def test_the_line_of_every_value_is_known() -> None:
    tree = parse_yaml("version: 1\n\ncampaigns:\n  - channel: sms\n    offer:\n      discount: 0.2\n  - {}\n")
    assert tree.lines["campaigns", 0, "offer", "discount"] == 6
    assert (
        tree.lines["campaigns",] == 3 and tree.lines["campaigns", 0] == 4 and tree.lines["campaigns", 1] == 7
    )
    assert tree.line(("campaigns", 0, "offer", "nothing of the kind")) == 5 and tree.line(("other",)) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: x\n", '1: the field "version" is missing; write "version: 1" as the first line'),
        ("version: 2\n", "1: version: this kit reads version 1, not 2; use the kit that the file was written for"),
        ('version: "1"\n', '1: version: expects a whole number; write "version: 1"'),
        ("version: true\n", '1: version: expects a whole number; write "version: 1"'),
        ("version: 1.0\n", '1: version: expects a whole number; write "version: 1"'),
        ("- 1\n", '1: expects fields such as "version: 1", each on its own line'),
        ("plan\n", '1: expects fields such as "version: 1", each on its own line'),
        ("version: 1\nactive: yes\n", '2: active: expects true or false, was given the text "yes"; write true, without quotes'),
        ("version: 1\n\nnmae: x\n", '3: unknown field "nmae"; did you mean "name"? Allowed: name, active, campaigns, timeline, prices, corner.'),
        ("version: 1\ncampaigns:\n- every: 1\n- channel: fax\n", '4: campaigns[1].channel: "fax" is not allowed. Allowed: email, sms, phone, app, store.'),
        ("version: 1\ncampaigns:\n- every: 1\n  offer:\n    discount: -0.2\n", "5: campaigns[0].offer.discount: -0.2 is too small: at least 0"),
        ("version: 1\ncampaigns:\n- every: 1\n  offer:\n    word: hi\n", '5: campaigns[0].offer: unknown field "word"; did you mean "words"? Allowed: discount, words.'),
        ("version: 1\ntimeline:\n  0: {}\n  13: {discount: 2}\n", "4: timeline[13].discount: 2 is too large: at most 1"),
        ("version: 1\ntimeline:\n  0: {}\n  later: {}\n", '4: timeline.later: expects a whole number, was given the text "later"'),
        ("version: 1\nprices:\n  tea: .nan\n", "3: prices.tea: .nan is not a finite number; write an ordinary number"),
        ("version: 1\nprices:\n  tea: -.INF\n", "3: prices.tea: -.INF is not a finite number; write an ordinary number"),
        ("version: 1\nprices:\n  tea: 1e999\n", "3: prices.tea: 1e999 is too large for a number; write a smaller one"),
        (f"version: 1\nname: {'9' * 5000}\n", "2: name: the number is 5000 characters long; write at most 40"),
        ("version: 1\nname: x\nname: y\n", "3: name: is written twice, on lines 2 and 3; keep one"),
        ("version: 1\ntimeline: {1: {}, 01: {}}\n", "2: timeline[1]: is written twice, on lines 2 and 2; keep one"),
        ("version: 1\n? [1]\n: 2\n", "2: a field's name is a word or a number; put other text in quotes"),
        ("version: 1\nprices: {~: 2}\n", "2: prices: a field's name is a word or a number; put other text in quotes"),
        ("version: 1\nname:\n", "2: name: expects text, was given nothing; give a value or leave the field out"),
        ("version: 1\nname: 5\n", '2: name: expects text, was given the number 5; put it in quotes: "5"'),
        ("version: 1\n---\nversion: 1\n", '2: a second document begins here; keep one to a file, without "---"'),
        ("version: 1\ncampaigns:\n\t- every: 1\n", "3, column 1: a tab stands here; indent and separate with spaces"),
        ("version: 1\nname: a\u2028b\n", "2, column 8: an invisible character (U+2028) stands here; delete it"),
        ("version: 1\nname: a\x07\n", "2, column 8: an invisible character (U+0007) stands here; delete it"),
        ("version: 1\nname: 'x\n", "2, column 7: the quote that opens here is not closed; close it"),
        ("version: 1\ncorner: [1, 2\nname: x\n", "2, column 9: the bracket that opens here is not closed, or lacks a comma; complete it"),
        ("version: 1\nname\n", "2, column 1: a colon is missing; write `name: value`"),
        ("version: 1\nname: @x\n", "2, column 7: text that begins with this character must stand in quotes"),
        ('version: 1\nname: "C:\\dir"\n', "2, column 11: a backslash in double quotes begins a code; use single quotes"),
        ('version: 1\nname: "\\ud800"\n', "2: a code after a backslash is no character; use single quotes"),
        ('version: 1\nname: "\\U99999999"\n', "2: a code after a backslash is no character; use single quotes"),
        ("version: 1\ncorner: ]\n", "2, column 9: a value is missing before this; write it, or remove what is too many"),
        ("version: 1\nname: 'x' y\n", "2, column 11: this does not belong here; indent it like its neighbours, and let nothing follow a closing quote"),
        ("version: 1\nname: |x\n", "2, column 8: is not YAML; check indentation, colons, quotes and brackets"),
        ("version: 1\nname: a: b\n", "2, column 8: a colon too many, or wrong indentation here or just above: write `name: value`, with a space after the colon, one to a line, and put text that holds a colon in quotes"),
    ],
)  # fmt: skip
def test_a_bad_file_gives_one_sentence_with_path_line_field_and_remedy(text: str, sentence: str) -> None:
    assert in_file(text) == f"plan.yaml, line {sentence}"


def test_a_missing_field_is_reported_at_its_section() -> None:
    class Shop(Data):
        orders: tuple[Order, ...]

    text = "version: 1\norders:\n- item: tea\n  size: small\n- item: tea\n"
    assert in_file(text, Shop) == 'plan.yaml, line 5: orders[1]: the field "size" is missing; add it'


@pytest.mark.parametrize("version", ["", "version: '1'\n", "versoin: 1\n"])
def test_a_version_that_is_missing_or_wrong_does_not_hide_what_else_is_wrong(version: str) -> None:
    said = faults(lambda: loads(f"{version}name: 5\nactiv: true\n", Plan, name="p"))
    assert len(said) == 3 and all("p, line" in each for each in said)
    assert 'write "version: 1"' in said[0] and "name: expects text" in said[1] and '"activ"' in said[2]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("10,000", "write 10000"), ("10 000", "write 10000"), ("1_000_000", "write 1000000"), ("0,27", "write 0.27"),
        ("3%", "write 0.03"), ("12,5 %", "write 0.125"), ("100%", "write 1"), ("１０４", "write 104"), ("1，5", "write 1.5"),
        ("2026-02-17", "write the number of the week, not a date"),
    ],
)  # fmt: skip
def test_a_number_written_for_people_is_answered_by_the_number_for_a_file(written: str, remedy: str) -> None:
    assert in_file(f"version: 1\nprices:\n  tea: {written}\n").endswith(f"; {remedy}") or "date" in remedy
    assert remedy in in_file(f"version: 1\nprices:\n  tea: {written}\n")
    read = remedy.removeprefix("write ")
    assert "date" in remedy or loads(f"version: 1\nprices: {{tea: {read}}}\n", Plan).prices["tea"] == float(
        read
    )


@pytest.mark.parametrize("written", ["1,00,0", "0,000,1x", "1.000.000", "5 weeks", "%", "-", "三"])
def test_a_number_that_may_mean_several_things_is_not_guessed(written: str) -> None:
    assert "; write" not in in_file(f"version: 1\nprices:\n  tea: {written}\n")


def test_a_whole_number_is_not_answered_by_a_part_of_one() -> None:
    assert "; write" not in in_file("version: 1\ncampaigns: [{every: 3%}]\n")
    assert in_file("version: 1\ncampaigns: [{every: '1,000'}]\n").endswith("; write 1000")


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("name：tea\n", "line 2, column 5", 'write ":" and a space'),
        ("prices: {tea: 1， cake: 2}\n", "line 2, column 16", 'write "," and a space'),
        ("prices: {\n  tea: 1，\n  cake: 2}\n", "line 3, column 9", 'write "," and a space'),
        ("prices: {tea: 1｝\n", "line 2, column 16", 'write "}"'),
        ("name:\u3000tea\nactive: true\n", "line 2, column 6", "write an ordinary space"),
    ],
)
def test_marks_of_a_chinese_keyboard_are_named_where_they_stand(text: str, place: str, remedy: str) -> None:
    said = faults(lambda: loads("version: 1\n" + text, Plan, name="p"))[0]
    assert said.startswith(f"p, {place}: ") and said.endswith(remedy)


def test_a_wide_colon_within_braces_is_named_where_its_field_would_be() -> None:
    assert '"：" (U+FF1A) stands here' in in_file("version: 1\ncampaigns: [{every：1}]\n")


def test_wide_marks_in_chinese_text_are_at_home() -> None:
    assert loads("version: 1\nname: 店铺：茶，饼\n", Plan).name == "店铺：茶，饼"
    assert "U+FF1A" not in in_file("version: 1\nname: 店铺：a: b\n")


def test_the_numbers_of_a_mechanism_are_asked_for_below_its_name() -> None:
    class Parameters(Data):
        size: int = 1

    class Market(Data):
        easy: Parameters = Parameters()

    assert in_file("version: 1\neasy: on\n", Market).endswith(
        'easy: expects fields below it, was given the text "on"; write {} for the usual numbers'
    )


def test_a_thorough_reading_names_every_fault_however_many() -> None:
    text = f"version: 1\nprices: {{{', '.join(f'a{place}: x' for place in range(70))}}}\n"
    assert len(faults(lambda: loads(text, Plan, thorough=True))) == 70
    assert len(faults(lambda: loads(text, Plan))) == 30


def test_a_list_whose_only_entry_is_wrong_is_not_called_empty() -> None:
    class Shop(Data):
        fees: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)

    assert (
        in_file("version: 1\nfees: [-3]\n", Shop) == "plan.yaml, line 2: fees[0]: -3 is too small: at least 0"
    )
    assert in_file("version: 1\nfees: []\n", Shop) == "plan.yaml, line 2: fees: has 0 entries: at least 1"


def test_faults_of_a_file_are_listed_from_top_to_bottom() -> None:
    text = "version: 1\ncorner: [1]\nzzz: 1\ncampaigns: [{every: 0}]\nname: 7\n"
    lines = [line.split(":")[0] for line in faults(lambda: loads(text, Plan, name="p"))]
    assert lines == ["p, line 2", "p, line 3", "p, line 4", "p, line 5"]


@pytest.mark.parametrize(
    "text",
    [
        "&a x",
        "*a",
        "!!str 5",
        "!x y",
        "! x",
        "!e!x y",
        "*",
        "& b",
        "!<x",
        "{*a : 1}",
        "!!python/name:os.system ''",
    ],
)
def test_anchors_aliases_and_tags_are_refused(text: str) -> None:
    sentence = in_file(f"version: 1\nname: {text}\n")
    assert sentence.startswith("plan.yaml, line 2") and "never executes code" in sentence


def test_a_tag_that_would_run_a_command_runs_nothing(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "plan.yaml"
    path.write_text(f"version: 1\nname: !!python/object/apply:os.system ['touch {trace}']\n")
    sentence = fault(lambda: load(path, Plan))
    assert sentence.startswith(f"{path}, line 2: name: a word that begins with !") and not trace.exists()


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
    )
    start = time.perf_counter()
    assert in_file(bomb).startswith("plan.yaml, line 1: a0: ")
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[{a: "])
def test_deep_nesting_is_refused_and_does_not_crash(opening: str) -> None:
    sentence = fault(lambda: parse_yaml(opening * 20_000, "plan.yaml"))
    assert sentence.startswith("plan.yaml, line 1") and "sections inside one another" in sentence


@settings(max_examples=150, deadline=None)
@given(st.text("ab1 \n\t:-,?[]{}&*!|>'\"\\#%@.~U\x07\u2028", max_size=60))
def test_any_text_is_read_or_answered_by_one_sentence(text: str) -> None:
    try:
        parse_yaml(text, "plan.yaml")
    except Fault as error:
        assert str(error).startswith("plan.yaml") and len(error.args) == 1 and "\n" not in str(error)


# -- reading: the file itself ----------------------------------------------------------------------


def test_a_huge_file_is_refused_without_opening_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", None)
    start = time.perf_counter()
    sentence = fault(lambda: load(path, Plan))
    assert time.perf_counter() - start < 0.05
    assert sentence == f"{path}: is larger than 256 KB; a plan or scenario is far smaller, check the name"


def test_a_text_of_the_largest_size_is_still_read() -> None:
    text = "version: 1\n#"
    assert loads(text + "x" * (LARGEST - len(text)), Plan) == Plan()
    assert "larger than" in in_file(text + "x" * (LARGEST - len(text) + 1))
    assert "larger than" in in_file(text + "é" * (LARGEST // 2))


@pytest.mark.parametrize("content", ["", "# nothing\n", "\n\n", "\ufeff"])
def test_an_empty_file_is_answered_by_how_to_begin(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(content, encoding="utf-8")
    assert fault(lambda: load(path, Plan)) == f'{path}: is empty; begin with "version: 1"'


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_are_refused_and_utf_8_is_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("version: 1\nname: café\n", encoding=encoding)
    line = 2 if encoding == "latin-1" else 1
    sentence = f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8"
    assert fault(lambda: load(path, Plan)) == sentence


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_of_any_editor_are_read(tmp_path: Path, mark: str, ends: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(f"{mark}---{ends}version: 1{ends}name: café ☕{ends}", encoding="utf-8", newline="")
    assert load(path, Plan) == Plan(name="café ☕")
    assert parse_yaml(path.read_bytes().decode()).lines["name",] == 3


def test_a_missing_file_is_answered_by_files_of_nearly_that_name(tmp_path: Path) -> None:
    missing = tmp_path / "winbak.yaml"
    assert (
        fault(lambda: load(missing, Plan))
        == f"{missing}: there is no such file. That folder holds no YAML file."
    )
    (tmp_path / "other.yaml").touch()
    assert (
        fault(lambda: load(missing, Plan)) == f"{missing}: there is no such file. In that folder: other.yaml."
    )
    (tmp_path / "winback.yaml").touch()
    assert (
        fault(lambda: load(missing, Plan))
        == f"{missing}: there is no such file. In that folder: winback.yaml."
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among its files")
def test_what_is_no_file_is_named_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").touch()
    os.mkfifo(tmp_path / "pipe")
    assert (
        fault(lambda: load(tmp_path, Plan))
        == f"{tmp_path}: is a folder; name a file in it. In that folder: plan.yaml."
    )
    assert "is not an ordinary file" in fault(lambda: load(tmp_path / "pipe", Plan))
    assert "there is no folder" in fault(lambda: load(tmp_path / "no" / "plan.yaml", Plan))
    assert "cannot be read" in fault(lambda: load(tmp_path / ("x" * 300), Plan))


# -- writing ---------------------------------------------------------------------------------------

texts = st.text(max_size=40)
numbers = st.floats(allow_nan=False, allow_infinity=False)
LOOKALIKES = """
    yes no on off y N true TRUE null ~ 12:30 1_000 1e3 .5 0o17 0x1F 017 089 +1 - -1 .inf -.INF .nan 2024-01-01
    = << 0b1 ? : # & * ! | > @ ` % { } [ ] , --- ... 'a "a a: a:b a#b 1.0e+5 5.
"""
SPACED = ["", " ", " a", "a ", "a: b", "a #b", "- a", "\n", "a\nb", "\n a", "a\n\n", " a\nb ", "\t"]
ODD = ["\x85", "\u2028", "\ufeff", "é☕", "𝒳"]
lookalikes = st.sampled_from([*LOOKALIKES.split(), *SPACED, *ODD])
words = texts | lookalikes
rules = st.builds(Rule, over=st.none() | numbers, under=st.none() | numbers)
offers = st.builds(Offer, discount=st.floats(0, 1), words=words.filter(lambda text: text != "buy!"))
campaigns = st.builds(
    Campaign,
    channel=st.sampled_from(["email", "sms", "phone", "app", "store"]),
    to=st.builds(Segment, recency_weeks=st.none() | rules),
    offer=st.none() | offers,
    weeks=st.lists(st.integers(-(10**20), 10**20), max_size=50).map(tuple),
)
plans = st.builds(
    Plan,
    name=words,
    active=st.booleans(),
    campaigns=st.lists(campaigns, max_size=3).map(tuple),
    timeline=st.dictionaries(st.integers(), offers, max_size=3),
    prices=st.dictionaries(words, numbers, max_size=3),
    corner=st.none() | st.tuples(st.integers(-(10**9), 10**9), numbers),
)


@settings(max_examples=100, deadline=None)
@given(plans)
def test_what_is_dumped_is_read_as_the_same(plan: Plan) -> None:
    again = loads(dump(plan), Plan)
    assert again == plan and repr(again) == repr(plan) and dump(again) == dump(plan)


def test_what_is_saved_is_loaded_as_the_same_from_utf_8_with_plain_line_ends(tmp_path: Path) -> None:
    plan = Plan(name="café ☕", campaigns=[Campaign(offer=Offer(discount=0.1 + 0.2))], prices={"tea": 2})
    save(tmp_path / "plan.yaml", plan)
    assert load(tmp_path / "plan.yaml", Plan) == plan
    content = (tmp_path / "plan.yaml").read_bytes()
    assert "café ☕".encode() in content and b"\r" not in content and b"0.30000000000000004" in content


def test_a_dump_holds_the_version_and_then_what_differs_as_declared() -> None:
    plan = Plan(
        timeline={13: Offer(discount=0.5), 0: Offer()},
        campaigns=[Campaign(weeks=[1, 2]), Campaign(channel="sms", offer=Offer())],
        name="yes",
    )
    assert dump(plan) == (
        "version: 1\nname: 'yes'\ncampaigns:\n- weeks: [1, 2]\n- channel: sms\n  offer: {}\n"
        "timeline:\n  13:\n    discount: 0.5\n  0: {}\n"
    )
    assert dump(Plan()) == "version: 1\n"


@pytest.mark.parametrize(
    "text", ["yes", "ON", "y", "12:30", "1_000", "0o17", "1e3", "089", ".inf", "null", "2024-01-01"]
)
def test_text_that_any_yaml_takes_for_something_else_is_quoted(text: str) -> None:
    assert dump(Plan(name=text)) == f"version: 1\nname: '{text}'\n"


def test_a_value_that_only_equals_the_default_is_written() -> None:
    class Count(Data):
        number: int | bool = 0

    assert dump(Count(number=False)) == "version: 1\nnumber: false\n" and dump(Count()) == "version: 1\n"


def test_a_function_cannot_be_written_and_the_sentence_says_what_can() -> None:
    plan = Plan(campaigns=[Campaign(), Campaign(to=len)])
    assert fault(lambda: dump(plan)) == (
        "campaigns[1].to is a Python function; a file carries rules only. "
        "Write it as a Segment, e.g. Segment(recency_weeks=over(8))."
    )


def test_what_would_not_come_back_the_same_is_not_written() -> None:
    class Anything(Data):
        thing: Any = None

    class Special(Offer):
        secret: int = 0

    assert "is a set; a file carries" in fault(lambda: dump(Anything(thing={1})))
    assert "would not be the same" in fault(lambda: dump(Anything(thing=Offer(discount=0.5))))
    assert "not a finite number" in fault(lambda: dump(Anything(thing=float("inf"))))
    assert 'unknown field "secret"' in fault(lambda: dump(Campaign(offer=Special(secret=1))))


def disk_full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("broken", ["os.replace", "os.fsync", "pathlib.Path.write_bytes"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "plan.yaml"
    save(path, Plan(name="old"))
    monkeypatch.setattr(broken, disk_full)
    sentence = fault(lambda: save(path, Plan(name="new")))
    assert sentence == f"{path}: is not saved: the disk is full; free some space and save again"
    assert os.listdir(tmp_path) == ["plan.yaml"] and load(path, Plan).name == "old"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError(errno.ENOSPC, "full"), Fault("no")])
def test_an_interrupted_write_leaves_nothing_half_written(
    tmp_path: Path, interruption: BaseException
) -> None:
    def half(part: Path) -> None:
        part.write_text("half")
        raise interruption

    with pytest.raises((KeyboardInterrupt, Fault)):
        atomic_write(tmp_path / "result.csv", half)
    assert os.listdir(tmp_path) == []


def test_while_a_file_is_written_its_name_still_holds_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    path.write_text("old")

    def slow(part: Path) -> None:
        part.write_text("new")
        assert path.read_text() == "old" and part.parent == path.parent

    atomic_write(path, slow)
    assert path.read_text() == "new" and os.listdir(tmp_path) == ["result.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").touch()
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    save(tmp_path / "link.yaml", Plan(name="x"))
    assert (tmp_path / "link.yaml").is_symlink() and load(tmp_path / "real.yaml", Plan).name == "x"


def test_a_place_that_cannot_be_written_is_answered_by_what_to_do(tmp_path: Path) -> None:
    assert "make it first" in fault(lambda: save(tmp_path / "no" / "plan.yaml", Plan()))
    assert "give the file a name" in fault(lambda: save(tmp_path, Plan()))
