"""A learner's own copy of the course: lessons and exercises without results, and never the solutions.

The lessons of the kit are stored with their results, which would spoil every prediction. So a learner
works in a folder of their own, which `make_copy` makes and later completes. Nothing there is written
over but what the learner has not touched: a small file in the copy remembers what was given.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sim.course.handout import as_given, fingerprint
from sim.data import Fault
from sim.files import atomic_write

KIT = Path(__file__).parents[2]
NAME = "my_crm"
GIVEN = ("chapters", "exercises")  # never solutions
MANIFEST = ".crm_kit.json"


@dataclass(frozen=True)
class Copy:
    """A learner's copy and what was just done to it; paths from its folder."""

    folder: Path
    new: tuple[str, ...]
    refreshed: tuple[str, ...]  # as once given, until the kit's version changed
    beside: tuple[str, ...]  # the kit's new versions of what the learner has worked on

    def __str__(self) -> str:
        said = [f"Your lessons are in {self.folder}."]
        if self.new:
            said.append(f"New: {_files(self.new)}.")
        if self.refreshed:
            said.append(f"Brought up to date: {_files(self.refreshed)}.")
        if self.beside:
            said.append(
                "The kit has a newer version of something you have worked on; yours stays as it is, "
                f"and the new one stands beside it: {', '.join(self.beside)}."
            )
        return "\n".join(said)


def default_folder(here: Path, kit: Path = KIT) -> Path:
    """Choose where a copy is: around `here` if one is, else in the kit if `here` is in it, else in `here`."""
    for place in (here, *here.parents):
        if (place / MANIFEST).is_file():
            return place
    return (kit if here.resolve().is_relative_to(kit) else here) / NAME


def make_copy(folder: Path, kit: Path = KIT) -> Copy:
    """Make a copy of the course, or complete the one that is there.

    Each file is written under another name and then moved into place, so that an interruption leaves
    no half of it; the next call goes on from there.

    Raises
    ------
    Fault
        If the kit has no lessons, the folder is not a learner's, or something cannot be written.
    """
    paths = list(_paths(kit))
    if not paths:
        raise Fault(f"{kit}: there are no lessons here. Install the kit from its repository, see README.md.")
    _refuse(folder, kit)
    given = _remembered(folder)
    done: dict[str, list[str]] = {"new": [], "refreshed": [], "beside": [], "same": []}
    try:
        for path in paths:
            content = as_given(kit / path)
            what, where = _place(folder / path, content, given.get(path))
            done[what].append(where.relative_to(folder).as_posix())
            given[path] = fingerprint(content)
    finally:
        _remember(folder, given)
    return Copy(folder, tuple(done["new"]), tuple(done["refreshed"]), tuple(done["beside"]))


def _paths(kit: Path) -> Iterator[str]:
    """Name the files of the course, but hidden ones, such as the checkpoints of an editor."""
    for path in sorted(path for name in GIVEN for path in (kit / name).rglob("*")):
        inside = path.relative_to(kit)
        if path.is_file() and not any(part.startswith((".", "__")) for part in inside.parts):
            yield inside.as_posix()


def _refuse(folder: Path, kit: Path) -> None:
    """Keep the checkout clean, and name what is no folder."""
    place = folder.resolve()
    if place.is_relative_to(kit) and not place.is_relative_to(kit / NAME):
        raise Fault(f"{folder}: lies among the kit's own files. Give a folder outside of {kit}, or none.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror
        raise Fault(f"{folder}: cannot hold your copy ({reason}). Give another folder.") from None


def _place(target: Path, content: bytes, last: str | None) -> tuple[str, Path]:
    """Put a file of the kit into its place, or beside what the learner has made of the one given last."""
    now = fingerprint(content)
    if not os.path.lexists(target):
        return "new", _put(target, content)
    if last == now or (theirs := fingerprint(target.read_bytes())) == now:
        return "same", target
    if theirs == last:
        return "refreshed", _put(target, content)
    return "beside", _put_beside(target, content)


def _put(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(target, lambda part: part.write_bytes(content))
    return target


def _put_beside(target: Path, content: bytes) -> Path:
    """Write a file under the first free name like `1_lesson_new.ipynb`, unless it stands there already."""
    for number in count(1):
        ending = "_new" if number == 1 else f"_new_{number}"
        other = target.with_name(f"{target.stem}{ending}{target.suffix}")
        if not os.path.lexists(other):
            return _put(other, content)
        if other.is_file() and fingerprint(other.read_bytes()) == fingerprint(content):
            return other
    raise AssertionError("there are always more numbers")


def _remembered(folder: Path) -> dict[str, str]:
    """Read what was given, by path; whatever is unclear counts as not given, and so as the learner's."""
    try:
        given = json.loads((folder / MANIFEST).read_bytes())["given"].items()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {path: hashed for path, hashed in given if isinstance(hashed, str)}


def _remember(folder: Path, given: dict[str, str]) -> None:
    if given != _remembered(folder):
        text = json.dumps({"version": 1, "given": given}, indent=1, sort_keys=True)
        atomic_write(folder / MANIFEST, lambda part: part.write_text(f"{text}\n", "utf-8", newline="\n"))


def _files(paths: tuple[str, ...]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"
