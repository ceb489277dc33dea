import os
import signal
import sys
import time

import psutil
import pytest

from stockcast_lib.core.errors import StackFailed
from stockcast_lib.stack.supervisor import Supervisor, next_delay

pytestmark = pytest.mark.long

SERVE = "ready.touch()\ntime.sleep(600)"
# Its own child leaves the session, as a Jupyter kernel does, and ignores SIGTERM too.
WITH_GRANDCHILD = """
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
grandchild = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
ready.write_text(str(grandchild.pid))
time.sleep(600)
"""
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE


@pytest.mark.parametrize(
    ("delay", "lived", "expected"),
    [(0, 0.1, 0.5), (0.5, 1, 1), (1, 1, 2), (4, 1, 8), (8, 1, 10), (10, 59, 10), (10, 60, 0.5)],
)
def test_the_wait_doubles_to_ten_seconds_until_a_child_has_lived_a_minute(delay, lived, expected):
    assert next_delay(delay, lived) == expected


def test_start_returns_when_all_are_ready_and_says_whom_it_waits_for(supervisor, python_child):
    waited = set()
    slow = python_child("time.sleep(0.5)\n" + SERVE, name="slow")
    quick = python_child(SERVE, name="quick")
    supervisor.start([slow, quick], waited.update)
    assert slow.ready()
    assert quick.ready()
    assert "slow" in waited


def test_a_child_that_ends_at_once_is_told_in_one_line_with_its_last_words(
    supervisor, python_child, tmp_path
):
    log = tmp_path / "logs" / "broken.log"
    log.write_text("words of an earlier start\n")
    with pytest.raises(StackFailed) as raised:
        supervisor.start([python_child("sys.exit('the key is wrong')", name="broken")])
    assert raised.value.message == f"broken ended with status 1: the key is wrong. See {log}."


def test_old_words_are_not_taken_for_new_ones(supervisor, python_child, tmp_path):
    log = tmp_path / "logs" / "silent.log"
    log.write_text("words of an earlier start\n")
    with pytest.raises(StackFailed) as raised:
        supervisor.start([python_child("os._exit(3)", name="silent")])
    assert raised.value.message == f"silent ended with status 3. See {log}."


def test_a_program_that_is_missing_is_told_in_one_line(supervisor, python_child):
    child = python_child("")
    missing = type(child)("gone", ["/no/such/program"], {}, lambda: False)
    with pytest.raises(StackFailed, match=r"/no/such/program cannot be started: No such file"):
        supervisor.start([missing])


def test_a_child_that_is_never_ready_is_given_up(supervisor, python_child):
    child = python_child("print('loading', flush=True)\ntime.sleep(600)", name="stuck")
    with pytest.raises(StackFailed, match=r"stuck was not ready in 1 s; its last word: loading"):
        supervisor.start([child], limit=1)


def test_a_request_to_stop_ends_the_wait(supervisor, python_child):
    def stop(_names):
        supervisor.stop_requested = True

    began = time.monotonic()
    supervisor.start([python_child("time.sleep(600)")], stop)
    assert time.monotonic() - began < 2


def test_a_killed_child_is_started_again(supervisor, python_child, said, until):
    supervisor.start([python_child(SERVE)])
    first = supervisor.pids()["little"]
    os.kill(first, signal.SIGKILL)

    def started_again():
        supervisor.mend()
        return supervisor.pids()["little"] != first

    until(started_again)
    assert psutil.pid_exists(supervisor.pids()["little"])
    assert said == ["little was ended by signal 9. Starting it again in 0.5 s."]


def test_what_a_dead_child_left_in_its_group_is_ended(
    supervisor, python_child, tmp_path, until, gone
):
    code = """
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
ready.write_text(str(left.pid))
time.sleep(600)
"""
    supervisor.start([python_child(code)])
    until((tmp_path / "little.ready").read_text)
    left = int((tmp_path / "little.ready").read_text())
    os.kill(supervisor.pids()["little"], signal.SIGKILL)
    until(lambda: supervisor.mend() or gone(left), 5)


def test_stop_ends_a_child_that_ignores_sigterm(supervisor, python_child, gone):
    supervisor.start([python_child(DEAF, grace=1.0)])
    pid = supervisor.pids()["little"]
    began = time.monotonic()
    supervisor.stop()
    assert gone(pid)
    assert 1 <= time.monotonic() - began < 3


def test_stop_ends_a_grandchild_in_a_session_of_its_own(
    supervisor, python_child, tmp_path, until, gone
):
    supervisor.start([python_child(WITH_GRANDCHILD)])
    until((tmp_path / "little.ready").read_text)
    grandchild = int((tmp_path / "little.ready").read_text())
    assert os.getsid(grandchild) != os.getsid(supervisor.pids()["little"])
    supervisor.stop()
    assert gone(grandchild)


def test_deaf_children_of_every_rank_are_gone_within_ten_seconds(supervisor, python_child, gone):
    supervisor.start(
        [
            python_child(DEAF, name="front"),
            python_child(DEAF, name="front-too"),
            python_child(DEAF, name="store", rank=1, grace=1.5),
            python_child(DEAF, name="queue", rank=2, grace=2.0),
        ]
    )
    pids = supervisor.pids().values()
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 10
    assert all(map(gone, pids))


def test_the_front_is_gone_before_what_it_stands_on_is_told_to_stop(
    supervisor, python_child, tmp_path
):
    order = tmp_path / "order"
    code = f"""
def leave(*_):
    time.sleep(0.2)
    with open({str(order)!r}, "a") as order:
        order.write(NAME)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
"""
    ranks = {"queue": 2, "front": 0, "store": 1}
    supervisor.start(
        [
            python_child(f"NAME='{name} '" + code + SERVE, name=name, rank=rank)
            for name, rank in ranks.items()
        ]
    )
    supervisor.stop()
    assert order.read_text() == "front store queue "


def test_logs_are_private_and_appended(supervisor, python_child, tmp_path):
    child = python_child("print('a line', flush=True)\n" + SERVE)
    for _ in range(2):
        supervisor.start([child])
        supervisor.stop()
        child.ready.__self__.unlink()
    log = tmp_path / "logs" / "little.log"
    assert log.read_text() == "a line\na line\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_that_has_grown_large_starts_anew(supervisor, python_child, tmp_path):
    log = tmp_path / "logs" / "little.log"
    log.write_bytes(b"x" * (4 * 1024 * 1024 + 1))
    supervisor.start([python_child("print('new', flush=True)\n" + SERVE)])
    assert log.read_text() == "new\n"


def test_a_child_sees_only_the_environment_it_is_given(supervisor, python_child, monkeypatch):
    monkeypatch.setenv("A_SECRET_OF_THE_PARENT", "x")
    supervisor.start([python_child(SERVE)])
    assert "A_SECRET_OF_THE_PARENT" not in psutil.Process(supervisor.pids()["little"]).environ()


def test_a_child_can_be_interrupted_where_the_shell_had_sigint_ignored(
    supervisor, python_child, until
):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        supervisor.start([python_child(SERVE)])
    finally:
        signal.signal(signal.SIGINT, before)
    pid = supervisor.pids()["little"]
    os.kill(pid, signal.SIGINT)
    until(lambda: supervisor.mend() or supervisor.pids()["little"] != pid)


def test_no_child_outlives_a_supervisor_that_is_killed(
    start_program, python_child, tmp_path, until, gone
):
    argv = python_child(DEAF).argv
    program = start_program(
        "-c",
        f"""
from pathlib import Path
from stockcast_lib.stack.supervisor import Child, Supervisor
running = Supervisor(Path({str(tmp_path)!r}), print)
ready = Path({str(tmp_path / "little.ready")!r})
running.start([Child(name, {argv!r}, {{}}, ready.exists) for name in ("one", "two")])
print(*running.pids().values(), flush=True)
running.watch()
""",
    )
    pids = [int(pid) for pid in program.stdout.readline().split()]
    assert len(pids) == 2
    assert not any(map(gone, pids))
    program.kill()
    until(lambda: all(map(gone, pids)), 5)


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_what_a_dead_child_left_in_another_session_is_ended(
    start_program, python_child, tmp_path, until, gone
):
    argv = python_child(WITH_GRANDCHILD).argv
    ready = tmp_path / "little.ready"
    program = start_program(
        "-c",
        f"""
from pathlib import Path
from stockcast_lib.stack import processes
from stockcast_lib.stack.supervisor import Child, Supervisor
processes.adopt_orphans()
running = Supervisor(Path({str(tmp_path)!r}), lambda _: None, adopts=True)
ready = Path({str(ready)!r})
running.start([Child("one", {argv!r}, {{}}, lambda: ready.exists() and ready.read_text())])
print(running.pids()["one"], flush=True)
running.watch()
""",
    )
    pid, grandchild = int(program.stdout.readline()), int(ready.read_text())
    os.kill(pid, signal.SIGKILL)
    until(lambda: gone(grandchild), 5)
    until(lambda: int(ready.read_text()) != grandchild, 5)


def test_stop_may_be_repeated(tmp_path):
    idle = Supervisor(tmp_path / "logs", print)
    idle.stop()
    idle.stop()
