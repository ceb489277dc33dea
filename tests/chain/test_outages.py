"""What the service says while a part of it is away, and what becomes of the jobs."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chain.client import ask, call, ended, frozen, get, kept_away, parts, problem, until
from tests.servers import Stack, running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]

S3, REDIS, INGEST, FORECAST = (
    "--dir-cache-time 10ms",
    "redis-server",
    "--stage ingest",
    "--stage forecast",
)
LONGEST_WAY = {"ticker": "AAPL", "days": 10_000}


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """Of its own: harm is done to it. It gives up what is away after seconds, not minutes."""
    folder, variables = tmp_path_factory.mktemp("outages"), {"STOCKCAST_LONGEST_RETRY_SECONDS": "1"}
    with running_stack(folder, "--no-dashboard", **variables) as running:
        yield running


@pytest.fixture
def api(stack) -> Iterator[str]:
    yield stack.api
    ready(stack.api)


@pytest.fixture(scope="module")
def finished(stack):
    status, job = ask(stack.api, {"ticker": "AAPL", "days": 30})
    assert status == 200
    return job


def ready(api):
    until(lambda: call(f"{api}/readyz")[0] == 200)


def away(api):
    status, document = problem(call(f"{api}/readyz"))
    assert status == 503
    return document["away"]


def seconds_of(function, *arguments):
    began = time.monotonic()
    return function(*arguments), time.monotonic() - began


def all_at_once(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(seconds_of, *each) for each in calls]]


def refused_evidence(api, job):
    names = ("chart.png", "chart.json", "data.csv")
    return {problem(call(f"{api}{job['links']['self']}/{name}"))[0] for name in names}


@pytest.mark.usefixtures("finished")
def test_an_unfinished_forecast_has_no_evidence(stack, api):
    with frozen(stack, FORECAST):
        status, job = ask(api, {"ticker": "AAPL", "days": 31}, wait=0)
        assert status == 202
        assert refused_evidence(api, job) == {409}
        assert problem(call(f"{api}{job['links']['self']}/notebook.ipynb"))[0] == 409
    assert ended(api, job)["state"] == "done"


def test_of_a_failed_run_the_executed_notebook_is_there_and_nothing_else(api):
    body = {"ticker": "AAPL", "days": 30, "params": {"training_years": 0.01}}
    job = ended(api, ask(api, body, wait=0)[1])
    assert (job["state"], job["error"]["code"]) == ("failed", "not-enough-history")
    assert refused_evidence(api, job) == {409}
    assert sorted(job["links"]) == ["notebook", "notebook.ipynb", "self"]
    notebook = json.loads(call(f"{api}{job['links']['notebook.ipynb']}")[2])
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert "NotEnoughHistory" in [output.get("ename") for output in outputs]


def test_while_s3_is_gone_what_needs_it_is_refused_and_the_rest_served(stack, api, finished):
    body = {"ticker": "GOOG", "days": 30}
    here = finished["links"]["self"]
    with kept_away(stack, S3):
        until(lambda: call(f"{api}/readyz")[0] == 503)
        assert away(api) == ["s3"]
        status, job = ask(api, body, wait=1)
        assert status == 202
        waiting = until(lambda: (now := get(api, job["links"]["self"])[1])["lastError"] and now)
        assert (waiting["error"], waiting["lastError"]["code"]) == (None, "store-unavailable")
        assert problem(call(f"{api}{here}/notebook.ipynb"))[0] == 503
        assert get(api, here) == (200, finished)
        assert call(f"{api}{here}/chart.png")[0] == 200
        # Eight tries, each with waits of its own inside the S3 client.
        failed = ended(api, job, seconds=60)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "store-unavailable")
    assert "S3 does not answer" in failed["error"]["message"]
    ready(api)
    assert ask(api, body)[1]["state"] == "done"


def test_a_job_waits_for_an_s3_that_hangs_and_nobody_else_does(stack, api, finished):
    with frozen(stack, S3):
        (named, probed), ((status, job), asked) = all_at_once(
            (away, api), (ask, api, {"ticker": "FB", "days": 30}, 3)
        )
        assert (named, probed < 10) == (["s3"], True)
        assert (status, asked < 6) == (202, True)
        assert get(api, finished["links"]["self"]) == (200, finished)
    assert ended(api, job)["state"] == "done"


def test_while_redis_hangs_every_call_ends_soon_and_says_so(stack, api, finished):
    with frozen(stack, REDIS):
        (named, probed), ((asked, why_not), refused), ((read, why), looked) = all_at_once(
            (away, api),
            (ask, api, {"ticker": "AAPL", "days": 32}),
            (get, api, finished["links"]["self"]),
        )
        assert get(api, "/healthz")[0] == 200
    assert (named, probed < 10) == (["redis"], True)
    # The worker gives Redis up after 15 seconds, and says so before its client gives it up.
    assert (asked, why_not["type"], refused < 20) == (503, "/problems/queue-unavailable", True)
    assert (read, why["type"], looked < 20) == (503, "/problems/queue-unavailable", True)
    ready(api)
    assert ask(api, {"ticker": "AAPL", "days": 32})[1]["state"] == "done"


def test_an_accepted_job_outlives_the_death_of_redis(stack, api):
    status, job = ask(api, LONGEST_WAY | {"days": 9_998}, wait=0)
    (redis,) = parts(stack, REDIS)
    redis.kill()
    assert status == 202
    ready(api)
    assert ended(api, job)["state"] == "done"


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(
    ("part", "stage", "body"),
    [
        (INGEST, "ingest", {"ticker": "IBM", "days": 30}),
        (FORECAST, "forecast", LONGEST_WAY),
    ],
    ids=["ingest", "forecast"],
)
def test_the_job_of_a_worker_that_is_killed_is_done_by_the_next(stack, api, part, stage, body):
    job = ask(api, body, wait=0)[1]

    def runs():
        found = get(api, job["links"]["self"])[1]
        return (found["stage"], found["state"]) == (stage, "running")

    until(runs)
    with frozen(stack, part) as worker:
        assert runs()
        worker.kill()
    # Its lease is over after 10 seconds, and an ingest worker's lock on the ticker before that.
    assert ended(api, job, seconds=45)["state"] == "done"
    runs_kept = stack.folder / "data" / "s3" / "stockcast" / "runs" / job["id"]
    # One attempt a stage, and the one that was killed.
    assert [path.parts[-3] for path in runs_kept.glob("*/*/job.json")] == ["003"]
