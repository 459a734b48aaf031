"""Community: groups of the firm's own (私域社群), in which customers talk with advisers and each other.

The firm invites customers; the sociable and the satisfied join. Members read what is posted and buy a little
more:

    joins = join share x sociability x exp(steepness x (S - 7))
    buying = usual x (1 + post lift x (1 - exp(-posts / worth)))

Those who ask something are answered as far as the advisers' hours go:

    answers = min(questions, hours x 60 / answer_minutes)

An answer warms, and nourishes the social bond. A question that nobody answers disappoints, and some leave
over it. Every post makes some members mute the group, or leave. Members who still listen recommend the shop
more often.

    mutes = 1 - (1 - mute share) ^ posts,     leaves = 1 - (1 - leave share) ^ posts

Members would buy more than others also without a group: only a twin or a lot tells what the group does.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Integers, Purpose
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.data import Data
from sim.events import FIRM, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter
from sim.segment import Segment

if TYPE_CHECKING:
    from sim.world import World

INVITE_MINUTE = 11 * 60  # on Monday at eleven
INVITING = 120  # what of a plan is done: the invitations
NEUTRAL_SATISFACTION = 7.0  # of 10
OUTSIDE, MEMBER, MUTED, GONE = range(4)

CLUBS = "Algesheimer, Dholakia & Herrmann 2005, J. Marketing 69(3): clubs of car owners; size assumed"
SOCIAL_DOLLARS = (
    "Manchanda, Packard & Pattabhiramaiah 2015, Marketing Science 34(3): 19 % more spent; Algesheimer et al. "
    "2010, Marketing Science 29(4): in an experiment nothing, or less. A value between"
)


class Parameters(Data):
    """How people take to a group, and what it costs to run one."""

    join_share: float = parameter(
        "invited customers of satisfaction 7 who join", "share a week", ASSUMED, 0.03, ge=0, le=1
    )
    join_steepness: float = parameter(
        "a point of satisfaction more multiplies it by exp of this", "per point", CLUBS, 0.3, ge=0, le=3
    )
    post_lift: float = parameter(
        "buying of members who read many posts, more by", "share", SOCIAL_DOLLARS, 0.08, ge=0, le=5
    )
    posts_worth: float = parameter(
        "posts that bring 63 % of it", "posts a week", ASSUMED, 3.0, gt=0, le=1_000
    )
    mute_share: float = parameter(
        "members whom a post makes mute the group", "share a post", ASSUMED, 0.005, ge=0, le=1
    )
    leave_share: float = parameter(
        "members whom a post makes leave it", "share a post", ASSUMED, 0.001, ge=0, le=1
    )
    talk_share: float = parameter(
        "members of mean sociability who ask something", "share a week", ASSUMED, 0.10, ge=0, le=1
    )
    answer_minutes: float = parameter(
        "an adviser's time for an answer", "minutes", SCENARIO, 10.0, gt=0, le=1_000
    )
    answer_warmth: float = parameter(
        "step of warmth to its highest by an answer", "share", CLUBS, 0.3, ge=0, le=1
    )
    unanswered_drop: float = parameter(
        "satisfaction that a question nobody answers takes", "points of 10", ASSUMED, 0.3, ge=0, le=10
    )
    unanswered_leave: float = parameter(
        "members who leave over a question nobody answers", "share", ASSUMED, 0.05, ge=0, le=1
    )
    attend_share: float = parameter(
        "members of mean sociability who come to an event", "share", ASSUMED, 0.2, ge=0, le=1
    )
    event_worth: float = parameter(
        "money for an event that gives 63 % of the warmth of an answer",
        "currency per 1 000 people",
        ASSUMED,
        100.0,
        gt=0,
        le=1e6,
    )
    word_lift: float = parameter(
        "recommending of members who listen, more by", "share", CLUBS, 0.5, ge=0, le=10
    )
    hour_cost: float = parameter("an hour of an adviser", "currency", SCENARIO, 20.0, ge=0, le=1e4)
    post_cost: float = parameter("writing a post", "currency", SCENARIO, 20.0, ge=0, le=1e5)


class Levers(Data):
    """How the firm leads its groups; without invitations nobody joins."""

    invite: Segment | None = parameter("who is invited", "-", PLAN, None, absent="nobody")
    advisers: float = parameter(
        "time of advisers in the groups",
        "hours a week per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 20, 0.5),
        ge=0,
        le=1e4,
    )
    posts: int = parameter("posts to members", "posts a week", PLAN, 0, slider=(0, 21, 1), ge=0, le=200)
    event: float = parameter(
        "an event or a live stream for members",
        "currency per 1 000 people",
        PLAN,
        0.0,
        slider=(0, 500, 10),
        ge=0,
        le=1e6,
    )
    event_every: int = parameter(
        "weeks from one event to the next", "weeks", PLAN, 4, slider=(1, 26, 1), ge=1, le=520
    )


@dataclass(slots=True)
class Columns:
    """Membership; shape (people,)."""

    status: npt.NDArray[np.int8]  # outside, member, a member who has muted the group, gone for good

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin without members."""
        if these is None:
            return cls(np.broadcast_to(np.int8(OUTSIDE), len(person)))
        return cls(np.full(len(person), OUTSIDE, np.int8))

    def listening(self, who: Integers) -> npt.NDArray[np.bool_]:
        """Tell which of these people are in a group and have not muted it."""
        return self.status[who] == MEMBER


class Community:
    """Monday's invitations and posts; Sunday's answers, and what they leave."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: invite and post on Monday; on Sunday members ask, come, go quiet or go."""
        while True:
            week = yield self.world.calendar.hour("contact")
            running = self.levers != Levers() or bool(self.world.people.community.status.any())
            if running:
                self.pay(week)
                self.invite(week)
                self.post()
            yield self.world.calendar.hour("loyalty")
            if running:
                self.talk(week)
                self.meet(week)
                self.weary(week)
                self.world.people.acquisition.speak_up(1 + self.these.word_lift, self.listeners())

    @property
    def done(self) -> float:
        """Of the hours, posts and events planned, what is really done."""
        return self.world.done_share

    def event_in(self, week: int) -> float:
        """Give the money for an event in this week, in currency per 1 000 people."""
        return self.levers.event * self.done if week % self.levers.event_every == 0 else 0.0

    def pay(self, week: int) -> None:
        """Pay advisers, posts and events, as far as they are really done."""
        levers, these, thousands = self.levers, self.these, self.world.size / 1_000
        money = thousands * (levers.advisers * self.done * these.hour_cost + self.event_in(week))
        money += levers.posts * self.done * these.post_cost
        if money:
            self.world.log.note(Kind.HOSTED, week * MINUTES_A_WEEK, FIRM, value=round(money * 100))

    def invite(self, week: int) -> None:
        """Invite the chosen who have never been members; the sociable and the satisfied join sooner."""
        world, people, these = self.world, self.world.people, self.these
        if self.levers.invite is None:
            return
        who = np.sort(world.record.select(self.levers.invite))
        who = who[(people.community.status[who] == OUTSIDE) & (people.entry.stage[who] == Stage.CUSTOMER)]
        if self.done < 1:  # the rest is planned but not done
            who = who[world.luck.happens(self.done, Purpose.EXECUTION, who, week, INVITING)]
        mood = people.experience.satisfaction[who] / 100 - NEUTRAL_SATISFACTION
        urge = these.join_share * np.exp(these.join_steepness * mood) * people.acquisition.sociability[who]
        who = who[world.luck.happens(urge, Purpose.JOIN_GROUP, who, week)]
        people.community.status[who] = MEMBER
        world.log.write(Kind.ENTERED, week * MINUTES_A_WEEK + INVITE_MINUTE, who)

    def listeners(self) -> Integers:
        """Find the members who listen: customers still, and the group not muted."""
        people = self.world.people
        return places((people.community.status == MEMBER) & (people.entry.stage == Stage.CUSTOMER))

    def post(self) -> None:
        """Let members who read this week's posts buy more, each post adding less."""
        read = -np.expm1(-self.levers.posts * self.done / self.these.posts_worth)
        self.world.people.shopping.lift[self.listeners()] *= 1 + self.these.post_lift * read

    def talk(self, week: int) -> None:
        """Let members ask; advisers answer, by lot, as many as their hours allow."""
        world, these = self.world, self.these
        who = self.listeners()
        urge = these.talk_share * world.people.acquisition.sociability[who]
        who = who[world.luck.happens(urge, Purpose.TALK, who, week)]
        turn = world.luck.uniform(Purpose.TURN, who, week)
        minute = np.floor((week + turn) * MINUTES_A_WEEK).astype(np.int64)
        world.log.write(Kind.ASKED, minute, who)
        hours = self.levers.advisers * self.done * world.size / 1_000
        able = int(hours * MINUTES_AN_HOUR / these.answer_minutes)
        order = np.argsort(turn, kind="stable")
        answered, waiting = np.sort(who[order[:able]]), np.sort(who[order[able:]])
        world.log.write(Kind.ADVISED, minute[np.isin(who, answered)], answered)
        world.people.bonds.warm(these.answer_warmth, answered)
        world.people.experience.disappoint(these.unanswered_drop, waiting)
        leaves = world.luck.happens(these.unanswered_leave, Purpose.LEAVE_GROUP, waiting, week, 1)
        self.quit(waiting[leaves], week)

    def meet(self, week: int) -> None:
        """Hold an event, if one is due; those who come are warmed by it."""
        money = self.event_in(week)
        if not money:
            return
        who = self.listeners()
        urge = self.these.attend_share * self.world.people.acquisition.sociability[who]
        came = who[self.world.luck.happens(urge, Purpose.ATTEND, who, week)]
        share = float(-np.expm1(-money / self.these.event_worth))  # of what an answer does
        self.world.people.bonds.warm(self.these.answer_warmth * share, came)

    def weary(self, week: int) -> None:
        """Let posts make some members mute the group, and others leave it."""
        world, these, posts = self.world, self.these, self.levers.posts * self.done
        if not posts:
            return
        who = self.listeners()
        luck = world.luck.uniform(Purpose.LEAVE_GROUP, who, week)
        leave = 1 - (1 - these.leave_share) ** posts
        mute = leave + 1 - (1 - these.mute_share) ** posts
        self.quit(who[luck < leave], week)
        muted = who[(luck >= leave) & (luck < mute)]
        world.people.community.status[muted] = MUTED
        world.log.write(Kind.MUTED, (week + 1) * MINUTES_A_WEEK - 1, muted)

    def quit(self, who: Integers, week: int) -> None:
        """Let members leave the group for good."""
        self.world.people.community.status[who] = GONE
        self.world.log.write(Kind.QUIT, (week + 1) * MINUTES_A_WEEK - 1, who)
