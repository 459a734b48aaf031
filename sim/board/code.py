"""Code: a plan as the Python that makes it, for those who want to read it, change it and go on from it.

The counterpart of `sim.files`, which writes the same plan as YAML; used by the board of levers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sim
from sim.data import Data, changed
from sim.fault import Fault, shown
from sim.segment import Rule

WIDTH = 88  # characters of a line
STEP = 4  # spaces by which each level is indented


def code(data: Data, name: str = "plan") -> str:
    """Write the imports and the statement that make `data`; what is as by default is left out.

    Raises
    ------
    Fault
        If it holds a function, whose code stands elsewhere.
    """
    imports = sorted(set(_imports(data)))
    offered = ", ".join(word for module, word in imports if module == "sim")
    lines = [f"from sim import {offered}"] if offered else []
    lines += [f"from {module} import {word}" for module, word in imports if module != "sim"]
    return "\n".join([*lines, "", f"{name} = {_written(data, len(name) + 3, 0)}", ""])


def _written(value: Any, before: int, level: int) -> str:
    """Write a value on one line if it fits behind what stands `before` it, or else a part to a line."""
    opening, parts, closing = _parts(value)
    line = opening + ", ".join(f"{word}{_flat(part)}" for word, part in parts) + closing
    if not parts or STEP * level + before + len(line) + 1 <= WIDTH:
        return line
    margin = " " * STEP * (level + 1)
    lines = [f"{margin}{word}{_written(part, len(word), level + 1)}," for word, part in parts]
    return "\n".join([opening, *lines, " " * STEP * level + closing])


def _flat(value: Any) -> str:
    opening, parts, closing = _parts(value)
    return opening + ", ".join(f"{word}{_flat(part)}" for word, part in parts) + closing


def _parts(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """Take a value apart: what opens it, its parts with what stands before each, and what closes it."""
    if isinstance(value, Rule) and len(changed(value)) == 1:
        ((word, number),) = changed(value).items()
        return f"{word}(", [("", number)], ")"
    if isinstance(value, Data):
        given = [(f"{field}=", part) for field, part in changed(value).items()]
        return f"{_imported(type(value))[1].rpartition(' ')[2]}(", given, ")"
    if isinstance(value, tuple):
        return "[", [("", part) for part in value], "]"
    if isinstance(value, Mapping):
        return "{", [(f"{key!r}: ", part) for key, part in value.items()], "}"
    if callable(value):
        raise Fault(f"{shown(value)} is a Python function; its code stands where you wrote it.")
    if isinstance(value, str) and not {"'", '"'} & set(value):
        return f'"{repr(value)[1:-1]}"', [], ""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return repr(int(value) if whole else value), [], ""


def _imports(value: Any) -> Iterator[tuple[str, str]]:
    """Name what has to be imported, as module and word."""
    if isinstance(value, Rule) and len(changed(value)) == 1:
        yield "sim", next(iter(changed(value)))
        return
    if isinstance(value, Data):
        yield _imported(type(value))
    parts = [part for _, part in _parts(value)[1]]
    for part in parts:
        yield from _imports(part)


def _imported(kind: type[Data]) -> tuple[str, str]:
    """Tell from where a kind of data is imported, and as what: all mechanisms call theirs Levers."""
    if getattr(sim, kind.__name__, None) is kind:
        return "sim", kind.__name__
    if kind.__name__ != "Levers":
        return kind.__module__, kind.__name__
    return kind.__module__, f"Levers as {kind.__module__.rpartition('.')[2].capitalize()}"
