"""A comparison: which numbers moved between two executions of one notebook, or two forms of one page.

Only what people read is compared, the text of each output; a figure is compared by the sentence below it.
`sim.course.refresh` prints the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from nbformat import NotebookNode

LONGEST = 100  # characters of a change that are shown
WIDGET = "application/vnd.jupyter.widget-view+json"


def moved(before: NotebookNode, after: NotebookNode) -> list[str]:
    """Say for each cell, by its id, what its outputs show otherwise than before.

    Parameters
    ----------
    before, after
        The same notebook with its old and its new outputs.
    """
    pairs = [pair for pair in zip(before.cells, after.cells, strict=True) if pair[0].cell_type == "code"]
    if pairs and not any(old.execution_count for old, _ in pairs):
        return ["executed for the first time"]
    lines = [f"{new.id}: {change}" for old, new in pairs for change in _changes_of_cell(old, new)]
    if not lines and any(old.execution_count != new.execution_count for old, new in pairs):
        return ["the cells are counted anew"]
    return lines


def _changes_of_cell(old: NotebookNode, new: NotebookNode) -> list[str]:
    if list(map(_lasting, old.outputs)) == list(map(_lasting, new.outputs)):
        return []
    if not old.outputs:
        return ["shows something for the first time"]
    if not new.outputs:
        return ["shows nothing any more"]
    changes = changes_of_text(_read_aloud(old), _read_aloud(new))
    return changes or ["is drawn differently; its text is the same"]


def _lasting(output: NotebookNode) -> NotebookNode:
    """Give an output without the number of its widget, which is another one in every session."""
    data = output.get("data", {})
    lasting = {**output, "data": {form: data[form] for form in data if form != WIDGET}}
    return NotebookNode(lasting)  # type: ignore[no-untyped-call]


def _read_aloud(cell: NotebookNode) -> str:
    """Put together the text of a cell's outputs; of a figure or a table, the text that stands for it."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            texts.append(f"{output.ename}: {output.evalue}")
        else:
            texts.append(output.data.get("text/plain", ""))
    return "\n".join(texts)


def changes_of_text(old: str, new: str) -> list[str]:
    """Say in a line each what differs between two texts, however they are spaced.

    Where a line is the same but for some words, only these are shown, behind the line's first words.
    """
    before, after = ([line.split() for line in text.splitlines() if line.strip()] for text in (old, new))
    blocks = SequenceMatcher(None, list(map(tuple, before)), list(map(tuple, after)), autojunk=False)
    changes: list[str] = []
    for kind, i, k, j, m in blocks.get_opcodes():
        if kind == "replace" and k - i == m - j:
            pairs = zip(before[i:k], after[j:m], strict=True)
            changes += [change for a, b in pairs for change in _changes_of_line(a, b)]
        elif kind != "equal":
            changes += [f"- {_short(line)}" for line in before[i:k]]
            changes += [f"+ {_short(line)}" for line in after[j:m]]
    return changes


def _changes_of_line(old: list[str], new: list[str]) -> Iterator[str]:
    """Say which words of a line changed, or give both lines if little is left of the old one."""
    words = SequenceMatcher(None, old, new, autojunk=False)
    changed = [(old[i:k], new[j:m]) for kind, i, k, j, m in words.get_opcodes() if kind != "equal"]
    if words.ratio() < 0.5 and len(old) > 2:
        yield f"{_short(old)} -> {_short(new)}"
        return
    same = words.get_matching_blocks()[0]
    head = _short(new[: min(same.size, 4)]) + ": " if same.b == 0 and same.size else ""
    for a, b in changed:
        yield f"{head}{_short(a) or 'nothing'} -> {_short(b) or 'nothing'}"


def _short(words: list[str]) -> str:
    text = " ".join(words)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
