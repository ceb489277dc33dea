"""A worker process listens only once it can work."""

import json
import socket
import subprocess
import sys
import time

import pytest

from stockcast_lib.core.protocol import MAX_LINE, HandOver, Status, decode_reply, encode_message
from stockcast_lib.stack.network import accepts, free_ports
from tests.gateway import fetch
from tests.servers import clean_environment, running_redis

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
def health_port():
    return free_ports(1)[0]


@pytest.fixture
def start_worker(tmp_path, port):
    """Starts a worker whose kernels run some code; its Redis is away."""
    started = []

    def start(code, stage="forecast", options=(), **variables):
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
        command = [sys.executable, "-m", "server.worker", "--stage", stage, *options]
        started.append(
            subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


@pytest.fixture
def listening(start_worker, tmp_path, port):
    """A worker that takes messages; nobody may be silent for longer than a second."""
    (tmp_path / "let-on").touch()
    worker = start_worker(SLOW_KERNEL, STOCKCAST_SILENCE_SECONDS="1")
    soon(lambda: accepts(port))
    return worker


def refused(port, data):
    """The code with which a worker refuses what is sent, before it hangs up."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.settimeout(10)
        connection.sendall(data)
        with connection.makefile("rb") as lines:
            reply = decode_reply(lines.readline())
            assert reply.status is Status.REJECTED
            lines.read()  # until it hangs up
            return reply.reason.code


def told(port, path):
    """The status, and the reason if there is one."""
    answered = fetch(f"http://127.0.0.1:{port}/{path}")
    return answered.status, json.loads(answered.body).get("reason", "")


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


def test_one_worker_serves_both_stages_and_starts_no_kernel_before_a_run_where_it_shall_not(
    start_worker, tmp_path, port, health_port
):
    ingest_port = free_ports(1)[0]
    worker = start_worker(
        SLOW_KERNEL,
        options=("--stage", "ingest"),
        STOCKCAST_INGEST_ADDRESS=f"127.0.0.1:{ingest_port}",
        STOCKCAST_HEALTH_PORT=str(health_port),
        STOCKCAST_KERNELS_AHEAD="false",
    )
    soon(lambda: accepts(port) and accepts(ingest_port))
    assert not (tmp_path / "started").exists()
    assert told(health_port, "healthz") == (200, "")
    status, reason = told(health_port, "readyz")  # Redis is away
    assert (status, "Redis" in reason) == (503, True)
    worker.terminate()
    assert worker.wait(30) == 0


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


def test_garbage_too_much_and_silence_are_refused_and_it_lives_on(listening, port):
    foreign = encode_message(HandOver("a" * 32, "x"), key=b"f" * 16, nonce="n", at=time.time())
    harms = [b"\x00\xff\n", b"GET / HTTP/1.1\r\n", b"{}\n", b"x" * (MAX_LINE + 10), b"half", b""]
    for harm in harms:
        assert refused(port, harm) == "bad-frame", harm[:20]
        assert refused(port, foreign) == "unauthorised"
    assert listening.poll() is None
    listening.terminate()
    assert listening.wait(30) == 0


def test_while_its_kernels_warm_up_it_tells_that_it_lives_and_is_not_ready(
    start_worker, tmp_path, health_port
):
    start_worker(SLOW_KERNEL, STOCKCAST_HEALTH_PORT=str(health_port))
    soon((tmp_path / "started").exists)
    assert told(health_port, "healthz") == (200, "")
    status, reason = told(health_port, "readyz")
    assert (status, "not warm yet" in reason) == (503, True)


def test_it_is_ready_while_redis_answers_and_until_it_is_told_to_stop(
    start_worker, tmp_path, port, health_port
):
    (tmp_path / "let-on").touch()
    folder = tmp_path / "redis"
    folder.mkdir()
    with running_redis(folder, 7) as url:
        worker = start_worker(
            SLOW_KERNEL,
            STOCKCAST_HEALTH_PORT=str(health_port),
            STOCKCAST_REDIS_URL=url,
        )
        soon(lambda: accepts(port))
        soon(lambda: told(health_port, "readyz") == (200, ""))
    status, reason = told(health_port, "readyz")
    assert (status, reason.startswith("Redis does not answer")) == (503, True)
    assert told(health_port, "healthz") == (200, "")
    worker.terminate()
    assert worker.wait(30) == 0


def test_it_listens_on_the_host_that_is_set_and_not_on_its_service_s(
    start_worker, tmp_path, port, health_port
):
    (tmp_path / "let-on").touch()
    start_worker(
        SLOW_KERNEL,
        STOCKCAST_FORECAST_ADDRESS=f"stockcast-forecast.invalid:{port}",
        STOCKCAST_LISTEN_HOST="127.0.0.1",
        STOCKCAST_HEALTH_PORT=str(health_port),
    )
    soon(lambda: accepts(port))
    assert told(health_port, "healthz") == (200, "")


def test_where_its_health_port_is_taken_it_says_what_to_do_and_ends(start_worker, health_port):
    with socket.create_server(("127.0.0.1", health_port)):
        worker = start_worker(SLOW_KERNEL, STOCKCAST_HEALTH_PORT=str(health_port))
        _, said = worker.communicate(timeout=30)
    assert worker.returncode == 1
    last = said.splitlines()[-1]
    assert last.startswith(f"worker: The health calls cannot listen on 127.0.0.1:{health_port} (")
    assert last.endswith("a STOCKCAST_HEALTH_PORT of its own, or 0 for none.")


def test_told_to_stop_it_is_at_once_not_ready_and_still_lives(start_worker, tmp_path, health_port):
    worker = start_worker(SLOW_KERNEL, STOCKCAST_HEALTH_PORT=str(health_port))
    soon((tmp_path / "started").exists)
    worker.terminate()
    # It waits for the kernel that it has begun to start.
    soon(lambda: told(health_port, "readyz") == (503, "The worker has been told to stop."), 5)
    assert told(health_port, "healthz") == (200, "")
    (tmp_path / "let-on").touch()
    assert worker.wait(30) == 0
