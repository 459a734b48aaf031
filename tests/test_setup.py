"""The laws of the set-up: two commands do everything, and every machine gets the same packages."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from sim.cli import program
from sim.course.lesson import START

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
LESSON = "chapters/00_start_here.ipynb"


# What the packages are


def locked(lock: Path) -> list[tuple[Requirement, list[str]]]:
    """Read a lock: each entry with its hashes."""
    lines = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    entries = [line.split("--hash=") for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [(Requirement(entry.strip()), hashes) for entry, *hashes in entries]


def unmet(wanted: list[str], lock: Path) -> list[str]:
    """Name the wanted packages which a lock leaves out, or pins to a version that will not do."""
    pins: dict[str, list[SpecifierSet]] = {}
    for entry, _ in locked(lock):
        pins.setdefault(canonicalize_name(entry.name), []).append(entry.specifier)
    missing = []
    for want in map(Requirement, wanted):
        versions = [
            pin.version for specifier in pins.get(canonicalize_name(want.name), []) for pin in specifier
        ]
        if not versions or not all(
            want.specifier.contains(version, prereleases=True) for version in versions
        ):
            missing.append(str(want))
    return missing


def wanted() -> list[str]:
    """Name the packages of pyproject.toml, those of every extra included."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [*PROJECT["project"]["dependencies"], *(want for extra in extras for want in extra)]


def test_every_dependency_is_in_the_lock_at_a_version_that_will_do():
    assert unmet(wanted(), ROOT / "requirements.lock") == []


def test_a_dependency_that_the_lock_lacks_is_noticed():
    asked = ["numpy>=2.1", "numpy<1", "no-such-package>=1"]
    assert unmet(asked, ROOT / "requirements.lock") == ["numpy<1", "no-such-package>=1"]


def test_every_entry_of_the_lock_is_pinned_to_one_version_with_hashes():
    for entry, hashes in locked(ROOT / "requirements.lock"):
        assert [pin.operator for pin in entry.specifier] == ["=="], entry
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes), entry


def test_the_lock_names_no_address():
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")


def test_environment_yml_brings_all_that_pyproject_asks_for_and_nothing_from_elsewhere():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, by_pip = environment["dependencies"]
    assert environment["name"] == PROJECT["project"]["name"]
    assert environment["channels"] == ["conda-forge"]
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["project"]["requires-python"])
    assert pip == "pip"
    (line,) = by_pip["pip"]
    assert unmet(wanted(), ROOT / line.removeprefix("-r ")) == []


def test_conda_users_and_binder_install_the_kit_itself_in_the_same_way():
    command = "python -m pip install --no-deps --editable ."
    assert command in README.splitlines()
    assert command in (ROOT / "postBuild").read_text("utf-8").splitlines()


def test_one_oldest_python_is_named_everywhere(kit):
    oldest = "{}.{}".format(*kit.OLDEST)
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"Python {oldest} or later" in README


# What the README promises


def code(language: str) -> list[str]:
    """Return the README's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def commands(language: str) -> list[str]:
    """Return the README's calls of kit.py in a shell."""
    return [line for block in code(language) for line in block.splitlines() if "kit.py" in line]


@pytest.mark.parametrize(("language", "python"), [("bash", "python3"), ("powershell", "py")])
def test_the_two_commands_of_the_readme_are_those_of_kit_py(kit, language, python):
    assert commands(language) == [f"{python} kit.py start", f"{python} kit.py test"]
    for command in commands(language):
        assert kit.parser().parse_args(command.split()[2:]).command == command.split()[-1]


def test_the_other_commands_of_the_readme_are_those_of_the_kit():
    lines = [line.split("#")[0].split() for line in "".join(code("bash")).splitlines()]
    asked = [words[3:] for words in lines if words[:3] == ["python", "-m", "sim"]]
    assert {words[0] for words in asked} == {
        "start",
        "run",
        "scenarios",
        "check",
        "standings",
        "schema",
        "doctor",
    }
    for words in asked:
        answer = CliRunner().invoke(program, [words[0], *words[1:], "--help"])
        assert (answer.exit_code, answer.stderr) == (0, "")


def test_continuous_integration_runs_the_readme_command_in_an_environment_of_its_own():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    calls = [line for line in script.splitlines() if line.startswith("python3")]
    assert calls == [f'{commands("bash")[-1]} "$@"']
    assert "set -euo pipefail" in script
    assert 'folder="$(mktemp -d)"' in script
    assert 'export CRM_KIT_ENV="$folder/environment"' in script
    assert os.name == "nt" or os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_lesson_that_is_opened_first_is_the_one_that_the_readme_names():
    assert START == LESSON
    assert f"`{LESSON}`" in README
    assert f"`my_crm/{LESSON}`" in README


def test_conda_users_and_binder_work_in_a_copy_too():
    assert "python -m sim start" in README.splitlines()
    assert "python -m sim start --only-copy" in (ROOT / "postBuild").read_text("utf-8").splitlines()


def test_the_first_lesson_is_there():
    if not any((ROOT / "chapters").glob("*.ipynb")):
        pytest.skip("no lesson is written yet")
    assert (ROOT / LESSON).is_file()


def test_the_example_of_the_readme_runs_and_shows_what_it_says():
    names: dict = {}
    for example in code("python"):  # each goes on from the one before
        exec(compile(example, "README.md", "exec"), names)
    assert (names["market"].people, names["market"].weeks) == (10_000, 104)
    assert len(names["pair"].effect) == 10_000
    assert names["pair"].effect["revenue"].any()


# What is committed


def git(*arguments: str) -> str:
    """Ask git, or skip the test where there is no git or no checkout."""
    try:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as reason:
        pytest.skip(f"not in a git checkout: {reason}")
    return answer.stdout.decode()


def texts() -> dict[str, bytes]:
    """Return the text files that are committed, or would be."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    files = {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}
    assert "kit.py" in files
    return {name: content for name, content in files.items() if b"\0" not in content}


def test_git_keeps_unix_line_ends_in_text_and_leaves_pictures_alone():
    answer = git("check-attr", "text", "eol", "--", "kit.py", ".ci/run", LESSON, "plot.png")
    for name in ("kit.py", ".ci/run", LESSON):
        assert f"{name}: text: auto\n{name}: eol: lf\n" in answer
    assert "plot.png: text: unset\n" in answer
    assert [name for name, content in texts().items() if b"\r\n" in content] == []


def test_no_file_names_a_package_registry_or_the_place_of_this_checkout():
    hosts = ["py" + "pi.org", "python" + "hosted.org", "ana" + "conda.org", "ana" + "conda.com"]
    here = rf"(?<![\w./-]){re.escape(ROOT.as_posix())}(?![\w-])"
    forbidden = re.compile("|".join([*map(re.escape, hosts), here]).encode())
    assert {name: found[0] for name, text in texts().items() if (found := forbidden.search(text))} == {}


# What kit.py does


@pytest.fixture
def folder(tmp_path):
    """Copy what kit.py needs into a folder whose path is not an easy one."""
    folder = tmp_path / "my kit 客户"
    (folder / "sim").mkdir(parents=True)
    (folder / "sim" / "__init__.py").touch()
    for name in ("kit.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def kit(folder, monkeypatch):
    """Load the copy of kit.py, with its environment beside it."""
    monkeypatch.delenv("CRM_KIT_ENV", raising=False)
    return load(folder)


def load(folder: Path) -> ModuleType:
    """Load a copy of kit.py."""
    spec = importlib.util.spec_from_file_location("kit", folder / "kit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Shell:
    """Stands in for the commands that kit.py calls: notes them, and fails at those it is told to."""

    def __init__(self, kit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kit = kit
        self.calls: list[list[str]] = []
        self.settings: list[dict[str, str]] = []
        self.failing: dict[str, int | type[BaseException]] = {}
        monkeypatch.setattr(kit, "subprocess", SimpleNamespace(run=self.run))

    def run(self, command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None):
        words = [str(word) for word in command]
        self.calls.append(words)
        self.settings.append(env or {})
        outcome = next((self.failing[word] for word in words if word in self.failing), 0)
        if not isinstance(outcome, int):
            raise outcome
        if "venv" in words:
            venv.create(self.kit.ENV, clear=True, with_pip=False)
        return SimpleNamespace(returncode=outcome)

    def installs(self) -> int:
        """Count the times that pip was called."""
        return sum("--require-hashes" in call for call in self.calls)


@pytest.fixture
def shell(kit, monkeypatch):
    return Shell(kit, monkeypatch)


def test_a_python_that_is_too_old_gets_one_sentence(kit, shell, monkeypatch, capsys):
    monkeypatch.setattr(kit, "OLDEST", (99, 0))
    assert kit.main(["test"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"kit.py: this is Python {sys.version.split()[0]}; install Python 99.0 or later and use that."
    ]
    assert shell.calls == []


def test_an_old_python_can_read_kit_py_as_far_as_that_sentence():
    ast.parse((ROOT / "kit.py").read_text("utf-8"), feature_version=(3, 7))


def test_kit_py_needs_the_standard_library_only():
    tree = ast.parse((ROOT / "kit.py").read_text("utf-8"))
    direct = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    parts = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    assert {name.split(".")[0] for name in direct + parts} <= sys.stdlib_module_names


def test_without_ensurepip_the_pip_at_hand_fills_the_environment_from_outside(kit, monkeypatch):
    monkeypatch.setattr(kit, "find_spec", lambda name: name == "pip")
    make, fill = kit.recipe()
    assert make[-1] == "--without-pip"
    assert fill[:6] == [sys.executable, "-m", "pip", "--python", str(kit.PYTHON), "install"]


def test_without_ensurepip_and_pip_the_remedy_is_named(kit, shell, monkeypatch, capsys):
    monkeypatch.setattr(kit, "find_spec", lambda name: None)
    assert kit.main(["start"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "sudo apt install python3-venv" in line
    assert shell.calls == []


@pytest.mark.parametrize("without", [(), ("ensurepip",)])
def test_every_package_is_checked_against_its_hash(kit, monkeypatch, without):
    monkeypatch.setattr(kit, "find_spec", lambda name: name not in without)
    assert kit.recipe()[-1][-3:] == ["--require-hashes", "-r", str(kit.LOCK)]


def test_the_second_call_installs_nothing(kit, shell):
    assert kit.main(["test", "--fast"]) == 0
    assert kit.main(["test", "--fast"]) == 0
    assert shell.installs() == 1


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_change_of_the_lock_or_the_project_installs_anew(kit, shell, folder, name):
    kit.main(["test", "--fast"])
    with (folder / name).open("a") as file:
        file.write("\n# changed\n")
    kit.main(["test", "--fast"])
    assert shell.installs() == 2


def test_an_interrupted_install_is_never_taken_for_whole(kit, shell):
    shell.failing["--require-hashes"] = KeyboardInterrupt
    assert kit.main(["test", "--fast"]) == 130
    assert kit.PYTHON.exists()
    assert not kit.is_ready()
    shell.failing.clear()
    assert kit.main(["test", "--fast"]) == 0
    assert shell.installs() == 2


def test_an_interrupted_renewal_does_not_leave_the_old_stamp_behind(kit, shell):
    kit.main(["test", "--fast"])
    before = kit.LOCK.read_bytes()
    kit.LOCK.write_bytes(before + b"# changed\n")
    shell.failing["venv"] = KeyboardInterrupt
    assert kit.main(["test", "--fast"]) == 130
    kit.LOCK.write_bytes(before)
    assert not kit.is_ready()


def test_two_calls_do_not_install_at_the_same_time(kit, shell, capsys):
    with kit.alone():
        assert kit.main(["test", "--fast"]) == 1
    assert "another kit.py is installing" in capsys.readouterr().err
    assert shell.calls == []
    assert kit.main(["test", "--fast"]) == 0


def test_a_failed_install_is_told_in_one_sentence(kit, shell, capsys):
    shell.failing["--require-hashes"] = 1
    assert kit.main(["start"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "network and disk space" in line
    assert not kit.is_ready()


def test_a_full_disk_is_told_in_one_sentence(kit, shell, monkeypatch, capsys):
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kit, "link", full)
    assert kit.main(["start"]) == 1
    assert capsys.readouterr().err == "kit.py: [Errno 28] No space left on device.\n"
    assert not kit.is_ready()


def test_a_folder_with_other_things_in_it_is_not_made_into_an_environment(
    folder, tmp_path, monkeypatch, capsys
):
    (tmp_path / "home").mkdir()
    letter = tmp_path / "home" / "letter.txt"
    letter.write_text("dear")
    monkeypatch.setenv("CRM_KIT_ENV", str(letter.parent))
    kit = load(folder)
    shell = Shell(kit, monkeypatch)
    assert kit.main(["start"]) == 1
    assert "holds other things" in capsys.readouterr().err
    assert (letter.read_text(), shell.calls) == ("dear", [])


def test_crm_kit_env_names_the_environment(folder, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("CRM_KIT_ENV", str(tmp_path / "empty"))
    kit = load(folder)
    Shell(kit, monkeypatch)
    assert kit.main(["test", "--fast"]) == 0
    assert tmp_path / "empty" in kit.PYTHON.parents
    assert not (folder / ".venv").exists()


def test_the_environment_finds_sim_wherever_the_checkout_lies_and_whatever_the_locale(kit, folder, tmp_path):
    venv.create(kit.ENV, with_pip=False)
    kit.link()
    settings = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    settings.pop("PYTHONPATH", None)
    program = "import os, sim; print(os.fsencode(sim.__file__))"
    answer = subprocess.run(
        [kit.PYTHON, "-c", program], cwd=tmp_path, env=settings, capture_output=True, text=True
    )
    assert Path(os.fsdecode(ast.literal_eval(answer.stdout))) == folder / "sim" / "__init__.py"


def test_start_becomes_the_command_of_the_kit_and_passes_the_rest_on(kit, monkeypatch, tmp_path):
    class Launched(Exception):  # noqa: N818
        pass

    def launch(*arguments: list[str]) -> None:
        raise Launched(arguments[-1])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setattr(kit.os, "execv", launch)
    monkeypatch.setattr(kit, "subprocess", SimpleNamespace(run=launch))
    monkeypatch.setattr(kit, "signal", SimpleNamespace(SIGINT=2, signal=lambda *_: None))
    monkeypatch.setattr(kit, "is_ready", lambda: True)
    with pytest.raises(Launched) as launched:
        kit.main(["start", "--at", "3.2", "--no-browser", "--port", "9000"])
    (command,) = launched.value.args
    assert command[:5] == [str(kit.PYTHON), "-P", "-m", "sim", "start"]
    assert command[5:] == ["--at", "3.2", "--no-browser", "--port", "9000"]
    assert os.environ["PYTHONUTF8"] == "1"
    assert Path.cwd() == tmp_path, "a folder is named from where the command was given"


def test_the_pop_up_settings_are_those_that_jupyterlab_knows(kit, tmp_path, monkeypatch):
    schemas = Path(sys.prefix) / "share/jupyter/lab/schemas/@jupyterlab/apputils-extension"
    known = json.loads((schemas / "notification.json").read_text(encoding="utf-8"))["properties"]
    monkeypatch.setattr(kit, "ENV", tmp_path)
    kit.hush()
    written = json.loads((tmp_path / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    given = written["@jupyterlab/apputils-extension:notification"]
    assert given["checkForUpdates"] is False
    assert known["checkForUpdates"]["type"] == "boolean"
    assert given["fetchNews"] == "false"
    assert "false" in {choice["const"] for choice in known["fetchNews"].get("oneOf", [])} | set(
        known["fetchNews"].get("enum", [])
    )


def notebook(folder: Path, name: str) -> None:
    """Put a notebook into a folder; kit.py only looks whether there is one."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).touch()


def test_without_notebooks_their_run_is_left_out_and_that_is_said(kit, capsys):
    assert list(kit.checks(fast=False)) == ["Lint", "Format", "Types", "Tests"]
    assert "No notebook in chapters/" in capsys.readouterr().out


def test_lessons_and_solutions_must_give_their_outputs_again_and_exercises_must_run(kit, folder):
    for name in (LESSON, "solutions/01.ipynb", "exercises/01.ipynb"):
        notebook(folder, name)
    checks = kit.checks(fast=False)
    assert list(checks) == ["Lint", "Format", "Types", "Tests", "Notebooks", "Exercises"]
    assert checks["Notebooks"][-3:] == ["--nbval", "chapters", "solutions"]
    assert checks["Exercises"][-2:] == ["--nbval-lax", "exercises"]


def test_fast_leaves_the_notebooks_out(kit, folder, capsys):
    notebook(folder, LESSON)
    assert list(kit.checks(fast=True)) == ["Lint", "Format", "Types", "Tests"]
    assert capsys.readouterr().out == ""


def test_a_failed_check_is_named_at_the_end_and_stops_none_of_the_others(kit, shell, capsys):
    kit.main(["test", "--fast"])
    shell.calls.clear()
    shell.failing = {"ruff": 1, "pytest": 5}
    assert kit.main(["test", "--fast"]) == 1
    assert [call[2] for call in shell.calls] == ["ruff", "ruff", "mypy", "pytest"]
    assert capsys.readouterr().out.splitlines()[-1] == "Failed: Lint, Format, Tests"


def test_the_checks_run_without_progress_bars_and_with_the_reader_s_own_plots(kit, shell, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    kit.main(["test", "--fast"])
    assert shell.settings[-1]["CRM_KIT_QUIET"] == "1"
    assert "MPLBACKEND" not in shell.settings[-1]


def test_a_mistyped_option_of_test_is_refused(kit, shell):
    with pytest.raises(SystemExit) as end:
        kit.main(["test", "--quick"])
    assert end.value.code == 2
    assert shell.calls == []
