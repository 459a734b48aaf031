"""Levers: a board of controls for a plan, beside a figure of what the plan does to the market.

    from sim.levers import levers
    board = levers(market)
    board

Move the levers: the same people with the same luck live under the new plan, and the figure follows.
`board.plan` is the plan that the levers stand for, `board.twin` both lives.

Last station of the flow: plan -> market -> experiment -> levers. The controls are made from what the
sections of a plan declare (`sim.board.controls`, `sim.board.groups`), the figure is in `sim.trend`.
"""

from __future__ import annotations

from collections.abc import Collection
from threading import RLock
from typing import Any

from sim.board.burst import Burst
from sim.board.code import code
from sim.board.controls import Note, Setting
from sim.board.groups import Items, Part, part
from sim.board.panel import HIDDEN, YAML, Panel
from sim.campaign import Campaign, Message, Offer
from sim.data import Data, Fault
from sim.experiment import Twin
from sim.market import simulate
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario
from sim.segment import Segment, at_least, over
from sim.trend import trends
from sim.trigger import Trigger

TODAY = Plan()
START = Campaign(  # offered, but not in the plan yet, where a plan has no campaign
    name="win-back",
    to=Segment(recency_weeks=over(8), spend_52w=at_least(400)),
    channel="sms",
    offer=Offer(discount=0.15),
    every=4,
)
STARTS: dict[str, Message] = {
    "campaigns": START,
    "triggers": Trigger(name="lapse", on="lapse", wait_weeks=8, offer=Offer(discount=0.1)),
}
MECHANISMS = {
    "campaigns": "contact",
    "triggers": "contact",
}  # sections of a plan that a mechanism of another name carries out
RUNNING, READY = "The market is running …", "Move a lever: the same people live again, with the same luck."
WIDTH = 6.6  # inches of the figure: it stands beside the controls
STILL = "What is shown is still the plan before."


def levers(
    market: Scenario,
    plan: Plan = TODAY,
    baseline: Plan | None = None,
    seed: int = 7,
    groups: Collection[str] | None = None,
) -> Board:
    """Offer the levers of a plan, beside a figure of what it does.

    Parameters
    ----------
    market
        The scenario; see `load_scenario`.
    plan
        Where the levers stand at first.
    baseline
        The plan it is compared with; nothing in particular unless given.
    seed
        The luck of both lives.
    groups
        Which sections of the plan to show, such as `("campaigns", "service")`; all unless given. A section
        whose mechanism is switched off in this market is never shown.

    Raises
    ------
    Fault
        If a group is no section of a plan, or none of them does anything in this market.
    """
    return Board(market, plan, TODAY if baseline is None else baseline, seed, groups)


class Board:
    """The levers of a plan, and what the plan does; see `levers`."""

    def __init__(
        self, market: Scenario, plan: Plan, baseline: Plan, seed: int, groups: Collection[str] | None
    ) -> None:
        for word, given in (("plan", plan), ("baseline", baseline)):
            if not isinstance(given, Plan):
                raise Fault(f"{word}: expects a Plan, was given {type(given).__name__}.")
        self.market, self.given, self.seed = market, plan, seed
        self.baseline: Run = simulate(market, baseline, seed)
        self.groups = {name: group(name, plan, market) for name in sections(market, groups)}
        first = baseline.name or "today"
        self._names = (first, plan.name if plan.name not in ("", first) else "your plan")
        self._without, self._done, self._run, self._fault = baseline, baseline, self.baseline, ""
        self._alone = RLock()  # JupyterLab may answer levers in one thread and run cells in another
        boxes = {name: one.box for name, one in self.groups.items()}
        self.panel = Panel(boxes, _meanings(self.groups))
        self.panel.observe_text(self._write)
        self.burst = Burst(self._answer)
        for one in self.groups.values():
            one.observe(self.burst.ask)
        self._answer()
        if self._done == baseline:  # the plan is none other, or cannot run
            self._show()

    @property
    def plan(self) -> Plan:
        """The plan that the levers stand for.

        Raises
        ------
        Fault
            If they make no valid one.
        """
        values = {name: one.value for name, one in self.groups.items()}
        moved = {name: value for name, value in values.items() if value is not getattr(self.given, name)}
        return self.given.but(**moved) if moved else self.given

    @property
    def run(self) -> Run:
        """The run of this plan; `baseline` is the one to compare with.

        Raises
        ------
        Fault
            If the market cannot carry out the plan.
        """
        with self._alone:
            self._answer()
            if self._fault:
                raise Fault(self._fault)
            return self._run

    @property
    def twin(self) -> Twin:
        """Both lives of the same people."""
        return Twin(self.baseline, self.run)

    def __repr__(self) -> str:
        names = ", ".join(name.replace("_", " ") for name in self.groups)
        market = f"{self.market.name}, {self.market.people:,} people, {self.market.weeks} weeks"
        return f"Levers for {market}: {names}. Run this cell to move them."

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self.panel.widget._repr_mimebundle_(), "text/plain": repr(self)}

    # -- the answer to a move -----------------------------------------------------------------------

    def _answer(self) -> None:
        """Run the plan that the levers stand for, unless it was run already, and show what came out."""
        with self._alone:
            try:
                self._follow(self.plan)
                self._fault = ""
                self.panel.say(READY)
            except Exception as error:  # also a rule's that is a function: nobody else would see it
                known = isinstance(error, Fault)
                self._fault = str(error) if known else f"{type(error).__name__}: {error}"
                self.panel.refuse(f"{self._fault}\n{STILL}")
            self._write()

    def _follow(self, plan: Plan) -> None:
        if plan == self._done:
            return
        self.panel.say(RUNNING)
        self._run = self.baseline if plan == self._without else simulate(self.market, plan, self.seed)
        self._done = plan
        self._show()

    def _show(self) -> None:
        pair = Twin(self.baseline, self._run)
        self.panel.answer(pair, self._names, trends(pair, self._names, WIDTH))

    def _write(self) -> None:
        """Write the plan as text in the form chosen, or why there is none."""
        form = self.panel.form.value
        try:
            text = "" if form == HIDDEN else self.plan.to_yaml() if form == YAML else code(self.plan)
        except Fault as fault:
            text = str(fault)
        self.panel.write(text)


def sections(market: Scenario, groups: Collection[str] | None = None) -> list[str]:
    """Name the sections of a plan that have levers and do something in this market.

    Raises
    ------
    Fault
        If a group is no section, or none is left.
    """
    known = [name for name, field in Plan.model_fields.items() if field.annotation is not str]
    unknown = [name for name in groups or () if name not in known]
    if isinstance(groups, str) or unknown:
        given = f'"{groups if isinstance(groups, str) else unknown[0]}"'
        raise Fault(f"groups: expects sections of a plan, such as {tuple(known[:2])}, was given {given}.")
    chosen = [name for name in known if groups is None or name in groups]
    on = [name for name in chosen if _is_on(name, market)]
    if not on:
        raise Fault(f"levers: all of this is switched off in {market.name}: {', '.join(chosen)}.")
    return on


def _is_on(section: str, market: Scenario) -> bool:
    mechanism = MECHANISMS.get(section, section)
    return mechanism not in type(market).model_fields or getattr(market, mechanism) is not None


def group(name: str, plan: Plan, market: Scenario) -> Part:
    """Make the controls of a section of a plan, as this market can use them."""
    today = getattr(market, MECHANISMS.get(name, name), None)
    channels = tuple(market.contact.channels) if market.contact else ()
    needs = tuple(market.needs.types) if market.needs else ()
    goods = tuple(market.basket.categories) if market.basket else ()
    messages = (*plan.campaigns, *plan.triggers)
    offers = market.pricing is not None or any(message.offer.discount for message in messages)
    does = {
        "about": goods,
        "offer": offers,
        "fits": needs,
        "contract_level": market.renewal and len(market.renewal.fees) > 1,
        "need": market.profile,
        "greenness": market.profile,
        "household_size": market.profile and market.basket and len(market.basket.household_shares) > 1,
    }
    setting = Setting(
        currency=market.currency,
        today=today if isinstance(today, Data) else None,
        choices={
            **{"channel": channels, "fits": needs, "need": needs},
            **({"about": goods} if goods else {}),
        },
        hidden=frozenset(name for name, something in does.items() if not something),
    )
    given, info = getattr(plan, name), Plan.model_fields[name]
    note = Note.of(name, info, setting)
    if name in STARTS and not given:
        start: Message = STARTS[name]
        start = start if start.channel in channels or not channels else start.but(channel=channels[0])
        return Items(note, given, setting, start if offers else start.but(offer=Offer()))
    return part(info.annotation, note, given, setting)


def _meanings(groups: dict[str, Part]) -> dict[str, str]:
    """Gather what the levers mean, by their labels."""
    notes = [leaf.note for one in groups.values() for _, leaf in one.leaves()]
    return {note.label: note.meaning for note in notes if note.meaning}
