"""Checks: what is wrong with an answer, in words that help, and never what would be right.

The answer key of an exercise (`sim/course/answers/`) is made of these. Each looks at one property of an
answer and gives it back, or raises `NotYet`; a notebook then shows its sentence alone, without the lines of
program that led there. What passed is a `Passed`. Several right answers pass: a check judges what an answer
is, not how it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from sim.data import Fault
from sim.style import people, wrapped

LINE = 100  # characters on a line of a notebook
Answer = TypeVar("Answer")


class NotYet(Exception):  # noqa: N818 - the exercise is not at fault, and not finished
    """An answer that is missing, or not right yet; the sentence says what to think about."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")

    def _render_traceback_(self) -> list[str]:  # what IPython shows instead of the way through the program
        return wrapped(f"✗ Not yet. {self}", LINE).split("\n")


@dataclass(frozen=True)
class Passed:
    """A right answer, with a sentence on what it means; a notebook shows it."""

    sentence: str

    def __repr__(self) -> str:
        return wrapped(f"✓ {self.sentence}", LINE)


def answered(name: str, answer: Answer) -> Answer:
    """Refuse a stub that is still there, or an answer without content."""
    if answer is ... or answer is None or (isinstance(answer, str) and not answer.strip()):
        raise NotYet(name, "not answered yet. Put your answer in the place of the three dots, and run it.")
    return answer


def require(name: str, holds: bool | np.bool_, sentence: str) -> None:
    """Refuse an answer without some property; the sentence says which, and why it matters."""
    if not holds:
        raise NotYet(name, sentence)


def number(
    name: str,
    answer: Any,
    close_to: float | None = None,
    within: float = 0.0,
    mistakes: Mapping[str, float] | None = None,
) -> float:
    """Judge a number.

    Parameters
    ----------
    close_to, within
        What is right, and how far from it is right enough; without, any number passes.
    mistakes
        What to say about the numbers that people get who take a wrong turn, by the sentence.
    """
    value = _one_number(name, answered(name, answer))
    if close_to is None or abs(value - close_to) <= within:
        return value
    for sentence, result in (mistakes or {}).items():
        if abs(value - result) <= within:
            raise NotYet(name, sentence)
    direction = "large" if value > close_to else "small"
    raise NotYet(name, f"{_shown(value)} is too {direction}. {_far(value, close_to)}")


def share(
    name: str,
    answer: Any,
    close_to: float | None = None,
    within: float = 0.005,
    mistakes: Mapping[str, float] | None = None,
) -> float:
    """Judge a share, from 0 to 1; see `number`."""
    value = _one_number(name, answered(name, answer))
    doubt = "turn a sign round" if value < 0 else "write per cent" if value <= 100 else "divide by the whole"
    outside = f"shares lie between 0 and 1; yours is {_shown(value)}: did you {doubt}?"
    require(name, 0 <= value <= 1, outside)
    return number(name, value, close_to, within, mistakes)


def choice(name: str, answer: Any, right: str, wrong: Mapping[str, str]) -> str:
    """Judge one of several letters.

    Parameters
    ----------
    right
        The letter.
    wrong
        What to say about each of the others, by letter.
    """
    letter = answered(name, answer)
    letters = sorted([right, *wrong])
    given = letter.strip().strip("'\"()").lower() if isinstance(letter, str) else letter
    known = isinstance(given, str) and given in letters
    require(name, known, f'choose one of the letters {", ".join(letters)}, in quotes, as in "a".')
    require(name, given == right, f'not "{given}". {wrong.get(str(given), "")}')
    return right


def chosen(name: str, answer: Any, right: Iterable[Any], whom: str, most_wrong: int = 0) -> pd.Index:
    """Judge a choice of customers: their names, a table or column of them, or True and False for each.

    Parameters
    ----------
    right
        The names of those who should be chosen.
    whom
        Who these are, in words, such as "customers at risk".
    most_wrong
        How many may be missing or too many.
    """
    given, wanted = _names(name, answered(name, answer)), pd.Index(right)
    extra, missing = len(given.difference(wanted)), len(wanted.difference(given))
    require(name, given.is_unique, "somebody is named twice.")
    if extra + missing <= most_wrong:
        return given
    parts = [f"{people(extra)} should not be among them"] if extra else []
    parts += [f"{people(missing)} {'is' if missing == 1 else 'are'} missing"] if missing else []
    raise NotYet(name, f"of the {whom} you chose, {' and '.join(parts)}.")


def kind(name: str, answer: Any, wanted: type[Answer], words: str) -> Answer:
    """Judge what sort of thing an answer is, such as a `Plan`."""
    given = answered(name, answer)
    if not isinstance(given, wanted):
        raise NotYet(name, f"expects {words}, was given {_described(given)}.")
    return given


def works(name: str, attempt: Callable[[], Answer]) -> Answer:
    """Give the result of what an answer makes possible, such as a run of a plan, or say why it fails."""
    try:
        return attempt()
    except Fault as fault:
        raise NotYet(name, f"it cannot be used: {fault}") from None


# -- reading an answer -----------------------------------------------------------------------------


def _one_number(name: str, answer: Any) -> float:
    """Read a number, also from a table or column that holds exactly one."""
    if isinstance(answer, pd.Series | pd.DataFrame | np.ndarray | list | tuple):
        values = np.asarray(answer, object)
        if values.size != 1:
            raise NotYet(name, f"one number is asked, and this is {_described(answer)}. Sum it, or count it?")
        answer = values.item()
    wrong = f"expects a number, was given {_described(answer)}."
    if isinstance(answer, str):
        wrong = f"expects a number, was given the text {answer!r}; write it without quotes."
    require(name, isinstance(answer, Real) and not isinstance(answer, bool | np.bool_), wrong)
    value = float(answer)
    unknown = "the result is unknown (nan): did you divide by zero, or is there nothing to add up?"
    require(name, np.isfinite(value), unknown)
    return value


def _names(name: str, answer: Any) -> pd.Index:
    """Read who is chosen: names, a column or table of the chosen, or True and False for each."""
    if isinstance(answer, pd.Series) and answer.dtype == bool:
        return answer.index[answer.to_numpy()]
    if isinstance(answer, pd.Series | pd.DataFrame):
        return answer.index
    if isinstance(answer, pd.Index):
        return answer
    if isinstance(answer, np.ndarray | list | tuple | set | frozenset | range):
        return pd.Index(list(answer))
    raise NotYet(name, f"expects a choice of customers, was given {_described(answer)}.")


def _described(answer: Any) -> str:
    if isinstance(answer, pd.DataFrame):
        return f"a table of {len(answer):,} rows"
    if isinstance(answer, pd.Series):
        return f"a column of {len(answer):,} values"
    if isinstance(answer, np.ndarray | list | tuple | set | frozenset | pd.Index):
        return f"a list of {len(answer):,}"
    if callable(answer):
        return "a function that was not called; add ()" if not isinstance(answer, type) else "a class"
    return f"{answer!r}" if isinstance(answer, bool | Real) else f"a value of type {type(answer).__name__}"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _far(value: float, right: float) -> str:
    """Tell a slip of calculation from a wrong turn, without telling the answer."""
    factor = abs(value / right) if right and value else np.inf
    if max(factor, 1 / factor) < 1.25:
        return "You are close: is the right group counted, over the right time?"
    return "It is far off: read the question again, and look at what is divided by what."
