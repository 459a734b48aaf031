"""Controls: a widget for one value of a plan, made from what its field declares.

A field says its type, its bounds, its unit and, where the valid range is far wider than the sensible one,
its slider (`sim.parameter`); from that alone a control is made. `sim.board.groups` puts controls together
into those of whole sections, and `sim.levers` into a board.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import floor, log10
from typing import Any

from ipywidgets import (
    BoundedFloatText,
    BoundedIntText,
    Box,
    Checkbox,
    Dropdown,
    FloatSlider,
    HBox,
    IntSlider,
    Label,
    Text,
)
from pydantic.fields import FieldInfo

from sim.data import Data
from sim.fault import shown
from sim.segment import Rule

UNSET = "as the firm does today"
COMPARISONS = {"more than": "over", "at least": "at_least", "less than": "under", "at most": "at_most"}
FINEST = 100  # steps of a slider whose field declares none
PERCENT = 100.0
LARGEST = 1e9  # what a box takes where a field has no bound

Path = tuple[str | int, ...]  # the way to a value in its section: ("offer", "discount")
Notify = Callable[[], object]


@dataclass(frozen=True)
class Setting:
    """What a control has to know of the market in which the plan is to run."""

    currency: str = "currency"
    today: Data | None = None  # the scenario's own section, where an optional lever starts
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # where a market has not all
    hidden: frozenset[str] = frozenset()  # fields that would do nothing here


@dataclass(frozen=True)
class Note:
    """What a field tells of itself, in the words of a board."""

    name: str
    label: str
    meaning: str
    unit: str
    scale: float  # what is shown for 1: 100 for a share, in per cent
    low: float
    high: float
    slider: tuple[float, float, float] | None
    absent: str

    @classmethod
    def of(cls, name: str, info: FieldInfo, setting: Setting) -> Note:
        """Read a field."""
        declared = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        unit = str(declared.get("unit", "-")).replace("currency", setting.currency)
        is_share = unit.split()[0] == "share"
        return cls(
            name=name,
            label=name.replace("_", " "),
            meaning=info.description or "",
            unit="" if unit == "-" else unit.replace("share", "%", 1) if is_share else unit,
            scale=PERCENT if is_share else 1.0,
            low=_bound(info, ("ge", "gt"), -LARGEST),
            high=_bound(info, ("le", "lt"), LARGEST),
            slider=tuple(declared["slider"]) if "slider" in declared else None,  # type: ignore[arg-type]
            absent=str(declared.get("absent", UNSET)),
        )

    def reach(self, whole: bool) -> tuple[float, float, float] | None:
        """Give lowest, highest and step of a slider; None where only a box will do."""
        span = self.high - self.low
        if self.slider or (whole and span > FINEST) or span > FINEST:
            return self.slider
        return self.low, self.high, 1 if whole else 10 ** floor(log10(span / FINEST) + 0.5)

    @property
    def start(self) -> float:
        """A number to begin with where none is given: a quarter up the slider."""
        low, high, step = self.slider or (max(self.low, 0), min(self.high, 4), 1)
        return low + step * round((high - low) / step / 4)


def _bound(info: FieldInfo, names: tuple[str, ...], otherwise: float) -> float:
    """Find a bound of the valid values of a field."""
    found = (getattr(bound, name, None) for bound in info.metadata for name in names)
    return next((float(number) for number in found if number is not None), otherwise)


class Control:
    """A widget for one value. Until it is moved, its value is exactly the one given."""

    def __init__(self, note: Note, given: Any, widget: Any, read: Callable[[Any], Any] | None = None) -> None:
        self.note, self.given, self.widget, self.read = note, given, widget, read
        self.inputs = [widget]
        self._first = self._seen()
        widget.tooltip = note.meaning
        unit = Label(note.unit, layout={"flex": "0 0 auto", "min_width": "3.6em"})
        self.box = HBox([widget, unit])

    def _seen(self) -> tuple[Any, ...]:
        return tuple(widget.value for widget in self.inputs)

    @property
    def value(self) -> Any:
        """The value as the plan wants it."""
        return self.given if self._seen() == self._first else self._read()

    def _read(self) -> Any:
        return self.read(self.widget.value) if self.read else self.widget.value

    def observe(self, notify: Notify) -> None:
        """Call `notify` whenever the value is moved."""
        for widget in self.inputs:
            widget.observe(lambda _: notify(), "value")

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Control]]:
        """Give this one, if it can be moved, with the way to its value."""
        if self.inputs:
            yield path, self


def number(note: Note, given: float, whole: bool) -> Control:
    """Offer a number: on a slider where there is a sensible range, else in a box."""
    scale, reach = note.scale, note.reach(whole)
    shown_now = given if whole else round(given * scale, 10)
    about: dict[str, Any] = {"value": shown_now, "description": note.label, "layout": {"flex": "1 1 auto"}}
    if reach is None:
        box = BoundedIntText if whole else BoundedFloatText
        limits = {"min": note.low, "max": note.high} if whole else _scaled(scale, note.low, note.high)
        return Control(note, given, box(**about, **limits), None if whole else _shares(scale))
    low, high, step = reach
    low, high = min(low, given), max(high, given)
    if whole:
        return Control(note, given, IntSlider(**about, min=int(low), max=int(high), step=int(step)))
    finer = _digits(step * scale, shown_now)
    slider = FloatSlider(**about, **_scaled(scale, low, high), step=step * scale, readout_format=f".{finer}f")
    return Control(note, given, slider, _shares(scale))


def _scaled(scale: float, low: float, high: float) -> dict[str, float]:
    return {"min": round(low * scale, 10), "max": round(high * scale, 10)}


def _shares(scale: float) -> Callable[[float], float]:
    return lambda shown_value: round(shown_value / scale, 10)


def _digits(*numbers: float) -> int:
    """Tell how many decimals it takes to write numbers, up to two."""
    return next((digits for digits in (0, 1) if all(round(n, digits) == round(n, 6) for n in numbers)), 2)


def choice(note: Note, given: str, options: tuple[str, ...]) -> Control:
    """Offer one of several words."""
    every = options if given in options else (*options, given)
    return Control(note, given, Dropdown(options=every, value=given, description=note.label))


def switch(note: Note, given: bool) -> Control:
    """Offer yes or no."""
    return Control(note, given, Checkbox(value=given, description=note.label, indent=False))


def words(note: Note, given: str) -> Control:
    """Offer a text, taken when it is finished."""
    return Control(note, given, Text(value=given, description=note.label, continuous_update=False))


class Several(Control):
    """Any of several words, a box to tick for each."""

    def __init__(self, note: Note, given: tuple[str, ...], options: tuple[str, ...]) -> None:
        tick = {"indent": False, "layout": {"width": "auto"}}
        boxes = [Checkbox(value=word in given, description=word, **tick) for word in options]
        super().__init__(note, given, boxes[0])
        self.options, self.inputs = options, boxes
        self._first = self._seen()
        self.box = Box([Label(note.label), *boxes], layout={"flex_flow": "row wrap"})

    def _read(self) -> tuple[str, ...]:
        return tuple(word for word, ticked in zip(self.options, self._seen(), strict=True) if ticked)


class Condition(Control):
    """A rule about a number of the record: none, or more than, at least, less than, at most so much."""

    def __init__(self, note: Note, given: Rule | None) -> None:
        ((word, edge),) = given.model_dump(exclude_none=True).items() if given else (("", note.start),)
        options = [(note.absent, ""), *COMPARISONS.items()]
        width = {"width": "auto", "flex": "0 0 auto"}
        compare = Dropdown(options=options, value=word, description=note.label, layout=width)
        super().__init__(note, given, compare)
        slider = number(note, edge, whole=False)
        slider.widget.description = ""
        self.inputs, self.box = [compare, slider.widget], HBox([compare, slider.box])
        slider.box.layout.flex = "1 1 0"
        slider.widget.tooltip = note.meaning
        self.slider, self._first = slider, self._seen()
        compare.observe(lambda _: self._reveal(), "value")
        self._reveal()

    def _reveal(self) -> None:
        self.slider.box.layout.visibility = "visible" if self.widget.value else "hidden"

    def _read(self) -> Rule | None:
        return Rule(**{self.widget.value: self.slider.value}) if self.widget.value else None


class Fixed(Control):
    """A value for which there is no widget: it is shown, and stays as it is."""

    def __init__(self, note: Note, given: Any) -> None:
        text = Label(f"{note.label}: {shown(given)} (set in code)")
        super().__init__(note, given, text)
        self.inputs, self.box = [], text
        self._first = ()
