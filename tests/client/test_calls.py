"""What is sent, and what is made of the answers and refusals."""

import gzip
import json
from datetime import date

import pytest

from stockcast_lib import __version__
from stockcast_lib.client import StockcastClient
from stockcast_lib.client.problems import Refusal
from stockcast_lib.core.errors import (
    BadAnswer,
    BadSettings,
    GatewayUnavailable,
    InvalidRequest,
    LostJob,
    QueueFull,
    StockcastError,
    StoreUnavailable,
    Throttled,
    Unauthorised,
    UnknownJob,
    UnknownTicker,
)
from stockcast_lib.core.jobs import JobState
from tests.client.loopback import DONE, ID, JOB, answer, problem

HERE = f"/api/v1/forecasts/{ID}"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "unknown-ticker", UnknownTicker),
        (404, "unknown-job", UnknownJob),
        (410, "lost-job", LostJob),
        (422, "invalid-request", InvalidRequest),
        (429, "throttled", Throttled),
        (429, "queue-full", QueueFull),
        (503, "store-unavailable", StoreUnavailable),
        (401, "of a later version", Unauthorised),
        (403, "of a later version", Unauthorised),
        (404, "http-404", BadSettings),
        (409, "not-done", StockcastError),
        (501, "not-built", StockcastError),
        (500, "internal", StockcastError),
        (418, "of a later version", StockcastError),
        (429, "of a later version", GatewayUnavailable),
        (503, "not-ready", GatewayUnavailable),
    ],
)
@pytest.mark.parametrize("base", ["", "https://example.org/stockcast"])
def test_a_problem_document_is_an_error_of_ours(status, code, kind, base):
    document = {"type": f"{base}/problems/{code}", "title": "x", "status": status, "detail": "So."}
    body = json.dumps(document | {"nearest": ["AAPL"]}).encode()
    error = Refusal(status, "application/problem+json", None, body).error()
    assert type(error) is kind
    if kind not in (Unauthorised, BadSettings):
        assert error.message.endswith("So.")
        assert error.details == {"nearest": ["AAPL"]}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, BadSettings),
        (401, Unauthorised),
        (404, BadSettings),
        (400, BadAnswer),
        (500, BadAnswer),
        (599, BadAnswer),
        (502, GatewayUnavailable),
    ],
)
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>the-token", b"[]", b'{"type": 1, "detail": "x"}', b"[" * 100_000, b"\xff"],
)
@pytest.mark.parametrize("media", ["text/html", "application/problem+json"])
def test_any_other_refusal_is_told_by_its_status(status, kind, media, body):
    error = Refusal(status, media, None, body).error()
    assert type(error) is kind
    assert "the-token" not in str(error)


def test_a_wait_is_among_the_details():
    assert Refusal(503, "", 7.0, b"").error().details == {"retry_after": 7.0}
    assert Refusal(500, "", 7.0, b"").error().details == {}


def test_each_call_says_who_asks_and_takes_gzip(server, client):
    packed = gzip.compress(json.dumps(DONE).encode())
    server.play(answer(200, packed, content_encoding="gzip"))
    assert client.job(ID).state is JobState.DONE
    (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer the-token"
    assert asked.headers["user-agent"] == f"stockcast/{__version__}"
    assert asked.headers["accept-encoding"] == "gzip"


def test_without_a_token_none_is_sent(server):
    server.play(answer(200, DONE))
    with StockcastClient(server.url) as client:
        client.job(ID)
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "é", " "])
def test_a_token_that_no_header_holds_is_refused_unseen(token):
    with pytest.raises(BadSettings) as raised:
        StockcastClient("http://localhost", token)
    assert token not in str(raised.value) or not token.strip()


@pytest.mark.parametrize(
    "url", ["localhost:8000", "", "ftp://x", "http://", "http://user:pw@x", "http://x?q=1", "h\0"]
)
def test_a_url_that_cannot_be_one_is_refused(url):
    with pytest.raises(BadSettings, match="The URL for the gateway must"):
        StockcastClient(url)


def test_a_redirect_is_not_given_the_token(server, client):
    server.play(answer(302, b"", location=f"{server.url}/elsewhere"))
    with pytest.raises(BadSettings, match="leads elsewhere"):
        client.job(ID)
    assert len(server.asked) == 1


@pytest.mark.parametrize("prefix", ["", "/stockcast", "/api", "/a/b"])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("carried", [True, False])
def test_links_become_urls_below_the_base_url(server, prefix, slash, carried):
    link = f"{prefix if carried else ''}{HERE}"
    server.play(answer(200, {**JOB, "links": {"self": link, "far": "https://x.org/y"}}))
    with StockcastClient(f"{server.url}{prefix}{slash}") as client:
        links = client.job(ID).links
    assert links == {"self": f"{server.url}{prefix}{HERE}", "far": "https://x.org/y"}
    assert server.asked[0].path == f"{prefix}{HERE}"


def test_each_part_of_the_evidence_has_its_call(server, client):
    server.play(answer(200, b"png"), answer(200, {"data": []}), answer(200, b"date\n"))
    assert client.picture(ID) == b"png"
    assert client.figure(ID) == {"data": []}
    assert client.csv(ID) == b"date\n"
    server.script[:] = [answer(200, b"{}")]
    assert client.notebook(ID) == b"{}"
    ends = [asked.path.removeprefix(HERE) for asked in server.asked]
    assert ends == ["/chart.png", "/chart.json", "/data.csv", "/notebook.ipynb"]


@pytest.mark.parametrize("body", [b"", b"[]", b"[" * 100_000])
def test_a_chart_that_is_none_is_told_as_such(server, client, body):
    server.play(answer(200, body))
    with pytest.raises(BadAnswer):
        client.figure(ID)


def test_recent_jobs_come_with_their_urls(server, client):
    server.play(answer(200, {"forecasts": [DONE, JOB]}))
    first, second = client.recent("BRK.B", limit=2)
    assert (first.result.ticker, second.result) == ("TEST", None)
    assert second.links["self"] == f"{server.url}{HERE}"
    assert server.asked[0].path == "/api/v1/forecasts?limit=2&ticker=BRK.B"


def test_symbols_are_asked_for_as_they_are_typed(server, client):
    server.play(answer(200, {"symbols": [{"ticker": "T", "name": "AT&T"}]}))
    (found,) = client.symbols("at&t = é")
    assert (found.ticker, found.name) == ("T", "AT&T")
    assert server.asked[0].path == "/api/v1/symbols?q=at%26t+%3D+%C3%A9"


@pytest.mark.parametrize("job_id", ["", "..", "a/b", "A" * 32, f"{ID}?x", f"{ID}\n"])
def test_an_id_that_cannot_be_one_is_unknown_unasked(server, client, job_id):
    for call in (client.job, client.withdraw, client.picture, client.csv):
        with pytest.raises(UnknownJob):
            call(job_id)
    assert server.asked == []


def test_parameters_may_hold_dates(server, client):
    server.play(answer(202))
    client.submit("TEST", 3, params={"changepoints": [date(2020, 1, 2)]}, wait=2.5)
    asked = server.asked[0]
    assert json.loads(asked.body)["params"] == {"changepoints": ["2020-01-02"]}
    assert asked.path == "/api/v1/forecasts?wait=2.5&priority=interactive"
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}])
def test_what_json_cannot_say_is_an_invalid_request(server, client, value):
    with pytest.raises(InvalidRequest):
        client.submit("TEST", 3, params={"interval": value})
    assert server.asked == []


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\n"])
def test_a_key_that_no_header_holds_is_an_invalid_request(server, client, key):
    with pytest.raises(InvalidRequest):
        client.submit("TEST", 3, idempotency_key=key)
    server.play(problem(500, "internal"))
    with pytest.raises(StockcastError):
        client.submit("TEST", 3, idempotency_key="own")
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["own"]
