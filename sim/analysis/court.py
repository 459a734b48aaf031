"""A court (法庭): a claim of success stands trial, and both sides buy evidence from what the firm can see.

    market, shop, letter  ->  hearing  ->  price_list, buy  ->  exhibits (a share "retained" each)
    ->  testimony: the twin tells how many of those written to came because of the letter

The claim is that of a training deck: RFM finds high-value customers at risk, and 75 % of them are retained.
It says neither of whom, nor until when, nor what "retained" is: each exhibit is one such reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import rfm
from sim.campaign import Campaign
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Fault
from sim.events import Kind
from sim.experiment import collect, mean_and_interval, share_and_interval
from sim.market import simulate
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario

CLAIM = 0.75
AT_RISK, HIGH = "high value at risk", ("champions", "loyal", "high value at risk")
FREE, PIECES, PURSE = "written to", 3, 6  # coins a side has for three pieces
HALF_YEAR = 26  # weeks
EARLY, LATE, WORTH = 4, 13, 400  # of the other list: weeks of silence, and currency spent in a year
HALF = "of those written to: ordered in half a year"
READINGS = (FREE, "longer", "as before", "other list", "top row")  # they have a meaning without a letter, too
COLUMNS = ["people", "retained", "low", "high"]
Mask = npt.NDArray[np.bool_]
People = npt.NDArray[np.integer[Any]]


def at_risk(record: Any) -> Mask:
    """Choose who stands in the square "high value at risk" of the RFM map; for a campaign's `to`."""
    columns = ("recency_weeks", "orders_52w", "spend_52w")
    table = pd.DataFrame({name: np.asarray(getattr(record, name)) for name in columns})
    return np.asarray(rfm.segments(rfm.score(rfm.of_record(table))) == AT_RISK)


@dataclass(frozen=True, eq=False)
class Hearing:
    """All that the firm can lay before the court: one year with the letter, and one with a lot."""

    run: Run  # everybody on the list is written to, as far as they allow it
    tested: Run  # by lot, half of them
    week: int  # when the list was drawn up first

    def listed(self, week: int | None = None) -> People:
        """Give the people on the list of a week."""
        record = self.run.record(self.week if week is None else week)
        return _people(self.run, record.index[at_risk(record)])

    def written(self) -> People:
        """Give the people on the first list who were written to within half a year."""
        return self._did(Kind.SENT)

    def _did(self, kind: Kind) -> People:
        return np.intersect1d(self.listed(), _who(self.run, kind, self.week, HALF_YEAR))

    def groups(self, name: str) -> dict[str, tuple[People, People]]:
        """Give the groups of an exhibit: of whom, and who of all people count as retained."""
        return EVIDENCE[name].groups(self)

    def __repr__(self) -> str:
        return f"Hearing of {self.run.scenario.name}: the list of week {self.week}"


@dataclass(frozen=True)
class Evidence:
    """A piece on the price list."""

    price: int
    words: str
    groups: Callable[[Hearing], dict[str, tuple[People, People]]]


def hearing(market: Scenario, shop: Plan, letter: Campaign, seed: int, week: int = WEEKS_A_YEAR) -> Hearing:
    """Let the firm write its letter for a year, once to all on the list, and once to half of them by lot.

    Parameters
    ----------
    shop
        The plan, beside the letter.
    letter
        To `court.at_risk`, from `week` on.
    """
    by_lot = letter.but(holdout=0.5)
    run, tested = (simulate(market, _with(shop, one), seed) for one in (letter, by_lot))
    return Hearing(run, tested, week)


def price_list() -> pd.DataFrame:
    """List the evidence that a side may buy, with its price in coins."""
    rows = {name: (piece.price, piece.words) for name, piece in EVIDENCE.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["coins", "what it is"]).rename_axis("piece")


def buy(case: Hearing, *pieces: str) -> pd.DataFrame:
    """Buy three pieces of evidence, for six coins at most.

    Returns
    -------
    A row for each group that a piece tells of: `people`, `retained` (the share of them, by its reading),
    and `low` and `high`, its 95 % interval (Wilson 1927).

    Raises
    ------
    Fault
        If there are not three different pieces of the list, or they cost too much.
    """
    for name in pieces:
        if name not in EVIDENCE:
            raise Fault(f'buy: there is no piece "{name}". There are: {", ".join(EVIDENCE)}.')
    if len(set(pieces)) != PIECES or len(pieces) != PIECES:
        raise Fault(f"buy: a side buys {PIECES} different pieces, not {len(pieces)} with {len(set(pieces))}.")
    price = sum(EVIDENCE[name].price for name in pieces)
    if price > PURSE:
        raise Fault(f"buy: these pieces cost {price} coins, and a side has {PURSE}. Choose a cheaper one.")
    return exhibits(case, *pieces)


def exhibits(case: Hearing, *pieces: str) -> pd.DataFrame:
    """Lay any pieces on the table, whatever they cost; all of them unless some are named. See `buy`."""
    rows = {
        (piece, group): _row(of, kept)
        for piece in pieces or EVIDENCE
        for group, (of, kept) in case.groups(piece).items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    table.index = pd.MultiIndex.from_tuples(rows, names=["piece", "group"])
    return table.astype({"people": int})


def testimony(
    market: Scenario, shop: Plan, letter: Campaign, replications: int = 8, jobs: int = 1
) -> pd.DataFrame:
    """Let the twin testify what those written to would have done without the letter.

    Returns
    -------
    A row a market: of 100 on the first list who were written to within half a year, how many ordered in it
    `anyway`, `because` of the letter, and not in spite of it (`lost`); how many stayed away because of it
    (`driven away`); `with letter` and `without` (who ordered in either life); and `people`, how many were
    written to.
    """
    measure = partial(_fates, shop=shop, week=letter.first_week)
    found = collect(market, _with(shop, letter), measure, replications, jobs=jobs)
    columns = ["people", "anyway", "because", "driven away", "lost"]
    table = pd.DataFrame(found, columns=columns).rename_axis("market")
    table["with letter"] = table["anyway"] + table["because"]
    table["without"] = table["anyway"] + table["driven away"]
    return table.set_axis(table.index + 1).rename_axis("market")


def readings(
    market: Scenario, shop: Plan, letter: Campaign, replications: int = 8, jobs: int = 1
) -> pd.DataFrame:
    """Measure the share retained by several readings, with the letter and without it, on many markets.

    Returns
    -------
    A row a reading, means over markets in per cent: `with letter`, `without`, and their `difference` with its
    95 % interval, `low` to `high`.
    """
    measure = partial(_shares, shop=shop, week=letter.first_week)
    found = 100 * collect(
        market, _with(shop, letter), measure, replications, jobs=jobs
    )  # (markets, readings, 2)
    gaps = found[:, :, 0] - found[:, :, 1]
    table = pd.DataFrame(found.mean(axis=0), columns=["with letter", "without"])
    table[["difference", "low", "high"]] = [mean_and_interval(pd.Series(gap)) for gap in gaps.T]
    words = [EVIDENCE[name].words if name in EVIDENCE else HALF for name in READINGS]
    return table.set_axis(pd.Index(words, name="retained means"))


def _shares(run: Run, shop: Plan, week: int) -> npt.NDArray[np.float64]:
    """Give the share retained of the same people in both lives, by each reading; shape (readings, 2)."""
    case, other = (Hearing(life, life, week) for life in (run, simulate(run.scenario, shop, run.seed)))
    table = []
    for name in READINGS:
        ((of, kept),) = (case.groups(name) if name in EVIDENCE else _plainly(case)).values()
        ((_, instead),) = (other.groups(name) if name in EVIDENCE else _plainly(other)).values()
        table.append([np.isin(of, kept).mean(), np.isin(of, instead).mean()])
    return np.array(table)


def _fates(run: Run, shop: Plan, week: int) -> npt.NDArray[np.float64]:
    """Count the fates of those written to, of 100."""
    other = simulate(run.scenario, shop, run.seed)
    people = Hearing(run, run, week).written()
    came, would = (np.isin(people, _who(life, Kind.ORDER, week, HALF_YEAR)) for life in (run, other))
    fates = (came & would, came & ~would, ~came & would, ~came & ~would)
    return np.array([len(people), *(100 * fate.mean() for fate in fates)])


def _with(shop: Plan, letter: Campaign) -> Plan:
    return shop.but(campaigns=[letter, *shop.campaigns])


def _row(of: People, kept: People) -> tuple[float, ...]:
    """Give how many, the share retained, and its interval."""
    share, low, high = share_and_interval(np.isin(of, kept).sum(), len(of))
    return len(of), float(share), float(low), float(high)


def _people(run: Run, records: pd.Index[int]) -> People:
    return np.unique(run.hidden_link[records].to_numpy())


def _who(run: Run, kind: Kind, week: int, weeks: int, ref: int | None = None) -> People:
    """Give the people to whom something happened in some weeks."""
    events = run.events.of(kind)
    age = events.minute - week * MINUTES_A_WEEK
    inside = (age >= 0) & (age < weeks * MINUTES_A_WEEK)
    return np.unique(events.person[inside if ref is None else inside & (events.ref == ref)])


def _again(case: Hearing, weeks: int = HALF_YEAR, run: Run | None = None, week: int | None = None) -> People:
    """Give who ordered in the weeks after the list."""
    return _who(run or case.run, Kind.ORDER, case.week if week is None else week, weeks)


def _plainly(case: Hearing) -> dict[str, tuple[People, People]]:
    return {FREE: (case.written(), _again(case))}


def _earlier(case: Hearing) -> dict[str, tuple[People, People]]:
    week = case.week - HALF_YEAR
    return {f"list of week {week}": (case.listed(week), _again(case, week=week))}


def _top_row(case: Hearing) -> dict[str, tuple[People, People]]:
    record = case.run.record(case.week)
    names = rfm.segments(rfm.score(rfm.of_record(record)))
    return {"all high value": (_people(case.run, record.index[names.isin(HIGH)]), _again(case))}


def _other_list(case: Hearing) -> dict[str, tuple[People, People]]:
    record = case.run.record(case.week)
    silent = record["recency_weeks"].between(EARLY, LATE)
    records = record.index[silent & (record["spend_52w"] >= WORTH)]
    return {f"silent {EARLY} to {LATE} weeks": (_people(case.run, records), _again(case))}


def _on_file(case: Hearing) -> dict[str, tuple[People, People]]:
    written = case.written()
    return {FREE: (written, np.setdiff1d(written, case._did(Kind.OPTED_OUT)))}


def _as_before(case: Hearing) -> dict[str, tuple[People, People]]:
    orders = case.run.events.of(Kind.ORDER)
    week, size = orders.minute // MINUTES_A_WEEK, case.run.scenario.people
    year = (week >= case.week - WEEKS_A_YEAR) & (week < case.week)
    half = (week >= case.week) & (week < case.week + HALF_YEAR)
    before, after = (np.bincount(orders.person[some], minlength=size) for some in (year, half))
    return {FREE: (case.written(), np.flatnonzero(after >= before / 4))}  # half of what half a year had


def _unreached(case: Hearing) -> dict[str, tuple[People, People]]:
    return {"not reached": (np.setdiff1d(case.listed(), case.written()), _again(case))}


def _by_lot(case: Hearing) -> dict[str, tuple[People, People]]:
    came, listed = _again(case, run=case.tested), case.listed()
    chosen = {FREE: Kind.SENT, "left alone": Kind.HELD_OUT}
    sides = {name: _who(case.tested, kind, case.week, HALF_YEAR, 1) for name, kind in chosen.items()}
    return {name: (np.intersect1d(listed, side), came) for name, side in sides.items()}


EVIDENCE = {
    "opened": Evidence(
        1,
        "of those who opened: ordered in half a year",
        lambda case: {"opened": (case._did(Kind.OPENED), _again(case))},
    ),
    "clicked": Evidence(
        1,
        "of those who clicked: ordered in half a year",
        lambda case: {"clicked": (case._did(Kind.CLICKED), _again(case))},
    ),
    "longer": Evidence(
        1,
        "of those written to: ordered in a whole year",
        lambda case: {FREE: (case.written(), _again(case, WEEKS_A_YEAR))},
    ),
    "on file": Evidence(1, "of those written to: may still be written to", _on_file),
    "top row": Evidence(1, "of all of high value: ordered in half a year", _top_row),
    "as before": Evidence(2, "of those written to: half as often as before", _as_before),
    "other list": Evidence(2, f"another list, silent {EARLY} to {LATE} weeks: ordered", _other_list),
    "not reached": Evidence(2, "of those who allow no texts: ordered", _unreached),
    "earlier": Evidence(2, "list of half a year before, no text: ordered", _earlier),
    "by lot": Evidence(3, "half written to, half left alone: ordered", _by_lot),
}
