"""The fork server and its kernels: how they start, what they leave, how they end."""

import contextlib
import os
import signal
from pathlib import Path

import psutil
import pytest

from stockcast_lib.execution import fork_client
from stockcast_lib.execution.counts import COUNTS
from stockcast_lib.execution.fork_client import ForkFailed, ForkServer
from stockcast_lib.execution.fork_server import MAX_REQUEST
from tests.execution.kernels import (
    SECONDS,
    STARTS_PROCESSES,
    asked,
    environment,
    fork,
    has_ended,
    owner,
    read_soon,
    soon,
    watched,
)

pytestmark = [pytest.mark.long, pytest.mark.kernels, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def server():
    server = ForkServer("")
    yield server
    server.close()


def left_behind(folder):
    return [int(pid) for pid in read_soon(folder / "pids").split()]


def all_end(processes):
    return soon(lambda: all(map(has_ended, processes)))


def kill_and_wait(pid):
    """Kill a child without taking its exit status from whoever asks for it."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os._exit(7)", 7),
        ("import os; os._exit(0)", 0),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15),
    ],
)
def test_a_kernel_s_exit_status_is_told_as_that_of_a_subprocess(server, tmp_path, code, status):
    kernel = fork(server, tmp_path, code)
    assert kernel.wait(SECONDS) == status
    assert kernel.poll() == kernel.returncode == status
    assert kernel.fileno() == -1


def test_a_kernel_leads_a_session_and_is_the_server_s_child(server, tmp_path):
    pid, group, session, parent = asked(
        server, tmp_path, "[os.getpid(), os.getpgrp(), os.getsid(0), os.getppid()]"
    )
    assert pid == group == session
    assert parent == server.pid


def test_a_kernel_gives_way_to_what_answers_at_once(server, tmp_path):
    assert asked(server, tmp_path, "os.nice(0)") == os.nice(0) + 5
    shares = Path("/proc/self/autogroup")
    if shares.exists():
        told = asked(server, tmp_path, f"open({str(shares)!r}).read()")
        assert told.endswith("nice 5\n")


def test_a_kernel_that_cannot_start_says_why_and_leaves_the_server_as_it_is(tmp_path, capfd):
    with contextlib.closing(ForkServer("")) as server:
        kernel = server.fork([], environment(), str(tmp_path / "missing"))
        before = server.pid
        assert kernel.wait(SECONDS) == 1
        assert asked(server, tmp_path, "os.getppid()") == before
    assert "FileNotFoundError" in capfd.readouterr().err


def test_the_slow_import_is_left_out_of_the_start_and_left_to_the_kernels(tmp_path):
    with contextlib.closing(ForkServer("stockcast_lib.warm")) as server:
        imported = "[name in sys.modules for name in ('jsonschema', 'rfc3987_syntax')]"
        assert asked(server, tmp_path, imported) == [True, False]


def test_a_request_beyond_the_limit_fails_alone(server, tmp_path):
    server.start(environment())
    before = server.pid
    for size in (MAX_REQUEST, 100 * MAX_REQUEST):
        with pytest.raises(ForkFailed, match="too large"):
            server.fork([], environment(LARGE="x" * size), str(tmp_path))
    assert asked(server, tmp_path, "os.getppid()") == before


def test_what_a_kernel_leaves_behind_lives_with_it_and_ends_with_it(server, tmp_path):
    kernel = fork(server, tmp_path, STARTS_PROCESSES)
    with watched(*left_behind(tmp_path)) as processes:
        for _ in range(2):  # at each end of a kernel the server looks for what was left behind
            fork(server, tmp_path, "import os; os._exit(0)").wait(SECONDS)
        assert not any(map(has_ended, processes))
        kernel.kill()
        assert kernel.wait(SECONDS) == -9
        assert all_end(processes)


def test_closing_ends_the_server_its_kernels_and_what_they_started(tmp_path):
    server = ForkServer("")
    kernel = fork(server, tmp_path, STARTS_PROCESSES)
    with watched(server.pid, kernel.pid, *left_behind(tmp_path)) as processes:
        server.close()
        assert server.pid is None
        assert all_end(processes)
        assert kernel.wait(SECONDS) == -9


def test_an_owner_killed_takes_along_its_server_its_kernels_and_what_they_started(tmp_path):
    with (
        owner(tmp_path, STARTS_PROCESSES) as (process, *pids),
        watched(*pids, *left_behind(tmp_path)) as processes,
    ):
        assert len(processes) == 4
        process.kill()
        assert all_end(processes)


def test_the_end_of_one_owner_is_nothing_to_another(tmp_path):
    folders = [tmp_path / "one", tmp_path / "other"]
    with contextlib.ExitStack() as stack:
        owners = []
        for folder in folders:
            folder.mkdir()
            process, *pids = stack.enter_context(owner(folder, STARTS_PROCESSES))
            processes = stack.enter_context(watched(*pids, *left_behind(folder)))
            owners.append((process, processes))
        (one, ones), (other, others) = owners
        one.kill()
        assert all_end(ones)
        assert other.poll() is None
        assert not any(map(has_ended, others))


def test_the_kernels_of_a_killed_server_end_and_the_next_fork_starts_another(tmp_path):
    server = ForkServer("")
    forks, rebirths = COUNTS.forks, COUNTS.rebirths
    kernel = fork(server, tmp_path, "import time; time.sleep(60)")
    first = server.pid
    assert (COUNTS.forks, COUNTS.rebirths) == (forks + 1, rebirths)
    with contextlib.closing(server), watched(kernel.pid) as processes:
        kill_and_wait(first)
        assert all_end(processes)
        assert kernel.wait(SECONDS) == -9
        assert asked(server, tmp_path, "os.getppid()") == server.pid
        assert server.pid != first
        assert (COUNTS.forks, COUNTS.rebirths) == (forks + 2, rebirths + 1)


def test_the_kernels_of_a_killed_server_are_not_taken_for_alive_while_they_die(tmp_path):
    with contextlib.closing(ForkServer("")) as server:
        kernels = [fork(server, tmp_path, STARTS_PROCESSES) for _ in range(8)]
        kill_and_wait(server.pid)
        assert [kernel.poll() for kernel in kernels] == [-signal.SIGKILL] * 8


def test_a_stopped_kernel_s_server_still_forks(server, tmp_path):
    kernel = fork(server, tmp_path, "import time; time.sleep(60)")
    kernel.send_signal(signal.SIGSTOP)
    assert soon(lambda: psutil.Process(kernel.pid).status() == psutil.STATUS_STOPPED)
    assert asked(server, tmp_path, "1 + 1") == 2
    kernel.kill()
    assert kernel.wait(SECONDS) == -9


def test_a_server_that_answers_too_late_keeps_no_kernel_for_nobody(tmp_path, monkeypatch):
    with contextlib.closing(ForkServer("")) as server:
        server.start(environment())
        process = psutil.Process(server.pid)
        process.suspend()
        with monkeypatch.context() as patch:
            patch.setattr(fork_client, "_ANSWER_SECONDS", 0.2)
            with pytest.raises(ForkFailed, match="does not answer"):
                fork(server, tmp_path, "import time; time.sleep(60)")
        process.resume()
        assert asked(server, tmp_path, "os.getppid()") == process.pid
        assert soon(lambda: not process.children())


@pytest.mark.parametrize(
    "warms_up",
    [
        "raise ValueError",
        "import threading; threading.Thread(target=time.sleep, args=(3,)).start()",
    ],
)
def test_a_server_that_does_not_get_ready_is_an_error_and_ends(tmp_path, warms_up):
    (tmp_path / "warms.py").write_text(f"import time\ndef warm_up():\n    {warms_up}\n")
    server = ForkServer("warms")
    variables = environment(PYTHONPATH=f"{environment()['PYTHONPATH']}:{tmp_path}")
    with pytest.raises(ForkFailed, match="did not get ready"):
        server.start(variables)
    assert not psutil.pid_exists(server.pid)
    server.close()
