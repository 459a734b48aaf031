"""The refresh says which numbers moved, and touches no file in which none did."""

from pathlib import Path

import nbformat.v4
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode

from sim.course.comparison import changes_of_text, moved
from sim.course.notebook import execute, read, write
from sim.course.refresh import main, notebooks, refreshed


def notebook(*outputs: NotebookNode, source: str = "1", count: int | None = 1) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(source, id="here", outputs=list(outputs), execution_count=count)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Text.", id="text"), cell])


def shown(text: str, **other: str) -> NotebookNode:
    data = {"text/plain": text, **{name.replace("_", "/"): value for name, value in other.items()}}
    return nbformat.v4.new_output("execute_result", data, execution_count=1)


def printed(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", text=text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("profit 100 USD", "profit 120 USD", ["profit: 100 -> 120"]),
        ("profit    100\ncosts      7", "profit   1000\ncosts       7", ["profit: 100 -> 1000"]),
        ("a 1\nb 2\nc 3", "a 1\nb 4\nc 5", ["b: 2 -> 4", "c: 3 -> 5"]),
        ("a 1\nb 2", "a 1\nnew 9\nb 2", ["+ new 9"]),
        ("a 1\nb 2", "b 2", ["- a 1"]),
        ("42", "43", ["42 -> 43"]),
        ("same", "same", []),
        ("  spaced   1", "spaced 1", []),
    ],
)
def test_a_text_is_compared_number_by_number_however_it_is_spaced(
    old: str, new: str, said: list[str]
) -> None:
    assert changes_of_text(old, new) == said


def test_a_cell_is_named_by_its_id() -> None:
    assert moved(notebook(printed("churn 0.31\n")), notebook(printed("churn 0.29\n"))) == [
        "here: churn: 0.31 -> 0.29"
    ]


def test_a_figure_is_compared_by_the_sentence_below_it() -> None:
    old = notebook(shown('Line chart "x": 5 % left.', image_png="AAAA"))
    new = notebook(shown('Line chart "x": 6 % left.', image_png="BBBB"))
    redrawn = notebook(shown('Line chart "x": 5 % left.', image_png="BBBB"))
    assert moved(old, new) == ['here: Line chart "x":: 5 -> 6']
    assert moved(old, redrawn) == ["here: is drawn differently; its text is the same"]


def test_a_board_of_levers_has_not_moved_because_its_widget_has_another_number() -> None:
    def board(number: str, text: str = "Levers") -> NotebookNode:
        output = shown(text)
        output.data["application/vnd.jupyter.widget-view+json"] = {"model_id": number}
        return notebook(output)

    assert moved(board("12ab"), board("34cd")) == []
    assert moved(board("12ab"), board("12ab", "Other levers")) == ["here: Levers -> Other levers"]


def test_equal_outputs_are_no_news_and_a_first_execution_is_one_line() -> None:
    old = notebook(printed("1\n"))
    assert moved(old, notebook(printed("1\n"))) == []
    assert moved(old, notebook(printed("1\n"), count=2)) == ["the cells are counted anew"]
    assert moved(notebook(count=None), old) == ["executed for the first time"]
    assert moved(notebook(), old) == ["here: shows something for the first time"]
    assert moved(old, notebook()) == ["here: shows nothing any more"]


def test_a_notebook_that_moved_is_written_and_one_that_did_not_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    write(path, notebook(printed("sum 3\n"), source='print("sum", 1 + 1)'))
    before = path.read_bytes()
    assert refreshed(path, store=False) == ["here: sum: 3 -> 2"]
    assert path.read_bytes() == before
    assert list(notebooks([path], store=True, root=tmp_path)) == ["a.ipynb, here: sum: 3 -> 2"]
    assert "sum 2" in path.read_text(encoding="utf-8")
    after = path.stat().st_mtime_ns
    assert list(notebooks([path], store=True, root=tmp_path)) == []
    assert path.stat().st_mtime_ns == after


def test_a_notebook_that_fails_is_left_as_it_was_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    write(path, notebook(printed("1\n"), source="1 / 0"))
    before = path.read_bytes()
    assert refreshed(path, store=True) == ["could not be executed: ZeroDivisionError: division by zero"]
    assert path.read_bytes() == before


def test_an_execution_is_quiet_repeatable_and_leaves_no_times(tmp_path: Path) -> None:
    source = 'import os\nprint(os.environ["CRM_KIT_QUIET"], hash("a"), __import__("sim").__name__)'
    first, second = (execute(notebook(source=source), tmp_path) for _ in range(2))
    assert first == second
    assert first.cells[1].outputs[0].text.startswith("1 ")
    assert "execution" not in first.cells[1].metadata


def test_the_command_only_says_what_would_move_if_asked_to_check(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    write(path, notebook(printed("sum 3\n"), source='print("sum", 1 + 1)'))
    before = path.read_bytes()
    result = CliRunner().invoke(main, ["--check", str(path)])
    assert result.exit_code == 1
    assert "here: sum: 3 -> 2" in result.output
    assert path.read_bytes() == before
    read(path)
