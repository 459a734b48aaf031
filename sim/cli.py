"""The commands of `python -m sim`: start the course, run a market, list what is ready-made, check files.

Each command reads what was asked, calls the part of the kit that does it, and prints what came of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click
import simpy
from tqdm import tqdm

from sim import doctor as physician
from sim import library, plan
from sim import schema as schemas
from sim.course import podium
from sim.course.contest import load_contest
from sim.course.copy import KIT, default_folder, make_copy
from sim.course.lab import open_lab
from sim.course.lesson import find_lesson, lessons
from sim.course.standings import FINAL, of_files
from sim.data import Data, Fault
from sim.files import load, load_any
from sim.market import Market
from sim.plan import Plan, Timeline, load_plan, plan_names
from sim.processes.shocks import Shock
from sim.program import Program
from sim.progress import QUIET
from sim.refusal import check_plan
from sim.report import save_report
from sim.results import refuse_existing
from sim.rules import Rules, contest_names, load_rules
from sim.run import Run
from sim.scenario import Scenario, load_scenario, scenario_names

ANY_PATH = click.Path(path_type=Path)
KINDS: dict[type[Data], str] = {
    Plan: "a plan",
    Timeline: "a timeline",
    Scenario: "a scenario",
    Rules: "a contest",
}


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def program() -> None:
    """A training market for customer relationship management (客户关系管理)."""


# -- the course -------------------------------------------------------------------------------------


@program.command(context_settings={"ignore_unknown_options": True})
@click.option("--at", default="0", metavar="LESSON", help="3.2 is lesson 2 of chapter 3; 0 the start lesson.")
@click.option("--folder", type=ANY_PATH, help="Where your copy is, or shall be.  [default: my_crm]")
@click.option("--only-copy", is_flag=True, help="Make the copy, but do not open it.")
@click.argument("jupyterlab", nargs=-1, type=click.UNPROCESSED)
def start(at: str, folder: Path | None, only_copy: bool, jupyterlab: tuple[str, ...]) -> None:
    """Open a lesson in your own copy of the course.

    The copy is made at the first start and completed at later ones. What you have worked on is never
    written over. Any further argument goes to JupyterLab, such as --no-browser or --port=9000.
    """
    lesson = find_lesson(at, lessons(KIT))
    copy = make_copy(folder or default_folder(Path.cwd()))
    click.echo(copy)
    if not only_copy:
        sys.exit(open_lab(copy.folder, lesson.path, jupyterlab))


# -- the market -------------------------------------------------------------------------------------


SHOCKS = click.option(
    "--shock",
    "shocks",
    multiple=True,
    metavar="WHAT@WEEK[-WEEK]",
    help="What comes over the firm, and when, as breach@30 or season@46-51. Can be given again.",
)


@program.command()
@click.argument("market", metavar="SCENARIO")
@click.option("--plan", "strategy", metavar="NAME|FILE", help="What the firm does.  [default: nothing]")
@click.option("--timeline", metavar="FILE", help="Plans by the week from which they hold; instead of --plan.")
@click.option("--seed", type=int, default=1, show_default=True, help="The luck of this run.")
@click.option("--people", type=int, help="For a smaller or larger copy of the market.")
@click.option("--weeks", type=int, help="How long, instead of what the scenario says.")
@SHOCKS
@click.option(
    "--out", type=ANY_PATH, metavar="FOLDER", help="Save results, tables and figures in a new folder."
)
def run(
    market: str,
    strategy: str | None,
    timeline: str | None,
    seed: int,
    people: int | None,
    weeks: int | None,
    shocks: tuple[str, ...],
    out: Path | None,
) -> None:
    """Run a market once, and show what it came to.

    SCENARIO is one that is ready-made, see the command scenarios, or a file.
    """
    given = load_scenario(market, people)
    given = given if weeks is None else given.but(weeks=weeks)
    given = _struck(given, shocks)
    if out:
        refuse_existing(out)  # before the work, not after it
    lived = _live(Market(given, _decided(strategy, timeline), seed))
    click.echo(_summary(lived))
    if out:
        click.echo(f"\nSaved in {save_report(lived, out)}.")


def _decided(strategy: str | None, timeline: str | None) -> Timeline:
    if strategy is not None and timeline is not None:
        raise Fault("--plan and --timeline cannot go together; leave one of them out.")
    if timeline is not None:
        return load(timeline, Timeline)
    return Timeline.of(Plan() if strategy is None else load_plan(strategy))


def _struck(market: Scenario, shocks: Sequence[str]) -> Scenario:
    return market.struck(*map(_shock, shocks)) if shocks else market


def _shock(text: str) -> Shock:
    """Read a shock: what, and its first and last week."""
    what, _, span = text.partition("@")
    first, _, last = span.partition("-")
    try:
        begin, end = int(first), int(last or first)
    except ValueError:
        raise Fault(
            f"--shock: expects what and when, such as breach@30 or season@46-51, was given {text}."
        ) from None
    if end < begin:
        raise Fault(f"--shock: {text} ends before it begins; write the earlier week first.")
    return Shock(what=what, week=begin, weeks=end - begin + 1)  # type: ignore[arg-type]


def _live(market: Market) -> Run:
    """Run a market, with a progress bar where there is a terminal to show it."""
    weeks, name = market.scenario.weeks, market.scenario.name
    hidden = True if QUIET in os.environ else None  # None: hidden unless on a terminal
    with tqdm(range(weeks), desc=name, unit="week", disable=hidden) as bar:
        market.world.env.process(_watch(market, bar))
        return market.run()


def _watch(market: Market, bar: tqdm[int]) -> Generator[simpy.Event, int, None]:
    """A SimPy process that changes nothing: it only counts the weeks."""
    while True:
        yield market.world.calendar.hour("books")
        bar.update()


def _summary(lived: Run) -> str:
    rows = [(name, value, unit, meaning) for name, value, unit, meaning in lived.summary().itertuples()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{n:{widths[0]}}  {v:>{widths[1]}}  {u:{widths[2]}}  {m}" for n, v, u, m in rows]
    return "\n".join([f"{lived}", "", *lines])


# -- a class --------------------------------------------------------------------------------------


@program.command()
@click.argument("contest", metavar="CONTEST")
@click.argument("plans", metavar="FILE|FOLDER...", nargs=-1, required=True, type=ANY_PATH)
@click.option("--markets", type=int, help="Markets to try the plans in, instead of what the rules say.")
@SHOCKS
@click.option("--first-seed", type=int, default=FINAL, show_default=True, help="The first of these markets.")
@click.option(
    "--jobs", type=int, default=os.cpu_count(), show_default=True, help="Processes to share the work."
)
@click.option("--out", type=ANY_PATH, metavar="FOLDER", help="Save tables and a figure in a new folder.")
def standings(
    contest: str,
    plans: Sequence[Path],
    markets: int | None,
    shocks: tuple[str, ...],
    first_seed: int,
    jobs: int,
    out: Path | None,
) -> None:
    """Rank the plans of a class in markets that nobody has seen.

    CONTEST is one that is ready-made, see the command contests, or a file of rules. FILE is a plan or a
    timeline that somebody has handed in, such as li_wei.yaml, and FOLDER holds such files. They are data:
    nothing in them runs on your machine.
    """
    if out:
        refuse_existing(out)  # before the work, not after it
    asked = load_contest(contest)
    asked = asked if markets is None else replace(asked, markets=markets)
    asked = replace(asked, market=_struck(asked.market, shocks))
    found = of_files(asked, plans, first_seed, jobs)
    click.echo(found)
    if out:
        click.echo(f"\nSaved in {podium.save(found, out)}.")


# -- files ------------------------------------------------------------------------------------------


@program.command()
def scenarios() -> None:
    """List the ready-made scenarios."""
    _list((name, load_scenario(name).title) for name in scenario_names())


@program.command()
def plans() -> None:
    """List the ready-made plans."""
    _list((name, library.remark(plan.FOLDER / f"{name}.yaml")) for name in plan_names())


def _list(entries: Iterable[tuple[str, str]]) -> None:
    listed = list(entries)
    width = max(len(name) for name, _ in listed)
    for name, line in listed:
        click.echo(f"{name:{width}}  {line}")


@program.command()
def contests() -> None:
    """List the ready-made contests."""
    _list((name, load_rules(name).title) for name in contest_names())


@program.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: Sequence[str]) -> None:
    """Say whether files of scenarios, plans, timelines or contests are right.

    Every fault is named with its line, also what can never happen in a market, such as a shock after its last
    week. The market of a contest is built, too. Which kind a file is, is seen from its fields.
    """
    faulty = False
    for file in files:
        try:
            found = load_any(file, *KINDS, thorough=True)
            if isinstance(found, Rules):
                _prepare(file, found)
            click.echo(f"{file}: {KINDS[type(found)]}, nothing wrong with it.")
        except Fault as fault:
            click.echo(fault, err=True)
            faulty = True
    sys.exit(1 if faulty else 0)


def _prepare(file: str, rules: Rules) -> None:
    """Refuse a contest whose market cannot be, or whose plan of today cannot be carried out there."""
    try:
        check_plan(rules.market, Timeline.of(rules.today))
    except Fault as fault:
        raise Fault(f"{file}: {fault}") from fault


@program.command()
@click.argument("folder", type=ANY_PATH, default=".")
def schema(folder: Path) -> None:
    """Write the schemas of scenario, plan and timeline files to FOLDER, for your editor.

    Begin your file with the line `# yaml-language-server: $schema=scenario.schema.json`; an editor that knows
    schemas then completes names and marks mistakes while you type.
    """
    for path in schemas.save(folder):
        click.echo(path)


# -- the installation -------------------------------------------------------------------------------


@program.command()
def doctor() -> None:
    """Check the installation, and say what to do.

    The exit code is 1 if something is missing that the kit needs.
    """
    table, well = physician.report(physician.examine())
    click.echo(table)
    sys.exit(0 if well else 1)
