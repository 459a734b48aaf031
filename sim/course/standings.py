"""Standings (排名): the plans that a class has handed in, in markets that nobody has seen.

    files  ->  gather  ->  plans  ->  standings  ->  sim.course.podium: figure, folder

All plans live in the same markets, with the same luck, so two plans are compared pair by pair: far more
sharply than by looking whether their intervals overlap. The best mean leads the first place. It shares it
with the next ones down to the first that it beats clearly, by the 95 % interval of the difference; that one
leads the next place, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from sim.course.contest import Contest, worth
from sim.data import Fault
from sim.experiment import Strategy, Trials, mean_and_interval
from sim.files import load_any
from sim.library import YAML
from sim.plan import Plan, Timeline
from sim.rules import Rules
from sim.scenario import Scenario
from sim.style import number, signed

FINAL = 20_001  # the first seed; lessons, exercises and their contests stay below


@dataclass(frozen=True, eq=False)
class Standings:
    """How the plans of a class stand, and which could not take part."""

    contest: Contest
    table: pd.DataFrame  # a row a plan, best first: place, worth, low, high, messages
    refused: Mapping[str, str]  # why, by name

    def __repr__(self) -> str:
        contest, seeds = self.contest, self.contest.first_seed
        head = f"{contest}\nMarkets that nobody has seen: seeds {seeds} to {seeds + contest.markets - 1}."
        refused = "\n".join(
            ["Not ranked:", *(f"  {name}: {reason}" for name, reason in self.refused.items())]
        )
        return "\n\n".join([head, self._ranking(), *([refused] if self.refused else [])])

    def _ranking(self) -> str:
        """Write the table for reading."""
        table, currency = self.table, self.contest.market.currency
        if table.empty:
            return "No plan takes part."
        shown = {
            "place": table["place"],
            "plan": table.index,
            f"worth, {currency}": table["worth"].map(signed),
            "95 % interval": [
                f"{signed(low)} to {signed(high)}" for low, high in table[["low", "high"]].values
            ],
            "messages": table["messages"].map(number),
        }
        with pd.option_context("display.unicode.east_asian_width", True):  # 李伟 is as wide as four letters
            return pd.DataFrame(shown).to_string(index=False)


def gather(paths: Iterable[Path]) -> tuple[dict[str, Strategy], dict[str, str]]:
    """Read the plans and timelines in some files and folders.

    Returns
    -------
    Plans, and why others could not be read; both by the name of the file, without its ending.

    Raises
    ------
    Fault
        If there is no file at all.
    """
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    if not files:
        raise Fault(
            "plans: there is no file of a plan here, such as li_wei.yaml. Give files, or their folder."
        )
    stems = [file.stem for file in files]
    plans: dict[str, Strategy] = {}
    refused: dict[str, str] = {}
    for file in files:
        name = file.stem if stems.count(file.stem) == 1 else str(file.with_suffix(""))
        try:
            plans[name] = _decided(file)
        except Fault as fault:
            refused[name] = str(fault)
    return plans, refused


def standings(
    contest: Contest, plans: Mapping[str, Strategy], refused: Mapping[str, str] | None = None, jobs: int = 1
) -> Standings:
    """Let plans compete; those that the market or the budget refuses are named, not ranked.

    Parameters
    ----------
    refused
        Why others take no part, by name.
    jobs
        Processes to share the work; the numbers do not depend on it.
    """
    no = dict(refused or {})
    for name, plan in plans.items():
        try:
            contest.admit(plan)
        except Fault as fault:
            no[name] = f"it cannot take part: {fault}"
    able = {name: plan for name, plan in plans.items() if name not in no}
    trials = contest.try_out(able, jobs)
    no |= {name: excess for name in able if (excess := contest.excess(trials, name))}
    return Standings(contest, ranked(contest, trials, [name for name in able if name not in no]), no)


def of_files(contest: Contest, paths: Iterable[Path], first_seed: int = FINAL, jobs: int = 1) -> Standings:
    """Let the plans in some files and folders compete, in markets from a seed on."""
    plans, refused = gather(paths)
    return standings(replace(contest, first_seed=first_seed), plans, refused, jobs)


def ranked(contest: Contest, trials: Trials, names: Iterable[str]) -> pd.DataFrame:
    """Make the table of those that take part, best mean first."""
    worths = {name: worth(trials, name) for name in names}
    order = sorted(worths, key=lambda name: -worths[name].mean())
    rows = [
        (place, *mean_and_interval(worths[name]), contest.sent(trials, name))
        for name, place in zip(order, _places([worths[name] for name in order]), strict=True)
    ]
    columns = ["place", "worth", "low", "high", "messages"]
    return pd.DataFrame(rows, pd.Index(order, name="plan", dtype=object), columns)


def _places(worths: list[pd.Series[float]]) -> Iterator[int]:
    """Give the place of each plan, best mean first: a new one begins where the leader of the last beats."""
    leader = 0
    for rank, mine in enumerate(worths):
        if mean_and_interval(worths[leader] - mine)[1] > 0:
            leader = rank
        yield 1 + leader


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in YAML)


def _decided(file: Path) -> Strategy:
    """Read what a file decides; other files of the kit may lie beside it."""
    given = load_any(file, Plan, Timeline, Scenario, Rules)
    if not isinstance(given, Plan | Timeline):
        raise Fault(f"{file}: holds {type(given).__name__.lower()}, and no plan.")
    return given
