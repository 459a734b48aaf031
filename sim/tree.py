"""A tree: the plain values that a text in YAML 1.2 holds, and the line on which each stands.

Between the text of a file and `sim.files`, which makes `Data` of a tree and names the line of every
mistake. A text holds plain values and nothing else: it cannot run code, refer to other files or grow
beyond what was written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from sim.fault import Fault, Where, spelled
from sim.syntax import COMMAND, bad_syntax, odd_character

LARGEST = 256 * 1024  # bytes; many times a long plan
DEEPEST = 32  # sections inside one another
LONGEST = 40  # characters of a number
ENDS_OF_LINES = "[\x85\u2028\u2029]"  # to PyYAML, but not to YAML 1.2: refused rather than misread


@dataclass(frozen=True)
class Tree:
    """Plain values (dicts, tuples, text, numbers, true, false, None) and their lines."""

    name: str  # what a Fault calls the text
    value: Any
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int:
        """Return the line of a value (for a field: of its name) or of the nearest section around it."""
        while where not in self.lines:
            where = where[:-1]
        return self.lines[where]

    def fault(self, where: Where, sentence: str, section: Where | None = None) -> str:
        """Complete a sentence with file, line and field; `section` is the field to name if not `where`."""
        return _located(self.name, self.line(where), where if section is None else section, sentence)


def parse_yaml(text: str, name: str = "text") -> Tree:
    """Read a YAML text; `name` is what a `Fault` calls it.

    Raises
    ------
    Fault
        If the text is too large or not plain YAML.
    """
    if len(text.encode(errors="replace")) > LARGEST:
        raise too_large(name)
    if odd := re.search(ENDS_OF_LINES, text):
        raise odd_character(name, text, odd.start())
    try:
        return _Reader(text, name).tree()
    except yaml.reader.ReaderError as error:
        raise odd_character(name, text, error.position) from None
    except yaml.MarkedYAMLError as error:
        raise bad_syntax(name, error, text) from None


def parse_scalar(text: str) -> Any:
    """Read a text without quotes as YAML 1.2's core schema does; `yes`, `12:30` and `1_000` are texts."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        raise ValueError(f"{text} is not a finite number; write an ordinary number")
    whole = re.fullmatch(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", text)
    if not whole and not re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return text
    if len(text) > LONGEST:
        raise ValueError(f"the number is {len(text)} characters long; write at most {LONGEST}")
    if whole:
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if not math.isfinite(float(text)):
        raise ValueError(f"{text} is too large for a number; write a smaller one")
    return float(text)


def too_large(name: str) -> Fault:
    """Refuse a text by its size."""
    limit = f"{LARGEST // 1024} KB"
    return Fault(f"{name}: is larger than {limit}; a plan or scenario is far smaller, check the name")


def _located(name: str, line: int, where: Where, sentence: str) -> str:
    field = spelled(where)
    return f"{name}, line {line}: {field}{': ' if field else ''}{sentence}"


class _Reader:
    """Builds a tree from PyYAML's events: what is not read is refused before anything is built of it."""

    def __init__(self, text: str, name: str) -> None:
        self.events: Any = yaml.SafeLoader(text)
        self.name = name
        self.lines: dict[Where, int] = {(): 1}

    def tree(self) -> Tree:
        """Read the whole text."""
        try:
            return self.document()
        except Fault:
            raise
        except (ValueError, OverflowError):  # PyYAML does not check what "\U99999999" stands for
            line = self.events.line + 1
            self.refuse(line, (), "a code after a backslash is no character; use single quotes")

    def document(self) -> Tree:
        self.next()
        if self.next_is(yaml.StreamEndEvent):
            return Tree(self.name, None, self.lines)
        self.next()
        value = self.value(())
        self.next()
        if not self.next_is(yaml.StreamEndEvent):
            line = self.next().start_mark.line + 1
            self.refuse(line, (), 'a second document begins here; keep one to a file, without "---"')
        return Tree(self.name, value, self.lines)

    def value(self, where: Where) -> Any:
        event = self.next(where)
        line = self.lines.setdefault(where, event.start_mark.line + 1)
        if len(where) > DEEPEST:
            self.refuse(line, (), f"more than {DEEPEST} sections inside one another; check the brackets")
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(where)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(where)
        return self.scalar(event, where)

    def sequence(self, where: Where) -> tuple[Any, ...]:
        items: list[Any] = []
        while not self.next_is(yaml.SequenceEndEvent):
            items.append(self.value((*where, len(items))))
        self.next()
        return tuple(items)

    def mapping(self, where: Where) -> dict[Any, Any]:
        entries: dict[Any, Any] = {}
        while not self.next_is(yaml.MappingEndEvent):
            event = self.next(where)
            line = event.start_mark.line + 1
            key = self.scalar(event, where) if isinstance(event, yaml.ScalarEvent) else None
            if key is None or isinstance(key, bool):
                self.refuse(line, where, "a field's name is a word or a number; put other text in quotes")
            place = (*where, key)
            if key in entries:
                twice = f"is written twice, on lines {self.lines[place]} and {line}; keep one"
                self.refuse(line, place, twice)
            self.lines[place] = line
            entries[key] = self.value(place)
        self.next()
        return entries

    def scalar(self, event: Any, where: Where) -> Any:
        event.value.encode()  # fails for half a character, "\ud800": `tree` answers as for "\U99999999"
        try:
            return parse_scalar(event.value) if event.implicit[0] else event.value
        except ValueError as error:
            self.refuse(event.start_mark.line + 1, where, str(error))

    def next(self, where: Where = ()) -> Any:
        """Give the next event, unless it could do more than hold a value."""
        event = self.events.get_event()
        if getattr(event, "anchor", None) or getattr(event, "tag", None):  # an alias has an anchor too
            self.refuse(event.start_mark.line + 1, where, COMMAND)
        return event

    def next_is(self, kind: type[yaml.Event]) -> bool:
        return bool(self.events.check_event(kind))

    def refuse(self, line: int, where: Where, sentence: str) -> NoReturn:
        raise Fault(_located(self.name, line, where, sentence))
