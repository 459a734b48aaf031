"""Pairing: an answer that gives each of several things its match, judged one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.course.checks import NotYet, answered, require


def paired(name: str, answer: Any, right: Mapping[str, str], think: Mapping[str, str]) -> dict[str, str]:
    """Judge what was given to each thing.

    Parameters
    ----------
    right
        The match of each thing; capital letters and spaces around it do not matter.
    think
        What to think about where the match of a thing is wrong, by thing.

    Raises
    ------
    NotYet
        If something has no match yet, or a wrong one; it names the first such thing, and never its match.
    """
    given = answered(name, answer)
    shape = f"expects a match for each of {_quoted(right)}, as in {{{next(iter(right))!r}: …}}."
    require(name, isinstance(given, Mapping), shape)
    missing = [thing for thing in right if given.get(thing, ...) is ... or not str(given[thing]).strip()]
    require(name, not missing, f"not answered yet: {_quoted(missing)}.")
    wrong = [thing for thing in right if str(given[thing]).strip().lower() != right[thing].lower()]
    if wrong:
        more = f" ({len(wrong)} of {len(right)} are not right yet.)" if len(wrong) > 1 else ""
        raise NotYet(name, f'"{given[wrong[0]]}" does not fit "{wrong[0]}". {think[wrong[0]]}{more}')
    return {thing: str(given[thing]) for thing in right}


def _quoted(things: Iterable[str]) -> str:
    """List things whose names may hold commas."""
    return ", ".join(f'"{thing}"' for thing in things)
