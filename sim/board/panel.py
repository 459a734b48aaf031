"""A panel: what a board of levers looks like. Controls on the left, the market's answer on the right.

Widgets only: `sim.levers` tells it what to show. In a narrow window the answer stands below the controls.
Everything is reached by the keyboard, and nothing is loaded from a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ipywidgets import HTML, Box, HBox, Image, Label, Stack, Textarea, ToggleButtons, VBox

from sim.experiment import Twin
from sim.metrics import METRICS
from sim.style import Picture, number, signed

HEADLINES = {"profit": "profit", "revenue": "revenue", "churn": "churn", "nps": "NPS", "contacts": ""}
HIDDEN, YAML, PYTHON = "hidden", "YAML", "Python"
LOOK = """<style>
.crm-board { max-width: 1240px; }
.crm-board .widget-inline-hbox .widget-readout { min-width: 2.8em; }
.crm-code textarea { font-family: var(--jp-code-font-family, monospace); }
.crm-columns { column-gap: 20px; }
.crm-headline { border-collapse: collapse; line-height: 1.4; }
.crm-headline th, .crm-headline td { padding: 0 0 0 1.5em; text-align: right; white-space: nowrap; }
.crm-headline th:first-child, .crm-headline td:first-child { text-align: left; padding-left: 0; }
.crm-headline td:last-child { font-weight: bold; }
.crm-unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.crm-fault { border-left: 4px solid #D55E00; padding-left: 0.6em; line-height: 1.4; white-space: pre-wrap; }
</style>"""
LEFT = {"flex": "1 1 360px", "min_width": "340px", "max_width": "560px", "overflow": "visible"}
RIGHT = {"flex": "2 1 440px", "min_width": "340px", "overflow": "visible"}


class Panel:
    """The widgets of a board."""

    def __init__(self, groups: Mapping[str, Any], meanings: Mapping[str, str]) -> None:
        """Lay out a box of controls for each group, with what its levers mean, and room for the answer."""
        self.figure = Image(format="png", layout={"width": "100%", "max_width": "600px"})
        self.status, self.headline = HTML(), HTML()
        self.form = _buttons([HIDDEN, YAML, PYTHON])
        self.text = Textarea(layout={"width": "100%", "display": "none"}, rows=14)
        self.text.add_class("crm-code")
        left = VBox([*_pages(groups), *_glossary(meanings)], layout=LEFT)
        right = VBox([self.status, self.headline, self.figure], layout=RIGHT)
        columns = Box([left, right], layout={"flex_flow": "row wrap", "align_items": "flex-start"})
        columns.add_class("crm-columns")
        form = HBox([Label("show the plan as"), self.form])
        self.widget = VBox([HTML(LOOK), columns, form, self.text])
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
        self.headline.value += f'<p class="crm-unseen">{escape(picture.alt_text)}</p>'
        self.figure.value = picture.sketch()


def headline(pair: Twin, names: tuple[str, str]) -> str:
    """Give the headline numbers of both lives and their difference as a small table, in HTML."""
    currency, rows = pair.before.scenario.currency, [_row("th", ["", *names, "difference"])]
    for name, label in HEADLINES.items():
        unit = METRICS[name].in_unit(currency)
        scale = 100.0 if unit == "share" else 1.0
        before, after = (scale * run.metrics[name] for run in (pair.before, pair.after))
        title = f"{label}, {unit.replace('share', '%')}" if label else unit
        rows.append(_row("td", [title, number(before), number(after), signed(after - before)]))
    return f'<table class="crm-headline">{"".join(rows)}</table>'


def _row(kind: str, cells: list[str]) -> str:
    return f"<tr>{''.join(f'<{kind}>{escape(cell)}</{kind}>' for cell in cells)}</tr>"


def _buttons(options: list[Any]) -> Any:
    return ToggleButtons(options=options, style={"button_width": "auto"})


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
