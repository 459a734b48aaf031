"""The course keeps its map: each row is done where docs/curriculum.md says, each objective has its tasks."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "curriculum.md"
LESSONS = sorted((ROOT / "chapters").glob("0*/*.ipynb"))
ROW = re.compile(r"^\| (\d\.\d\d)( ★)? \| [^|]+ \| \[(\d\.\d)\]\(([^)]+)\) \| ([^|]+) \|$", re.MULTILINE)
GIVEN_UP = {"2.07", "3.05", "3.06"}  # numbers that name nothing
LAST = {1: 17, 2: 19, 3: 16, 4: 17, 5: 25, 6: 17}  # rows of each chapter
MOST_CORE_ROWS = 3  # in a lesson
OBJECTIVE = re.compile(r"^\* `(LO-\d\.\d+)`", re.MULTILINE)

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
Row = tuple[str, bool, str, str, str]  # id, core, lesson, file, section


@cache
def rows() -> tuple[Row, ...]:
    """Read the page: each row, the lesson that does it, and the sections."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return tuple((number, bool(star), lesson, file, section) for number, star, lesson, file, section in found)


@cache
def text(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def headings(notebook: Path) -> set[str]:
    """List the headings of a notebook, without their minutes."""
    titles = re.findall(r"^#{2,3} (.+)$", text(notebook), re.MULTILINE)
    return {re.sub(r" · \d+ minutes?$", "", title) for title in titles}


def number(lesson: Path) -> str:
    """Give the number of a lesson as it is spoken: 3.2."""
    return f"{int(lesson.parent.name[:2])}.{lesson.name.split('_')[0]}"


def test_every_row_of_the_training_is_done_in_one_place() -> None:
    every = {f"{chapter}.{row:02}" for chapter, last in LAST.items() for row in range(1, last + 1)}
    count = Counter(row[0] for row in rows())
    assert set(count) == every - GIVEN_UP
    assert max(count.values()) == 1


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_the_section_that_does_a_row_exists(row: Row) -> None:
    _, _, lesson, file, sections = row
    notebook = (PAGE.parent / file).resolve()
    assert notebook in LESSONS and number(notebook) == lesson
    for section in sections.split("; "):
        assert section in headings(notebook)


def test_no_lesson_has_more_core_rows_than_a_class_can_carry() -> None:
    assert max(Counter(row[2] for row in rows() if row[1]).values()) <= MOST_CORE_ROWS


def test_every_lesson_does_rows() -> None:
    assert {row[2] for row in rows()} == {number(lesson) for lesson in LESSONS}


def test_every_chapter_has_two_to_four_lessons() -> None:
    count = Counter(lesson.parent.name for lesson in LESSONS)
    assert len(count) == len(LAST) and set(count.values()) <= {2, 3, 4}


@each_lesson
def test_a_lesson_has_three_objectives_of_its_own_and_asks_for_each(lesson: Path) -> None:
    chapter, place = (int(part) for part in number(lesson).split("."))
    own = [f"LO-{chapter}.{3 * place - less}" for less in (2, 1, 0)]
    assert OBJECTIVE.findall(text(lesson)) == own
    asked = " ".join(re.findall(r"\*\*Check yourself · (.+?)\*\*", text(lesson)))
    assert [objective for objective in own if f"`{objective}`" not in asked] == []


@each_lesson
def test_every_objective_is_exercised(lesson: Path) -> None:
    [exercise] = (ROOT / "exercises").glob(f"{lesson.parent.name[:2]}_*.ipynb")
    missing = [name for name in OBJECTIVE.findall(text(lesson)) if f"`{name}`" not in text(exercise)]
    assert missing == []


@each_lesson
def test_a_lesson_predicts_stumbles_doubts_and_transfers(lesson: Path) -> None:
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert any("Prediction(" in cell for cell in code)
    assert "A question to stumble over" in headings(lesson)
    stumble = text(lesson).split("A question to stumble over")[1].split("\n#")[0]
    assert stumble.count("<details>") == stumble.count("</details>") >= 3
    assert any("Should you believe this?" in heading for heading in headings(lesson))
    assert any(heading.startswith("What transfers to your firm") for heading in headings(lesson))
    assert "**Another industry" in text(lesson)


@each_lesson
def test_the_sections_of_a_lesson_fill_the_minutes_of_a_class(lesson: Path) -> None:
    minutes = [int(found) for found in re.findall(r"^## .+ · (\d+) minutes?$", text(lesson), re.MULTILINE)]
    assert 45 <= sum(minutes) <= 62


@each_lesson
def test_a_lesson_has_pictures(lesson: Path) -> None:
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2
