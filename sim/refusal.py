"""Refusal: what a plan asks for that a market does not have, said before a run begins.

Between a plan and `sim.market`: what passes here can be carried out.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Protocol, runtime_checkable

from sim.campaign import Message
from sim.data import Fault, changed
from sim.plan import LEVERS, Plan, Timeline
from sim.scenario import Scenario
from sim.segment import segments_in
from sim.trigger import REQUIRED, SHOWN_BY, Trigger


@runtime_checkable
class Conditional(Protocol):
    """Levers of a mechanism that cannot be moved as one likes in every market that has it."""

    def refusal(self, scenario: Scenario) -> str | None:
        """Say which lever this market cannot follow, and why; None if it can follow all."""


def check_plan(scenario: Scenario, timeline: Timeline) -> None:
    """Refuse a plan that uses what this market does not have.

    Raises
    ------
    Fault
        Naming the campaign or lever, and what there is instead.
    """
    if not isinstance(scenario, Scenario):
        raise Fault(f'scenario: expects one such as load_scenario("supermarket"), was given {scenario!r}.')
    name = scenario.name
    for place, campaign in enumerate(timeline.campaigns):
        _check_message(scenario, campaign, f"campaigns[{place}]")
    for place, trigger in enumerate(timeline.triggers):
        _check_message(scenario, trigger, f"triggers[{place}]")
        _check_occasion(scenario, trigger, f"triggers[{place}]")
    for plan in timeline.plans.values():
        _check_segments(scenario, plan)
        for section in LEVERS:
            levers = getattr(plan, section)
            reason = levers.refusal(scenario) if isinstance(levers, Conditional) else None
            if reason:
                raise Fault(f"{section}.{reason}")
            if levers != type(levers)() and getattr(scenario, section) is None:
                moved = ", ".join(changed(levers))
                raise Fault(
                    f"{section}: {name} has no {section}: its {section} section is switched off, "
                    f"so leave {moved} alone, {_remedy(scenario, section)}."
                )


def _remedy(scenario: Scenario, section: str) -> str:
    """Say how to come to a market in which the levers of a section move something."""
    other = "take a market that has one"
    try:
        scenario.also(section)
    except Fault:  # it has no usual numbers, or does not go with what this market has
        return f"or {other}"
    return f'{other}, or switch it on: market.also("{section}")'


def _check_segments(scenario: Scenario, plan: Plan) -> None:
    """Refuse a segment that asks for what the record of this market does not show."""
    if scenario.record.sees is None:
        return
    for place, segment in segments_in(plan):
        for name in changed(segment):
            if name not in scenario.record.sees:
                raise Fault(f"{place}.{name}: {scenario.record.hides(name)}")


def _check_occasion(scenario: Scenario, trigger: Trigger, place: str) -> None:
    """Refuse an occasion that never comes in this market."""
    name, needed = scenario.name, REQUIRED.get(trigger.on)
    if needed and getattr(scenario, needed) is None:
        raise Fault(
            f"{place}.on: {name} knows no {trigger.on}: its {needed} section is switched off, "
            "so choose another occasion, or take a market that has one."
        )
    for feature in SHOWN_BY.get(trigger.on, ()):
        if feature not in scenario.record.shown:
            raise Fault(
                f'{place}.on: "{trigger.on}" cannot be noticed: {scenario.record.hides(feature)} '
                "Take another occasion, or a campaign."
            )
    if trigger.on == "runout" and scenario.basket:
        goods = tuple(scenario.basket.categories)
        staples = [goods[staple] for staple in scenario.basket.staples]
        if not staples:
            raise Fault(
                f"{place}.on: nothing in {name} is bought again when it runs out: no category has a "
                "cycle_weeks. Choose another occasion, or give a category one."
            )
        if trigger.about not in (None, *staples):
            raise Fault(
                f"{place}.about: only staples are predicted to run out, and {trigger.about} is none. "
                f"{name} has: {', '.join(staples)}. Name one of them, or leave about out."
            )


def _check_message(scenario: Scenario, message: Message, place: str) -> None:
    """Refuse a message on a channel that this market does not have, or an offer where it knows none."""
    name, channels = scenario.name, tuple(scenario.contact.channels) if scenario.contact else ()
    if message.channel not in channels:
        near = get_close_matches(message.channel, channels, n=1)
        meant = f' Did you mean "{near[0]}"?' if near else ""
        there = f"It has: {', '.join(channels)}." if channels else "Its contact section is switched off."
        raise Fault(f'{place}.channel: {name} has no channel "{message.channel}".{meant} {there}')
    if message.offer.discount and not scenario.pricing:
        raise Fault(f"{place}.offer: {name} knows no offers: its pricing section is off.")
    needs = tuple(scenario.needs.types) if scenario.needs else ()
    if message.fits is not None and message.fits not in needs:
        there = f"It has: {', '.join(needs)}." if needs else "Its needs section is switched off."
        raise Fault(f'{place}.fits: {name} has no need "{message.fits}". {there}')
    goods = tuple(scenario.basket.categories) if scenario.basket else ()
    if message.about is not None and message.about not in goods:
        there = f"It has: {', '.join(goods)}." if goods else "Its basket section is switched off."
        raise Fault(f'{place}.about: {name} has no category "{message.about}". {there}')
