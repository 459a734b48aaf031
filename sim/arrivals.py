"""Arrivals: when people come to buy during a week, each at a rate of their own.

Between two visits of a person passes an exponential time, so the number of visits is Poisson. Shopping lets
people come to the firm so, and the rival lets them come to its tills.
"""

import numpy as np

from sim.chance import Floats, Integers, Luck, Purpose
from sim.data import Fault
from sim.mask import places

OFTENEST = 4_096  # visits of one person in a week that luck can tell apart


class TooOften(Fault):
    """Somebody would come more often than luck can tell apart."""


def arrivals(
    luck: Luck, purpose: Purpose, week: int, who: Integers, rate: Floats, first: Floats
) -> tuple[Integers, Integers, Floats]:
    """Tell who comes this week, which visit of theirs it is, and when.

    As those who come once more are ever fewer and come ever more often, the looks ahead grow: two visits
    after the first, then four, eight and so on.

    Parameters
    ----------
    purpose
        What the waiting times are drawn for; each belongs to a person, a week and j.
    who, rate, first
        The people, their visits a week, and when each would come first (weeks since Monday); shape (people,).

    Returns
    -------
    Persons, j (which visit of the week it is, from 0) and moments (weeks since Monday, below 1), shape
    (visits,): everybody's first visit, then the second, and so on.

    Raises
    ------
    TooOften
        If somebody comes thousands of times a week.
    """
    due = places(first < 1)
    who, rate, clock = who[due], rate[due], first[due]
    found = [(who, np.zeros(len(who), np.int64), clock)]
    turn, ahead = 1, 2
    while len(who):
        if turn + ahead > OFTENEST:
            raise TooOften(
                f"shopping: somebody would come {rate.max():,.0f} times a week. Make smaller what brings "
                "them: their rates, or how they answer prices and offers (offer_lift, sensitivity_spread)."
            )
        turns = np.arange(turn, turn + ahead)
        clocks = luck.exponential(purpose, who, week, turns[:, None])  # (turns, people)
        clocks /= rate
        for waited in clocks:  # each visit comes after the one before
            waited += clock
            clock = waited
        due = places(clocks.ravel() < 1)
        later, place = np.divmod(due, len(who))
        found.append((who[place], turns[later], clocks.take(due)))
        left = places(clock < 1)
        who, rate, clock = who[left], rate[left], clock[left]
        turn, ahead = turn + ahead, 2 * ahead
    persons, numbers, moments = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return persons, numbers, moments
