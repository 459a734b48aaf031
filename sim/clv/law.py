"""Law: what all fitted models have in common: parameters, how well they are known, a table of them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pandas as pd
from pydantic import Field

from sim.clv.likelihood import Fit
from sim.data import Data


class Law(Data):
    """A law of customer behaviour with its parameters, fitted to customers or given.

    A fit gives it: `BgNbd.fit(customers)`. With known parameters, such as published ones, write
    `BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)`.
    """

    name: ClassVar[str]
    customers: int = Field(0, description="how many it was fitted to; 0: the parameters are given", ge=0)
    standard_errors: dict[str, float] = Field({}, description="of the estimates, on their own scale")
    log_likelihood: float | None = Field(None, description="of the data it was fitted to")

    @classmethod
    def of(cls, fit: Fit, customers: int) -> Self:
        """Make a law of a fit to so many customers."""
        known: dict[str, Any] = {**fit.estimates, "standard_errors": fit.standard_errors}
        return cls(**known, log_likelihood=fit.log_likelihood, customers=customers)

    @property
    def estimates(self) -> dict[str, float]:
        """The parameters by name."""
        names = [name for name in type(self).model_fields if name not in Law.model_fields]
        return {name: getattr(self, name) for name in names}

    def table(self) -> pd.DataFrame:
        """Give a row a parameter: `estimate`, `standard_error`, `unit` and `meaning`, rounded for reading."""
        fields = type(self).model_fields
        rows = {
            name: (value, self.standard_errors.get(name), *_note(fields[name]))
            for name, value in self.estimates.items()
        }
        columns = ["estimate", "standard_error", "unit", "meaning"]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return table.astype({"standard_error": float}).round(4).rename_axis("parameter")

    def __repr__(self) -> str:
        numbers = ", ".join(self._said(name, value) for name, value in self.estimates.items())
        if self.log_likelihood is None:
            return f"{self.name} with given parameters: {numbers}"
        reached = f"log-likelihood {self.log_likelihood:,.1f}"
        return f"{self.name} fitted to {self.customers:,} customers: {numbers}; {reached}"

    __str__ = __repr__

    def _said(self, name: str, value: float) -> str:
        error, unit = self.standard_errors.get(name), _note(type(self).model_fields[name])[0]
        within = f" ± {error:.3f}" if error is not None else ""
        return f"{name} {value:.3f}{within}" + (f" {unit}" if unit != "-" else "")


def _note(field: Any) -> tuple[str, str]:
    return field.json_schema_extra["unit"], field.description
