"""Revisions beside the one that is served, on what people ask for."""

import json
import time
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from stockcast_lib.core import keys
from stockcast_lib.web import examples
from tests.chain.client import ask, get
from tests.chain.models.published import MARKS, TICKER, model_of
from tests.commands import refusal, stockcast

pytestmark = MARKS


def ledger(stack):
    """All its rows, past the API."""
    folder = stack.folder / "data" / "s3" / "stockcast" / "ledger"
    return [row for path in folder.rglob("*.parquet") for row in pq.read_table(path).to_pylist()]


def test_a_challenger_answers_beside_the_champion_and_is_shown_to_nobody(
    stack, here, promote, first, second
):
    assert promote(first, "--because", "a test").returncode == 0
    begun = stockcast(here, "challenger", f"trend@{second['revision']}")
    assert begun.returncode == 0, begun.stderr
    job = ask(stack.api, {"ticker": TICKER, "days": 15, "model": "trend"})[1]
    assert model_of(job) == ("trend", first["revision"])
    deadline = time.monotonic() + 120
    while not (said := [row for row in ledger(stack) if row["challenger"]]):
        assert time.monotonic() < deadline, "the challenger said nothing"
        time.sleep(0.1)
    assert [(row["days"], row["revision"].partition("+")[0]) for row in said] == [
        (15, second["revision"])
    ]
    recent = get(stack.api, f"/api/v1/forecasts?ticker={TICKER}")[1]["forecasts"]
    assert [each["id"] for each in recent if each["request"]["days"] == 15] == [job["id"]]
    (row,) = [line for line in stockcast(here, "models").stdout.splitlines() if "challe" in line]
    assert second["revision"][:6] in row
    assert stockcast(here, "challenger", "trend", "--end").returncode == 0
    (trend,) = [each for each in get(stack.api, "/api/v1/models")[1]["models"]
                if each["name"] == "trend"]  # fmt: skip
    assert (trend["challenger"], trend["dropped"]) == (None, 0)
    assert [each["revision"] for each in trend["challenges"]] == [second["revision"], None]


def test_a_promotion_says_how_both_did_on_what_was_asked_for(stack, promote, first, second):
    assert promote(first, "--because", "a test").returncode == 0
    found = examples.SCORES["scores"][0]
    kept = [
        {**found, "model": "trend", "revision": f"{each['revision']}+0.2.0", "asChallenger": beside}
        for each, beside in ((first, 0), (second, 310))
    ]
    folder = stack.folder / "data" / "s3" / "stockcast" / "scores"
    folder.mkdir()
    key = keys.score_document(keys.stamp(datetime.now(UTC)), "0")
    document = {**examples.SCORES, "scores": [*kept, found]}
    (folder.parent / key).write_text(json.dumps(document))
    told = promote(second, "--because", "a test").stdout
    assert told.count("On what was asked for") == 2
    assert f"trend@{second['revision']}+0.2.0, all as challenger: sessions ahead 21" in told


@pytest.mark.parametrize(
    "command", [("trend",), ("trend@0123456789abcdef", "--end"), ("trend@0123456789abcdef",)]
)
def test_a_challenger_that_is_none_is_refused(here, command):
    status, line = refusal(stockcast(here, "challenger", *command))
    assert status == 2
    assert "stockcast challenger trend" in line or "There is no model" in line
