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

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]

UNFINISHED = {"ticker": "AAPL", "days": 31}


@dataclass(frozen=True)
class Before:
    """What clients knew before the loss."""

    folder: Path
    finished: dict[str, Any]
    evidence: dict[str, bytes]
    unfinished: dict[str, Any]


def evidence(api, job):
    names = ("chart.png", "chart.json", "data.csv", "notebook.ipynb")
    return {name: call(f"{api}{job['links'][name]}")[2] for name in names}


def known_before(stack):
    _, finished = ask(stack.api, {"ticker": "AAPL", "days": 30})
    with frozen(stack, "--stage forecast"):
        status, unfinished = ask(stack.api, UNFINISHED, wait=0)
        assert status == 202
        before = Before(stack.folder, finished, evidence(stack.api, finished), unfinished)
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


def test_an_unfinished_forecast_is_said_to_be_lost(stack, before):
    status, lost = problem(call(f"{stack.api}{before.unfinished['links']['self']}"))
    assert (status, lost["type"]) == (410, "/problems/lost-job")
    assert "ask for the forecast again" in lost["detail"]


def test_asked_again_it_is_made_from_the_prices_that_are_there(stack, before):
    status, job = ask(stack.api, UNFINISHED)
    assert (status, job["state"]) == (200, "done")
    assert job["result"]["dataVersion"] == before.finished["result"]["dataVersion"]
