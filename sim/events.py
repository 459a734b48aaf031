"""Events: everything that happens in the market, written down once and never changed.

Processes write them to a log (`sim/log.py`), which closes a page a week. Everything else in the kit (the
firm's record, the accounts, every metric and figure) is worked out from these pages.
"""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.mask import Mask, places

Integers = npt.NDArray[np.integer]
FIRM = -1  # the "person" of events that concern no customer


class Kind(IntEnum):
    """What happened. Kinds below `HIDDEN` are seen by the firm, the others only by the truth.

    The comment says what `ref` and `value` hold; unmentioned means zero.
    """

    ORDER = 1  # ref: the campaign whose offer was redeemed, or 0; value: cents at this week's shelf price
    DISCOUNT = 2  # ref: the campaign; value: cents given away
    SENT = 3  # ref: the campaign; value: cost in cents
    HELD_OUT = 4  # ref: the campaign; chosen by it but kept as control group
    OPENED = 5  # ref: the campaign
    CLICKED = 6  # ref: the campaign
    OPTED_OUT = 7  # ref: the campaign
    TICKET = 8  # a complaint reaches the desk
    ANSWERED = 9  # ref: minute of the ticket; value: open minutes waited
    RESOLVED = 10  # ref: minute of the ticket; value: open minutes since the ticket
    COMPENSATED = 11  # ref: minute of the ticket; value: cents
    NPS = 12  # value: answer to "would you recommend us?", 0-10
    CSAT = 13  # ref: minute of the ticket; value: satisfaction with its handling, 1-5
    WAGES = 14  # channel: a place in `STAFF`; value: cents; ref: how many sellers or managers
    PRICED = 15  # value: this week's shelf price, in millionths of the scenario's; unmentioned: the same
    IMPROVED = 16  # value: cents put into the quality of each order of this week
    SIGNED = 17  # channel: 0 a new contract, 1 renewed, 2 older than the market; ref: its end; value: level
    CANCELLED = 18  # a contract is not renewed, or a free user goes; value: the level
    ENROLLED = 19  # joins the loyalty programme
    EARNED = 20  # value: points, each worth a cent
    REDEEMED = 21  # value: points, so many cents are not paid
    EXPIRED = 22  # value: points
    TIER = 23  # value: the new tier of a member: 0, 1 silver, 2 gold
    PERK = 24  # value: cents that an order of a tier member costs more
    CARED = 25  # channel: the bond it is for; value: cents
    ADVERTISED = 26  # channel: a place in `ADVERTISING`; value: cents
    JOINED = 27  # channel: a place in `ADVERTISING` or `REFERRAL`; ref: who recommended, or -1
    REWARDED = 28  # for recommending; ref: who came, -1: nobody, who was invented; value: cents
    TOOLS = 29  # value: cents for software and training
    BASKET = 30  # the content of an order. ref: its categories, as bits; value: what its goods cost, in cents
    SUGGESTED = 31  # channel: a category; ref: at which order of the week; value: cents it adds; 0: refused
    DEARER = 32  # a dearer variant offered. channel: the category; ref, value: as for `SUGGESTED`
    STOCKED = 33  # value: cents for stock against shortages
    LEAD = 34  # enters the pipeline; channel: 1 brought by marketing; value: estimate a year, in cents
    WORKED = 35  # a seller did a step; channel: a place in `SELLING`; ref: the seller; value: minutes
    CONVERSED = 36  # during such a step; value: minutes of it spent with the customer
    WON = 37  # a deal; ref: the seller; value: worth a year, in cents
    LOST = 38  # a deal; channel: a place in `LOSSES`; ref: steps done
    RESIGNED = 39  # ref: the seller; value: accounts
    VISITED = 40  # by a success manager
    FINANCED = 41  # value: cents of interest until an order is paid
    STEWARDED = 43  # value: cents for keeping the customer data clean and whole
    MERGED = 44  # two records of one person become one
    REPEATED = 46  # complains again, as it was not solved; ref: minute of the first complaint
    MET = 47  # a machine meets a complaint first; channel: 0 hands it over, 1 closes it; value: cost in cents
    STAFFED = 48  # channel: a place in `STAFFING`; value: cents
    TEAM = 49  # channel: 0 mean skill of the agents, 1 their morale; value: thousandths
    ATTENDED = 50  # a follow-up call, or service at a level; channel: a place in `ATTENTION`; value: cents
    DELAYED = 51  # an order reaches the customer later than promised
    FORESTALLED = 52  # done before people ask; channel: a place in `MEASURES`; value: cents
    CLAIMED = 53  # the guarantee is called in; ref: minute of the order; value: cents paid, 0 if refused
    ENTERED = 54  # joins a group of the firm's own
    QUIT = 55  # leaves it
    ASKED = 56  # asks something there
    ADVISED = 57  # is answered by an adviser
    HOSTED = 58  # value: cents for advisers, posts and events
    GIFTED = 59  # channel: 0 a birthday, 1 a surprise; value: cents
    INVITED = 60  # is asked to take part
    TOOK_PART = 61  # value: cents for thanks, and for work with what was contributed
    SHOCK = 63  # channel: a place in `WHATS`; ref: its place on the calendar; value: strength, thousandths
    CRISIS_ANSWERED = 64  # openly; value: cents
    WITHDRAWN = 65  # permission to write on a channel, without a message being the reason
    SURCHARGED = 66  # value: cents paid on top of the shelf price
    REMEDIED = 67  # channel: a place in `GAPS`; value: cents
    DECLARED = 70  # channel: 0 need, a place in `NEEDS`; 1 how much green goods matter; 2 household size
    PROVIDED = 71  # channel: a place in `PARTS` of an offer, 7 green goods, 8 samples; value: cents
    NIGHT = 72  # of selling live; value: cents for it
    REFUNDED = 73  # an order was sent back; ref: its minute; value: cents paid back
    RESTOCKED = 74  # of its goods; ref: as for `REFUNDED`; value: cost of what can be sold again, in cents
    PROMOTED = 75  # value: cents for fairs and content that bring in leads
    UNPAID = 76  # an order on credit that is never paid; value: cents
    FULFILLED = 77  # what an order took beside its goods; value: cents
    CHARGED = 78  # extra work that a customer pays for; value: cents
    CHECKED = 79  # value: cents put into checking each order of this week
    SPONSORED = 80  # value: cents that advertisers pay for what a free user sees until the next bill
    LEFT = 100  # channel: the cause that used up most patience; ref: spell
    RETURNED = 101  # ref: the campaign that won them back; value: spell
    DOZED = 102
    WOKE = 103  # ref: the campaign that woke them, or 0
    FAULT = 104  # something was wrong with an order
    RECOMMENDED = 105  # ref: to whom
    RIVAL_ORDER = 106  # at another shop; value: cents
    RIVAL_MOVED = 107  # channel: 0 a price cut, 1 a new shop; value: its price, in millionths of the usual
    MISSED = 108  # goods out of stock and not replaced. ref: their categories, as bits; value: cents not sold
    TIE_LOST = 109  # with a seller who left; ref: the seller; value: millionths of the social bond
    MISLED = 110  # believes a wrong answer of a machine
    MUTED = 111  # a member hears no more of the group
    HEARD = 113  # of a scandal
    FELT_UNFAIR = 115  # has learned that others pay less
    WATCHED = 116  # a night of selling live
    IMPULSE = 117  # an order of this minute was bought on impulse


HIDDEN = 100
KIND_BITS = 7  # kinds stay below 128
# what a customer pays
BILL = {
    **{Kind.ORDER: 1, Kind.SURCHARGED: 1, Kind.CHARGED: 1},
    **{Kind.DISCOUNT: -1, Kind.REDEEMED: -1, Kind.REFUNDED: -1},
}
POINTS = {Kind.EARNED: 1, Kind.REDEEMED: -1, Kind.EXPIRED: -1}  # what they do to points held
ADVERTISING = ("search", "social", "leaflet")
STAFFING = ("training", "pay", "recruiting")
LEVELS = ("basic", "reactive", "accountable", "proactive", "partnership")
ATTENTION = ("cycle", "order", "complaint", *LEVELS)
MEASURES = ("status", "warning", "compensation", "carrier")
SELLING = ("research", "call", "visit", "demonstration", "bid", "maintenance")
LOSSES = ("said no", "went cold", "below the minimum score", "came another way")
STAFF = ("agents", "sellers", "success managers")
REFERRAL = len(ADVERTISING)  # the channel of those whom a customer brought


class Stage:
    """Where a person stands with the firm. Plain numbers: columns compare with them all week long."""

    PROSPECT = 0  # has not ordered yet
    CUSTOMER = 1  # may order again (awake or dormant)
    LEFT = 2  # will not order again, unless won back

    NAMES = ("prospect", "customer", "left")


class Cause(IntEnum):
    """Why patience is used up, and in the end why a customer leaves."""

    NATURE = 0  # life goes on: a move, a change of taste; in BG/NBD the only cause
    PRODUCT = 1  # faulty goods, or goods out of stock
    PRICE = 2  # the shelf price, when discounts have taught a lower one
    SERVICE = 3  # complaints answered late or not at all
    CONTACT = 4  # too many messages, or one at the wrong time
    COMPETITOR = 5  # the pull of another shop, stronger on the dissatisfied
    STATUS = 6  # a tier of the loyalty programme lost
    TRUST = 7  # promises broken, prices felt as unfair, data lost


class Bond(IntEnum):
    """What ties a customer to the firm (Berry & Parasuraman 1991)."""

    FINANCIAL = 0  # points and rewards
    SOCIAL = 1  # being known, being cared for
    STRUCTURAL = 2  # services that are hard to find elsewhere


@dataclass(frozen=True)
class Events:
    """Columns of events, 22 bytes a row, sorted by (minute, person, kind)."""

    minute: npt.NDArray[np.int32]
    person: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    channel: npt.NDArray[np.int8]
    ref: npt.NDArray[np.int32]
    value: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.minute)

    def where(self, rows: Mask | Integers) -> "Events":
        """Give the rows under a mask, or those at some places in the order named."""
        if rows.dtype == bool:
            rows = places(rows)  # six columns are read faster by place than through a mask
        named = (self.minute.take(rows), self.person.take(rows), self.kind.take(rows))
        return Events(*named, self.channel.take(rows), self.ref.take(rows), self.value.take(rows))

    def of(self, kind: Kind) -> "Events":
        """Give the rows of one kind."""
        return self.where(self.kind == int(kind))  # a plain number compares much faster

    def frame(self) -> pd.DataFrame:
        """Give the events as a table, with the kind in words."""
        table = pd.DataFrame({field.name: getattr(self, field.name) for field in fields(self)})
        words = np.array([Kind(code).name.lower() if code in set(Kind) else "" for code in range(256)])
        table["kind"] = pd.Categorical(words[self.kind], [kind.name.lower() for kind in Kind])
        return table


TYPES = (np.int32, np.int32, np.uint8, np.int8, np.int32, np.int64)


def join(pages: list[Events]) -> Events:
    """Bind pages into one table of events, in the order given."""
    if not pages:
        return Events(*(np.empty(0, dtype) for dtype in TYPES))  # type: ignore[arg-type]
    return Events(
        *(np.concatenate([getattr(page, field.name) for page in pages]) for field in fields(Events))
    )
