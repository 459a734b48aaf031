"""Files: plans and scenarios as YAML, read with every mistake named by line, written without loss.

Stands between a person's text editor and `sim.data`: `load` turns a file into valid `Data` or raises a
`Fault` that says where to look and what to write instead; `save` is its inverse. A file holds plain
values and nothing else: it cannot run code, refer to other files or grow beyond what was written.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import math
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar, get_args, get_origin

import yaml
from pydantic import ValidationError

from sim.data import Data, Fault, Where, changed, flaws, spelled

VERSION = 1
LARGEST = 256 * 1024  # bytes; many times a long plan
DEEPEST = 32  # sections inside one another
LONGEST = 40  # characters of a number
WIDTH = 110
ENDS_OF_LINES = "[\x85\u2028\u2029]"  # to PyYAML, but not to YAML 1.2: refused rather than misread

AnyData = TypeVar("AnyData", bound=Data)


@dataclass(frozen=True)
class Tree:
    """The plain values of a YAML text (dicts, tuples, text, numbers, true, false, None) and their lines."""

    name: str
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


# -- reading ---------------------------------------------------------------------------------------


def load(path: Path | str, model: type[AnyData], *, version: int = VERSION) -> AnyData:
    """Read a file as a `model`.

    Raises
    ------
    Fault
        If the file cannot be read, is not plain YAML, is of another version or no valid `model`: a line
        for each mistake, with path, line, field and what to write instead.
    """
    return _validated(read_yaml(path), model, version)


def loads(text: str, model: type[AnyData], *, name: str = "text", version: int = VERSION) -> AnyData:
    """Read a text as a `model`, like `load`; `name` is what a `Fault` calls it."""
    return _validated(parse_yaml(text, name), model, version)


def read_yaml(path: Path | str) -> Tree:
    """Read a YAML file: plain values and their lines, not yet checked against a model.

    Raises
    ------
    Fault
        If there is no such file, it is too large or not plain YAML.
    """
    path, content = Path(path), b""
    try:
        if not path.is_file():
            raise Fault(f"{path}: {_not_there(path)}")
        if path.stat().st_size > LARGEST:  # asked before reading, so that a huge file costs nothing
            raise Fault(_too_large(str(path)))
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        return parse_yaml(content.decode(), str(path))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Fault(f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise Fault(f"{path}: cannot be read: {error.strerror or error}") from None


def parse_yaml(text: str, name: str = "text") -> Tree:
    """Read a YAML text like `read_yaml`; `name` is what a `Fault` calls it.

    Raises
    ------
    Fault
        If the text is too large or not plain YAML.
    """
    if len(text.encode(errors="replace")) > LARGEST:
        raise Fault(_too_large(name))
    if odd := re.search(ENDS_OF_LINES, text):
        raise Fault(_odd_character(name, text, odd.start()))
    try:
        return _Reader(text, name).tree()
    except yaml.reader.ReaderError as error:
        raise Fault(_odd_character(name, text, error.position)) from None


def _validated(tree: Tree, model: type[AnyData], version: int) -> AnyData:
    if not isinstance(tree.value, dict):
        raise Fault(tree.fault((), f'expects fields such as "version: {version}", each on its own line'))
    given = dict(tree.value)
    if "version" not in given:
        sentence = f'the field "version" is missing; write "version: {version}" as the first line'
        raise Fault(tree.fault((), sentence))
    found = given.pop("version")
    if type(found) is not int:
        raise Fault(tree.fault(("version",), f'expects a whole number; write "version: {version}"'))
    if found != version:
        sentence = f"this kit reads version {version}, not {found}; use the kit that the file was written for"
        raise Fault(tree.fault(("version",), sentence))
    try:
        return model.model_validate(given)
    except ValidationError as error:
        in_order = sorted(flaws(error, model, given), key=lambda flaw: tree.line(flaw.where))
        raise Fault(*(tree.fault(flaw.where, flaw.sentence, flaw.section) for flaw in in_order)) from None


def _not_there(path: Path) -> str:
    if path.is_dir():
        return f"is a folder; name a file in it. {_near(path, path.name)}"
    if path.exists():
        return "is not an ordinary file; name a YAML file"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}; check its name"
    return f"there is no such file. {_near(path.parent, path.name)}"


def _near(folder: Path, name: str) -> str:
    """Name the files in a folder that are called nearly so or, failing that, the YAML files in it."""
    names = sorted(entry.name for entry in islice(folder.iterdir(), 1000))
    near = difflib.get_close_matches(name, names, n=3)
    near = near or [name for name in names if name.endswith((".yaml", ".yml"))][:5]
    return f"In that folder: {', '.join(near)}." if near else "That folder holds no YAML file."


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
        except yaml.MarkedYAMLError as error:
            raise Fault(_syntax(self.name, error)) from None
        except (ValueError, OverflowError):  # PyYAML does not check what "\U99999999" stands for
            line = self.events.line + 1
            self.refuse(line, (), "a code after a backslash is no character; use single quotes")

    def document(self) -> Tree:
        self.next()
        if self.next_is(yaml.StreamEndEvent):
            raise Fault(f'{self.name}: is empty; begin with "version: {VERSION}"')
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
            return _scalar(event.value) if event.implicit[0] else event.value
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


def _scalar(text: str) -> Any:
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


# -- what is wrong with a text ---------------------------------------------------------------------

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


def _syntax(name: str, error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context} {error.problem}"
    sentence, from_start = next(entry for words, entry in SYNTAX.items() if words in said)
    mark = (error.context_mark if from_start else None) or error.problem_mark
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{name}{place}: {sentence}"


def _odd_character(name: str, text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    code = f"U+{ord(text[position]):04X}"
    return f"{name}, line {line}, column {column}: an invisible character ({code}) stands here; delete it"


def _too_large(name: str) -> str:
    return f"{name}: is larger than {LARGEST // 1024} KB; a plan or scenario is far smaller, check the name"


def _located(name: str, line: int, where: Where, sentence: str) -> str:
    field = spelled(where)
    return f"{name}, line {line}: {field}{': ' if field else ''}{sentence}"


# -- writing ---------------------------------------------------------------------------------------


def save(path: Path | str, data: Data, *, version: int = VERSION) -> None:
    """Write `data` to a file, so that `load` gives the same again.

    Raises
    ------
    Fault
        If `data` cannot be written as plain values, or the file not at all; an older file then stays.
    """
    content = dump(data, version=version).encode()
    atomic_write(path, lambda part: part.write_bytes(content))


def dump(data: Data, *, version: int = VERSION) -> str:
    """Write `data` as YAML: the version, then the fields that differ from their defaults, as declared.

    Raises
    ------
    Fault
        If a field holds what a file cannot, such as a Python function.
    """
    fields = {"version": version} | _values(data, ())
    text = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    if loads(text, type(data), name=type(data).__name__, version=version) != data:
        raise Fault(f"{type(data).__name__} cannot be written: read again, it would not be the same")
    return text


def atomic_write(path: Path | str, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file under a temporary name in the same folder, then move it into place.

    Whatever interrupts it, `path` holds either what it held before or all of the new content.

    Raises
    ------
    Fault
        If the disk is full or the file cannot be written.
    """
    path = Path(path)
    target = Path(os.path.realpath(path))  # a link stays a link
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())  # or a power cut could leave the new name with no content
        os.replace(part, target)
    except OSError as error:
        raise Fault(f"{path}: is not saved: {_reason(error)}") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space and save again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "writing is not permitted; choose another folder, or close the program that uses the file"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "there is no such folder; make it first"
    return "this is a folder; give the file a name" if error.errno == errno.EISDIR else str(error.strerror)


def _values(value: Any, where: Where) -> Any:
    """Reduce a value to what YAML has words for."""
    if isinstance(value, Data):
        kept = changed(value) | {name: getattr(value, name) for name in _tags(type(value))}
        names = [name for name in type(value).model_fields if name in kept]
        return {name: _values(kept[name], (*where, name)) for name in names}
    if isinstance(value, tuple | list):
        return [_values(item, (*where, number)) for number, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {key: _values(item, (*where, key)) for key, item in value.items()}
    if callable(value):
        raise Fault(
            f"{spelled(where)} is a Python function; a file carries rules only. "
            "Write it as a Segment, e.g. Segment(recency_weeks=over(8))."
        )
    if value is None or type(value) in (bool, int, float, str):
        return value
    kind = type(value).__name__
    raise Fault(f"{spelled(where)} is a {kind}; a file carries text, numbers, lists and sections only")


def _tags(kind: type[Data]) -> list[str]:
    """Name the fields that allow a single value: they tell sections apart, so they are always written."""
    kinds = {name: field.annotation for name, field in kind.model_fields.items()}
    return [name for name, kind in kinds.items() if get_origin(kind) is Literal and len(get_args(kind)) == 1]


class _Dumper(yaml.SafeDumper):
    """Writes short lists on one line, and quotes what any version of YAML takes for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None  # as PyYAML thinks fit
    if re.search(ENDS_OF_LINES, text):
        style = '"'  # as codes
    elif "\n" in text:
        style = "|"
    elif text.lower() in ("y", "n") or not _is_text(text):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _write_list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    on_one_line = not any(isinstance(item, dict | list) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=on_one_line)


def _is_text(written: str) -> bool:
    try:
        return isinstance(_scalar(written), str)
    except ValueError:
        return False


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(list, _write_list)
