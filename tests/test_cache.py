"""The cache gives what the run would give, and only for the very same run."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim.cache
import sim.work
from sim import Campaign, Offer, Plan, Scenario, Segment, Timeline, collect, compare, load_scenario, over
from sim.analysis.suggestion import Timely
from sim.cache import Cache, Missing, code, content, key_of
from sim.lead import lead
from sim.market import simulate
from sim.metrics import METRICS
from sim.recommender import learned
from sim.run import Run
from sim.series import cumulative_profit
from sim.sweep import Dial, sweep
from sim.work import Strategy

MAIL = Plan(campaigns=[Campaign(offer=Offer(discount=0.2))])
PLANS = {"today": Plan(), "mail": MAIL}


@cache
def market(people: int = 60, weeks: int = 6) -> Scenario:
    """Give a small supermarket."""
    return load_scenario("supermarket").but(people=people, weeks=weeks)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a cache that is on, as it is for a learner."""
    for name in ("PYTEST_VERSION", "CRM_KIT_QUIET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_KIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the list of seeds that are really run, in this process."""
    done: list[int] = []

    def counted(scenario: Scenario, plan: Any, seed: int) -> Run:
        done.append(seed)
        return simulate(scenario, plan, seed)

    monkeypatch.setattr(sim.work, "simulate", counted)
    return done


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))


def uncached(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    with monkeypatch.context() as off:
        off.setenv("CRM_KIT_CACHE", "off")
        return compare(market(), PLANS, 3).table


# -- the same numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_without_a_cache_with_an_empty_a_full_and_a_half_filled_one_the_numbers_are_the_same(
    jobs: int, folder: Path, runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = uncached(monkeypatch)
    assert not folder.exists()
    runs.clear()
    empty = compare(market(), PLANS, 3, jobs=jobs).table
    assert len(entries(folder)) == 6
    assert len(runs) == (6 if jobs == 1 else 0)  # other processes count for themselves
    runs.clear()
    full = compare(market(), PLANS, 3, jobs=jobs).table
    assert runs == []
    for path in entries(folder)[::2]:
        path.unlink()
    half = compare(market(), PLANS, 3).table
    assert len(runs) == 3
    for table in (empty, full, half):
        pd.testing.assert_frame_equal(table, plain, check_exact=True)


def test_the_same_run_serves_every_experiment_that_asks_for_it(folder: Path, runs: list[int]) -> None:
    compare(market(), PLANS, 2)
    compare(market().but(), {"other name": MAIL.but(), "from week 0": {0: Plan()}}, 2)
    assert len(runs) == 4
    first, second = (
        Dial(name=name, parameter=f"patience.{name}", settings={"as it is": value, "more": 0.9})
        for name, value in (
            ("switching_cost", market().patience.switching_cost),
            ("satisfaction_steepness", market().patience.satisfaction_steepness),
        )
    )
    swept = sweep(market(), PLANS, first, second, replications=2)
    assert len(runs) == 4 + 3 * 4, "one of the four markets is known"
    again = sweep(market(), PLANS, first, second, replications=2)
    assert len(runs) == 4 + 3 * 4
    pd.testing.assert_frame_equal(swept.table, again.table, check_exact=True)


def test_each_measure_has_entries_of_its_own(folder: Path, runs: list[int]) -> None:
    compare(market(), PLANS, 2)
    first, second = (lead(market(), PLANS, 2).paths["mail"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(
        collect(market(), MAIL, cumulative_profit, 2) - collect(market(), Plan(), cumulative_profit, 2), first
    )
    assert len(runs) == 4 + 4


def test_a_goal_is_reached_again_without_a_run(folder: Path, runs: list[int]) -> None:
    first, second = (
        compare(market(), PLANS, 2, until_within=0.01, metric="contacts", most=8) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    assert first.verdict == second.verdict
    assert len(runs) == 16


VALUES = st.dictionaries(st.text(max_size=5), st.integers() | st.floats() | st.none())


@given(measured=VALUES)
def test_what_was_measured_comes_back_to_the_last_bit(
    measured: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = Cache(tmp_path_factory.mktemp("store") / "runs")
    store.write("entry", measured)
    found = store.read("entry")
    assert [*map(repr, found.items())] == [*map(repr, measured.items())]


def test_an_array_comes_back_as_it_was(tmp_path: Path) -> None:
    store, path = Cache(tmp_path), np.arange(6, dtype=np.float32).reshape(2, 3) / 3
    store.write("entry", path)
    found = store.read("entry")
    assert found.dtype == path.dtype
    np.testing.assert_array_equal(found, path)


# -- interruptions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("done", [0, 1, 5])
def test_work_that_was_interrupted_goes_on_where_it_stopped(
    done: int, stopped: type[BaseException], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, seen = uncached(monkeypatch), []

    def mortal(*inputs: Any) -> Run:
        if len(seen) == done:
            raise stopped
        seen.append(inputs)
        return simulate(*inputs)

    with monkeypatch.context() as first, pytest.raises(stopped):
        first.setattr(sim.work, "simulate", mortal)
        compare(market(), PLANS, 3)
    assert len(entries(folder)) == done
    assert not list(folder.glob(".*")), "nothing half written stays behind"
    left = []
    monkeypatch.setattr(sim.work, "simulate", lambda *inputs: left.append(inputs) or simulate(*inputs))
    pd.testing.assert_frame_equal(compare(market(), PLANS, 3).table, plain, check_exact=True)
    assert len(left) == 6 - done


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "no more than its checksum": lambda whole: whole[:32],
    "cut off": lambda whole: whole[: len(whole) // 2],
    "one bit in its numbers": lambda whole: whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:],
    "one bit in its checksum": lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
    "something else": lambda whole: b"[1, 2]",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_worked_out_anew(damage: str, folder: Path, runs: list[int]) -> None:
    plain = compare(market(), PLANS, 3).table
    runs.clear()
    victim = entries(folder)[2]
    whole = victim.read_bytes()
    assert DAMAGES[damage](whole) != whole
    victim.write_bytes(DAMAGES[damage](whole))
    pd.testing.assert_frame_equal(compare(market(), PLANS, 3).table, plain, check_exact=True)
    assert len(runs) == 1
    assert victim.read_bytes() == whole, "and mended"


def test_a_cache_that_cannot_be_written_stops_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = uncached(monkeypatch)
    folder.write_text("a file where the folder should be")
    for _ in range(2):
        pd.testing.assert_frame_equal(compare(market(), PLANS, 3).table, plain, check_exact=True)
    assert folder.read_text() == "a file where the folder should be"


# -- size ------------------------------------------------------------------------------------------


def test_a_full_cache_lets_go_of_what_was_used_longest_ago(tmp_path: Path) -> None:
    store = Cache(tmp_path, largest=3 * sim.cache.BLOCK)
    for number in range(5):
        store.write(str(number), number)
        os.utime(tmp_path / str(number), (number, number))
    assert store.read("0") == 0, "used just now"
    store.tidy()
    assert {path.name for path in entries(tmp_path)} == {"0", "3", "4"}


def test_large_entries_count_for_more_and_what_a_killed_session_left_is_swept_away(tmp_path: Path) -> None:
    store = Cache(tmp_path, largest=10 * sim.cache.BLOCK)
    (tmp_path / ".0123456789abcdef.part").write_bytes(b"half")
    os.utime(tmp_path / ".0123456789abcdef.part", (0, 0))
    store.write("large", np.zeros(4096))
    os.utime(tmp_path / "large", (1, 1))
    store.write("small", 1)
    store.tidy()
    assert {path.name for path in tmp_path.iterdir()} == {"large", "small"}
    store.write("also large", np.zeros(4096))
    store.tidy()
    assert {path.name for path in tmp_path.iterdir()} == {"small", "also large"}


def test_experiments_keep_the_cache_within_its_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.cache, "LARGEST", 4 * sim.cache.BLOCK)
    monkeypatch.setattr(Cache.__init__, "__defaults__", (4 * sim.cache.BLOCK,))
    compare(market(), PLANS, 4)
    assert len(entries(folder)) == 4


# -- the key ---------------------------------------------------------------------------------------


def key(scenario: Scenario, plan: Strategy, seed: int, measure: Any = cumulative_profit) -> str:
    found = key_of(scenario, Timeline.of(plan), seed, measure)
    assert found is not None
    return found


def test_each_scenario_plan_seed_measure_and_code_has_a_key_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    today, weeks = market(), market().weeks
    assert today.patience
    segment = Campaign(offer=Offer(discount=0.2), to=Segment(orders=over(1)))
    keys = [
        key(today, MAIL, 1),
        key(today, MAIL, 2),
        key(today, MAIL, 1, sim.experiment.metrics_of),
        key(today.but(weeks=weeks + 1), MAIL, 1),
        key(today.but(patience=today.patience.but(switching_cost=0.30000000000000004)), MAIL, 1),
        key(today.but(patience=None), MAIL, 1),
        key(today, Plan(), 1),
        key(today, MAIL.but(campaigns=[segment]), 1),
        key(today, {0: Plan(), 3: MAIL}, 1),
        key(today, {0: Plan(), 4: MAIL}, 1),
    ]
    assert key(today.but(), {0: MAIL.but()}, 1) == keys[0]
    assert key(today, MAIL, np.int64(1)) == keys[0]
    monkeypatch.setattr(sim.cache, "code", lambda: "other")
    keys.append(key(today, MAIL, 1))
    assert len(set(keys)) == len(keys)


@given(one=st.floats(0, 5), other=st.floats(0, 5), seeds=st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_two_runs_share_a_key_if_and_only_if_their_inputs_are_equal(
    one: float, other: float, seeds: tuple[int, int]
) -> None:
    patience = market().patience
    assert patience
    markets = [market().but(patience=patience.but(switching_cost=cost)) for cost in (one, other)]
    first, second = (key(each, MAIL, seed) for each, seed in zip(markets, seeds, strict=True))
    assert (first == second) == (repr(one) == repr(other) and seeds[0] == seeds[1])


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the cache look at a small copy of the kit, whose sources a test may change."""
    kit = tmp_path / "kit"
    for name in ("market.py", "processes/patience.py"):
        path = kit / "sim" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}")
    (kit / "requirements.lock").write_text("numpy==1")
    monkeypatch.setattr(sim.cache, "SIM", kit / "sim")
    monkeypatch.setattr(sim.cache, "LOCK", kit / "requirements.lock")
    monkeypatch.setattr(sim.cache, "code", code.__wrapped__)  # as a process sees it that has just started
    return kit


@pytest.mark.parametrize("name", ["sim/market.py", "sim/processes/patience.py", "requirements.lock"])
def test_what_decides_a_run_changes_the_key(name: str, copied: Path) -> None:
    before = sim.cache.code()
    assert sim.cache.code() == before
    whole = (copied / name).read_bytes()
    (copied / name).write_bytes(whole + b"\n")
    assert sim.cache.code() != before
    (copied / name).write_bytes(whole)
    assert sim.cache.code() == before


def test_a_new_a_lost_and_a_renamed_source_change_the_key(copied: Path) -> None:
    seen = [sim.cache.code()]
    path = copied / "sim" / "processes" / "weather.py"
    path.write_text("")
    seen.append(sim.cache.code())
    path = path.rename(path.with_name("wind.py"))
    seen.append(sim.cache.code())
    assert len(set(seen)) == 3
    path.unlink()
    assert sim.cache.code() == seen[0]


def test_the_versions_that_are_installed_are_part_of_the_key(copied: Path) -> None:
    before = sim.cache.code()
    with pytest.MonkeyPatch.context() as other:
        other.setattr(sim.cache, "version", lambda package: "0")
        assert sim.cache.code() != before


def test_once_a_source_was_edited_nothing_is_stored_until_the_next_start(folder: Path, copied: Path) -> None:
    old = sim.cache.LOADED - 10
    for path in copied.rglob("*.py"):
        os.utime(path, (old, old))
    assert Cache.of_user() is not None
    os.utime(copied / "sim" / "market.py", (old + 20, old + 20))
    assert Cache.of_user() is None
    compare(market(), PLANS, 1)
    assert not folder.exists()


@pytest.mark.parametrize(
    "campaign",
    [
        Campaign(to=lambda record: record.orders > 1),
        type("Rare", (Campaign,), {"due": lambda self, week: week == 3})(),
    ],
    ids=["a function", "a class of its own"],
)
def test_a_plan_that_holds_code_is_never_stored(campaign: Campaign, folder: Path, runs: list[int]) -> None:
    plans = {"today": Plan(), "code": Plan(campaigns=[campaign])}
    assert content(Timeline.of(plans["code"])) is None
    pd.testing.assert_frame_equal(*(compare(market(), plans, 2).table for _ in range(2)))
    assert len(entries(folder)) == 2, "those of today only"
    assert len(runs) == 4 + 2


@pytest.mark.parametrize("recommender", [Timely(), learned], ids=["an object", "a function"])
def test_a_recommender_of_ones_own_is_never_stored(recommender: Any, folder: Path) -> None:
    plan = Plan(basket={"suggestions": 1, "recommender": recommender})
    scenario = load_scenario("community_fresh_cn", 60).but(weeks=3)
    assert content(Timeline.of(plan)) is None
    pd.testing.assert_frame_equal(
        *(compare(scenario, {"own": plan, "today": Plan()}, 2).table for _ in range(2))
    )
    assert len(entries(folder)) == 2, "those of today only"


def own_measure(run: Run) -> int:
    return len(run.events)


@pytest.mark.parametrize(
    "measure", [own_measure, lambda run: len(run.events), len], ids=["a function", "a lambda", "of Python"]
)
def test_a_measure_of_ones_own_is_never_stored(measure: Any) -> None:
    assert key_of(market(), Timeline.of(MAIL), 1, measure) is None


# -- off -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("CRM_KIT_CACHE", "off"), ("CRM_KIT_QUIET", "1"), ("CRM_KIT_QUIET", ""), ("PYTEST_VERSION", "9")],
)
def test_the_cache_is_off_where_it_shall_be(
    name: str, value: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Cache.of_user() is not None
    monkeypatch.setenv(name, value)
    assert Cache.of_user() is None
    compare(market(20, 2), {"a": Plan()}, 1)
    assert not folder.exists()


def test_it_is_off_in_this_very_test_as_pytest_starts_it() -> None:
    assert Cache.of_user() is None
    assert "PYTEST_VERSION" in os.environ


def test_by_default_it_lies_among_the_caches_of_the_user(tmp_path: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_", "PYTEST_"))}
    homes = {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    ask = "from sim.cache import Cache; print(Cache.of_user().folder)"
    root = Path(__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-c", ask],
        env={**settings, **homes},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(found.stdout.strip())
    assert folder.is_relative_to(tmp_path)
    assert "crm-training-market" in folder.parts
    assert not folder.exists(), "asking where it is makes no folder"


def test_two_sessions_that_store_the_same_run_do_not_disturb_each_other(tmp_path: Path) -> None:
    row, store = dict.fromkeys(METRICS, 1.5), Cache(tmp_path)
    store.write("entry", row)
    (tmp_path / ".0123456789abcdef.part").write_bytes(b"of the other session")
    store.write("entry", row)
    assert store.read("entry") == row
    assert store.read("never written") is Missing
