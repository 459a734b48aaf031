"""The command line does what it says, says what is wrong in a sentence, and leaves nothing half done."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from sim import Plan, Timeline, cli, doctor, load_plan, load_scenario, plan_names, scenario_names, simulate
from sim.course import lab
from sim.course.copy import MANIFEST
from sim.course.lesson import START
from sim.processes.shocks import Shock
from sim.report import busiest_week
from sim.rules import contest_names

ROOT = Path(__file__).parents[1]
SMALL = ["--people", "60", "--weeks", "9"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of Linux and macOS")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*words: str) -> Result:
    """Give the answer to a command."""
    return CliRunner().invoke(cli.program, list(words))


def program(*words: str, **settings: Any) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words], env=environment, encoding="utf-8", **settings
    )


def sentence(answer: Result, exit_code: int = 1) -> str:
    """Give the one line that a refused command prints."""
    assert (answer.exit_code, answer.stdout) == (exit_code, "")
    (line,) = answer.stderr.splitlines()
    return line


# -- run -------------------------------------------------------------------------------------------


def test_a_run_prints_the_summary_of_that_very_run() -> None:
    answer = call("run", "supermarket", "--plan", "win_back", "--seed", "5", *SMALL)
    market = load_scenario("supermarket", 60).but(weeks=9)
    run = simulate(market, load_plan("win_back"), 5)
    assert answer.exit_code == 0
    assert repr(run) in answer.stdout
    for name, value, unit, meaning in run.summary().itertuples():
        assert re.search(rf"^{name} +{re.escape(value)}  {unit} +{re.escape(meaning)}$", answer.stdout, re.M)


def test_without_a_plan_the_firm_does_nothing_in_particular() -> None:
    plain, named = (
        call("run", "supermarket", *SMALL, *more) for more in ([], ["--plan", "nothing_in_particular"])
    )
    assert plain.stdout == named.stdout


def test_shocks_of_the_command_line_come_over_the_market() -> None:
    answer = call("run", "supermarket", *SMALL, "--shock", "outage@2", "--shock", "season@4-6")
    outage, season = Shock(what="outage", week=2, weeks=1), Shock(what="season", week=4, weeks=3)
    struck = load_scenario("supermarket", 60).but(weeks=9).struck(outage, season)
    (orders,) = re.findall(r"^orders +([\d,]+)  ", answer.stdout, re.M)
    assert orders == simulate(struck, Plan(), 1).summary().loc["orders", "value"]
    assert answer.stdout != call("run", "supermarket", *SMALL).stdout


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("breach", "expects what and when, such as breach@30 or season@46-51, was given breach"),
        ("season@6-4", "season@6-4 ends before it begins; write the earlier week first"),
        ("breach@9", "breach@9 begins after the market's last week, 8; name an earlier week"),
        ("flood@3", "season, price_war, entrant, outage, breach, scandal, privacy_law, delay"),
    ],
)
def test_a_shock_that_cannot_come_is_refused_in_one_sentence(given: str, fault: str) -> None:
    assert fault in sentence(call("run", "supermarket", *SMALL, "--shock", given))


def test_the_progress_bar_changes_nothing_and_counts_the_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []

    class Bar:
        def __init__(self, weeks: range, **_: object) -> None:
            self.weeks = weeks

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            counted.append(self.weeks)

        def update(self) -> None:
            counted.append("week")

    market = load_scenario("supermarket", 60).but(weeks=9)
    monkeypatch.setattr(cli, "tqdm", Bar)
    watched = cli._live(cli.Market(market, Timeline.of(Plan()), 2))
    assert counted == ["week"] * 9 + [range(9)]
    pd.testing.assert_frame_equal(watched.events.frame(), simulate(market, Plan(), 2).events.frame())


def test_results_replay_and_hold_tables_and_figures() -> None:
    answer = call(
        "run", "supermarket", "--plan", "mass_mailing", "--seed", "4", *SMALL, "--out", "a b/result"
    )
    assert answer.stdout.endswith(f"Saved in {Path('a b/result')}.\n")
    folder = Path("a b/result")
    again = simulate(load_scenario(folder / "scenario.yaml"), load_plan(folder / "plan.yaml"), 4)
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "events.parquet"), again.events.frame())
    customers = pd.read_csv(folder / "customers.csv", index_col="person")
    pd.testing.assert_frame_equal(customers, again.accounts.by_person())
    assert len(pd.read_csv(folder / "record.csv")) == len(again.record(9))
    assert len(pd.read_csv(folder / "truth.csv")) == 60
    assert len(pd.read_csv(folder / "defections.csv")) == len(again.defections)
    for name in ("retention", "money", "queue"):
        with Image.open(folder / f"{name}.png") as image:
            assert image.size[0] > 500


def test_the_queue_is_shown_in_the_week_with_most_complaints_and_only_if_there_is_a_desk() -> None:
    run = simulate(load_scenario("supermarket", 400).but(weeks=9), Plan(), 1)
    weeks = run.events.frame().query("kind == 'ticket'")["minute"] // 10_080
    assert busiest_week(run) == weeks.value_counts().sort_index().idxmax()
    call("run", "cdnow", "--weeks", "4", "--out", "no_desk")
    assert Path("no_desk/money.png").is_file()
    assert not Path("no_desk/queue.png").exists()


@pytest.mark.parametrize("size", [["--people", "0"], ["--people", "1"], ["--weeks", "1", "--people", "50"]])
def test_a_market_with_nothing_to_see_can_be_saved_too(size: list[str]) -> None:
    assert call("run", "supermarket", *size, "--out", "little").exit_code == 0
    assert Path("little/queue.png").is_file()


def test_a_folder_that_exists_is_refused_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_live", lambda market: pytest.fail("has worked in vain"))
    Path("mine").mkdir()
    said = sentence(call("run", "supermarket", "--out", "mine"))
    assert said == "mine: there is something of this name already. Give another name, or remove it first."
    assert list(Path("mine").iterdir()) == []


@pytest.mark.parametrize("stopped", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_results_are_whole_or_not_there(monkeypatch: pytest.MonkeyPatch, stopped: BaseException) -> None:
    def fail(*_: object) -> None:
        raise stopped

    monkeypatch.setattr("sim.plots.money", fail)  # by then all tables are written
    answer = call("run", "supermarket", *SMALL, "--out", "results")
    assert answer.exit_code == (1 if isinstance(stopped, OSError) else 130)
    assert list(Path.cwd().iterdir()) == []
    if isinstance(stopped, OSError):
        assert "results: nothing was saved (No space left on device)." in answer.stderr


def test_a_timeline_is_run() -> None:
    timeline = Timeline(plans={0: Plan(), 5: load_plan("mass_mailing")})
    timeline.save("later.yaml")
    answer = call("run", "supermarket", "--timeline", "later.yaml", *SMALL, "--out", "results")
    assert answer.exit_code == 0
    sent = pd.read_parquet("results/events.parquet").query("kind == 'sent'")
    assert len(sent) and sent["minute"].min() >= 5 * 10_080
    assert (
        call("check", "results/plan.yaml").stdout == "results/plan.yaml: a timeline, nothing wrong with it.\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "supermarkt"], 'scenario: there is none named "supermarkt". There are: bank, cdnow,'),
        (["run", "supermarket", "--plan", "x"], 'plan: there is none named "x". There are: marketing,'),
        (["run", "supermarket", "--plan", "x.yaml"], "x.yaml: there is no such file."),
        (["run", "supermarket", "--timeline", "win_back"], "win_back: there is no such file."),
        (["run", "supermarket", "--seed", "-1"], "seed"),
        (["run", "supermarket", "--people", "-1"], "Scenario.people: -1 is too small: at least 0"),
        (["run", "supermarket", "--weeks", "0"], "Scenario.weeks: 0 is too small: at least 1"),
        (["run", "cdnow", "--plan", "win_back"], 'campaigns[0].channel: cdnow has no channel "sms".'),
        (["run", "cdnow", "--plan", "win_back", "--timeline", "t.yaml"], "--plan and --timeline cannot go"),
        (
            ["standings", "exercise_9", "."],
            'contest: there is none named "exercise_9". There are: exercise_1,',
        ),
        (["standings", "exercise_1", "."], "plans: there is no file of a plan here, such as li_wei.yaml."),
        (["start", "--at", "9.9"], "--at: there is no lesson 9.9. There are: 0"),
        (
            ["start", "--folder", str(ROOT / "sim"), "--only-copy"],
            f"{ROOT / 'sim'}: lies among the kit's own",
        ),
    ],
)
def test_a_fault_is_one_sentence(words: list[str], said: str) -> None:
    assert sentence(call(*words)).startswith(said)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "Missing argument 'SCENARIO'. See: program run --help"),
        (["run", "supermarket", "--seed", "x"], "Invalid value for '--seed': 'x' is not a valid integer."),
        (["run", "supermarket", "--sed", "1"], "No such option '--sed'. Did you mean"),
        (["dance"], "No such command 'dance'."),
        (["check"], "Missing argument"),
        (["standings", "exercise_1"], "Missing argument"),
        (["plans", "all"], "Got unexpected extra argument"),
    ],
)
def test_a_command_line_that_cannot_be_read_gets_a_sentence_and_code_2(words: list[str], said: str) -> None:
    line = sentence(call(*words), 2)
    assert line.replace("option:", "option").startswith(said)
    assert "See: program" in line


def test_a_place_that_cannot_be_read_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "secret.yaml")

    monkeypatch.setattr(cli, "load_scenario", fail)
    assert sentence(call("run", "supermarket")) == "secret.yaml: Permission denied."


# -- standings -------------------------------------------------------------------------------------


def test_a_class_is_ranked_and_its_standings_kept_in_a_folder() -> None:
    Path("class").mkdir()
    Plan(name="mine").save("class/李伟.yaml")
    Path("class/zhao.yaml").write_text("version: 1\nprize: 3\n")
    Path("rules.yaml").write_text(
        "version: 1\ntitle: small\nscenario: supermarket\npeople: 60\nweeks: 9\nmessages: 100\nmarkets: 3\n"
    )
    answer = call("standings", "rules.yaml", "class", "--jobs", "1", "--markets", "2", "--out", "out")
    assert answer.exit_code == 0
    assert "supermarket, 60 people, 9 weeks." in answer.stdout
    assert "seeds 20001 to 20002" in answer.stdout
    assert re.search(r"1 +李伟 +0", answer.stdout)
    assert re.search(r"zhao: .*line 2: unknown field \"prize\"", answer.stdout)
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "refused.csv",
        "standings.csv",
        "standings.png",
    ]
    assert sentence(call("standings", "rules.yaml", "class", "--out", "out")).startswith("out: there is")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scenario: nowhere", 'scenario: there is none named "nowhere"'),
        ("scenario: bank\nshocks: [{what: breach, week: 900}]", "shocks: breach@900 begins after the market"),
        ("scenario: bank\ntoday: {needs: {range: 3}}", "needs: bank has no needs"),
    ],
)
def test_check_builds_the_market_of_a_contest_and_tries_the_plan_of_today(line: str, said: str) -> None:
    Path("rules.yaml").write_text(f"version: 1\ntitle: small\nmessages: 100\n{line}\n")
    result = call("check", "rules.yaml")
    assert result.exit_code == 1 and result.stderr.startswith(f"rules.yaml: {said}")
    Path("rules.yaml").write_text("version: 1\ntitle: small\nmessages: 100\nscenario: bank\n")
    assert call("check", "rules.yaml").exit_code == 0


def test_shocks_of_the_command_line_come_over_every_market_of_a_contest() -> None:
    Plan(name="mine", pricing={"price": 1.1}).save("li.yaml")
    rules = (
        "version: 1\ntitle: small\nscenario: supermarket\npeople: 60\nweeks: 9\nmessages: 100\nmarkets: 2\n"
    )
    Path("calm.yaml").write_text(rules)
    Path("hard.yaml").write_text(rules + "shocks:\n  - {what: outage, week: 2, weeks: 5}\n")
    calm, hard, struck = (
        call("standings", *given, "--jobs", "1").stdout
        for given in (
            ("calm.yaml", "li.yaml"),
            ("hard.yaml", "li.yaml"),
            ("calm.yaml", "li.yaml", "--shock", "outage@2-6"),
        )
    )
    assert "li" in struck and struck == hard != calm
    wrong = sentence(call("standings", "calm.yaml", "li.yaml", "--shock", "outage@9"))
    assert wrong.startswith("shocks: outage@9 begins after the market's last week, 8; name an earlier week")


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "names"),
    [("scenarios", scenario_names), ("plans", plan_names), ("contests", contest_names)],
)
def test_every_ready_made_file_is_listed_with_a_line(
    command: str, names: Callable[[], tuple[str, ...]]
) -> None:
    lines = call(command).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(names())
    assert all(len(line.split()) > 4 for line in lines)


# -- check -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["scenario", "plan", "contest"])
def test_every_ready_made_file_is_found_right(kind: str) -> None:
    for file in (ROOT / "sim" / f"{kind}s").glob("*.yaml"):
        assert call("check", str(file)).stdout == f"{file}: a {kind}, nothing wrong with it.\n"


def test_every_fault_of_every_file_is_named_with_its_line_and_right_files_too() -> None:
    Path("p.yaml").write_text("version: 1\ncampagns: []\nservice: {replies: fast}\n")
    plan = "{campaigns: [{channel: E-mail,\n    every: 0}]}"
    Path("t.yaml").write_text(f"version: 1\nplans:\n  0: {plan}\n")
    market = (ROOT / "sim/scenarios/cdnow.yaml").read_text(encoding="utf-8")
    Path("s.yaml").write_text(market.replace("margin: 0.25", "margin: 25"), encoding="utf-8")
    Path("good.yaml").write_text("version: 1\nname: good\n")
    Path("bad.yaml").write_text("version: 1\nname: [1\n")
    answer = call("check", "p.yaml", "good.yaml", "t.yaml", "s.yaml", "bad.yaml", "none.yaml")
    assert answer.exit_code == 1
    assert answer.stdout == "good.yaml: a plan, nothing wrong with it.\n"
    line = 1 + market.splitlines().index("margin: 0.25")
    begins = [
        'p.yaml, line 2: unknown field "campagns"; did you mean "campaigns"?',
        'p.yaml, line 3: service: unknown field "replies"',
        't.yaml, line 3: plans[0].campaigns[0].channel: "E-mail" is no name of a channel',
        "t.yaml, line 4: plans[0].campaigns[0].every: 0 is too small",
        f"s.yaml, line {line}: margin: 25 is too large: at most 1",
        "bad.yaml, line 2",
        "none.yaml: there is no such file.",
    ]
    lines = answer.stderr.splitlines()
    assert len(lines) == len(begins)
    for said, begin in zip(lines, begins, strict=True):
        assert said.startswith(begin)


def test_a_timeline_with_its_one_field_misspelt_is_still_told_from_a_plan() -> None:
    Path("t.yaml").write_text("version: 1\nplan:\n  0: {}\n")
    assert 'unknown field "plan"; did you mean "plans"?' in sentence(call("check", "t.yaml"))


# -- start -----------------------------------------------------------------------------------------


def test_start_opens_the_lesson_asked_for_in_the_copy_and_hands_the_rest_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[tuple[Path, str, tuple[str, ...]]] = []
    monkeypatch.setattr(cli, "open_lab", lambda *given: opened.append(given) or 0)
    answer = call("start", "--no-browser", "--at", "0", "--folder", "mine", "--port", "9000", "--debug")
    assert answer.exit_code == 0
    assert opened == [(Path("mine"), START, ("--no-browser", "--port", "9000", "--debug"))]
    assert (tmp_path / "mine" / START).is_file()
    assert answer.stdout.startswith("Your lessons are in mine.\nNew: ")


def test_only_copy_opens_nothing_and_a_second_start_finds_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "open_lab", lambda *_: pytest.fail("was opened"))
    assert call("start", "--only-copy").exit_code == 0
    monkeypatch.chdir("my_crm/chapters")
    assert call("start", "--only-copy").stdout == f"Your lessons are in {Path.cwd().parent}.\n"


def test_an_unknown_lesson_makes_no_copy() -> None:
    call("start", "--at", "9.9")
    assert not Path("my_crm").exists()


def test_the_exit_code_is_that_of_jupyterlab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "open_lab", lambda *_: 7)
    assert call("start").exit_code == 7


def test_jupyterlab_sees_the_copy_only_and_the_last_word_is_the_learners(tmp_path: Path) -> None:
    words = lab.command(tmp_path, "chapters/03_a/2_客户 x.ipynb", ["--ServerApp.root_dir=/elsewhere"])
    assert words[:4] == [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={tmp_path}"]
    assert words[4] == "--LabApp.default_url=/lab/tree/chapters/03_a/2_%E5%AE%A2%E6%88%B7%20x.ipynb"
    assert words[5:] == ["--ServerApp.root_dir=/elsewhere"]


def test_the_checkout_stays_clean() -> None:
    before = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    if before.returncode:
        pytest.skip("not in a git checkout")
    ignored = subprocess.run(["git", "check-ignore", "my_crm/x"], cwd=ROOT, capture_output=True, text=True)
    assert ignored.stdout == "my_crm/x\n"
    assert call("start", "--only-copy").exit_code == 0
    assert call("run", "supermarket", *SMALL, "--out", "results").exit_code == 0
    after = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    assert after.stdout == before.stdout


def fetched(address: str) -> bytes:
    """Fetch an address. JupyterLab prints its own before it listens, so a refusal may be too early a try."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.read()
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"nobody answers at {address}")


@posix
def test_jupyterlab_serves_the_copy_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    options = ["--no-browser", "--port=0", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    with program("start", *options, "--IdentityProvider.token=t", stderr=subprocess.PIPE) as started:
        try:
            assert started.stderr
            log = iter(started.stderr)
            address = re.compile(r"(http://127\S+)/lab/tree/(\S+ipynb)")
            host, lesson = next(found.groups() for line in log if (found := address.search(line)))
            assert lesson == START
            assert b'"chapters"' in fetched(f"{host}/api/contents?token=t")
            started.terminate()
            list(log)  # until it has ended
        finally:
            started.kill()
    assert started.returncode in (0, -signal.SIGTERM)
    assert sorted(path.name for path in (tmp_path / "my_crm").iterdir()) == [
        MANIFEST,
        "chapters",
        "exercises",
    ]


# -- doctor ----------------------------------------------------------------------------------------


def lock(*entries: str) -> Path:
    """Write a lock file of such entries."""
    path = Path("fake.lock")
    lines = [f"{entry} \\\n    --hash=sha256:{'0' * 64}\n    # via nobody" for entry in entries]
    path.write_text("\n".join(["# a remark", *lines]) + "\n")
    return path


def test_the_doctor_finds_the_installation_of_these_tests_well() -> None:
    answer = call("doctor")
    assert answer.exit_code == 0, answer.stdout
    rows = [line for line in answer.stdout.splitlines() if not line.startswith(" ")]
    assert len(rows) == 7
    for name in ("Python", "packages", "kernel", "widgets"):
        assert any(re.match(rf"ok +{name} ", row) for row in rows)


def test_the_doctor_reads_the_whole_lock_and_only_what_this_system_needs() -> None:
    whole = doctor.locked(doctor.LOCK)
    assert {"numpy", "jupyterlab", "simpy"} <= set(whole)
    assert len(whole) > 100
    here, there = f"sys_platform == '{sys.platform}'", f"sys_platform != '{sys.platform}'"
    assert doctor.locked(lock(f"one==1.0 ; {here}", f"two==2.0 ; {there}", "three-3==3")) == {
        "one": "1.0",
        "three-3": "3",
    }


def test_a_missing_package_is_noticed_and_needed() -> None:
    fake = lock(f"numpy=={doctor.installed('numpy')}", "no-such-package==1.0")
    found = doctor.packages(fake)
    assert (found.well, found.needed, found.found) == (False, True, "missing: no-such-package")
    assert found.remedy == doctor.repair()
    assert doctor.versions(fake).well is True


def test_another_version_is_noticed_but_not_fatal() -> None:
    fake = lock("numpy==0.1")
    assert doctor.packages(fake).well
    found = doctor.versions(fake)
    assert (found.well, found.needed) == (False, False)
    assert found.found == f"not as locked: numpy {doctor.installed('numpy')} (locked 0.1)"


def test_the_exit_code_and_the_remedy_tell_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = doctor.Finding("disk", True, "plenty")
    wish = doctor.Finding("fonts", False, "none", "get one", needed=False)
    need = doctor.Finding("kernel", False, "does not start", "do this")
    for findings, code in (([whole, wish], 0), ([whole, wish, need], 1)):
        monkeypatch.setattr(doctor, "examine", lambda findings=findings: iter(findings))
        answer = call("doctor")
        assert answer.exit_code == code
        assert re.search(r"^to do +fonts +none\n +-> get one$", answer.stdout, re.M)
    assert re.search(r"^to do +kernel +does not start\n +-> do this$", answer.stdout, re.M)


def test_the_doctor_survives_a_patient_that_cannot_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> doctor.Finding:
        raise ImportError("DLL load failed")

    monkeypatch.setattr(doctor, "kernel", broken)
    monkeypatch.setattr(doctor, "widgets", broken)
    findings = {finding.what: finding for finding in doctor.examine(Path("no.lock"))}
    assert findings["kernel"].found == "ImportError: DLL load failed"
    assert not findings["widgets"].well and findings["widgets"].needed
    assert not findings["packages"].well
    assert findings["disk"].well


def test_a_kernel_that_cannot_import_this_kit_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = doctor.kernel()
    assert not found.well
    assert found.found == f"imports another sim, {tmp_path / 'sim' / '__init__.py'}"
    (tmp_path / "sim" / "__init__.py").write_text("raise ImportError('broken')")
    assert doctor.kernel().found == "starts, but cannot import sim: ImportError: broken"


def test_a_kernel_of_another_environment_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = {"status": "ok"}
    monkeypatch.setattr(doctor, "_ask_kernel", lambda *_: ("/elsewhere\n/elsewhere/sim/__init__.py", ended))
    assert doctor.kernel().found == "starts another Python, of /elsewhere"


def test_only_an_environment_that_kit_py_made_is_to_be_deleted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    fake = lock("no-such-package==1.0")
    assert doctor.packages(fake).remedy.endswith(": python -m pip install -r requirements.lock")
    (tmp_path / "kit-stamp").touch()
    assert doctor.packages(fake).remedy == f"delete the folder {tmp_path}, then run kit.py start"


def test_an_old_python_and_a_full_disk_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.python().well and doctor.disk().well
    monkeypatch.setattr(doctor, "OLDEST", (9, 0))
    monkeypatch.setattr(doctor, "ROOM", 1e12)
    assert not doctor.python().well
    assert not doctor.disk().well and not doctor.disk().needed


def test_a_font_that_matplotlib_has_not_noticed_is_told_from_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.font_manager import fontManager

    monkeypatch.setattr(fontManager, "ttflist", [])
    monkeypatch.setattr(doctor, "_shows", lambda file: file == "song.ttf")
    for there, found in ((["song.ttf", "latin.ttf"], "one is there"), (["latin.ttf"], "none that figures")):
        monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda there=there: there)
        finding = doctor.fonts()
        assert finding.found.startswith(found)
        assert "delete the folder" in finding.remedy


def test_the_doctor_runs_alone_where_the_kit_cannot_even_be_imported(tmp_path: Path) -> None:
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "doctor.py").write_bytes((ROOT / "sim" / "doctor.py").read_bytes())
    (tmp_path / "sim" / "__init__.py").write_text("import no_such_package")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "sim/doctor.py"], capture_output=True, encoding="utf-8", env=environment
    )
    assert done.returncode == 1
    assert "cannot import sim: ModuleNotFoundError: No module named 'no_such_package'" in done.stdout
    assert not done.stderr


def test_the_doctor_and_the_project_name_the_same_oldest_python() -> None:
    oldest = ".".join(map(str, doctor.OLDEST))
    assert f'requires-python = ">={oldest}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


# -- terminals -------------------------------------------------------------------------------------


def test_help_is_in_utf_8_whatever_the_terminal_is_set_to() -> None:
    latin = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([sys.executable, "-m", "sim", "--help"], capture_output=True, env=latin)
    assert "客户关系管理".encode() in done.stdout
    assert done.returncode == 0


@posix
def test_a_pipe_that_is_closed_early_is_no_news() -> None:
    with program("plans", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        assert listing.stdout and listing.stderr
        listing.stdout.close()
        assert listing.stderr.read() == ""


UNDER_WAY = """
import signal, sys
from sim import cli
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit deafness to it
def live(market, live=cli._live):
    print("ready", flush=True)
    return live(market)
cli._live = live
cli.program(sys.argv[1:])
"""


@posix
def test_ctrl_c_stops_a_run_without_a_word_and_without_leftovers(tmp_path: Path) -> None:
    options = ["--people", "50000", "--weeks", "1000", "--out", "results"]
    command = [sys.executable, "-c", UNDER_WAY, "run", "supermarket", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as working:
        assert working.stdout and working.stderr
        assert working.stdout.readline() == b"ready\n"
        working.send_signal(signal.SIGINT)
        assert working.stderr.read() == b""
        assert working.stdout.read() == b""
    assert working.returncode == 130
    assert not (tmp_path / "results").exists()


def test_a_fault_in_a_real_terminal_has_no_traceback() -> None:
    with program("run", "nowhere", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as failing:
        assert failing.stderr and failing.stdout
        assert failing.stderr.read().startswith('scenario: there is none named "nowhere".')
        assert failing.stdout.read() == ""
    assert failing.returncode == 1
