"""A small range of goods for tests: a staple, a pair that goes together, a bait."""

from __future__ import annotations

from sim.category import Category
from sim.processes.basket import Parameters

RANGE = {
    "rice": Category(share=0.25, weight=1.2, margin=0.12, cycle_weeks=4),
    "vegetables": Category(share=0.55, weight=0.6, margin=0.35),
    "meat": Category(share=0.40, weight=1.4, margin=0.25, goes_with={"vegetables": 1.5}),
    "snacks": Category(share=0.30, weight=0.6, margin=0.38, goes_with={"beer": 3.0}),
    "beer": Category(share=0.15, weight=1.3, margin=0.22, goes_with={"snacks": 3.0}),
    "oil": Category(share=0.15, weight=1.0, margin=0.15, cycle_weeks=7),
    "milk powder": Category(share=0.08, weight=3.0, margin=-0.05),
}
BASKET = Parameters(categories=RANGE)
