"""Loyalty: a programme of points and tiers, and what it really changes.

Members are not like others: who shops more joins sooner. Points near a reward speed up buying a little
(points pressure), a reward gives a short glow, points held bind like money, and many are never redeemed
(breakage). A tier gives status and perks. Status pleases on the way up, and is soon usual; perks tie for as
long as they are given; losing a tier hurts more than gaining it pleased. Points are a debt of the firm: each
is worth a cent, and stands on its books until it is redeemed or expires.

    buying of a member = usual x (1 + pressure x pull x way^2) x (1 + glow)
    aim of the financial bond = pull x way,     aim of the structural bond = 1 - exp(-perk / perk worth)

with pull = 1 - exp(-points given back / points worth), and way = points held / reward, 1 at most.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy
from pydantic import ValidationInfo, field_validator

from sim.chance import Floats, Integers, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import Bond, Cause, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, PLAN, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

GOAL_GRADIENT = "Kivetz, Urminsky & Zheng 2006, JMR 43(1); Taylor & Neslin 2005, J. Retailing 81(4)"
DEMOTION = (
    "Wagner, Hennig-Thurau & Rudolph 2009, J. Marketing 73(3): demotion hurts more than promotion helps"
)
STATUS = (
    "Drèze & Nunes 2009, J. Consumer Research 35(6): gold and silver are status by name alone; size assumed"
)
FADED = 0.01  # a fainter glow is none: lives that have diverged meet again
SILVER, GOLD = 1, 2
Points = npt.NDArray[np.int64]


class Parameters(Data):
    """How people answer a programme."""

    join_share: float = parameter(
        "customers who join at an order, once there is a programme",
        "share of orders",
        SCENARIO,
        0.15,
        ge=0,
        le=1,
    )
    pressure: float = parameter(
        "buying just before a reward, more by; with the square of the way there",
        "share",
        GOAL_GRADIENT,
        0.10,
        ge=0,
        le=5,
    )
    points_worth: float = parameter(
        "generosity of a programme that makes 63 % of the pull of points",
        "share",
        ASSUMED,
        0.004,  # nearly all of it at 1 %, about what the programmes gave back in which it was measured
        gt=0,
        le=1,
    )
    glow: float = parameter("buying after a reward, more by", "share", GOAL_GRADIENT, 0.10, ge=0, le=5)
    glow_keep: float = parameter("of the glow, left a week later", "share", GOAL_GRADIENT, 0.7, ge=0, lt=1)
    redeem_share: float = parameter(
        "orders of members with a full reward at which they use it",
        "share of orders",
        ASSUMED,
        0.5,
        ge=0,
        le=1,
    )
    perk_worth: float = parameter(
        "money an order that makes 63 % of a tier's bond", "currency an order", ASSUMED, 1.0, gt=0, le=1e5
    )
    status_points: float = parameter(
        "satisfaction that the rise to a higher tier gives",
        "points of 10",
        STATUS,
        0.5,  # half of what a fall takes: a loss weighs twice, as where an order falls short
        ge=0,
        le=10,
    )
    demotion_drop: float = parameter(
        "satisfaction that the loss of a tier takes", "points of 10", DEMOTION, 1.0, ge=0, le=10
    )
    demotion_toll: float = parameter(
        "patience that the loss of a tier takes", "patience", DEMOTION, 0.10, ge=0, le=10
    )


class Levers(Data):
    """The programme as the firm designs it; without points and tiers there is none."""

    points: float = parameter(
        "given back in points, of what is paid", "share", PLAN, 0.0, slider=(0, 0.05, 0.005), ge=0, le=0.5
    )
    reward: float = parameter(
        "points are redeemed from this worth on", "currency", PLAN, 5.0, slider=(1, 50, 1), gt=0, le=1e6
    )
    expiry_weeks: int = parameter(
        "points expire after so long without an order", "weeks", PLAN, 52, slider=(8, 104, 4), ge=1, le=5200
    )
    silver_from: float | None = parameter(
        "spend in 52 weeks that makes silver", "currency", PLAN, None, slider=(100, 3000, 50), gt=0, le=1e9
    )
    gold_from: float | None = parameter(
        "spend in 52 weeks that makes gold", "currency", PLAN, None, slider=(100, 5000, 50), gt=0, le=1e9
    )
    perk: float = parameter(
        "perks of a silver member, such as free delivery; gold gets twice as much",
        "currency an order",
        PLAN,
        0.0,
        slider=(0, 5, 0.1),
        ge=0,
        le=1e4,
    )
    review_weeks: int = parameter(
        "weeks between two reviews of tiers", "weeks", PLAN, 13, slider=(4, 52, 1), ge=1, le=520
    )

    @field_validator("gold_from")
    @classmethod
    def _is_above_silver(cls, gold: float | None, before: ValidationInfo) -> float | None:
        silver = before.data.get("silver_from")
        if gold is not None and silver is not None and gold < silver:
            raise ValueError(f"gold is above silver: give {silver:g}, from which one is silver, or more.")
        return gold

    def refusal(self, scenario: Scenario) -> str | None:
        """Refuse tiers by spend where the record does not show what was spent."""
        for name in ("silver_from", "gold_from"):
            if getattr(self, name) is not None and "spend_52w" not in scenario.record.shown:
                return f"{name}: {scenario.record.hides('spend_52w')} Give points and no tiers."
        return None

    @property
    def runs(self) -> bool:
        """Tell whether there is a programme at all."""
        return bool(self.points or self.silver_from or self.gold_from)


@dataclass(slots=True)
class Columns:
    """Membership; shape (people,)."""

    member: npt.NDArray[np.bool_]
    points: Points  # held, each worth a cent
    last_order: npt.NDArray[np.int32]  # week; from it points expire
    tier: npt.NDArray[np.int8]  # 0, 1 silver, 2 gold
    glow: Floats  # buying more by, after a reward

    @classmethod
    def draw(cls, person: Integers) -> Columns:
        """Begin without members; what nobody writes to takes no memory."""
        n = len(person)
        return cls(
            np.zeros(n, bool), np.zeros(n, np.int64), np.zeros(n, np.int32), np.zeros(n, np.int8), np.zeros(n)
        )


class Loyalty:
    """Monday's temptation, Sunday's statement."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.levers = Levers()

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: points pull on Monday; on Sunday orders earn and redeem, and tiers are reviewed."""
        while True:
            week = yield self.world.calendar.hour("prices")
            running = self.levers.runs or self.world.people.loyalty.member.any()
            if running:
                self.tempt()
            yield self.world.calendar.hour("loyalty")
            if running:
                earns = self.enrol(week)
                self.redeem(week)
                self.earn(earns)
                self.expire(week)
                self.review(week)
                self.bind()

    @property
    def pull(self) -> float:
        """How strongly points pull at all: a generous programme more than a mean one, 0 to 1."""
        return float(-np.expm1(-self.levers.points / self.these.points_worth))

    def way(self, who: Integers) -> Floats:
        """Give how far members are on the way to a reward, 0 to 1."""
        return np.minimum(self.world.people.loyalty.points[who] / (self.levers.reward * 100), 1.0)

    def tempt(self) -> None:
        """Let members buy faster near a reward, and in the glow after one."""
        me, these = self.world.people.loyalty, self.these
        who = places(me.member)
        pull = these.pressure * self.pull * self.way(who) ** 2
        self.world.people.shopping.lift[who] *= (1 + pull) * (1 + me.glow[who])
        glow = me.glow[who] * these.glow_keep
        me.glow[who] = np.where(glow < FADED, 0.0, glow)

    def enrol(self, week: int) -> npt.NDArray[np.bool_]:
        """Ask at every order; some join. Tell which orders are a member's: (orders,)."""
        me, orders, world = self.world.people.loyalty, self.world.orders, self.world
        me.last_order[orders.person] = week
        members = me.member[orders.person]
        if not self.levers.runs:
            return members
        says_yes = world.luck.happens(self.these.join_share, Purpose.ENROL, orders.person, week, orders.j)
        rows = places(~members & says_yes)
        who, first = np.unique(orders.person[rows], return_index=True)
        me.member[who] = True
        world.log.write(Kind.ENROLLED, orders.minute[rows[first]], who)
        joined = np.zeros(world.size, np.int64)  # j of the order at which they joined, or 0
        joined[who] = orders.j[rows[first]]
        return me.member[orders.person] & (orders.j >= joined[orders.person])

    def redeem(self, week: int) -> None:
        """Let members with a full reward pay with their points, as far as the order goes."""
        me, orders, world = self.world.people.loyalty, self.world.orders, self.world
        full = max(round(self.levers.reward * 100), 1)  # who holds nothing has nothing to use
        rows = places((me.points[orders.person] >= full) & (orders.paid > 0))
        who, j = orders.person[rows], orders.j[rows]
        rows = rows[world.luck.happens(self.these.redeem_share, Purpose.REDEEM, who, week, j)]
        who, first = np.unique(orders.person[rows], return_index=True)  # once a week at most
        rows = rows[first]
        used = np.minimum(me.points[who], orders.paid[rows])
        me.points[who] -= used
        orders.paid[rows] -= used
        me.glow[who] = self.these.glow
        world.log.write(Kind.REDEEMED, orders.minute[rows], who, value=used)

    def earn(self, earns: npt.NDArray[np.bool_]) -> None:
        """Give members their points for the orders that earn some, and pay for the perks of their tier."""
        me, orders, world = self.world.people.loyalty, self.world.orders, self.world
        who = orders.person
        points = np.where(earns, np.floor(orders.paid * self.levers.points), 0).astype(np.int64)
        rows = places(points)
        np.add.at(me.points, who[rows], points[rows])
        world.log.write(Kind.EARNED, orders.minute[rows], who[rows], value=points[rows])
        perk = np.rint(100 * self.levers.perk * me.tier[who]).astype(np.int64)
        rows = places(perk)
        world.log.write(Kind.PERK, orders.minute[rows], who[rows], value=perk[rows])

    def expire(self, week: int) -> None:
        """Let the points of those expire who have not ordered for too long."""
        me = self.world.people.loyalty
        who = places((me.points > 0) & (me.last_order <= week - self.levers.expiry_weeks))
        self.world.log.write(Kind.EXPIRED, (week + 1) * MINUTES_A_WEEK - 1, who, value=me.points[who])
        me.points[who] = 0

    def review(self, week: int) -> None:
        """Now and then, set tiers by what the record shows; who rises is pleased, who falls minds."""
        if (week + 1) % self.levers.review_weeks:
            return
        people, me, these = self.world.people, self.world.people.loyalty, self.these
        who = places(me.member)
        spend = self.world.record.spend_of(who) / 100
        tier = np.zeros(len(who), np.int8)
        for level, threshold in ((SILVER, self.levers.silver_from), (GOLD, self.levers.gold_from)):
            if threshold is not None:
                tier[spend >= threshold] = level
        before, customer = me.tier[who], people.entry.stage[who] == Stage.CUSTOMER
        moved = tier != before
        risen, fallen = who[(tier > before) & customer], who[(tier < before) & customer]
        me.tier[who] = tier
        self.world.log.write(Kind.TIER, (week + 1) * MINUTES_A_WEEK - 1, who[moved], value=tier[moved])
        people.experience.delight(these.status_points, risen)
        people.patience.burden(Cause.STATUS, these.demotion_toll, fallen)
        people.experience.disappoint(these.demotion_drop, fallen)

    def bind(self) -> None:
        """Let points on the account bind like money, and perks by the structure they give."""
        people, me = self.world.people, self.world.people.loyalty
        who = places(me.member)
        people.bonds.raise_aim(Bond.FINANCIAL, self.pull * self.way(who), who)
        perk = self.levers.perk * me.tier[who]
        people.bonds.raise_aim(Bond.STRUCTURAL, -np.expm1(-perk / self.these.perk_worth), who)
