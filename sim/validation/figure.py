"""The figure: where the real value of each row lies in the bands of the markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim import style
from sim.style import Picture, styled
from sim.validation.row import Row

FARTHEST = 5.0  # halves of a band; what lies farther out is drawn there
SAMPLES = {"in": "Weeks 1–39: the market was fitted to them", "out": "Weeks 40–78: it never saw them"}
PENS: tuple[dict[str, Any], ...] = (
    {"marker": "D", "color": style.VERMILION, "markerfacecolor": "white", "markeredgewidth": 2},
    {"marker": "o", "color": style.BLUE},
)


@styled
def gaps(rows: Sequence[Row]) -> Picture:
    """Show for each row where the real value lies, measured in the market's own band.

    Parameters
    ----------
    rows
        Rows with the same two markets, each with a sample, "in" or "out".
    """
    parts = {title: [row for row in rows if row.sample == sample] for sample, title in SAMPLES.items()}
    figure = Picture("Dot plot", "Real customers, in the bands of the simulated ones", 2.6 + 0.29 * len(rows))
    heights = [len(part) for part in parts.values()]
    panels = figure.subplots(2, sharex=True, height_ratios=heights)
    for axes, (title, part) in zip(panels, parts.items(), strict=True):
        axes.set_title(title)
        _draw(axes, part)
    panels[0].legend(loc="lower center", bbox_to_anchor=(0.1, 1.08), ncols=2)
    panels[1].set_xlabel("below   |   in the band   |   above")
    counts = [
        f"{market}: {sum(row.verdict(market) == 'inside' for row in parts[SAMPLES['out']])}"
        for market in rows[0].markets
    ]
    figure.read(
        f"The grey band holds 95 % of simulated cohorts. Of {heights[1]} measures of weeks that the fit had "
        f"not seen, inside it: {', '.join(counts)}."
    )
    return figure


def _draw(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw a line a row, and on it a mark a market."""
    places = np.arange(len(rows))[::-1]
    axes.axvspan(-1, 1, color=style.PALE, zorder=0)
    style.zero_line(axes, "y")
    for market, pen in zip(rows[0].markets, PENS, strict=True):
        gap = np.clip([row.gap(market) for row in rows], -FARTHEST, FARTHEST)
        axes.plot(gap, places, linestyle="none", markersize=8, label=market, **pen)
    axes.set_yticks(places, [row.name for row in rows], fontsize=style.SMALL)
    axes.grid(visible=True, axis="y")
    axes.set(xlim=(-FARTHEST - 0.3, FARTHEST + 0.3), ylim=(-0.7, len(rows) - 0.3))
    axes.set_xticks([-1, 1], ["", ""])
