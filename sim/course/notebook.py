"""A notebook as the course keeps it: read, blanked for a learner, executed anew, written.

The course stores its notebooks in one form (cells with ids, no times, no progress bars), so that a stored
file changes only where a lesson or a number in it does. The exercise generator and the refresh stand on this.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from sim.progress import QUIET

ROOT = Path(__file__).parents[2]  # the checkout: chapters/, exercises/ and solutions/ lie in it
LONGEST = 60  # seconds a cell may take


def read(path: Path) -> NotebookNode:
    """Read a notebook file."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def as_text(notebook: NotebookNode) -> str:
    """Give a notebook as the text of its file: checked, indented by one, with a line end at the end."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"  # type: ignore[no-untyped-call]


def write(path: Path, notebook: NotebookNode) -> bool:
    """Write a notebook file, unless it is there already, word for word; tell whether it was written."""
    text = as_text(notebook)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def tags(cell: NotebookNode) -> Collection[str]:
    """Name the tags of a cell."""
    return tuple(cell.metadata.get("tags", ()))


def blank(notebook: NotebookNode) -> NotebookNode:
    """Give a copy as a learner gets it: never run, so without outputs and counts."""
    fresh = deepcopy(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return fresh


def execute(notebook: NotebookNode, folder: Path, go_on: bool = False) -> NotebookNode:
    """Give a copy with the outputs that its cells have today.

    Parameters
    ----------
    folder
        Where the cells run: the folder of the notebook's file.
    go_on
        Store a cell's error and run the next one, instead of stopping.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails which is not tagged `raises-exception`.
    nbclient.exceptions.CellTimeoutError
        If a cell takes more than a minute.
    """
    fresh = blank(notebook)
    client = NotebookClient(
        fresh,
        kernel_name="python3",
        timeout=LONGEST,
        allow_errors=go_on,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,  # a board of levers would add most of a megabyte
        extra_arguments=["--log-level=ERROR"],  # of the kernel's own worries
        resources={"metadata": {"path": str(folder)}},
    )
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    client.execute(env={**os.environ, QUIET: "1", "PYTHONHASHSEED": "0", "PYTHONPATH": paths})
    return fresh
