"""Serving: which of the five service levels pays, by margin and by how many customers there are (服务等级).

    market  ->  grid (a sweep: size of the customer base by margin)  ->  winners, tiles

Kotler's rule is a table: with many small customers and a thin margin serve at a low level, with few large
ones and a rich margin at a high one. Here each field is a market in which all levels are tried. Fewer
customers buy more each, so that all fields have the same sales. What people do does not depend on the margin,
so one set of runs serves all margins: profit differs by margin times sales.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.experiment import Trials, compare
from sim.plan import Plan
from sim.processes.levels import Parameters
from sim.scenario import Scenario
from sim.segment import Segment, at_most
from sim.sweep import Dial, Sweep

LEVELS = ("basic", "reactive", "accountable", "proactive", "partnership")
SEEN = Segment(recency_weeks=at_most(13))  # whoever has been silent for longer is not served
SIZES = {"many": 1.0, "medium": 4.0, "few": 16.0}  # what one customer buys, beside the market's
MARGINS = {"thin": 0.1, "medium": 0.27, "rich": 0.6}


def at_level(level: str, to: Segment = SEEN) -> Plan:
    """Give the plan that serves customers at a level.

    Parameters
    ----------
    level
        One of the five, such as "reactive".
    to
        Which customers; whoever ordered in the last 13 weeks unless given.
    """
    return Plan(levels={"rules": [{"to": to, "level": level}]})  # type: ignore[arg-type]


def grid(
    market: Scenario,
    sizes: Mapping[str, float] = SIZES,
    margins: Mapping[str, float] = MARGINS,
    replications: int = 4,
    jobs: int = 1,
) -> Sweep:
    """Try the five levels for customers of several sizes, at several margins.

    Parameters
    ----------
    market
        A market of free buyers with a service desk.
    sizes
        How many times as much one customer buys as in the market given; there are so many times fewer.
    margins
        Shares of the price that are left after the goods are paid.

    Returns
    -------
    A sweep: down the number of customers, across the margin; the first plan is "basic".
    """
    plans = {level: at_level(level) for level in LEVELS}
    down = Dial(name="customers", parameter="shopping.spend_scale", settings=dict(sizes))
    across = Dial(name="margin", parameter="margin", settings=dict(margins))
    cells = {}
    for size, times in sizes.items():
        trials = compare(_of_size(market, times), plans, replications, jobs=jobs)
        for name, margin in margins.items():
            cells[size, name] = _at_margin(trials, market.margin, margin)
    return Sweep(down, across, cells)


def _of_size(market: Scenario, times: float) -> Scenario:
    """Give the market with fewer customers who buy more each."""
    shopping = market.shopping
    assert shopping  # a market of free buyers
    fewer = market.but(people=round(market.people / times), levels=market.levels or Parameters())
    return fewer.but(shopping=shopping.but(spend_scale=times * shopping.spend_scale))


def _at_margin(trials: Trials, before: float, margin: float) -> Trials:
    """Give the trials as they would have come out with another margin on the same sales."""
    more = (margin - before) * trials.table["revenue"]
    table = trials.table.assign(
        profit=trials.table["profit"] + more, contribution=trials.table["contribution"] + more
    )
    return Trials(table, trials.plans, trials.currency)
