"""The benchmarks compare programs that do the same work. Timings are never tests."""

import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks import cdnow_generator, report, scale, soak, speed, timing, variance
from benchmarks.profile_run import profile_tables, profiled, turns
from benchmarks.settings import BUSINESS, busy_desk, cdnow, core, everything, whole
from sim.run import Run
from sim.scenario import LAWS, MECHANISMS


def test_peers_do_the_same_work_in_a_tiny_market() -> None:
    counts = speed.counts(core(50, 5))
    assert counts.loc["order", "kit"] > 50
    for peer in ("idiomatic", "limit"):
        assert counts.loc["order", peer] == pytest.approx(counts.loc["order", "kit"], rel=0.4)
    assert counts.loc["sent"].eq(0).all()  # nobody has been silent for eight weeks


def test_peers_do_the_same_work_on_average() -> None:
    counts = sum(speed.counts(core(500, 26), seed) for seed in range(6))
    allowed = {"order": 0.1, "sent": 0.2, "opened": 0.2, "clicked": 0.25, "ticket": 0.25, "left": 0.25}
    for kind, share in allowed.items():
        for peer in ("idiomatic", "limit"):
            assert counts.loc[kind, peer] == pytest.approx(counts.loc[kind, "kit"], rel=share), (kind, peer)
    assert counts.loc["discount", "idiomatic"] == pytest.approx(counts.loc["discount", "kit"], rel=0.5)


def test_lifetimes_generates_the_same_customers() -> None:
    assert len(cdnow_generator.simulate(cdnow(50, 5), 1)) == 50
    ours, theirs = np.sum([speed.weeks_with_orders(cdnow(500, 52), seed) for seed in range(4)], axis=0)
    assert ours == pytest.approx(theirs, rel=0.2)


def test_unlike_work_is_not_compared() -> None:
    counts = pd.DataFrame({"kit": [9_000.0], "idiomatic": [9_100.0], "limit": [9_050.0]}, index=["order"])
    speed.check(counts)
    with pytest.raises(ValueError, match="same work"):
        speed.check(counts.assign(idiomatic=9_900.0))


def test_rounds_alternate_and_give_ratios() -> None:
    calls: list[str] = []
    race = timing.race(lambda: calls.append("A"), lambda: calls.append("B"), rounds=2)
    assert calls == ["A", "B", "A", "B"]
    assert len(race.first) == len(race.second) == 2


def test_markets_have_what_they_should() -> None:
    assert core(50, 5).experience is None and core(50, 5).patience is None
    assert everything(50, 5).experience is not None
    assert all(getattr(whole(50, 5), name) is not None for name in MECHANISMS if name not in BUSINESS)
    assert cdnow(50, 5).contact is None
    assert busy_desk(50, 5).service.fault_share > everything(50, 5).service.fault_share


def test_variance_of_twins_is_smaller() -> None:
    luck = np.random.default_rng(1).normal(size=40)
    assert variance.gain(luck, luck + 0.1 * np.random.default_rng(2).normal(size=40)) > 50


def test_every_row_of_scale_is_measured_and_a_log_is_larger_than_its_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scale, "SEEDS", 1)
    monkeypatch.setattr(scale, "HANDED_OUT", 2)
    monkeypatch.setattr(scale, "LocalCluster", partial(scale.LocalCluster, processes=False))  # starts at once
    found = dict(scale.rows(people=50, weeks=5, rounds=1))
    assert list(found) == list(report.SCALE)
    assert min(map(min, found.values())) > 0
    assert found["log"] > found["numbers"]


def test_profile_names_the_modules_and_the_mechanisms() -> None:
    modules, mechanisms = profile_tables(50, 5)
    assert "| sim/processes/shopping.py |" in modules
    assert all(f"\n| {name} |" in mechanisms for name in (*LAWS, *MECHANISMS))


def test_turns_of_all_mechanisms_are_parts_of_a_run_and_those_switched_off_have_none() -> None:
    found = turns(profiled(whole(50, 5)))
    assert (found > 0).all() and found.sum() == pytest.approx(1)
    assert {*MECHANISMS} - {*BUSINESS} < {*found.index}
    assert not {"basket", "rival"} & {*turns(profiled(everything(50, 5))).index}


def test_readme_says_of_every_law_and_mechanism_how_long_its_turns_take() -> None:
    text = report.README.read_text(encoding="utf-8").partition("### Whose turn takes how long")[2]
    shares = dict(re.findall(r"^\| (\w+) \| (.*) \|$", text, re.MULTILINE))
    for name in ("entry", *LAWS, *MECHANISMS):
        assert "%" in shares.get(name, ""), name


def test_readme_has_every_row() -> None:
    text = report.README.read_text(encoding="utf-8")
    for target in report.TARGETS.values():
        row = next((line for line in text.splitlines() if line.startswith(f"| {target.what} |")), "")
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 5 and cells[2], target.what
        assert bool(cells[4]) == bool(target.wanted)


def test_writing_the_readme_keeps_its_prose(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.write("new", readme)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "new" in text and "old" not in text


def test_a_case_of_the_soak_is_the_same_whatever_was_drawn_before() -> None:
    first = soak.drawn(41)
    soak.drawn(7)
    assert soak.drawn(41) == first != soak.drawn(42)


def test_the_soak_puts_away_what_fails_as_files_that_give_the_same_case_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(run: Run) -> None:
        assert run.seed % 2 == 0, "an odd seed"

    monkeypatch.setattr(soak, "assert_sound", odd)
    monkeypatch.setattr(
        soak, "simulate", lambda scenario, timeline, seed, focus=(): SimpleNamespace(seed=seed)
    )
    monkeypatch.setattr(soak, "assert_same_events", lambda one, other: None)
    found = soak.soak(0, 10, minutes=1, folder=tmp_path)
    failed = {number: case for number in range(10) if (case := soak.drawn(number)).seed % 2}
    assert failed and found.total() == len(failed)
    assert {int(folder.name) for folder in tmp_path.iterdir()} == set(failed)
    for number, case in failed.items():
        assert soak.take_out(tmp_path / str(number)) == case
    (line,) = found
    assert "an odd seed" in line


def test_a_few_cases_of_the_soak_are_sound() -> None:
    for number in range(6):
        soak.check(soak.drawn(number))
