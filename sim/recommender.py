"""Recommenders: models that say which category to suggest beside what is in a basket already.

A recommender is a function of the `Evidence` that a firm has at the till: what lies in each basket, and
what its record knew on Monday of the customer and of all baskets so far. It gives a score for every
category; the best that are not in the basket are suggested. `popular` and `learned` are such functions, and
so may be one of a learner's own:

    mine = lambda known: known.history / (known.orders[:, None] + 1)
    Plan(basket={"suggestions": 1, "recommender": mine})

They learn from what was bought, also from what they made people buy: no model sees what it never showed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import (
    SerializerFunctionWrapHandler,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
    WrapValidator,
)

from sim.chance import Floats, Integers
from sim.data import Fault

Name = Literal["random", "popular", "learned", "assumed"]
PRIOR_ORDERS = 5.0  # a customer counts as one with so many orders of the usual kind before the first
EXPECTED = (
    "basket.recommender: the function must give a number for each order and category, "
    "for example lambda known: known.history"
)


@dataclass(frozen=True)
class Evidence:
    """What a firm knows when it suggests something; categories stand in the scenario's order.

    All but `basket` is as it was known on Monday.
    """

    basket: npt.NDArray[np.bool_]  # (orders, categories): what lies in the basket
    history: Integers  # (orders, categories): in how many earlier orders the customer had it
    orders: Integers  # (orders,): how many earlier orders the customer had
    runout_weeks: Floats  # (orders, categories): predicted weeks until it runs out; NaN: no prediction
    together: Integers  # (categories, categories): orders with both; on the diagonal, orders with it
    baskets: int  # orders that `together` is counted from


def popular(known: Evidence) -> Floats:
    """Suggest to everybody what most orders have."""
    return np.broadcast_to(np.diag(known.together).astype(float), known.basket.shape)


def learned(known: Evidence) -> Floats:
    """Suggest what goes with this basket, and with this customer, by counts of what was bought together.

    Item-to-item: of the orders with a good of the basket, the share with the category, averaged over the
    goods of the basket; times how much oftener than others this customer has bought the category.

    Source: Linden, Smith & York 2003, IEEE Internet Computing 7(1), for the first part; the second is a share
    shrunk to everybody's by `PRIOR_ORDERS`.
    """
    has = np.diag(known.together).astype(float)  # (categories,)
    nearby = known.together / np.maximum(has, 1.0)[:, None]  # row: of the orders with it, the share with ...
    lines = np.maximum(known.basket.sum(axis=1, keepdims=True), 1)
    fits_basket = known.basket @ nearby / lines  # (orders, categories)
    usual = (has + 1) / (known.baskets + 1)  # share of all orders, never 0
    mine = (known.history + PRIOR_ORDERS * usual) / (known.orders[:, None] + PRIOR_ORDERS)
    return fits_basket * mine / usual


def scores_of(recommender: Callable[[Evidence], Any], known: Evidence) -> Floats:
    """Ask a recommender for its scores, or say what is wrong with its answer."""
    scores = np.asarray(recommender(known))
    if scores.shape != known.basket.shape or scores.dtype.kind not in "buif" or not np.isfinite(scores).all():
        raise Fault(f"{EXPECTED}; it gave {scores.dtype} of shape {scores.shape}.")
    return scores.astype(float)


def best(scores: Floats, basket: npt.NDArray[np.bool_], number: int) -> Integers:
    """Find the best categories not in the basket, (orders, number); -1 where there are no more."""
    free = np.where(basket, -np.inf, scores)
    places = np.argsort(-free, axis=1, kind="stable")[:, :number]
    return np.where(np.take_along_axis(basket, places, axis=1), -1, places)


def _name_or_function(given: Any, name: ValidatorFunctionWrapHandler) -> Any:
    return given if callable(given) else name(given)


def _as_it_is(given: Any, name: SerializerFunctionWrapHandler) -> Any:
    return given if callable(given) else name(given)


Recommender = Annotated[Name, WrapValidator(_name_or_function), WrapSerializer(_as_it_is)]
