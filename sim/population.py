"""The people of a market: one table of columns, each mechanism's gathered here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim import pantry
from sim.chance import Floats, Luck, Purpose
from sim.clock import WEEKS_A_YEAR
from sim.events import Stage
from sim.processes import (
    acquisition,
    bonds,
    community,
    contact,
    entry,
    experience,
    followup,
    fulfilment,
    gifts,
    guarantee,
    livestream,
    loyalty,
    needs,
    notice,
    participation,
    patience,
    payday,
    place,
    pricing,
    privacy,
    renewal,
    rival,
    sales,
    seeding,
    service,
    shocks,
    shopping,
    success,
    surcharge,
    ties,
)

if TYPE_CHECKING:
    from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody there is, from week 0 on: prospects, customers, lost customers.

    Each field holds the columns of one mechanism, arrays of shape (people,) or (something, people). A
    mechanism that is switched off leaves neutral columns that cannot be written to.
    """

    number: npt.NDArray[np.int64]  # 0, 1, 2, …
    entry: entry.Columns
    shopping: shopping.Columns
    renewal: renewal.Columns
    patience: patience.Columns
    experience: experience.Columns
    pricing: pricing.Columns
    contact: contact.Columns
    service: service.Columns
    bonds: bonds.Columns
    loyalty: loyalty.Columns
    acquisition: acquisition.Columns
    privacy: privacy.Columns
    place: place.Columns
    surcharge: surcharge.Columns
    payday: payday.Columns
    shocks: shocks.Columns
    needs: needs.Columns
    rival: rival.Columns
    seeding: seeding.Columns
    notice: notice.Columns
    guarantee: guarantee.Columns
    followup: followup.Columns
    basket: pantry.Columns
    fulfilment: fulfilment.Columns
    community: community.Columns
    gifts: gifts.Columns
    participation: participation.Columns
    livestream: livestream.Columns
    sales: sales.Columns
    ties: ties.Columns
    success: success.Columns

    @classmethod
    def draw(cls, scenario: Scenario, luck: Luck) -> Population:
        """Draw the people of a scenario, each with the luck of this seed."""
        person = np.arange(scenario.people)
        standing = entry.Columns.draw(scenario.entry, luck, person)
        present = standing.stage == Stage.CUSTOMER
        wants = needs.Columns.draw(scenario.needs, luck, person)
        size = size_of_orders(scenario, luck, person)
        return cls(
            number=person,
            entry=standing,
            shopping=shopping.Columns.draw(scenario.shopping, luck, person, present),
            renewal=renewal.Columns.draw(scenario.renewal, luck, person, present),
            patience=patience.Columns.draw(scenario.patience, luck, person),
            experience=experience.Columns.draw(scenario.experience, luck, person),
            pricing=pricing.Columns.draw(scenario.pricing, luck, person, wants.thrift),
            contact=contact.Columns.draw(scenario.contact, luck, person),
            service=service.Columns.draw(scenario.service, luck, person),
            bonds=bonds.Columns.draw(scenario.bonds, person),
            loyalty=loyalty.Columns.draw(person),
            acquisition=acquisition.Columns.draw(scenario.acquisition, luck, person),
            privacy=privacy.Columns.draw(scenario.privacy, luck, person),
            place=place.Columns.draw(scenario.place, luck, person),
            surcharge=surcharge.Columns.draw(scenario.surcharge, person),
            payday=payday.Columns.draw(scenario.payday, luck, person),
            shocks=shocks.Columns.draw(scenario.shocks, person),
            needs=wants,
            rival=rival.Columns.draw(scenario.rival, luck, person, wants.value),
            seeding=seeding.Columns.draw(scenario.seeding, person),
            notice=notice.Columns.draw(scenario.notice, person),
            guarantee=guarantee.Columns.draw(scenario.guarantee, luck, person),
            followup=followup.Columns.draw(scenario.followup, person),
            basket=pantry.Columns.draw(scenario.basket, luck, person, size),
            fulfilment=fulfilment.Columns.draw(scenario.fulfilment, luck, person, size),
            community=community.Columns.draw(scenario.community, person),
            gifts=gifts.Columns.draw(scenario.gifts, person),
            participation=participation.Columns.draw(scenario.participation, person),
            livestream=livestream.Columns.draw(scenario.livestream, person),
            sales=sales.Columns.draw(scenario.sales, luck, person),
            ties=ties.Columns.draw(scenario.ties, person),
            success=success.Columns.draw(scenario.success, person),
        )


def size_of_orders(scenario: Scenario, luck: Luck, person: npt.NDArray[np.int64]) -> Floats:
    """Give how large people's orders or bills are, as a standard normal score; shape (people,)."""
    if scenario.shopping:
        return shopping.size_of_orders(scenario.shopping, luck, person)
    score: Floats = luck.normal(Purpose.LEVEL, person)  # by which `renewal` draws their level
    return score


def yearly_worth(scenario: Scenario, people: Population) -> Floats:
    """Give what everybody would pay in a year as a customer, at shelf price, in currency; shape (people,)."""
    if scenario.renewal:
        bills = WEEKS_A_YEAR / scenario.renewal.bill_weeks
        fee: Floats = np.array(scenario.renewal.fees)[people.renewal.level]
        return fee * bills
    assert scenario.shopping  # a scenario has one of the two
    worth: Floats = people.shopping.rate * scenario.shopping.spend_shape / people.shopping.spend_rate
    return worth * WEEKS_A_YEAR
