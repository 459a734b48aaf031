"""Fault: what is wrong with what a person wrote, in sentences that say what to write instead.

Lies below everything else in the flow: whatever refuses a value, a file or a request raises a `Fault`.
Those of values are made here: pydantic, which checks all `Data`, finds the flaws, and `flaws` puts them
into words; `sim.data` says in which object they are, `sim.files` on which line.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim import numeral, wide

MOST = 30  # flaws listed at once
NUMBERS = "Parameters"  # what a mechanism calls the section of a scenario that holds its numbers

Where: TypeAlias = tuple[Any, ...]  # the way to a value: ("campaigns", 0, "offer", "discount")


class Fault(ValueError):  # noqa: N818 - what a person wrote is at fault, the program is not in error
    """One or more sentences about what a person wrote; `str()` gives a line to each."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)

    def __str__(self) -> str:
        return "\n".join(self.args)


class Flaw(NamedTuple):
    """One thing wrong with a given value."""

    where: Where  # the offending value or field
    section: Where  # what to name when speaking of it: the value itself, or the section around the field
    sentence: str


def flaws(error: ValidationError, model: type[BaseModel], most: int | None = MOST) -> list[Flaw]:
    """Put into words what pydantic found wrong with a value for `model`; of very many flaws, the first."""
    errors = error.errors(include_url=False)
    listed = errors[:most]
    left = len(errors) - len(listed)
    misspelt = {_meant(each, model) for each in listed if each["type"] == "extra_forbidden"}
    holding = {each["loc"][:-1] for each in listed}  # a wrong entry, which pydantic does not count
    listed = [each for each in listed if each["loc"] not in misspelt or not _is_absent(each)]
    listed = [each for each in listed if each["loc"] not in holding or each["type"] != "too_short"]
    found = [_flaw(each, model) for each in listed]
    if left:
        more = f"{found[-1].sentence} (and {left} more faults)"
        found[-1] = found[-1]._replace(sentence=more)
    return found


def spelled(where: Where) -> str:
    """Write a way as a person would: campaigns[0].offer.discount."""
    text = ""
    for step in where:
        if not isinstance(step, str):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f"{'.' if text else ''}{_quoted(step)[1:-1]}"
        else:
            text += f"[{_quoted(step)}]"
    return text


def shown(value: Any) -> str:
    """`repr`, except that a function is shown by its name: its address differs from run to run."""
    return str(getattr(value, "__qualname__", type(value).__name__)) if callable(value) else repr(value)


# -- where ------------------------------------------------------------------------------------------


def _flaw(error: ErrorDetails, model: type[BaseModel]) -> Flaw:
    where: Where = error["loc"]
    section = where[:-1]
    match error["type"]:
        case "missing" if isinstance(where[-1], str):
            return Flaw(where, section, f'the field "{where[-1]}" is missing; add it')
        case "missing":
            return Flaw(where, section, f"entry number {where[-1] + 1} is missing; add it")
        case "extra_forbidden":
            name, allowed = str(where[-1]), _fields(model, section)
            if (place := wide.place(name)) is not None:
                return Flaw(where, section, f"in {_quoted(name)}, {wide.remedy(name[place])}")
            sentence = f"unknown field {_quoted(name)}{hint(name, allowed)} Allowed: {', '.join(allowed)}."
            return Flaw(where, section, sentence)
        case "invalid_key":
            sentence = f"{_given(error['input'])} cannot be the name of a field; write a word"
            return Flaw(where, section, sentence)
        case "model_type" if error["ctx"]["class_name"] == NUMBERS and error["input"] is not None:
            return Flaw(where, where, _no_numbers(error["input"], _section_at(model, where)))
    if section and where[-1] == "[key]":  # pydantic's word for: this entry's name, not its value
        where = (*where[:-2], error["input"])
    return Flaw(where, where, _sentence(error))


def _is_absent(error: ErrorDetails) -> bool:
    return error["type"] == "missing" or error["input"] is None


def _meant(error: ErrorDetails, model: type[BaseModel]) -> Where:
    """Find the field that a misspelt one was probably meant to be."""
    *section, name = error["loc"]
    return (*section, _likely(str(name), _fields(model, tuple(section))))


def _fields(model: type[BaseModel], where: Where) -> list[str]:
    """Name the fields of the section of `model` at this place."""
    return list(_section_at(model, where).model_fields)


def _section_at(model: type[BaseModel], where: Where) -> type[BaseModel]:
    for step in where:
        if step in model.model_fields:  # or else it is a place in a list, or an entry's name
            model = section_of(model.model_fields[step].annotation) or model
    return model


def section_of(kind: Any) -> type[BaseModel] | None:
    """Find the section mentioned in a type, such as Offer in tuple[Offer, ...]."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next(filter(None, map(section_of, get_args(kind))), None)


# -- sentences --------------------------------------------------------------------------------------

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a section of entries",
    "model_type": "a section ({class_name})",
}
_LIMITS = {
    "greater_than": "{given} is too small: more than {gt} is needed",
    "greater_than_equal": "{given} is too small: at least {ge}",
    "less_than": "{given} is too large: less than {lt} is needed",
    "less_than_equal": "{given} is too large: at most {le}",
    "multiple_of": "{given} is not a multiple of {multiple_of}",
    "string_too_short": "the text {given} is too short: at least {min_length} characters",
    "string_too_long": "the text {given} is too long: at most {max_length} characters",
    "string_pattern_mismatch": "the text {given} does not fit the pattern {pattern}",
    "string_unicode": "the text {given} holds characters that cannot be stored; type it again",
    "too_short": "has {actual_length} entries: at least {min_length}",
    "too_long": "has {actual_length} entries: at most {max_length}",
    "finite_number": "{given} is not a finite number; write an ordinary number",
}


def _sentence(error: ErrorDetails) -> str:
    """Say what was expected or allowed, what was given and, if that is plain, what to write instead."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "value_error":  # a validator's own words
        return str(context["error"])
    if kind == "literal_error":
        allowed = context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        return f"{_brief(value)} is not allowed{hint(str(value), allowed)} Allowed: {', '.join(allowed)}."
    if kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        return f"expects {expected}, was given {_given(value)}{_remedy(expected, value)}"
    if kind in _LIMITS:
        limits = {name: _number(limit) for name, limit in context.items()}
        return _LIMITS[kind].format(given=_brief(value), **limits)
    return f"{_given(value)} is not accepted: {error['msg'].removeprefix('Assertion failed, ')}"


def _remedy(expected: str, value: Any) -> str:
    if value is None:
        return "; give a value or leave the field out"
    if "number" in expected and isinstance(value, str):
        return _remedy_of_number(expected, value)
    if expected == "a whole number" and isinstance(value, float) and value.is_integer():
        return f"; write {int(value)}"
    if expected == "true or false" and isinstance(value, str):
        return f"; write {'true' if value.lower() in ('yes', 'y', 'on', 'true') else 'false'}, without quotes"
    if expected == "text" and isinstance(value, bool | int | float):
        return f'; put it in quotes: "{_brief(value)}"'
    if expected == "a list" and isinstance(value, set | frozenset):
        return "; a set has no order, use a list"
    if expected == "a list" and isinstance(value, bool | int | float | str | BaseModel):
        return "; put it in square brackets"
    return ""


def _no_numbers(value: Any, kind: type[BaseModel]) -> str:
    """Say how the numbers of a mechanism are given, where something else stands."""
    needed = [name for name, field in kind.model_fields.items() if field.is_required()]
    remedy = f"write these: {', '.join(needed)}" if needed else "write {} for the usual numbers"
    return f"expects fields below it, was given {_given(value)}; {remedy}"


def _remedy_of_number(expected: str, text: str) -> str:
    if numeral.is_date(text):
        return "; weeks are counted, and the first is 0: write the number of the week, not a date"
    number = numeral.meant(text)
    if number is None or (expected == "a whole number" and "." in number and number != text):
        return ""
    return f"; write {number} without quotes" if number == text else f"; write {number}"


def _likely(word: str, allowed: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, allowed, n=1)), None)


def hint(word: str, allowed: list[str]) -> str:
    """End a sentence about a word, with the one that was likely meant."""
    likely = _likely(word, allowed)
    return f'; did you mean "{likely}"?' if likely else "."


# -- values -----------------------------------------------------------------------------------------


def _given(value: Any) -> str:
    """Describe a value by its kind and itself."""
    if value is None:
        return "nothing"
    if isinstance(value, bool | int | float | str):
        kind = "" if isinstance(value, bool) else "the text " if isinstance(value, str) else "the number "
        return f"{kind}{_brief(value)}"
    if isinstance(value, tuple | list):
        return f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return f"a section of {len(value)} fields"
    if isinstance(value, BaseModel):
        return f"a section ({type(value).__name__})"
    return f"the function {shown(value)}" if callable(value) else f"a value of type {type(value).__name__}"


def _brief(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    return repr(value) if isinstance(value, int | float) else _given(value)


def _quoted(text: str) -> str:
    """Show a text in double quotes, on one line, shortened and safe to print."""
    shortened = repr(text if len(text) <= 60 else text[:57] + "...")[1:-1]
    return f'"{shortened}"'


def _number(limit: Any) -> Any:
    """Show a limit declared as 1.0 as 1."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit
