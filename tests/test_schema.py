"""Laws of the schemas: they let through what the kit takes, and stop what an editor can see is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from sim import plan, scenario
from sim.cli import program
from sim.data import Data
from sim.plan import Plan, Timeline
from sim.scenario import Scenario
from sim.schema import REMARK, SHELF, text

READY = [(path, Scenario) for path in sorted(scenario.FOLDER.glob("*.yaml"))]
READY += [(path, Plan) for path in sorted(plan.FOLDER.glob("*.yaml"))]  # type: ignore[misc]


def judge(given: Any, model: type[Data]) -> list[str]:
    """List what a schema has against a file's content."""
    checker = jsonschema.Draft202012Validator(json.loads(text(model)))
    return [error.json_path for error in checker.iter_errors(given)]


@pytest.mark.parametrize("path", SHELF, ids=lambda path: path.name)
def test_the_stored_schema_is_that_of_the_code(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == text(SHELF[path]), (
        "python -m sim.course.refresh brings it up to date"
    )


@pytest.mark.parametrize(("path", "model"), READY, ids=lambda value: getattr(value, "stem", ""))
def test_every_ready_made_file_passes_and_names_its_schema(path: Path, model: type[Data]) -> None:
    written = path.read_text(encoding="utf-8")
    assert judge(yaml.safe_load(written), model) == []
    beside = written.splitlines()[0].removeprefix(REMARK)
    assert (path.parent / beside) in SHELF


@pytest.mark.parametrize(
    ("model", "given", "place"),
    [
        (Plan, {}, "$"),
        (Plan, {"version": 2}, "$.version"),
        (Plan, {"version": 1, "pricing": {"price": 7}}, "$.pricing.price"),
        (Plan, {"version": 1, "pricing": {"prize": 1}}, "$.pricing"),
        (Plan, {"version": 1, "campaigns": [{"every": 0}]}, "$.campaigns[0].every"),
        (Timeline, {"version": 1}, "$"),
        (Scenario, {"version": 1, "name": "x", "people": "many", "weeks": 9, "margin": 0.3}, "$.people"),
        (Scenario, {"version": 1, "name": "x", "people": 9, "weeks": 9, "margin": 0.3}, "$"),  # buys no way
        (Scenario, {"renewal": {"fees": [-3], "leave_a": 1, "leave_b": 1}}, "$.renewal"),
        (Scenario, {"entry": {"entry_shares": [1, -1]}}, "$.entry.entry_shares[1]"),
    ],
)
def test_what_an_editor_can_see_is_wrong_is_marked_where_it_stands(
    model: type[Data], given: dict[str, Any], place: str
) -> None:
    assert place in judge(given, model)


def test_a_number_tells_its_meaning_and_unit_and_fields_keep_their_names() -> None:
    whole = json.loads(text(Scenario))
    assert whole["properties"]["people"]["description"] == "people in the market [people]"
    assert set(whole["properties"]) == {"version", *Scenario.model_fields}
    for definition in whole["$defs"].values():
        assert all(isinstance(field, dict) for field in definition.get("properties", {}).values())


def test_a_schema_knows_what_is_no_name_of_a_channel() -> None:
    market = yaml.safe_load((scenario.FOLDER / "supermarket.yaml").read_text(encoding="utf-8"))
    channels = market["contact"]["channels"]
    channels["E-mail"] = channels.pop("email")
    assert judge(market, Scenario) == ["$.contact"]


def test_a_schema_lets_through_either_law_of_buying_but_not_both() -> None:
    free = yaml.safe_load((scenario.FOLDER / "supermarket.yaml").read_text(encoding="utf-8"))
    bound = yaml.safe_load((scenario.FOLDER / "bank.yaml").read_text(encoding="utf-8"))
    assert judge(free | {"renewal": None}, Scenario) == judge(bound | {"shopping": None}, Scenario) == []
    assert judge(free | {"renewal": bound["renewal"]}, Scenario) == ["$"]


@pytest.mark.parametrize("model", SHELF.values(), ids=lambda model: model.__name__)
def test_a_schema_calls_each_section_as_a_file_does(model: type[Data]) -> None:
    kinds = json.loads(text(model))["$defs"]
    assert {"service", "shocks"} <= set(kinds) and not [name for name in kinds if "__" in name]
    assert all(kind["title"] == name for name, kind in kinds.items())
    assert len(kinds) == len(model.model_json_schema()["$defs"]), "no two sections share a name"


def test_the_schemas_can_be_had_beside_one_s_own_files(tmp_path: Path) -> None:
    told = CliRunner().invoke(program, ["schema", str(tmp_path / "mine")])
    assert told.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == sorted(path.name for path in SHELF)
