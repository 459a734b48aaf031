"""Value: what our offer delivers to each type of need beside the rival's, part by part (顾客让渡价值).

A calculation on scenario and plan alone: no run is needed. It shows what the market's people compare
(`processes/needs.py`), for a person of each type who weighs the parts as the type does on average.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.data import Fault
from sim.need import NEEDS, PARTS
from sim.plan import Plan
from sim.scenario import Scenario

TODAY = Plan()


def delivered_value(scenario: Scenario, plan: Plan = TODAY) -> pd.DataFrame:
    """Work out by how many points of ten our offer beats the rival's, once all of it is noticed.

    Returns
    -------
    A row a type of need; a column for each part, `money` (what our prices save, at the plan's shelf price),
    and `total`. Above 0 our offer is worth more. Green goods are left out: people of one type
    differ in them.

    Raises
    ------
    Fault
        If the market knows no needs.
    """
    these = scenario.needs
    if these is None:
        raise Fault(f"delivered_value: {scenario.name} has no needs: give its scenario a needs section.")
    spent = np.array([getattr(plan.needs, part) for part in PARTS])
    lead = these.lead()
    lead[:-1] += these.most() * these.progress(spent)
    lead[-1] -= these.money_points * these.ours.price * (plan.pricing.price - 1)
    points = these.weights() * lead[:, None]  # (parts + 1, needs)
    table = pd.DataFrame(points.T, pd.Index(NEEDS, name="need"), [*PARTS, "money"])
    table = table.loc[[name for name in NEEDS if name in these.types]]
    table["total"] = table.sum(axis=1)
    return table
