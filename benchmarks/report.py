"""The table: what is measured, what was wanted, what came out; and its place in the README."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Target:
    """A row of the table before it is measured."""

    what: str
    wanted: str  # such as "≥ 25", "≤ 400", or "" where nothing was asked for
    unit: str = "×"

    def met_by(self, value: float) -> bool:
        """Tell whether a value is what was wanted."""
        bound = float(self.wanted[1:])
        return value >= bound if self.wanted[0] == "≥" else value <= bound


SPEED = {
    "core": Target("core, against idiomatic SimPy", "≥ 25"),
    "core_1000": Target("core with 1 000 people, against idiomatic SimPy", ""),
    "core_100000": Target("core with 100 000 people, against idiomatic SimPy", ""),
    "collector": Target("core, against idiomatic SimPy, Python's garbage collector off for both", ""),
    "everything": Target("the supermarket as it comes, against idiomatic SimPy's bare core", "≥ 12"),
    "full": Target("the same with every lever of the plan moved", "≥ 10"),
    "whole": Target("every mechanism there is, unmoved, against idiomatic SimPy's bare core", "≥ 8"),
    "whole_20000": Target("every mechanism with 20 000 people, against idiomatic SimPy's bare core", ""),
    "whole_100000": Target("every mechanism with 100 000 people, against idiomatic SimPy's bare core", ""),
    "focus_200": Target("core with 200 customers as processes, against idiomatic SimPy", "≥ 12"),
    "focus_1000": Target("core with 1 000 customers as processes, against idiomatic SimPy", "≥ 7"),
    "limit": Target("core, share of the NumPy limit (time of the limit / time of the core)", "≥ 0.35", ""),
    "lifetimes": Target("shopping alone, against the Lifetimes generator, same customers", "≥ 5"),
    "growth": Target("core, time of 1 000 000 people over 100 000", "≤ 15"),
}
MEMORY = {
    "core_memory": Target("memory a person, log apart: core", "≤ 400", "B"),
    "everything_memory": Target("memory a person, log apart: the supermarket as it comes", "≤ 1500", "B"),
    "whole_memory": Target("memory a person, log apart: every mechanism there is", "≤ 1500", "B"),
    "event_memory": Target("a logged event", "≤ 25", "B"),
    "join_memory": Target("a logged event, once `run.events` has joined the pages", "", "B"),
}
VARIANCE = {
    "policy": Target(
        "variance of a difference in profit by a policy (win-back): other seeds / twins", "≥ 15"
    ),
    "staffing": Target("variance of a difference in contribution by staffing: other seeds / twins", "≥ 5"),
    "answers": Target("the same runs, difference in complaints answered in time: other seeds / twins", ""),
}
SCALE = {
    "start": Target("two processes: their start, once a session", "", "s"),
    "shared": Target("two processes against one: a comparison of two plans on ten seeds", "≥ 1.6"),
    "shared_run": Target("a run in one of two busy processes, over the same alone (processor time)", ""),
    "handing_out": Target("handing a run to a process, and its numbers back", "", "ms"),
    "cluster": Target("two Dask workers against one process: the same comparison", "≥ 1.6"),
    "cluster_handing_out": Target("handing a run to a Dask worker, and its numbers back", "", "ms"),
    "numbers": Target("what a run passes back: its headline numbers", "", "B"),
    "log": Target("what it does not pass back: its log", "", "B"),
}
TARGETS = SPEED | MEMORY | VARIANCE | SCALE


def table(measured: dict[str, tuple[float, ...]]) -> str:
    """Write the table of all rows measured: the median, and the range of the rounds or of the interval."""
    head = "| what | wanted | measured | min–max | |\n|---|---|---|---|---|"
    return "\n".join([head, *(_row(TARGETS[name], values) for name, values in measured.items())])


def _row(target: Target, values: tuple[float, ...]) -> str:
    middle, unit = median(values), f" {target.unit}" if target.unit else ""
    reach = f"{figure(min(values))}–{figure(max(values))}" if len(values) > 1 else "once"
    verdict = "" if not target.wanted else "met" if target.met_by(middle) else "**missed**"
    wanted = f"{target.wanted}{unit}" if target.wanted else "–"
    return f"| {target.what} | {wanted} | {figure(middle)}{unit} | {reach} | {verdict} |"


def figure(number: float) -> str:
    """Write a number with as many digits as it deserves."""
    return f"{number:,.0f}".replace(",", " ") if number >= 100 else f"{number:.3g}"


def titled(machine: str, rows: str, work: str, modules: str, mechanisms: str) -> str:
    """Put the parts of the measured section under their headings."""
    return "\n\n".join(
        [
            f"Measured on: {machine}",
            rows,
            "### Did they do the same work?",
            work,
            "### Where the time goes",
            modules,
            "### Whose turn takes how long",
            mechanisms,
        ]
    )


def machine() -> str:
    """Say what was measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "simpy", "scipy", "lifetimes"))
    return f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {packages}."


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def write(text: str, readme: Path = README) -> None:
    """Put what was measured between the markers of the README; the prose around it stays."""
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
