"""Redis is emptied under a stack that runs: by a command, or with its volume."""

import shutil
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from dotenv import dotenv_values

from stockcast_lib.core import keys
from tests.chain.client import ask, call, ended, frozen, get, parts, problem, until
from tests.event_stream import EventReader
from tests.servers import running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]
EVIDENCE = ("chart.png", "chart.json", "data.csv", "notebook.ipynb")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("wiped"), "--no-dashboard") as running:
        yield running


def connected(stack):
    url = dotenv_values(stack.folder / "data" / "stack.env")["STOCKCAST_REDIS_URL"]
    return redis.Redis.from_url(url)


def interests(stack, job):
    """How many have asked for it."""
    with connected(stack) as client:
        return client.scard(f"{keys.PREFIX}asked:{job['id']}")


def flush_all(stack):
    with connected(stack) as client:
        client.flushall()


def lose_the_volume(stack):
    (server,) = parts(stack, "redis-server")
    server.send_signal(signal.SIGSTOP)
    for path in (stack.folder / "data" / "redis").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    server.kill()


def lost(stack, job):
    status, document = problem(call(f"{stack.api}{job['links']['self']}"))
    assert status in {410, 503}
    return document if status == 410 else None


@pytest.mark.parametrize("wipe", [flush_all, lose_the_volume])
def test_what_is_finished_answers_what_is_not_is_lost_and_all_goes_on(stack, wipe):
    days = 200 if wipe is flush_all else 300
    status, finished = ask(stack.api, {"ticker": "AAPL", "days": days})
    assert (status, finished["state"]) == (200, "done")
    kept = {name: call(f"{stack.api}{finished['links'][name]}")[2] for name in EVIDENCE}
    unfinished = {"ticker": "AAPL", "days": days + 1}
    with frozen(stack, "--stage forecast"), ThreadPoolExecutor(2) as pool:
        _, job = ask(stack.api, unfinished, wait=0)
        waiting = pool.submit(ask, stack.api, unfinished, 60)
        with EventReader(f"{stack.api}{job['links']['self']}/events") as reader:
            listening = pool.submit(list, reader)
            # Else it would wait for a job of its own.
            until(lambda: interests(stack, job) == 2)
            wipe(stack)
            document = until(lambda: lost(stack, job))
            assert document["type"] == "/problems/lost-job"
            assert "ask for the forecast again" in document["detail"]
            # Nobody waits for ever for what is lost.
            status, told = waiting.result(30)
            assert (status, told["type"]) in {
                (410, "/problems/lost-job"),
                (503, "/problems/queue-unavailable"),
            }
            listening.result(40)
    status, again = get(stack.api, finished["links"]["self"])
    assert (status, again["result"]) == (200, finished["result"])
    assert {name: call(f"{stack.api}{again['links'][name]}")[2] for name in EVIDENCE} == kept
    assert call(f"{stack.api}/api/v1/forecasts?ticker=AAPL")[0] == 200
    status, asked = ask(stack.api, unfinished)
    assert status in {200, 202}
    assert asked["id"] != job["id"]
    assert ended(stack.api, asked)["state"] == "done"
    assert until(lambda: call(f"{stack.api}/readyz")[0] == 200)


def test_a_run_whose_job_is_wiped_away_ends_and_its_worker_goes_on(stack):
    _, job = ask(stack.api, {"ticker": "XOM", "days": 400}, wait=0)
    flush_all(stack)

    # Just finished or lost, and nothing in between.
    def settled():
        status, told = get(stack.api, job["links"]["self"])
        return status == 410 or told.get("state") == "done"

    assert until(settled)
    status, after = ask(stack.api, {"ticker": "XOM", "days": 401})
    assert (status, after["state"]) == (200, "done")
