"""Notebooks through papermill in real kernels."""

import json
import threading
import time

import psutil
import pytest

from stockcast_lib.core.errors import (
    KernelDied,
    NotebookFailed,
    NotebookTimedOut,
    UnknownTicker,
)
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.settings import kernel_environment
from tests.factories import notebook_file

pytestmark = pytest.mark.kernels
SECRET = "never-to-be-seen"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs code cells, the first of which holds the parameters."""
    monkeypatch.setenv("STOCKCAST_REDIS_URL", SECRET)
    monkeypatch.setenv("STOCKCAST_FRAME_KEY", SECRET)

    def run(*cells, parameters=None, timeout=30.0, told=lambda _: None, during=lambda _: None):
        runner = PapermillRunner(environment=kernel_environment("forecast"), timeout=timeout)
        during(runner)
        return runner.run(notebook_file(tmp_path, *cells), parameters or {}, told)

    return run


def sources(outcome):
    return ["".join(cell["source"]) for cell in json.loads(outcome.executed)["cells"]]


def test_outputs_come_in_order_with_the_executed_notebook(run):
    told = []
    outcome = run("x = 1", "x + 1", "'end'", parameters={"x": 5}, told=told.append)
    assert outcome.error is None
    assert [output["text/plain"] for output in outcome.outputs] == ["6", "'end'"]
    assert [(each.cell, each.cells) for each in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert "x = 5" in sources(outcome)[1]


def test_what_a_cell_raises_is_the_run_s_error_and_the_notebook_is_kept(run):
    outcome = run("x = 1", "1 / 0", "'never'")
    assert isinstance(outcome.error, NotebookFailed)
    assert "ZeroDivisionError" in outcome.error.message
    assert outcome.outputs == ()
    assert "ZeroDivisionError" in outcome.executed.decode()


def test_an_error_of_ours_keeps_its_type(run):
    outcome = run(
        "x = 1",
        "from stockcast_lib.core.errors import UnknownTicker\nraise UnknownTicker('No such one.')",
    )
    assert isinstance(outcome.error, UnknownTicker)
    assert outcome.error.message == "No such one."


def test_a_notebook_that_runs_for_ever_is_stopped_at_its_limit(run):
    began = time.monotonic()
    outcome = run("x = 1", "'before'", "while True: pass", timeout=3)
    assert isinstance(outcome.error, NotebookTimedOut)
    assert "3 seconds" in outcome.error.message
    assert time.monotonic() - began < 20
    assert outcome.outputs == ({"text/plain": "'before'"},)
    assert no_kernel_is_left()


def test_a_kernel_that_ends_itself_is_noticed_at_once(run):
    began = time.monotonic()
    outcome = run("x = 1", "import os; os._exit(3)")
    assert isinstance(outcome.error, KernelDied)
    assert time.monotonic() - began < 20


def test_a_cancelled_run_ends_with_all_its_processes(run):
    cancelled_at = []

    def cancel_soon(runner):
        def cancel():
            cancelled_at.append(time.monotonic())
            runner.cancel()

        timer = threading.Timer(4, cancel)
        timer.start()

    outcome = run(
        "x = 1",
        "import subprocess, time; subprocess.Popen(['sleep', '77']); time.sleep(60)",
        during=cancel_soon,
    )
    assert outcome.error is not None
    assert time.monotonic() - cancelled_at[0] < 5
    assert no_kernel_is_left()


def no_kernel_is_left():
    return not [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
        and {"ipykernel_launcher", "77"} & set(child.cmdline())
    ]


def test_a_parameter_that_the_notebook_does_not_have_is_an_error(run):
    outcome = run("x = 1", "x", parameters={"y": 2})
    assert isinstance(outcome.error, NotebookFailed)
    assert "no parameter y" in outcome.error.message


@pytest.mark.parametrize(
    "parameters",
    [
        {"x\nraise SystemExit #": 1},
        {"x": (1, 2)},
        {"x": float("nan")},
        {"x": {"a": {1}}},
        {"x y": 1},
    ],
)
def test_what_is_not_plain_data_under_a_plain_name_reaches_no_cell(run, parameters):
    outcome = run("x = 1", "x", parameters=parameters)
    assert outcome.error is not None
    assert outcome.outputs == ()
    assert sources(outcome) == ["x = 1", "x"]


@pytest.mark.parametrize(
    "text", ["'; import os; os._exit(9) #", '"""\nimport os; os._exit(9)\n"""', "{x}\\", "\n"]
)
def test_a_crafted_text_stays_a_text(run, text):
    outcome = run("x = 1", "import json; print(json.dumps(x)); x == x and len(x)",
                  parameters={"x": text})  # fmt: skip
    assert outcome.error is None
    assert outcome.outputs == ({"text/plain": str(len(text))},)


def test_a_kernel_sees_neither_redis_nor_the_frame_key(run):
    outcome = run("x = 1", "import os; print(sorted(os.environ.items()))")
    assert outcome.error is None
    assert SECRET not in outcome.executed.decode()
    assert "STOCKCAST_ENV_FILES" in outcome.executed.decode()


def test_runs_leave_no_thread_and_no_file_open(run):
    run("x = 1")
    process = psutil.Process()
    before = (process.num_threads(), process.num_fds())
    for _ in range(3):
        run("x = 1")
    assert process.num_threads() <= before[0]
    assert process.num_fds() <= before[1]
