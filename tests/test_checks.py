"""Checks tell what is wrong with an answer, pass whatever is right, and never say what would be."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan
from sim.course import checks
from sim.course.checks import NotYet, Passed

SPEND = pd.Series([50.0, 30.0, 10.0, 10.0], index=[11, 12, 13, 14])


def said(check: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(NotYet) as caught:
        check("it", *arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize("stub", [..., None, "", "  "])
@pytest.mark.parametrize("check", [checks.answered, checks.number, checks.share])
def test_a_stub_is_not_answered_yet(check: Any, stub: object) -> None:
    assert "it: not answered yet" in said(check, stub)


@pytest.mark.parametrize(
    "answer", [0.4, np.float64(0.4), np.array(0.4), pd.Series([0.4]), [0.4], 0.404, np.float32(0.4)]
)
def test_a_number_passes_in_whatever_form_it_comes(answer: object) -> None:
    assert checks.share("it", answer, close_to=0.4) == pytest.approx(0.4, abs=0.005)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (35, "shares lie between 0 and 1; yours is 35: did you write per cent?"),
        (1234.5, "yours is 1,234: did you divide by the whole?"),
        (-0.2, "yours is -0.2: did you turn a sign round?"),
        ("0.4", "was given the text '0.4'; write it without quotes"),
        (True, "expects a number, was given True"),
        (SPEND, "one number is asked, and this is a column of 4 values"),
        (SPEND.to_frame(), "this is a table of 4 rows"),
        (SPEND.sum, "a function that was not called; add ()"),
        (float("nan"), "did you divide by zero"),
        (0.1, "too small"),
        (0.9, "too large"),
    ],
)
def test_a_wrong_share_is_told_what_is_wrong_with_it(answer: object, words: str) -> None:
    assert words in said(checks.share, answer, close_to=0.4)


@pytest.mark.parametrize("answer", [0.1, 0.2, 0.39, 0.43, 0.45, 0.9, 4, 40, 0.41])
def test_no_sentence_about_a_wrong_number_holds_the_right_one(answer: float) -> None:
    sentence = said(checks.share, answer, close_to=0.4327, within=0.001, mistakes={"turn it round.": 0.5673})
    assert not [
        form for form in ("0.43", "43 %", "43.", ".4327") if form in sentence.replace(str(answer), "")
    ]


def test_a_known_mistake_is_called_by_its_name() -> None:
    assert "turn it round" in said(checks.share, 0.6, close_to=0.4, mistakes={"turn it round": 0.6})
    assert checks.share("it", 0.5, close_to=0.5, mistakes={"turn it round": 0.5}) == 0.5, "right comes first"


def test_a_choice_passes_in_either_case_and_explains_each_wrong_letter() -> None:
    wrong = {"a": "Think of b.", "c": "Not so."}
    assert checks.choice("it", " B ", "b", wrong) == "b"
    assert "Not so." in said(checks.choice, "c", "b", wrong)
    assert "one of the letters a, b, c" in said(checks.choice, "d", "b", wrong)
    assert "one of the letters" in said(checks.choice, 2, "b", wrong)


@pytest.mark.parametrize(
    "answer",
    [
        SPEND[SPEND > 20],
        SPEND > 20,
        SPEND[SPEND > 20].to_frame(),
        SPEND.nlargest(2).index,
        [12, 11],
        {11, 12},
        np.array([11, 12]),
    ],
    ids=["column", "mask", "table", "index", "list", "set", "array"],
)
def test_a_choice_of_customers_passes_in_whatever_form_it_comes(answer: object) -> None:
    assert sorted(checks.chosen("it", answer, [11, 12], "best")) == [11, 12]


def test_a_wrong_choice_is_told_how_many_are_too_many_or_missing_but_not_who() -> None:
    sentence = said(checks.chosen, [11, 13, 14], [11, 12], "best customers")
    assert (
        "of the best customers you chose, 2 people should not be among them and 1 person is missing"
        in sentence
    )
    assert not [name for name in ("12", "13", "14") if name in sentence]
    assert "named twice" in said(checks.chosen, [11, 11, 12], [11, 12], "best")
    assert "expects a choice of customers" in said(checks.chosen, 5, [11], "best")


def test_what_cannot_be_used_is_refused_in_the_words_of_its_fault() -> None:
    def fails() -> None:
        raise Fault("channel: there is no pigeon.")

    assert "cannot be used: channel: there is no pigeon" in said(checks.works, fails)
    assert "expects a Plan, was given 3" in said(checks.kind, 3, Plan, "a Plan")


def test_a_notebook_shows_the_sentence_alone_on_lines_that_fit() -> None:
    shown = NotYet("it", "a word " * 40)._render_traceback_()
    assert shown[0].startswith("✗ Not yet. it: a word")
    assert max(map(len, shown)) <= checks.LINE


def test_what_passed_reads_the_same_each_time() -> None:
    assert repr(Passed("Right, because so.")) == "✓ Right, because so."
