"""The post: which messages go out this week, and to whom.

Stands between a plan and what messages do to people (`processes/contact.py`): a message on an occasion goes
before a mailing to many, and a mailing before those that stand after it in the plan, as far as consent, the
budget, the caps of channels and people, and what the firm really carries out allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.campaign import Campaign
from sim.chance import Integers, Purpose
from sim.channel import CAP_WEEKS, codes
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.occasions import Occasions
from sim.trigger import Trigger

if TYPE_CHECKING:
    from sim.processes.contact import Levers, Parameters
    from sim.world import World

SEND_MINUTE = 9 * 60  # messages go out on Monday at nine
SECOND_ACCOUNTS = SEND_MINUTE - 1  # and to these a minute before: the log tells the two apart (`sim.split`)


class Post:
    """The week's letters, and what is left of the purse."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.channels = these.channels
        self.code = codes(these.channels)  # in the log and for luck
        self.row = {name: row for row, name in enumerate(self.code)}  # in the columns
        self.campaigns: list[tuple[int, Campaign]] = []  # numbered through all plans of the run
        self.triggers: list[tuple[int, Trigger]] = []  # numbered on
        self.occasions = Occasions(world)
        self.letters = np.zeros((len(self.code), world.record.size), bool)  # boxes written to, by row
        self._mailings: dict[str, list[int]] = {name: [] for name in self.code}  # weeks of the last few

    def due(self, week: int, levers: Levers) -> Iterator[tuple[Integers, int, Campaign | Trigger]]:
        """Give each message of the week, with its number and the boxes it goes to, one by one.

        What a message does, such as making people opt out, bears on the next.
        """
        self.letters[:] = False
        purse = np.inf if levers.budget is None else round(levers.budget * 100)  # cents
        for number, message, chosen in self._drafts(week):
            price = round(self.channels[message.channel].cost * 100)
            boxes = self._addressees(chosen, number, message, week, levers)
            boxes = self._affordable(boxes, price, purse)
            purse -= price * len(boxes)
            self.letters[self.row[message.channel], boxes] = True
            if isinstance(message, Campaign) and len(boxes):
                self._mailings[message.channel].append(week)
            yield boxes, number, message

    def _drafts(self, week: int) -> Iterator[tuple[int, Campaign | Trigger, Integers]]:
        """Give the messages of the week in order of precedence, with the boxes they are meant for."""
        for number, trigger in self.triggers:
            yield number, trigger, self.occasions.due(number, trigger, week)
        for number, campaign in self.campaigns:
            if campaign.due(week) and self._may_mail(campaign.channel, week):
                yield number, campaign, self.world.record.boxes(campaign.to, campaign.about)

    def _may_mail(self, channel: str, week: int) -> bool:
        """Tell whether a channel still carries a mailing to many; messages on occasions do not count."""
        most, last = self.channels[channel].most_in_4_weeks, self._mailings[channel]
        last[:] = [then for then in last if then > week - CAP_WEEKS]
        return most is None or len(last) < most

    def _addressees(
        self, boxes: Integers, number: int, message: Campaign | Trigger, week: int, levers: Levers
    ) -> Integers:
        """Find which of the chosen boxes a message may and will reach; keep its control group aside."""
        world, code, row = self.world, self.code[message.channel], self.row[message.channel]
        if levers.spare_unsolved and world.desk:  # a person's other account is not known to be theirs
            boxes = boxes[~np.isin(boxes, world.desk.accounts_unsolved())]
        boxes = self.within_reach(boxes, message.channel, week)
        boxes = boxes[~self.letters[row][boxes]]
        if levers.messages_a_week is not None:
            boxes = boxes[self.letters[:, boxes].sum(axis=0) < levers.messages_a_week]
        if world.done_share < 1:  # the rest is planned but not done
            who = self._people(boxes)
            boxes = boxes[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, code)]
        if message.personal:
            boxes = boxes[~world.people.privacy.plain[self._people(boxes)]]
        if message.holdout:
            control = world.luck.happens(message.holdout, Purpose.HOLDOUT, self._people(boxes))
            who = np.unique(self._people(boxes[control]))
            world.log.write(Kind.HELD_OUT, week * MINUTES_A_WEEK + SEND_MINUTE, who, code, number)
            boxes = boxes[~control]
        return boxes

    def within_reach(self, boxes: Integers, channel: str, week: int) -> Integers:
        """Keep the boxes that a channel may reach: with consent, in person who came, in groups who listen."""
        if self.channels[channel].in_person:
            boxes = boxes[self.world.record.came_since((week - 1) * MINUTES_A_WEEK, boxes)]
        if self.channels[channel].members_only:
            boxes = boxes[self.world.people.community.listening(self._people(boxes))]
        return boxes[self.world.people.contact.consent[self.row[channel]][self._people(boxes)]]

    def _people(self, boxes: Integers) -> Integers:
        """Name whose boxes these are."""
        several = self.world.record.size > self.world.size
        return boxes % self.world.size if several else boxes

    def _affordable(self, boxes: Integers, price: int, purse: float) -> Integers:
        """Keep as many as the purse pays for: those who spent most in the last 52 weeks."""
        if price * len(boxes) <= purse:
            return boxes
        best = np.argsort(-self.world.record.spend_of(boxes), kind="stable")
        return np.sort(boxes[best[: int(purse // price)]])
