"""Notebooks that run too long, take too much or are cancelled: all that they started ends."""

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
    TooManyProcesses,
    TooMuchMemory,
)
from stockcast_lib.execution import fork_client
from stockcast_lib.execution.limits import MEGABYTE

pytestmark = [pytest.mark.long, pytest.mark.kernels]


def test_a_notebook_that_runs_for_ever_is_stopped_at_its_limit(run):
    began = time.monotonic()
    outcome = run("x = 1", "'before'", "while True: pass", run_seconds=3)
    assert isinstance(outcome.error, NotebookTimedOut)
    assert "3 seconds" in outcome.error.message
    assert time.monotonic() - began < 20
    assert outcome.outputs == ({"text/plain": "'before'"},)


def test_a_cell_is_stopped_at_its_own_limit_though_the_run_has_time_left(run):
    began = time.monotonic()
    outcome = run("x = 1", "'before'", "import time; time.sleep(25)", cell_seconds=1)
    assert isinstance(outcome.error, NotebookTimedOut)
    assert "one cell 1." in outcome.error.message
    assert time.monotonic() - began < 15
    assert outcome.outputs == ({"text/plain": "'before'"},)


def test_the_cells_of_a_run_share_its_time(run):
    began = time.monotonic()
    sleeps = "import time; time.sleep(2); 'slept'"
    outcome = run("x = 1", sleeps, sleeps, "'never'", run_seconds=3)
    assert isinstance(outcome.error, NotebookTimedOut)
    assert time.monotonic() - began < 15
    assert outcome.outputs == ({"text/plain": "'slept'"},)


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


HOARDS_IN_CHILDREN = """
import os, time
for _ in range(20):
    if os.fork() == 0:
        hoard = bytearray(60 * 2**20)
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""


# Its children do not fork: one that doubles for ever would take the whole machine with it where
# nothing but the watch bounds it.
STARTS_MANY_CHILDREN = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)
time.sleep(30)
"""


@pytest.mark.parametrize(
    ("cell", "error", "limits"),
    [
        (HOARDS_IN_CHILDREN, TooMuchMemory, {"memory_bytes": 700 * MEGABYTE}),
        (STARTS_MANY_CHILDREN, TooManyProcesses, {"processes": 16}),
    ],
    ids=["hoards in children", "starts many children"],
)
def test_a_notebook_whose_children_take_too_much_fails_alone(run, cell, error, limits):
    run("x = 1", **limits)
    server = psutil.Process(fork_client.shared_fork_server("stockcast_lib.warm").pid)
    # The next run's, and those that other runners keep.
    spares = len(server.children())
    began = time.monotonic()
    outcome = run("x = 1", "'before'", cell, **limits)
    assert isinstance(outcome.error, error)
    assert not outcome.error.retryable
    assert time.monotonic() - began < 25
    assert outcome.outputs == ({"text/plain": "'before'"},)
    assert run("x = 1", "x", **limits).error is None
    deadline = time.monotonic() + 10
    while len(server.children(recursive=True)) > spares:
        assert time.monotonic() < deadline, server.children(recursive=True)
        time.sleep(0.05)
    assert server.is_running()


def test_forks_that_share_what_they_hold_are_counted_once(run):
    shares = """
import os, time
hoard = bytearray(200 * 2**20)
children = []
for _ in range(8):
    if (pid := os.fork()) == 0:
        time.sleep(1.5)
        os._exit(0)
    children.append(pid)
[os.waitpid(pid, 0)[1] for pid in children]
"""
    outcome = run("x = 1", shares, memory_bytes=1000 * MEGABYTE)
    assert outcome.error is None
    assert outcome.outputs == ({"text/plain": str([0] * 8)},)
