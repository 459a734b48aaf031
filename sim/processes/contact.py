"""Contact: messages and offers, what they stir, and what they wear out.

A campaign chooses people by what the record shows and writes to them on one channel; a trigger writes to a
single customer when the occasion is there, which is noticed more often: a first order, a long silence, a
complaint, a higher tier, a birthday, a basket left, a pack that runs out (`sim/trigger.py`). Who is reached
may open the message, click, and shop more that week; the dormant may wake, and some of the lost return. What
an offer does to those who click is a matter of pricing. Each message tires a little; too many drive people to
opt out, and in the end away. Big words are followed more often, and believed: what was promised is then
expected. Offers that a week's mailings take to most whom a channel reaches are public; one to a segment, or
on an occasion, is between the firm and its customer.

    opens  = open_share x liking of the channel x exp(-fatigue) x occasion
    clicks = click_share x relevance x (1 + offer_click x discount x sensitivity)
             x (1 + promise_click x promise)
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import field_validator

from sim.campaign import EVERYBODY, Campaign
from sim.chance import Floats, Integers, Luck, Purpose
from sim.channel import FATIGUE, HILLSTROM, MOST, Channel, ChannelName, codes
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Cause, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.post import SECOND_ACCOUNTS, SEND_MINUTE, Post
from sim.trigger import Trigger

if TYPE_CHECKING:
    from sim.world import World

SECOND_LETTERS = 64  # luck counts the letters to second accounts from here on
RESTED = 0.01  # less fatigue than this is none: lives that have diverged meet again

OCCASIONS = (
    "Goic, Rojas & Saavedra 2021, J. Interactive Marketing 55: messages set off by what a customer did; "
    "size assumed"
)
PROMISES = (
    "Kopalle & Lehmann 2006, Marketing Science 25(1): a higher promise sells more at first; size assumed"
)
COUPONS = "Anderson & Simester 2004, Marketing Science 23(1)"


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
    occasion_attention: float = parameter(
        "attention to a message on an occasion, beside one to many", "share", OCCASIONS, 1.3, ge=0, le=5
    )
    promise_click: float = parameter(
        "clicks on words that promise perfection, more by; in proportion below",
        "share",
        PROMISES,
        0.5,
        ge=0,
        le=10,
    )
    promise_lift: float = parameter(
        "buying in that week of those who follow such words, more by", "share", PROMISES, 0.2, ge=0, le=5
    )
    seen_share: float = parameter(
        "offers are public, and a rival hears of them, if a week's mailings take them to more than this of "
        "those whom their channel may reach",
        "share",
        ASSUMED,
        0.5,
        ge=0,
        le=1,
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
    untimely_toll: float = parameter(
        "patience that a message takes from somebody whose complaint is not solved",
        "patience a message",
        SCENARIO,
        0.0,
        ge=0,
        le=10,
    )
    contact_toll: float = parameter(
        "patience that a point of fatigue above it takes", "patience a week", FATIGUE, 0.01, ge=0, le=10
    )

    @field_validator("channels")
    @classmethod
    def _are_not_too_many(cls, channels: dict[str, Channel]) -> dict[str, Channel]:
        if len(channels) > MOST:
            raise ValueError(f"a market has at most {MOST} channels, was given {len(channels)}.")
        return channels


# -- what a firm decides ---------------------------------------------------------------------------


class Levers(Data):
    """What bounds all messages together."""

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
    spare_unsolved: bool = parameter(
        "no message to an account whose complaint is not solved: marketing looks at the desk first",
        "-",
        PLAN,
        False,
    )


# -- what people are like --------------------------------------------------------------------------


@dataclass(slots=True)
class Columns:
    """Shape (channels, people): a row for each channel of this market, in the order of `codes`."""

    consent: npt.NDArray[np.bool_]
    preference: npt.NDArray[np.float32]  # around 1
    fatigue: npt.NDArray[np.float32]
    codes: tuple[int, ...] = ()  # of each row, in the event log
    publicity: float = 0.0  # mean discount that this week's public mailings offer, over all people

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers) -> Columns:
        """Draw consent, likings and sensitivity; without parameters nobody can be reached."""
        n = len(person)
        if these is None:
            nobody = np.zeros((0, n), np.float32)
            return cls(nobody.astype(bool), nobody, nobody)
        number = codes(these.channels)
        likes = [luck.normal(Purpose.PREFERENCE, person, 0, code) for code in number.values()]
        allows = [luck.uniform(Purpose.CONSENT, person, 0, code) for code in number.values()]
        shares = [these.channels[name].consent_share for name in number]
        shape = (len(number), n)
        return cls(
            consent=np.array([u < share for u, share in zip(allows, shares, strict=True)]).reshape(shape),
            preference=np.exp(these.preference_spread * np.array(likes).reshape(shape)).astype(np.float32),
            fatigue=np.zeros(shape, np.float32),
            codes=tuple(number.values()),
        )


# -- the weekly process ----------------------------------------------------------------------------


@dataclass(slots=True)
class Offers:
    """What a channel's mailings of a week offer."""

    reach: int  # boxes that the channel may reach
    told: int = 0  # boxes that got an offer
    discounts: float = 0.0  # sum over people


class Contact:
    """Monday's post: last week sinks in, then this week's campaigns go out."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.post = Post(world, these)
        self.used: set[int] = set()  # rows of the channels that have ever tired anybody
        self.offers: dict[str, Offers] = {}  # this week's, by channel

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: let people rest from last week's messages, then send what is due."""
        while True:
            week = yield self.world.calendar.hour("contact")
            self.rest()
            self.offers.clear()
            for boxes, number, message in self.post.due(week, self.levers):
                self.deliver(boxes, number, message, week)
            self.world.people.contact.publicity = self.publicity()

    def rest(self) -> None:
        """Let people recover from messages; those who had too many lose patience."""
        me, these = self.world.people.contact, self.these
        used = sorted(self.used)
        tired = me.fatigue[used] * np.float32(these.fatigue_keep)  # (channels in use, people)
        np.putmask(tired, tired < RESTED, 0)
        me.fatigue[used] = tired
        fatigue = tired.sum(axis=0)  # (people,)
        weary = places(fatigue > these.tolerance)
        toll = these.contact_toll * (fatigue[weary] - these.tolerance)
        self.world.people.patience.burden(Cause.CONTACT, toll, weary)

    def deliver(self, boxes: Integers, number: int, message: Campaign | Trigger, week: int) -> None:
        """Put a message into each box; who has two finds it in both, which only costs and tires."""
        size, name = self.world.size, message.channel
        second = boxes >= size
        if self.these.untimely_toll and self.world.desk:
            angry = [ticket.person for ticket in self.world.desk.unsolved()]
            untimely = boxes[np.isin(boxes % size, angry)] % size
            self.world.people.patience.burden(Cause.CONTACT, self.these.untimely_toll, untimely)
        minute = week * MINUTES_A_WEEK + np.where(second, SECOND_ACCOUNTS, SEND_MINUTE)
        cents = round(self.these.channels[name].cost * 100)
        self.world.log.write(Kind.SENT, minute, boxes % size, self.post.code[name], number, cents)
        again = second.copy()
        if again.any():
            again[second] = np.isin(boxes[second] - size, boxes[~second])
        who = boxes[~again] % size
        if isinstance(message, Campaign) and message.offer.discount:
            self.count_offer(message, len(boxes), len(who), week)
        self.send(who, number, message, week)
        if again.any():
            self.tire_of(boxes[again] % size, number, name, week, letter=1)

    def count_offer(self, campaign: Campaign, boxes: int, people: int, week: int) -> None:
        """Count an offer among its channel's of the week, none of which goes to a box twice."""
        if campaign.channel not in self.offers:
            everybody = self.world.record.boxes(EVERYBODY)
            reach = len(self.post.within_reach(everybody, campaign.channel, week))
            self.offers[campaign.channel] = Offers(reach)
        offers = self.offers[campaign.channel]
        offers.told += boxes
        offers.discounts += campaign.offer.discount * people

    def publicity(self) -> float:
        """Give the mean discount of the week's public offers, over all people."""
        least = self.these.seen_share
        public = [offers.discounts for offers in self.offers.values() if offers.told > least * offers.reach]
        return sum(public) / max(self.world.size, 1)

    def send(self, who: Integers, number: int, message: Campaign | Trigger, week: int) -> None:
        """Let a message reach each; who opens it may click, who clicks holds the offer."""
        world, these, channel = self.world, self.these, self.these.channels[message.channel]
        code, sent = self.post.code[message.channel], week * MINUTES_A_WEEK + SEND_MINUTE

        opened = who[world.luck.happens(self.attention(who, message), Purpose.OPEN, who, week, code)]
        delay, click = world.luck.uniforms((Purpose.DELAY, Purpose.CLICK), opened, week, code)
        seen = sent + np.floor(delay * 2_880).astype(np.int64)
        world.log.write(Kind.OPENED, seen, opened, code, number)
        relevance = world.people.needs.relevance(message.fits, opened)  # (opened,)
        relevance *= world.people.basket.relevance(message.about, opened, sent)
        world.people.shopping.lift[opened] *= 1 + these.reminder_lift * relevance

        pull = message.offer.discount * world.people.pricing.sensitivity[opened]  # (opened,)
        follows = channel.click_share * relevance * (1 + these.offer_click * pull)
        follows = follows * (1 + these.promise_click * message.promise)
        if message.personal:
            world.people.privacy.profile(who)
            follows *= world.people.privacy.insight[opened]
        clicks = click < follows
        world.log.write(Kind.CLICKED, seen[clicks], opened[clicks], code, number)
        self.win_over(opened[clicks], seen[clicks], number, week, code)
        if world.pricing and message.offer.discount:
            world.pricing.hand_out(opened[clicks], seen[clicks], number, message.offer.discount)
        if message.promise:
            world.people.shopping.lift[opened[clicks]] *= 1 + these.promise_lift * message.promise
            world.people.experience.hope(message.promise, opened[clicks])
        self.tire_of(who, number, message.channel, week)

    def attention(self, who: Integers, message: Campaign | Trigger) -> Floats:
        """Give the chance that each notices a message, shape (sent,)."""
        people, me, row = self.world.people, self.world.people.contact, self.post.row[message.channel]
        away = people.shopping.asleep[who] | (people.entry.stage[who] == Stage.LEFT)
        open_share = self.these.channels[message.channel].open_share
        attention = open_share * me.preference[row][who] * np.exp(-me.fatigue[row][who])
        attention = attention * np.where(away, self.these.away_attention, 1.0)
        on_occasion = isinstance(message, Trigger)
        return attention * self.these.occasion_attention if on_occasion else attention

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

    def tire_of(self, who: Integers, number: int, name: str, week: int, letter: int = 0) -> None:
        """Let a message tire those who got it; some want no more on this channel, for ever."""
        me, channel = self.world.people.contact, self.these.channels[name]
        code, row = self.post.code[name], self.post.row[name]
        self.used.add(row)
        annoyance = channel.opt_out_share * (1 + me.fatigue[row][who])  # (sent,)
        me.fatigue[row][who] += np.float32(channel.fatigue)
        place = code + letter * SECOND_LETTERS
        out = who[
            self.world.luck.happens(annoyance, Purpose.OPT_OUT, who, week, place) & me.consent[row][who]
        ]
        me.consent[row][out] = False
        self.world.log.write(Kind.OPTED_OUT, week * MINUTES_A_WEEK + SEND_MINUTE, out, code, number)
