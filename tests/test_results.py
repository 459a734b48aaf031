"""A saved run is whole or not there at all, and replays."""

import errno
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, load_plan, load_scenario, simulate
from sim.run import Run


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(load_scenario("supermarket", people=60).but(weeks=8), load_plan("mass_mailing"), 3)


def test_what_was_saved_gives_the_same_run_again(run: Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "first try")
    scenario, plan = load_scenario(folder / "scenario.yaml"), load_plan(folder / "plan.yaml")
    again = simulate(scenario, plan, int((folder / "seed.txt").read_text()))
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "events.parquet"), again.events.frame())


def test_a_folder_that_exists_is_never_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(Fault, match="there is something of this name already"):
        run.save(tmp_path / "mine")
    assert not any((tmp_path / "mine").iterdir())


@pytest.mark.parametrize("stopped", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_an_interruption_leaves_nothing_that_looks_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise stopped

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(Fault if isinstance(stopped, OSError) else KeyboardInterrupt) as said:
        run.save(tmp_path / "results")
    assert not list(tmp_path.iterdir())
    if isinstance(stopped, OSError):
        assert "nothing was saved (No space left on device)" in str(said.value)


def test_a_plan_that_is_a_function_cannot_be_saved_and_leaves_nothing(tmp_path: Path) -> None:
    plan = Plan(campaigns=[Campaign(to=lambda record: record.orders > 1)])
    run = simulate(load_scenario("supermarket", people=20).but(weeks=4), plan, 1)
    with pytest.raises(Fault, match="Python function"):
        run.save(tmp_path / "results")
    assert not list(tmp_path.iterdir())
