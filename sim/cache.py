"""Cache: what was measured of runs, kept on disk, so that nobody waits twice for the same run.

A run is a function of its scenario, its plan, its seed and the code, and of nothing else. What an experiment
measured of it is stored under a hash of these four, as soon as the run is finished: a notebook opened again
gives its numbers at once, and work that was interrupted goes on where it stopped. A plan or a measure that is
a Python function of one's own is never stored, because what it does cannot be read from outside.

`CRM_KIT_CACHE` names another folder, or is `off`. There is no cache while tests run or where the kit is
quiet, for there stored numbers would hide that the code gives other ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import platform
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from sim.data import Data, Fault
from sim.files import atomic_write
from sim.progress import QUIET

FOLDER = "CRM_KIT_CACHE"  # names the folder of the cache, or is "off"
TESTING = "PYTEST_VERSION"  # set by pytest, also for the kernels and processes that tests start
SIM = Path(__file__).parent
LOCK = SIM.parent / "requirements.lock"
PACKAGES = ("numpy", "pandas", "pydantic", "scipy", "simpy")  # as installed; the lock says what should be
LOADED = time.time()  # sources changed since then are not the ones that run in this process
LARGEST = 64 * 2**20  # bytes; what was used longest ago makes room
BLOCK = 4096  # bytes: the least that a file takes of a disk
DIGEST = 32  # bytes of the checksum at the head of an entry


class Missing:
    """Stands for what is not in the cache, as None may be what was measured."""


@dataclass(frozen=True)
class Cache:
    """A folder with a file an entry: a checksum, and what was measured."""

    folder: Path
    largest: int = LARGEST

    @classmethod
    def of_user(cls) -> Cache | None:
        """Give the cache of this user; None where there is none.

        Nor is there one after a source of the kit was edited, until Python is started again: what runs
        is then no longer what stands in the files.
        """
        named = os.environ.get(FOLDER, "")
        if QUIET in os.environ or TESTING in os.environ or named == "off":
            return None
        if any(path.stat().st_mtime > LOADED for path in SIM.rglob("*.py")):
            return None
        return cls(Path(named) if named else user_cache_path("crm-training-market") / "runs")

    def read(self, key: str | None) -> Any:
        """Give what is stored under a key; `Missing` if there is nothing, or it is damaged."""
        if key is None:
            return Missing
        path = self.folder / key
        try:
            content = path.read_bytes()
            whole = hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]
            os.utime(path)  # used today
        except OSError:
            return Missing
        return pickle.loads(content[DIGEST:]) if whole else Missing

    def write(self, key: str | None, measured: Any) -> None:
        """Store what was measured; where that is not possible, the run will be repeated when it is needed."""
        if key is None:
            return
        content = pickle.dumps(measured)
        content = hashlib.sha256(content).digest() + content
        with suppress(OSError, Fault):
            self.folder.mkdir(parents=True, exist_ok=True)
            atomic_write(self.folder / key, lambda part: part.write_bytes(content))

    def tidy(self) -> None:
        """Let go of what was used longest ago, until the folder is as small as it must be."""
        with suppress(OSError):  # another session may be tidying too
            files = [(entry.stat(), entry.path) for entry in os.scandir(self.folder) if entry.is_file()]
            files.sort(key=lambda file: (file[0].st_mtime, file[1]))
            sizes = [-(-file.st_size // BLOCK) * BLOCK for file, _ in files]
            surplus = sum(sizes) - self.largest
            for (_, path), size in zip(files, sizes, strict=True):
                if surplus <= 0:
                    return
                Path(path).unlink(missing_ok=True)
                surplus -= size


def key_of(scenario: Data, timeline: Data, seed: int, measure: Callable[..., object]) -> str | None:
    """Hash all that decides what a measure finds in a run; None if it holds code of the user's own."""
    home, name = getattr(measure, "__module__", ""), getattr(measure, "__qualname__", "")
    ours = home.startswith("sim.") and getattr(sys.modules[home], name, None) is measure
    inputs = [content(scenario), content(timeline)]
    if not ours or None in inputs:
        return None
    whole = json.dumps([code(), home, name, *inputs, int(seed)])
    return hashlib.sha256(whole.encode()).hexdigest()


def content(data: Data) -> str | None:
    """Give all that a scenario or a timeline holds as text; None if a text cannot hold it."""
    try:
        text = data.model_dump_json(warnings="none")
        again = type(data).model_validate_json(text, strict=False)  # JSON knows lists, but no tuples
    except (PydanticSerializationError, ValidationError):  # a function, or an object that acts as one
        return None
    return text if again == data else None  # a class of the user's own


@cache
def code() -> str:
    """Hash the code that decides a run: the kit's sources, its lock, and what it runs on."""
    machine = [platform.python_version(), platform.system(), platform.machine()]
    whole = hashlib.sha256("\n".join([*machine, *map(version, PACKAGES)]).encode())
    for path in (*sorted(SIM.rglob("*.py")), LOCK):
        text = path.read_bytes() if path.exists() else b""
        whole.update(f"\n{path.relative_to(SIM.parent).as_posix()} {len(text)}\n".encode() + text)
    return whole.hexdigest()
