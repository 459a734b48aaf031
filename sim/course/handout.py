"""A handout: a file as a learner gets it, and how to tell whether somebody has worked in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat

from sim.course.notebook import as_text, blank

SUFFIX = ".ipynb"
RESULTS = ("execution", "ExecuteTime")  # notes of a cell on when it was run


def as_given(path: Path) -> bytes:
    """Read a file of the course as a learner gets it: a notebook without results, all else as it is."""
    content = path.read_bytes()
    return stripped(content) if path.suffix == SUFFIX else content


def stripped(content: bytes) -> bytes:
    """Take outputs, execution counts, run times and the state of widgets out of a notebook."""
    notebook = blank(nbformat.reads(content.decode(), as_version=4))  # type: ignore[no-untyped-call]
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for note in RESULTS:
            cell.metadata.pop(note, None)
    return as_text(notebook).encode()


def fingerprint(content: bytes) -> str:
    """Give what is equal for files in which nobody has worked: a hash.

    Of a notebook only texts, code and outputs count. Jupyter rewrites the rest by itself when it saves.
    """
    cells = _cells(content)
    text = content if cells is None else json.dumps([_work(cell) for cell in cells]).encode()
    return hashlib.sha256(text).hexdigest()


def _cells(content: bytes) -> list[dict[str, Any]] | None:
    try:
        cells = json.loads(content)["cells"]
    except (ValueError, TypeError, KeyError, RecursionError):  # no notebook, or a broken one
        return None
    return cells if isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells) else None


def _work(cell: dict[str, Any]) -> list[Any]:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else source
    return [cell.get("cell_type"), text, cell.get("outputs", []), cell.get("attachments", {})]
