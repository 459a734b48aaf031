"""Two lives of one seed, with something and without it: by how much they differ, in per cent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.claims.reading import change
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind, Stage
from sim.run import Run

Reading = Callable[[Run, Run], float]


def earns_more(with_: Run, without: Run) -> float:
    """Give how much more contribution there is, in per cent."""
    return change(with_.metrics["contribution"], without.metrics["contribution"])


def worth_more(with_: Run, without: Run) -> float:
    """Give how much more the customers of the end are worth, in per cent."""
    return change(with_.metrics["customer_equity"], without.metrics["customer_equity"])


def more_satisfied(with_: Run, without: Run) -> float:
    """Give how much more satisfied those are who are customers at the end of both lives, in per cent."""
    lives = with_, without
    both = np.logical_and(*(run.people.entry.stage == Stage.CUSTOMER for run in lives))
    mean, mean_without = (float(run.people.experience.satisfaction[both].mean()) for run in lives)
    return change(mean, mean_without)


def more_come_again(with_: Run, without: Run) -> float:
    """Give how many more of the customers of four weeks come again in the next four, in per cent."""
    return change(come_again(with_), come_again(without))


def come_again(run: Run) -> float:
    """Give the share of the customers of four weeks who order in the next four, over the whole run."""
    orders, spans = run.events.of(Kind.ORDER), run.scenario.weeks // 4
    whole = orders.where(orders.minute < spans * 4 * MINUTES_A_WEEK)
    ordered = np.zeros((spans, run.scenario.people), bool)
    ordered[whole.minute // (4 * MINUTES_A_WEEK), whole.person] = True
    return float(ordered[1:][ordered[:-1]].mean())
