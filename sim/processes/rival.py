"""Rival: the other shop, and our share of what each person spends at both (客户份额).

Everybody buys the goods of this trade at a rate of their own, part of it here and part at the rival's.
What they buy here when the market opens is the rate of shopping (BG/NBD), so their rate in all is that
rate over their share. The share is a logit choice (McFadden 1974) between the two:

    share = 1 / (1 + exp(-utility))
    utility = taste + steepness x (delivered value - money x sensitivity to prices x the rival's price cut)
              + satisfaction steepness x (satisfaction - that at the start) - shield x strength of a new rival

where money is what a price of 100 % less is worth, in points of value, on average. The rate of shopping
contains what is delivered as the market opens: from then on, only what changes in the utility makes people
come more often here, or less. At the start no share is below 10 % or above 90 %.

Buying here follows the share. Habit holds it: a person does not move before the utility differs by more
than the band of their habit, which is wide for those who have bought most of it here (a smoothed share of
purchases, Guadagni & Little 1983). When a new rival opens next door, habits break, and only what shields a
customer (bonds, cost of switching) still holds; and of two competitors each pulls at patience (patience).
What our own prices and messages move stays with the mechanisms that measure it; part of that comes out of
the rival's till.

The rival lowers its prices some weeks after it has seen ours, a discount mailed to most of those whom a
channel reaches (`processes/contact.py` says when that is so), or a night of selling live. What a segment is
offered, or a single customer on an occasion, it does not see. In a price war (`processes/shocks.py`) it cuts
them unasked. What happens at its tills is truth that our firm never learns.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import simpy
from scipy.special import expit

from sim.arrivals import arrivals
from sim.chance import Floats, Integers, Luck, Purpose, gamma_quantile
from sim.clock import MINUTES_A_WEEK
from sim.data import Data
from sim.events import FIRM, Kind, Stage
from sim.mask import places
from sim.parameter import ASSUMED, SCENARIO, parameter

if TYPE_CHECKING:
    from sim.world import World

FARTHEST = float(np.log(0.9 / 0.1))  # no share below 10 % or above 90 % when the market opens
LOWEST = 30.0  # of utilities: nobody's share becomes nothing at all
DEEPEST = 0.5  # a rival never answers below half its usual price
PRICE, OPENING = 0, 1  # channels of what a rival does
MILLION = 1_000_000

WALLET = (
    "Du, Kamakura & Mela 2007, J. Marketing 71(2): what is bought here says little of the share; size assumed"
)
LOGIT = "McFadden 1974, in Frontiers in Econometrics: the form; size assumed"
SATISFACTION = "Cooil, Keiningham, Aksoy & Hsu 2007, J. Marketing 71(1): the direction; size assumed"
HABIT = "Guadagni & Little 1983, Marketing Science 2(3): carry-over .875 a purchase"
BUMP = "van Heerde, Leeflang & Wittink 2004, Marketing Science 23(3): a third of a bump comes from rivals"
REACTION = (
    "Steenkamp, Nijs, Hanssens & Dekimpe 2005, Marketing Science 24(1): most attacks are not answered at "
    "all; size assumed"
)


class Parameters(Data):
    """How people divide what they buy, and what the rival does."""

    taste: float = parameter(
        "mean utility of our shop where both deliver the same: 0.4 is a share of 60 %",
        "logit",
        WALLET,
        0.4,
        ge=-3,
        le=3,
    )
    taste_spread: float = parameter("how differently people like us", "logit", WALLET, 1.0, ge=0, le=5)
    steepness: float = parameter(
        "utility of a point of delivered value", "logit per point", LOGIT, 0.5, ge=0, le=10
    )
    satisfaction_steepness: float = parameter(
        "utility of a point of satisfaction more than at the start; 0: it acts on staying alone",
        "logit per point",
        SATISFACTION,
        0.0,
        ge=0,
        le=5,
    )
    habit_keep: float = parameter("of a habit, left after a purchase", "share", HABIT, 0.875, ge=0, le=1)
    habit_band: float = parameter(
        "difference in utility to which a full habit does not answer", "logit", ASSUMED, 0.1, ge=0, le=10
    )
    switched: float = parameter(
        "of what our prices and messages bring or cost us, what the rival loses or gains",
        "share",
        BUMP,
        0.33,
        ge=0,
        le=1,
    )
    reaction: float = parameter(
        "its price cut beside ours; discounts count by the people they are sent to",
        "share",
        REACTION,
        0.5,
        ge=0,
        le=2,
    )
    reaction_weeks: int = parameter("weeks until it answers", "weeks", ASSUMED, 3, ge=1, le=52)
    noticed_from: float = parameter(
        "mean discount over all people that it notices", "share", ASSUMED, 0.02, ge=0, le=1
    )
    opens_week: int | None = parameter(
        "a new rival opens next door in this week", "week", SCENARIO, None, absent="never", ge=0, le=1_040
    )
    opens_strength: float = parameter(
        "utility of the new shop to those whom nothing shields", "logit", ASSUMED, 1.5, ge=0, le=20
    )
    opens_pull: float = parameter(
        "competitors pull at patience so many times as hard once it is open: one more pulls as well",
        "-",
        ASSUMED,
        2.0,
        ge=1,
        le=20,
    )


@dataclass(slots=True)
class Columns:
    """How people divide what they buy; shape (people,)."""

    start: Floats  # utility of our shop as the market opens, beside the rival's
    utility: Floats  # by which they choose now
    habit: npt.NDArray[np.float32]  # smoothed share of purchases made here
    pull: float = 1.0  # how hard competitors pull at patience, beside the usual: the same for everybody

    @classmethod
    def draw(cls, these: Parameters | None, luck: Luck, person: Integers, value: Floats) -> Columns:
        """Draw utilities, by the value delivered beside the rival's; without a rival all is bought here."""
        n = len(person)
        if these is None:
            all_here = np.broadcast_to(np.inf, n)
            return cls(all_here, all_here, np.broadcast_to(np.float32(1), n))
        taste = these.taste + these.taste_spread * luck.normal(Purpose.SHOP_TASTE, person)
        start = np.clip(taste + these.steepness * value, -FARTHEST, FARTHEST)
        return cls(start, start.copy(), expit(start).astype(np.float32))

    @property
    def share(self) -> Floats:
        """Our share of what each person buys, 0-1."""
        share: Floats = expit(self.utility)
        return share


class Rival:
    """Monday's choice between two shops, the rival's tills, and its answer to ours."""

    def __init__(self, world: World, these: Parameters) -> None:
        self.world = world
        self.these = these
        self.first_value = world.people.needs.value.copy()
        self.first_mood = world.people.experience.satisfaction / 100
        self.at_start = world.people.rival.share
        self.share = self.at_start.copy()
        self.in_all = world.people.shopping.rate / self.at_start  # purchases a week at both shops
        self.seen: list[float] = []  # by week: our discount, over all people, as the rival saw it
        self.sold = np.zeros(world.size, np.int64)  # purchases at the rival's, this week
        self.war_cut = 0.0  # off its prices this week, in a war of its own

    def run(self) -> Generator[simpy.Event, int, None]:
        """Each week: people choose, the rival sells; on Sunday habits grow, and it looks at our prices."""
        while True:
            week = yield self.world.calendar.hour("acquire")
            cut = self.cut_price(week)
            self.open_next_door(week)
            self.choose(week, cut)
            yield self.world.calendar.hour("shop")
            self.sell(week)
            yield self.world.calendar.hour("loyalty")
            self.grow_habits()
            self.watch()

    def wage_war(self, cut: float) -> None:
        """Take this share off its prices this week, whatever our firm does: `shocks` says when."""
        self.war_cut = max(self.war_cut, cut)

    def cut_price(self, week: int) -> float:
        """Answer what was seen some weeks ago, or go further in a war; give the cut, as a share."""
        asked = self.seen[week - self.these.reaction_weeks] if week >= self.these.reaction_weeks else 0.0
        cut = max(min(self.these.reaction * asked, DEEPEST), self.war_cut)
        self.war_cut = 0.0
        if cut:
            price = round((1 - cut) * MILLION)
            self.world.log.note(Kind.RIVAL_MOVED, week * MINUTES_A_WEEK, FIRM, PRICE, value=price)
        return cut

    def open_next_door(self, week: int) -> None:
        """Open the new shop when its week has come: it breaks everybody's habit, and pulls from then on."""
        me = self.world.people.rival
        if week == self.these.opens_week:
            me.habit[:], me.pull = 0.0, self.these.opens_pull
            self.world.log.note(Kind.RIVAL_MOVED, week * MINUTES_A_WEEK, FIRM, OPENING, value=MILLION)

    def choose(self, week: int, cut: float) -> None:
        """Let people follow the utility as far as it leaves the band of their habit, and buy by it."""
        people, me, these = self.world.people, self.world.people.rival, self.these
        gap = me.start + self.change(week, cut) - me.utility  # (people,)
        who = places(gap != 0)
        gap, habit = gap[who], me.habit[who]
        band = np.where(gap < 0, habit, 1 - habit) * these.habit_band
        leaves = places(np.abs(gap) > band)  # all others stay as they are
        who, gap, band = who[leaves], gap[leaves], band[leaves]
        moved = me.utility[who] + (gap - np.copysign(band, gap))
        me.utility[who] = np.clip(moved, -LOWEST, LOWEST)
        self.share[who] = expit(me.utility[who])
        people.shopping.lift *= self.share / self.at_start

    def change(self, week: int, cut: float) -> Floats:
        """Give what has changed in our utility since the market opened, shape (people,)."""
        people, these = self.world.people, self.these
        value = people.needs.value - self.first_value
        if cut:
            value -= cut * people.needs.mean_money * people.pricing.sensitivity
        change: Floats = these.steepness * value
        if these.satisfaction_steepness:
            mood = people.experience.satisfaction / 100 - self.first_mood
            change = change + these.satisfaction_steepness * mood
        if these.opens_week is not None and week >= these.opens_week:
            change = change - these.opens_strength * people.patience.shield
        return change

    def sell(self, week: int) -> None:
        """Let our customers buy at the rival's what they do not buy here; the dormant buy it all there."""
        people, shopping = self.world.people, self.world.people.shopping
        share = self.share  # as chosen on Monday
        here = shopping.rate * shopping.lift  # with what prices and messages do
        there = self.in_all * (1 - share) - self.these.switched * (here - self.in_all * share)
        rate, dormant = np.maximum(there, 0.0), places(shopping.asleep)
        rate[dormant] = self.in_all[dormant]
        buyers = places((people.entry.stage == Stage.CUSTOMER) & (rate > 0))
        luck, rate = self.world.luck, rate[buyers]  # (buyers,)
        first = luck.exponential(Purpose.RIVAL_ORDER, buyers, week) / rate
        who, j, clock = arrivals(luck, Purpose.RIVAL_ORDER, week, buyers, rate, first)  # (purchases,)
        if len(who):
            self.ring_up(who, week, j, clock)
        self.sold = np.bincount(who, minlength=self.world.size)

    def ring_up(self, who: Integers, week: int, j: Integers, clock: Floats) -> None:
        """Write down purchases at the rival's: each as large as one of the same person here."""
        shopping = self.world.people.shopping
        chance = self.world.luck.uniform(Purpose.RIVAL_AMOUNT, who, week, j)
        amount = gamma_quantile(shopping.spend_shape, chance) / shopping.spend_rate[who]
        minute = week * MINUTES_A_WEEK + (clock * MINUTES_A_WEEK).astype(np.int64)
        cents = np.maximum(np.rint(amount * 100), 1).astype(np.int64)
        self.world.log.write(Kind.RIVAL_ORDER, minute, who, value=cents)

    def grow_habits(self) -> None:
        """Let this week's purchases, here and there, make habits of what people do."""
        me = self.world.people.rival
        here = np.bincount(self.world.orders.person, minlength=self.world.size)
        everywhere = here + self.sold
        who = places(everywhere > 0)
        bought = everywhere[who]
        keep = self.these.habit_keep**bought
        me.habit[who] = keep * me.habit[who] + (1 - keep) * here[who] / bought

    def watch(self) -> None:
        """See this week's shelf price, the discounts sent to many, and those shown live."""
        people = self.world.people
        public = people.contact.publicity + people.livestream.publicity
        seen = max(1 - people.pricing.price, 0.0) + public
        self.seen.append(seen if seen >= self.these.noticed_from else 0.0)
