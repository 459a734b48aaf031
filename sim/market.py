"""The market: a scenario's people, a firm's plan and a seed, run week by week on a SimPy clock.

Scenario + Plan (or Timeline) + seed  ->  simulate  ->  Run
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from operator import index

import numpy as np
import simpy

from sim import customer, subscriber
from sim.chance import Integers
from sim.customer import Life
from sim.data import Fault
from sim.plan import LEVERS, Plan, Timeline
from sim.population import yearly_worth
from sim.processes.acquisition import Acquisition
from sim.processes.automation import Automation
from sim.processes.basket import Basket
from sim.processes.bonds import Bonds
from sim.processes.community import Community
from sim.processes.contact import Contact
from sim.processes.credit import Credit
from sim.processes.entry import Entry
from sim.processes.experience import Experience
from sim.processes.followup import Followup
from sim.processes.freemium import Freemium
from sim.processes.fulfilment import Fulfilment
from sim.processes.gaps import Gaps
from sim.processes.gifts import Gifts
from sim.processes.guarantee import Guarantee
from sim.processes.levels import Levels
from sim.processes.livestream import Livestream
from sim.processes.loyalty import Loyalty
from sim.processes.needs import Needs
from sim.processes.notice import Notice
from sim.processes.participation import Participation
from sim.processes.patience import Patience
from sim.processes.payday import Payday
from sim.processes.place import Places
from sim.processes.pricing import Pricing
from sim.processes.privacy import Privacy
from sim.processes.profile import Profile
from sim.processes.renewal import Renewal
from sim.processes.rival import Rival
from sim.processes.rollout import Rollout
from sim.processes.sales import Sales
from sim.processes.seeding import Seeding
from sim.processes.service import Service
from sim.processes.shocks import Shocks
from sim.processes.shopping import Shopping
from sim.processes.staff import Staff
from sim.processes.stewardship import Stewardship
from sim.processes.success import Success
from sim.processes.surcharge import Surcharge
from sim.processes.ties import Ties
from sim.refusal import check_plan
from sim.run import Run, defection_table
from sim.scenario import LAWS, MECHANISMS, Scenario
from sim.world import World


def simulate(
    scenario: Scenario,
    plan: Plan | Timeline | dict[int, Plan],
    seed: int,
    focus: Iterable[int] = (),
    life: Life | None = None,
) -> Run:
    """Run a market once.

    Parameters
    ----------
    scenario
        The market; see `load_scenario`.
    plan
        What the firm does: one plan, or plans by the week from which they hold.
    seed
        The luck of this run, a whole number from 0. The same inputs give the same run, to the last event.
    focus
        Persons who live as SimPy processes of their own, by `life`, among the others.
    life
        The process they live by; by default that of `sim/customer.py`, or `sim/subscriber.py` under contract.

    Raises
    ------
    Fault
        If the plan does something that this market does not know, or a person of `focus` is not in it.
    """
    return Market(scenario, Timeline.of(plan), seed, focus, life).run()


class Market:
    """A world, the processes that act in it, and the firm that decides every Monday."""

    def __init__(
        self,
        scenario: Scenario,
        timeline: Timeline,
        seed: int,
        focus: Iterable[int] = (),
        life: Life | None = None,
    ) -> None:
        check_plan(scenario, timeline)
        self.scenario, self.timeline, self.seed = scenario, timeline, seed
        self.world = world = World(scenario, seed)
        apart = _persons(focus, scenario.people)
        self.entry = Entry(world)
        self.pricing = Pricing(world, scenario.pricing) if scenario.pricing else None
        self.rollout = Rollout(world, scenario.rollout) if scenario.rollout else None
        self.needs = Needs(world, scenario.needs) if scenario.needs else None
        self.profile = Profile(world, scenario.profile) if scenario.profile else None
        self.rival = Rival(world, scenario.rival) if scenario.rival else None
        self.seeding = Seeding(world, scenario.seeding) if scenario.seeding else None
        self.stewardship = Stewardship(world, scenario.stewardship) if scenario.stewardship else None
        self.loyalty = Loyalty(world, scenario.loyalty) if scenario.loyalty else None
        self.privacy = Privacy(world, scenario.privacy) if scenario.privacy else None
        self.surcharge = Surcharge(world, scenario.surcharge) if scenario.surcharge else None
        self.place = Places(world, scenario.place) if scenario.place else None
        self.payday = Payday(world, scenario.payday) if scenario.payday else None
        self.freemium = Freemium(world, scenario.freemium) if scenario.freemium else None
        self.fulfilment = Fulfilment(world, scenario.fulfilment) if scenario.fulfilment else None
        self.gaps = Gaps(world, scenario.gaps) if scenario.gaps else None
        self.shocks = Shocks(world, scenario.shocks) if scenario.shocks else None
        self.acquisition = Acquisition(world, scenario.acquisition) if scenario.acquisition else None
        self.basket = Basket(world, scenario.basket) if scenario.basket else None
        self.sales = (
            Sales(world, scenario.sales, yearly_worth(scenario, world.people)) if scenario.sales else None
        )
        self.ties = Ties(world, scenario.ties) if scenario.ties else None
        self.success = Success(world, scenario.success) if scenario.success else None
        self.credit = Credit(world, scenario.credit) if scenario.credit else None
        self.contact = Contact(world, scenario.contact) if scenario.contact else None
        self.bonds = Bonds(world, scenario.bonds) if scenario.bonds else None
        self.service = Service(world, scenario.service) if scenario.service else None
        self.staff = Staff(world, scenario.staff) if scenario.staff else None
        self.automation = Automation(world, scenario.automation) if scenario.automation else None
        self.notice = Notice(world, scenario.notice, scenario.delays) if scenario.notice else None
        self.guarantee = Guarantee(world, scenario.guarantee) if scenario.guarantee else None
        self.followup = Followup(world, scenario.followup) if scenario.followup else None
        self.levels = Levels(world, scenario.levels) if scenario.levels else None
        self.shopping = Shopping(world, scenario.shopping, apart) if scenario.shopping else None
        self.renewal = Renewal(world, scenario.renewal, apart) if scenario.renewal else None
        self.experience = Experience(world, scenario.experience) if scenario.experience else None
        self.community = Community(world, scenario.community) if scenario.community else None
        self.gifts = Gifts(world, scenario.gifts) if scenario.gifts else None
        self.participation = Participation(world, scenario.participation) if scenario.participation else None
        self.livestream = Livestream(world, scenario.livestream) if scenario.livestream else None
        self.patience = Patience(world, scenario.patience) if scenario.patience else None
        world.pricing, world.renewal, world.rival = self.pricing, self.renewal, self.rival
        world.desk = self.service.desk if self.service else None
        world.till = self.basket.till if self.basket else None
        world.team = self.sales.team if self.sales else None

        world.env.process(self.entry.run())
        for name in (*LAWS, *MECHANISMS):
            process = getattr(self, name)
            if process:
                world.env.process(process.run())
        of_one = life or (subscriber.life if self.renewal else customer.life)
        for person in apart.tolist():
            world.env.process(of_one(world, person))
        world.env.process(self.decide())
        world.env.process(self.close_books())
        self.clock = world.env.process(world.calendar.run())

    def run(self) -> Run:
        """Let the weeks pass, and give what came of them."""
        self.world.env.run(until=self.clock)
        world, table = self.world, defection_table(self.world.defections)
        return Run(self.scenario, self.timeline, self.seed, tuple(world.log.pages), world.people, table)

    def decide(self) -> Generator[simpy.Event, int, None]:
        """Each Monday, pass on a plan that is new to those who carry it out."""
        numbers, told = self.timeline.numbers, None
        while True:
            week = yield self.world.calendar.hour("decide")
            plan = self.timeline.at(week)
            if plan is told:
                continue
            told = plan
            for name in LEVERS:
                process = getattr(self, name)
                if process:
                    process.levers = getattr(plan, name)
            if self.contact:
                post = self.contact.post
                post.campaigns = [(numbers[campaign], campaign) for campaign in plan.campaigns]
                post.triggers = [(numbers[trigger], trigger) for trigger in plan.triggers]

    def close_books(self) -> Generator[simpy.Event, int, None]:
        """Each Sunday night, close the week's page of the log; the record learns what is known of it."""
        while True:
            yield self.world.calendar.hour("books")
            self.world.record.learn(self.world.log.close_week())


def _persons(focus: Iterable[int], people: int) -> Integers:
    """Take the persons of a focus group, each once."""
    try:
        chosen = sorted({_number(person) for person in focus})
    except TypeError:
        raise Fault(f"focus: expects persons by number, such as [7, 11], was given {focus!r}.") from None
    if chosen and not people:
        raise Fault("focus: this market has no people.")
    if chosen and not (chosen[0] >= 0 and chosen[-1] < people):
        given = f"{chosen[0]} to {chosen[-1]}"
        raise Fault(f"focus: persons of this market are numbered 0 to {people - 1}, was given {given}.")
    return np.array(chosen, np.int64)


def _number(person: int) -> int:
    """Take a whole number as it is; nothing else, and True is none."""
    if isinstance(person, bool):
        raise TypeError
    return index(person)
