"""Lines of orders: what each order was made of, to the cent.

The log has one event an order that says which categories were in the basket, as bits of one number, and
what the goods cost. How dear each line was is worked out here when somebody asks, by the same draws in the
week's shopping and after the run: the lines of an order add up to its value, their costs to its cost. They
come from the till and are right; an export with dirt in it (`sim.dirt`) never spoils them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.chance import Floats, Integers, Luck, Purpose
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.mask import Mask

if TYPE_CHECKING:
    from sim.run import Run

MOST_CATEGORIES = 24  # their bits must fit the event log
PERSON_BITS = 25  # persons stay below 2**25, so a category can stand beside them in a draw's key


def key(person: Integers, category: int | Integers) -> Integers:
    """Give the occasion of a person and a category for a draw."""
    return person | category << PERSON_BITS


def keys(person: Integers, categories: int) -> Integers:
    """Give the occasions of persons and all categories, shape (persons, categories).

    In memory, category by category, as all that is worked out from it: NumPy is fast along many persons.
    """
    return key(person, np.arange(categories)[:, None]).T


def as_bits(basket: Mask) -> Integers:
    """Write which categories are in each basket as one number."""
    bits = 2.0 ** np.arange(basket.shape[1])
    return (basket.astype(float) @ bits).astype(np.int64)  # floats multiply much faster, and are exact here


def in_basket(contents: Integers, categories: int) -> Mask:
    """Read these numbers again: (baskets, categories); in memory category by category, as `keys`."""
    bits: Mask = contents & 1 << np.arange(categories, dtype=contents.dtype)[:, None] != 0
    return bits.T


def worth(luck: Luck, weights: Floats, person: Integers, week: Any, j: Any) -> Floats:
    """Draw how dear each line of an order would be beside the others, (orders, categories): weight +-50 %."""
    week, j = (np.asarray(number)[..., None] for number in (week, j))
    dear: Floats = luck.uniform(Purpose.LINE, keys(person, len(weights)), week, j)
    dear += 0.5
    dear *= weights
    return dear


def split(cents: Integers, shares: Floats) -> npt.NDArray[np.int64]:
    """Split whole cents by relative shares, (orders, lines), so that they add up exactly."""
    reached = np.cumsum(shares, axis=1)
    whole = np.where(reached[:, -1:] > 0, reached[:, -1:], 1.0)
    return np.diff(np.rint(cents[:, None] * (reached / whole)), axis=1, prepend=0.0).astype(np.int64)


def lines_of(run: Run) -> pd.DataFrame:
    """Give every line of every order of a run.

    Returns
    -------
    A row a line, in order of time: `order` (its place among all orders), `person`, `week`, `category`,
    `cents` (at that week's shelf price; an order's lines add up to its value), `goods` (what they cost; they
    add up to the accounts) and `suggested` (the firm suggested it). Empty where baskets are closed.
    """
    names = ["order", "person", "week", "category", "cents", "goods", "suggested"]
    these = run.scenario.basket
    if these is None:
        return pd.DataFrame(columns=names)
    orders, baskets = run.events.of(Kind.ORDER), run.events.of(Kind.BASKET)
    person, week = orders.person.astype(np.int64), orders.minute.astype(np.int64) // MINUTES_A_WEEK
    j = pd.Series(person).groupby([week, person]).cumcount().to_numpy()
    place = pd.Series(np.arange(len(orders)), pd.MultiIndex.from_arrays([week, person, j]))
    categories = len(these.categories)
    added, dearer = (_by_line(run, kind, place, categories) for kind in (Kind.SUGGESTED, Kind.DEARER))
    basket, suggested = in_basket(baskets.ref.astype(np.int64), categories), added > 0
    weights = np.array([category.weight for category in these.categories.values()])
    own = np.where(basket & ~suggested, worth(Luck(run.seed), weights, person, week, j), 0.0)
    cents = split(orders.value - added.sum(axis=1) - dearer.sum(axis=1), own) + added + dearer
    cost = 1 - np.array([category.margin for category in these.categories.values()])
    shares = cents * cost
    shares = np.where(shares.sum(axis=1, keepdims=True) > 0, shares, cents)  # of an order of a few cents
    goods = split(baskets.value, shares)
    order, category = np.nonzero(basket)
    columns = (cents[basket], goods[basket], suggested[basket])
    named = pd.Categorical.from_codes(category, pd.Index(list(these.categories)))
    table = (order, person[order], week[order], named, *columns)
    return pd.DataFrame(dict(zip(names, table, strict=True)))


def _by_line(run: Run, kind: Kind, place: pd.Series[int], categories: int) -> npt.NDArray[np.int64]:
    """Find which lines of which orders events of a kind have added to, (orders, categories), in cents."""
    events = run.events.of(kind)
    week = events.minute // MINUTES_A_WEEK
    order = place.reindex(pd.MultiIndex.from_arrays([week, events.person, events.ref])).to_numpy(np.int64)
    cents = np.zeros((len(place), categories), np.int64)
    cents[order, events.channel] = events.value
    return cents
