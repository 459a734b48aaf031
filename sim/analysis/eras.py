"""Eras: what firms of a time could see of their customers, and by which ways they could reach them.

    era(market, "1980s")

gives the same market, with the same people and the same luck, to a firm of that time. In the 1980s a call
centre knows who called, and little else; in the 1990s a database joins orders to names; in the 2000s
packaged CRM adds e-mail and what people answer to it; in the 2020s there are apps and groups, and orders are
known at once. What people want is the same in all of them.

The order of these steps is well told (Payne & Frow 2005, J. Marketing 69(4); Kumar & Reinartz, Customer
Relationship Management, ch. 1); the decades are loose. Some firms had a database in the 1970s, and some have
none today. Delays are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sim.data import Fault
from sim.delays import Delays
from sim.scenario import Scenario

EraName = Literal["1980s", "1990s", "2000s", "2020s"]
ERAS: tuple[EraName, ...] = get_args(EraName)

CALLS = ("tickets", "contact_weeks")
ORDERS = ("recency_weeks", "tenure_weeks", "orders", "orders_52w", "spend", "spend_52w")
PROGRAMMES = ("tier", "points", "contract_weeks", "contract_level")
ANSWERS = ("opened", "clicked", "nps", "need", "greenness", "household_size")


@dataclass(frozen=True)
class Era:
    """What a time let a firm do."""

    channels: tuple[str, ...] | None  # of those that a market has; None: all
    sees: tuple[str, ...] | None  # what segments may ask of the record; None: everything
    order_hours: float  # until an order is on record
    answer_hours: float  # until a survey answer is on record
    not_yet: tuple[str, ...]  # mechanisms whose levers nobody had


TIMES: dict[EraName, Era] = {
    "1980s": Era(("phone", "store"), CALLS, 168.0, 168.0, ("community", "livestream", "automation")),
    "1990s": Era(
        ("phone", "store"),
        (*CALLS, *ORDERS, *PROGRAMMES),
        *(72.0, 72.0, ("community", "livestream", "automation")),
    ),
    "2000s": Era(
        ("phone", "store", "email", "sms"),
        (*CALLS, *ORDERS, *PROGRAMMES, *ANSWERS),
        *(24.0, 24.0, ("community", "livestream", "automation")),
    ),
    "2020s": Era(None, None, 0.0, 0.0, ()),
}


def era(scenario: Scenario, name: EraName) -> Scenario:
    """Give the same market to a firm of another time.

    Parameters
    ----------
    scenario
        The market as it is today.
    name
        "1980s", "1990s", "2000s" or "2020s".

    Raises
    ------
    Fault
        If there is no such era.
    """
    if name not in TIMES:
        raise Fault(f"era: no era named {name!r}. There are: {', '.join(ERAS)}.")
    time = TIMES[name]
    record = Delays(order_hours=time.order_hours, answer_hours=time.answer_hours, sees=time.sees)
    changes = {section: None for section in time.not_yet}
    return scenario.but(
        name=f"{scenario.name} {name}", record=record, contact=_contact(scenario, time), **changes
    )


def _contact(scenario: Scenario, time: Era) -> object:
    """Keep the ways to reach people that there were; none left is no contact."""
    if scenario.contact is None or time.channels is None:
        return scenario.contact
    kept = {word: way for word, way in scenario.contact.channels.items() if word in time.channels}
    return scenario.contact.but(channels=kept) if kept else None
