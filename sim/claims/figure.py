"""The figure: what was found of each claim that states a size, in per cent of that size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim import style
from sim.claims.claim import Verdict
from sim.style import Picture, styled, wrapped

FARTHEST = 300.0  # per cent of what is stated; what lies farther out is drawn there
LETTERS = 56  # of a claim in a line beside its mark
PENS: dict[str, dict[str, Any]] = {
    "reproduced": {"marker": "o", "color": style.BLUE},
    "reproduced only if …": {"marker": "o", "color": style.BLUE, "markerfacecolor": "white"},
    "not reproduced": {"marker": "X", "color": style.VERMILION},
}


@styled
def sizes(verdicts: Sequence[Verdict]) -> Picture:
    """Show for each claim that states a size how much of it was found, with its 95 % interval."""
    stated = [verdict for verdict in verdicts if verdict.claim.figure]
    figure = Picture("Dot plot", "What is stated, and what was found", 2.0 + 0.44 * len(stated), width=10.0)
    axes = figure.subplots()
    found = np.array([_of_figure(verdict) for verdict in stated]).reshape(-1, 3)
    for place, (verdict, (low, mean, high)) in enumerate(zip(stated, found, strict=True)):
        pen = PENS[verdict.kind]
        axes.plot([low, high], [place, place], color=pen["color"], linewidth=2, zorder=2)
        axes.plot(mean, place, linestyle="none", markersize=9, markeredgewidth=2, zorder=3, **pen)
    _label(axes, stated)
    as_stated = sum(verdict.reproduced for verdict in stated)
    few = [verdict.claim.number for verdict in stated if verdict.claim.at_most]
    figure.read(
        f"Of {len(stated)} claims that state a size, {as_stated} come out as they are read. "
        + (f"{', '.join(few)} is stated as small, so right of the line means more than that." if few else "")
    )
    return figure


def _of_figure(verdict: Verdict) -> tuple[float, float, float]:
    """Give low end, mean and high end of what was found, in per cent of what is stated."""
    estimate, figure = verdict.estimates[0], verdict.claim.figure
    assert figure
    low, mean, high = (
        float(np.clip(100 * value / figure, -FARTHEST, FARTHEST))
        for value in (estimate.low, estimate.mean, estimate.high)
    )
    return low, mean, high


def _label(axes: Axes, stated: Sequence[Verdict]) -> None:
    """Name the claims, and mark where a claim would be found as it is stated."""
    for name, pen in PENS.items():
        axes.plot([], [], linestyle="none", markersize=9, markeredgewidth=2, label=name, **pen)
    axes.axvline(100, color=style.INK, linewidth=1.5, zorder=1)
    style.zero_line(axes, "y")
    names = [wrapped(f"{each.claim.number} · {each.claim.says}", LETTERS) for each in stated]
    axes.set_yticks(range(len(stated)), names, fontsize=style.SMALL)
    axes.set_ylim(len(stated) - 0.4, -0.6)  # the first on top
    axes.set_xlabel("found, in per cent of what is stated")
    axes.set_xticks([0, 50, 100, 200, 300])
    axes.legend(loc="lower center", bbox_to_anchor=(0.0, 1.0), ncols=3)
