"""The lab: JupyterLab, opened on a lesson of a learner's copy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote


def command(folder: Path, lesson: str, extra: Iterable[str] = ()) -> list[str]:
    """Give the command that opens a lesson, its path counted from the folder; what is extra comes last."""
    address = f"--LabApp.default_url=/lab/tree/{quote(lesson)}"
    root = f"--ServerApp.root_dir={folder.resolve()}"
    return [sys.executable, "-m", "jupyterlab", root, address, *extra]


def open_lab(folder: Path, lesson: str, extra: Iterable[str] = ()) -> int:
    """Open a lesson, and give JupyterLab's exit code when it has ended; on Linux and macOS, never return."""
    words = command(folder, lesson, extra)
    settings = {**os.environ, "PYTHONUTF8": "1"}  # for its kernels, too
    os.chdir(folder)
    if sys.stdout:
        sys.stdout.flush()
    if os.name == "posix":  # become JupyterLab, which then gets every signal and stops its kernels itself
        os.execve(words[0], words, settings)
    signal.signal(signal.SIGINT, lambda *_: None)  # JupyterLab answers Ctrl-C, not this file
    return subprocess.run(words, env=settings).returncode
