"""What is done to jobs that take long, or whose kernels die, in a stack of their own.

Its forecast notebook is the real one with a cell before it that waits, or ends the kernel.
"""

import json
import secrets
import time

import nbformat
import psutil
import pytest
from dotenv import dotenv_values
from nbformat.v4 import new_code_cell

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.core import keys
from tests import commands
from tests.chain.client import call, ended, get, problem, until
from tests.servers import REPOSITORY, running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]

QUEUE_LIMIT = 3
# A heartbeat, an interrupt, a busy machine.
CANCEL_SECONDS = 1.5
BEFORE_THE_FORECAST = """
import os, time
from pathlib import Path
folder = Path({folder!r})
if (folder / "die").exists():
    os._exit(3)
(folder / "kernel").write_text(str(os.getpid()))
while (folder / "hold").exists():
    time.sleep(0.02)
"""
SUBMITS_TWICE = """
from stockcast_lib import wiring
service = wiring.service()
print(service.submit({"ticker": "MSFT", "days": DAYS}))
print(service.submit({"ticker": "MSFT", "days": DAYS + 1}))
"""


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    """Where a file named `hold` or `die` has the notebook do so."""
    return tmp_path_factory.mktemp("control")


@pytest.fixture(scope="module")
def stack(tmp_path_factory, control):
    notebooks, folder = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("held")
    for name in ("ingest", "forecast", "dashboard"):
        notebook = nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4)
        if name == "forecast":
            waits = new_code_cell(BEFORE_THE_FORECAST.format(folder=str(control)))
            tags = [cell.metadata.get("tags", ()) for cell in notebook.cells]
            parameters = next(n for n, each in enumerate(tags) if "parameters" in each)
            notebook.cells.insert(parameters + 1, waits)
        nbformat.write(notebook, notebooks / f"{name}.ipynb")
    variables = {
        "STOCKCAST_NOTEBOOKS_DIR": str(notebooks),
        "STOCKCAST_QUEUE_LIMIT": str(QUEUE_LIMIT),
    }
    options = ("--no-dashboard", "--workers", "1")
    with running_stack(folder, *options, **variables) as running:
        (folder / ".stockcast").symlink_to("data")
        yield running


@pytest.fixture
def told(control):
    """Has the notebook do something from now on, until told otherwise."""

    def tell(name, *, on=True):
        (control / name).touch() if on else (control / name).unlink(missing_ok=True)

    yield tell
    for name in ("hold", "die", "kernel"):
        tell(name, on=False)


def asked(stack, days):
    status, _, answer = call(f"{stack.api}/api/v1/forecasts", {"ticker": "AAPL", "days": days})
    assert status == 202
    return json.loads(answer)


def state(stack, job):
    return get(stack.api, job["links"]["self"])[1]["state"]


def test_a_run_whose_job_is_deleted_ends_at_once_with_its_kernel(stack, control, told, figures):
    told("hold")
    job = asked(stack, 50)
    told_pid = control / "kernel"
    kernel = psutil.Process(int(until(lambda: told_pid.exists() and told_pid.read_text())))
    assert state(stack, job) == "running"
    began = time.monotonic()
    assert call(f"{stack.api}{job['links']['self']}", method="DELETE")[0] in {200, 202, 204}
    until(lambda: state(stack, job) == "cancelled")
    until(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE)
    seconds = time.monotonic() - began
    figures.append(f"cancelled, and its kernel gone, after {seconds:.2f} s")
    assert seconds < CANCEL_SECONDS


def test_a_full_queue_says_when_to_come_back(stack, told):
    told("hold")
    jobs = [asked(stack, 60 + each) for each in range(QUEUE_LIMIT)]
    answer = call(f"{stack.api}/api/v1/forecasts", {"ticker": "AAPL", "days": 70})
    status, refused = problem(answer)
    assert (status, refused["type"]) == (429, "/problems/queue-full")
    assert int(answer[1]["Retry-After"]) > 0
    told("hold", on=False)
    assert [ended(stack.api, job)["state"] for job in jobs] == ["done"] * QUEUE_LIMIT
    assert ended(stack.api, asked(stack, 70))["state"] == "done"


def test_a_dead_letter_that_is_replayed_is_made_and_forgotten(stack, told):
    told("die")
    lost = asked(stack, 80)
    assert ended(stack.api, lost)["error"]["code"] == "kernel-died"
    assert lost["id"] in commands.stockcast(stack.folder, "jobs").stdout
    told("die", on=False)
    replayed = commands.stockcast(stack.folder, "jobs", "replay", lost["id"])
    assert replayed.returncode == 0, replayed.stderr
    new_id = replayed.stdout.split()[-1]
    assert replayed.stdout.split()[0] == lost["id"] != new_id
    done = ended(stack.api, {"links": {"self": f"/api/v1/forecasts/{new_id}"}})
    assert (done["state"], done["result"]["days"]) == ("done", 80)
    assert lost["id"] not in commands.stockcast(stack.folder, "jobs").stdout
    assert commands.stockcast(stack.folder, "jobs", "replay", lost["id"]).returncode != 0


def test_two_processes_are_two_clients_and_one_is_always_the_same(stack):
    ids = []
    for _ in range(2):
        days = secrets.randbelow(5000) + 100
        done = commands.run(stack.folder, "-c", SUBMITS_TWICE.replace("DAYS", str(days)))
        assert done.returncode == 0, done.stderr
        ids += done.stdout.split()
        for job_id in ids[-2:]:
            ended(stack.api, {"links": {"self": f"/api/v1/forecasts/{job_id}"}})
    url = dotenv_values(stack.folder / "data" / "stack.env")["STOCKCAST_REDIS_URL"]
    redis = connect(url)
    one, same, other, same_other = [redis.hget(keys.job(job_id), "client") for job_id in ids]
    redis.close()
    assert one is not None
    assert (one, other) == (same, same_other)
    assert one != other
