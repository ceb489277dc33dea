"""A store that is away for a while, and a worker that is told to stop."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from stockcast_lib.adapters.redis_connection import LONGEST_COMMAND, connect, connect_blocking
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core.jobs import JobState, Stage, parse_request
from stockcast_lib.stack.network import free_ports
from tests.chaos.askers import call
from tests.factories import asker, notebook_file
from tests.servers import READY_SECONDS, clean_environment, running_stack

AWAY_SECONDS = float(os.environ.get("STOCKCAST_AWAY_SECONDS", "5"))
END_SECONDS = 120 + 2 * AWAY_SECONDS
JOB = "a" * 32
# For Python and the kernels to end.
ENDING_SECONDS = 3.0

pytestmark = [
    pytest.mark.long,
    pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(int(AWAY_SECONDS) + 400),
]  # fmt: skip


def ended(api, job_id, seconds=END_SECONDS):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status, job = call(f"{api}/api/v1/forecasts/{job_id}")
        if status == 200 and job["state"] in {"done", "failed", "cancelled"}:
            return job
        time.sleep(0.2)
    pytest.fail(f"{job_id} did not end")


@pytest.mark.parametrize("store", ["redis", "s3"])
def test_jobs_wait_for_a_store_that_is_away_and_then_go_on(stores, tmp_path, store):
    with running_stack(tmp_path, "--no-dashboard", **stores.environment) as stack:
        forecasts = f"{stack.api}/api/v1/forecasts"
        asked = [call(forecasts, {"ticker": "IBM", "days": 10 + n})[1]["id"] for n in range(8)]
        killed = stores.supervisor.pids()[store]
        psutil.Process(killed).kill()
        time.sleep(AWAY_SECONDS)
        assert call(f"{stack.api}/readyz")[0] == 503
        while stores.supervisor.pids()[store] == killed:
            stores.supervisor.mend()
            time.sleep(0.05)
        assert [ended(stack.api, job_id)["state"] for job_id in asked] == ["done"] * len(asked)


@pytest.fixture
def handed_over(stores):
    """A queue with one job that waits for the forecast stage."""
    url = stores.environment["STOCKCAST_REDIS_URL"]
    client, blocking = connect(url), connect_blocking(url)
    queue = RedisJobQueue(client, blocking)
    queue.submit(parse_request({"ticker": "IBM", "days": 5}), "key", JOB, asker())
    claim = queue.claim(Stage.INGEST, "test", 1)
    queue.hand_over(JOB, "prices/IBM/20260105T120000Z-0123456789abcdef.json")
    queue.release(claim)
    yield queue
    client.close()
    blocking.close()


@pytest.fixture
def start_worker(stores, tmp_path):
    """Starts a forecast worker whose notebook only sleeps."""
    started = []

    def start(sleep_seconds, grace_seconds):
        names = ("job_id", "ticker", "days", "price_version")
        parameters = "\n".join(f"{name} = None" for name in names)
        cells = (parameters, f"import time; time.sleep({sleep_seconds})")
        notebook_file(tmp_path, *cells, name="forecast.ipynb")
        (port,) = free_ports(1)
        environment = {
            **clean_environment(),
            **stores.environment,
            "STOCKCAST_NOTEBOOKS_DIR": str(tmp_path),
            "STOCKCAST_FORECAST_ADDRESS": f"127.0.0.1:{port}",
            "STOCKCAST_GRACE_SECONDS": str(grace_seconds),
        }
        command = [sys.executable, "-m", "server.worker", "--stage", "forecast"]
        started.append(subprocess.Popen(command, env=environment, cwd=tmp_path))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


@pytest.mark.parametrize(
    ("sleeps", "grace", "left"), [(60, 3, JobState.QUEUED), (2, 20, JobState.FAILED)]
)
def test_a_worker_told_to_stop_finishes_its_job_or_gives_it_back(
    handed_over, start_worker, sleeps, grace, left
):
    worker = start_worker(sleeps, grace)
    deadline = time.monotonic() + READY_SECONDS
    while (job := handed_over.job(JOB)).progress is None or job.progress.cell < job.progress.cells:
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    # The sleeping notebook displays no forecast: a job that it ends has failed.
    assert handed_over.job(JOB).state is left


@pytest.mark.parametrize("gone", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
def test_a_worker_told_to_stop_while_redis_is_away_ends_within_its_grace(
    stores, handed_over, start_worker, gone
):
    grace = 4
    worker = start_worker(60, grace)
    deadline = time.monotonic() + 30
    while (job := handed_over.job(JOB)).progress is None or job.progress.cell < job.progress.cells:
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    redis = psutil.Process(stores.supervisor.pids()["redis"])
    redis.send_signal(gone)
    time.sleep(1)
    try:
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        # Long before Redis itself is given up: nothing waits for it.
        assert time.monotonic() - began < grace + ENDING_SECONDS < LONGEST_COMMAND
    finally:
        if gone is signal.SIGSTOP:
            redis.resume()
