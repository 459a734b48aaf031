"""The doctor: looks at an installation, and says of each thing whether it is well and what helps.

`python -m sim doctor`; where even that does not start, `python sim/doctor.py` does: this file imports
what it examines only while it examines it.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

KIT = Path(__file__).resolve().parents[1]
LOCK = KIT / "requirements.lock"
OLDEST = (3, 11)
ROOM = 0.5  # GB: some lessons, saved runs and JupyterLab's own files
PATIENCE = 60  # seconds: until a kernel answers, also on a slow disk
CHARACTER = "户"  # a character that only a Chinese font has

PACKAGES = "python -m pip install -r requirements.lock"
LINK = "python -m pip install --no-deps --editable ."
FONT = "install the font Noto Sans CJK (Debian, Ubuntu: sudo apt install fonts-noto-cjk)"
LABEL = Path("@jupyter-widgets") / "jupyterlab-manager" / "package.json"


@dataclass(frozen=True)
class Finding:
    """One thing examined."""

    what: str
    well: bool
    found: str
    remedy: str = ""
    needed: bool = True  # the kit does not work without it


def examine(lock: Path = LOCK) -> Iterator[Finding]:
    """Examine everything, one thing after the other; starting a kernel takes a few seconds."""
    yield python()
    yield _tried("packages", lambda: packages(lock))
    yield _tried("versions", lambda: versions(lock), needed=False)
    yield _tried("kernel", kernel)
    yield _tried("widgets", widgets)
    yield _tried("Chinese fonts", fonts, needed=False, remedy=FONT)
    yield disk()


def report(findings: Iterable[Finding]) -> tuple[str, bool]:
    """Put findings into a table; also say whether all that is needed is well."""
    seen = list(findings)
    width = max(len(finding.what) for finding in seen)
    lines = []
    for finding in seen:
        lines.append(f"{'ok' if finding.well else 'to do':5}  {finding.what:{width}}  {finding.found}")
        if not finding.well:
            lines.append(f"{'':{width + 7}}  -> {finding.remedy}")
    return "\n".join(lines), all(finding.well or not finding.needed for finding in seen)


def repair(command: str = PACKAGES) -> str:
    """Say how to mend this environment: one of kit.py's is made anew, any other gets a command."""
    if (Path(sys.prefix) / "kit-stamp").is_file():
        return f"delete the folder {sys.prefix}, then run kit.py start"
    return f"in the folder {KIT}: {command}"


def _tried(what: str, look: Callable[[], Finding], needed: bool = True, remedy: str = "") -> Finding:
    """Examine something that may be too broken to be looked at; that is then what was found."""
    try:
        return look()
    except Exception as error:  # a patient may fail in any way, and the doctor must not
        return Finding(
            what, False, f"{type(error).__name__}: {error}".strip(": "), remedy or repair(), needed
        )


# -- what is examined -------------------------------------------------------------------------------


def python() -> Finding:
    """See whether this Python is new enough."""
    needed = ".".join(map(str, OLDEST))
    found = f"{platform.python_version()}, {platform.system()} {platform.machine()}, {sys.executable}"
    return Finding("Python", sys.version_info[:2] >= OLDEST, found, f"install Python {needed} or later")


def packages(lock: Path = LOCK) -> Finding:
    """See whether every package of the lock is there."""
    wanted = locked(lock)
    missing = [name for name in wanted if installed(name) is None]
    found = f"missing: {_some(missing)}" if missing else f"all {len(wanted)} of {lock.name} are there"
    return Finding("packages", not missing, found, repair())


def versions(lock: Path = LOCK) -> Finding:
    """See whether the packages that are there have the versions of the lock."""
    there = {name: (installed(name), version) for name, version in locked(lock).items()}
    other = [
        f"{name} {is_} (locked {want})" for name, (is_, want) in there.items() if is_ not in (None, want)
    ]
    main = ", ".join(f"{name} {installed(name)}" for name in ("jupyterlab", "numpy", "pandas", "simpy"))
    found = f"not as locked: {_some(other)}" if other else f"as locked: {main}"
    return Finding("versions", not other, found, repair(), needed=False)


def kernel() -> Finding:
    """See whether a kernel starts, in this very environment, and imports this very kit."""
    with tempfile.TemporaryDirectory() as elsewhere:
        said, answer = _ask_kernel(
            "import sys, sim; print(sys.prefix, sim.__file__, sep='\\n', end='')", elsewhere
        )
    if answer["status"] != "ok":
        found = f"starts, but cannot import sim: {answer.get('ename')}: {answer.get('evalue')}"
        return Finding("kernel", False, found, repair(LINK))
    prefix, file = said.split("\n")
    if Path(prefix).resolve() != Path(sys.prefix).resolve():
        remedy = "remove that kernel with: jupyter kernelspec remove python3"
        return Finding("kernel", False, f"starts another Python, of {prefix}", remedy)
    if Path(file).resolve().parents[1] != KIT:
        return Finding("kernel", False, f"imports another sim, {file}", repair(LINK))
    return Finding("kernel", True, "starts, and imports sim")


def _ask_kernel(code: str, folder: str) -> tuple[str, dict[str, Any]]:
    """Run code in a new kernel; give what it printed and how it ended."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(PATIENCE, "python3", cwd=folder, stderr=subprocess.DEVNULL)
    said: list[str] = []
    try:
        ended = client.execute_interactive(
            code,
            timeout=PATIENCE,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(said), ended["content"]


def widgets() -> Finding:
    """See whether the controls of lessons are there, for the kernel and for JupyterLab."""
    import ipywidgets
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    there = any((folder / LABEL).is_file() for folder in folders)
    found = f"ipywidgets {ipywidgets.__version__}"
    if there:
        return Finding("widgets", True, f"{found} and its JupyterLab extension")
    return Finding("widgets", False, f"{found}, but no extension of JupyterLab for it", repair())


def fonts() -> Finding:
    """See whether figures can show Chinese."""
    import matplotlib
    from matplotlib.font_manager import findSystemFonts, fontManager

    from sim.style import CHINESE as USABLE

    files = {entry.fname for entry in fontManager.ttflist}
    able = {entry.name for entry in fontManager.ttflist if entry.name in USABLE and _shows(entry.fname)}
    if able:
        return Finding("Chinese fonts", True, ", ".join(sorted(able)), needed=False)
    forget = f"delete the folder {matplotlib.get_cachedir()}, and matplotlib looks for fonts again"
    if any(map(_shows, set(findSystemFonts()) - files)):
        return Finding("Chinese fonts", False, "one is there, but matplotlib has not noticed", forget, False)
    return Finding("Chinese fonts", False, "none that figures could use", f"{FONT}; then {forget}", False)


def _shows(file: str) -> bool:
    """Tell whether a font has a character that only Chinese fonts have."""
    from matplotlib.font_manager import get_font

    try:
        return bool(get_font(file).get_char_index(ord(CHARACTER)))
    except (OSError, RuntimeError):  # gone, or no font after all
        return False


def disk() -> Finding:
    """See whether there is room for lessons and results."""
    free = shutil.disk_usage(KIT).free / 1e9
    found = f"{free:.1f} GB free where the kit is"
    return Finding("disk", free >= ROOM, found, f"free some space: {ROOM} GB at least", needed=False)


# -- packages ---------------------------------------------------------------------------------------


def locked(lock: Path) -> dict[str, str]:
    """Read from a lock which packages this system needs, and in which version."""
    from packaging.requirements import Requirement

    lines = lock.read_text(encoding="utf-8").splitlines()
    entries = [line.rstrip(" \\") for line in lines if line[:1].isalnum()]  # hashes and remarks are indented
    pins = [Requirement(entry) for entry in entries]
    return {
        pin.name: next(iter(pin.specifier)).version for pin in pins if not pin.marker or pin.marker.evaluate()
    }


def installed(name: str) -> str | None:
    """Tell the version of a package, or None if it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _some(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


if __name__ == "__main__":
    sys.path[0] = str(KIT)
    TABLE, WELL = report(examine())
    print(TABLE)
    sys.exit(0 if WELL else 1)
