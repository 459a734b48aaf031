"""A plan: what the firm decides, as plain data; a timeline: which plan holds from which week.

`Plan()` is what a firm does that does nothing in particular. `plan.but(campaigns=[...])` is the same plan
with one thing changed. A plan can be saved, loaded, compared, handed in and marked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import Field, field_validator

from sim.campaign import Campaign, Message
from sim.data import Data, Fault
from sim.files import dump, load, save
from sim.library import find, names
from sim.processes.acquisition import Levers as Acquisition
from sim.processes.automation import Levers as Automation
from sim.processes.basket import Levers as Basket
from sim.processes.bonds import Levers as Bonds
from sim.processes.community import Levers as Community
from sim.processes.contact import Levers as Contact
from sim.processes.credit import Levers as Credit
from sim.processes.experience import Levers as Experience
from sim.processes.followup import Levers as Followup
from sim.processes.freemium import Levers as Freemium
from sim.processes.fulfilment import Levers as Fulfilment
from sim.processes.gaps import Levers as Gaps
from sim.processes.gifts import Levers as Gifts
from sim.processes.guarantee import Levers as Guarantee
from sim.processes.levels import Levers as Levels
from sim.processes.livestream import Levers as Livestream
from sim.processes.loyalty import Levers as Loyalty
from sim.processes.needs import Levers as Needs
from sim.processes.notice import Levers as Notice
from sim.processes.participation import Levers as Participation
from sim.processes.payday import Levers as Payday
from sim.processes.place import Levers as Place
from sim.processes.pricing import Levers as Pricing
from sim.processes.privacy import Levers as Privacy
from sim.processes.renewal import Levers as Renewal
from sim.processes.rollout import Levers as Rollout
from sim.processes.sales import Levers as Sales
from sim.processes.seeding import Levers as Seeding
from sim.processes.service import Levers as Service
from sim.processes.shocks import Levers as Shocks
from sim.processes.staff import Levers as Staff
from sim.processes.stewardship import Levers as Stewardship
from sim.processes.success import Levers as Success
from sim.processes.surcharge import Levers as Surcharge
from sim.processes.ties import Levers as Ties
from sim.trigger import Trigger

LEVERS = (
    "contact",
    "pricing",
    "experience",
    "service",
    "bonds",
    "loyalty",
    "acquisition",
    "renewal",
    "rollout",
    "gaps",
    "place",
    "privacy",
    "surcharge",
    "payday",
    "shocks",
    "needs",
    "seeding",
    "stewardship",
    "staff",
    "automation",
    "notice",
    "guarantee",
    "followup",
    "levels",
    "basket",
    "fulfilment",
    "freemium",
    "community",
    "gifts",
    "participation",
    "livestream",
    "sales",
    "ties",
    "success",
    "credit",
)
FOLDER = Path(__file__).parent / "plans"


class Plan(Data):
    """A firm's decisions; every default means: nothing in particular."""

    name: str = Field("", description="a name for tables and figures", max_length=80)
    campaigns: tuple[Campaign, ...] = Field((), description="messages, in order of precedence")
    triggers: tuple[Trigger, ...] = Field((), description="messages on occasions, in order of precedence")
    contact: Contact = Field(Contact(), description="what bounds all messages together")
    pricing: Pricing = Field(Pricing(), description="the shelf price")
    experience: Experience = Field(Experience(), description="the quality of what is sold")
    service: Service = Field(Service(), description="the service desk")
    bonds: Bonds = Field(Bonds(), description="care for customers, and services of their own")
    loyalty: Loyalty = Field(Loyalty(), description="points and tiers")
    acquisition: Acquisition = Field(Acquisition(), description="winning new customers")
    renewal: Renewal = Field(Renewal(), description="what is offered when contracts end")
    rollout: Rollout = Field(Rollout(), description="tools and training: what of the plan is really done")
    privacy: Privacy = Field(Privacy(), description="rules for people's data")
    gaps: Gaps = Field(Gaps(), description="closing the gaps between service expected and felt")
    place: Place = Field(Place(), description="a bundle for one part of the day")
    surcharge: Surcharge = Field(Surcharge(), description="prices of their own for some people")
    payday: Payday = Field(Payday(), description="who may pay on payday")
    shocks: Shocks = Field(Shocks(), description="how a public crisis is met")
    needs: Needs = Field(
        Needs(), description="the offer: range, service, personnel, image, speed, ease, clarity, green goods"
    )
    seeding: Seeding = Field(Seeding(), description="free samples for people who talk")
    stewardship: Stewardship = Field(Stewardship(), description="customer data kept clean, channels joined")
    staff: Staff = Field(Staff(), description="the people at the desk: training, pay, what it is paid for")
    automation: Automation = Field(Automation(), description="machines that meet complaints before people do")
    notice: Notice = Field(Notice(), description="telling people how it stands, before they ask")
    guarantee: Guarantee = Field(Guarantee(), description="paying whoever is not satisfied")
    followup: Followup = Field(Followup(), description="calls to customers, in rounds or for a reason")
    levels: Levels = Field(Levels(), description="who is served at which of five levels")
    basket: Basket = Field(Basket(), description="what is suggested at the till, and kept in stock")
    fulfilment: Fulfilment = Field(Fulfilment(), description="who pays for what an order takes")
    freemium: Freemium = Field(Freemium(), description="advertising for those who do not pay")
    community: Community = Field(Community(), description="groups of the firm's own")
    gifts: Gifts = Field(Gifts(), description="gifts at birthdays, and by surprise")
    participation: Participation = Field(Participation(), description="customers are asked to take part")
    livestream: Livestream = Field(Livestream(), description="nights of selling before a camera")
    sales: Sales = Field(Sales(), description="sellers, and the deals they work on")
    ties: Ties = Field(Ties(), description="whose the relations are: the sellers' or the firm's")
    success: Success = Field(Success(), description="success managers, who visit customers unasked")
    credit: Credit = Field(Credit(), description="when customers pay")

    def to_yaml(self) -> str:
        """Give the plan as the text of a file."""
        return dump(self)

    def save(self, path: str | Path) -> None:
        """Write the plan to a file."""
        save(path, self)

    @property
    def digest(self) -> str:
        """A short fingerprint: equal for equal plans, on every machine."""
        return hashlib.sha256(self.to_yaml().encode()).hexdigest()[:12]


class Timeline(Data):
    """Plans by the week from which they hold: `Timeline(plans={0: today, 13: winback})`."""

    plans: dict[int, Plan] = Field(description="plans by their first week")

    @field_validator("plans")
    @classmethod
    def _begins_at_the_beginning(cls, plans: dict[int, Plan]) -> dict[int, Plan]:
        if 0 not in plans:
            raise ValueError("no plan holds from week 0. Give one, for example {0: Plan(), 13: …}.")
        if min(plans) < 0:
            raise ValueError(f"week {min(plans)} is before the market begins. Weeks count from 0.")
        return {week: plans[week] for week in sorted(plans)}

    @classmethod
    def of(cls, given: Plan | Timeline | dict[int, Plan]) -> Timeline:
        """Make a timeline of a plan, or of plans by week."""
        if isinstance(given, Timeline):
            return given
        if isinstance(given, Plan):
            return cls(plans={0: given})
        if isinstance(given, dict):
            return cls(plans=given)
        raise Fault(f"plan: expects a Plan, a Timeline or plans by week, was given {type(given).__name__}.")

    def at(self, week: int) -> Plan:
        """Give the plan that holds in a week."""
        return self.plans[max(start for start in self.plans if start <= week)]

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """All campaigns of all plans, each once; number n in the event log is the n-th of these."""
        every = (campaign for start in sorted(self.plans) for campaign in self.plans[start].campaigns)
        return tuple(dict.fromkeys(every))

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """All triggers of all plans, each once; the event log numbers them on after the campaigns."""
        every = (trigger for start in sorted(self.plans) for trigger in self.plans[start].triggers)
        return tuple(dict.fromkeys(every))

    @property
    def numbers(self) -> dict[Message, int]:
        """The number of each campaign and trigger in the event log."""
        return {message: number for number, message in enumerate((*self.campaigns, *self.triggers), start=1)}

    def save(self, path: str | Path) -> None:
        """Write the timeline to a file."""
        save(path, self)


def load_plan(name: str | Path) -> Plan:
    """Load a ready-made plan by name ("win_back") or a plan from a file.

    Raises
    ------
    Fault
        If there is none of this name, or something in the file is wrong: it names the line.
    """
    return load(find("plan", name, FOLDER), Plan)


def load_timeline(path: str | Path) -> Timeline:
    """Load a timeline from a file."""
    return load(find("timeline", path, FOLDER), Timeline)


def plan_names() -> tuple[str, ...]:
    """List the ready-made plans."""
    return names(FOLDER)
