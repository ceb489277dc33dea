"""The Python client of the HTTP API beside the whole chain."""

import pytest

from stockcast_lib.client import StockcastClient
from stockcast_lib.core.errors import NotebookTimedOut, UnknownTicker
from stockcast_lib.core.jobs import JobState, Stage
from tests.chain.client import frozen, until

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]


@pytest.fixture
def client(stack):
    with StockcastClient(stack.api) as made:
        yield made


def test_a_forecast_is_followed_to_its_end_by_events(client, monkeypatch):
    looks = []
    monkeypatch.setattr(client, "_job", counted(client._job, looks))
    changes = []
    made = client.forecast("XOM", 2_931, progress=changes.append)
    assert (made.result.ticker, made.result.days) == ("XOM", 2_931)
    assert made.picture.startswith(b"\x89PNG")
    assert made.figure["data"]
    assert changes[-1].state is JobState.DONE
    # Of an ingest stage that finds its prices there nobody need hear: it takes some milliseconds.
    assert {change.stage for change in changes} >= {Stage.FORECAST}
    # Once to submit, and once for the result: events told the rest.
    assert [call.method for call in looks] == ["POST", "GET"]


def counted(call, made):
    def count(asked, until):
        made.append(asked)
        return call(asked, until)

    return count


def test_a_forecast_is_found_among_the_recent_ones_with_its_evidence(client):
    job = client.submit("MSFT", 19, wait=60)
    assert job.result.days == 19
    assert job.id in {each.id for each in client.recent("MSFT")}
    assert client.recent("MSFT", limit=1)[0].links["self"] == job.links["self"]
    assert client.csv(job.id).count(b"\n") == len(job.result.path) + 1
    assert b'"cells"' in client.notebook(job.id)


def test_the_same_key_leads_to_the_same_job(client):
    jobs = [client.submit("IBM", 29, idempotency_key="of-this-test") for _ in range(2)]
    assert jobs[0].id == jobs[1].id


@pytest.mark.long
def test_what_takes_too_long_can_be_withdrawn(stack, client):
    with frozen(stack, "--stage forecast"):
        with pytest.raises(NotebookTimedOut, match="its id is") as raised:
            client.forecast("IBM", 31, timeout=3)
        job_id = raised.value.message.rstrip(".").split()[-1]
        client.withdraw(job_id)
        until(lambda: client.job(job_id).state is JobState.CANCELLED)


def test_an_unknown_ticker_is_the_same_error_as_in_python(client):
    with pytest.raises(UnknownTicker, match="Did you mean AAPL") as raised:
        client.forecast("AAPLL")
    assert "AAPL" in raised.value.details["nearest"]
