"""`stockcast check`, offline and with a run on bundled prices."""

import json

import pytest

from tests.commands import refusal, stockcast
from tests.model_notebooks import (
    BUNDLED,
    MODEL,
    PARAMETERS,
    REPORT,
    before_the_report,
    changed,
    replaced,
    source_of,
    written,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


def test_faults_are_told_a_line_each_and_nothing_is_run(tmp_path):
    written(tmp_path, replaced(PARAMETERS, "days = 90", 'days = "90"'))
    told = stockcast(tmp_path, "check", "model.ipynb")
    assert (told.returncode, told.stderr) == (1, "")
    (line,) = told.stdout.splitlines()
    assert line.startswith(f"model.ipynb: cell {PARAMETERS + 1}: the default of days, a str")
    assert line.endswith("write `days = 90`")


def test_without_a_run_it_takes_no_server(tmp_path):
    own = changed(PARAMETERS, source_of(PARAMETERS) + "\nwindow = 20")
    written(tmp_path, own)
    told = stockcast(tmp_path, "check", "model.ipynb", "--no-run")
    assert (told.returncode, told.stderr) == (0, "")
    assert "model.ipynb: window = 20 is its own parameter" in told.stdout
    assert "keeps the notebook contract and was not run" in told.stdout


@pytest.mark.parametrize("name", ["missing.ipynb", "text.ipynb"])
def test_what_is_no_notebook_is_bad_input(tmp_path, name):
    (tmp_path / "text.ipynb").write_text("text")
    assert refusal(stockcast(tmp_path, "check", name))[0] == 2


@pytest.mark.kernels
@pytest.mark.services
def test_the_bundled_notebook_runs_on_bundled_prices(tmp_path):
    told = stockcast(tmp_path, "check", str(BUNDLED), "--json")
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout)["ok"] is True


@pytest.mark.kernels
@pytest.mark.services
@pytest.mark.parametrize(
    ("document", "cell", "what"),
    [
        (changed(MODEL, "1 / 0"), MODEL + 1, "ZeroDivisionError"),
        (changed(REPORT, "forecast"), None, "displayed no forecast"),
        (before_the_report("import time; time.sleep(60)"), None, "was stopped"),
    ],
    ids=["raises", "shows something else", "takes too long"],
)
def test_a_run_that_fails_is_a_fault_of_its_cell(tmp_path, document, cell, what):
    written(tmp_path, document)
    (tmp_path / ".env").write_text("STOCKCAST_RUN_TIMEOUT_SECONDS=15\n")
    told = stockcast(tmp_path, "check", "model.ipynb", "--json")
    assert told.returncode == 1, told.stderr
    (fault,) = json.loads(told.stdout)["faults"]
    assert fault["cell"] == cell
    assert what in fault["what"]
    assert fault["mend"]
