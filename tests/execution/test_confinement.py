"""Hostile notebooks in confined kernels: each gets nothing, and harms nobody."""

import json
import os
import socket
import sys
import time

import psutil
import pytest

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import KernelDied, NotebookTimedOut, TooManyProcesses
from stockcast_lib.execution import fork_client, landlock
from stockcast_lib.execution.confinement import Confinement, can_confine
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from tests.execution.kernels import environment
from tests.factories import notebook_file

pytestmark = [
    pytest.mark.long,
    pytest.mark.kernels,
    pytest.mark.skipif(can_confine() is not None, reason="no Landlock with TCP rules here"),
]
SECRET = "never-to-be-seen-4f1d"


@pytest.fixture(scope="module")
def store_port():
    """Where the store would be; something listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def runner(store_port):
    made = PapermillRunner(
        environment=environment(STORE_KEY="reads-only"),
        limits=Limits(run_seconds=20, processes=8),
        confinement=Confinement((store_port,)),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOCKCAST_REDIS_URL", SECRET)
        yield made
    made.close()


@pytest.fixture
def run(runner, tmp_path):
    """Runs code cells, the first of which holds the parameters."""

    def run(*cells):
        notebook = notebook_file(tmp_path, *cells)
        return runner.run(notebook, {}, lambda _: None, Cancellation())

    return run


def printed(outcome):
    assert outcome.error is None, outcome.error
    cells = json.loads(outcome.executed)["cells"]
    return "".join(
        "".join(out.get("text", "")) for cell in cells for out in cell.get("outputs", ())
    )


def test_an_honest_notebook_runs_and_has_a_folder_of_its_own(run):
    outcome = run("x = 1", "open('own', 'w').write('x'); open('own').read()")
    assert outcome.error is None
    assert outcome.outputs[-1]["text/plain"] == "'x'"


def test_libraries_that_start_programs_and_write_files_work(run):
    code = """
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.forecasting import ModelConfig, fit_prophet
prices = SampleVendor().daily_prices("IBM").adjusted_close.iloc[-400:]
fit_prophet(prices, ModelConfig(), engine="stan")
import matplotlib.pyplot as plt
plt.plot([1]); plt.savefig("a.png"); print("made")
"""
    assert printed(run("x = 1", code)).endswith("made\n")


def test_its_own_environment_holds_no_secret(run):
    told = printed(run("x = 1", "import os; print(dict(os.environ))"))
    assert "reads-only" in told
    assert SECRET not in told
    assert "STOCKCAST_REDIS_URL" not in told


def test_no_process_s_environment_can_be_read(run):
    code = f"""
import os
for pid in (os.getppid(), {os.getpid()}, 1, "self"):
    for what in ("environ", "mem", "maps", "cmdline"):
        try:
            open(f"/proc/{{pid}}/{{what}}", "rb").read(1)
            print("read", pid, what)
        except OSError as error:
            print(type(error).__name__)
"""
    told = printed(run("x = 1", code))
    assert "read" not in told
    assert told.split().count("PermissionError") == 16


def test_it_can_connect_to_the_store_s_port_and_to_no_other(run, store_port):
    with socket.create_server(("127.0.0.1", 0)) as redis:
        port = redis.getsockname()[1]
        code = f"""
import socket
socket.create_connection(("127.0.0.1", {store_port}), 5).close(); print("store")
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", {port}), 5),
    lambda: socket.create_server(("127.0.0.1", 0)),
):
    try:
        attempt(); print("open")
    except PermissionError:
        print("denied")
"""
        assert printed(run("x = 1", code)).split() == ["store", "denied", "denied"]
        redis.settimeout(0.2)
        with pytest.raises(TimeoutError):
            redis.accept()


def test_it_can_write_read_and_list_nothing_outside_its_folder(run, tmp_path):
    (tmp_path / "credentials.json").write_text(SECRET)
    code = f"""
import os, pathlib, stockcast_lib, sys
there = pathlib.Path({str(tmp_path)!r})
for attempt in (
    lambda: (there / "evil").write_text("x"),
    lambda: (there / "credentials.json").read_text(),
    lambda: list(there.iterdir()),
    lambda: os.listdir("/tmp"),
    lambda: (there / "credentials.json").unlink(),
    lambda: os.symlink(there, "out") or open("out/credentials.json"),
    lambda: (pathlib.Path(stockcast_lib.__file__).parent / "evil.py").write_text("x"),
    lambda: (pathlib.Path(sys.prefix) / "evil").write_text("x"),
    lambda: pathlib.Path.home().joinpath("own").write_text("x") and os.listdir("/root"),
):
    try:
        attempt(); print("done")
    except PermissionError:
        print("denied")
"""
    assert printed(run("x = 1", code)).split() == ["denied"] * 9
    assert (tmp_path / "credentials.json").read_text() == SECRET
    assert not (tmp_path / "evil").exists()


def test_it_can_signal_no_process_outside(run):
    code = f"""
import os
for pid in (os.getppid(), {os.getpid()}):
    try:
        os.kill(pid, 0); print("done")
    except PermissionError:
        print("denied")
"""
    if landlock.abi() < 6:
        pytest.skip("this kernel cannot limit signals")
    assert printed(run("x = 1", code)).split() == ["denied"] * 2


def test_what_it_starts_is_confined_as_it_is(run, tmp_path):
    code = f"""
import subprocess
done = subprocess.run(["sh", "-c", "echo x > {tmp_path}/evil; cat /proc/1/environ; id -u"],
                      capture_output=True, text=True)
print(done.stderr.count("ermission denied"), open("/dev/null").read() == "")
"""
    assert printed(run("x = 1", code)).split() == ["2", "True"]
    assert not (tmp_path / "evil").exists()


def test_it_gains_no_privileges(run):
    code = """
import ctypes
print(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))
import resource
print(resource.getrlimit(resource.RLIMIT_CORE)[1])
"""
    assert printed(run("x = 1", code)).split() == ["1", "0"]


def test_a_thread_is_confined_as_well(run, tmp_path):
    code = f"""
import threading
from ipykernel.kernelapp import IPKernelApp
told = []
def write():
    try:
        open({str(tmp_path / "evil")!r}, "w"); told.append("done")
    except PermissionError:
        told.append("denied")
ended = threading.Event()
IPKernelApp.instance().iopub_thread.schedule(lambda: (write(), ended.set()))
ended.wait(10)
other = threading.Thread(target=write); other.start(); other.join()
print(*told)
"""
    assert printed(run("x = 1", code)).split() == ["denied", "denied"]


def test_a_loop_ends_at_its_limit(run):
    began = time.monotonic()
    outcome = run("x = 1", "while True: pass")
    assert isinstance(outcome.error, NotebookTimedOut)
    assert time.monotonic() - began < 60


def test_one_that_forks_is_ended_with_all_that_it_started(run):
    before = {each.pid for each in psutil.process_iter()}
    # Bounded in itself, too, should nothing else bound it.
    code = """
import os, time
for _ in range(40):
    if os.fork() == 0:
        time.sleep(30); os._exit(0)
time.sleep(30)
"""
    outcome = run("x = 1", code)
    assert isinstance(outcome.error, TooManyProcesses)
    deadline = time.monotonic() + 20
    while _sleepers(before) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _sleepers(before) == []


def _sleepers(before):
    """Processes that the runs of this module's server have left."""
    server = fork_client.shared_fork_server("stockcast_lib.warm").pid
    known = before | {server}
    children = psutil.Process(server).children(recursive=True) if server else []
    # One kernel is kept ready.
    return [each.pid for each in children if each.pid not in known][1:]


def test_a_kernel_that_would_start_plainly_does_not_run(tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "plain"
    spec.mkdir(parents=True)
    started = tmp_path / "started"
    document = {
        # Not what the fork server turns into.
        "argv": [sys.executable, "-c", f"open({str(started)!r}, 'w')", "{connection_file}"],
        "display_name": "Plain",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": "stockcast-fork"}},
    }
    (spec / "kernel.json").write_text(json.dumps(document))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    made = PapermillRunner(
        environment=environment(), limits=Limits(run_seconds=20), kernel_name="plain",
        confinement=Confinement((1,)),
    )  # fmt: skip
    try:
        outcome = made.run(notebook_file(tmp_path, "x = 1"), {}, lambda _: None, Cancellation())
    finally:
        made.close()
    assert isinstance(outcome.error, KernelDied)
    assert "could not be forked" in outcome.error.message
    assert not started.exists()
