"""Suggestions (推荐): what came of what was suggested at the till, and what a firm can foretell of a basket.

    run  ->  came_of       how many suggestions were taken, and what they brought
    run  ->  next_baskets  how often a guess at the next basket is right, by what the guess knows
    run  ->  due           when a staple was foretold to run out, and when it was bought again
    Timely                 a recommender that knows what is about to run out

All is worked out from the log that the firm has, but for the satisfaction that `came_of` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Floats
from sim.events import Kind
from sim.fault import Fault
from sim.recommender import Evidence, learned
from sim.run import Run

SOON = 1.0  # weeks: what runs out within them is due
MISSED = -2.0  # weeks: what was due longer ago has been bought elsewhere, most likely
USUAL = ("everybody's", "their own", "own, and due")


@dataclass(frozen=True)
class Timely:
    """A recommender: as `learned`, but a staple that is due counts more, and one still in the jar less."""

    presses: float = 3.0  # how many times more, and how many times less

    def __call__(self, known: Evidence) -> Floats:
        """Score each order and category."""
        scores: Floats = learned(known) * _pressed(known.runout_weeks, self.presses)
        return scores


def _pressed(left: npt.ArrayLike, presses: float) -> Floats:
    """Give the factor of staples with so many weeks left; 1 where nothing is known, or it is long past."""
    weeks = np.asarray(left, float)
    factor: Floats = np.select([weeks > SOON, weeks >= MISSED], [1 / presses, presses], 1.0)
    return factor


def came_of(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Count what became of the suggestions of some runs.

    Returns
    -------
    A row a run: `suggested`, `taken_share`, `brings` (currency of margin for 100 suggestions) and
    `satisfaction` (the hidden mean of those who are still customers, 0-10).
    """
    return pd.DataFrame({name: _came_of(run) for name, run in runs.items()}).T.rename_axis("plan")


def _came_of(run: Run) -> dict[str, float]:
    if run.scenario.basket is None:
        raise Fault("came_of: nothing can be suggested where orders have no content; switch the basket on.")
    told, lines = run.events.of(Kind.SUGGESTED), run.lines
    sold = lines[lines["suggested"]]
    margin = (sold["cents"] - sold["goods"]).sum() / 100
    here = run.truth[run.truth["stage"] == "customer"]
    return {
        "suggested": len(told),
        "taken_share": float((told.value > 0).mean()) if len(told) else np.nan,
        "brings": 100 * margin / len(told) if len(told) else np.nan,
        "satisfaction": float(here["satisfaction"].mean()),
    }


def next_baskets(run: Run, week: int, guesses: int = 3, presses: float = 3.0) -> pd.DataFrame:
    """Guess at everybody's next basket from what was bought before a week, and count the hits.

    Returns
    -------
    A row a model: `everybody's` (what most orders have), `their own` (what this customer buys most) and
    `own, and due` (the same, but staples by when they run out); with `hit_share`, of so many guesses a
    customer, and `customers`. Only those with five orders before that week, and one since, are asked.
    """
    lines = run.lines
    past, later = lines[lines["week"] < week], lines[lines["week"] >= week]
    orders = past.groupby("person")["order"].nunique()
    known = orders.index[orders >= 5]
    first = later.groupby("person")["order"].min()
    asked = known.intersection(first.index)
    if asked.empty:
        raise Fault("next_baskets: nobody has five orders before that week, and one since.")
    names = list(run.scenario.basket.categories) if run.scenario.basket else []
    counts = past.groupby(["person", "category"])["order"].nunique().unstack(fill_value=0)
    own = counts.reindex(index=asked, columns=names, fill_value=0).div(orders.loc[asked], axis=0)
    common = counts.sum().reindex(names, fill_value=0) / orders.sum()
    comes = later[later["order"].isin(first.loc[asked])]
    came = comes.groupby(["person", "category"]).size().unstack(fill_value=0) > 0
    came = came.reindex(index=asked, columns=names, fill_value=False)
    left = _left(run, week, asked)
    pressed = own * _pressed(left, presses)
    usual = pd.DataFrame(np.tile(common, (len(asked), 1)), asked, names)
    scores = (usual, own + common / 1e3, pressed + common / 1e3)  # what was never bought, by what most have
    rows = {name: _hits(score, came, guesses) for name, score in zip(USUAL, scores, strict=True)}
    return pd.DataFrame({"hit_share": rows, "customers": len(asked)}).rename_axis("model")


def _hits(scores: pd.DataFrame, came: pd.DataFrame, guesses: int) -> float:
    best = np.argsort(-scores.to_numpy(), axis=1, kind="stable")[:, :guesses]
    return float(np.take_along_axis(came.to_numpy(), best, axis=1).mean())


def _left(run: Run, week: int, people: pd.Index) -> pd.DataFrame:
    """Give the weeks until each staple of some people runs out, as foretold; NaN where it is not."""
    names = list(run.scenario.basket.categories) if run.scenario.basket else []
    table = pd.DataFrame(np.nan, people, names)
    for name, forecast in due(run, week).groupby("staple"):
        table.loc[:, str(name)] = forecast.set_index("person")["due_in"].reindex(people)
    return table


def due(run: Run, week: int) -> pd.DataFrame:
    """Foretell when each household's staples run out, from what the firm knows in a week.

    A household's own rhythm is the mean time between its purchases; the usual rhythm is everybody's. Both are
    counted on from the last purchase.

    Returns
    -------
    A row a household and staple bought twice or more: `person`, `staple`, `due_in` and `usual_due_in` (weeks
    from then), and `bought_in` (weeks until it was bought again; NaN if it was not, here).
    """
    these = run.scenario.basket
    if these is None:
        raise Fault("due: there is no telling what runs out where orders have no content.")
    staples = [name for name, category in these.categories.items() if category.cycle_weeks]
    lines = run.lines[run.lines["category"].isin(staples)]
    groups = ["person", "category"]
    past = lines[lines["week"] < week].groupby(groups, observed=True)["week"].agg(["min", "max", "size"])
    past = past[past["size"] >= 2]
    span, times = past["max"] - past["min"], past["size"] - 1
    usual = span.groupby("category", observed=True).sum() / times.groupby("category", observed=True).sum()
    later = lines[lines["week"] >= week].groupby(groups, observed=True)["week"].min()
    table = pd.DataFrame(
        {
            "due_in": past["max"] + span / times - week,
            "usual_due_in": past["max"]
            + usual.reindex(past.index.get_level_values("category")).to_numpy()
            - week,
            "bought_in": (later - week).reindex(past.index),
        }
    )
    return table.rename_axis(["person", "staple"]).reset_index()
