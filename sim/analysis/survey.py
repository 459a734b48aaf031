"""A survey (问卷): what those say who are asked and answer, its interval, and what others would have said.

    run -> by_quarter (what the firm sees) and silent (who was never asked, behind glass)
    market, plan -> kept_word (what became of promoters and detractors, over many markets)

The net promoter score (NPS, 净推荐值; Reichheld 2003, Harvard Business Review 81(12)) is the share of answers
9 and 10, less the share of 0 to 6, times 100.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from sim import style
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Fault
from sim.events import REFERRAL, Kind, Stage
from sim.experiment import Strategy, collect
from sim.run import Run
from sim.scenario import Scenario
from sim.style import Picture, signed, styled

QUARTER, HALF_YEAR = 13, 26  # weeks
PROMOTER, DETRACTOR = 9, 6
GROUPS = ("promoters", "passives", "detractors")
REACH = 1.96  # standard errors on either side
Floats = npt.NDArray[np.float64]


def points(answers: npt.ArrayLike) -> Floats:
    """Give each answer its points: 100 for a promoter, -100 for a detractor, 0 for the others."""
    given = np.asarray(answers)
    return 100.0 * ((given >= PROMOTER).astype(int) - (given <= DETRACTOR))


def by_quarter(run: Run) -> pd.DataFrame:
    """Work out the score of each quarter.

    Returns
    -------
    A row a quarter, by its last week, with `answers`, `nps` (points), and its 95 % interval `low` to `high`.

    Raises
    ------
    Fault
        If nobody has answered.
    """
    given = run.events.of(Kind.NPS)
    if not len(given):
        raise Fault("by_quarter: nobody has answered a survey in this run.")
    quarter = (given.minute // (QUARTER * MINUTES_A_WEEK) + 1) * QUARTER
    table = (
        pd.Series(points(given.value))
        .groupby(np.minimum(quarter, run.scenario.weeks))
        .agg(["size", "mean", "sem"])
    )
    reach = REACH * table["sem"]
    found = {"answers": table["size"], "nps": table["mean"]}
    found |= {"low": table["mean"] - reach, "high": table["mean"] + reach}
    return pd.DataFrame(found).rename_axis("week")


@styled
def nps(table: pd.DataFrame) -> Picture:
    """Show the score of each quarter with its interval, and the mean of all.

    Parameters
    ----------
    table
        As `by_quarter` gives it.
    """
    style.expect(table, pd.DataFrame, "nps", "a table, as survey.by_quarter(…) gives it")
    if not {"answers", "nps", "low", "high"} <= set(table):
        raise Fault("nps: expects the table that survey.by_quarter gives.")
    figure = Picture("Dots with intervals", "The score, quarter by quarter")
    axes = figure.subplots()
    places = range(len(table))
    axes.vlines(places, table["low"], table["high"], color=style.BLUE, linewidth=4, alpha=0.45)
    axes.plot(places, table["nps"], "o", color=style.BLUE, markersize=9)
    mean = float((table["nps"] * table["answers"]).sum() / table["answers"].sum())
    axes.axhline(mean, color=style.GREY, linewidth=1.2, linestyle="--", label=f"all quarters: {signed(mean)}")
    axes.set_xticks(places, [f"{week}\n({n})" for week, n in table["answers"].items()])
    axes.set(xlabel="to week (answers)", ylabel="NPS, points")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    inside = int(((table["low"] <= mean) & (table["high"] >= mean)).sum())
    best, worst = signed(table["nps"].max()), signed(table["nps"].min())
    figure.read(
        f"Best quarter {best}, worst {worst}; {inside} of {len(table)} intervals hold the mean of all."
    )
    return figure


def silent(run: Run) -> pd.DataFrame:
    """Tell what everybody would answer at the end, by whether the firm could ask them.

    Returns
    -------
    A row for those who `ordered in the last quarter` (who may be asked), `other customers`, who `left`, and
    for `all` of these: `people`, `satisfaction` (mean, 0-10), `nps` (to which their answers would come).

    Raises
    ------
    Fault
        If the market knows no satisfaction.
    """
    if run.scenario.experience is None:
        raise Fault(f"silent: {run.scenario.name} knows no satisfaction: its experience section is off.")
    felt, spread = run.truth["satisfaction"].to_numpy(float), run.scenario.experience.answer_spread
    stage, orders = run.people.entry.stage, run.events.of(Kind.ORDER)
    recent = np.zeros(run.scenario.people, bool)
    recent[orders.person[orders.minute >= (run.scenario.weeks - QUARTER) * MINUTES_A_WEEK]] = True
    bought = np.zeros(run.scenario.people, bool)
    bought[orders.person] = True
    gone = bought & (stage == Stage.LEFT)
    groups = {"ordered in the last quarter": recent & ~gone, "other customers": bought & ~recent & ~gone}
    groups |= {"left": gone, "all": bought}
    rows = {
        name: (int(who.sum()), felt[who].mean(), _expected(felt[who], spread)) for name, who in groups.items()
    }
    columns = ["people", "satisfaction", "nps"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("who")


def kept_word(scenario: Scenario, plan: Strategy, replications: int = 6, jobs: int = 1) -> pd.DataFrame:
    """Follow those who answered in the first year for another one, over many markets.

    Returns
    -------
    A row for each of `GROUPS`, all markets together: `answers`, `recommended` (new customers whom 100 of them
    brought in the year after), `low` and `high` (its 95 % interval, Poisson), `left` (of 100, by the end of
    the run) and `orders` (in that year, each).
    """
    counts = collect(scenario, plan, _afterwards, replications, jobs=jobs).sum(axis=0)
    answers, brought, left, orders = counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        share, reach = 100 * brought / answers, 100 * REACH * np.sqrt(brought) / answers
        columns = {"answers": answers.astype(int), "recommended": share, "low": np.maximum(share - reach, 0)}
        columns |= {"high": share + reach, "left": 100 * left / answers, "orders": orders / answers}
    return pd.DataFrame(columns, index=pd.Index(GROUPS, name="said"))


def _afterwards(run: Run) -> Floats:
    """Count answers, people brought, leavers and orders, by group; shape (groups, 4)."""
    given, year = run.events.of(Kind.NPS), WEEKS_A_YEAR * MINUTES_A_WEEK
    given = given.where(given.minute < year)
    orders, joined = run.events.of(Kind.ORDER), run.events.of(Kind.JOINED)
    joined = joined.where((joined.channel == REFERRAL) & (joined.ref >= 0))
    rows = np.zeros((len(GROUPS), 4))
    place = np.where(given.value >= PROMOTER, 0, np.where(given.value > DETRACTOR, 1, 2))
    for group, person, minute in zip(
        place.tolist(), given.person.tolist(), given.minute.tolist(), strict=True
    ):
        mine = (orders.person == person) & (orders.minute > minute) & (orders.minute <= minute + year)
        won = (joined.ref == person) & (joined.minute > minute) & (joined.minute <= minute + year)
        left = run.people.entry.stage[person] == Stage.LEFT
        rows[group] += 1, won.sum(), left, mine.sum()
    return rows


def _expected(felt: Floats, spread: float) -> float:
    """Give the score that answers around what is felt come to; an answer is rounded."""
    promote = 1 - ndtr((PROMOTER - 0.5 - felt) / spread)
    detract = ndtr((DETRACTOR + 0.5 - felt) / spread)
    return float(100 * (promote - detract).mean()) if len(felt) else float("nan")
