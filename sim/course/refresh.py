"""The refresh: `python -m sim.course.refresh` brings up to date all that is stored, and says what moved.

When the market changes on purpose, many stored numbers change with it. One command executes every lesson and
solution again, makes the exercises anew, and renews the golden runs, the model reference and the schemas. A
file in which nothing moved is not touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from joblib import Parallel, delayed
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from sim import reference, schema
from sim.course.comparison import changes_of_text, moved
from sim.course.exercise import SOLUTIONS, generate
from sim.course.notebook import LONGEST, ROOT, execute, read, write
from sim.data import Fault

EXECUTED = ("chapters", SOLUTIONS)
AT_ONCE = 2  # notebooks


def stored_notebooks(root: Path = ROOT) -> list[Path]:
    """List the notebooks that are stored with their outputs."""
    found = [path for name in EXECUTED for path in sorted((root / name).rglob("*.ipynb"))]
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]


def refreshed(path: Path, store: bool) -> list[str]:
    """Execute a notebook again, write it if it moved (and if asked to), and say what moved."""
    before = read(path)
    try:
        after = execute(before, path.parent)
    except CellExecutionError as error:
        return [f"could not be executed: {error.ename}: {error.evalue}"]
    except CellTimeoutError:
        return [f"could not be executed: a cell takes more than {LONGEST} seconds"]
    changes = moved(before, after)
    if changes and store:
        write(path, after)
    return changes


def notebooks(paths: list[Path], store: bool, root: Path = ROOT) -> Iterator[str]:
    """Refresh notebooks, two at a time, and say what moved in each."""
    done = Parallel(n_jobs=min(AT_ONCE, len(paths) or 1), return_as="generator")(
        delayed(refreshed)(path, store) for path in paths
    )
    for path, changes in zip(paths, done, strict=True):
        yield from (f"{_shown(path, root)}, {change}" for change in changes)


def golden(store: bool, root: Path = ROOT) -> Iterator[str]:
    """Renew the golden runs and say what moved."""
    command = [sys.executable, "-m", "tests.test_golden", *([] if store else ["--check"])]
    settings = {**os.environ, "PYTHONUTF8": "1"}
    work = subprocess.run(command, cwd=root, env=settings, capture_output=True, encoding="utf-8")
    if work.returncode:
        raise Fault(f"the golden runs failed: {work.stderr.strip().splitlines()[-1]}")
    yield from (f"golden, {line}" for line in work.stdout.splitlines() if "nothing moved" not in line)


def model(store: bool) -> Iterator[str]:
    """Renew the model reference and say what moved."""
    old = reference.PAGE.read_text(encoding="utf-8") if reference.PAGE.exists() else ""
    new = reference.page()
    yield from (f"docs/model.md, {change}" for change in changes_of_text(old, new))
    if store and new != old:
        reference.PAGE.write_text(new, encoding="utf-8", newline="\n")


def schemas(store: bool) -> Iterator[str]:
    """Renew the schemas beside the ready-made files and say which moved."""
    for path, kind in schema.SHELF.items():
        new = schema.text(kind)
        if not path.exists() or path.read_text(encoding="utf-8") != new:
            yield f"{path.name}: what may stand in such a file"
            if store:
                path.write_text(new, encoding="utf-8", newline="\n")


def everything(store: bool) -> Iterator[str]:
    """Refresh all that is stored, cheapest first, and say what moved."""
    yield from model(store)
    yield from schemas(store)
    yield from golden(store)
    yield from notebooks(stored_notebooks(), store)
    yield from generate(write_files=store)


def some(paths: list[Path], store: bool) -> Iterator[str]:
    """Refresh these notebooks only, and make the exercises anew."""
    yield from notebooks(paths, store)
    yield from generate(write_files=store)


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only say what would move; end with 1 if anything would.")
def main(paths: tuple[Path, ...], check: bool) -> None:
    """Execute the notebooks again, all of them or those named, and say which numbers moved.

    Without names it also renews the golden runs, docs/model.md and the schemas.
    """
    count = 0
    try:
        chosen = [path.resolve() for path in paths]
        for line in some(chosen, not check) if chosen else everything(not check):
            count += 1
            click.echo(line)
    except Fault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"{count} changes." if count else "Nothing moved.")
    sys.exit(1 if check and count else 0)


if __name__ == "__main__":
    main()
