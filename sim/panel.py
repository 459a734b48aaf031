"""A panel: what a board of levers looks like. Controls on the left, the market's answer on the right.

Widgets only: `sim.levers` tells it what to show. In a narrow window the answer stands below the controls.
Everything is reached by the keyboard, and nothing is loaded from a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ipywidgets import HTML, Box, Image, Stack, Textarea, ToggleButtons, VBox

from sim.experiment import Twin
from sim.metrics import METRICS
from sim.style import Picture, number, signed

HEADLINES = ("profit", "revenue", "churn", "nps", "contacts")
HIDDEN, YAML, PYTHON = "hidden", "YAML", "Python"
LOOK = """<style>
.crm-board { max-width: 1240px; }
.crm-board .widget-inline-hbox .widget-readout { min-width: 3.5em; }
.crm-code textarea { font-family: var(--jp-code-font-family, monospace); }
.crm-headline { border-collapse: collapse; line-height: 1.5; }
.crm-headline th, .crm-headline td { padding: 0 0.8em; text-align: right; white-space: nowrap; }
.crm-headline th:first-child { text-align: left; padding-left: 0; }
.crm-headline tr:last-child { font-weight: bold; }
.crm-fault { border-left: 4px solid #D55E00; padding-left: 0.6em; line-height: 1.4; white-space: pre-wrap; }
</style>"""
LEFT = {"flex": "1 1 380px", "min_width": "360px"}
RIGHT = {"flex": "2 1 480px", "min_width": "360px"}


class Panel:
    """The widgets of a board."""

    def __init__(self, groups: Mapping[str, Any], meanings: Mapping[str, str]) -> None:
        """Lay out a box of controls for each group, with what its levers mean, and room for the answer."""
        self.figure = Image(format="png", layout={"width": "100%", "max_width": "800px"})
        self.status, self.headline = HTML(), HTML()
        self.form = _buttons([HIDDEN, YAML, PYTHON], "plan as text")
        self.text = Textarea(layout={"width": "100%", "display": "none"}, rows=14)
        self.text.add_class("crm-code")
        left = VBox([*_pages(groups), *_glossary(meanings)], layout=LEFT)
        right = VBox([self.status, self.headline, self.figure], layout=RIGHT)
        columns = Box([left, right], layout={"flex_flow": "row wrap", "align_items": "flex-start"})
        self.widget = VBox([HTML(LOOK), columns, self.form, self.text])
        self.widget.add_class("crm-board")

    def observe_text(self, write: Callable[[], object]) -> None:
        """Call `write` when the plan is to be shown as text; and when the text was edited, to put it back."""
        for widget in (self.form, self.text):
            widget.observe(lambda _: write(), "value")

    def write(self, text: str) -> None:
        """Show the plan as text."""
        self.text.value = text
        self.text.layout.display = "none" if self.form.value == HIDDEN else None

    def say(self, sentence: str) -> None:
        """Say what the board is doing."""
        self.status.value = f'<span role="status">{escape(sentence)}</span>'

    def refuse(self, fault: str) -> None:
        """Say why the plan cannot run."""
        self.status.value = f'<div role="alert" class="crm-fault">{escape(fault)}</div>'

    def answer(self, pair: Twin, names: tuple[str, str], picture: Picture) -> None:
        """Show what came out."""
        self.headline.value = headline(pair, names)
        self.figure.value = picture.sketch()
        self.figure.tooltip = picture.alt_text


def headline(pair: Twin, names: tuple[str, str]) -> str:
    """Give the headline numbers of both lives and their difference as a small table, in HTML."""
    currency, table = pair.before.scenario.currency, pair.difference().loc[list(HEADLINES)]
    units = [METRICS[name].in_unit(currency) for name in HEADLINES]
    scales = [100.0 if unit == "share" else 1.0 for unit in units]
    shown = ["%" if unit == "share" else unit for unit in units]
    heads = [
        f"{_label(name)}, {unit}" if unit != name else name
        for name, unit in zip(HEADLINES, shown, strict=True)
    ]
    rows = ["".join(f"<th>{escape(head)}</th>" for head in ("", *heads))]
    for title, column, write in (
        (names[0], "without", number),
        (names[1], "with", number),
        ("difference", "difference", signed),
    ):
        values = [value * scale for value, scale in zip(table[column], scales, strict=True)]
        cells = "".join(f"<td>{write(value)}</td>" for value in values)
        rows.append(f"<th>{escape(title)}</th>{cells}")
    return f'<table class="crm-headline">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'


def _label(name: str) -> str:
    return {"nps": "NPS"}.get(name, name.replace("_", " "))


def _buttons(options: list[Any], description: str = "") -> Any:
    style = {"button_width": "auto", "description_width": "auto"}
    return ToggleButtons(options=options, description=description, style=style)


def _pages(groups: Mapping[str, Any]) -> list[Any]:
    """Show one group at a time, chosen by buttons if there are several."""
    stack = Stack(list(groups.values()), selected_index=0)
    if len(groups) == 1:
        return [stack]
    names = [(name.replace("_", " "), place) for place, name in enumerate(groups)]
    buttons = _buttons(names)
    buttons.observe(lambda change: setattr(stack, "selected_index", change["new"]), "value")
    return [buttons, stack]


def _glossary(meanings: Mapping[str, str]) -> list[Any]:
    """Say what the levers mean, for whoever unfolds it."""
    entries = "".join(f"<li><b>{escape(name)}</b>: {escape(said)}</li>" for name, said in meanings.items())
    folded = f"<details><summary>What the levers mean</summary><ul>{entries}</ul></details>"
    return [HTML(folded)] if meanings else []
