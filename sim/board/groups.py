"""Groups: the controls of whole sections of a plan, made from the fields that the section declares.

Built of the controls in `sim.board.controls`; a section inside a section, a list of sections and a value that
may be absent are controls like any other: each has a `box` to show, a `value`, and tells when it is moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Any, Literal, Protocol, get_args, get_origin

from ipywidgets import HTML, Button, Checkbox, Dropdown, VBox
from pydantic.fields import FieldInfo

from sim.board import controls
from sim.board.controls import Note, Notify, Path, Setting
from sim.data import Data, Fault, changed
from sim.segment import Rule, Segment

OFTEN = ("recency_weeks", "spend_52w")  # rules of a segment that are always in sight
OWN_WIDTH = {"width": "auto", "align_self": "flex-start"}
LETTER = 0.62  # em: hardly a letter of a label is broader


class Part(Protocol):
    """What all controls have in common."""

    box: Any

    @property
    def value(self) -> Any:
        """The value as the plan wants it."""

    def observe(self, notify: Notify) -> None:
        """Call `notify` whenever the value is moved."""

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
        """Give every part that has inputs of its own, with the way to its value."""


class Leaf(Part, Protocol):
    """A part with inputs of its own."""

    note: Note
    inputs: list[Any]


def part(kind: Any, note: Note, given: Any, setting: Setting) -> Part:
    """Make the control of a value of this type."""
    arguments = get_args(kind)
    if Rule in arguments and (given is None or isinstance(given, Rule)):
        simple = given is None or len(changed(given)) == 1
        return controls.Condition(note, given) if simple else controls.Fixed(note, given)
    if type(None) in arguments:
        inner = next(other for other in arguments if other is not type(None))
        return Maybe(inner, note, given, setting)
    if get_origin(kind) is tuple:
        return _several(arguments[0], note, given, setting)
    if get_origin(kind) is Literal or (kind is str and note.name in setting.choices):
        return controls.choice(note, given, setting.choices.get(note.name, arguments))
    if kind is bool:
        return controls.switch(note, given)
    if kind in (int, float):
        return controls.number(note, given, kind is int)
    if note.name in setting.choices:  # a word of this market's own, such as a channel
        return controls.choice(note, given, setting.choices[note.name])
    if kind is str:
        return controls.words(note, given)
    if isinstance(given, Segment):
        return Rules(given, setting)
    return Section(given, setting) if isinstance(given, Data) else controls.Fixed(note, given)


def _several(kind: Any, note: Note, given: Any, setting: Setting) -> Part:
    if isinstance(kind, type) and issubclass(kind, Data):
        return Items(note, given, setting, given[-1] if given else _blank(kind))
    if get_origin(kind) is Literal:
        return controls.Several(note, given, setting.choices.get(note.name, get_args(kind)))
    return controls.Fixed(note, given)


def _blank(kind: Any) -> Any:
    """Give a value to begin with where none is given; None if there is no such thing."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    try:
        return kind()
    except (Fault, TypeError):
        return None


class Section:
    """The controls of all fields of a section."""

    def __init__(self, given: Data, setting: Setting) -> None:
        self.given = given
        self.parts: dict[str, Part] = {}
        rows: list[Any] = []
        for name, info in type(given).model_fields.items():
            if name not in setting.hidden:
                self.parts[name] = one = self._part(name, info, setting)
                if isinstance(one, Section) and len(one.parts) > 1:
                    rows.append(
                        HTML(f"<b>{escape(name.replace('_', ' '))}</b> {escape(info.description or '')}")
                    )
                rows.append(one.box)
        self.box = VBox(rows)
        _align([widget for _, leaf in self.leaves() for widget in leaf.inputs])

    def _part(self, name: str, info: FieldInfo, setting: Setting) -> Part:
        return part(info.annotation, Note.of(name, info, setting), getattr(self.given, name), setting)

    @property
    def value(self) -> Data:
        """The section as the plan wants it; the very one given if nothing is moved."""
        values = {name: one.value for name, one in self.parts.items()}
        moved = {name: value for name, value in values.items() if value is not getattr(self.given, name)}
        return self.given.but(**moved) if moved else self.given

    def observe(self, notify: Notify) -> None:
        """Call `notify` whenever one of the values is moved."""
        for one in self.parts.values():
            one.observe(notify)

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
        """Give every part in this one that has inputs of its own, with the way to its value."""
        for name, one in self.parts.items():
            yield from one.leaves((*path, name))


def _align(widgets: list[Any]) -> None:
    """Give the labels in front of widgets the width of the longest."""
    labelled = [widget for widget in widgets if not isinstance(widget, Checkbox)]
    longest = max((len(widget.description) for widget in labelled), default=0)
    for widget in labelled:
        if widget.description:
            widget.style.description_width = f"{LETTER * longest:.1f}em"


class Rules(Section):
    """The rules of a segment: a few in sight, the others on demand."""

    def __init__(self, given: Segment, setting: Setting) -> None:
        super().__init__(given, setting)
        tucked = [name for name in self.parts if name not in (*OFTEN, *changed(given))]
        for name in tucked:
            self.parts[name].box.layout.display = "none"
        words = [("one more rule …", ""), *((name.replace("_", " "), name) for name in tucked)]
        self.more = Dropdown(options=words, tooltip="show one more rule about the record", layout=OWN_WIDTH)
        self.more.observe(self._show, "value")
        self.box.children = (*self.box.children, self.more)

    def _show(self, change: Any) -> None:
        if change["new"]:
            self.parts[change["new"]].box.layout.display = None
            self.more.value = ""


class Maybe:
    """A value that may be absent: a box to tick, and while it is not ticked the control of the value."""

    def __init__(self, kind: Any, note: Note, given: Any, setting: Setting) -> None:
        sentence = f"{note.label}: {note.absent}"
        self.absent = Checkbox(value=given is None, description=sentence, indent=False, tooltip=note.meaning)
        self.note, self.inputs = note, [self.absent]
        self.inner = part(kind, note, _start(kind, note, setting) if given is None else given, setting)
        self.box = VBox([self.absent, self.inner.box])
        self.absent.observe(lambda _: self._reveal(), "value")
        self._reveal()

    def _reveal(self) -> None:
        self.inner.box.layout.display = "none" if self.absent.value else None

    @property
    def value(self) -> Any:
        """None while the box is ticked, else the value of the control below it."""
        return None if self.absent.value else self.inner.value

    def observe(self, notify: Notify) -> None:
        """Call `notify` whenever box or value is moved."""
        self.absent.observe(lambda _: notify(), "value")
        self.inner.observe(notify)

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
        """Give this one, and the parts that its box switches on, with the way to their values."""
        yield path, self
        yield from self.inner.leaves(path)


def _start(kind: Any, note: Note, setting: Setting) -> Any:
    """Choose the value with which an absent one begins: what the market has today, if that is known."""
    today = getattr(setting.today, note.name, None)
    if today is not None:
        return today
    if (kind is str or get_origin(kind) is Literal) and setting.choices.get(note.name):
        return setting.choices[note.name][0]  # not one that this market does not have
    return kind(note.start) if kind in (int, float) else _blank(kind)


class Items:
    """A list of sections: each is in the plan or left out, and one more can be added."""

    def __init__(self, note: Note, given: tuple[Data, ...], setting: Setting, model: Data | None) -> None:
        self.given, self.setting = given, replace(setting, today=None)
        self.word = note.label.removesuffix("s")
        self.switches: list[Any] = []
        self.sections: list[Section] = []
        self._notify: list[Notify] = []
        self._entries = VBox()
        for item in given:
            self.add(item, is_in=True)
        if model and not given:
            self.add(model, is_in=False)
        more = Button(description=f"one more {self.word}", icon="plus", layout=OWN_WIDTH)
        more.on_click(lambda _: self.add(model, is_in=False) if model else None)
        self.box = VBox([self._entries, *([more] if model else [])])

    def add(self, item: Data, is_in: bool) -> None:
        """Append a section, in the plan or left out of it."""
        section, place = Section(item, self.setting), len(self.sections) + 1
        switch = Checkbox(value=is_in, description=f"{self.word} {place} is in the plan", indent=False)
        self.switches.append(switch)
        self.sections.append(section)
        self._entries.children = (*self._entries.children, VBox([switch, section.box]))
        switch.observe(lambda _: self._reveal(), "value")
        self._reveal()
        for notify in self._notify:
            self._watch(switch, section, notify)

    def _reveal(self) -> None:
        for switch, section in zip(self.switches, self.sections, strict=True):
            section.box.layout.display = None if switch.value else "none"

    @property
    def value(self) -> tuple[Data, ...]:
        """Those that are in the plan."""
        both = zip(self.switches, self.sections, strict=True)
        chosen = tuple(section.value for switch, section in both if switch.value)
        return self.given if [*map(id, chosen)] == [*map(id, self.given)] else chosen

    def observe(self, notify: Notify) -> None:
        """Call `notify` whenever something in the list is moved."""
        self._notify.append(notify)
        for switch, section in zip(self.switches, self.sections, strict=True):
            self._watch(switch, section, notify)

    def _watch(self, switch: Any, section: Section, notify: Notify) -> None:
        switch.observe(lambda _: notify(), "value")
        section.observe(notify)

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
        """Give the parts of each section that have inputs of their own, with the way to their values."""
        for place, section in enumerate(self.sections):
            yield from section.leaves((*path, place))
