"""The glossary keeps up with the lessons: every Chinese term has a row, and every row has its lesson."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "glossary.md"
START = ROOT / "chapters" / "00_start_here.ipynb"
LESSONS = [START, *sorted((ROOT / "chapters").glob("0*/*.ipynb"))]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| \[([^\]]+)\]\(([^)]+)\) \|$", re.MULTILINE)
HEAD = 2  # lines of a table above its rows
TITLE = re.compile(r"^# .*$", re.MULTILINE)
HAN = r"\u4e00-\u9fff"
TERM = re.compile(rf"[{HAN}](?:[{HAN}·、0-9A-Z]*[{HAN}])?")  # 客户360度视图 and 倒U型 are one term each
LENGTHS = range(2, 13)  # characters of a term: one alone is none, and more are a sentence
MOST_WORDS = 24  # of a meaning

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
Row = tuple[str, str, str, str, str]  # English, Chinese, meaning, lesson, file


@cache
def rows() -> tuple[Row, ...]:
    """Read the page: each row of its table."""
    return tuple(ROW.findall(PAGE.read_text(encoding="utf-8")))


def terms(text: str) -> set[str]:
    """Find the Chinese terms in a text: in brackets, in a cell of a table, beside a name of the code."""
    return {term for term in TERM.findall(text) if len(term) in LENGTHS}


@cache
def terms_of(lesson: Path) -> frozenset[str]:
    """Find the Chinese terms of a lesson, outside its title."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return frozenset(terms(TITLE.sub("", text)))


def target(row: Row) -> Path:
    """Give the lesson that a row links to."""
    return (PAGE.parent / row[4]).resolve()


def number(lesson: Path) -> str:
    """Give the number of a lesson as the page writes it: 3.2, or start."""
    if lesson == START:
        return "start"
    return f"{int(lesson.parent.name[:2])}.{lesson.name.split('_')[0]}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lifetime value (CLV, 客户终身价值)", {"客户终身价值"}),
        ("the margin (毛利率, here 25 %)", {"毛利率"}),
        ("an A/B test (A/B 测试)", {"测试"}),
        ("the 360° view (客户360度视图), an inverted U (倒U型)", {"客户360度视图", "倒U型"}),
        ("identify, interact (识别、互动) and an attitude (态度: I like this shop)", {"识别、互动", "态度"}),
        ("| `nature` 生活变化 | life goes on |", {"生活变化"}),
        ("(a whole sentence, without a term)", set()),
    ],
)
def test_a_term_is_found_whatever_stands_beside_it(text: str, found: set[str]) -> None:
    assert terms(text) == found


def test_every_line_of_the_table_is_a_row() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert len(lines) == len(rows()) + HEAD


@each_lesson
def test_every_chinese_term_of_a_lesson_is_in_the_glossary(lesson: Path) -> None:
    known = set().union(*(terms(chinese) for _, chinese, *_ in rows()))
    assert sorted(terms_of(lesson) - known) == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_row_links_to_a_lesson_that_uses_its_term(row: Row) -> None:
    """A row with two Chinese forms needs one of them in its lesson."""
    assert target(row) in LESSONS and number(target(row)) == row[3]
    assert terms(row[1]) & terms_of(target(row))


def test_every_chinese_form_is_used_in_some_lesson() -> None:
    used = set().union(*(terms_of(lesson) for lesson in LESSONS))
    assert [row[1] for row in rows() if not terms(row[1]) <= used] == []


def test_the_rows_are_sorted_and_none_is_there_twice() -> None:
    english = [row[0].casefold() for row in rows()]
    assert english == sorted(english)
    assert [term for term, count in Counter(english).items() if count > 1] == []


def test_each_meaning_is_one_short_sentence() -> None:
    long = [row[0] for row in rows() if len(row[2].split()) > MOST_WORDS]
    other = [row[0] for row in rows() if not row[2].endswith(".") or ". " in row[2]]
    assert (long, other) == ([], [])
