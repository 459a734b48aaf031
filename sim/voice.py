"""Voice: what moves a customer who complains, or who is asked.

A complaint begins with something wrong with an order, but people write about what bothers them. Each cause
has a weight in a complaint, worked out from what happened to this customer until that minute, and the letter
is about one of them, drawn in proportion:

    product     1
    service     late_weight x own complaints of the last 8 weeks answered late, or not at all
    contact     message_weight x messages of the last 4 weeks
    price       price_weight x tenths by which this week's price exceeds what they are used to
    competitor  rival_weight

What they are used to is the usual price, or what they paid on average in 26 weeks, if that was less. The
words in which they say it are those of the trade.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.data import Data
from sim.events import BILL, Cause, Events, Kind
from sim.parameter import ASSUMED, SCENARIO, parameter
from sim.phrases import Trade

MOTIVES = (Cause.PRODUCT, Cause.SERVICE, Cause.CONTACT, Cause.PRICE, Cause.COMPETITOR)
LATE_WEEKS, MESSAGE_WEEKS, PRICE_WEEKS = 8, 4, 26
TENTH = 0.1
TELLING = "Nisbett & Wilson 1977, Psychological Review 84(3): people often cannot tell why; size assumed"


class Parameters(Data):
    """What customers speak about, and in whose words."""

    trade: Trade = parameter("what the firm is to its customers, and so their words", "-", SCENARIO, "shop")
    late_weight: float = parameter(
        "weight of service in a complaint for each earlier one answered late", "-", ASSUMED, 1.5, ge=0, le=100
    )
    message_weight: float = parameter(
        "weight of contact for each message of the last 4 weeks", "-", ASSUMED, 0.15, ge=0, le=100
    )
    price_weight: float = parameter(
        "weight of price for each tenth that goods cost more than one was used to pay",
        "-",
        ASSUMED,
        0.7,
        ge=0,
        le=100,
    )
    rival_weight: float = parameter("weight of the competitor", "-", ASSUMED, 0.1, ge=0, le=100)
    evasion_share: float = parameter(
        "of those asked, who blame the price whatever moves them", "share", TELLING, 0.25, ge=0, le=1
    )
    interview_cost: float = parameter(
        "an interview: the interviewer's hour and a voucher", "currency", SCENARIO, 50.0, ge=0, le=1e4
    )


def ticket_themes(
    these: Parameters, events: Events, answer_target: float, weeks: int, luck: Luck, j: Integers
) -> list[Cause]:
    """Draw what each complaint is about.

    Parameters
    ----------
    events
        All that is known; its complaints, in their order, are those meant.
    answer_target
        The first answer is promised within so many open hours.
    j
        Which of the person's complaints of that week each is.
    """
    tickets = events.of(Kind.TICKET)
    weights = np.cumsum(_weights(these, events, tickets, answer_target, weeks), axis=0)  # (motives, tickets)
    week = tickets.minute // MINUTES_A_WEEK
    chance = luck.uniform(Purpose.THEME, tickets.person, week, j) * weights[-1]
    return [MOTIVES[place] for place in (chance >= weights[:-1]).sum(axis=0).tolist()]


def _weights(these: Parameters, events: Events, tickets: Events, answer_target: float, weeks: int) -> Floats:
    """Weigh the motives, shape (motives, tickets)."""
    answered = events.of(Kind.ANSWERED)
    in_time = answered.where(answered.value <= answer_target * MINUTES_AN_HOUR)
    late = _recent(events.of(Kind.TICKET), tickets, LATE_WEEKS) - _recent(in_time, tickets, LATE_WEEKS)
    gap = np.maximum(_price_gap(events, tickets, weeks), 0.0)
    return np.array(
        [
            np.ones(len(tickets)),
            these.late_weight * np.maximum(late, 0.0),
            these.message_weight * _recent(events.of(Kind.SENT), tickets, MESSAGE_WEEKS),
            these.price_weight * gap / TENTH,
            np.full(len(tickets), these.rival_weight),
        ]
    )


def _price_gap(events: Events, tickets: Events, weeks: int) -> Floats:
    """Give by how much this week's price exceeds what each is used to, beside the usual one; (tickets,)."""
    priced = events.of(Kind.PRICED)
    price = np.ones(weeks)
    price[priced.minute // MINUTES_A_WEEK] = priced.value / 1e6
    orders = events.of(Kind.ORDER)
    usual = _recent(orders, tickets, PRICE_WEEKS, orders.value / price[orders.minute // MINUTES_A_WEEK])
    paid = np.zeros(len(tickets))
    for kind, sign in BILL.items():
        bills = events.of(kind)
        paid += sign * _recent(bills, tickets, PRICE_WEEKS, bills.value)
    free = (_recent(orders, tickets, PRICE_WEEKS) > 0) & (usual == 0)  # what costs nothing cannot be too dear
    today = np.where(free, 1.0, price[tickets.minute // MINUTES_A_WEEK])
    return today - np.minimum(np.divide(paid, usual, out=np.ones(len(tickets)), where=usual > 0), 1.0)


def _recent(
    events: Events, tickets: Events, weeks: int, values: npt.NDArray[np.generic] | None = None
) -> Floats:
    """Count the events of each ticket's person in the weeks before it, or add up their values; (tickets,)."""
    moment = events.person.astype(np.int64) << 32 | events.minute
    order = np.argsort(moment, kind="stable")
    sums = np.zeros(len(events) + 1)
    sums[1:] = np.cumsum(np.ones(len(events)) if values is None else values[order].astype(float))
    until = tickets.person.astype(np.int64) << 32 | tickets.minute
    since = tickets.person.astype(np.int64) << 32 | np.maximum(tickets.minute - weeks * MINUTES_A_WEEK, 0)
    return sums[np.searchsorted(moment[order], until)] - sums[np.searchsorted(moment[order], since)]
