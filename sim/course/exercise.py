"""An exercise, made from its solution: `python -m sim.course.exercise` writes `exercises/`.

`solutions/` holds the only notebooks of the two that anybody edits. The exercise is the same notebook, cell
ids and all, with a stub in the place of each answer. What an author marks in a solution:

* Lines between `### BEGIN SOLUTION` and `### END SOLUTION` are an answer, in code or in text (there best
  inside an HTML comment, which is not shown). Its stub is `name = ...  # YOUR ANSWER`, with the name which
  the answer assigns last, or *Your answer* in a text. Lines `### STUB …` inside an answer say another stub.
* A cell tagged `check` checks the answers above it, one tagged `needs-answer` shows something of them: both
  fail in an exercise until there is an answer, so they get the tag `raises-exception`, and Run All goes on.
* A cell tagged `solution-only` explains a solution; the exercise does not have it.

Answers and checks get the marks of nbgrader 0.9 (its metadata schema 3), so that an instructor may collect
and grade them with it. A check, or an answer in a text, is worth the `points` in its metadata, or else one.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

from nbformat import NotebookNode

from sim.course.notebook import ROOT, blank, read, tags, write
from sim.data import Fault

SOLUTIONS, EXERCISES = "solutions", "exercises"
CHECK, NEEDS_ANSWER, SOLUTION_ONLY, GOES_ON = "check", "needs-answer", "solution-only", "raises-exception"
MARK = re.compile(r"(?P<indent> *)(<!-- )?### (?P<word>BEGIN SOLUTION|END SOLUTION|STUB)(?P<stub>.*?)( -->)?")
BEGINS = re.compile("### BEGIN SOLUTION")
IN_CODE, IN_TEXT = "{name} = ...  # YOUR ANSWER", "*Your answer:*"


def exercise_of(solution: NotebookNode) -> NotebookNode:
    """Make the exercise of a solved notebook.

    Raises
    ------
    Fault
        If the marks in a cell do not fit together; it names the cell.
    """
    exercise = blank(solution)
    exercise.cells = [cell for cell in exercise.cells if SOLUTION_ONLY not in tags(cell)]
    for cell in exercise.cells:
        source = "\n".join(_without_answers(cell))
        answered = source != cell.source
        cell.source = source
        if answered or CHECK in tags(cell):
            cell.metadata["nbgrader"] = _marks(cell, answered)
        cell.metadata.pop("points", None)
        if cell.cell_type == "code" and (answered or {CHECK, NEEDS_ANSWER} & set(tags(cell))):
            cell.metadata["tags"] = [*tags(cell), GOES_ON]
    return exercise


def _without_answers(cell: NotebookNode) -> Iterator[str]:
    """Give the lines of a cell, each answer replaced by its stub."""
    answer: list[str] | None = None  # the lines of the answer we are in
    stub: list[str] = []
    for line in cell.source.split("\n"):
        mark = MARK.fullmatch(line)
        if mark is None:
            if answer is None:
                yield line
            else:
                answer.append(line)
            continue
        begins = mark["word"] == "BEGIN SOLUTION"
        if begins is not (answer is None):
            raise Fault(f'cell "{cell.id}": {mark["word"]} {"inside" if begins else "outside"} an answer.')
        if begins:
            answer, stub = [], []
        elif mark["word"] == "STUB":
            stub.append((mark["indent"] + mark["stub"].removeprefix(" ")).rstrip())
        else:
            yield from stub or [_stub(cell, answer or [], mark["indent"])]
            answer = None
    if answer is not None:
        raise Fault(f'cell "{cell.id}": an answer begins and does not end; add ### END SOLUTION.')


def _stub(cell: NotebookNode, answer: list[str], indent: str) -> str:
    """Write the usual stub: it assigns the name that the answer assigns last."""
    if cell.cell_type == "markdown":
        return IN_TEXT
    statements = ast.parse(dedent("\n".join(answer))).body
    names = [
        node.targets[0].id
        for node in statements
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    if not names:
        raise Fault(f'cell "{cell.id}": the answer assigns no name; give its stub in a line ### STUB …')
    return indent + IN_CODE.format(name=names[-1])


def _marks(cell: NotebookNode, answered: bool) -> dict[str, Any]:
    """Give nbgrader's metadata: of an answer in code, an answer in a text (graded by hand) or a check."""
    graded = cell.cell_type == "markdown" or not answered
    marks: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.id,
        "grade": graded,
        "solution": answered,
        "locked": not answered,
        "task": False,
    }
    return {**marks, "points": cell.metadata.get("points", 1)} if graded else marks


def pairs(root: Path = ROOT) -> list[tuple[Path, Path]]:
    """List each solution with the path of its exercise."""
    solutions = sorted((root / SOLUTIONS).rglob("*.ipynb"))
    return [
        (path, root / EXERCISES / path.relative_to(root / SOLUTIONS))
        for path in solutions
        if ".ipynb_checkpoints" not in path.parts
    ]


def generate(root: Path = ROOT, write_files: bool = True) -> list[str]:
    """Write the exercises that are not what their solutions make of them, and say which.

    An exercise without a solution is said to be one, and left alone.
    """
    made, said = pairs(root), []
    for solution, exercise in made:
        fresh = exercise_of(read(solution))
        old = read(exercise) if exercise.exists() else None
        if old != fresh:
            said.append(f"{exercise.relative_to(root).as_posix()}: {'new' if old is None else 'changed'}")
            if write_files:
                write(exercise, fresh)
    for path in sorted(set((root / EXERCISES).rglob("*.ipynb")) - {exercise for _, exercise in made}):
        if ".ipynb_checkpoints" not in path.parts:
            said.append(f"{path.relative_to(root).as_posix()}: has no solution; remove it")
    return said


if __name__ == "__main__":
    try:
        print("\n".join(generate()) or "Every exercise is what its solution makes of it.")
    except Fault as fault:
        sys.exit(str(fault))
