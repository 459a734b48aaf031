"""The model reference: `python -m sim.reference` writes `docs/model.md` from what the code declares.

Each mechanism tells its equation in its docstring and its numbers in its `Parameters`, so the page cannot
disagree with the market it describes; a test holds the two together.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

from pydantic.fields import FieldInfo

from sim import delays, scenario, voice
from sim.data import Data
from sim.processes import (
    acquisition,
    automation,
    basket,
    bonds,
    community,
    contact,
    credit,
    entry,
    experience,
    followup,
    freemium,
    fulfilment,
    gaps,
    gifts,
    guarantee,
    levels,
    livestream,
    loyalty,
    needs,
    notice,
    participation,
    patience,
    payday,
    place,
    pricing,
    privacy,
    profile,
    renewal,
    rival,
    rollout,
    sales,
    seeding,
    service,
    shocks,
    shopping,
    staff,
    stewardship,
    success,
    surcharge,
    ties,
)
from sim.scenario import load_scenario, scenario_names

PAGE = Path(__file__).parents[1] / "docs" / "model.md"
MECHANISMS = (
    *(entry, shopping, renewal, pricing, contact, service, experience, patience),
    *(bonds, loyalty, acquisition, rollout),
    *(gaps, place, surcharge, payday, privacy, shocks),
    *(needs, profile, rival, seeding),
    *(community, gifts, participation, livestream),
    *(sales, ties, success, credit),
    *(basket, fulfilment, freemium, stewardship, voice),
    *(staff, automation, notice, guarantee, followup, levels),
)

PARTS = (  # names under which mechanisms declare parameters of parts of theirs
    *("Channel", "Strength", "Advertising"),
    *("Shock", "Place"),
    *("Weights", "Proposition", "Category"),
    *("Effort", "Machine", "Delay", "Level", "Step"),
)

INTRODUCTION = """# The market, mechanism by mechanism

This page is written by `python -m sim.reference` from the code itself. Each section tells what a mechanism
does, in the words of its file, and lists its parameters with unit, valid range and source.

*Status* says how far to believe a number. **calibrated**: fitted to real purchases, in the scenarios named
under "Which numbers are fitted". **literature**: informed by published results, not fitted: take the
direction seriously and the size with care. **assumed**: no published figure was found; it is a guess that
you are invited to change. **choice**: a fact of a scenario, such as an opening hour, that
its author sets.
"""


def page() -> str:
    """Put the page together."""
    market = (_section(scenario, [scenario.Scenario]), _section(delays, [delays.Delays]))
    mechanisms = (_section(module, models(module)) for module in MECHANISMS)
    return "\n".join([INTRODUCTION, _fitted(), *market, *mechanisms])


def _fitted() -> str:
    lines = [
        "## Which numbers are fitted\n",
        "| scenario | fitted to data | sources |",
        "| --- | --- | --- |",
    ]
    for name in scenario_names():
        market = load_scenario(name)
        fitted = ", ".join(f"`{entry}`" for entry in market.calibrated) or "nothing"
        sources = "<br>".join(f"*{entry}*: {text.strip()}" for entry, text in market.sources.items())
        lines.append(f"| `{name}` | {fitted} | {sources} |")
    return "\n".join(lines) + "\n"


def models(module: ModuleType) -> list[type[Data]]:
    """List what a mechanism declares its parameters in."""
    parts = (getattr(module, name, None) for name in PARTS)
    declared = (part for part in parts if isinstance(part, type) and issubclass(part, Data))
    return [*declared, module.Parameters]


def _section(module: ModuleType, declared: list[type[Data]]) -> str:
    title, _, text = inspect.getdoc(module).partition("\n\n")  # type: ignore[union-attr]
    path = module.__name__.replace(".", "/")
    head = f"## {title.rstrip('.')}\n\n`{path}.py`\n\n{text.strip()}\n"
    return "\n".join([head, *(_table(model) for model in declared)])


def _table(model: type[Data]) -> str:
    lines = ["| parameter | meaning | unit | default | range | status | source |", "| --- " * 7 + "|"]
    fields = model.model_fields.items()
    lines += [_row(name, field) for name, field in fields if field.json_schema_extra]  # not whole sections
    return "\n".join(lines) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    note = field.json_schema_extra
    assert isinstance(note, dict), name
    default = "required" if field.is_required() else f"{field.default!r}"
    cells = (
        f"`{name}`",
        field.description,
        note["unit"],
        default,
        _range(field),
        note["status"],
        note["source"],
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _range(field: FieldInfo) -> str:
    bounds = {type(bound).__name__: bound for bound in field.metadata}
    low = next(
        (
            f"{sign} {getattr(bounds[kind], kind.lower())}"
            for kind, sign in (("Ge", "≥"), ("Gt", ">"))
            if kind in bounds
        ),
        "",
    )
    high = next(
        (
            f"{sign} {getattr(bounds[kind], kind.lower())}"
            for kind, sign in (("Le", "≤"), ("Lt", "<"))
            if kind in bounds
        ),
        "",
    )
    return ", ".join(part for part in (low, high) if part)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
