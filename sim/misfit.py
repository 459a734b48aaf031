"""Misfit: what may be right by itself, but does not go together with the rest.

pydantic checks a section as a whole only when each of its fields is right. `fitted` tells both at once: what
is wrong with the fields, and what does not go together in what somebody gave for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from sim.fault import Where

Built = TypeVar("Built")


class Misfit(NamedTuple):
    """One thing that does not go together with the rest."""

    where: Where  # from the section that is looked at
    sentence: str


def fitted(build: Callable[[Any], Built], given: Any, misfits: Iterable[Misfit]) -> Built:
    """Build a value from what is given for it, by pydantic's `build`, unless something does not fit.

    Raises
    ------
    ValidationError
        With every misfit, beside what pydantic itself finds wrong.
    """
    wrong = list(map(_misfit, misfits))
    try:
        built = build(given)
    except ValidationError as error:
        wrong = [*map(_again, error.errors(include_url=False)), *wrong]
    if wrong:
        raise ValidationError.from_exception_data("", wrong)
    return built


def part(given: Any, *where: str) -> Any:
    """Give a part of what somebody wrote or built, right or wrong; None if it is not there."""
    for step in where:
        given = given.get(step) if isinstance(given, Mapping) else getattr(given, step, None)
    return given


def _misfit(found: Misfit) -> InitErrorDetails:
    reason = ValueError(found.sentence)
    return InitErrorDetails(type="value_error", loc=found.where, input=None, ctx={"error": reason})


def _again(error: ErrorDetails) -> InitErrorDetails:
    """Put an error of pydantic's back into the form in which one is made."""
    return InitErrorDetails(
        type=error["type"], loc=error["loc"], input=error["input"], ctx=error.get("ctx", {})
    )
