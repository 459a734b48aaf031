"""The rules of a contest, as plain data: which market, for how long, what strikes it, how many messages.

Those of the exercises stand ready in `sim/contests/`; an instructor may write others, in a file of their own.
`sim/course/contest.py` plays by them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from sim.data import Data, Fault
from sim.files import load
from sim.library import find, names
from sim.parameter import SCENARIO, parameter
from sim.plan import LEVERS, Plan
from sim.processes.shocks import Shock
from sim.scenario import LARGEST, Scenario, load_scenario

FOLDER = Path(__file__).parent / "contests"


def _names_levers(section: str) -> str:
    if section not in LEVERS:
        raise ValueError(f"a plan has no levers named {section}. There are: {', '.join(LEVERS)}.")
    return section


class Rules(Data):
    """What is asked of those who compete."""

    title: str = Field(description="a line that says what is asked", min_length=1, max_length=200)
    scenario: str = Field(description="the market: a ready-made one by name, or the path of a file")
    people: int | None = parameter(
        "people in the market; rent and desk go with them", "people", SCENARIO, None, ge=1, le=LARGEST
    )
    weeks: int | None = parameter("how long it is simulated", "weeks", SCENARIO, None, ge=1, le=1_040)
    fixed_cost: float | None = parameter(
        "rent and everything else that comes each week", "currency a week", SCENARIO, None, ge=0, le=1e9
    )
    wage: float | None = parameter(
        "cost of an agent at the desk", "currency a week", SCENARIO, None, ge=0, le=1e6
    )
    shocks: tuple[Shock, ...] = parameter(
        "what comes over the firm, beside what is on the market's own calendar", "-", SCENARIO, ()
    )
    today: Plan = Field(Plan(name="today"), description="the plan that the others are compared with")
    closed: tuple[Annotated[str, AfterValidator(_names_levers)], ...] = Field(
        (), description="sections of a plan that must stay as they are today, such as pricing"
    )
    messages: int = parameter("a plan may send on average", "messages a market", SCENARIO, ge=0, le=10**9)
    markets: int = parameter("in so many markets a plan is tried", "markets", SCENARIO, 20, ge=2, le=1_000)

    @property
    def market(self) -> Scenario:
        """The market in which they compete.

        Raises
        ------
        Fault
            If there is no such scenario, it has no desk whose agents could be paid otherwise, or a shock
            cannot strike it.
        """
        market = load_scenario(self.scenario, self.people)
        given = {"weeks": self.weeks, "fixed_cost": self.fixed_cost}
        market = market.but(**{name: value for name, value in given.items() if value is not None})
        market = market.struck(*self.shocks) if self.shocks else market
        if self.wage is None:
            return market
        if market.service is None:
            raise Fault(f"wage: {market.name} has no desk to pay for. Leave wage out.")
        return market.but(service=market.service.but(wage=self.wage))


def load_rules(name: str | Path) -> Rules:
    """Load the rules of a contest by name ("exercise_5") or from a file.

    Raises
    ------
    Fault
        If there are none of this name, or something in the file is wrong: it names the line.
    """
    return load(find("contest", name, FOLDER), Rules)


def contest_names() -> tuple[str, ...]:
    """List the ready-made contests."""
    return names(FOLDER)
