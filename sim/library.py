"""The shelf of ready-made files: scenarios and plans by name, or any file by its path."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from sim.data import Fault

YAML = (".yaml", ".yml")


def names(folder: Path) -> tuple[str, ...]:
    """List what stands on a shelf."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def find(what: str, name: str | Path, folder: Path) -> Path:
    """Find a ready-made file by name; take a path to a YAML file as it is.

    Raises
    ------
    Fault
        If nothing on the shelf has this name.
    """
    if not isinstance(name, str | Path):
        raise Fault(f"{what}: expects a name or the path of a file, was given {name!r}.")
    if Path(name).suffix in YAML:
        return Path(name)
    if str(name) not in names(folder):
        there_are = ", ".join(names(folder))
        raise Fault(f'{what}: there is none named "{name}". There are: {there_are}; or give a file.')
    return folder / f"{name}.yaml"


def remark(path: Path) -> str:
    """Give the remark at the head of a ready-made file, on one line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if "yaml-language-server" not in line]  # which editors read
    return " ".join(line.removeprefix("#").strip() for line in takewhile(lambda line: line[:1] == "#", lines))
