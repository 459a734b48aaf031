"""Results: a run written to a folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.data import Fault
from sim.files import dump

if TYPE_CHECKING:
    from sim.run import Run


def save_run(run: Run, folder: str | Path) -> Path:
    """Write a run to a new folder: what made it, what it came to, and every event.

    `scenario.yaml`, `plan.yaml` and `seed.txt` replay it; `summary.csv`, `weeks.csv` (cents) and
    `events.parquet` are its results. All is written beside the folder first and moved into place at the
    end, so a folder of this name is always whole.

    Raises
    ------
    Fault
        If the folder exists, cannot be written, or the plan is a Python function and cannot be saved.
    """
    with whole_folder(folder) as workshop:
        write_run(run, workshop)
    return Path(folder)


def refuse_existing(folder: str | Path) -> None:
    """Refuse the name of something that is there already.

    Raises
    ------
    Fault
        If there is a file or folder of this name.
    """
    if Path(folder).exists():
        raise Fault(
            f"{folder}: there is something of this name already. Give another name, or remove it first."
        )


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """Give a workshop beside a new folder; it is moved into place when all in it is done, or removed.

    Raises
    ------
    Fault
        If the folder exists or cannot be written.
    """
    target = Path(folder)
    refuse_existing(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise Fault(f"{target}: cannot be written here ({error.strerror}). Give another place.") from error
    try:
        yield workshop
        workshop.replace(target)
    except OSError as error:
        reason = error.strerror or error
        raise Fault(
            f"{target}: nothing was saved ({reason}). Free some space, or give another place."
        ) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_run(run: Run, folder: Path) -> None:
    """Write what `save_run` promises into a folder that is there."""
    plans = run.timeline.plans
    texts = {
        "scenario.yaml": dump(run.scenario),
        "plan.yaml": dump(plans[0] if set(plans) == {0} else run.timeline),
        "seed.txt": f"{run.seed}\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    run.summary().to_csv(folder / "summary.csv", encoding="utf-8")
    run.accounts.by_week().to_csv(folder / "weeks.csv", encoding="utf-8")
    run.events.frame().to_parquet(folder / "events.parquet", index=False)
