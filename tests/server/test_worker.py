"""A worker process listens only once it can work."""

import json
import subprocess
import sys
import time

import pytest

from stockcast_lib.stack.network import accepts, free_ports
from tests.servers import clean_environment

pytestmark = [pytest.mark.kernels, pytest.mark.timeout(90)]
# A kernel that says when it has been started, and then waits to be let on.
SLOW_KERNEL = """
import os, sys, time
from pathlib import Path
folder, worker = Path(sys.argv.pop(1)), os.getppid()
(folder / "started").touch()
while not (folder / "let-on").exists():
    if os.getppid() != worker:
        sys.exit()
    time.sleep(0.02)
import ipykernel.kernelapp
ipykernel.kernelapp.launch_new_instance()
"""


@pytest.fixture
def port():
    return free_ports(1)[0]


@pytest.fixture
def start_worker(tmp_path, port):
    """Starts a worker whose kernels run some code; its Redis is away."""
    started = []

    def start(code, stage="forecast", **variables):
        folder = tmp_path / "kernels" / "stockcast"
        folder.mkdir(parents=True)
        argv = [sys.executable, "-c", code, str(tmp_path), "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Stockcast", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
        environment = {
            **clean_environment(),
            "JUPYTER_PATH": str(tmp_path),
            "STOCKCAST_ENV_FILES": "off",
            "STOCKCAST_REDIS_URL": f"redis://127.0.0.1:{free_ports(1)[0]}/0",
            "STOCKCAST_FRAME_KEY": "0123456789abcdef",
            f"STOCKCAST_{stage.upper()}_ADDRESS": f"127.0.0.1:{port}",
            **variables,
        }
        command = [sys.executable, "-m", "server.worker", "--stage", stage]
        started.append(
            subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


def soon(holds, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_it_does_not_listen_before_its_kernels_are_warm(start_worker, tmp_path, port):
    worker = start_worker(SLOW_KERNEL)
    soon((tmp_path / "started").exists)
    looked_until = time.monotonic() + 1
    while time.monotonic() < looked_until:
        assert not accepts(port)
        time.sleep(0.05)
    (tmp_path / "let-on").touch()
    soon(lambda: accepts(port))
    assert worker.poll() is None


def test_told_to_stop_before_its_kernels_are_warm_it_ends(start_worker, tmp_path, port):
    worker = start_worker(SLOW_KERNEL)
    soon((tmp_path / "started").exists)
    worker.terminate()
    (tmp_path / "let-on").touch()
    assert worker.wait(30) == 0
    assert not accepts(port)


def test_without_kernels_it_says_why_and_ends(start_worker, port):
    worker = start_worker("raise SystemExit('broken')")
    _, said = worker.communicate(timeout=30)
    assert worker.returncode == 1
    last = said.splitlines()[-1]
    assert last.startswith("worker: no kernel for notebooks can be started (KernelDied: ")
    assert "make install" in last
    assert not accepts(port)


def test_without_a_key_for_any_vendor_it_says_so_and_ends(start_worker, port):
    variables = {"STOCKCAST_VENDORS": "tiingo,nasdaq_data_link"}
    worker = start_worker(SLOW_KERNEL, stage="ingest", **variables)
    _, said = worker.communicate(timeout=30)
    assert worker.returncode == 1
    assert said.splitlines()[-1] == (
        "worker: There is no key for tiingo, nasdaq_data_link: set TIINGO_API_KEY or "
        "NASDAQ_DATA_LINK_API_KEY, or STOCKCAST_VENDORS=sample."
    )
    assert not accepts(port)
