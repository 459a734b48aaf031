"""A run: what happened, what the firm saw of it, what it earned, and, behind glass, the truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.accounts import Accounts
from sim.chance import Luck
from sim.clock import MINUTES_A_WEEK
from sim.data import Fault
from sim.events import Bond, Cause, Events, Kind, Stage, join
from sim.export import save_export
from sim.lines import lines_of
from sim.metrics import METRICS, summarise
from sim.need import NEEDS
from sim.record import Record
from sim.results import save_run
from sim.split import record_of

if TYPE_CHECKING:
    from sim.plan import Timeline
    from sim.population import Population
    from sim.scenario import Scenario

# who left, when, and what their patience had gone on: shapes (leaving,), (leaving,), (causes, leaving)
Account = tuple[npt.NDArray[np.integer], npt.NDArray[np.integer], npt.NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Run:
    """One market lived through once."""

    scenario: Scenario
    timeline: Timeline
    seed: int
    pages: tuple[Events, ...]  # the event log, a page a week
    people: Population  # as they are at the end
    defections: pd.DataFrame  # each with its account: the share of patience that went on each cause

    def __repr__(self) -> str:
        market = self.scenario
        return f"Run of {market.name}: {market.people} people, {market.weeks} weeks, seed {self.seed}"

    @cached_property
    def events(self) -> Events:
        """All events, sorted by (minute, person, kind)."""
        return join(list(self.pages))

    @cached_property
    def accounts(self) -> Accounts:
        """The money, in cents."""
        return Accounts.of(self.events, self.scenario)

    @cached_property
    def metrics(self) -> dict[str, float]:
        """The headline numbers by name; see `sim.metrics.METRICS` for what they mean."""
        return summarise(self)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """What the orders were made of, a row a line, to the cent; see `sim.lines.lines_of`."""
        return lines_of(self)

    def summary(self) -> pd.DataFrame:
        """Give the headline numbers with unit and meaning, rounded for reading."""
        currency = self.scenario.currency
        rows = {
            name: (metric.shown(self.metrics[name]), metric.in_unit(currency), metric.meaning)
            for name, metric in METRICS.items()
        }
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "unit", "how it is counted"])
        return table.rename_axis("metric")

    def record(self, week: int) -> pd.DataFrame:
        """Give what the firm knew on the Monday of a week at 00:00: exactly what its plan saw then.

        Raises
        ------
        Fault
            If the run has no such week.
        """
        if not isinstance(week, int | np.integer) or not 0 <= week <= self.scenario.weeks:
            raise Fault(f"week: this run has weeks 0 to {self.scenario.weeks}, was given {week!r}.")
        return self.replay(week).frame()

    def replay(self, week: int) -> Record:
        """Give the firm's record as it stood on the Monday of a week, with whom it belongs to."""
        record = record_of(self.scenario, Luck(self.seed))
        for monday, page in enumerate(self.pages[:week], 1):
            record.learn(page)
            # each Monday, as `processes/privacy.py` did
            record.forget_silent(self.timeline.at(monday).privacy.keep_weeks)
        return record

    def save(self, folder: str | Path) -> Path:
        """Write the run to a new folder; see `sim.results`."""
        return save_run(self, folder)

    def export(self, folder: str | Path, truth: bool = False) -> Path:
        """Write the customer data that a firm would hand over, as CSV and Parquet, to a new folder.

        They are as dirty as the scenario's `stewardship` section says; without it they are clean.

        Parameters
        ----------
        truth
            Also write the truth about them (whose numbers belong together, which values are wrong) to a
            second folder, whose name ends in `_truth`.

        Raises
        ------
        Fault
            If a folder exists or cannot be written.
        """
        return save_export(self, folder, truth)

    @cached_property
    def truth(self) -> pd.DataFrame:
        """What no firm can see: hidden traits, and how each person stands at the end. A row a person."""
        people, bonds = self.people, self.people.bonds.strength
        return pd.DataFrame(
            {
                "stage": _stages(people.entry.stage),
                "dormant": people.shopping.asleep & (people.entry.stage == Stage.CUSTOMER),
                **self._law_of_buying(),
                "sensitivity": people.pricing.sensitivity,
                "reference_price": people.pricing.reference,
                "satisfaction": people.experience.satisfaction / 100,
                "expectation": people.experience.expectation / 100,
                "patience_left": people.patience.left,
                "shield": people.patience.shield,
                "spell": people.patience.spell,
                **{f"{bond.name.lower()}_bond": bonds[bond] for bond in Bond},
                "sociability": people.acquisition.sociability,
                **self._choice_of_shop(),
                **self._likings(),
                **({"extra_work": people.fulfilment.extra} if self.scenario.fulfilment else {}),
            }
        ).rename_axis("person")

    def _likings(self) -> dict[str, npt.NDArray[np.floating]]:
        """Give the tastes of each person, and how many weeks a pack of a staple lasts them."""
        me = self.people.basket
        tastes = {f"taste_{name}": taste for name, taste in zip(me.names, me.taste, strict=True)}
        if me.has_households:
            tastes |= {"people_at_home": me.household}
        paces = zip(me.staples, me.lasts / MINUTES_A_WEEK, strict=True)
        return tastes | {f"lasts_{me.names[staple]}": weeks for staple, weeks in paces}

    def _law_of_buying(self) -> dict[str, npt.NDArray[np.floating]]:
        """Give the traits by which each person buys, freely or under contract."""
        if self.scenario.renewal:
            contract = self.people.renewal
            return {"leaves_after_term": -np.expm1(-contract.toll), "level": contract.level.astype(float)}
        assert self.scenario.shopping  # a scenario has one of the two
        me = self.people.shopping
        return {
            "orders_a_week": me.rate,
            "leaves_after_order": -np.expm1(-me.toll),
            "mean_order": self.scenario.shopping.spend_shape / me.spend_rate,
        }

    def _choice_of_shop(self) -> dict[str, npt.NDArray[Any]]:
        """Give what people want and where they buy it, in a market that knows of it."""
        found: dict[str, npt.NDArray[Any]] = {}
        if self.scenario.needs:
            me = self.people.needs
            found |= {"true_need": np.array(NEEDS)[me.need], "green_worth": me.green_worth}
            found |= {"delivered_value": me.value}
        if self.scenario.rival:
            found |= {"wallet_share": self.people.rival.share, "habit": self.people.rival.habit}
        return found

    def truth_at(self, week: int) -> pd.Series[str]:
        """How everybody stood on the Monday of a week: prospect, awake, dormant or left. No firm knows."""
        entry = self.people.entry.minute  # first order of those who came later, or -1
        state = np.where(entry < week * MINUTES_A_WEEK, "awake", "prospect").astype("<U8")
        moves = {Kind.LEFT: "left", Kind.RETURNED: "awake", Kind.DOZED: "dormant", Kind.WOKE: "awake"}
        events = self.events.where(self.events.minute <= week * MINUTES_A_WEEK)
        events = events.where(np.isin(events.kind, list(moves)))
        words = np.array([moves[Kind(kind)] for kind in events.kind.tolist()], "<U8")
        state[events.person] = words  # in order of time: the last one stays
        return pd.Series(state, name="state").rename_axis("person")

    @cached_property
    def hidden_link(self) -> pd.Series[int]:
        """Whom each record belongs to, by record; the firm does not know it."""
        return pd.Series(self.replay(self.scenario.weeks).owners(), name="person").rename_axis("record")


def _stages(codes: npt.NDArray[np.int8]) -> pd.Categorical:
    words = np.array(Stage.NAMES)
    return pd.Categorical(words[codes], list(Stage.NAMES))


def defection_table(accounts: list[Account]) -> pd.DataFrame:
    """Turn the accounts of those who left into shares by cause, a row a defection, in order of time."""
    causes = [cause.name.lower() for cause in Cause]
    if not accounts:
        return pd.DataFrame(columns=["person", "week", *causes]).astype({"person": int, "week": int})
    person = np.concatenate([who for who, _, _ in accounts])
    minute = np.concatenate([when for _, when, _ in accounts])
    used = np.concatenate([account for _, _, account in accounts], axis=1)  # (causes, defections)
    shares = np.zeros((len(causes), len(person)))
    shares[: len(used)] = used / sum(used)  # row by row: NumPy's own order hangs on how the array lies
    order = np.lexsort((person, minute))
    table = pd.DataFrame(shares.T[order], columns=causes)
    table.insert(0, "week", minute[order] // MINUTES_A_WEEK)
    table.insert(0, "person", person[order])
    return table
