"""A segment: a rule about what the firm's record shows, as plain data.

`Segment(recency_weeks=over(8), spend_52w=at_least(400))` means: has not ordered for more than eight
weeks, and spent at least 400 in the last 52. All conditions must hold; an empty segment is everybody on
record. What the record does not show cannot be asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.data import Data
from sim.mask import Mask
from sim.need import NeedName
from sim.parameter import PLAN, parameter

HIDDEN_TRAITS = """
    satisfaction expectation patience shield spell rate dropout toll asleep dormant stage left cause fatigue
    sensitivity preference reference stock outspoken alive churn_risk loyalty hazard
    financial_bond social_bond structural_bond sociability inclination leaves_after_term
    cheek misled
    orders_a_week leaves_after_order mean_order reference_price patience_left person people
    true_need green_worth delivered_value wallet_share habit
    taste lasts runs_out
    promised peak voice warmth habit muted weariness surge people_at_home extra_work
""".split()  # noqa: SIM905  # what one would like to know of customers, and no firm does


class Rule(Data):
    """A condition on one number; all of its parts must hold."""

    over: float | None = Field(None, description="more than")
    at_least: float | None = Field(None, description="this or more")
    under: float | None = Field(None, description="less than")
    at_most: float | None = Field(None, description="this or less")

    def holds(self, values: npt.NDArray[np.float64]) -> Mask:
        """Tell for each value whether the rule holds; for an unknown one (NaN) it does not."""
        fits = ~np.isnan(values)
        if self.over is not None:
            fits &= values > self.over
        if self.at_least is not None:
            fits &= values >= self.at_least
        if self.under is not None:
            fits &= values < self.under
        if self.at_most is not None:
            fits &= values <= self.at_most
        return fits

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if not self.model_dump(exclude_none=True):
            raise ValueError("an empty rule says nothing. Give over, at_least, under or at_most.")
        return self


def over(number: float) -> Rule:
    """More than so much."""
    return Rule(over=number)


def at_least(number: float) -> Rule:
    """At least so much."""
    return Rule(at_least=number)


def under(number: float) -> Rule:
    """Less than so much."""
    return Rule(under=number)


def at_most(number: float) -> Rule:
    """At most so much."""
    return Rule(at_most=number)


def exactly(number: float) -> Rule:
    """Just so much."""
    return Rule(at_least=number, at_most=number)


def _rule(meaning: str, unit: str, slider: tuple[float, float, float]) -> Any:
    """Declare a feature of the record that a segment may ask for."""
    return parameter(meaning, unit, PLAN, None, slider=slider, absent="any")


class Segment(Data):
    """Whoever fits all of these rules about the record."""

    recency_weeks: Rule | None = _rule("weeks since the last order on record", "weeks", (1, 52, 1))
    tenure_weeks: Rule | None = _rule("weeks since the first order on record", "weeks", (1, 104, 1))
    orders: Rule | None = _rule("orders on record", "orders", (1, 100, 1))
    orders_52w: Rule | None = _rule("orders in the last 52 weeks", "orders", (1, 52, 1))
    spend: Rule | None = _rule("money spent, in the scenario's currency", "currency", (0, 5000, 50))
    spend_52w: Rule | None = _rule("money spent in the last 52 weeks", "currency", (0, 2000, 25))
    contact_weeks: Rule | None = _rule("weeks since the last message; unknown if none", "weeks", (1, 52, 1))
    opened: Rule | None = _rule("messages opened", "messages", (0, 50, 1))
    clicked: Rule | None = _rule("messages clicked", "messages", (0, 20, 1))
    tickets: Rule | None = _rule("complaints ever made", "complaints", (0, 10, 1))
    nps: Rule | None = _rule("last answer to the NPS survey, 0-10; unknown if none", "points", (0, 10, 1))
    tier: Rule | None = _rule(
        "tier of the loyalty programme: 0, 1 silver, 2 gold; unknown if no member", "-", (0, 2, 1)
    )
    points: Rule | None = _rule("points held, in the scenario's currency", "currency", (0, 50, 1))
    runout_weeks: Rule | None = _rule(
        "predicted weeks until a staple runs out, that of the message or else the soonest; unknown before "
        "the second purchase",
        "weeks",
        (-2, 8, 0.5),
    )
    community: Rule | None = _rule("member of a group of the firm's own: 1, or 0", "-", (0, 1, 0.5))
    contract_weeks: Rule | None = _rule("weeks until a contract ends; unknown if none", "weeks", (1, 52, 1))
    contract_level: Rule | None = _rule(
        "level of the contract, 0 with the first fee; unknown if none", "-", (0, 3, 1)
    )
    need: NeedName | None = parameter("the need that a customer has named", "-", PLAN, None, absent="any")
    greenness: Rule | None = _rule(
        "how much green goods matter, 0-10, as the customer said; unknown if not", "points", (0, 10, 1)
    )
    household_size: Rule | None = _rule(
        "people at home, as the customer said; unknown if not", "people", (1, 6, 1)
    )

    @model_validator(mode="before")
    @classmethod
    def _only_what_a_firm_sees(cls, given: Any) -> Any:
        for name in given if isinstance(given, dict) else ():
            if name in HIDDEN_TRAITS:
                raise ValueError(cannot_see(name))
        return given

    def chosen(self, view: Any) -> Mask:
        """Tell for each row of a record (a view, or the table `run.record(week)`) whether it fits."""
        fits = np.ones(len(view), bool)
        for name in type(self).model_fields:
            rule = getattr(self, name)
            if isinstance(rule, Rule):
                fits &= rule.holds(np.asarray(getattr(view, name), float))
            elif rule is not None:  # a word
                fits &= np.asarray(getattr(view, name), str) == rule
        return fits


def segments_in(data: Data, place: str = "") -> Iterator[tuple[str, Segment]]:
    """Find every segment in a plan, at any depth, each with where it stands."""
    for name in type(data).model_fields:
        value, where = getattr(data, name), f"{place}.{name}" if place else name
        several = value if isinstance(value, tuple) else ()
        for one, spot in [(value, where), *((one, f"{where}[{k}]") for k, one in enumerate(several))]:
            if isinstance(one, Segment):
                yield spot, one
            elif isinstance(one, Data):
                yield from segments_in(one, spot)


def cannot_see(name: str) -> str:
    """Say that a trait is hidden from the firm, and what it can use instead."""
    return f'"{name}" is hidden: a firm cannot see it. It sees: {", ".join(Segment.model_fields)}.'


def not_there(name: str) -> str:
    """Say that the record has no such column, and which may be meant."""
    near = get_close_matches(name, Segment.model_fields, n=1, cutoff=0.5)
    meant = f' Did you mean "{near[0]}"?' if near else ""
    return f'the record has no "{name}".{meant} It has: {", ".join(Segment.model_fields)}.'
