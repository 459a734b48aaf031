"""Each chapter has a page for instructors, and what it sends them to is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.cli import program
from sim.files import loads
from sim.rules import Rules

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(folder for folder in (ROOT / "chapters").iterdir() if folder.is_dir())
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.name)


def page(chapter: Path) -> str:
    """Read the page of a chapter."""
    number, name = chapter.name.split("_", 1)
    return (ROOT / "docs" / "instructor" / f"{int(number)}_{name}.md").read_text(encoding="utf-8")


def tasks(chapter: Path) -> set[int]:
    """Number the tasks of a chapter's exercise."""
    [exercise] = (ROOT / "exercises").glob(f"{chapter.name[:2]}_*.ipynb")
    cells = json.loads(exercise.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return {int(number) for number in re.findall(r"^## Task (\d+) ·", text, re.MULTILINE)}


@each_chapter
def test_a_page_has_a_plan_of_90_minutes_a_briefing_mistakes_questions_and_other_lengths(
    chapter: Path,
) -> None:
    headings = " ".join(re.findall(r"^## (.+)$", page(chapter), re.MULTILINE)).lower()
    for part in ("90 minutes", "briefing", "get wrong", "debrief", "shorter"):
        assert part in headings
    assert re.search(r"^> .{20,}", page(chapter), re.MULTILINE), "a briefing to read out"
    plan = re.split(r"^## .*90 minutes.*$", page(chapter), flags=re.MULTILINE)[1].split("\n## ")[0]
    ends = [int(end) for end in re.findall(r"^\| \d+\s?[-–]\s?(\d+) ", plan, re.MULTILINE)]
    assert 85 <= max(ends) <= 95 and ends == sorted(ends)


@each_chapter
def test_a_page_speaks_of_every_lesson_and_of_the_exercise(chapter: Path) -> None:
    lessons = {f"{int(chapter.name[:2])}.{path.name[0]}" for path in chapter.glob("*.ipynb")}
    assert [lesson for lesson in sorted(lessons) if lesson not in page(chapter)] == []
    assert "exercise" in page(chapter)


@each_chapter
def test_the_tasks_that_a_page_names_exist(chapter: Path) -> None:
    named = re.findall(r"[Tt]asks? (\d+)(?: to (\d+))?", page(chapter))
    assert {int(number) for pair in named for number in pair if number} <= tasks(chapter)


@each_chapter
def test_the_files_that_a_page_links_to_exist(chapter: Path) -> None:
    links = re.findall(r"\]\((\.\./[^)#]+)", page(chapter))
    assert [link for link in links if not (ROOT / "docs" / "instructor" / link).exists()] == []


# -- any class ---------------------------------------------------------------------------------------

ANY_CLASS = (ROOT / "docs" / "instructor" / "README.md").read_text(encoding="utf-8")


def test_the_page_for_any_class_leads_to_the_page_of_each_chapter() -> None:
    links = re.findall(r"\]\((\w+\.md)\)", ANY_CLASS)
    assert sorted(links) == sorted(path.name for path in (ROOT / "docs" / "instructor").glob("[1-9]_*.md"))


def test_the_rules_that_the_page_for_any_class_shows_are_right() -> None:
    [written] = re.findall(r"```yaml\n(.+?)```", ANY_CLASS, re.DOTALL)
    rules = loads(written, Rules)
    assert rules.market.people == rules.people


def test_the_commands_on_the_page_for_any_class_exist() -> None:
    called = set(re.findall(r"python -m sim (\w+)", ANY_CLASS))
    assert {"standings", "contests", "check", "doctor", "schema"} <= called <= set(program.commands)
