"""Install the training kit and run it. Needs nothing but Python 3.11 or later.

    python3 kit.py start          open the first lesson in JupyterLab, in a copy of your own
    python3 kit.py test           run every check
    python3 kit.py test --fast    run every check but the notebooks

Both first install the packages of requirements.lock into the folder .venv beside this file, or
into the folder which CRM_KIT_ENV names. Once that is done, the next call starts at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)
HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
ENV = Path(os.environ.get("CRM_KIT_ENV") or HERE / ".venv").absolute()
PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENV / "kit-stamp"
START = [str(PYTHON), "-P", "-m", "sim", "start"]  # -P: what lies in the current folder is not imported
QUIET = '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}'


class SetupError(Exception):
    """An expected failure: its message says in one sentence what is wrong and what helps."""


def fingerprint() -> bytes:
    """Return a hash of all that decides what an environment holds: lock, project, place and Python."""
    parts = [LOCK.read_bytes(), (HERE / "pyproject.toml").read_bytes(), os.fsencode(HERE)]
    return hashlib.sha256(b"\0".join([*parts, b"%d.%d" % sys.version_info[:2]])).hexdigest().encode()


def is_ready() -> bool:
    """Say whether the environment was installed to the end, and from the present lock."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_bytes() == fingerprint()


def recipe() -> list[list[str]]:
    """Return the two commands which make the environment and fill it."""
    make = [sys.executable, "-m", "venv", "--clear", str(ENV)]
    fill = ["install", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
    if find_spec("ensurepip"):
        return [make, [str(PYTHON), "-m", "pip", *fill]]
    if find_spec("pip"):  # Debian without python3-venv: its own pip can fill the environment from outside
        return [[*make, "--without-pip"], [sys.executable, "-m", "pip", "--python", str(PYTHON), *fill]]
    raise SetupError("this Python has no ensurepip; on Debian and Ubuntu: sudo apt install python3-venv")


def link() -> None:
    """Let the environment import sim/ from this folder, by one line in a .pth file.

    An editable install would need setuptools, from outside the lock, and would add only metadata which
    nobody reads. The path is written as bytes because some Pythons read the file in the locale's encoding.
    """
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(ENV)}))
    line = f"import os, sys; sys.path.append(os.fsdecode({os.fsencode(HERE)!r}))\n"
    (packages / "crm_kit.pth").write_text(line)


def hush() -> None:
    """Keep JupyterLab from asking every newcomer whether it may fetch news."""
    settings = ENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(QUIET)


@contextmanager
def alone() -> Iterator[None]:
    """Let one call at a time install. SQLite keeps the lock, on every system, and drops it after a crash."""
    lock = ENV.with_name(f"{ENV.name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    with closing(sqlite3.connect(lock, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise SetupError("another kit.py is installing; wait until it has finished") from None
        yield


def install() -> None:
    """Make the environment from nothing. The stamp comes last: an interrupted install is redone."""
    ours = not os.environ.get("CRM_KIT_ENV") or (ENV / "pyvenv.cfg").is_file()
    if not ours and ENV.exists() and any(ENV.iterdir()):
        raise SetupError(f"CRM_KIT_ENV names {ENV}, which holds other things; name a new or empty folder")
    commands = recipe()
    print(f"Installing the packages into {ENV} (once; a few minutes)", flush=True)
    STAMP.unlink(missing_ok=True)
    for command in commands:
        if subprocess.run(command).returncode:
            raise SetupError("the installation failed; check network and disk space, then run this again")
    link()
    hush()
    STAMP.write_bytes(fingerprint())


def start(extra: list[str]) -> int:
    """Open a lesson in the learner's own copy; see `python -m sim start --help`."""
    os.environ["PYTHONUTF8"] = "1"
    if os.name == "posix":  # become that command, and then JupyterLab, which gets every signal itself
        os.execv(PYTHON, [*START, *extra])
    signal.signal(signal.SIGINT, lambda *_: None)  # JupyterLab answers Ctrl-C, not this file
    return subprocess.run([*START, *extra]).returncode


def checks(fast: bool) -> dict[str, list[str]]:
    """Return every check by its headline: what follows `python -m`. Fast leaves the notebooks out."""
    found = {
        "Lint": ["ruff", "check", "."],
        "Format": ["ruff", "format", "--check", "."],
        "Types": ["mypy", "sim", "kit.py"],
        "Tests": ["pytest", "tests", "-n", "2", "--dist", "loadgroup"],  # browsers one after another
    }
    notebooks = ["pytest", "-n", "2", "--dist", "loadfile", "--nbval-cell-timeout=120", "-W", "default"]
    notebooks += ["--durations=20", "--durations-min=2"]  # the slowest cells are named
    held = [name for name in ("chapters", "solutions", "exercises") if any(HERE.glob(f"{name}/**/*.ipynb"))]
    strict = [name for name in held if name != "exercises"]
    if strict and not fast:  # these must give their stored outputs again
        found["Notebooks"] = [*notebooks, "--nbval", *strict]
    if "exercises" in held and not fast:  # these must only run
        found["Exercises"] = [*notebooks, "--nbval-lax", "exercises"]
    if "chapters" not in held and not fast:
        print("No notebook in chapters/ yet: nothing to run there.")
    return found


def test(fast: bool) -> int:
    """Run every check, also after one has failed; return 1 if any did."""
    settings = {**os.environ, "CRM_KIT_QUIET": "1", "PYTHONUTF8": "1"}
    failed = []
    for headline, arguments in checks(fast).items():
        print(f"\n== {headline}: {' '.join(arguments)}", flush=True)
        if subprocess.run([PYTHON, "-m", *arguments], cwd=HERE, env=settings).returncode:
            failed.append(headline)
    print("\nFailed: " + ", ".join(failed) if failed else "\nAll checks passed.", flush=True)
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    reader = argparse.ArgumentParser(prog="kit.py", description="Install the training kit and run it.")
    commands = reader.add_subparsers(dest="command", required=True)
    rest = "Further arguments: --at 3.2 opens lesson 2 of chapter 3, --folder F keeps your copy elsewhere, "
    rest += "--only-copy opens nothing; all others go to JupyterLab, such as --no-browser or --port=9000."
    commands.add_parser("start", help="open a lesson in JupyterLab", description=rest)
    testing = commands.add_parser("test", help="run every check")
    testing.add_argument("--fast", action="store_true", help="leave the notebooks out")
    return reader


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    options, extra = parser().parse_known_args(arguments)
    if extra and options.command != "start":
        parser().error(f"unknown: {' '.join(extra)}")
    try:
        if sys.version_info[:2] < OLDEST:
            old, needed = sys.version.split()[0], ".".join(map(str, OLDEST))
            raise SetupError(f"this is Python {old}; install Python {needed} or later and use that")
        if not is_ready():
            with alone():
                install()
        return start(extra) if options.command == "start" else test(options.fast)
    except (SetupError, OSError) as problem:
        print(f"kit.py: {problem}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
