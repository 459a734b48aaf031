"""What a trainee does in a browser: open JupyterLab, run the first lesson, move a lever by the keyboard.

The server listens on this machine only, at a free port, with settings of its own, and is stopped at the
end. The browser is the one that is installed; nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, TimeoutError, sync_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PATIENCE = 120  # seconds that anything may take on a slow machine
IDLE = "Python 3 (ipykernel) | Idle"  # before that, a dialog about kernels swallows what is typed
NO_NEWS = {"@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}

pytestmark = pytest.mark.xdist_group("browser")

BOARD = (
    "from sim import load_plan, load_scenario\nfrom sim.levers import levers",
    "levers(load_scenario('supermarket').but(people=300, weeks=60), load_plan('win_back'))",
)


def browser() -> str:
    """Find the browser of this machine."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip(f"no browser is installed; one of these would do: {', '.join(NAMES)}")
    return found


def until(done: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"waited {seconds} seconds for {what}"
        time.sleep(0.2)


@contextmanager
def server(folder: Path, home: Path) -> Iterator[str]:
    """Run JupyterLab on a folder, with an empty home of its own; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, settings in NO_NEWS.items():
        path = home / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    own = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    own |= {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    places = {name: str(home / place) for name, place in own.items()}
    environment = {**os.environ, **places, "PYTHONPATH": str(ROOT), "CRM_KIT_QUIET": "1", "PYTHONUTF8": "1"}
    options = [
        f"--port={port}",
        "--ip=127.0.0.1",
        "--no-browser",
        "--allow-root",
        "--IdentityProvider.token=",
    ]
    options += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    with (home / "log").open("wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or answers(f"{address}/api"), "JupyterLab")
        assert process.poll() is None, (home / "log").read_text()
        yield address
    finally:
        process.terminate()  # JupyterLab then stops its kernels
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return reply.status == 200
    except OSError:
        return False


@contextmanager
def opened(notebook: Path, home: Path) -> Iterator[Page]:
    """Open a notebook in JupyterLab, its kernel ready, and all cells set going."""
    executable = browser()
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with server(notebook.parent, home) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"] if root else []
        )
        try:
            page = chromium.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(PATIENCE * 1000)
            page.goto(f"{address}/lab/tree/{notebook.name}")
            wait_for_kernel(page)
            run_all(page)
            yield page
        finally:
            chromium.close()


def wait_for_kernel(page: Page) -> None:
    """Wait until the kernel is ready; now and then JupyterLab misses its first word until it is reloaded."""
    try:
        page.get_by_text(IDLE).wait_for(timeout=PATIENCE * 1000 / 2)
    except TimeoutError:
        page.reload()
        page.get_by_text(IDLE).wait_for()


def run_all(page: Page) -> None:
    """Set all cells going."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def without_outputs(source: Path, target: Path) -> Path:
    """Copy a notebook as a learner gets it."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, target)
    return target


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_first_lesson_opens_in_jupyterlab_and_runs_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "home").mkdir()
    lesson = without_outputs(ROOT / "chapters" / "00_start_here.ipynb", tmp_path / "lessons" / "start.ipynb")
    assert not any(cell.outputs for cell in code_cells(lesson))
    with opened(lesson, tmp_path / "home") as page:

        def is_through() -> bool:
            page.keyboard.press("Control+s")
            try:
                cells = code_cells(lesson)
            except nbformat.reader.NotJSONError:
                return False  # it is being saved
            failed = [out for cell in cells for out in cell.outputs if out.output_type == "error"]
            return bool(failed) or all(cell.execution_count for cell in cells)

        until(is_through, "the lesson to run to its end")
        assert page.locator(".jp-Dialog").count() == 0, "a dialog stands in the way"
    cells = code_cells(lesson)
    errors = [out.get("ename") for cell in cells for out in cell.outputs if out.output_type == "error"]
    assert not errors
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert sum("image/png" in out.get("data", {}) for cell in cells for out in cell.outputs) >= 5


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Press the tabulator until something has the focus, as one does who has no mouse."""
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by {most} tabulators")


def test_a_lever_is_moved_by_the_keyboard_and_the_figure_follows(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    path = tmp_path / "board.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in BOARD])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, path)
    with opened(path, tmp_path / "home") as page:
        board = page.locator(".crm-board")
        picture = board.locator("img")
        picture.wait_for()
        row = board.locator(".widget-inline-hbox").filter(has=page.get_by_text("every", exact=True))
        handle = row.locator(".noUi-handle")
        try:
            handle.wait_for(state="attached", timeout=PATIENCE * 1000 / 8)
        except (
            TimeoutError
        ):  # JupyterLab loses widgets that are made while it still asks for those that are there
            run_all(page)
            handle.wait_for(state="attached")
        picture.wait_for()
        first, numbers = picture.get_attribute("src"), board.locator(".crm-headline").inner_text()
        board.get_by_role("button", name="campaigns").focus()
        tab_to(page, handle)
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        until(lambda: board.locator(".crm-headline").inner_text() != numbers, "the numbers to follow")
        until(lambda: picture.get_attribute("src") != first, "the figure to follow")
        assert row.locator(".widget-readout").inner_text() == "1"
        tab_to(page, board.get_by_role("button", name="YAML"))
        page.keyboard.press("Enter")
        text = board.locator("textarea")
        text.wait_for()
        assert "every: 4" not in text.input_value() and "name: win-back" in text.input_value()
        tab_to(page, text)
        assert page.locator(".jp-OutputArea-output .jp-RenderedText[data-mime-type*=stderr]").count() == 0
