"""A measure: how each number of `sim.validation.cohort` is called, written and judged."""

from __future__ import annotations

from dataclasses import dataclass

from sim.calibration import PUBLISHED


@dataclass(frozen=True)
class Measure:
    """A number measured of a cohort."""

    group: str  # the section of the page
    name: str
    form: str  # see `sim.validation.row.FORMS`
    sample: str  # "in": weeks 1-39 only; "out": weeks after them have a part in it
    matters: str
    published: float | None = None


LAWS, ORDERS, MONEY, RETURN = "laws", "orders", "money", "return"
RATE = "The lessons on customer value fit these laws; they would find other customers here."
GROWTH = "It is the number of orders that a firm left alone would get."
CLUB = "How much hangs on few customers, and so what tiers and key accounts can bring."
UNASKED = (
    "Whoever comes back unasked was not won back. Where the market has too few of them, win-back looks "
    "better here than it is; where it has too many, worse."
)
LISTS = "It says how far a list of last year's best can be trusted for the next."

_BG_NBD, _SPEND = PUBLISHED["bg_nbd"], PUBLISHED["gamma_gamma"]
REPEATS = {13: 828, 26: 1746, 39: 2457, 52: 3183, 65: 3844, 78: 4339}  # Fader & Hardie 2001

MEASURES: dict[str, Measure] = {
    "r": Measure(LAWS, "BG/NBD r", "index", "in", RATE, _BG_NBD["r"]),
    "alpha": Measure(LAWS, "BG/NBD alpha, weeks", "number", "in", RATE, _BG_NBD["alpha"]),
    "a": Measure(LAWS, "BG/NBD a", "number", "in", RATE, _BG_NBD["a"]),
    "b": Measure(LAWS, "BG/NBD b", "number", "in", RATE, _BG_NBD["b"]),
    "p": Measure(LAWS, "gamma-gamma p", "number", "in", RATE, _SPEND["p"]),
    "q": Measure(LAWS, "gamma-gamma q", "number", "in", RATE, _SPEND["q"]),
    "v": Measure(LAWS, "gamma-gamma v, dollars", "number", "in", RATE, _SPEND["v"]),
    **{
        f"repeats_{week}": Measure(
            ORDERS, f"repeat orders by week {week}", "count", "in" if week <= 39 else "out", GROWTH, total
        )
        for week, total in REPEATS.items()
    },
    "repeats_late": Measure(ORDERS, "repeat orders in weeks 40–78 alone", "count", "out", GROWTH),
    "no_repeat": Measure(ORDERS, "no repeat order by week 39", "share", "in", GROWTH),
    "top_share_39": Measure(MONEY, "revenue share of the top fifth, weeks 1–39", "share", "in", CLUB),
    "gini_39": Measure(MONEY, "Gini index, weeks 1–39", "index", "in", CLUB),
    "top_share_78": Measure(MONEY, "revenue share of the top fifth, weeks 1–78", "share", "out", CLUB),
    "gini_78": Measure(MONEY, "Gini index, weeks 1–78", "index", "out", CLUB),
    "missed": Measure(MONEY, "next top fifth missed by past spending", "share", "out", LISTS),
    "at_risk_back": Measure(RETURN, "return of high-value customers at risk", "share", "out", UNASKED),
    "quiet_back": Measure(RETURN, "return of repeat buyers gone quiet", "share", "out", UNASKED),
    "once_back": Measure(RETURN, "return of those without a repeat order", "share", "out", UNASKED),
    "tenth_before": Measure(MONEY, "top tenth, a head, weeks 1–39", "dollars", "in", LISTS),
    "tenth_after": Measure(MONEY, "the same tenth, a head, weeks 40–78", "dollars", "out", LISTS),
    "tenth_kept": Measure(MONEY, "the same tenth, spending kept", "share", "out", LISTS),
}
