"""A split record: people who order and write under two accounts, such as a shop card and a web account.

Nobody has told the firm that the two are one person. So it keeps two records with half the history each:
whoever shops every week looks like two who come now and then, gets every letter twice, and is a stranger to
the desk under the other account. Integration finds out whose records belong together, and merges them.

Seen from inside, each person has two *boxes*: the first has the person's number, the second that number
plus the number of people. Events are learned by box, as if boxes were people; all else follows. The second
account is used from the week after the first order became known, and what a person does in a minute is done
under one account. Programme, contract and surveys hang on the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.delays import Delays
from sim.events import BILL, Events, Kind
from sim.mask import Mask, places
from sim.post import SECOND_ACCOUNTS
from sim.purchases import UNKNOWN, Purchases
from sim.record import Record
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.scenario import Scenario

KINDS = np.arange(256)
SIDED = np.isin(KINDS, [*BILL, Kind.BASKET, Kind.TICKET])  # by kind: what is done under either account
ANSWERS = np.isin(KINDS, [Kind.OPENED, Kind.CLICKED])  # which belong where the letter went
PAGE = 4_096  # minutes: luck counts weeks and j below this, so a minute is a page and a line of it
WHO = PAGE - 1  # a page that no minute of a run reaches
ADDED = ("orders", "orders_52w", "cents", "cents_52w", "opened", "clicked", "tickets")  # when records merge
LATEST = ("last", "contact")
USUAL_SHARE = 0.1  # of people with a second account, where a scenario gives none; assumed


@dataclass(frozen=True)
class SecondAccounts:
    """Who has two accounts, and under which they act; a keyed draw for person and minute."""

    luck: Luck
    two: npt.NDArray[np.bool_]  # (people,)
    second_share: float

    @property
    def records(self) -> int:
        """How many records there can be, and one that stays empty for boxes that nobody has."""
        return len(self.two) + int(self.two.sum()) + 1

    def second(self, person: Integers, minute: Integers) -> npt.NDArray[np.bool_]:
        """Tell which of these acts of people with two accounts are done under the second."""
        return self.luck.happens(self.second_share, Purpose.SPLIT, person, minute // PAGE, minute % PAGE)


def split_share(scenario: Scenario) -> float:
    """Give the share of people with a second account: the usual one, unless the scenario says another."""
    these = scenario.stewardship
    if these is None or scenario.renewal:  # whoever signs a contract is known by it
        return 0.0
    return USUAL_SHARE if these.split_share is None else these.split_share


def record_of(scenario: Scenario, luck: Luck) -> Record:
    """Give the record of a market, not yet opened: split if its people have two accounts."""
    share, these = split_share(scenario), scenario.stewardship
    if these is None or not share:
        return Record(scenario.people, scenario.record, Purchases.of(scenario.basket, scenario.people))
    two = luck.happens(share, Purpose.SPLIT, np.arange(scenario.people), WHO)
    accounts = SecondAccounts(luck, two, these.second_share)
    return SplitRecord(scenario.record, accounts, Purchases.of(scenario.basket, accounts.records))


class SplitRecord(Record):
    """A record by box: two for each person, of which most people use one."""

    def __init__(self, delays: Delays, accounts: SecondAccounts, purchases: Purchases | None = None) -> None:
        self.people = len(accounts.two)
        super().__init__(2 * self.people, delays, purchases, accounts.records)
        self.accounts = accounts
        self.merged = np.zeros(self.people, bool)
        self.history: list[npt.NDArray[np.bool_]] = []  # which of each page's events go to second boxes

    # -- learning -------------------------------------------------------------------------------

    def learn(self, page: Events) -> None:
        """Take in a week's events under the accounts where they were done, then the week's mergers."""
        boxes = self._boxes_of(page)
        self.history.append(boxes >= self.people)
        super().learn(replace(page, person=boxes))
        self._merge(page.person[page.kind == int(Kind.MERGED)])

    def _boxes_of(self, page: Events) -> npt.NDArray[np.int32]:
        """Give the box of each event."""
        box = page.person.copy()
        sided = places(SIDED.take(page.kind))
        box[sided] = self.box_at(page.person[sided], page.minute[sided])
        sent = places(page.kind == int(Kind.SENT))
        to_second = page.minute[sent] % MINUTES_A_WEEK == SECOND_ACCOUNTS
        box[sent[to_second]] += self.people
        if to_second.any():
            only_second = np.setdiff1d(
                self._letter(page, sent[to_second]), self._letter(page, sent[~to_second])
            )
            answers = places(ANSWERS.take(page.kind))
            box[answers[np.isin(self._letter(page, answers), only_second)]] += self.people
        return box

    def _letter(self, page: Events, place: Integers) -> Integers:
        """Give the letter that events are about: to whom, of which campaign."""
        return page.person[place].astype(np.int64) << 32 | page.ref[place]

    def _take_in_programme(self, page: Events) -> None:
        """Book points and tiers on the first account, whichever an order was placed under."""
        card = np.where(page.person < self.people, page.person, page.person - self.people)
        super()._take_in_programme(replace(page, person=card))

    def _merge(self, person: Integers) -> None:
        """Add the second record of these people to their first, and close it."""
        first, second = self._of_person[person], self._of_person[person + self.people]
        for name in ADDED:
            column = getattr(self, name)
            column[first] += column[second]
        for name in LATEST:
            column = getattr(self, name)
            column[first] = np.maximum(column[first], column[second])
        self.purchases.merge(first, second)
        self.merged[person], self._closed[second] = True, True
        self._of_person[person + self.people] = first  # what becomes known late still finds its record

    def forget(self, who: Integers) -> None:
        """Delete both records of some people, and that the two are of one person."""
        boxes = np.concatenate([who, who + self.people])
        super().forget(boxes[self._of_person[boxes] != UNKNOWN])
        self.since[boxes] = self.monday
        self.merged[who] = False

    # -- asking ---------------------------------------------------------------------------------

    def box_at(self, person: Integers, minute: Integers) -> npt.NDArray[np.int64]:
        """Give the box under which a person acts at a minute."""
        has_two = self.accounts.two[person] & ~self.merged[person] & (self._of_person[person] != UNKNOWN)
        box, may = person.astype(np.int64), places(has_two)
        box[may] += self.people * self.accounts.second(box[may], minute[may].astype(np.int64))
        return box

    def second(self, events: Events) -> npt.NDArray[np.bool_]:
        """Tell which of all events learned stand in a person's second record by now."""
        second = np.concatenate([np.zeros(0, bool), *self.history])
        here = np.zeros(self.people + 1, bool)  # the last place is the firm's
        here[self.apart()] = True
        return second & here[events.person]

    def apart(self) -> Integers:
        """Find the people who stand in two records."""
        return places(self._known().all(axis=0) & ~self.merged)

    def _known(self) -> Mask:
        """Tell which accounts of each person have a record, (accounts, people); merged, they have one."""
        return self._of_person[:-1].reshape(2, self.people) != UNKNOWN

    def owners(self) -> Integers:
        """Whom each record belongs to, closed ones too."""
        return super().owners() % max(self.people, 1)

    def forgotten(self) -> Integers:
        """Find the people whose data are deleted and who have not ordered since, under any account."""
        return places((self.since[: self.people] > 0) & ~self._known().any(axis=0))

    def select(self, rule: Segment | Callable[[Any], Any]) -> Integers:
        """Find the people of whom a record fits, each once, in order of record."""
        return pd.unique(super().select(rule) % max(self.people, 1))

    def bought_since(self, minute: int) -> Integers:
        """Find the people with an order on a record since a minute, each once."""
        return np.unique(super().bought_since(minute) % max(self.people, 1))
