"""Where the time goes: shares of a run by module, and by mechanism, as a profiler sees them.

Work that NumPy and SciPy do in C counts for the module that asked for it. The profiler itself takes time
at each call of a Python function, so modules of many small functions look a little worse than they are.

What a mechanism takes is the time of its turns: from each hour of the calendar at which its process wakes
until it waits again, with all that it calls meanwhile. To run the market without it, and subtract, would say
the same of a large one, and of a small one only how unevenly the machine runs.
"""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from pathlib import Path

import pandas as pd

import sim
from benchmarks.settings import core, everything, under_contract, weekly_offers, whole
from benchmarks.timing import without_collector
from sim import Scenario, simulate

PACKAGE = Path(sim.__file__).parent
FILLING = ("sim/till.py", "fill")  # the turn of the basket, within that of shopping
OTHER_TURNS = {
    FILLING: "basket",
    ("sim/desk.py", "_look"): "service",
    ("sim/desk.py", "_finish"): "service",
    ("sim/team.py", "seller"): "sales",  # processes of its own for sellers, deals and accounts
    ("sim/deal.py", "life"): "sales",
    ("sim/deal.py", "account"): "sales",
    ("sim/market.py", "close_books"): "(the log and the record)",
}
Function = tuple[str, str]  # module and name


def module(file: str) -> str:
    """Name the module of a source file, or the library that it belongs to."""
    path = Path(file)
    if path.is_relative_to(PACKAGE):
        return f"sim/{path.relative_to(PACKAGE).as_posix()}"
    libraries = [part for part in ("simpy", "numpy", "scipy", "pandas") if part in path.parts]
    return f"{libraries[0]} (its Python part)" if libraries else "the rest"


def profiled(scenario: Scenario) -> pd.DataFrame:
    """Profile a run: seconds in each function, its own and with what it calls; a row a function."""
    simulate(scenario.but(people=100), weekly_offers(), 1)
    profile = cProfile.Profile(builtins=False)  # C functions count for their callers
    profile.runcall(without_collector(lambda: simulate(scenario, weekly_offers(), 1).events))
    stats = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    rows = [(module(file), name, own, reached) for (file, _, name), (_, _, own, reached, _) in stats]
    return pd.DataFrame(rows, columns=["module", "function", "own", "reached"])


def shares(functions: pd.DataFrame) -> pd.Series[float]:
    """Give each module's share of a run's time."""
    return functions.groupby("module")["own"].sum() / functions["own"].sum()


def turns(functions: pd.DataFrame) -> pd.Series[float]:
    """Give each mechanism's share of a run's time, the largest first; what is nobody's turn comes last."""
    seconds: Counter[str] = Counter()
    for row in functions.itertuples():
        function: Function = (row.module, row.function)
        if function in OTHER_TURNS:
            seconds[OTHER_TURNS[function]] += row.reached
        elif row.module.startswith("sim/processes/") and row.function == "run":
            seconds[Path(row.module).stem] += row.reached
        if function == FILLING:
            seconds["shopping"] -= row.reached
    taken = (pd.Series(seconds) / functions["own"].sum()).sort_values(ascending=False)
    return pd.concat([taken, pd.Series({"(nobody's turn)": 1 - taken.sum()})])


def profile_tables(people: int, weeks: int) -> tuple[str, str]:
    """Write the shares of the modules as a table, and then those of the mechanisms."""
    runs = [profiled(market(people, weeks)) for market in (core, everything, whole)]
    firms = [profiled(under_contract(name, people, weeks)) for name in ("manufacturing", "saas")]
    return shares_table(*runs), turns_table(runs[-1], *firms)


def shares_table(bare: pd.DataFrame, usual: pd.DataFrame, full: pd.DataFrame) -> str:
    """Write which module takes how much as a table, the largest of the core first."""
    runs = [shares(functions) for functions in (bare, usual, full)]
    by_module = pd.concat(runs, axis=1, keys=["core", "all", "whole"])
    by_module = by_module.fillna(0.0).sort_values("core", ascending=False)
    by_module = by_module[by_module.max(axis=1) >= 0.005]
    head = [
        "| module | core | the supermarket as it comes | every mechanism there is |",
        "|---|---|---|---|",
    ]
    lines = [
        f"| {name} | {row['core']:.0%} | {row['all']:.0%} | {row['whole']:.0%} |"
        for name, row in by_module.iterrows()
    ]
    return "\n".join([*head, *lines])


def turns_table(free: pd.DataFrame, maker: pd.DataFrame, software: pd.DataFrame) -> str:
    """Write whose turn takes how long as a table: in a market of free buyers, and in two of contracts."""
    by_turn = pd.concat([turns(functions) for functions in (free, maker, software)], axis=1)
    nobody = by_turn.index.str.startswith("(nobody")
    by_turn = pd.concat([by_turn[~nobody], by_turn[nobody]])
    head = [
        "| mechanism | every mechanism there is | machine parts under contract | software under contract |",
        "|---|---|---|---|",
    ]
    cells = by_turn.map(lambda share: "–" if pd.isna(share) else f"{share:.1%}")
    return "\n".join([*head, *(f"| {name} | {' | '.join(row)} |" for name, row in cells.T.items())])
