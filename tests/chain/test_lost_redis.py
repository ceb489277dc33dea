"""What is left when the Redis volume is lost: everything that was finished is in S3."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.chain.client import ask, call, frozen, get, problem
from tests.servers import Stack, running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]

UNFINISHED = {"ticker": "AAPL", "days": 31}
TOO_SHORT = {"ticker": "AAPL", "days": 30, "params": {"training_years": 0.01}}


@dataclass(frozen=True)
class Before:
    """What clients knew before the loss."""

    folder: Path
    finished: dict[str, Any]
    evidence: dict[str, bytes]
    unfinished: dict[str, Any]
    failed: dict[str, Any]
    failed_notebook: bytes


def evidence(api, job):
    names = ("chart.png", "chart.json", "data.csv", "notebook.ipynb")
    return {name: call(f"{api}{job['links'][name]}")[2] for name in names}


def failed_job(api):
    status, document = problem(call(f"{api}/api/v1/forecasts?wait=60", TOO_SHORT))
    assert (status, document["type"]) == (422, "/problems/not-enough-history")
    status, job = get(api, document["links"]["self"])
    assert (status, job["id"], job["state"]) == (200, document["id"], "failed")
    return job


def executed_notebook(api, job):
    status, _, notebook = call(f"{api}{job['links']['notebook.ipynb']}")
    assert status == 200
    return notebook


def known_before(stack):
    _, finished = ask(stack.api, {"ticker": "AAPL", "days": 30})
    failed = failed_job(stack.api)
    with frozen(stack, "--stage forecast"):
        status, unfinished = ask(stack.api, UNFINISHED, wait=0)
        assert status == 202
        before = Before(
            stack.folder,
            finished,
            evidence(stack.api, finished),
            unfinished,
            failed,
            executed_notebook(stack.api, failed),
        )
        running = psutil.Process(stack.pid)
        everything = running.children(recursive=True)
        running.kill()
        _, alive = psutil.wait_procs(everything, timeout=10)
        assert alive == []
    return before


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Before:
    with running_stack(tmp_path_factory.mktemp("lost"), "--no-dashboard") as stack:
        known = known_before(stack)
    shutil.rmtree(known.folder / "data" / "redis")
    return known


@pytest.fixture(scope="module")
def stack(before) -> Iterator[Stack]:
    with running_stack(before.folder, "--no-dashboard") as running:
        yield running


def test_a_finished_forecast_is_still_answered(stack, before):
    status, job = get(stack.api, before.finished["links"]["self"])
    assert (status, job["state"]) == (200, "done")
    assert job["result"] == before.finished["result"]


def test_its_evidence_is_still_there(stack, before):
    assert evidence(stack.api, before.finished) == before.evidence


def test_a_failed_forecast_still_tells_why(stack, before):
    status, job = get(stack.api, before.failed["links"]["self"])
    assert (status, job["state"]) == (200, "failed")
    assert (job["error"], job["links"]) == (before.failed["error"], before.failed["links"])
    assert executed_notebook(stack.api, job) == before.failed_notebook


def test_an_unfinished_forecast_is_said_to_be_lost(stack, before):
    status, lost = problem(call(f"{stack.api}{before.unfinished['links']['self']}"))
    assert (status, lost["type"]) == (410, "/problems/lost-job")
    assert "ask for the forecast again" in lost["detail"]


def test_asked_again_it_is_made_from_the_prices_that_are_there(stack, before):
    status, job = ask(stack.api, UNFINISHED)
    assert (status, job["state"]) == (200, "done")
    assert job["result"]["dataVersion"] == before.finished["result"]["dataVersion"]
