"""A scenario: a market in numbers, gathered from the sections that its mechanisms declare.

`load_scenario("supermarket")` reads one of the files in `sim/scenarios/`, or any path to a file of your
own. A section that is left out is a mechanism switched off; with only `shopping` left, the market is
BG/NBD with gamma-gamma spend, with only `renewal` it is sBG.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from sim.clock import WEEKS_A_YEAR
from sim.coherence import clashes, idle
from sim.data import Data, Fault
from sim.delays import Delays
from sim.files import THOROUGH, load
from sim.library import find, names
from sim.misfit import fitted
from sim.parameter import SCENARIO, parameter
from sim.processes.acquisition import Parameters as Acquisition
from sim.processes.automation import Parameters as Automation
from sim.processes.basket import Parameters as Basket
from sim.processes.bonds import Parameters as Bonds
from sim.processes.community import Parameters as Community
from sim.processes.contact import Parameters as Contact
from sim.processes.credit import Parameters as Credit
from sim.processes.entry import Parameters as Entry
from sim.processes.experience import Parameters as Experience
from sim.processes.followup import Parameters as Followup
from sim.processes.freemium import Parameters as Freemium
from sim.processes.fulfilment import Parameters as Fulfilment
from sim.processes.gaps import Parameters as Gaps
from sim.processes.gifts import Parameters as Gifts
from sim.processes.guarantee import Parameters as Guarantee
from sim.processes.levels import Parameters as Levels
from sim.processes.livestream import Parameters as Livestream
from sim.processes.loyalty import Parameters as Loyalty
from sim.processes.needs import Parameters as Needs
from sim.processes.notice import Delay
from sim.processes.notice import Parameters as Notice
from sim.processes.participation import Parameters as Participation
from sim.processes.patience import Parameters as Patience
from sim.processes.payday import Parameters as Payday
from sim.processes.place import Parameters as Places
from sim.processes.pricing import Parameters as Pricing
from sim.processes.privacy import Parameters as Privacy
from sim.processes.profile import Parameters as Profile
from sim.processes.renewal import Parameters as Renewal
from sim.processes.rival import Parameters as Rival
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import Parameters as Sales
from sim.processes.seeding import Parameters as Seeding
from sim.processes.service import Parameters as Service
from sim.processes.shocks import Parameters as Shocks
from sim.processes.shocks import Shock
from sim.processes.shopping import Parameters as Shopping
from sim.processes.staff import Parameters as Staff
from sim.processes.stewardship import Parameters as Stewardship
from sim.processes.success import Parameters as Success
from sim.processes.surcharge import Parameters as Surcharge
from sim.processes.ties import Parameters as Ties
from sim.voice import Parameters as Voice

FOLDER = Path(__file__).parent / "scenarios"
LAWS = ("shopping", "renewal")  # how people buy: freely, or under contract
MECHANISMS = (
    *("pricing", "contact", "service", "experience", "patience"),
    *("bonds", "loyalty", "acquisition", "rollout"),
    *("gaps", "place", "surcharge", "payday", "privacy", "shocks"),
    *("needs", "profile", "rival", "seeding"),
    "stewardship",
    *("staff", "automation", "notice", "guarantee", "followup", "levels"),
    *("basket", "fulfilment", "freemium"),
    *("community", "gifts", "participation", "livestream"),
    *("sales", "ties", "success", "credit"),
)
LARGEST = 20_000_000  # people: their numbers must fit the event log


class Scenario(Data):
    """Everything about a market that its firm cannot decide."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [law], "properties": {law: {"type": "object"}}} for law in LAWS]
        }
    )

    name: str = Field(description="a short name", min_length=1, max_length=80)
    title: str = Field("", description="a line that says what it is")
    currency: str = Field("USD", description="code of the one currency", min_length=3, max_length=3)
    people: int = parameter("people in the market", "people", SCENARIO, ge=0, le=LARGEST)
    weeks: int = parameter("how long it is simulated", "weeks", SCENARIO, ge=1, le=1_040)
    margin: float = parameter(
        "what is left of the shelf price after the goods are paid", "share", SCENARIO, ge=0, le=1
    )
    fixed_cost: float = parameter(
        "rent and everything else that comes each week", "currency a week", SCENARIO, 0.0, ge=0, le=1e9
    )
    discount_rate: float = parameter(
        "interest, for what comes later", "share a year", SCENARIO, 0.10, ge=0, le=1
    )
    calibrated: tuple[str, ...] = Field(
        (), description="parameters fitted to data, as section or section.name"
    )
    sources: dict[str, str] = Field({}, description="where the numbers of a section come from")

    entry: Entry = Entry()
    shopping: Shopping | None = None
    renewal: Renewal | None = None
    pricing: Pricing | None = None
    contact: Contact | None = None
    service: Service | None = None
    experience: Experience | None = None
    patience: Patience | None = None
    bonds: Bonds | None = None
    loyalty: Loyalty | None = None
    acquisition: Acquisition | None = None
    rollout: Rollout | None = None
    privacy: Privacy | None = None
    gaps: Gaps | None = None
    place: Places | None = None
    surcharge: Surcharge | None = None
    payday: Payday | None = None
    shocks: Shocks | None = None
    needs: Needs | None = None
    profile: Profile | None = None
    rival: Rival | None = None
    seeding: Seeding | None = None
    stewardship: Stewardship | None = None
    staff: Staff | None = None
    automation: Automation | None = None
    notice: Notice | None = None
    guarantee: Guarantee | None = None
    followup: Followup | None = None
    levels: Levels | None = None
    basket: Basket | None = None
    fulfilment: Fulfilment | None = None
    freemium: Freemium | None = None
    community: Community | None = None
    gifts: Gifts | None = None
    participation: Participation | None = None
    livestream: Livestream | None = None
    sales: Sales | None = None
    ties: Ties | None = None
    success: Success | None = None
    credit: Credit | None = None
    record: Delays = Delays()
    voice: Voice = Voice()

    @model_validator(mode="wrap")
    @classmethod
    def _hangs_together(
        cls, given: Any, build: ModelWrapValidatorHandler[Self], reading: ValidationInfo
    ) -> Self:
        if not isinstance(given, Mapping):
            return build(given)
        found = [*clashes(given, cls), *(idle(given) if reading.context == THOROUGH else ())]
        return fitted(build, given, found)

    @property
    def _struck_by_delays(self) -> tuple[Shock, ...]:
        calendar = self.shocks.calendar if self.shocks else ()
        return tuple(shock for shock in calendar if shock.what == "delay" and shock.strength)

    @property
    def delays(self) -> tuple[Delay, ...]:
        """The delays to come: that of the notice section, and those on the calendar of shocks."""
        own = (self.notice.delay,) if self.notice and self.notice.delay else ()
        return (*own, *(delay for shock in self._struck_by_delays for delay in self._delays(shock)))

    def _delays(self, shock: Shock) -> Iterator[Delay]:
        """Give each of the times at which a delay on the calendar comes, as notice wants it."""
        assert self.shocks
        share, warning = self.shocks.delay_share * shock.strength, self.shocks.delay_warning
        again = range(shock.week, self.weeks, WEEKS_A_YEAR) if shock.yearly else (shock.week,)
        for week in again:
            weeks = min(shock.weeks or self.weeks, WEEKS_A_YEAR if shock.yearly else self.weeks)
            yield Delay(from_week=week, weeks=weeks, share=share, warning_weeks=warning)

    def scaled(self, people: int) -> Scenario:
        """Give the same market with another number of people: rent and desk grow or shrink with them.

        Agents and sellers are whole people, rounded up, so a small market pays a little more for them.
        """
        smaller = self.but(people=people)
        share = people / self.people if self.people else 1.0
        smaller = smaller.but(fixed_cost=self.fixed_cost * share)
        if self.service:
            smaller = smaller.but(service=self.service.but(agents=ceil(self.service.agents * share)))
        if self.sales:
            smaller = smaller.but(sales=self.sales.but(sellers=ceil(self.sales.sellers * share)))
        return smaller

    def struck(self, *shocks: Shock) -> Scenario:
        """Give the same market with these shocks on its calendar, beside those that are there.

        Raises
        ------
        Fault
            If something is no `Shock`, begins after the market's end, or cannot be felt in this market.
        """
        for shock in shocks:
            self._check_shock(shock)
        these = self.shocks or Shocks()
        late = any(shock.what == "delay" for shock in shocks)
        notice = self.notice or (Notice() if late else None)  # by which a delay is felt
        return self.but(shocks=these.but(calendar=(*these.calendar, *shocks)), notice=notice)

    def _check_shock(self, shock: Shock) -> None:
        """Refuse what is no shock, or would never come."""
        if not isinstance(shock, Shock):
            raise Fault(f'shocks: expects some such as Shock(what="breach", week=5), was given {shock!r}.')
        if shock.week >= self.weeks:
            raise Fault(
                f"shocks: {shock.what}@{shock.week} begins after the market's last week, {self.weeks - 1}; "
                "name an earlier week, or let the market run longer."
            )

    def also(self, *sections: str) -> Scenario:
        """Give the same market with these mechanisms switched on, by their usual numbers.

        Raises
        ------
        Fault
            If there is no such mechanism, or it has numbers that only you can know.
        """
        kinds = {name: get_args(type(self).model_fields[name].annotation)[0] for name in MECHANISMS}
        for name in sections:
            if name not in kinds:
                raise Fault(f"also: no mechanism named {name}. There are: {', '.join(MECHANISMS)}.")
            needed = [part for part, field in kinds[name].model_fields.items() if field.is_required()]
            if needed and getattr(self, name) is None:
                raise Fault(f"also: {name} has no usual {', '.join(needed)}; give it by .but({name}=…).")
        off = [name for name in sections if getattr(self, name) is None]
        return self.but(**{name: kinds[name]() for name in off})

    def only(self, *sections: str) -> Scenario:
        """Give the same market with all mechanisms switched off but these and the law of buying."""
        unknown = set(sections) - {*MECHANISMS, *LAWS}
        if unknown:
            raise Fault(
                f"only: no mechanism named {', '.join(sorted(unknown))}. There are: {', '.join(MECHANISMS)}."
            )
        return self.but(**{name: None for name in MECHANISMS if name not in sections})


def load_scenario(name: str | Path, people: int | None = None) -> Scenario:
    """Load a scenario by name ("supermarket") or from a file.

    Parameters
    ----------
    people
        For a smaller (or larger) copy of the market; see `Scenario.scaled`.

    Raises
    ------
    Fault
        If there is none of this name, or something in the file is wrong: it names the line.
    """
    scenario = load(find("scenario", name, FOLDER), Scenario)
    return scenario if people is None else scenario.scaled(people)


def scenario_names() -> tuple[str, ...]:
    """List the ready-made scenarios."""
    return names(FOLDER)
