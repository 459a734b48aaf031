"""Schemas: what may stand in a file of a scenario, plan, timeline or contest, in the language of editors.

An editor that knows JSON Schema (VS Code with its YAML extension, PyCharm, JupyterLab with a language server)
then completes names, shows meaning and unit of a number, and underlines what is wrong while one types.
`python -m sim check FILE` remains the judge: it also knows what a schema cannot say.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sim import plan, rules, scenario
from sim.data import Data
from sim.files import VERSION
from sim.plan import Plan, Timeline
from sim.rules import Rules
from sim.scenario import Scenario

SHELF: dict[Path, type[Data]] = {  # the schemas that lie beside the ready-made files
    scenario.FOLDER / "scenario.schema.json": Scenario,
    plan.FOLDER / "plan.schema.json": Plan,
    plan.FOLDER / "timeline.schema.json": Timeline,
    rules.FOLDER / "contest.schema.json": Rules,
}
NAMES = ("properties", "$defs")  # keys of a schema under which names stand
SECTION = re.compile(r"\bsim__(?:processes__)?(\w+?)__(?:Parameters|Levers)\b")  # pydantic's name for it
NOTES = ("unit", "source", "status", "slider", "absent", "title")  # for the kit alone
REMARK = "# yaml-language-server: $schema="  # how a file names its schema


def text(model: type[Data]) -> str:
    """Give the schema of a file that holds one of these, as JSON."""
    schema = model.model_json_schema()
    schema["properties"] = {
        "version": {"const": VERSION, "description": "of the format"},
        **schema["properties"],
    }
    schema["required"] = ["version", *schema.get("required", ())]
    schema = _readable(schema)
    for name, definition in schema["$defs"].items():
        definition["title"] = SECTION.sub(r"\1", name)  # what an editor calls it
    return SECTION.sub(r"\1", json.dumps(schema, indent=1, ensure_ascii=False)) + "\n"


def save(folder: Path) -> list[Path]:
    """Write all schemas to a folder, for an editor to read beside one's own files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / path.name for path in SHELF]
    for path, model in zip(paths, SHELF.values(), strict=True):
        path.write_text(text(model), encoding="utf-8", newline="\n")
    return paths


def _readable(part: Any, names: bool = False) -> Any:
    """Put the unit behind the meaning, where an editor shows it, and leave out what it does not read.

    With `names` the keys are names of fields, and stay, whatever they are.
    """
    if isinstance(part, list):
        return [_readable(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _readable(value, key in NAMES) for key, value in part.items() if names or key not in NOTES}
    if not names and "unit" in part:
        kept["description"] = f"{part['description']} [{part['unit']}]"
    if not names and "patternProperties" in part:
        kept["additionalProperties"] = False  # or an editor would let any other name pass
    return kept
