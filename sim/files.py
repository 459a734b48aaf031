"""Files: plans and scenarios as YAML, read with every mistake named by line, written without loss.

Stands between a person's text editor and `sim.data`: `load` turns a file into valid `Data` or raises a
`Fault` that says where to look and what to write instead; `save` is its inverse.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from sim.data import Data, changed
from sim.fault import MOST, Fault, Flaw, Where, flaws, spelled
from sim.tree import ENDS_OF_LINES, LARGEST, Tree, parse_scalar, parse_yaml, too_large

VERSION = 1
THOROUGH = "thorough"  # tells validators that what can never happen is a fault, too
WIDTH = 110
INSTEAD = {  # of a function, by its field
    "": "Write it as a Segment, e.g. Segment(recency_weeks=over(8)).",
    "recommender": 'Name one of the kit\'s own, e.g. "learned".',
}

AnyData = TypeVar("AnyData", bound=Data)


# -- reading ---------------------------------------------------------------------------------------


def load(path: Path | str, model: type[AnyData]) -> AnyData:
    """Read a file as a `model`.

    Raises
    ------
    Fault
        If the file cannot be read, is not plain YAML, is of another version or no valid `model`: a line
        for each mistake, with path, line, field and what to write instead.
    """
    path = Path(path)
    return loads(_text(path), model, name=str(path))


def load_any(path: Path | str, *models: type[Data], thorough: bool = False) -> Data:
    """Read a file as that one of several models whose fields it looks most like.

    Parameters
    ----------
    thorough
        As in `loads`.

    Raises
    ------
    Fault
        As `load` does.
    """
    path = Path(path)
    text = _text(path)
    given = parse_yaml(text, str(path)).value
    fields = [str(name) for name in given] if isinstance(given, dict) else []

    def likeness(model: type[Data]) -> int:
        known = list(model.model_fields)  # a misspelt field counts: its fault is to be named as such
        return sum(bool(difflib.get_close_matches(field, known, n=1, cutoff=0.8)) for field in fields)

    return loads(text, max(models, key=likeness), name=str(path), thorough=thorough)


def loads(text: str, model: type[AnyData], *, name: str = "text", thorough: bool = False) -> AnyData:
    """Read a text as a `model`, like `load`.

    Parameters
    ----------
    name
        What a `Fault` calls it.
    thorough
        Also refuse what can never happen, which is an oversight in a file but none in a market that was made
        shorter and saved; and name every fault, however many there are.
    """
    tree = parse_yaml(text, name)
    found = list(_flaws_of_version(tree))
    told = {"version", *(flaw.where[-1] for flaw in found)}
    given = {field: value for field, value in tree.value.items() if field not in told}
    try:
        read = model.model_validate(given, context=THOROUGH if thorough else None)
    except ValidationError as error:
        found += flaws(error, model, None if thorough else MOST)
    if found:
        in_order = sorted(found, key=lambda flaw: tree.line(flaw.where))
        raise Fault(*(tree.fault(flaw.where, flaw.sentence, flaw.section) for flaw in in_order))
    return read


def _flaws_of_version(tree: Tree) -> Iterator[Flaw]:
    """Find what is wrong with the version of a text, which must be ours.

    Raises
    ------
    Fault
        If the text has no fields, or is of another version: then nothing else in it can be judged.
    """
    if tree.value is None:
        raise Fault(f'{tree.name}: is empty; begin with "version: {VERSION}"')
    if not isinstance(tree.value, dict):
        raise Fault(tree.fault((), f'expects fields such as "version: {VERSION}", each on its own line'))
    if "version" not in tree.value:
        yield _no_version(tree.value)
        return
    found = tree.value["version"]
    if type(found) is not int:
        yield Flaw(("version",), ("version",), f'expects a whole number; write "version: {VERSION}"')
    elif found != VERSION:
        sentence = f"this kit reads version {VERSION}, not {found}; use the kit that the file was written for"
        raise Fault(tree.fault(("version",), sentence))


def _no_version(fields: Iterable[Any]) -> Flaw:
    """Say that there is no version, or that it is misspelt."""
    near = difflib.get_close_matches("version", map(str, fields), n=1, cutoff=0.8)
    if near:
        return Flaw((near[0],), (), f'unknown field "{near[0]}"; write "version: {VERSION}"')
    sentence = f'the field "version" is missing; write "version: {VERSION}" as the first line'
    return Flaw(("version",), (), sentence)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Fault(f"{path}: {_not_there(path)}")
        if path.stat().st_size > LARGEST:  # asked before reading, so that a huge file costs nothing
            raise too_large(str(path))
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Fault(f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise Fault(f"{path}: cannot be read: {error.strerror or error}") from None


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


# -- writing ---------------------------------------------------------------------------------------


def save(path: Path | str, data: Data) -> None:
    """Write `data` to a file, so that `load` gives the same again.

    Raises
    ------
    Fault
        If `data` cannot be written as plain values, or the file not at all; an older file then stays.
    """
    content = dump(data).encode()
    atomic_write(path, lambda part: part.write_bytes(content))


def dump(data: Data) -> str:
    """Write `data` as YAML: the version, then the fields that differ from their defaults, as declared.

    Raises
    ------
    Fault
        If a field holds what a file cannot, such as a Python function.
    """
    fields = {"version": VERSION} | _values(data, ())
    text = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    if loads(text, type(data), name=type(data).__name__) != data:
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
        return _values(changed(value), where)
    if isinstance(value, tuple | list):
        return [_values(item, (*where, number)) for number, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {key: _values(item, (*where, key)) for key, item in value.items()}
    if callable(value):
        instead = INSTEAD.get(str(where[-1]) if where else "", INSTEAD[""])
        raise Fault(f"{spelled(where)} is a Python function; a file carries rules only. {instead}")
    if value is None or type(value) in (bool, int, float, str):
        return value
    kind = type(value).__name__
    raise Fault(f"{spelled(where)} is a {kind}; a file carries text, numbers, lists and sections only")


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
        return isinstance(parse_scalar(written), str)
    except ValueError:
        return False


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(list, _write_list)
