"""Notebooks through papermill in real kernels."""

import contextlib
import json
import time

import psutil
import pytest

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import (
    KernelDied,
    NotebookFailed,
    Throttled,
    UnknownTicker,
)
from stockcast_lib.core.jobs import Progress
from stockcast_lib.core.retries import retry_delay
from stockcast_lib.execution import fork_client
from stockcast_lib.execution.counts import COUNTS
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.settings import kernel_environment
from tests.execution.kernels import SECRET
from tests.factories import notebook_file

pytestmark = pytest.mark.kernels


def sources(outcome):
    return ["".join(cell["source"]) for cell in json.loads(outcome.executed)["cells"]]


def test_outputs_come_in_order_with_the_executed_notebook(run):
    told = []
    outcome = run("x = 1", "x + 1", "'end'", parameters={"x": 5}, told=told.append)
    assert outcome.error is None
    assert [output["text/plain"] for output in outcome.outputs] == ["6", "'end'"]
    assert [(each.cell, each.cells) for each in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert "x = 5" in sources(outcome)[1]


def test_it_is_told_how_each_code_cell_went_and_when_a_kernel_waits(tmp_path):
    told, limits = [], Limits(run_seconds=30.0)
    environment = kernel_environment("forecast")
    runner = PapermillRunner(environment=environment, limits=limits, cell_ran=told.append)
    with contextlib.closing(runner):
        assert runner.ready == 0
        runner.wait_until_ready()
        assert runner.ready == 1
        notebook = notebook_file(tmp_path, "x = 1", "import time; time.sleep(0.3)", "1 / 0")
        runner.run(notebook, {}, lambda _: None, Cancellation())
    assert [cell.progress for cell in told] == [Progress(cell=n, cells=3) for n in (1, 2, 3)]
    assert [cell.ended_well for cell in told] == [True, True, False]
    assert [cell.seconds >= 0.3 for cell in told][:2] == [False, True]


def test_the_notebook_says_which_libraries_it_ran_with(run):
    outcome = run(
        "x = 1", "import platform, pandas; [platform.python_version(), pandas.__version__]"
    )
    versions = json.loads(outcome.executed)["metadata"]["stockcast"]["versions"]
    assert outcome.outputs[0]["text/plain"] == repr([versions["python"], versions["pandas"]])
    assert {"stockcast", "prophet", "numpy", "scipy"} <= set(versions)


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


def test_an_error_of_ours_keeps_its_details(run):
    outcome = run(
        "x = 1",
        "from stockcast_lib.core import errors",
        "raise errors.Throttled('Later.', retry_after=30)",
    )
    assert isinstance(outcome.error, Throttled)
    assert (outcome.error.message, outcome.error.details) == ("Later.", {"retry_after": 30})
    assert retry_delay(outcome.error, 0) == 30


def test_a_kernel_that_ends_as_it_starts_is_no_fault_of_the_notebook(tmp_path):
    # No environment holds such a text: what is forked for it ends at once.
    environment = {**kernel_environment("forecast"), "BROKEN": "\0"}
    runner = PapermillRunner(environment=environment, limits=Limits())
    for _ in range(5):
        outcome = runner.run(notebook_file(tmp_path, "x = 1"), {}, lambda _: None, Cancellation())
        assert isinstance(outcome.error, KernelDied), outcome.error
        assert outcome.error.retryable
    runner.close()


@pytest.mark.parametrize(
    ("prelude", "expected"),
    [
        ("__import__('builtins').__dict__.update(settled=7)", "'settled: 7; []'"),
        ("1 / 0", "'settled: None; []'"),
    ],
)
def test_a_prelude_is_done_before_the_notebook_and_leaves_no_name_and_no_output(
    tmp_path, prelude, expected
):
    environment = kernel_environment("forecast")
    runner = PapermillRunner(environment=environment, limits=Limits(), prelude=prelude)
    notebook = notebook_file(
        tmp_path,
        "x = 1",
        "import builtins\n"
        "names = [n for n in dir() if 'settle' in n or n == 'warm']\n"
        "f\"settled: {getattr(builtins, 'settled', None)}; {names}\"",
    )
    outcome = runner.run(notebook, {}, lambda _: None, Cancellation())
    runner.close()
    assert outcome.error is None
    assert outcome.outputs == ({"text/plain": repr(expected.strip("'"))},)


def test_threads_left_behind_end_with_their_run(run):
    outcome = run(
        "x = 1", "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    )
    assert outcome.error is None


def test_the_failing_cell_is_marked_and_the_later_ones_are_not(run):
    outcome = run("x = 1", "import os; os._exit(3)", "'never'")
    cells = json.loads(outcome.executed)["cells"]
    assert [cell["metadata"]["papermill"]["status"] for cell in cells] == [
        "completed",
        "failed",
        "pending",
    ]


def test_a_parameter_that_the_notebook_does_not_have_is_an_error(run):
    outcome = run("x = 1", "x", parameters={"y": 2})
    assert isinstance(outcome.error, NotebookFailed)
    assert "no parameter y" in outcome.error.message


def nested(levels):
    return [nested(levels - 1)] if levels else 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"x\nraise SystemExit #": 1},
        {"x": (1, 2)},
        {"x": float("nan")},
        {"x": {"a": {1}}},
        {"x": 2**63},
        {"x": nested(21)},
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
    def used():
        time.sleep(1)  # the last kernel's disposal
        return process.num_threads(), process.num_fds()

    process = psutil.Process()
    run("x = 1")
    before = used()
    for _ in range(5):
        run("x = 1")
    assert used() == before


def test_every_kernel_is_forked(run):
    before = COUNTS.fallbacks
    outcome = run("x = 1", "import os; os.getppid()")
    server = fork_client.shared_fork_server("stockcast_lib.warm").pid
    assert outcome.outputs == ({"text/plain": str(server)},)
    assert COUNTS.fallbacks == before


def test_no_kernel_is_kept_where_none_shall_be(tmp_path):
    environment = kernel_environment("forecast")
    runner = PapermillRunner(environment=environment, limits=Limits(), ahead=False)
    try:
        runner.wait_until_ready()
        assert runner._spare is None
        notebook = notebook_file(tmp_path, "x = 1", "x")
        assert runner.run(notebook, {}, lambda _: None, Cancellation()).error is None
        assert runner._spare is None
    finally:
        runner.close()


def test_a_fork_server_that_dies_takes_its_run_along_and_is_born_again(run):
    outcome = run("x = 1", "import os, signal, time; os.kill(os.getppid(), 9); time.sleep(30)")
    assert isinstance(outcome.error, KernelDied)
    assert outcome.error.retryable
    assert run("x = 1", "x").error is None
    test_every_kernel_is_forked(run)


def test_runs_are_clean(run):
    leave = (
        "import os, random, pandas; os.environ['LEFT'] = '1'; pandas.set_option('display.width', 7)"
    )
    look = "import os, random, pandas; ('LEFT' in os.environ, pandas.get_option('display.width'))"
    assert run("x = 1", leave).error is None
    assert run("x = 1", look).outputs == ({"text/plain": "(False, 80)"},)


def test_runs_draw_different_random_numbers(run):
    draw = "import random, numpy; (random.random(), float(numpy.random.rand()))"
    assert run("x = 1", draw).outputs != run("x = 1", draw).outputs
