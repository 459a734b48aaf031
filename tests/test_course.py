"""Lessons keep their form, predictions are judged fairly, and the model reference is today's."""

import ast
import inspect
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sim import Fault
from sim.course import Prediction
from sim.delays import Delays
from sim.reference import MECHANISMS, PAGE, page
from sim.scenario import Scenario

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(path for folder in ("chapters", "solutions") for path in (ROOT / folder).rglob("*.ipynb"))
LONGEST_CELL = 15


def code(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_is_executed_in_order_and_short(notebook: Path) -> None:
    cells = code(notebook)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all(len("".join(cell["source"]).splitlines()) <= LONGEST_CELL for cell in cells)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_core_cells_need_no_programming(notebook: Path) -> None:
    for cell in code(notebook):
        if "extension" not in cell["metadata"].get("tags", []):
            tree = ast.parse("".join(cell["source"]))
            assert not [
                node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.For | ast.Lambda)
            ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_lesson_shows_an_error_or_a_warning(notebook: Path) -> None:
    outputs = [output for cell in code(notebook) for output in cell["outputs"]]
    assert not [
        output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"
    ]


def test_the_first_lesson_is_there() -> None:
    assert ROOT / "chapters" / "00_start_here.ipynb" in NOTEBOOKS


def test_the_model_reference_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "renew it by python -m sim.reference"


def test_the_model_reference_has_a_row_for_every_number_of_a_scenario() -> None:
    text = page()
    for name, field in (*Scenario.model_fields.items(), *Delays.model_fields.items()):
        assert f"| `{name}` | {field.description} |" in text or not field.json_schema_extra


def test_a_number_from_the_literature_names_the_year_in_which_it_was_published() -> None:
    rows = re.findall(r"^\| `.* \| literature \| .*", page(), re.MULTILINE)
    assert len(rows) > 100
    for row in rows:
        assert re.search(r"\b(18|19|20)\d\d\b", row.partition("| literature |")[2]), row


@pytest.mark.parametrize("module", MECHANISMS, ids=lambda module: module.__name__)
def test_the_model_reference_gives_the_equation_of_every_mechanism(module: ModuleType) -> None:
    assert re.search(r" [=~] |^    ", inspect.getdoc(module) or "", re.MULTILINE)


@pytest.mark.parametrize(
    ("value", "confidence", "actual", "right", "score"),
    [
        (5.0, 80, 3.0, True, 0.04),
        (5.0, 80, -3.0, False, 0.64),
        (-1.0, 50, -9.0, True, 0.25),
        (1, 100, -1, False, 1),
    ],
)
def test_a_prediction_is_scored_by_its_direction_and_confidence(
    value: float, confidence: float, actual: float, right: bool, score: float
) -> None:
    verdict = Prediction("?", value, confidence).judge(actual)
    assert verdict.right is right
    assert verdict.brier == pytest.approx(score)
    assert ("right" in repr(verdict)) is right


@pytest.mark.parametrize(
    ("value", "actual", "right"),
    [(40, 50.1, True), (20, 50.1, False), (25, 10, True), (-3, 10, True), (30, 25, False)],
)
def test_a_prediction_beside_a_number_is_right_if_it_is_on_the_same_side(
    value: float, actual: float, right: bool
) -> None:
    verdict = Prediction("?", value, 90, "%", beside=25).judge(actual)
    assert verdict.right is right
    assert ("not above 25" in repr(verdict)) is (value <= 25)


@pytest.mark.parametrize("confidence", [49, -1, 101, float("nan")])
def test_a_confidence_below_a_coin_or_above_certainty_is_refused(confidence: float) -> None:
    with pytest.raises(Fault, match="confidence: expects 50"):
        Prediction("?", 1.0, confidence)
