"""Data: the checked, unchangeable base of every section of a plan or a scenario.

First station of the flow: learners and instructors describe what they want as `Data`, in Python or in a
file (`sim.files`); everything later in the flow may rely on it being valid. A bad value never gets
further than here: it raises a `Fault`, which says in plain sentences what was given and what is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy
from pydantic import BaseModel, ConfigDict, ValidationError

from sim.fault import Fault, flaws, shown, spelled

__all__ = ["Data", "Fault", "changed"]


class Data(BaseModel):
    """A validated, immutable record; subclasses declare the fields.

    Whole numbers serve as numbers, lists as tuples and numpy scalars as plain numbers; nothing else is
    converted: "7" is not 7, `True` is not 1, 3.0 is not a whole number. Fields that hold several values
    are declared as tuples (or dicts), never as lists or sets; no field is declared to hold one of several
    types, but for None. No field may be called `version` or `but`.

    Raises
    ------
    Fault
        On construction, listing what is wrong, a line each (of very many, the first).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    if not TYPE_CHECKING:  # type checkers read the fields of the subclass instead

        def __init__(self, /, **given: Any) -> None:
            try:
                super().__init__(**{name: _plain(value) for name, value in given.items()})
            except ValidationError as error:
                kind = type(self)
                found = [(spelled((kind.__name__, *flaw.section)), flaw) for flaw in flaws(error, kind)]
                raise Fault(*(f"{place}: {flaw.sentence}" for place, flaw in found)) from None

        # Marks the constructor as pydantic's own, so that sections inside sections are validated in one
        # pass and report the full path instead of each raising a Fault of its own.
        __init__.__pydantic_base_init__ = True

        def __setattr__(self, name: str, value: Any) -> None:
            if name in type(self).model_fields:
                raise Fault(
                    f"{type(self).__name__}.{name} cannot be changed; make a changed copy: .but({name}=...)"
                )
            super().__setattr__(name, value)

    def but(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, validated like a new one.

        Raises
        ------
        Fault
            If a change is not allowed or names an unknown field.
        """
        same = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**(same | changes))

    def __repr__(self) -> str:
        fields = (f"{name}={shown(value)}" for name, value in changed(self).items())
        return f"{type(self).__name__}({', '.join(fields)})"

    __str__ = __repr__


def changed(data: Data) -> dict[str, Any]:
    """Return the fields of `data` that differ from their defaults, in the order declared."""
    fields = type(data).model_fields.items()
    values = [(name, getattr(data, name), field.default) for name, field in fields]
    return {name: value for name, value, default in values if not _is_same(value, default)}


def _is_same(one: Any, other: Any) -> bool:
    return bool(one == other) and repr(one) == repr(other)  # 0.0 == -0.0, but they are not the same


def _plain(value: Any) -> Any:
    """Turn lists into tuples and numpy scalars into plain numbers, at any depth."""
    if type(value) is list or type(value) is tuple:
        return tuple(_plain(item) for item in value)
    if type(value) is dict:
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value.item() if isinstance(value, numpy.generic) else value
