"""Coherence: what in a scenario does not go together, and what can never happen in it.

Looks at the whole while pydantic reads the parts of a `Scenario`, so that its author hears of both at once.
The parts may therefore be wrong, or still as a file has them; what is wrong by itself is left to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sim.data import Data
from sim.fault import Where, hint, section_of
from sim.misfit import Misfit, part

Given = Mapping[str, Any]  # the fields of a scenario, as somebody gave them

BUYING = "people buy either freely or under contract"
FREELY = {  # sections that mean something only where people buy freely
    "rival": "people divide what they buy freely, not contracts",
    "livestream": "people buy on impulse freely, not by contract",
}
FELT_BY = {"delay": "notice", "entrant": "patience"}  # the section without which a shock does nothing
DATES = (("rival", "opens_week"), ("ties", "star_leaves"), ("notice", "delay", "from_week"))


def clashes(given: Given, scenario: type[Data]) -> Iterator[Misfit]:
    """Find what no market can be, or no scenario say."""
    yield from _names(given, scenario)
    yield from _laws(given)
    yield from _unfelt(given)


def idle(given: Given) -> Iterator[Misfit]:
    """Find what changes nothing: an oversight in a file, but none in a market that was made shorter."""
    yield from _too_late(given)
    fees = _list(part(given, "renewal", "fees"))
    if part(given, "freemium") is not None and all(type(fee) in (int, float) and fee > 0 for fee in fees):
        yield Misfit(
            ("freemium",), "no level is free of charge: give one of renewal.fees as 0, or leave freemium out."
        )


def _names(given: Given, scenario: type[Data]) -> Iterator[Misfit]:
    """Find what is said of parameters that do not exist."""
    sources = part(given, "sources")
    said = [("calibrated", place, name) for place, name in enumerate(_list(part(given, "calibrated")))]
    said += [("sources", name, name) for name in (sources if isinstance(sources, Mapping) else ())]
    there_are = _nameable(scenario)
    for field, place, name in said:
        if isinstance(name, str) and name not in there_are:
            meant = hint(name, list(there_are))
            yield Misfit(
                (field, place),
                f'"{name}" is no section or parameter of a scenario{meant} Write section or section.name.',
            )


@cache
def _nameable(scenario: type[Data]) -> dict[str, None]:
    """Name each section, and each parameter of a section, in the order declared."""
    sections = [(name, section_of(field.annotation)) for name, field in scenario.model_fields.items()]
    numbers = [f"{name}.{number}" for name, kind in sections if kind for number in kind.model_fields]
    return dict.fromkeys([*scenario.model_fields, *numbers])


def _laws(given: Given) -> Iterator[Misfit]:
    """Find more than one law of buying, or none, or what does not go with it."""
    is_free, is_bound = (part(given, law) is not None for law in ("shopping", "renewal"))
    if not is_free and not is_bound:
        yield Misfit(("shopping",), f"{BUYING}: give shopping or renewal.")
    if is_free and is_bound:
        yield Misfit(("renewal",), f"{BUYING}: give shopping or renewal, not both.")
    for name, reason in FREELY.items():
        if is_bound and part(given, name) is not None:
            yield Misfit((name,), f"{reason}: leave {name} or renewal out.")
    split = part(given, "stewardship", "split_share")
    if is_bound and isinstance(split, int | float) and split:
        yield Misfit(
            ("stewardship", "split_share"),
            "nobody has two accounts under contract: leave it out, or give 0.",
        )


def _unfelt(given: Given) -> Iterator[Misfit]:
    """Find shocks on the calendar that nobody would feel."""
    for place, shock in enumerate(_list(part(given, "shocks", "calendar"))):
        what, section = part(shock, "what"), FELT_BY.get(str(part(shock, "what")))
        if section and part(shock, "strength") != 0 and part(given, section) is None:
            named = f"an {what}" if what == "entrant" else f"a {what}"
            yield Misfit(
                ("shocks", "calendar", place),
                f"{named} is felt by way of {section}: give a {section} section, too.",
            )


def _too_late(given: Given) -> Iterator[Misfit]:
    """Find what is to come after the market's last week."""
    weeks, calendar = part(given, "weeks"), _list(part(given, "shocks", "calendar"))
    dates: list[tuple[Where, Any]] = [(where, part(given, *where)) for where in DATES]
    dates += [
        (("shocks", "calendar", place, "week"), part(shock, "week")) for place, shock in enumerate(calendar)
    ]
    for where, week in dates:
        if type(week) is int and type(weeks) is int and week >= weeks > 0:
            yield Misfit(
                where,
                f"week {week} never comes: the market's last week is {weeks - 1}. "
                "Write an earlier week, make the market longer, or leave it out.",
            )


def _list(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, tuple | list) else ()
