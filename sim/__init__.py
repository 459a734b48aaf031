"""A simulated firm with a customer base: change a strategy, see churn and revenue move, learn why.

    scenario + plan + seed  ->  simulate  ->  run  ->  metrics, plots

Start with `load_scenario`, `Plan` and `simulate`; then `twin` and `compare`.
"""

from sim.campaign import Campaign, Offer
from sim.data import Fault
from sim.experiment import collect, compare, replicate, twin
from sim.holdout import holdout
from sim.interview import interview
from sim.looks import looks
from sim.market import simulate
from sim.plan import Plan, Timeline, load_plan, load_timeline, plan_names
from sim.processes.shocks import Shock
from sim.scenario import Scenario, load_scenario, scenario_names
from sim.segment import Segment, at_least, at_most, exactly, over, under
from sim.trigger import Trigger

__all__ = [
    "Campaign",
    "Fault",
    "Offer",
    "Plan",
    "Scenario",
    "Segment",
    "Shock",
    "Timeline",
    "Trigger",
    "at_least",
    "at_most",
    "collect",
    "compare",
    "exactly",
    "holdout",
    "interview",
    "load_plan",
    "load_scenario",
    "load_timeline",
    "looks",
    "over",
    "plan_names",
    "replicate",
    "scenario_names",
    "simulate",
    "twin",
    "under",
]
