"""A lesson: a notebook of the course, and the number by which people call it.

A lesson's file says its number: `chapters/03_channels/2_cost_of_silence.ipynb` is lesson 3.2, the second
of chapter 3. The start lesson, `chapters/00_start_here.ipynb`, is lesson 0. Letters, digits and
underscores follow the number; other notebooks are no lessons, though a learner gets them too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sim.data import Fault

START = "chapters/00_start_here.ipynb"
NAME = re.compile(r"chapters/(\d\d)_\w+/(\d+)_\w+\.ipynb")
NUMBER = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Lesson:
    """A lesson of the course; lessons sort as they are taught."""

    chapter: int
    number: int
    path: str  # from the folder of the kit, with slashes

    @property
    def called(self) -> str:
        """Its number, such as 3.2; 0 for the start lesson."""
        return f"{self.chapter}.{self.number}" if self.chapter else "0"


def lessons(kit: Path) -> tuple[Lesson, ...]:
    """List the lessons of a kit, in order."""
    found = [Lesson(0, 0, START)] if (kit / START).is_file() else []
    for path in (kit / "chapters").glob("*/*.ipynb"):
        inside = path.relative_to(kit).as_posix()
        if name := NAME.fullmatch(inside):
            found.append(Lesson(int(name[1]), int(name[2]), inside))
    return tuple(sorted(found))


def find_lesson(at: str, there: tuple[Lesson, ...]) -> Lesson:
    """Find a lesson by its number; a chapter's number alone means its first lesson.

    Raises
    ------
    Fault
        If there is no such lesson: it lists those there are.
    """
    number = NUMBER.fullmatch(at.strip())
    chapter, place = (int(number[1]), number[2]) if number else (-1, None)
    for lesson in there:
        if lesson.chapter == chapter and (place is None or lesson.number == int(place)):
            return lesson
    listed = ", ".join(lesson.called for lesson in there) or "none yet"
    raise Fault(f"--at: there is no lesson {at}. There are: {listed}.")
