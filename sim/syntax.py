"""Syntax: what to say of a text that is not YAML, or that holds more of YAML than a file here may.

Beside `sim.tree`, which reads the text: PyYAML says where it stumbled, in its own words; from these a
person learns what to do about it.
"""

from __future__ import annotations

from yaml import MarkedYAMLError

from sim import wide
from sim.fault import Fault

COMMAND = (
    "a word that begins with !, & or * is a command of YAML's, and a plan file never executes code: "
    "write the value itself, or put text in quotes"
)
SYNTAX = {  # what PyYAML says: what a person can do about it, and whether to look where the thing began
    r"found character '\t'": ("a tab stands here; indent and separate with spaces", False),
    "cannot start any token": ("text that begins with this character must stand in quotes", False),
    "mapping values are not allowed": (
        "a colon too many, or wrong indentation here or just above: write `name: value`, with a space after "
        "the colon, one to a line, and put text that holds a colon in quotes",
        False,
    ),
    "could not find expected ':'": ("a colon is missing; write `name: value`", True),
    "quoted scalar found unexpected": ("the quote that opens here is not closed; close it", True),
    "unknown escape character": ("a backslash in double quotes begins a code; use single quotes", False),
    "expected ',' or": ("the bracket that opens here is not closed, or lacks a comma; complete it", True),
    "tag handle": (COMMAND, False),
    "scanning an alias": (COMMAND, False),
    "scanning an anchor": (COMMAND, False),
    "a tag": (COMMAND, False),
    "<block end>": (
        "this does not belong here; indent it like its neighbours, and let nothing follow a closing quote",
        False,
    ),
    "node content": ("a value is missing before this; write it, or remove what is too many", False),
    "": ("is not YAML; check indentation, colons, quotes and brackets", False),
}


def bad_syntax(name: str, error: MarkedYAMLError, text: str) -> Fault:
    """Say what is to be done where PyYAML stumbled."""
    marks = [mark.line for mark in (error.context_mark, error.problem_mark) if mark]
    lines = text.splitlines()
    for number in range(min(marks), min(max(marks) + 1, len(lines))):
        if (column := wide.place(lines[number])) is not None:
            remedy = wide.remedy(lines[number][column])
            return Fault(f"{name}, line {number + 1}, column {column + 1}: {remedy}")
    said = f"{error.context} {error.problem}"
    sentence, from_start = next(entry for words, entry in SYNTAX.items() if words in said)
    mark = (error.context_mark if from_start else None) or error.problem_mark
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return Fault(f"{name}{place}: {sentence}")


def odd_character(name: str, text: str, position: int) -> Fault:
    """Point out a character that cannot be seen."""
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    code = f"U+{ord(text[position]):04X}"
    return Fault(
        f"{name}, line {line}, column {column}: an invisible character ({code}) stands here; delete it"
    )
