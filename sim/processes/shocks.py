"""Shocks: what comes over a firm from outside, in the weeks that the scenario's author sets.

A season fills the shop; a rival cuts prices or opens next door; the shop cannot be reached; data are
stolen; a scandal is talked about; a law asks everybody for consent anew; deliveries come late, of which the
firm knows before (what it does then, and what people feel, is the mechanism `notice`). Nobody decides these.
What a firm decides is how it meets the public ones: by silence, by denial, or openly (Dawar & Pillutla 2000).

A price war is fought by the rival where there is one (`rival`): it takes `war_cut` off its prices, people
choose between the two shops, and what we lose it sells. Without, the rival is nobody in particular, and the
cross-elasticity of prices and a toll on patience stand for it. A new rival pulls by way of patience alone.

Under contract nobody buys more or less from week to week. There a season, and in the same way the buying
that a war or an outage keeps away, moves only how many of those who renew that week take a higher level.

What they do at full strength, and less in proportion:

    buying = usual x (1 + lift)  in a season,   x (1 - loss)  in an outage
    buying = usual x (1 - cut) ^ (elasticity x sensitivity)  in a price war, and its toll x sensitivity
    harm of a breach = answer x exposure,   of a scandal = answer:  how far its tolls, drops and opt-outs go
    answer = 1 in silence, denial harm when denied, open relief when answered openly

A scandal spreads by talk as long as it lasts. Of those who have not heard of it, in a week

    share that hears = 1 - exp(-talk x harm x share of people who have heard)
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt
import simpy

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.data import Data
from sim.events import FIRM, Cause, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

What = Literal["season", "price_war", "entrant", "outage", "breach", "scandal", "privacy_law", "delay"]
WHATS: tuple[What, ...] = get_args(What)
CROSS_PRICE = "Sethuraman, Srinivasan & Kim 1999, Marketing Science 18(1): .52, the mean of 1 060 figures"
BREACH = "Martin, Borah & Palmatier 2017, J. Marketing 81(1): harm of a breach; size assumed"
CRISIS = "Dawar & Pillutla 2000, JMR 37(2): an open answer keeps, stonewalling loses trust; sizes assumed"


class Shock(Data):
    """One thing that happens to the market."""

    what: What = parameter("what happens", "-", SCENARIO)
    week: int = parameter("the week in which it begins", "week", SCENARIO, ge=0, le=5_200)
    weeks: int | None = parameter(
        "how long it lasts; what strikes once strikes in the first", "weeks", SCENARIO, 1, ge=1, le=5_200
    )
    strength: float = parameter(
        "how hard: 1 is what the numbers of this section describe", "share", SCENARIO, 1.0, ge=0, le=1
    )
    yearly: bool = parameter("it comes again every 52 weeks", "-", SCENARIO, False)

    def age(self, week: int) -> int | None:
        """Tell how many weeks ago it began; None where it does not strike in this week."""
        since = week - self.week
        if self.yearly and since >= 0:
            since %= WEEKS_A_YEAR
        return since if since >= 0 and (self.weeks is None or since < self.weeks) else None


class Parameters(Data):
    """What happens when, and what it does to people at full strength."""

    calendar: tuple[Shock, ...] = parameter("the shocks to come", "-", SCENARIO, ())
    season_lift: float = parameter("buying in a season, more by", "share", SCENARIO, 0.5, ge=0, le=5)
    war_cut: float = parameter(
        "what the rival takes off its prices in a price war", "share", SCENARIO, 0.3, ge=0, le=0.9
    )
    war_elasticity: float = parameter(
        "when the rival's price falls by one per cent, so many buy less here; only without a rival section",
        "-",
        CROSS_PRICE,
        0.52,
        ge=0,
        le=5,
    )
    war_toll: float = parameter(
        "patience that a price war takes from a customer of mean price sensitivity; only without a rival "
        "section",
        "patience a week",
        ASSUMED,
        0.005,
        ge=0,
        le=5,
    )
    entrant_toll: float = parameter(
        "patience that a new rival takes", "patience a week", ASSUMED, 0.01, ge=0, le=5
    )
    outage_loss: float = parameter("orders that an outage prevents", "share", SCENARIO, 0.8, ge=0, le=0.99)
    outage_toll: float = parameter(
        "patience that an outage takes", "patience a week", ASSUMED, 0.03, ge=0, le=5
    )
    breach_toll: float = parameter(
        "patience that a breach of data takes", "patience", BREACH, 0.15, ge=0, le=5
    )
    breach_opt_out: float = parameter(
        "permissions to write that are taken back after a breach", "share", BREACH, 0.10, ge=0, le=1
    )
    scandal_heard: float = parameter(
        "people who hear of a scandal at once", "share", ASSUMED, 0.1, ge=0, le=1
    )
    scandal_talk: float = parameter("how fast talk of it spreads", "a week", ASSUMED, 0.5, ge=0, le=20)
    scandal_drop: float = parameter(
        "satisfaction that hearing of it takes", "points of 10", CRISIS, 1.5, ge=0, le=10
    )
    scandal_toll: float = parameter("patience that hearing of it takes", "patience", CRISIS, 0.10, ge=0, le=5)
    delay_share: float = parameter("orders that a delay makes late", "share", SCENARIO, 0.6, ge=0, le=1)
    delay_warning: int = parameter("how long before the firm knows of it", "weeks", SCENARIO, 2, ge=0, le=520)
    law_lapse: float = parameter(
        "permissions to write that are not given anew when a law asks for it",
        "share",
        ASSUMED,
        0.5,
        ge=0,
        le=1,
    )
    open_relief: float = parameter(
        "harm of a breach or scandal that is left when the firm answers openly",
        "share",
        CRISIS,
        0.5,
        ge=0,
        le=1,
    )
    denial_harm: float = parameter(
        "harm when it denies, beside that of silence", "share", CRISIS, 1.3, ge=1, le=5
    )
    open_cost: float = parameter(
        "cost of an open answer: calls, letters, amends",
        "currency per 1 000 people",
        ASSUMED,
        300.0,
        ge=0,
        le=1e6,
    )


class Levers(Data):
    """How the firm meets a public crisis."""

    answer: Literal["silence", "denial", "open"] = parameter(
        "how a breach or a scandal is answered", "-", PLAN, "silence"
    )


@dataclass(slots=True)
class Columns:
    """Who has heard of the scandal; shape (people,)."""

    heard: npt.NDArray[np.bool_]

    @classmethod
    def draw(cls, these: Parameters | None, person: Integers) -> Columns:
        """Begin with a good name."""
        return cls(np.zeros(len(person), bool) if these else np.broadcast_to(np.False_, len(person)))


class Shocks:
    """What Monday's newspaper brings."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()
        self.harm = 0.0  # what a scandal does to those who hear of it
        self.lasting: dict[What, Callable[[float], None]] = {
            "season": self.fill_the_shop,
            "price_war": self.undercut,
            "entrant": self.open_next_door,
            "outage": self.shut,
            "delay": self.come_late,
        }
        self.once: dict[What, Callable[[float, int], None]] = {
            "breach": self.lose_data,
            "scandal": self.be_in_the_news,
            "privacy_law": self.ask_anew,
        }

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each Monday: let what is on the calendar strike."""
        while True:
            week = yield self.world.calendar.hour("acquire")
            for place, shock in enumerate(self.these.calendar):
                age = shock.age(week)
                if age is not None:
                    self.strike(shock, place, age, week)

    def strike(self, shock: Shock, place: int, age: int, week: int) -> None:
        """Let a shock do its work of this week; say so in the log when it begins."""
        if age == 0:
            strength = round(shock.strength * 1000)
            code = WHATS.index(shock.what)
            self.world.log.note(Kind.SHOCK, week * MINUTES_A_WEEK, FIRM, code, place, strength)
        if shock.what in self.lasting:
            self.lasting[shock.what](shock.strength)
        elif age == 0:
            self.once[shock.what](shock.strength, week)
        elif shock.what == "scandal":
            self.talk(week)

    # -- what lasts ------------------------------------------------------------------------------

    def fill_the_shop(self, strength: float) -> None:
        """Let everybody buy more this week."""
        self.world.people.shopping.lift *= 1 + self.these.season_lift * strength

    def undercut(self, strength: float) -> None:
        """Let the rival's low prices draw orders this week, and where nobody runs its shop, some for good."""
        people, these = self.world.people, self.these
        cut = these.war_cut * strength
        if self.world.rival:
            self.world.rival.wage_war(cut)
            return
        people.shopping.lift *= (1 - cut) ** (these.war_elasticity * people.pricing.sensitivity)
        people.patience.burden(Cause.COMPETITOR, these.war_toll * strength * people.pricing.sensitivity)

    def open_next_door(self, strength: float) -> None:
        """Let a new rival pull at everybody."""
        self.world.people.patience.burden(Cause.COMPETITOR, self.these.entrant_toll * strength)

    def shut(self, strength: float) -> None:
        """Turn away most who come this week, to their annoyance."""
        self.world.people.shopping.lift *= 1 - self.these.outage_loss * strength
        self.world.people.patience.burden(Cause.SERVICE, self.these.outage_toll * strength)

    def come_late(self, strength: float) -> None:
        """Leave the rest to `notice`, which has read the calendar: a delay is known before it is there."""

    # -- what strikes once -----------------------------------------------------------------------

    def lose_data(self, strength: float, week: int) -> None:
        """Let customers learn that their data are in other hands."""
        harm = strength * self.answered(week) * self.world.people.privacy.exposure
        customers = places(self.world.people.entry.stage == Stage.CUSTOMER)
        self.world.people.patience.burden(Cause.TRUST, self.these.breach_toll * harm[customers], customers)
        self.withdraw(np.minimum(self.these.breach_opt_out * harm, 1.0), week)

    def be_in_the_news(self, strength: float, week: int) -> None:
        """Let a scandal begin, of which nobody has heard yet: some hear at once, others later by talk."""
        self.world.people.shocks.heard[:] = False
        self.harm = strength * self.answered(week)
        self.hear(self.these.scandal_heard * strength, week)

    def talk(self, week: int) -> None:
        """Let those who have heard of the scandal tell others: of an open firm there is less to tell."""
        heard = self.world.people.shocks.heard
        talk = self.these.scandal_talk * self.harm * heard.sum() / max(len(heard), 1)
        self.hear(float(-np.expm1(-talk)), week)

    def ask_anew(self, strength: float, week: int) -> None:
        """Let a law end the permissions that are not given anew."""
        everybody = np.ones(len(self.world.people.number))
        self.withdraw(self.these.law_lapse * strength * everybody, week)

    def answered(self, week: int) -> float:
        """Answer a crisis as the plan says; give the harm that this leaves."""
        these = self.these
        if self.levers.answer == "open":
            cents = round(these.open_cost * 100 * self.world.size / 1_000)
            self.world.log.note(Kind.CRISIS_ANSWERED, week * MINUTES_A_WEEK, FIRM, value=cents)
        return {"silence": 1.0, "denial": these.denial_harm, "open": these.open_relief}[self.levers.answer]

    def hear(self, share: float, week: int) -> None:
        """Let a share of those who know nothing hear of the scandal; prospects then stay away."""
        people, world = self.world.people, self.world
        who = places(~people.shocks.heard)
        who = who[world.luck.happens(share, Purpose.HEAR, who, week)]
        people.shocks.heard[who] = True
        world.log.write(Kind.HEARD, week * MINUTES_A_WEEK, who)
        customers = who[people.entry.stage[who] == Stage.CUSTOMER]
        people.experience.disappoint(self.these.scandal_drop * self.harm, customers)
        people.patience.burden(Cause.TRUST, self.these.scandal_toll * self.harm, customers)
        people.acquisition.put_off(who)

    def withdraw(self, share: Floats, week: int) -> None:
        """End a share of each person's permissions to write, on every channel, for good; shape (people,)."""
        consent = self.world.people.contact.consent  # (channels, people)
        for row in range(len(consent)):
            who = places(consent[row])
            who = who[self.world.luck.happens(share[who], Purpose.WITHDRAW, who, week, row)]
            self.world.end_permission(row, who, week)
