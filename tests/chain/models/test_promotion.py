"""What a name stands for: promoted, served, taken back."""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chain.client import ask, call, ended, problem
from tests.chain.models.published import MARKS, TICKER, model_of, tighter
from tests.commands import refusal, stockcast
from tests.model_notebooks import REPORT, changed, source_of

pytestmark = MARKS

# `make chaos` has a hundred.
FORECASTS = int(os.environ.get("STOCKCAST_PROMOTION_FORECASTS", "30"))

# Far beyond the band, whatever the prices do.
BAD = f"""
report = {source_of(REPORT)}
told = report.result
report.result = told.model_copy(update={{"price": told.price * 1.3, "upper": told.upper * 2}})
report
"""


def test_a_published_model_is_served_within_seconds_of_its_promotion(stack, promote, first):
    assert promote(first).returncode == 0
    began = time.monotonic()
    status, job = ask(stack.api, {"ticker": TICKER, "days": 11, "model": "trend"})
    seconds = time.monotonic() - began
    assert (status, model_of(job)) == (200, ("trend", first["revision"]))
    assert job["request"]["model"] == f"trend@{first['revision']}"
    assert job["result"]["model"]["params"]["changepoint_prior_scale"] == 0.3
    # Ten on a machine that does nothing else.
    assert seconds < 40
    notebook = json.loads(call(f"{stack.api}{job['links']['notebook.ipynb']}")[2])
    assert any("0.3" in "".join(cell["source"]) for cell in notebook["cells"])


def test_a_promotion_takes_over_and_is_taken_back_within_five_seconds(
    stack, here, promote, first, second
):
    assert promote(first).returncode == 0
    for revision in (second, first):
        assert promote(revision, "--because", "a test").returncode == 0
        promoted = time.monotonic()
        asked = {"ticker": TICKER, "days": 12, "model": "trend"}
        job = json.loads(call(f"{stack.api}/api/v1/forecasts", asked)[2])
        assert job["request"]["model"] == f"trend@{revision['revision']}"
        assert time.monotonic() - promoted < 5
        assert model_of(ended(stack.api, job)) == ("trend", revision["revision"])
    told = json.loads(stockcast(here, "models", "--json").stdout)
    trail = next(each["promotions"] for each in told if each["name"] == "trend")
    assert [each["revision"] for each in trail[-2:]] == [second["revision"], first["revision"]]
    assert trail[-1]["previous"] == second["revision"]
    assert (trail[-1]["because"], bool(trail[-1]["by"])) == ("a test", True)


def test_forecasts_during_a_promotion_have_one_revision_each_and_none_fails(
    stack, promote, first, second
):
    assert promote(first, "--because", "a test").returncode == 0
    submitted = threading.Semaphore(0)

    def submit(days):
        asked = {"ticker": TICKER, "days": days, "model": "trend"}
        status, _, body = call(f"{stack.api}/api/v1/forecasts?priority=batch", asked)
        submitted.release()
        assert status in (200, 202)
        return json.loads(body)

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(submit, days) for days in range(400, 400 + FORECASTS)]
        for _ in range(FORECASTS // 5):
            assert submitted.acquire(timeout=60)
        assert promote(second, "--because", "a test").returncode == 0
        asked = [job.result() for job in jobs]
    asked.append(submit(399))
    known = {f"trend@{each['revision']}" for each in (first, second)}
    assert {job["request"]["model"] for job in asked} <= known
    assert asked[-1]["request"]["model"] == f"trend@{second['revision']}"
    for job in asked:
        done = ended(stack.api, job, seconds=400)
        assert done["state"] == "done", done["error"]
        assert "@".join(model_of(done)) == job["request"]["model"]


def test_one_revision_can_be_asked_for_by_its_name(stack, second):
    asked = {"ticker": TICKER, "days": 13, "model": f"trend@{second['revision']}"}
    assert model_of(ask(stack.api, asked)[1]) == ("trend", second["revision"])


def test_an_unknown_model_or_revision_is_refused_with_those_there_are(stack, promote, first):
    assert promote(first, "--because", "a test").returncode == 0
    for model in ("none", f"trend@{16 * '0'}"):
        asked = {"ticker": TICKER, "days": 5, "model": model}
        status, told = problem(call(f"{stack.api}/api/v1/forecasts", asked))
        assert (status, told["fields"][0]["field"]) == (422, "model")
        assert "trend" in told["detail"]


def test_a_revision_that_is_worse_needs_a_reason_which_is_kept(here, publish, promote):
    bad = publish(changed(REPORT, BAD, document=tighter(0.3)))
    assert bad["comparison"]["standing"] == "worse"
    status, line = refusal(promote(bad))
    assert status == 2
    assert "beyond noise" in line
    assert "--because" in line
    assert promote(bad, "--because", "to see it fail").returncode == 0
    told = json.loads(stockcast(here, "models", "--json").stdout)
    trail = next(each["promotions"] for each in told if each["name"] == "trend")
    assert trail[-1]["because"] == "to see it fail"
    assert trail[-1]["comparison"]["standing"] == "worse"


@pytest.mark.usefixtures("first")
def test_the_default_can_be_another_and_our_own_again(stack, here, publish, promote):
    # Its trials are known: it is the first one's code.
    made = publish(tighter(0.3), name="default")
    assert promote(made, "--because", "a test", name="default").returncode == 0
    assert model_of(ask(stack.api, {"ticker": TICKER, "days": 14})[1]) == (
        "default", made["revision"],
    )  # fmt: skip
    back = stockcast(here, "promote", "default@builtin", "--because", "a test")
    assert back.returncode == 0, back.stderr
    name, revision = model_of(ask(stack.api, {"ticker": TICKER, "days": 14})[1])
    assert (name, revision == made["revision"]) == ("default", False)
