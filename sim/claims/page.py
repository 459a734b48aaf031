"""The page: `docs/claims.md`, put together from the verdicts; each number on it comes from the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import numpy as np

from sim.claims.claim import Claim, Estimate, Kind, Untried, Verdict

UNKNOWN = "-"
UNTRIED = "untried"
KINDS = (*get_args(Kind), UNTRIED)
FIGURE = "claims.png"

INTRODUCTION = """# Claims on trial

Courses on CRM state results as facts: "repurchase rose from 28 to 52 %". The kit takes each of them as a
hypothesis (假设) and tries it in its market. `python -m sim.claims` writes this page, and keeps the value of
every seed in `claims.csv`; `python -m sim.claims C02` tries one claim again.

**What a row is.** A statement is no experiment yet. So each claim is read first: which metric (指标), in
which window (时间窗口), beside which comparator (对照), in per cent or in percentage points (百分点). Then
the market lives twice with the same seed (随机种子), that is the same people with the same luck: once with
what the claim recommends, and once without. What differs is what it did. Chance still moves that from seed to
seed, so *found* is the mean over many seeds, and the brackets are its 95 % confidence interval (置信区间).
Positive is what was stated.

**How it is judged.**

- *reproduced* (复现): read as it is, the result is beyond chance, that is the interval lies above 0, and it
  reaches the stated figure. Where no figure is stated, beyond chance is enough. A level (水平值), such as
  "90 % renew", has no 0 to be told from; it must only reach the figure, from above where the figure is stated
  as small.
- *reproduced only if …*: not so as it is read, but under a condition that is named: another comparator,
  another window, or a parameter of the market set elsewhere in its range. The reading was fixed before the
  claim was tried; conditions show on what it hangs, and some were chosen when its first result was known.
- *not reproduced*: under none of the conditions tried. The verdict says in which direction the result points.
- *untried*: the market cannot put it to the test, and the last section says why.

No parameter was changed to make a claim come out. And mind what a verdict is worth:

- *reproduced* says that a market with these assumptions does the like, not that it is true. Many sizes in
  this market are assumed; `validation.md` says which were held against real customers.
- *not reproduced* does not say that somebody lied. The figure may come from another firm, from another
  comparator, or from a good year that is told without the bad ones.
- If the condition is a comparator without the same people in it (members beside others, this year beside the
  last), the figure can be had, and still tells nothing about what was done.
- The wider the interval, the sooner it reaches a figure. And 1 in 20 intervals misses what it is about.
"""


def page(verdicts: Sequence[Verdict], untried: Sequence[Untried]) -> str:
    """Put the page together."""
    return "\n".join(
        [
            INTRODUCTION,
            *_glance(verdicts, untried),
            *_all(verdicts, untried),
            "## Each claim\n",
            *(line for verdict in verdicts for line in _section(verdict)),
            *_untried(untried),
        ]
    )


def unit(claim: Claim) -> str:
    """Name the unit of a claim; a level is a share."""
    return "%" if claim.level else claim.unit


def size(claim: Claim, value: float, form: str = ".1f") -> str:
    """Write a number of a claim, a difference with its sign; what rounds to 0 has none of its own."""
    text = f"{value:z{form}}" if claim.level else f"{value:+z{form}}"
    return text.replace("-", "\N{MINUS SIGN}")


def stated(claim: Claim) -> str:
    """Write the figure of a claim."""
    if claim.figure is None:
        return "none"
    figure = f"{size(claim, claim.figure, 'g')} {unit(claim)}"
    return f"at most {figure}" if claim.at_most else figure


def found(claim: Claim, estimate: Estimate) -> str:
    """Write an estimate with its interval."""
    if not estimate.seeds:
        return UNKNOWN
    values = estimate.mean, estimate.low, estimate.high
    form = ".2f" if np.nanmax(np.abs(values)) < 1 else ".1f"  # of what is small, one place more
    middle, low, high = (size(claim, value, form) for value in values)
    return f"{middle} {unit(claim)} ({f'{low} to {high}' if np.isfinite(estimate.low) else 'one seed'})"


def _glance(verdicts: Sequence[Verdict], untried: Sequence[Untried]) -> Iterator[str]:
    """Count the verdicts of each kind, and name the claims."""
    numbers: dict[str, list[str]] = {name: [] for name in KINDS}
    for verdict in verdicts:
        numbers[verdict.kind].append(verdict.claim.number)
    numbers[UNTRIED] = [claim.number for claim in untried]
    seeds = max((estimate.seeds for verdict in verdicts for estimate in verdict.estimates), default=0)
    yield "## At a glance\n"
    yield from _table(
        ["verdict", "claims", "which"],
        ([name, str(len(which)), ", ".join(which) or UNKNOWN] for name, which in numbers.items()),
    )
    yield f"\n{len(verdicts)} claims were tried, each on {seeds} seeds. Those that state a size:\n"
    yield f"![What is stated and what was found: the table below says the same in numbers.]({FIGURE})\n"


def _all(verdicts: Sequence[Verdict], untried: Sequence[Untried]) -> Iterator[str]:
    """Write a row for each claim, tried or not."""
    rows = {
        verdict.claim.number: [
            f"[{verdict.claim.number}](#{verdict.claim.number.lower()})",
            verdict.claim.says,
            stated(verdict.claim),
            found(verdict.claim, verdict.estimates[0]),
            f"**{verdict.words}**" if verdict.reproduced else verdict.words,
        ]
        for verdict in verdicts
    }
    rows |= {claim.number: [claim.number, claim.says, UNKNOWN, UNKNOWN, UNTRIED] for claim in untried}
    yield "## All claims\n"
    head = ["claim", "what is stated", "figure", "found (95 % interval)", "verdict"]
    yield from _table(head, (rows[number] for number in sorted(rows)))
    yield ""


def _section(verdict: Verdict) -> Iterator[str]:
    """Say of a claim how it is read, where it is tried, what was found, and what to know about it."""
    claim = verdict.claim
    yield f"### {claim.number}\n"
    yield f"**{claim.says}** Figure: {stated(claim)}. Verdict: *{verdict.words}*.\n"
    yield f"- *Reading*: {claim.reading}"
    yield f"- *Market*: {claim.market}"
    if claim.remark:
        yield f"- *Remark*: {claim.remark}"
    yield ""
    yield from _table(
        ["condition", "found (95 % interval)", "seeds", "as stated"],
        (
            [each.condition, found(claim, each), str(each.seeds), "yes" if each.bears_out(claim) else "no"]
            for each in verdict.estimates
        ),
    )
    yield ""


def _untried(untried: Sequence[Untried]) -> Iterator[str]:
    """Say of each claim that was not tried why."""
    yield "## Untried\n"
    yield from (f"- **{claim.number}** {claim.says} {claim.why}" for claim in untried)
    yield "" if untried else "None.\n"


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Write a Markdown table, line by line."""
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"
