"""A learner's copy gives away no results, loses no work, and leaves the kit as it is."""

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sim import Fault
from sim.course import copy
from sim.course.copy import KIT, MANIFEST, NAME, default_folder, make_copy
from sim.course.lesson import START, Lesson, find_lesson, lessons

ONE = "chapters/01_foundations/1_what_crm_is.ipynb"
TWO = "chapters/01_foundations/2_a_relationship.ipynb"
FAR = "chapters/03_channels/12_silence.ipynb"
PICTURE = "chapters/01_foundations/shop.png"


def write(path: Path, code: str, text: str = "Predict first.") -> None:
    """Write a notebook as the kit stores it: executed."""
    cell = new_code_cell(code, execution_count=3, outputs=[new_output("stream", text="the answer is 42")])
    cell.metadata["execution"] = {"iopub.execute_input": "2024-01-01"}
    cell.metadata["tags"] = ["extension"]
    notebook = new_notebook(cells=[new_markdown_cell(text), cell])
    notebook.metadata["widgets"] = {"state": {"answer": 42}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    kit = tmp_path / "kit 客户"
    for place in (START, ONE, TWO, FAR, "exercises/01_foundations.ipynb", "solutions/01_foundations.ipynb"):
        write(kit / place, "6 * 7")
    (kit / PICTURE).write_bytes(b"\x89PNG\r\n\x1a\n")
    write(kit / "chapters/.ipynb_checkpoints/1_what_crm_is-checkpoint.ipynb", "6 * 7")
    return kit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / NAME


def files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder but the kit's note."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def work_in(path: Path, answer: str) -> bytes:
    """Do as a learner does: write into a cell, and save."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = answer
    nbformat.write(notebook, path)
    return path.read_bytes()


# -- what is in it ---------------------------------------------------------------------------------


def test_a_copy_holds_lessons_exercises_and_their_pictures_and_nothing_else(kit: Path, folder: Path) -> None:
    made = make_copy(folder, kit)
    assert set(files(folder)) == {START, ONE, TWO, FAR, PICTURE, "exercises/01_foundations.ipynb"}
    assert sorted(files(folder)) == sorted(made.new)
    assert (folder / PICTURE).read_bytes() == (kit / PICTURE).read_bytes()


def test_no_result_is_left_in_a_copy_and_all_else_is(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    for name, content in files(folder).items():
        assert b"answer" not in content, f"{name} gives the answer away"
    notebook = nbformat.read(folder / ONE, as_version=4)
    nbformat.validate(notebook)
    stored = nbformat.read(kit / ONE, as_version=4)
    assert [(cell.id, cell.source) for cell in notebook.cells] == [
        (cell.id, cell.source) for cell in stored.cells
    ]
    assert notebook.cells[1].metadata == {"tags": ["extension"]}
    assert notebook.cells[1].execution_count is None


def test_a_copy_of_the_real_course_shows_no_result(folder: Path) -> None:
    make_copy(folder)
    notebooks = sorted(folder.rglob("*.ipynb"))
    assert folder / START in notebooks
    for cell in (cell for path in notebooks for cell in cells(path) if cell["cell_type"] == "code"):
        assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert not list(folder.rglob("solutions"))


def test_making_a_copy_changes_nothing_in_the_kit(kit: Path, folder: Path) -> None:
    before = files(kit)
    make_copy(folder, kit)
    make_copy(kit / NAME, kit)
    assert {name: content for name, content in files(kit).items() if not name.startswith(NAME)} == before


def test_a_kit_without_lessons_is_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(Fault, match="there are no lessons here"):
        make_copy(folder, tmp_path)
    assert not folder.exists()


# -- a learner's work ------------------------------------------------------------------------------


def test_what_a_learner_wrote_survives_the_next_start(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    mine = work_in(folder / ONE, "my_guess = 41")
    again = make_copy(folder, kit)
    assert (folder / ONE).read_bytes() == mine
    assert (again.new, again.refreshed, again.beside) == ((), (), ())
    assert str(again) == f"Your lessons are in {folder}."


def test_results_of_a_learner_are_work_too(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    notebook = nbformat.read(folder / ONE, as_version=4)
    notebook.cells[1].outputs = [new_output("stream", text="it came out")]
    nbformat.write(notebook, folder / ONE)
    write(kit / ONE, "6 * 7 + 1")
    assert make_copy(folder, kit).beside
    assert b"it came out" in (folder / ONE).read_bytes()


def test_a_new_version_takes_the_place_of_a_lesson_that_nobody_touched(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    write(kit / ONE, "6 * 8")
    again = make_copy(folder, kit)
    assert again.refreshed == (ONE,)
    assert cells(folder / ONE)[1]["source"] == ["6 * 8"]
    assert f"Brought up to date: {ONE}." in str(again)


def test_opening_and_saving_alone_is_not_touching(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    notebook = nbformat.read(folder / ONE, as_version=4)
    notebook.metadata["language_info"] = {"name": "python", "version": "3.99"}  # as JupyterLab does
    nbformat.write(notebook, folder / ONE)
    write(kit / ONE, "6 * 8")
    assert make_copy(folder, kit).refreshed == (ONE,)


def test_a_new_version_is_put_beside_what_a_learner_has_worked_on_once(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    mine = work_in(folder / ONE, "my_guess = 41")
    write(kit / ONE, "6 * 8")
    again = make_copy(folder, kit)
    beside = ONE.replace(".ipynb", "_new.ipynb")
    assert again.beside == (beside,)
    assert f"yours stays as it is, and the new one stands beside it: {beside}." in str(again)
    assert cells(folder / beside)[1]["source"] == ["6 * 8"]
    assert (folder / ONE).read_bytes() == mine
    assert make_copy(folder, kit).beside == ()
    write(kit / ONE, "6 * 9")
    assert make_copy(folder, kit).beside == (ONE.replace(".ipynb", "_new_2.ipynb"),)
    assert cells(folder / beside)[1]["source"] == ["6 * 8"]


@pytest.mark.parametrize("note", [None, "", "[]", '{"given": 3}', '{"given": {"a": 1}}', "\x00"])
def test_without_the_note_of_what_was_given_everything_counts_as_the_learners(
    kit: Path, folder: Path, note: str | None
) -> None:
    make_copy(folder, kit)
    mine = work_in(folder / ONE, "my_guess = 41")
    (folder / MANIFEST).unlink() if note is None else (folder / MANIFEST).write_text(note)
    write(kit / TWO, "6 * 8")
    again = make_copy(folder, kit)
    assert (folder / ONE).read_bytes() == mine
    assert again.refreshed == ()
    assert len(again.beside) == 2
    assert make_copy(folder, kit).beside == ()


def test_a_notebook_that_a_learner_broke_is_left_alone(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    (folder / ONE).write_text("{ not a notebook")
    write(kit / ONE, "6 * 8")
    make_copy(folder, kit)
    assert (folder / ONE).read_text() == "{ not a notebook"


def test_a_lesson_that_a_learner_threw_away_is_given_anew(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    work_in(folder / ONE, "nonsense")
    (folder / ONE).unlink()
    assert make_copy(folder, kit).new == (ONE,)


def test_files_of_the_learners_own_stay(kit: Path, folder: Path) -> None:
    make_copy(folder, kit)
    shutil.rmtree(kit / "chapters" / "03_channels")
    (folder / "chapters" / "notes.txt").write_text("mine")
    make_copy(folder, kit)
    assert (folder / "chapters" / "notes.txt").read_text() == "mine"
    assert (folder / FAR).is_file()


# -- interruption ----------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("stopped", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_copy_holds_whole_files_only_and_is_completed_by_the_next_start(
    kit: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, after: int, stopped: Any
) -> None:
    make_copy(folder.with_name("whole"), kit)
    whole = files(folder.with_name("whole"))
    left = [after]
    write_bytes = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        if left[0] == 0 and path.suffix == ".part":
            write_bytes(path, content[: len(content) // 2])
            raise stopped
        left[0] -= path.suffix == ".part"
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises((KeyboardInterrupt, Fault)):
        make_copy(folder, kit)
    monkeypatch.undo()
    assert files(folder) == {name: whole[name] for name in sorted(whole)[:after]}
    assert len(make_copy(folder, kit).new) == len(whole) - after
    assert files(folder) == whole


def test_what_was_worked_on_between_an_interruption_and_the_next_start_is_known_as_given(
    kit: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = copy.as_given

    def fail(path: Path) -> bytes:
        if path == kit / FAR:
            raise KeyboardInterrupt
        return given(path)

    monkeypatch.setattr(copy, "as_given", fail)
    with pytest.raises(KeyboardInterrupt):
        make_copy(folder, kit)
    monkeypatch.undo()
    work_in(folder / ONE, "my_guess = 41")
    assert make_copy(folder, kit).beside == ()


# -- where it is -----------------------------------------------------------------------------------


def test_a_copy_is_made_in_the_kit_if_asked_for_there_and_otherwise_here(kit: Path, tmp_path: Path) -> None:
    assert default_folder(kit, kit) == kit / NAME
    assert default_folder(kit / "chapters", kit) == kit / NAME
    assert default_folder(tmp_path, kit) == tmp_path / NAME


def test_a_start_within_a_copy_goes_on_with_that_copy(kit: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    make_copy(mine, kit)
    assert default_folder(mine / "chapters", kit) == mine


@pytest.mark.parametrize("place", [".", "chapters", "new_folder", "my_crm/../sim", "my_crm_2"])
def test_the_kits_own_folders_are_refused(kit: Path, place: str) -> None:
    before = files(kit)
    with pytest.raises(Fault, match="lies among the kit's own files"):
        make_copy(kit / place, kit)
    assert files(kit) == before
    assert not (kit / "new_folder").exists()


def test_a_file_is_no_folder(kit: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    with pytest.raises(Fault, match=r"cannot hold your copy \(it is a file\)"):
        make_copy(tmp_path / "letter", kit)


# -- lessons by number -----------------------------------------------------------------------------


def test_lessons_are_called_by_chapter_and_place(kit: Path) -> None:
    write(kit / "chapters/03_channels/drafts.ipynb", "0")
    there = lessons(kit)
    assert [lesson.called for lesson in there] == ["0", "1.1", "1.2", "3.12"]
    wanted = {"0": START, "1.2": TWO, "01.2": TWO, "1": ONE, "3": FAR, " 3.12 ": FAR}
    assert {at: find_lesson(at, there).path for at in wanted} == wanted


@pytest.mark.parametrize("at", ["3.2", "2", "0.1", "", "three", "1.1.1", "-1", "1.", "²"])
def test_a_lesson_that_is_not_there_gets_the_list_of_those_that_are(kit: Path, at: str) -> None:
    with pytest.raises(Fault) as said:
        find_lesson(at, lessons(kit))
    assert str(said.value) == f"--at: there is no lesson {at}. There are: 0, 1.1, 1.2, 3.12."


def test_every_lesson_of_the_course_has_a_number_of_its_own() -> None:
    there = lessons(KIT)
    assert there[0] == Lesson(0, 0, START)
    stored = [path.relative_to(KIT).as_posix() for path in (KIT / "chapters").rglob("*.ipynb")]
    visible = {path for path in stored if "/." not in path}
    assert {lesson.path for lesson in there} == visible, "name it as sim/course/lesson.py says"
    assert len({lesson.called for lesson in there}) == len(there)
