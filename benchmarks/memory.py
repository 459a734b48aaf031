"""Memory: the peak of a fresh process with so many people, and with twice as many.

The difference between the two belongs to the people: interpreter and libraries drop out. What the log
holds is taken off and stands in a row of its own. `python -m benchmarks.memory core 100000 104` is one
such process; it prints bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from benchmarks.settings import core, everything, weekly_offers, whole
from sim import simulate
from sim.events import Events

MARKETS = {"core": core, "everything": everything, "whole": whole}
ROOT = Path(__file__).parents[1]
STATUS = Path("/proc/self/status")
TIMES = 3  # the system hands out memory in lumps: the same run peaks a few per cent higher or lower


def held(what: str) -> int:
    """Read what this process holds now ("VmRSS") or held at most ("VmHWM"), in bytes; Linux knows."""
    return int(STATUS.read_text().split(f"{what}:")[1].split()[0]) * 1024


def size(page: Events) -> int:
    """Count the bytes of a page's columns."""
    return sum(getattr(page, field.name).nbytes for field in fields(page))


def case(market: str, people: int, weeks: int) -> dict[str, int]:
    """Run one market and say what it took: at the peak, in the log, and more when the log is joined."""
    simulate(MARKETS[market](100, 2), weekly_offers(), 1)  # whatever is loaded late is loaded now
    run = simulate(MARKETS[market](people, weeks), weekly_offers(), 1)
    before, log = held("VmRSS"), sum(size(page) for page in run.pages)
    taken = {"peak": held("VmHWM"), "log": log, "events": len(run.events)}
    return taken | {"joined": held("VmRSS") - before}


def fresh(market: str, people: int, weeks: int) -> dict[str, int]:
    """Run one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", market, str(people), str(weeks)]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout)


def rows(people: int, weeks: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Measure memory a person and memory an event, between a market and one twice as large."""
    if not STATUS.exists():
        print("Memory is read from /proc: these rows need Linux.")
        return
    for market in MARKETS:
        pairs = [(fresh(market, people, weeks), fresh(market, 2 * people, weeks)) for _ in range(TIMES)]
        yield f"{market}_memory", tuple(_more(few, many) / people for few, many in pairs)
        if market == "core":
            many = pairs[0][1]
            yield "event_memory", (many["log"] / many["events"],)
            yield "join_memory", ((many["log"] + many["joined"]) / many["events"],)


def _more(few: dict[str, int], many: dict[str, int]) -> int:
    """Give how much more the larger market held at its peak, the log apart."""
    return (many["peak"] - many["log"]) - (few["peak"] - few["log"])


if __name__ == "__main__":
    print(json.dumps(case(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
