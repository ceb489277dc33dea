"""A new analyst's way, by the words of its tutorial alone: edit, look, check, publish, promote."""

import json
import re
import shutil
import subprocess
import time

import pytest
from playwright.sync_api import expect

from stockcast_lib.execution.confinement import can_confine
from tests.browser.dashboard_page import ANSWER_MS, ask, choose, expect_forecast, open_page, picture
from tests.browser.lab_page import (
    RUN_MS,
    add_below,
    choose_in_menu,
    last_output,
    open_notebook,
    opened_lab,
    save,
)
from tests.docs.blocks import blocks_of, interpreter_folder
from tests.servers import REPOSITORY, clean_environment, running_stack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.stack,
    pytest.mark.kernels,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(can_confine() is not None, reason="published notebooks are refused here"),
]
TUTORIAL = REPOSITORY / "docs" / "tutorials" / "publishing.md"
NOTEBOOK = "trend.ipynb"
DAYS = 90  # as the notebook's own parameters say
# A quiet machine needs a third of them.
MINUTES = 5


class Shell:
    """Runs the tutorial's blocks in a folder, beside a running stack."""

    def __init__(self, folder):
        self.folder = folder
        notebooks = {"STOCKCAST_NOTEBOOKS_DIR": str(folder / "notebooks")}
        own = {name: str(folder / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
        self.environment = {**clean_environment(), **notebooks, **own}

    def __call__(self, command):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, timeout=500, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Where somebody has just said `make run`."""
    folder = tmp_path_factory.mktemp("analyst")
    shutil.copytree(REPOSITORY / "notebooks", folder / "notebooks")
    (folder / ".venv").symlink_to(interpreter_folder())
    return Shell(folder)


@pytest.fixture(scope="module")
def own_stack(shell):
    """What is promoted here is nobody else's model."""
    notebooks = {"STOCKCAST_NOTEBOOKS_DIR": shell.environment["STOCKCAST_NOTEBOOKS_DIR"]}
    with running_stack(shell.folder, **notebooks) as running:
        (shell.folder / ".stockcast").symlink_to(running.folder / "data")
        yield running


def test_from_a_notebook_to_its_model_on_the_dashboard(watched, own_stack, shell, figures):
    began = time.monotonic()
    copy, lab, line, check, publish, promote, forecast = [each.code for each in blocks_of(TUTORIAL)]
    words = TUTORIAL.read_text("utf-8")
    page = watched.page
    shell(copy)
    with opened_lab(lab, shell.folder, shell.environment) as address:
        page.goto(address)
        open_notebook(page, NOTEBOOK)
        add_below(page, _quoted(words, "begins with"), line.strip())
        choose_in_menu(page, *_menu(words, "Run → "))
        chart = last_output(page).locator("img.plot-img, .js-plotly-plot").first
        expect(chart).to_be_visible(timeout=RUN_MS)
        chart.scroll_into_view_if_needed()
        expect(last_output(page)).to_contain_text("AAPL: forecast to", timeout=RUN_MS)
        picture(page, "lab-forecast")
        choose_in_menu(page, *_menu(words, "Edit → "))
        expect(last_output(page)).to_have_count(0)
        save(page)
    assert "keeps the notebook contract and ran" in shell(check)
    told = shell(publish)
    revision = re.search(r"trend@([0-9a-f]{16})", told)[1]
    assert "REVISION" in promote
    assert f"model=trend now means trend@{revision}" in shell(promote.replace("REVISION", revision))

    open_page(page, own_stack.dashboard)
    page.get_by_label("Model", exact=True).select_option("trend")
    ask(page, "AAPL", DAYS)
    expect_forecast(page, "AAPL", DAYS)
    choose(page, "How this was made")
    expect(page.get_by_text(f"{revision}+")).to_be_visible(timeout=ANSWER_MS)
    assert "AAPL" in shell(forecast)
    seconds = time.monotonic() - began
    figures.append(f"from the copy of a notebook to its model's forecast: {seconds:.0f} s")
    assert seconds < 60 * MINUTES
    assert line.strip() in _lines_of_code(shell.folder / "notebooks" / NOTEBOOK)


def _quoted(words, after):
    """The first code that the tutorial quotes behind some words."""
    return re.search(re.escape(after) + r"\s+`([^`]+)`", words)[1]


def _menu(words, at):
    """A menu and its entry, as the tutorial names them."""
    return re.search(r"(\w+) → ([A-Z][\w ]+)", words[words.index(at) :]).groups()


def _lines_of_code(notebook):
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(code).splitlines()
