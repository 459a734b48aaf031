"""Exercises are what their solutions make of them; a check fails without an answer, and not with one."""

import re
from pathlib import Path

import nbformat.v4
import pytest
from nbformat import NotebookNode

from sim import Fault
from sim.course.exercise import BEGINS, CHECK, exercise_of, generate, pairs
from sim.course.notebook import ROOT, as_text, blank, execute, read, tags, write

PAIRS = pairs()
TITLE = re.compile(r"## (Task \d+ · .+|Extension, .+) &nbsp;·&nbsp; \d+ minutes")

each_pair = pytest.mark.parametrize(("solution", "exercise"), PAIRS, ids=lambda path: path.stem)


def code(source: str, *tags: str, **metadata: object) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags), **metadata})


def text(source: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def notebook(*cells: NotebookNode) -> NotebookNode:
    for place, cell in enumerate(cells):
        cell.id = f"cell-{place}"
    return nbformat.v4.new_notebook(cells=list(cells))


def made(*cells: NotebookNode) -> list[NotebookNode]:
    return exercise_of(notebook(*cells)).cells


def answer(lines: str) -> str:
    return f"before = 1\n### BEGIN SOLUTION\n{lines}\n### END SOLUTION\nafter = 2"


# -- every exercise there is -----------------------------------------------------------------------


def test_there_are_exercises() -> None:
    assert PAIRS


def test_every_stored_exercise_is_what_its_solution_makes_of_it() -> None:
    assert generate(write_files=False) == [], "renew them by python -m sim.course.exercise"


@each_pair
def test_an_exercise_keeps_the_ids_and_holds_neither_outputs_nor_answers(
    solution: Path, exercise: Path
) -> None:
    solved, unsolved = read(solution), read(exercise)
    kept = [cell.id for cell in solved.cells if "solution-only" not in tags(cell)]
    assert [cell.id for cell in unsolved.cells] == kept
    codes = [cell for cell in unsolved.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in codes)
    whole = as_text(unsolved)
    assert not BEGINS.search(whole)
    answers = [cell for cell in solved.cells if BEGINS.search(cell.source)]
    assert answers
    for cell in answers:
        assert cell.source not in whole


@each_pair
def test_every_check_fails_unsolved_and_says_so_in_words(solution: Path, exercise: Path) -> None:
    ran = execute(read(exercise), exercise.parent)  # stops at an error that no tag allows
    checks = [cell for cell in ran.cells if CHECK in tags(cell)]
    assert checks
    for cell in checks:
        (output,) = cell.outputs
        assert (output.output_type, output.ename) == ("error", "NotYet"), cell.id
        assert "\n".join(output.traceback).startswith("✗ Not yet. "), "the way through the program is shown"
    failed = [cell.id for cell in ran.cells if any(o.output_type == "error" for o in cell.get("outputs", ()))]
    assert failed == [cell.id for cell in checks], "an unanswered cell fails by itself"


@each_pair
def test_no_check_fails_solved(solution: Path, exercise: Path) -> None:
    """What is stored is what runs today: `kit.py test` executes all solutions and compares every output."""
    checks = [cell for cell in read(solution).cells if CHECK in tags(cell)]
    assert [cell.id for cell in checks] == [cell.id for cell in read(exercise).cells if CHECK in tags(cell)]
    for cell in checks:
        assert [output.output_type for output in cell.outputs] == ["execute_result"], cell.id


@each_pair
def test_every_task_tells_its_minutes_and_unfolds_two_or_three_hints_one_after_the_other(
    solution: Path, exercise: Path
) -> None:
    cells = read(exercise).cells
    starts = [
        place for place, cell in enumerate(cells) if cell.source.startswith(("## Task", "## Extension"))
    ]
    assert len(starts) >= 6
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        task = cells[start:end]
        assert TITLE.match(task[0].source), task[0].source.split("\n")[0]
        answers = [cell for cell in task if cell.metadata.get("nbgrader", {}).get("solution")]
        assert answers
        if all(cell.cell_type == "markdown" for cell in answers):  # judged by people, against a list
            assert any("<details>" in cell.source for cell in task)
            continue
        assert any(CHECK in tags(cell) for cell in task)
        (hints,) = [cell.source for cell in task if "Hint 1" in cell.source]
        numbers = re.findall(r"<summary>Hint (\d)</summary>", hints)
        assert numbers in (["1", "2"], ["1", "2", "3"])
        assert hints.endswith("</details>" * len(numbers)), "each hint lies inside the one before"


@each_pair
def test_the_marks_are_those_that_nbgrader_accepts(solution: Path, exercise: Path) -> None:
    cells = [cell for cell in read(exercise).cells if "nbgrader" in cell.metadata]
    marks = [cell.metadata["nbgrader"] for cell in cells]
    assert len({mark["grade_id"] for mark in marks}) == len(marks)
    for cell, mark in zip(cells, marks, strict=True):
        assert mark["schema_version"] == 3
        assert mark["task"] is False
        assert re.fullmatch(r"[\w-]+", mark["grade_id"])
        assert ("points" in mark) is mark["grade"]
        assert mark["locked"] is not mark["solution"]
        assert cell.cell_type == "code" or (mark["grade"] and mark["solution"])


# -- the rules -------------------------------------------------------------------------------------


def test_an_answer_becomes_a_stub_with_the_name_it_assigns_last() -> None:
    (cell,) = made(code(answer("helper = 3\nshare = helper / 5\nprint(share)")))
    assert cell.source == "before = 1\nshare = ...  # YOUR ANSWER\nafter = 2"
    assert cell.metadata["tags"] == ["raises-exception"]


def test_a_solution_may_say_another_stub() -> None:
    (cell,) = made(code(answer("a, b = 1, 2\n### STUB a, b = 0, 0\n### STUB\n### STUB # change them")))
    assert cell.source == "before = 1\na, b = 0, 0\n\n# change them\nafter = 2"


def test_a_stub_stands_as_far_in_as_its_answer() -> None:
    (cell,) = made(code("if True:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION"))
    assert cell.source == "if True:\n    x = ...  # YOUR ANSWER"


def test_an_answer_in_a_text_is_replaced_and_graded_by_hand() -> None:
    (cell,) = made(text("Why?\n\n<!-- ### BEGIN SOLUTION -->\nBecause.\n<!-- ### END SOLUTION -->"))
    assert cell.source == "Why?\n\n*Your answer:*"
    assert cell.metadata["nbgrader"]["grade"] is cell.metadata["nbgrader"]["solution"] is True
    assert "raises-exception" not in tags(cell)


def test_a_check_is_locked_and_worth_its_points() -> None:
    (cell,) = made(code("check.share(share)", "check", points=3))
    marks = cell.metadata["nbgrader"]
    assert (marks["grade"], marks["solution"], marks["locked"], marks["points"]) == (True, False, True, 3)
    assert "points" not in cell.metadata
    assert "raises-exception" in tags(cell)


def test_what_shows_an_answer_goes_on_without_one_and_what_explains_it_is_left_out() -> None:
    shows, plain = made(
        code("plot(share)", "needs-answer"), code("1 + 1"), text("Because …", "solution-only")
    )
    assert "raises-exception" in tags(shows)
    assert "nbgrader" not in shows.metadata
    assert "raises-exception" not in tags(plain)


def test_the_solution_itself_is_left_as_it_was() -> None:
    solution = notebook(code(answer("x = 1")), code("check.x(x)", "check"))
    before = as_text(solution)
    exercise_of(solution)
    assert as_text(solution) == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("### BEGIN SOLUTION\nx = 1", "begins and does not end"),
        ("x = 1\n### END SOLUTION", "END SOLUTION outside an answer"),
        ("### STUB x = 1", "STUB outside an answer"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "BEGIN SOLUTION inside"),
        ("### BEGIN SOLUTION\nprint(1)\n### END SOLUTION", "assigns no name"),
    ],
)
def test_marks_that_do_not_fit_are_refused_with_the_name_of_the_cell(source: str, words: str) -> None:
    with pytest.raises(Fault, match=f'cell "cell-0": .*{words}'):
        made(code(source))


def test_files_are_written_only_where_something_changed(tmp_path: Path) -> None:
    solution = tmp_path / "solutions" / "01" / "a.ipynb"
    write(solution, notebook(code(answer("x = 1"))))
    assert generate(tmp_path, write_files=False) == ["exercises/01/a.ipynb: new"]
    assert not (tmp_path / "exercises").exists()
    assert generate(tmp_path) == ["exercises/01/a.ipynb: new"]
    assert generate(tmp_path) == []
    write(solution, notebook(code(answer("y = 1"))))
    assert generate(tmp_path) == ["exercises/01/a.ipynb: changed"]
    solution.unlink()
    assert generate(tmp_path) == ["exercises/01/a.ipynb: has no solution; remove it"]


@each_pair
def test_a_blank_copy_has_the_cells_and_nothing_that_they_gave(solution: Path, exercise: Path) -> None:
    solved = read(solution)
    copy = blank(solved)
    assert [cell.source for cell in copy.cells] == [cell.source for cell in solved.cells]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in copy.cells)
    assert solved == read(solution)


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/*.ipynb")), ids=lambda path: path.stem)
def test_a_stored_notebook_has_the_form_in_which_it_would_be_written(path: Path) -> None:
    assert as_text(read(path)) == path.read_text(encoding="utf-8")
