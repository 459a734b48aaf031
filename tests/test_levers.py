"""What the board of levers promises: each control moves its own field, the market answers the last move."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import nbformat
import pytest
from pydantic.fields import FieldInfo

import sim.levers
from sim import Campaign, Fault, Offer, Plan, Scenario, Segment, load_plan, load_scenario, over, plan_names
from sim.board.code import code
from sim.board.controls import Condition, Note, Setting
from sim.board.groups import Items, Leaf, Maybe, Part, part
from sim.data import Data
from sim.experiment import Twin
from sim.files import loads
from sim.levers import Board, group, levers, sections
from sim.parameter import PLAN, parameter
from sim.plan import Timeline
from sim.processes.service import Levers as Service
from sim.segment import Rule


def market(people: int = 40, weeks: int = 6) -> Scenario:
    return load_scenario("supermarket").but(people=people, weeks=weeks)


WINBACK = load_plan("win_back")
NAMES = sections(market())


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Collect the plans that a board runs."""
    plans: list[Plan] = []
    simulate = sim.levers.simulate

    def counted(scenario: Scenario, plan: Plan, seed: int) -> Any:
        plans.append(plan)
        return simulate(scenario, plan, seed)

    monkeypatch.setattr(sim.levers, "simulate", counted)
    return plans


# -- moving controls -------------------------------------------------------------------------------


class Tier(Data):
    threshold: float = parameter("spent a year", "currency", PLAN, 100.0, ge=0, le=1e6)


class Every(Data):
    """A section with a field of every kind."""

    box: float = parameter("far too wide for a slider", "currency", PLAN, 1.0, ge=0, le=1e9)
    count: int = parameter("also too wide", "people", PLAN, 3, ge=0, le=10_000)
    narrow: int = parameter("narrow enough", "orders", PLAN, 2, ge=0, le=12)
    slide: float = parameter("declares its slider", "currency", PLAN, 5.0, slider=(0, 20, 0.5), ge=0, le=1e6)
    share: float = parameter("a share", "share of orders", PLAN, 0.125, ge=0, le=1)
    exact: float = parameter("between two steps", "share", PLAN, 1 / 3, slider=(0, 0.2, 0.05), ge=0, le=1)
    yes: bool = parameter("yes or no", "-", PLAN, False)
    word: Literal["a", "b"] = parameter("one word", "-", PLAN, "a")
    several: tuple[Literal["x", "y", "z"], ...] = parameter("some words", "-", PLAN, ("y",))
    text: str = parameter("a text", "-", PLAN, "")
    maybe: float | None = parameter("a number or none", "share", PLAN, None, ge=0, le=1)
    mode: Literal["p", "q"] | None = parameter("a word or none", "-", PLAN, None)
    inner: Tier = parameter("a section", "-", PLAN, Tier())
    perhaps: Tier | None = parameter("a section or none", "-", PLAN, None)
    tiers: tuple[Tier, ...] = parameter("sections", "-", PLAN, (Tier(), Tier(threshold=500.0)))
    rule: Segment = parameter("a segment", "-", PLAN, Segment(orders=over(3)))
    whom: Segment | None = parameter("a segment or none", "-", PLAN, None)
    other: dict[str, float] = parameter("what no widget is for", "-", PLAN, {"a": 1.0})


EVERY = Every()


def controls(name: str) -> Part:
    """Give the controls of a section of a plan, or of the one that has every kind of field."""
    if name == "every kind":
        return part(Every, note("every"), EVERY, Setting())
    return group(name, Plan(), market())


def note(name: str) -> Note:
    return Note.of(name, FieldInfo(description=name), Setting())


def switch_on(one: Part) -> None:
    """Let everything that may be absent be there, so that all controls have something to say."""
    if isinstance(one, Items):
        for switch in one.switches:
            switch.value = True
    for _, leaf in one.leaves():
        if isinstance(leaf, Maybe):
            leaf.absent.value = False
        elif isinstance(leaf, Condition):
            leaf.widget.value = leaf.widget.value or "over"


def others(widget: Any) -> Iterator[Any]:
    """Give values to which a person could move a widget next."""
    if hasattr(widget, "options"):
        yield from (
            (value for _, value in widget.options if value != widget.value)
            if isinstance(widget.options[0], tuple)
            else (value for value in widget.options if value != widget.value)
        )
    elif isinstance(widget.value, bool):
        yield not widget.value
    elif isinstance(widget.value, str):
        yield widget.value + "x"
    else:
        step = getattr(widget, "step", None) or 1
        up, down = widget.value + step, widget.value - step
        yield from (value for value in (up, down) if widget.min <= value <= widget.max)


def flat(value: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """Give every plain value in a section with the way to it; what is absent stands at its own place."""
    if isinstance(value, Rule) or not isinstance(value, Data | tuple):
        return {path: value}
    if isinstance(value, tuple) and not all(isinstance(item, Data) for item in value):
        return {path: value}
    steps = (
        enumerate(value)
        if isinstance(value, tuple)
        else [(name, getattr(value, name)) for name in type(value).model_fields]
    )
    return {way: item for step, inner in steps for way, item in flat(inner, (*path, step)).items()}


LEAVES = [
    pytest.param(name, place, widget, id=f"{name}-{'.'.join(map(str, path))}-{widget}")
    for name in (*NAMES, "every kind")
    for place, (path, leaf) in enumerate(controls(name).leaves())
    for widget in range(len(leaf.inputs))
]


def test_there_is_a_control_for_every_kind_of_field() -> None:
    fields = {path[0] for path, _ in controls("every kind").leaves()}
    assert fields == set(Every.model_fields) - {"other"}
    assert len(LEAVES) > 60


@pytest.mark.parametrize(("name", "place", "number"), LEAVES)
def test_every_control_moves_its_own_field_and_nothing_else(name: str, place: int, number: int) -> None:
    one = controls(name)
    switch_on(one)
    path, leaf = list(one.leaves())[place]
    before, widget = one.value, leaf.inputs[number]
    rest, asked = widget.value, list[int]()
    one.observe(lambda: asked.append(1))
    widget.value = next(others(widget))
    a, b = flat(before), flat(one.value)
    changed = {way for way in a.keys() | b.keys() if a.get(way, "none") != b.get(way, "none")}
    assert changed, "moving it changes nothing"
    assert all(way[: len(path)] == path for way in changed), "moving it changes another field"
    assert asked, "moving it is not noticed"
    widget.value = rest
    assert one.value == before, "moving it back does not give the same again"


@pytest.mark.parametrize("name", [*NAMES, "every kind"])
def test_a_value_that_is_not_moved_stays_exactly_as_given(name: str) -> None:
    given = EVERY if name == "every kind" else getattr(Plan(), name)
    assert controls(name).value is given


def test_a_value_outside_the_slider_or_between_its_steps_is_kept_and_can_be_reached_again() -> None:
    one = part(Every, note("every"), EVERY, Setting())
    leaf = {path: leaf for path, leaf in one.leaves()}[("exact",)]
    widget = leaf.inputs[0]
    assert leaf.value == 1 / 3 and widget.max == pytest.approx(100 / 3)
    widget.value = 15.0
    assert leaf.value == 0.15


def test_shares_are_shown_in_per_cent_and_money_in_the_market_s_currency() -> None:
    leaves = {path: leaf for path, leaf in group("campaigns", Plan(), market()).leaves()}
    discount, spend = leaves[(0, "offer", "discount")], leaves[(0, "to", "spend_52w")]
    assert discount.inputs[0].value == 15 and discount.value == 0.15 and discount.note.unit == "%"
    assert spend.note.unit == "USD"
    assert leaves[(0, "every")].note.unit == "weeks"


def test_an_optional_lever_begins_where_the_market_stands_today() -> None:
    scenario = market()
    assert scenario.service
    desk = group("service", Plan(), scenario)
    agents = next(leaf for path, leaf in desk.leaves() if path == ("agents",))
    assert desk.value == Service()
    agents.inputs[0].value = False
    assert desk.value == Service(agents=scenario.service.agents)


@pytest.mark.parametrize("section", ["campaigns", "triggers"])
def test_only_the_channels_of_the_market_are_offered(section: str) -> None:
    scenario = market()
    assert scenario.contact
    email = scenario.contact.channels["email"]
    two = {"official_account": email, "phone": scenario.contact.channels["phone"]}
    messages = group(section, Plan(), scenario.but(contact=scenario.contact.but(channels=two)))
    channel = next(leaf for path, leaf in messages.leaves() if path[-1] == "channel")
    assert channel.inputs[0].options == tuple(two) and channel.value == "official_account"


def test_one_more_campaign_can_be_added_moved_and_left_out_again() -> None:
    campaigns = group("campaigns", WINBACK, market())
    assert isinstance(campaigns, Items)
    asked: list[int] = []
    campaigns.observe(lambda: asked.append(1))
    campaigns.add(Campaign(), is_in=False)
    assert campaigns.value is WINBACK.campaigns
    campaigns.switches[1].value = True
    every = next(leaf for path, leaf in campaigns.leaves() if path == (1, "every"))
    every.inputs[0].value = 9
    assert campaigns.value == (*WINBACK.campaigns, Campaign(every=9)) and len(asked) == 2
    campaigns.switches[0].value = False
    assert campaigns.value == (Campaign(every=9),)


def test_rules_that_are_seldom_used_come_into_sight_on_demand() -> None:
    rules: Any = part(Segment, note("to"), Segment(nps=over(8)), Setting())
    hidden = {name for name, one in rules.parts.items() if one.box.layout.display == "none"}
    assert hidden == set(Segment.model_fields) - {"recency_weeks", "spend_52w", "nps"}
    rules.more.value = "orders"
    assert rules.parts["orders"].box.layout.display is None and rules.more.value == ""


# -- what a board shows ----------------------------------------------------------------------------


def test_every_slider_lies_in_the_valid_range_and_holds_the_default() -> None:
    found = 0
    for kind in (Campaign, Offer, Segment, *(type(getattr(Plan(), name)) for name in NAMES)):
        for name, info in getattr(kind, "model_fields", {}).items():
            declared = Note.of(name, info, Setting())
            if declared.slider:
                low, high, step = declared.slider
                assert declared.low <= low < high <= declared.high and 0 < step <= (high - low) / 2
                assert info.default is None or low <= info.default <= high
                found += 1
    assert found > 15


def test_no_label_is_cut_off_and_every_lever_says_what_it_means() -> None:
    for name in NAMES:
        one = controls(name)
        switch_on(one)
        for _, leaf in one.leaves():
            label = leaf.inputs[0].description
            assert leaf.note.meaning and label
            if not isinstance(leaf.inputs[0].value, bool):
                width = float(leaf.inputs[0].style.description_width.removesuffix("em"))
                assert width >= 0.55 * len(label)


def test_sections_of_mechanisms_that_are_off_are_not_shown() -> None:
    assert {"campaigns", "contact", "service"} <= set(NAMES)
    assert {"campaigns", "contact"}.isdisjoint(sections(market().but(contact=None)))
    assert "service" not in sections(market().but(service=None), ("campaigns", "service"))
    board = levers(market().but(service=None))
    assert "service" not in board.groups and "service" not in repr(board)


def test_only_the_groups_asked_for_are_shown() -> None:
    assert list(levers(market(), groups=("service", "campaigns")).groups) == ["campaigns", "service"]


@pytest.mark.parametrize("groups", [("desk",), "service", ("name",)])
def test_who_asks_for_a_group_that_is_none_is_told_which_there_are(groups: Any) -> None:
    with pytest.raises(Fault, match=r"groups: expects sections of a plan, such as \('campaigns', "):
        levers(market(), groups=groups)


def test_a_market_without_any_of_the_sections_has_no_levers() -> None:
    with pytest.raises(Fault, match="service"):
        levers(market().but(service=None), groups=("service",))


def test_where_there_are_no_offers_none_is_offered() -> None:
    board = levers(market().but(pricing=None), groups=("campaigns",))
    switch_on(board.groups["campaigns"])
    assert "discount" not in [path[-1] for path, _ in board.groups["campaigns"].leaves()]
    assert board.run.metrics["contacts"] >= 0 and board.plan.campaigns[0].offer == Offer()


def test_the_board_shows_headline_numbers_a_figure_and_a_text_for_those_who_cannot_see_it() -> None:
    board = levers(market(200, 30), WINBACK)
    assert bytes(board.panel.figure.value).startswith(b"\x89PNG")
    for words in ("profit, USD", "churn, %", "NPS, points", "today", "win-back", "Four line charts"):
        assert words in board.panel.headline.value
    assert f"{board.run.metrics['revenue']:,.0f}" in board.panel.headline.value


# -- the answer to a move --------------------------------------------------------------------------


def lever(board: Board, *path: Any) -> Leaf:
    return next(leaf for way, leaf in board.groups[path[0]].leaves() if way == path[1:])


def test_a_move_runs_the_new_plan_for_the_same_people_with_the_same_luck(runs: list[Plan]) -> None:
    board = levers(market(400, 60), WINBACK)
    before, picture, numbers = board.baseline, bytes(board.panel.figure.value), board.panel.headline.value
    lever(board, "campaigns", 0, "every").inputs[0].value = 1
    assert board.plan == WINBACK.but(campaigns=[WINBACK.campaigns[0].but(every=1)])
    assert runs == [Plan(), WINBACK, board.plan]
    assert board.baseline is before and board.run.seed == before.seed == 7
    assert board.run.timeline == Timeline.of(board.plan)
    assert isinstance(board.twin, Twin) and board.twin.before is before
    assert bytes(board.panel.figure.value) != picture and board.panel.headline.value != numbers


def test_an_unchanged_plan_is_not_run_again(runs: list[Plan]) -> None:
    board = levers(market())
    assert board.run is board.baseline and runs == [Plan()]
    board.panel.form.value = "YAML"
    lever(board, "service", "agents")
    rule = lever(board, "campaigns", 0, "every").inputs[0]
    rule.value = 9  # of a campaign that is not in the plan
    assert board.run is board.baseline and runs == [Plan()]
    board.groups["campaigns"].switches[0].value = True  # type: ignore[attr-defined]
    board.groups["campaigns"].switches[0].value = False  # type: ignore[attr-defined]
    assert board.run is board.baseline and len(runs) == 2


def test_the_firm_s_own_plan_may_be_what_is_compared_with(runs: list[Plan]) -> None:
    board = levers(market(), WINBACK, baseline=WINBACK)
    assert runs == [WINBACK] and board.run is board.baseline


def test_a_plan_named_like_the_baseline_is_told_apart_from_it(runs: list[Plan]) -> None:
    board = levers(market(), Plan(name="today"))
    assert "<th>today</th><th>your plan</th>" in board.panel.headline.value


def test_quick_moves_are_answered_once_with_the_last_of_them(runs: list[Plan]) -> None:
    async def moves() -> Board:
        board = levers(market(), WINBACK)
        slider = lever(board, "campaigns", 0, "every").inputs[0]
        for weeks in range(5, 20):
            slider.value = weeks
        assert board.burst.pending and len(runs) == 2
        while board.burst.pending:
            await asyncio.sleep(0.01)
        return board

    board = asyncio.run(moves())
    assert [plan.campaigns[0].every for plan in runs[2:]] == [19]
    assert board.run.timeline.plans[0].campaigns[0].every == 19


def test_moves_during_a_run_leave_only_the_last_state_to_run(
    runs: list[Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def moves() -> None:
        board = levers(market(), WINBACK)
        slider, counted = lever(board, "campaigns", 0, "every").inputs[0], sim.levers.simulate

        def interrupted(scenario: Scenario, plan: Plan, seed: int) -> Any:
            if plan.campaigns[0].every == 5:
                for weeks in (6, 7, 8):
                    asyncio.get_running_loop().call_soon(setattr, slider, "value", weeks)
            return counted(scenario, plan, seed)

        monkeypatch.setattr(sim.levers, "simulate", interrupted)
        slider.value = 5
        while slider.value != 8 or board.burst.pending:
            await asyncio.sleep(0.01)

    asyncio.run(moves())
    assert [plan.campaigns[0].every for plan in runs[2:]] == [5, 8]


def test_asking_for_the_run_does_not_wait_for_the_hand_to_rest(runs: list[Plan]) -> None:
    async def moves() -> None:
        board = levers(market(), WINBACK)
        lever(board, "campaigns", 0, "every").inputs[0].value = 5
        assert board.run.timeline.plans[0].campaigns[0].every == 5
        while board.burst.pending:
            await asyncio.sleep(0.01)

    asyncio.run(moves())
    assert [plan.campaigns[0].every for plan in runs[2:]] == [5]


def test_a_running_market_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    board, said = levers(market(), WINBACK), list[str]()
    simulate = sim.levers.simulate

    def listening(*given: Any) -> Any:
        said.append(board.panel.status.value)
        return simulate(*given)

    monkeypatch.setattr(sim.levers, "simulate", listening)
    lever(board, "campaigns", 0, "every").inputs[0].value = 5
    assert [sim.levers.RUNNING in words for words in said] == [True]
    assert sim.levers.READY in board.panel.status.value


def test_a_plan_that_cannot_run_is_refused_in_a_sentence_until_it_is_put_right() -> None:
    offer = Plan(campaigns=[Campaign(offer=Offer(discount=0.2))])
    board = levers(market().but(pricing=None), offer)
    sentence = "campaigns[0].offer: supermarket knows no offers: its pricing section is off."
    assert sentence in board.panel.status.value
    with pytest.raises(Fault, match="knows no offers"):
        _ = board.run
    lever(board, "campaigns", 0, "offer", "discount").inputs[0].value = 0
    assert "knows no offers" not in board.panel.status.value
    assert board.run.timeline.plans[0].campaigns == (Campaign(),)


def test_what_a_rule_that_is_a_function_raises_is_shown_on_the_board() -> None:
    plan = Plan(campaigns=[Campaign(to=lambda record: record.orders > 1 / 0)])
    board = levers(market(), plan)
    assert "ZeroDivisionError: division by zero" in board.panel.status.value
    with pytest.raises(Fault, match="division by zero"):
        _ = board.run


@pytest.mark.parametrize("given", [{"plan": "win_back"}, {"baseline": Campaign()}, {"market": "supermarket"}])
def test_who_gives_a_board_something_else_is_told_what_it_expects(given: Any) -> None:
    with pytest.raises(Fault, match=f"^{next(iter(given)).replace('market', 'scenario')}: expects "):
        levers(**{"market": market(), **given})


def test_levers_that_make_no_valid_plan_are_refused_in_a_sentence() -> None:
    board = levers(market(), WINBACK)
    box = lever(board, "campaigns", 0, "name").inputs[0]
    box.value = "x" * 81
    assert "too long" in board.panel.status.value
    with pytest.raises(Fault, match="too long"):
        _ = board.plan
    box.value = "short"
    assert "too long" not in board.panel.status.value and board.plan.campaigns[0].name == "short"


# -- the plan as text ------------------------------------------------------------------------------


def moved() -> Plan:
    """Give the plan of a board with every lever in another place."""
    board_groups = {name: group(name, Plan(name="all moved"), market()) for name in NAMES}
    for one in board_groups.values():
        switch_on(one)
        for _, leaf in list(one.leaves()):
            if not isinstance(leaf, Maybe):
                leaf.inputs[-1].value = next(others(leaf.inputs[-1]))
    return Plan(name="all moved", **{name: one.value for name, one in board_groups.items()})


PLANS = {
    **{name: load_plan(name) for name in plan_names()},
    "nothing": Plan(),
    "all moved": moved(),
    "odd words": Plan(name='it\'s "so"\\\n客户', campaigns=[Campaign(name="'"), Campaign(name='"')]),
    "a rule of two parts": Plan(
        campaigns=[Campaign(to=Segment(orders=Rule(over=1.5, under=7), nps=Rule(at_most=-0.0)))]
    ),
}


def evaluated(text: str) -> Any:
    names: dict[str, Any] = {}
    exec(text, names)
    return names["plan"]


@pytest.mark.parametrize("name", PLANS)
def test_the_python_shown_makes_the_same_plan(name: str) -> None:
    assert evaluated(code(PLANS[name])) == PLANS[name]
    assert max(map(len, code(PLANS[name]).splitlines())) <= 110


@pytest.mark.parametrize("name", PLANS)
def test_the_board_shows_its_plan_as_a_file_and_as_python_and_puts_edits_back(name: str) -> None:
    board = levers(market(20, 2), PLANS[name])
    panel = board.panel
    assert panel.text.layout.display == "none"
    panel.form.value = "YAML"
    assert panel.text.layout.display is None
    assert loads(panel.text.value, Plan) == board.plan == PLANS[name]
    panel.text.value = "changed by hand"
    assert loads(panel.text.value, Plan) == board.plan
    panel.form.value = "Python"
    assert evaluated(panel.text.value) == board.plan


def test_the_text_follows_the_levers() -> None:
    board = levers(market(20, 2), WINBACK)
    board.panel.form.value = "YAML"
    lever(board, "campaigns", 0, "every").inputs[0].value = 11
    assert loads(board.panel.text.value, Plan).campaigns[0].every == 11


def test_a_rule_that_is_a_function_runs_and_says_why_it_cannot_be_written() -> None:
    plan = Plan(campaigns=[Campaign(to=lambda record: record.orders > 1)])
    board = levers(market(), plan)
    for form in ("YAML", "Python"):
        board.panel.form.value = form
        assert "is a Python function" in board.panel.text.value
    lever(board, "campaigns", 0, "every").inputs[0].value = 3
    assert board.plan.campaigns[0].to is plan.campaigns[0].to
    assert board.run.timeline == Timeline.of(board.plan)


# -- in a notebook ---------------------------------------------------------------------------------

CELLS = (
    "from sim import load_scenario\nfrom sim.levers import levers\n"
    "board = levers(load_scenario('supermarket').but(people=40, weeks=30))\nboard",
    "board.groups['campaigns'].switches[0].value = True\nlen(board.run.timeline.campaigns)",
    "board.burst.pending",
)


def test_a_notebook_keeps_a_sentence_of_the_board_and_neither_image_nor_state(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    path = tmp_path / "board.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    command += ["--ExecutePreprocessor.store_widget_state=False", path.name]
    settings = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=settings)
    assert done.returncode == 0, done.stderr
    (board,), (campaigns,), (pending,) = (cell.outputs for cell in nbformat.read(path, as_version=4).cells)
    assert sorted(board.data) == ["application/vnd.jupyter.widget-view+json", "text/plain"]
    assert board.data["text/plain"] == repr(levers(market(40, 30)))
    assert campaigns.data["text/plain"] == "1"
    assert pending.data["text/plain"] == "False", "a move is answered between two cells"
    assert path.stat().st_size < 6_000
