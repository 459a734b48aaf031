"""The limit: the core market's law in bulk NumPy draws, with no queue, no log and no keyed chance.

A market cannot be much faster than this in NumPy as long as people have a state that changes weekly:
rates are lifted by offers, offers depend on the last order, each order may be the last one.
"""

# mypy: disable-error-code="union-attr"
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.settings import DISCOUNT, SILENT_WEEKS
from sim import Scenario
from sim.events import Kind

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]
Counts = Counter[Kind]


@dataclass(slots=True)
class People:
    """Columns of shape (people,)."""

    rate: Floats  # orders a week
    dropout: Floats
    spend_scale: Floats
    outspoken: Floats
    consents: npt.NDArray[np.bool_]
    last: Floats  # week of the last order; NaN before the first
    active: Integers  # numbers of those who have not left


def draw(scenario: Scenario, chance: np.random.Generator) -> People:
    """Draw the people as the market opens."""
    these, n = scenario.shopping, scenario.people
    return People(
        rate=chance.gamma(these.rate_shape, 1 / these.rate_scale, n),
        dropout=chance.beta(these.dropout_a, these.dropout_b, n),
        spend_scale=these.spend_scale / chance.gamma(these.spend_spread, 1.0, n),
        outspoken=chance.uniform(0, 2 * scenario.service.outspoken_share, n),
        consents=chance.random(n) < scenario.contact.channels["email"].consent_share,
        last=np.full(n, np.nan),
        active=np.arange(n),
    )


def offer(
    people: People, scenario: Scenario, week: int, chance: np.random.Generator, counts: Counts
) -> Floats:
    """Write to the silent; give what it multiplies everybody's rate by, shape (people,)."""
    contact, email = scenario.contact, scenario.contact.channels["email"]
    sent = np.flatnonzero(people.consents & (week - people.last > SILENT_WEEKS))
    opened = sent[chance.random(len(sent)) < email.open_share]
    clicked = opened[chance.random(len(opened)) < email.click_share * (1 + contact.offer_click * DISCOUNT)]
    lift = np.ones(len(people.rate))
    lift[opened] = 1 + contact.reminder_lift
    lift[clicked] *= 1 + scenario.pricing.offer_lift * DISCOUNT
    counts.update({Kind.SENT: len(sent), Kind.OPENED: len(opened), Kind.CLICKED: len(clicked)})
    return lift


def shop(
    people: People, rate: Floats, week: int, chance: np.random.Generator, counts: Counts
) -> list[Integers]:
    """Burn exponential budgets round by round; give who ordered in each round."""
    who, clock, rounds = people.active, np.zeros(len(rate)), []
    while len(who):
        clock = clock + chance.standard_exponential(len(who)) / rate
        due = clock < 1
        who, rate, clock = who[due], rate[due], clock[due]
        people.last[who] = week + clock
        rounds.append(who)
        stays = chance.random(len(who)) >= people.dropout[who]
        counts[Kind.LEFT] += len(who) - int(np.count_nonzero(stays))
        people.rate[who[~stays]] = 0.0  # has left
        who, rate, clock = who[stays], rate[stays], clock[stays]
    people.active = people.active[people.rate[people.active] > 0]
    return rounds


def simulate(scenario: Scenario, seed: int) -> tuple[Counts, int]:
    """Run the core market; give how often each thing happened, and the sales in cents."""
    chance, counts = np.random.default_rng(seed), Counts()
    people, sales = draw(scenario, chance), 0
    for week in range(scenario.weeks):
        lift = offer(people, scenario, week, chance, counts)
        rate = people.rate[people.active] * lift[people.active]
        who = np.concatenate(shop(people, rate, week, chance, counts))
        amounts = chance.standard_gamma(scenario.shopping.spend_shape, len(who)) * people.spend_scale[who]
        sales += int(np.rint(amounts * 100).sum())
        faulty = who[chance.random(len(who)) < scenario.service.fault_share]
        tickets = int(np.count_nonzero(chance.random(len(faulty)) < people.outspoken[faulty]))
        counts.update({Kind.ORDER: len(who), Kind.FAULT: len(faulty), Kind.TICKET: tickets})
    return counts, sales
