"""Check: what is refused before a model sees it, each thing with a sentence of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.data import Fault

Floats = npt.NDArray[np.float64]


def expect_number(name: str, given: Any, low: float, high: float = np.inf, above: bool = False) -> float:
    """Take a number from ``low`` (or, if ``above``, from above it) to ``high``.

    Raises
    ------
    Fault
        If it is none.
    """
    bounds = f"{'above' if above else 'from'} {low:g}" + (f" to {high:g}" if np.isfinite(high) else "")
    number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    if not number or not np.isfinite(given) or not low <= given <= high or (above and given == low):
        raise Fault(f"{name}: expects a number {bounds}, was given {given!r}.")
    return float(given)


def expect_whole(name: str, given: Any, low: int) -> npt.NDArray[np.int64]:
    """Take a whole number from ``low``, or several, as an array.

    Raises
    ------
    Fault
        If one is missing, broken or too small.
    """
    try:
        numbers = np.asarray(given)
    except ValueError:  # lists of different lengths
        numbers = np.zeros(0)
    whole = numbers.dtype.kind in "iuf" and numbers.size and not (numbers % 1).any()
    if not whole or numbers.min() < low:
        raise Fault(f"{name}: expects whole numbers from {low}, was given {given!r}.")
    return numbers.astype(np.int64)


def purchase_columns(customers: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Take frequency, recency and age, (K,) each, out of a history that BG/NBD can believe.

    Raises
    ------
    Fault
        With a sentence for each thing wrong.
    """
    frequency, recency, age = _numbers(customers, ("frequency", "recency", "age"))
    _refuse(
        customers,
        {
            "frequency: expects whole numbers, the orders after the first": frequency % 1 != 0,
            "frequency: expects numbers from 0": frequency < 0,
            "recency: expects weeks from 0, from the first order to the last": recency < 0,
            "age: expects weeks from 0, from the first order to the end": age < 0,
            "recency: nobody orders after the end; it can be at most the age": recency > age,
            "recency: without a repeat order it is 0, the first order being the last": (frequency == 0)
            & (recency > 0),
        },
    )
    return frequency, recency, age


def spend_columns(customers: pd.DataFrame) -> tuple[Floats, Floats]:
    """Take frequency and mean spend, (K,) each, out of a history; without repeats the spend is taken as 0.

    Raises
    ------
    Fault
        With a sentence for each thing wrong.
    """
    (frequency,) = _numbers(customers, ("frequency",))
    _refuse(customers, {"frequency: expects whole numbers from 0": (frequency % 1 != 0) | (frequency < 0)})
    again = frequency > 0
    mean_spend = np.zeros(len(frequency))
    if again.any():
        (mean_spend[again],) = _numbers(customers[again], ("mean_spend",))
    wrong = again & (mean_spend <= 0)
    _refuse(customers, {"mean_spend: expects money above 0 from who orders again; drop the others": wrong})
    return frequency, mean_spend


def expect_numbers(table: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Refuse columns of words, dates and the like.

    Raises
    ------
    Fault
        Naming them.
    """
    words = [name for name in names if not pd.api.types.is_numeric_dtype(table[name])]
    if words:
        raise Fault(f"{', '.join(words)}: expects a column of numbers only.")


def expect_several(customers: pd.DataFrame, name: str) -> None:
    """Refuse to fit a law of how customers differ to less than two of them.

    Raises
    ------
    Fault
        Saying how many there are.
    """
    if len(customers) < 2:
        raise Fault(f"{name} tells how customers differ: it needs many of them, was given {len(customers)}.")


def _numbers(customers: pd.DataFrame, names: tuple[str, ...]) -> tuple[Floats, ...]:
    if not isinstance(customers, pd.DataFrame):
        kind = type(customers).__name__
        raise Fault(f"customers: expects a table, as clv.history(orders) gives it, was given {kind}.")
    missing = [name for name in names if name not in customers]
    if missing:
        raise Fault(
            f"customers: there is no column {', '.join(missing)}; clv.history(orders) makes a table with it."
        )
    if customers.empty:
        raise Fault("customers: there are none in the table.")
    expect_numbers(customers, names)
    columns = tuple(customers[name].to_numpy(float, na_value=np.nan) for name in names)
    unknown = {f"{name}: expects numbers": ~np.isfinite(x) for name, x in zip(names, columns, strict=True)}
    _refuse(customers, unknown)
    return columns


def _refuse(customers: pd.DataFrame, rules: dict[str, npt.NDArray[np.bool_]]) -> None:
    """Raise a Fault with every rule that is broken, by how many customers, and by whom first."""
    broken = {rule: np.flatnonzero(wrong) for rule, wrong in rules.items() if wrong.any()}
    if broken:
        raise Fault(
            *(
                f"{rule}; {len(who):,} of {len(customers):,} customers break this, "
                f"first customer {customers.index[who[0]]}."
                for rule, who in broken.items()
            )
        )
