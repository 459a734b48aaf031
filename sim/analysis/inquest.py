"""The inquest: from what the firm saw of a customer who left to what they left for.

A case is a customer's file. A team stakes its confidence on the causes, then opens the account of patience,
and the stake is scored against it. Many cases together tell how much a file can tell at all. What would have
helped is a matter of `sim.analysis.remedy`.

    run  ->  cases  ->  Case.open(stake)  ->  Finding;  detectives

The score is half the squared distance of two lists of shares, a part of Brier's (1950, Monthly Weather
Review 78): the best a team can do is to write down what it believes. 0 is best; 1 is all on one cause, when
it was all another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.clock import MINUTES_A_WEEK
from sim.events import BILL, HIDDEN, Cause, Events, Kind, Stage
from sim.fault import Fault
from sim.run import Run

CAUSES = tuple(cause.name.lower() for cause in Cause)
QUARTER = 13  # weeks
LOUD = 1.5  # messages a week: who got more in their last quarter was written to often
UNHAPPY = 6  # an answer to the survey that is no higher is a detractor's
COUNTED = {
    "orders": Kind.ORDER,
    "messages": Kind.SENT,
    "opened": Kind.OPENED,
    "opted_out": Kind.OPTED_OUT,
    "complaints": Kind.TICKET,
    "complaints_solved": Kind.RESOLVED,
}

Shares = npt.NDArray[np.float64]  # (causes,)


def cases(run: Run, orders: int = 12, from_week: int = 52) -> tuple[Case, ...]:
    """List the customers who left for good, in the order in which they did.

    Parameters
    ----------
    orders
        Only those with at least so many: a file with two orders tells nothing.
    from_week
        Only those who left in this week or later.

    Raises
    ------
    Fault
        If there are none.
    """
    record = pd.Series(run.hidden_link.index, run.hidden_link)  # by person
    bought = np.bincount(run.events.of(Kind.ORDER).person, minlength=run.scenario.people)
    table = left_for_good(run)
    who = table["person"].to_numpy()
    fits = (bought[who] >= orders) & (table["week"].to_numpy() >= from_week)
    if not fits.any():
        raise Fault(
            f"cases: nobody with {orders} orders or more left from week {from_week} on; ask for fewer orders."
        )
    shares = table[list(CAUSES)].to_numpy(float)
    found = zip(who[fits].tolist(), shares[fits], strict=True)
    return tuple(Case(run, person, int(record[person]), account) for person, account in found)


def left_for_good(run: Run) -> pd.DataFrame:
    """Give the last defection of each person who did not come back: the rows of `run.defections`."""
    last = run.defections.drop_duplicates("person", keep="last")
    return last[run.people.entry.stage[last["person"].to_numpy()] == Stage.LEFT]


def score(stake: Shares, account: Shares) -> float:
    """Score shares staked against true ones: half the squared distance; 0 is best, 1 worst."""
    return float(((stake - account) ** 2).sum() / 2)


@dataclass(frozen=True, eq=False)
class Case:
    """A customer who left: what the firm has on file. The truth stays shut until `open`."""

    run: Run
    person: int
    record: int
    _account: Shares

    @cached_property
    def seen(self) -> Events:
        """All that the firm saw of this customer, to the end of the run; not that they left."""
        events = self.run.events
        return events.where((events.person == self.person) & (events.kind < HIDDEN))

    def file(self, weeks: int = QUARTER) -> pd.DataFrame:
        """Give the file, a row for so many weeks: counts of events, and money spent."""
        if not isinstance(weeks, int) or weeks < 1:
            raise Fault(f"file: weeks is a whole number from 1, was given {weeks!r}.")
        seen, periods = self.seen, -(-self.run.scenario.weeks // weeks)
        place = np.minimum(seen.minute // (weeks * MINUTES_A_WEEK), periods - 1)
        table = pd.DataFrame({"from_week": weeks * np.arange(periods)})
        for name, kind in COUNTED.items():
            table[name] = np.bincount(place[seen.kind == kind], minlength=periods)
        paid = np.array([BILL.get(Kind(kind), 0) for kind in seen.kind.tolist()]) * seen.value
        table["spent_currency"] = np.bincount(place, paid / 100, minlength=periods)
        return table.set_index("from_week")

    @property
    def last_order(self) -> int:
        """The minute of the last order: all the firm knows of the end."""
        return int(self.seen.of(Kind.ORDER).minute[-1])

    @property
    def last_quarter(self) -> Events:
        """What the firm saw in the 13 weeks up to the last order."""
        since = self.last_order - self.seen.minute
        return self.seen.where((since >= 0) & (since < QUARTER * MINUTES_A_WEEK))

    @property
    def last_sign(self) -> str:
        """The cause that the last thing on file, up to the last order, seems to name."""
        for kind, value in zip(*(column[::-1].tolist() for column in self._signs()), strict=True):
            if kind == Kind.TICKET:
                return "service"
            if kind == Kind.RESOLVED:
                return "product"
            if kind == Kind.SENT:
                return "contact"
            if kind == Kind.NPS and value <= UNHAPPY:
                return "competitor"
        return "nature"

    def _signs(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        return self.last_quarter.kind, self.last_quarter.value

    @property
    def like(self) -> str:
        """Say whether this customer has ever complained, and was written to often: files that look alike."""
        complained = "complained" if len(self.seen.of(Kind.TICKET)) else "never complained"
        often = len(self.last_quarter.of(Kind.SENT)) / QUARTER > LOUD
        return f"{complained}, {'written to often' if often else 'written to seldom'}"

    def open(self, stake: Mapping[str, float]) -> Finding:
        """Open the account of patience, and score what a team has staked on each cause, in per cent.

        Raises
        ------
        Fault
            If a cause has no such name, or the stakes do not add up to 100.
        """
        for name, part in stake.items():
            if name not in CAUSES:
                raise Fault(f'stake: there is no cause "{name}". There are: {", ".join(CAUSES)}.')
            if not 0 <= part <= 100:
                raise Fault(f"stake: {name} gets 0 to 100 per cent, was given {part}.")
        total = sum(stake.values())
        if abs(total - 100) > 1e-6:
            raise Fault(f"stake: the parts must add up to 100 per cent, they add up to {total:g}.")
        return Finding(self, np.array([stake.get(name, 0) for name in CAUSES]) / 100, self._account)

    def __repr__(self) -> str:
        orders, week = len(self.seen.of(Kind.ORDER)), self.last_order // MINUTES_A_WEEK
        return f"Record {self.record}: {orders} orders, the last in week {week}. Cause of death: not opened."


@dataclass(frozen=True, eq=False)
class Finding:
    """A stake beside the account: shown as a few sentences."""

    case: Case
    staked: Shares
    account: Shares

    @property
    def cause(self) -> str:
        """The cause that used up most patience."""
        return CAUSES[int(self.account.argmax())]

    @property
    def named(self) -> bool:
        """Whether more was staked on this cause (or on one that used up as much) than on any other."""
        most = np.flatnonzero(self.staked == self.staked.max())
        return len(most) == 1 and bool(self.account[most[0]] == self.account.max())

    @property
    def score(self) -> float:
        """0 is best, 1 worst; see `score`."""
        return score(self.staked, self.account)

    @property
    def table(self) -> pd.DataFrame:
        """The causes with a stake or a part in it, in per cent."""
        table = pd.DataFrame({"staked": 100 * self.staked, "account": 100 * self.account}, index=list(CAUSES))
        return table[(table > 0).any(axis=1)].rename_axis("cause, per cent")

    def __repr__(self) -> str:
        first, *others = np.flatnonzero(self.staked == self.staked.max())
        most = "nothing above all, at most" if others else f"{CAUSES[first]} above all,"
        lines = [
            f"Record {self.case.record}, the account of patience",
            f"  You said     {most} {100 * self.staked.max():.0f} %.",
            f"  It was       {self.cause} above all, {100 * self.account.max():.0f} %.",
            f"  {'Named' if self.named else 'Not named'}. Score {self.score:.2f} (0 is best, 1 is worst).",
        ]
        return "\n".join(lines)


def detectives(files: Sequence[Case]) -> pd.DataFrame:
    """Let five detectives, each with a rule, work on the same cases.

    * *nothing but life* opens no file and writes nature, with certainty;
    * *the last sign* writes, with certainty, what the last thing on file seems to name; see `Case.last_sign`;
    * *all alike* stakes the same on each cause that is at work in any of the cases;
    * *the averages* stakes the mean account of all the other cases;
    * *like cases* stakes the mean account of the other cases whose files look alike; see `Case.like`.

    The last two have been told the truth about the others: no firm gets as far from its files alone.

    Returns
    -------
    A row a detective: `named` (share of the cases where most was staked on the leading cause) and `score`
    (mean; 0 is best).

    Raises
    ------
    Fault
        With fewer than two cases.
    """
    if len(files) < 2:
        raise Fault(f"detectives: expects two cases or more, was given {len(files)}.")
    accounts = np.array([case._account for case in files])  # (cases, causes)
    at_work = accounts.any(axis=0)
    staked = {
        "nothing but life": np.array([_all_on("nature")] * len(files)),
        "the last sign": np.array([_all_on(case.last_sign) for case in files]),
        "all alike": np.tile(at_work / at_work.sum(), (len(files), 1)),
        "the averages": _of_others(accounts, [""] * len(files)),
        "like cases": _of_others(accounts, [case.like for case in files]),
    }
    rows = {}
    for name, stakes in staked.items():
        found = [Finding(*each) for each in zip(files, stakes, accounts, strict=True)]
        rows[name] = (np.mean([each.named for each in found]), np.mean([each.score for each in found]))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["named", "score"]).rename_axis("detective")


def _all_on(cause: str) -> Shares:
    return (np.array(CAUSES) == cause).astype(float)


def _of_others(accounts: npt.NDArray[np.float64], groups: Sequence[str]) -> Shares:
    """Give each case the mean account of the others of its group, or of all others if it is alone there."""
    stakes = np.empty_like(accounts)
    everybody = np.ones(len(accounts), bool)
    for place, group in enumerate(groups):
        alike = np.array([other == group for other in groups])
        others = alike if alike.sum() > 1 else everybody
        stakes[place] = (accounts[others].sum(axis=0) - accounts[place]) / (others.sum() - 1)
    return stakes
