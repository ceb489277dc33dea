"""Notebooks through papermill in real kernels."""

import json
import threading
import time

import psutil
import pytest

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import (
    KernelDied,
    NotebookFailed,
    NotebookTimedOut,
    OutputTooLarge,
    RunCancelled,
    Throttled,
    UnknownTicker,
)
from stockcast_lib.core.retries import retry_delay
from stockcast_lib.execution import fork_client, provisioner
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.settings import kernel_environment
from tests.factories import notebook_file

pytestmark = pytest.mark.kernels
SECRET = "never-to-be-seen"


@pytest.fixture(scope="module")
def runner_with():
    """A runner for a time limit; one serves all tests that ask for the same."""
    runners = {}

    def runner_with(seconds):
        if seconds not in runners:
            environment = kernel_environment("forecast")
            runners[seconds] = PapermillRunner(
                environment=environment, limits=Limits(run_seconds=seconds)
            )
        return runners[seconds]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKCAST_REDIS_URL", SECRET)
        patch.setenv("STOCKCAST_FRAME_KEY", SECRET)
        yield runner_with
    for runner in runners.values():
        runner.close()


@pytest.fixture
def run(tmp_path, runner_with):
    """Runs code cells, the first of which holds the parameters."""

    def run(*cells, parameters=None, seconds=30.0, told=lambda _: None, cancellation=None):
        notebook = notebook_file(tmp_path, *cells)
        return runner_with(seconds).run(
            notebook, parameters or {}, told, cancellation or Cancellation()
        )

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


def test_an_error_of_ours_keeps_its_details(run):
    outcome = run(
        "x = 1",
        "from stockcast_lib.core import errors",
        "raise errors.Throttled('Later.', retry_after=30)",
    )
    assert isinstance(outcome.error, Throttled)
    assert (outcome.error.message, outcome.error.details) == ("Later.", {"retry_after": 30})
    assert retry_delay(outcome.error, 0) == 30


def test_a_notebook_that_runs_for_ever_is_stopped_at_its_limit(run):
    began = time.monotonic()
    outcome = run("x = 1", "'before'", "while True: pass", seconds=3)
    assert isinstance(outcome.error, NotebookTimedOut)
    assert "3 seconds" in outcome.error.message
    assert time.monotonic() - began < 20
    assert outcome.outputs == ({"text/plain": "'before'"},)


def test_a_kernel_that_ends_itself_is_noticed_at_once(run):
    began = time.monotonic()
    outcome = run("x = 1", "import os; os._exit(3)")
    assert isinstance(outcome.error, KernelDied)
    assert time.monotonic() - began < 20


@pytest.fixture
def cancelled_run(run):
    """Runs a cell and cancels it once the cell has written a file; then, the seconds it took."""

    def cancelled_run(cell, written):
        cancellation, cancelled_at = Cancellation(), []

        def cancel_once_written():
            while not written.exists():
                time.sleep(0.01)
            cancelled_at.append(time.monotonic())
            cancellation.request()

        threading.Thread(target=cancel_once_written, daemon=True).start()
        outcome = run("x = 1", cell, cancellation=cancellation)
        return outcome, time.monotonic() - cancelled_at[0]

    return cancelled_run


def test_a_cancelled_run_ends_within_a_second_with_all_its_processes(cancelled_run, tmp_path):
    pids = tmp_path / "pids"
    outcome, seconds = cancelled_run(STARTS_PROCESSES.format(pids=str(pids)), pids)
    assert isinstance(outcome.error, RunCancelled)
    assert seconds < 1
    assert all_gone_soon(pids)


def test_a_run_cancelled_before_it_began_ends_as_one_under_way(run):
    cancellation = Cancellation()
    cancellation.request()
    outcome = run("x = 1", "import time; time.sleep(60)", cancellation=cancellation)
    assert isinstance(outcome.error, RunCancelled)


STARTS_PROCESSES = """
import os, subprocess, time
deaf = "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(60)"
sleepers = [subprocess.Popen(["python3", "-c", deaf], start_new_session=own) for own in (0, 1)]
with open({pids!r} + ".part", "w") as file:
    file.write(" ".join(str(each) for each in (os.getpid(), *(s.pid for s in sleepers))))
os.rename({pids!r} + ".part", {pids!r})
time.sleep(60)
"""


def all_gone_soon(pids):
    processes = [int(pid) for pid in pids.read_text().split()]
    deadline = time.monotonic() + 5
    while any(psutil.pid_exists(pid) for pid in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_cell_deaf_to_the_interrupt_is_killed(cancelled_run, tmp_path):
    deaf = tmp_path / "deaf"
    outcome, seconds = cancelled_run(DEAF.format(deaf=str(deaf)), deaf)
    assert isinstance(outcome.error, RunCancelled)
    assert seconds < 1


DEAF = """
import time
while True:
    try:
        open({deaf!r}, "w").close()
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""


def test_what_a_run_leaves_behind_is_killed(run, tmp_path):
    pids = tmp_path / "pids"
    outcome = run("x = 1", STARTS_PROCESSES.format(pids=str(pids)).replace("time.sleep(60)\n", ""))
    assert outcome.error is None
    assert all_gone_soon(pids)


@pytest.mark.parametrize(
    "prints",
    [
        "print('x' * 10**9)",
        "while True: print('x' * 10**6)",
        "for _ in range(99): display({'text/plain': 'x' * 10**6}, raw=True)",
        "display({'text/plain': 'x' * 10**8}, raw=True)",
    ],
)  # fmt: skip
def test_a_notebook_that_pours_out_output_is_stopped(run, prints):
    outcome = run("x = 1", prints)
    assert isinstance(outcome.error, OutputTooLarge)
    assert len(outcome.executed) < 50_000_000


def test_a_child_process_that_pours_out_output_is_cut_off(run):
    outcome = run(
        "x = 1",
        "import subprocess as s; s.run(['dd', 'if=/dev/zero', 'bs=1M', 'count=99', 'conv=ebcdic'])",
    )
    assert outcome.error is None
    assert 1_000_000 < len(outcome.executed) < 100_000_000


def test_a_notebook_that_eats_memory_fails_alone(run):
    outcome = run("x = 1", "hoard = [bytearray(2**28) for _ in range(16)]")
    assert isinstance(outcome.error, NotebookFailed)
    assert "MemoryError" in outcome.error.message
    assert run("x = 1", "x").error is None


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
    before = provisioner.fallbacks
    outcome = run("x = 1", "import os; os.getppid()")
    server = fork_client.shared_fork_server("stockcast_lib.warm").pid
    assert outcome.outputs == ({"text/plain": str(server)},)
    assert provisioner.fallbacks == before


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
