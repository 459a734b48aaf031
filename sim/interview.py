"""An interview: ask ten customers what would make them leave, and pay for the hour.

What they answer comes from what their patience has really gone on, as far as they can and will tell. This
reveals motives that no table of orders holds, but each voice is one voice, and some blame the price whatever
moves them. Whom to ask is chosen from the record, as everything a firm does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.chance import Floats, Integers, Luck, Purpose
from sim.data import Fault
from sim.events import Cause, Stage
from sim.market import simulate
from sim.population import Population
from sim.run import Run
from sim.texts import THEMES, write


@dataclass(frozen=True, eq=False)
class Interviews:
    """What customers said, what it cost, and, behind glass, what was really the matter."""

    statements: pd.Series[str]  # by record
    cost: float  # in the scenario's currency; it is not in the accounts of the run, which is over
    truth: (
        pd.DataFrame
    )  # by record: the person, what moves them ("nothing" where nothing does), what they said

    def __repr__(self) -> str:
        return f"{len(self.statements)} interviews, cost {self.cost:,.2f}"


def interview(run: Run, people: int | Iterable[int], week: int) -> Interviews:
    """Ask customers, on the Monday of a week, what would make them buy elsewhere (or why they do).

    Parameters
    ----------
    people
        How many, chosen at random from the record of that Monday; or which, by the number of their record.
    week
        From 0 to the run's last; the market is lived through once more up to there, unless it is the end.

    Raises
    ------
    Fault
        If the run has no such week, or the record of it no such customers.
    """
    luck = Luck(run.seed)
    record = _chosen(people, run.record(week).index.to_numpy(), luck, week)
    person = run.hidden_link.to_numpy()[record].astype(np.int64)
    moved, said = _motives(run, person, week)
    when = np.full(len(person), week)
    first, voice = np.ones_like(when), run.scenario.voice
    texts = write(said, luck, Purpose.INTERVIEW, person, when, first, "interview", voice.trade)
    index = pd.Index(record, name="record")
    truth = {
        "person": person,
        "moved_by": [_word(cause) for cause in moved],
        "spoke_of": [_word(c) for c in said],
    }
    cost = len(person) * voice.interview_cost
    return Interviews(pd.Series(texts, index, dtype=str, name="statement"), cost, pd.DataFrame(truth, index))


def _chosen(people: int | Iterable[int], on_record: Integers, luck: Luck, week: int) -> Integers:
    """Choose records by lot, or check those that were named."""
    if isinstance(people, int | np.integer) and not isinstance(people, bool):
        there = len(on_record)
        if not 0 <= people <= there:
            raise Fault(f"people: the record of week {week} has {there} customers, was asked for {people}.")
        lot = luck.uniform(Purpose.INTERVIEW, on_record, week)
        return np.sort(on_record[np.argsort(lot, kind="stable")[:people]])
    try:
        record = np.unique(np.array(list(people), np.int64))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Fault(f"people: expects a number, or records such as [3, 17], was given {people!r}.") from None
    strange = np.setdiff1d(record, on_record)
    if len(strange):
        raise Fault(
            f"people: number {strange[0]} is not on the record of week {week}, so it cannot be asked."
        )
    return record


def _motives(run: Run, person: Integers, week: int) -> tuple[list[Cause | None], list[Cause | None]]:
    """Find what moves each person, and what they will speak of."""
    luck, voice = Luck(run.seed), run.scenario.voice
    moved = _moved_by(_people_then(run, week), person, luck.uniform(Purpose.INTERVIEW, person, week, 4_000))
    evades = luck.happens(voice.evasion_share, Purpose.INTERVIEW, person, week, 4_001)
    said = [
        Cause.PRICE if evade and cause is not None else cause
        for cause, evade in zip(moved, evades, strict=True)
    ]
    return moved, said


def _people_then(run: Run, week: int) -> Population:
    """Give people as they were on the Monday of a week: a shorter run is the beginning of a longer one."""
    if week == run.scenario.weeks or not week:
        return run.people  # on the first Monday nobody is on record
    return simulate(run.scenario.but(weeks=week), run.timeline, run.seed).people


def _moved_by(people: Population, person: Integers, chance: Floats) -> list[Cause | None]:
    """Draw a cause by the patience that it has used up; nature's part counts for those who are gone."""
    used = np.zeros((len(THEMES), len(person)))
    for place, cause in enumerate(THEMES):
        if cause < len(people.patience.used):
            used[place] = people.patience.used[cause][person]
    used[THEMES.index(Cause.NATURE)] *= people.entry.stage[person] == Stage.LEFT
    sums = np.cumsum(used, axis=0)
    place = (chance * sums[-1] >= sums[:-1]).sum(axis=0)
    return [
        THEMES[at] if any_at_all else None
        for at, any_at_all in zip(place.tolist(), sums[-1] > 0, strict=True)
    ]


def _word(cause: Cause | None) -> str:
    return "nothing" if cause is None else cause.name.lower()
