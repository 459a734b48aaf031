"""Golden runs: each scenario under each ready-made plan gives the numbers that are stored in `golden/`.

``python -m tests.test_golden`` stores today's numbers instead, and prints which of them moved; with
``--check`` it only prints.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from sim import Fault, load_plan, load_scenario, plan_names, scenario_names, simulate
from sim.events import Events
from sim.metrics import METRICS
from sim.plan import Timeline
from sim.refusal import check_plan
from sim.run import Run

FOLDER = Path(__file__).parent / "golden"
COMMAND = "python -m tests.test_golden"
PEOPLE, WEEKS, SEED = 400, 60, 7
Numbers = dict[str, Any]
AVX512 = [
    name for name in __cpu_dispatch__ if name.startswith(("AVX512", "X86_V4")) and __cpu_features__[name]
]


def numbers_of(run: Run) -> Numbers:
    """Boil a run down to a hash of each column of its events and its headline numbers, rounded."""
    columns = {field.name: getattr(run.events, field.name) for field in fields(Events)}
    little_endian = {name: column.astype(column.dtype.newbyteorder("<")) for name, column in columns.items()}
    metrics = {name: round(float(run.metrics[name]), METRICS[name].digits) for name in METRICS}
    return {
        "events": len(run.events),
        **{name: hashlib.sha256(column.tobytes()).hexdigest() for name, column in little_endian.items()},
        **{name: None if np.isnan(value) else value for name, value in metrics.items()},
    }


def golden_runs(name: str) -> dict[str, Numbers]:
    """Run a scenario, scaled down, under each ready-made plan that it has the means for."""
    scenario = load_scenario(name).but(people=PEOPLE, weeks=WEEKS)
    found = {}
    for plan in plan_names():
        try:
            check_plan(scenario, Timeline.of(load_plan(plan)))
        except Fault:
            continue
        found[plan] = numbers_of(simulate(scenario, load_plan(plan), SEED))
    return found


def stored(name: str) -> dict[str, Numbers]:
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def moved(before: dict[str, Numbers], after: dict[str, Numbers]) -> list[str]:
    """Say in a line each which numbers differ: values with their change, columns of events by name."""
    lines = []
    for plan in sorted({*before, *after}):
        if plan not in after or plan not in before:
            lines.append(f"{plan}: {'new' if plan in after else 'gone'}")
            continue
        old, new = before[plan], after[plan]
        for name in {**old, **new}:
            if old.get(name) != new.get(name):
                hashed = isinstance(new.get(name), str)
                lines.append(
                    f"{plan}: {name} " + ("moved" if hashed else f"{old.get(name)} -> {new.get(name)}")
                )
    return lines


@pytest.mark.parametrize("name", scenario_names())
def test_each_scenario_gives_its_golden_numbers_under_each_plan(name: str) -> None:
    found = golden_runs(name)
    assert found, "no ready-made plan fits this scenario"
    assert moved(stored(name), found) == [], f"to store the new numbers: {COMMAND}"


def test_no_golden_file_outlives_its_scenario() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [f"{name}.json" for name in scenario_names()]


@pytest.mark.skipif(not AVX512, reason="this processor has no AVX-512 to do without")
def test_a_processor_without_avx512_gives_the_same_golden_numbers() -> None:
    work = subprocess.run(
        [sys.executable, "-m", "tests.test_golden", "--print"],
        cwd=FOLDER.parents[1],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(AVX512), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert work.returncode == 0, work.stderr
    given = json.loads(work.stdout)
    assert given["avx512"] == []
    assert {name: moved(stored(name), runs) for name, runs in given["runs"].items()} == {
        name: [] for name in scenario_names()
    }


def store(write: bool) -> None:
    """Print which of today's numbers moved, and store them if asked to."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        if path.stem not in scenario_names():
            print(f"{path.stem}: gone")
            if write:
                path.unlink()
    for name in scenario_names():
        runs = golden_runs(name)
        changes = moved(stored(name), runs)
        for line in changes or ["nothing moved"]:
            print(f"{name}, {line}")
        if changes and write:
            text = json.dumps(runs, indent=1) + "\n"
            (FOLDER / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if "--print" in sys.argv:
        print(json.dumps({"avx512": AVX512, "runs": {name: golden_runs(name) for name in scenario_names()}}))
    else:
        store(write="--check" not in sys.argv)
