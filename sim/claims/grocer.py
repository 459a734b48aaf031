"""The grocer at whose till something may be suggested: claims of more than one chapter are tried there."""

from __future__ import annotations

from typing import Any

from sim.plan import Plan
from sim.scenario import Scenario, load_scenario
from sim.segment import Segment, at_least

SILENT_TILL = Plan()
SUGGESTING = {"suggestions": 1, "recommender": "learned"}  # a good for each order, by what goes with it
REGULARS = Segment(orders=at_least(12))  # those of whom the grocer of lesson 6.2 knows enough to speak


def grocer() -> Scenario:
    """Give the community grocer of lesson 6.2, at whose till a machine may suggest something, for a year."""
    return load_scenario("community_fresh_cn", people=1_000).but(weeks=52)


def suggesting(**levers: Any) -> Plan:
    """Give a plan that suggests one good an order, by what was bought together and by this customer."""
    return SILENT_TILL.but(basket=SUGGESTING | levers)
