"""Contact: messages and offers, what they stir, and what they wear out.

A campaign chooses people by what the record shows and writes to them on one channel. Who is reached may
open the message, click, and shop more that week; the dormant may wake, and some of the lost return. What
an offer does to those who click is a matter of pricing. Each message tires a little; too many drive
people to opt out, and in the end away.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import field_validator

from sim.campaign import CHANNELS, Campaign, ChannelName
from sim.chance import Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Cause, Kind, Stage
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

SEND_MINUTE = 9 * 60  # messages go out on Monday at nine
SECOND_ACCOUNTS = (
    SEND_MINUTE - 1
)  # and to these a minute before, so the log tells the two apart (`sim.split`)
RESTED = 0.01  # less fatigue than this is none: lives that have diverged meet again

HILLSTROM = "Hillstrom 2008, MineThatData e-mail test (visits 10.6 % without, 15.1-18.3 % with an e-mail)"
FATIGUE = "Zhang, Kumar & Cosguner 2017, JMR 54(6); Ansari, Mela & Neslin 2008, JMR 45(1)"
COUPONS = "Anderson & Simester 2004, Marketing Science 23(1)"


class Channel(Data):
    """One way to reach people."""

    cost: float = parameter("cost of a message", "currency", SCENARIO, ge=0, le=1e4)
    consent_share: float = parameter("people who may be reached on it", "share", SCENARIO, ge=0, le=1)
    open_share: float = parameter("rested people who notice a message", "share", HILLSTROM, ge=0, le=1)
    click_share: float = parameter(
        "of those, who follow a message without an offer", "share", HILLSTROM, ge=0, le=1
    )
    fatigue: float = parameter("fatigue that a message adds", "fatigue", FATIGUE, ge=0, le=10)
    opt_out_share: float = parameter(
        "rested people who opt out after a message", "share", FATIGUE, ge=0, le=1
    )

    @field_validator("cost")
    @classmethod
    def _whole_cents(cls, cost: float) -> float:
        if abs(cost * 100 - round(cost * 100)) > 1e-6:
            raise ValueError(f"{cost} is no whole number of cents, and the books are kept in cents.")
        return cost


class Parameters(Data):
    """How people answer messages and offers."""

    channels: dict[ChannelName, Channel] = parameter("the channels of this market", "-", SCENARIO)
    preference_spread: float = parameter(
        "how differently people like a channel: log-normal", "-", FATIGUE, 0.3, ge=0, le=3
    )
    reminder_lift: float = parameter(
        "buying in the week of an opened message, more by", "share", HILLSTROM, 0.10, ge=0, le=5
    )
    offer_click: float = parameter(
        "clicks on an offer of 100 %, more by; in proportion below", "share", COUPONS, 5.0, ge=0, le=50
    )
    away_attention: float = parameter(
        "attention of those dormant or gone, beside a customer's",
        "share",
        "Thomas, Blattberg & Fox 2004, JMR 41(1)",
        0.5,
        ge=0,
        le=1,
    )
    wake_on_click: float = parameter(
        "dormant customers who wake when they click", "share", ASSUMED, 0.5, ge=0, le=1
    )
    return_on_click: float = parameter(
        "lost customers who return when they click",
        "share",
        "Thomas, Blattberg & Fox 2004, JMR 41(1)",
        0.15,
        ge=0,
        le=1,
    )
    fatigue_keep: float = parameter("fatigue left after a week", "share", FATIGUE, 0.7, ge=0, lt=1)
    tolerance: float = parameter("fatigue that nobody leaves for", "fatigue", FATIGUE, 3.0, ge=0, le=100)
    contact_toll: float = parameter(
        "patience that a point of fatigue above it takes", "patience a week", FATIGUE, 0.01, ge=0, le=10
    )


# -- what a firm decides ---------------------------------------------------------------------------


class Levers(Data):
    """What bounds all campaigns together."""

    budget: float | None = parameter(
        "money for messages; the best customers of the last 52 weeks first",
        "currency a week",
        PLAN,
        None,
        slider=(0, 500, 10),
        absent="no limit",
        ge=0,
        le=1e9,
    )
    messages_a_week: int | None = parameter(
        "no more messages than this to one person", "messages", PLAN, None, absent="no limit", ge=0, le=5
    )


# -- what people are like --------------------------------------------------------------------------


@dataclass(slots=True)
class Columns:
    """Shapes (people,) and (channels, people)."""

    consent: npt.NDArray[np.bool_]  # (channels, people)
    preference: npt.NDArray[np.float32]  # (channels, people), around 1
    fatigue: npt.NDArray[np.float32]  # (channels, people)
    publicity: float = 0.0  # mean discount that this week's messages offer, over all people

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw consent, likings and sensitivity; without parameters nobody can be reached."""
        n = len(person)
        if these is None:
            nobody = np.zeros((0, n), np.float32)
            return cls(nobody.astype(bool), nobody, nobody)
        offered = [these.channels.get(name) for name in CHANNELS]
        likes = [luck.normal(Purpose.PREFERENCE, person, 0, code) for code in range(len(CHANNELS))]
        allows = [luck.uniform(Purpose.CONSENT, person, 0, code) for code in range(len(CHANNELS))]
        return cls(
            consent=np.array(
                [u < (c.consent_share if c else 0.0) for u, c in zip(allows, offered, strict=True)]
            ),
            preference=np.exp(these.preference_spread * np.array(likes)).astype(np.float32),
            fatigue=np.zeros((len(CHANNELS), n), np.float32),
        )


# -- the weekly process ----------------------------------------------------------------------------


class Contact:
    """Monday's post: last week sinks in, then this week's campaigns go out."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.campaigns: list[tuple[int, Campaign]] = []  # numbered through all plans of the run

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: let people rest from last week's messages, then send what is due."""
        while True:
            week = yield self.world.calendar.hour("contact")
            self.rest()
            self.send_all(week)

    def rest(self) -> None:
        """Let people recover from messages; those who had too many lose patience."""
        me, these = self.world.people.contact, self.these
        me.fatigue *= np.float32(these.fatigue_keep)
        me.fatigue *= me.fatigue >= RESTED
        weary = np.maximum(me.fatigue.sum(axis=0) - these.tolerance, 0.0)  # (people,)
        self.world.people.patience.burden(Cause.CONTACT, these.contact_toll * weary)

    def send_all(self, week: int) -> None:
        """Send the campaigns that are due, in the plan's order, as far as budget and caps allow."""
        letters = np.zeros((len(CHANNELS), self.world.record.size), bool)  # by box: records, not people
        self.world.people.contact.publicity = 0.0
        purse = np.inf if self.levers.budget is None else round(self.levers.budget * 100)  # cents
        for number, campaign in self.campaigns:
            if campaign.due(week):
                code, price = CHANNELS.index(campaign.channel), self._price(campaign)
                boxes = self._addressees(campaign, number, week, letters)
                boxes = self._affordable(boxes, price, purse)
                purse -= price * len(boxes)
                letters[code, boxes] = True
                self.post(boxes, number, campaign, week)

    def _price(self, campaign: Campaign) -> int:
        return round(self.these.channels[campaign.channel].cost * 100)

    def _addressees(
        self, campaign: Campaign, number: int, week: int, letters: npt.NDArray[np.bool_]
    ) -> Integers:
        """Find the boxes that a campaign may and will write to; keep its control group aside."""
        world, code = self.world, CHANNELS.index(campaign.channel)
        boxes = world.record.boxes(campaign.to, campaign.about)
        if campaign.channel == "store":  # only who came in last week can be given something
            boxes = boxes[world.record.came_since((week - 1) * MINUTES_A_WEEK, boxes)]
        boxes = boxes[world.people.contact.consent[code, boxes % world.size] & ~letters[code, boxes]]
        if self.levers.messages_a_week is not None:
            boxes = boxes[letters[:, boxes].sum(axis=0) < self.levers.messages_a_week]
        if world.done_share < 1:  # the rest is planned but not done
            who = boxes % world.size
            boxes = boxes[world.luck.happens(world.done_share, Purpose.EXECUTION, who, week, code)]
        if campaign.personal:
            boxes = boxes[~world.people.privacy.plain[boxes % world.size]]
        if campaign.holdout:
            control = world.luck.happens(campaign.holdout, Purpose.HOLDOUT, boxes % world.size)
            who = np.unique(boxes[control] % world.size)
            world.log.write(Kind.HELD_OUT, week * MINUTES_A_WEEK + SEND_MINUTE, who, code, number)
            boxes = boxes[~control]
        return boxes

    def _affordable(self, boxes: Integers, price: int, purse: float) -> Integers:
        """Keep as many as the purse pays for: those who spent most in the last 52 weeks."""
        if price * len(boxes) <= purse:
            return boxes
        best = np.argsort(-self.world.record.spend_of(boxes), kind="stable")
        return np.sort(boxes[best[: int(purse // price)]])

    def post(self, boxes: Integers, number: int, campaign: Campaign, week: int) -> None:
        """Put a message into each box; who has two finds it in both, which only costs and tires."""
        size, code = self.world.size, CHANNELS.index(campaign.channel)
        second = boxes >= size
        minute = week * MINUTES_A_WEEK + np.where(second, SECOND_ACCOUNTS, SEND_MINUTE)
        self.world.log.write(Kind.SENT, minute, boxes % size, code, number, self._price(campaign))
        again = second & np.isin(boxes - size, boxes) if second.any() else second
        self.send(boxes[~again] % size, number, campaign, week)
        if again.any():
            self.tire_of(boxes[again] % size, number, code, self.these.channels[campaign.channel], week, 1)

    def send(self, who: Integers, number: int, campaign: Campaign, week: int) -> None:
        """Let a message reach each; who opens it may click, who clicks holds the offer."""
        world, me, these = self.world, self.world.people.contact, self.these
        code, channel = CHANNELS.index(campaign.channel), these.channels[campaign.channel]
        sent = week * MINUTES_A_WEEK + SEND_MINUTE

        away = world.people.shopping.asleep[who] | (world.people.entry.stage[who] == Stage.LEFT)
        attention = channel.open_share * me.preference[code, who] * np.exp(-me.fatigue[code, who])
        attention = attention * np.where(away, these.away_attention, 1.0)  # (sent,)
        opened = who[world.luck.happens(attention, Purpose.OPEN, who, week, code)]
        seen = sent + np.floor(world.luck.uniform(Purpose.DELAY, opened, week, code) * 2_880).astype(np.int64)
        world.log.write(Kind.OPENED, seen, opened, code, number)
        relevance = world.people.needs.relevance(campaign.fits, opened)  # (opened,)
        relevance *= world.people.basket.relevance(campaign.about, opened, sent)
        world.people.shopping.lift[opened] *= 1 + these.reminder_lift * relevance
        me.publicity += campaign.offer.discount * len(who) / max(world.size, 1)

        pull = campaign.offer.discount * world.people.pricing.sensitivity[opened]  # (opened,)
        follows = channel.click_share * relevance * (1 + these.offer_click * pull)
        if campaign.personal:
            world.people.privacy.profile(who)
            follows *= world.people.privacy.insight[opened]
        clicks = world.luck.happens(follows, Purpose.CLICK, opened, week, code)
        world.log.write(Kind.CLICKED, seen[clicks], opened[clicks], code, number)
        self.win_over(opened[clicks], seen[clicks], number, week, code)
        if world.pricing and campaign.offer.discount:
            world.pricing.hand_out(opened[clicks], seen[clicks], number, campaign.offer.discount)
        self.tire_of(who, number, code, channel, week)

    def win_over(self, who: Integers, seen: Integers, number: int, week: int, code: int) -> None:
        """Wake some of the dormant who clicked, and bring back some of the lost, from that minute on."""
        world, shopping, entry = self.world, self.world.people.shopping, self.world.people.entry
        luck = world.luck.uniform(Purpose.AWAKENING, who, week, code)
        lost = entry.stage[who] == Stage.LEFT
        back = lost & (luck < self.these.return_on_click)
        woken = ~lost & shopping.asleep[who] & (luck < self.these.wake_on_click)
        world.people.patience.renew(world.luck, who[back])
        spell = world.people.patience.spell[who[back]]
        world.log.write(Kind.RETURNED, seen[back], who[back], code, number, spell)
        world.log.write(Kind.WOKE, seen[woken], who[woken], code, number)
        won = back | woken
        entry.stage[who[won]] = Stage.CUSTOMER
        shopping.asleep[who[won]] = False
        shopping.begin[who[won]] = (seen[won] - week * MINUTES_A_WEEK + 0.5) / MINUTES_A_WEEK

    def tire_of(
        self, who: Integers, number: int, code: int, channel: Channel, week: int, letter: int = 0
    ) -> None:
        """Let a message tire those who got it; some want no more on this channel, for ever."""
        me = self.world.people.contact
        annoyance = channel.opt_out_share * (1 + me.fatigue[code, who])  # (sent,)
        me.fatigue[code, who] += np.float32(channel.fatigue)
        place = code + letter * len(CHANNELS)
        out = who[
            self.world.luck.happens(annoyance, Purpose.OPT_OUT, who, week, place) & me.consent[code, who]
        ]
        me.consent[code, out] = False
        self.world.log.write(Kind.OPTED_OUT, week * MINUTES_A_WEEK + SEND_MINUTE, out, code, number)
