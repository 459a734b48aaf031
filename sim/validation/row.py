"""A row: one measure of the real customers beside the same of a market, with the verdict of chance.

The band of a market holds 95 of 100 simulated groups of customers, each as large as the real one. If the
market were right, the real value would fall into it 95 times in 100: inside. If not, it is outside. Where
a market's value is known almost exactly and the real one is not, it is the other way round: the market's
value must lie in the real band.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
UNKNOWN = "-"
FORMS: dict[str, Callable[[float], str]] = {
    "share": lambda value: f"{100 * value:.1f} %",
    "rate": lambda value: f"{100 * value:.2f} %",
    "points": lambda value: f"{100 * value:+.2f}".replace("-", "\N{MINUS SIGN}"),
    "dollars": lambda value: f"${value:,.0f}",
    "count": lambda value: f"{value:,.0f}".replace(",", " "),
    "index": lambda value: f"{value:.3f}",
    "number": lambda value: f"{value:.2f}",
    "times": lambda value: f"× {value:.2f}",
}


@dataclass(frozen=True)
class Band:
    """A middle value and, if chance has a part in it, the two ends between which it lies 95 times in 100."""

    middle: float
    low: float = np.nan
    high: float = np.nan

    @classmethod
    def over(cls, values: Floats) -> Band:
        """Give mean and quantiles of many values, unknown ones left out."""
        tail = (1 - LEVEL) / 2
        return cls(float(np.nanmean(values)), *np.nanquantile(values, [tail, 1 - tail]).tolist())

    @classmethod
    def within(cls, middle: float, standard_error: float) -> Band:
        """Give the normal band around an estimate."""
        reach = float(norm.ppf((1 + LEVEL) / 2)) * standard_error
        return cls(middle, middle - reach, middle + reach)

    def holds(self, value: float) -> bool:
        """Tell whether a value lies between the two ends."""
        return self.low <= value <= self.high

    @property
    def has_ends(self) -> bool:
        """Tell whether chance has a part in it."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


@dataclass(frozen=True)
class Row:
    """What is measured, the real value, and what each market makes of it."""

    name: str
    form: str  # how it is written, a key of `FORMS`
    real: Band
    markets: Mapping[str, Band]
    sample: str = UNKNOWN  # "in" if the market was fitted to these weeks, "out" if it never saw them
    published: float | None = None
    matters: str = ""  # what hangs on it, a sentence
    judged_by: Literal["market", "real", "nobody"] = "market"  # whose band; "nobody": not comparable

    def verdict(self, market: str) -> str:
        """Say "inside" or "outside"; a dash where nothing is to be judged."""
        band = self.markets[market]
        if self.judged_by == "nobody" or not band.has_ends:
            return UNKNOWN
        agree = band.holds(self.real.middle) if self.judged_by == "market" else self.real.holds(band.middle)
        return "inside" if agree else "outside"

    def gap(self, market: str) -> float:
        """Give how far the real value lies from the market's middle, in half bands: ±1 is the edge."""
        band = self.markets[market]
        return (self.real.middle - band.middle) / ((band.high - band.low) / 2)

    def shown(self, value: float) -> str:
        """Write a value in the form of this row."""
        return FORMS[self.form](value)

    def with_ends(self, band: Band) -> str:
        """Write a band: middle (low to high)."""
        if not band.has_ends:
            return self.shown(band.middle)
        return f"{self.shown(band.middle)} ({self.shown(band.low)} to {self.shown(band.high)})"


def table(rows: list[Row], real: str = "real") -> str:
    """Write rows as a Markdown table; all have the same markets. `real` heads the column beside them."""
    markets, published = list(rows[0].markets), any(row.published is not None for row in rows)
    head = ["measure", "sample", *(["published"] if published else []), real]
    for market in markets:
        head += [market, *(["verdict"] if any(row.markets[market].has_ends for row in rows) else [])]
    lines = [head, ["---"] * len(head)]
    lines += [_cells(row, published, "verdict" in head) for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: Row, published: bool, verdicts: bool) -> list[str]:
    cells = [row.name, row.sample]
    if published:
        cells.append(UNKNOWN if row.published is None else f"{row.published:g}")
    cells.append(row.with_ends(row.real))
    for market, band in row.markets.items():
        cells.append(row.with_ends(band))
        if verdicts and band.has_ends:
            verdict = row.verdict(market)
            cells.append(f"**{verdict}**" if verdict == "outside" else verdict)
    return cells
