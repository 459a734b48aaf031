"""Data: the checked, unchangeable base of every section of a plan or a scenario.

First station of the flow: learners and instructors describe what they want as `Data`, in Python or in a
file (`sim.files`); everything later in the flow may rely on it being valid. A bad value never gets
further than here: it raises a `Fault`, which says in plain sentences what was given and what is allowed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias, get_args

import numpy
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

__all__ = ["Data", "Fault", "Field"]

MOST = 30  # faults listed at once

Where: TypeAlias = tuple[Any, ...]  # the way to a value: ("campaigns", 0, "offer", "discount")


class Fault(ValueError):  # noqa: N818 - what a person wrote is at fault, the program is not in error
    """One or more sentences about what a person wrote; `str()` gives a line to each."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)

    def __str__(self) -> str:
        return "\n".join(self.args)


class Flaw(NamedTuple):
    """One thing wrong with a given value."""

    where: Where  # the offending value or key
    section: Where  # what to name when speaking of it: the value itself, or the section around the key
    sentence: str
    meant: Where | None = None  # the field that a misspelt name was probably meant to be


class Data(BaseModel):
    """A validated, immutable record; subclasses declare the fields.

    Whole numbers serve as numbers, lists as tuples and numpy scalars as plain numbers; nothing else is
    converted: "7" is not 7, `True` is not 1, 3.0 is not a whole number. Fields that hold several values
    are declared as tuples (or dicts), never as lists or sets. No field may be called `version` or `but`.

    Raises
    ------
    Fault
        On construction, listing what is wrong, a line each (of very many, the first).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    if not TYPE_CHECKING:  # type checkers read the fields of the subclass instead

        def __init__(self, /, **given: Any) -> None:
            given = {name: _plain(value) for name, value in given.items()}
            try:
                super().__init__(**given)
            except ValidationError as error:
                kind = type(self)
                raise Fault(*(_line(kind, flaw) for flaw in flaws(error, kind, given))) from None

        # Marks the constructor as pydantic's own, so that sections inside sections are validated in one
        # pass and report the full path instead of each raising a Fault of its own.
        __init__.__pydantic_base_init__ = True

        def __setattr__(self, name: str, value: Any) -> None:
            if name in type(self).model_fields:
                raise Fault(
                    f"{type(self).__name__}.{name} cannot be changed; make a changed copy: .but({name}=...)"
                )
            super().__setattr__(name, value)

    def but(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, validated like a new one.

        Raises
        ------
        Fault
            If a change is not allowed or names an unknown field.
        """
        same = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**(same | changes))

    def __repr__(self) -> str:
        fields = (f"{name}={_shown(value)}" for name, value in changed(self).items())
        return f"{type(self).__name__}({', '.join(fields)})"

    __str__ = __repr__


def changed(data: Data) -> dict[str, Any]:
    """Return the fields of `data` that differ from their defaults, in the order declared."""
    values = {name: getattr(data, name) for name in type(data).model_fields}
    return {name: value for name, value in values.items() if not _is_default(data, name, value)}


def spelled(where: Where) -> str:
    """Write a path as a person would: campaigns[0].offer.discount."""
    text = ""
    for step in where:
        if not isinstance(step, str):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f"{'.' if text else ''}{quoted(step)[1:-1]}"
        else:
            text += f"[{quoted(step)}]"
    return text


def quoted(text: str) -> str:
    """Show a text in double quotes, on one line, shortened and safe to print."""
    shown = repr(text if len(text) <= 60 else text[:57] + "...")[1:-1]
    return f'"{shown}"'


def flaws(error: ValidationError, model: type[BaseModel], given: Any) -> list[Flaw]:
    """Translate what pydantic found wrong with `given`, read as a `model`, into sentences.

    Of a union only the member that came nearest speaks; if none came near, all speak in one sentence.
    """
    errors = error.errors(include_url=False)
    mistakes = [_mistake(details, given) for details in errors[:MOST]]
    found = [flaw for mistake in _nearest(mistakes) for flaw in _flaws(mistake, model)]
    if len(errors) > MOST:
        found[-1] = found[-1]._replace(
            sentence=f"{found[-1].sentence} (and {len(errors) - MOST} more faults)"
        )
    misspelt = {flaw.meant for flaw in found}  # these are not missing as well
    return [flaw for flaw in found if flaw.where == flaw.section or flaw.where not in misspelt]


# --- values ------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Turn lists into tuples and numpy scalars into plain numbers, at any depth."""
    if type(value) is list or type(value) is tuple:
        return tuple(_plain(item) for item in value)
    if type(value) is dict:
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value.item() if isinstance(value, numpy.generic) else value


def _is_default(data: Data, name: str, value: Any) -> bool:
    field = type(data).model_fields[name]
    if field.is_required():
        return False
    default = field.get_default(call_default_factory=True, validated_data=data.__dict__)
    return bool(value == default) and repr(value) == repr(default)  # 0 == False, but they are not the same


def _shown(value: Any) -> str:
    """`repr`, except that a function is shown by its name: its address differs from run to run."""
    is_function = callable(value) and not isinstance(value, Data)
    return str(getattr(value, "__qualname__", type(value).__name__)) if is_function else repr(value)


def _line(kind: type[Data], flaw: Flaw) -> str:
    path = spelled(flaw.section)
    return f"{kind.__name__}{'.' if path and path[0] != '[' else ''}{path}: {flaw.sentence}"


# --- mistakes: where they are, and which member of a union speaks --------------------------------------


@dataclass(frozen=True)
class _Mistake:
    """An error of pydantic's, its path freed of the names of the union members that were tried."""

    error: ErrorDetails
    where: Where
    union: int | None = None  # how many steps of `where` lead to a union, if there is one on the way
    member: Any = None  # the member of that union which complains


def _mistake(error: ErrorDetails, given: Any) -> _Mistake:
    """Follow the path of `error` through the given value; a step not found there is a union member."""
    where: Where = ()
    union, member = None, None
    way = error["loc"]
    if way[-1:] == ("[key]",):
        return _Mistake(error, (*_mistake({**error, "loc": way[:-2]}, given).where, error["input"]))
    for number, step in enumerate(way, start=1):
        if _holds(given, step):
            where, given = (*where, step), given[step]
        elif number == len(way) and error["type"] in ("missing", "extra_forbidden", "invalid_key"):
            where = (*where, step)
        elif union is None:
            union, member = len(where), step
    return _Mistake(error, where, union, member)


def _holds(given: Any, step: Any) -> bool:
    if isinstance(given, tuple):
        return isinstance(step, int) and step < len(given)
    return isinstance(given, Mapping) and step in given


def _nearest(mistakes: list[_Mistake]) -> Iterator[_Mistake]:
    """Of each union keep only what the member that came furthest has to say."""
    unions: dict[Where, list[_Mistake]] = {}
    for mistake in mistakes:
        if mistake.union is None:
            yield mistake
        else:
            unions.setdefault(mistake.where[: mistake.union], []).append(mistake)
    for tried in unions.values():
        misfits = [each for each in tried if each.union == len(each.where) and _expected(each.error)]
        nearest = next((mistake.member for mistake in tried if mistake not in misfits), None)
        yield from [mistake for mistake in tried if mistake.member == nearest] or [_merged(misfits)]


def _merged(misfits: list[_Mistake]) -> _Mistake:
    """Make one mistake of those of several types, none of which the value is."""
    expected = " or ".join(dict.fromkeys(str(_expected(misfit.error)) for misfit in misfits))
    return replace(misfits[0], error={**misfits[0].error, "type": "union", "ctx": {"expected": expected}})


def _fields(model: type[BaseModel], where: Where) -> list[str]:
    """Name the fields that a section of `model` at this place may have."""
    sections = [model]
    for step in where:
        fields = [section.model_fields[step] for section in sections if step in section.model_fields]
        if fields:  # or else a place in a list, or a key
            sections = [section for field in fields for section in _sections(field.annotation)]
    return list(dict.fromkeys(name for section in sections for name in section.model_fields))


def _sections(kind: Any) -> list[type[BaseModel]]:
    """Find the sections mentioned in a type, such as Offer in tuple[Offer, ...]."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [section for part in get_args(kind) for section in _sections(part)]


# --- sentences ---------------------------------------------------------------------------------------

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a section of entries",
    "mapping_type": "a section of entries",
    "model_attributes_type": "a section of fields",
    "callable_type": "a Python function",
    "none_required": "nothing",
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
    "union_tag_invalid": "{discriminator} is {tag}, which is not allowed. Allowed: {expected_tags}.",
    "union_tag_not_found": "the field {discriminator} is missing, which says what kind this is; add it",
}


def _flaws(mistake: _Mistake, model: type[BaseModel]) -> Iterator[Flaw]:
    """Say what is wrong; only a validator that itself met several faults says more than one thing."""
    error, where, section = mistake.error, mistake.where, mistake.where[:-1]
    match error["type"]:
        case "missing" if isinstance(where[-1], str):
            yield Flaw(where, section, f'the field "{where[-1]}" is missing; add it')
        case "missing":
            yield Flaw(where, section, f"entry number {where[-1] + 1} is missing; add it")
        case "extra_forbidden":
            fields, name = _fields(model, section), where[-1]
            sentence = f"unknown field {quoted(name)}{_hint(name, fields)} Allowed: {', '.join(fields)}."
            yield Flaw(where, section, sentence, meant=(*section, _likely(name, fields)))
        case "invalid_key":
            sentence = f"{_given(error['input'])} cannot be the name of a field; write a word"
            yield Flaw(where, section, sentence)
        case "value_error":
            cause = error["ctx"]["error"]
            for sentence in cause.args if isinstance(cause, Fault) else (str(cause),):
                yield Flaw(where, where, sentence)
        case _:
            yield Flaw(where, where, _sentence(error))


def _likely(word: str, allowed: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, allowed, n=1)), None)


def _hint(word: str, allowed: list[str]) -> str:
    likely = _likely(word, allowed)
    return f'; did you mean "{likely}"?' if likely else "."


def _sentence(error: ErrorDetails) -> str:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "literal_error":
        allowed = _choices(context["expected"])
        return f"{_brief(value)} is not allowed{_hint(str(value), allowed)} Allowed: {', '.join(allowed)}."
    if expected := _expected(error):
        return f"expects {expected}, was given {_given(value)}{_remedy(expected, value)}"
    if kind in _LIMITS:
        limits = {name: _number(limit) for name, limit in context.items()}
        return _LIMITS[kind].format(given=_brief(value), **limits)
    return f"{_given(value)} is not accepted: {error['msg'].removeprefix('Assertion failed, ')}"


def _expected(error: ErrorDetails) -> str | None:
    """Say what was expected, if the mistake is that the value is of another kind altogether."""
    context = error.get("ctx", {})
    match error["type"]:
        case "union":
            return str(context["expected"])
        case "literal_error":
            return f"one of {', '.join(_choices(context['expected']))}"
        case "model_type" | "is_instance_of":
            return f"a section ({context.get('class_name') or context.get('class')})"
        case kind:
            return _EXPECTED.get(kind)


def _choices(expected: str) -> list[str]:
    """Part pydantic's "'email', 'sms' or 'phone'"."""
    return expected.replace(" or ", ", ").replace("'", "").split(", ")


def _remedy(expected: str, value: Any) -> str:
    if value is None:
        return "; give a value or leave the field out"
    if "number" in expected and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"; write {value} without quotes"
    if expected == "a whole number" and isinstance(value, float) and value.is_integer():
        return f"; write {int(value)}"
    if expected == "true or false" and isinstance(value, str):
        return f"; write {'true' if value.lower() in ('yes', 'y', 'on', 'true') else 'false'}, without quotes"
    if expected == "text" and isinstance(value, bool | int | float):
        return f'; put it in quotes: "{_brief(value)}"'
    if expected == "a list" and isinstance(value, set | frozenset):
        return "; a set has no order, use a list"
    if expected == "a list" and isinstance(value, bool | int | float | str | Data):
        return "; put it in square brackets"
    return ""


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
    if isinstance(value, Data):
        return f"a section ({type(value).__name__})"
    return f"the function {_shown(value)}" if callable(value) else f"a value of type {type(value).__name__}"


def _brief(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    return repr(value) if isinstance(value, int | float) else _given(value)


def _number(limit: Any) -> Any:
    """Show a limit declared as 1.0 as 1."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit
