"""The funnel: a figure of the sales pipeline, stage by stage. It is counted in `sim.analysis.pipeline`."""

from __future__ import annotations

import numpy as np

from sim import style
from sim.analysis import pipeline as counted
from sim.data import Fault
from sim.run import Run
from sim.style import Picture, number, percent, styled

COLORS = {
    "went on": style.BLUE,
    "said no": style.VERMILION,
    "went cold": style.SKY,
    "given up, or came another way": style.ORANGE,
    "open": style.PALE,
}


@styled
def pipeline(run: Run) -> Picture:
    """Show how many deals entered each stage of the sales pipeline, and what became of them there.

    Parameters
    ----------
    run
        A run of a market with a sales section.
    """
    style.expect(run, Run, "pipeline", "a run")
    if run.scenario.sales is None:
        raise Fault(f"pipeline: {run.scenario.name} has no sellers: its sales section is switched off.")
    events = run.events.frame()
    table = counted.funnel(counted.stages(events))
    parts = {
        "went on": table["went_on"],
        "said no": table["said_no"],
        "went cold": table["went_cold"],
        "given up, or came another way": table["below_the_minimum_score"] + table["came_another_way"],
        "open": table["open"],
    }
    figure = Picture("Stacked bar chart", "From lead to deal: who goes on, and who is lost where")
    axes = figure.subplots()
    rows, start = np.arange(len(table)), np.zeros(len(table))
    for name, counts in parts.items():
        axes.barh(rows, counts, left=start, color=COLORS[name], label=name, edgecolor="white", height=0.7)
        start += counts.to_numpy()
    axes.set(
        yticks=rows, yticklabels=list(table.index), xlabel="deals that entered the stage", ylabel="stage"
    )
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_xlim(0, max(1.0, 1.02 * start.max()))
    axes.legend(loc="lower right", handlelength=1.2)
    if not start.any():
        style.note(axes, "No lead has come.")
    listed = counted.deals(events)
    won, rate = int((listed["outcome"] == counted.WON).sum()), counted.win_rate(listed)
    figure.read(
        f"Of {len(listed):,} leads {won:,} were won, {percent(rate)} of those decided; a won deal took "
        f"{number(counted.cycle_weeks(listed)['median'])} weeks (median). With customers: "
        f"{percent(counted.time_use(run)['selling_share'])} of the hours paid."
    )
    return figure
