"""What nobody has held against data here: parameters from the literature and guesses, by mechanism."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from sim import reference
from sim.data import Data
from sim.scenario import load_scenario, scenario_names

STATUSES = ("literature", "assumed")
NOTES = {
    "renewal": "`leave_a` and `leave_b` are fitted to two cohorts above; the scenario `saas` takes one over.",
    "contact": "The e-mail test above looks at a few of them together; none was fitted to it.",
}


def parameters(module: ModuleType) -> dict[str, list[str]]:
    """Name a mechanism's parameters by status, those that a scenario's author chooses left out."""
    found: dict[str, list[str]] = {status: [] for status in STATUSES}
    for model in reference.models(module):
        for name, field in model.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, Data):
                continue  # holds parameters of its own
            assert isinstance(field.json_schema_extra, dict), name
            status = str(field.json_schema_extra["status"])
            if status in found:
                found[status].append(name)
    return found


def fitted_in(section: str) -> list[str]:
    """Name the scenarios that fit all of a section to data."""
    return [name for name in scenario_names() if section in load_scenario(name).calibrated]


def lines() -> Iterator[str]:
    """Write a line for each mechanism that has such parameters."""
    for module in reference.MECHANISMS:
        section = module.__name__.rpartition(".")[2]
        found = parameters(module)
        counts = [f"{len(names)} {status}" for status, names in found.items() if names]
        if not counts:
            continue
        title = str(inspect.getdoc(module)).partition(":")[0]
        names = ", ".join(f"`{name}`" for status in STATUSES for name in found[status])
        fitted = " and ".join(f"`{name}`" for name in fitted_in(section))
        but = f" Fitted in {fitted}; taken on trust everywhere else." if fitted else ""
        note = f" {NOTES[section]}" if section in NOTES else ""
        yield f"- **{title}**, {', '.join(counts)}: {names}.{but}{note}"


def counted() -> dict[str, int]:
    """Count all of them by status."""
    each = [parameters(module) for module in reference.MECHANISMS]
    return {status: sum(len(found[status]) for found in each) for status in STATUSES}
