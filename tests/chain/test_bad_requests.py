"""What is no request for a forecast, or hardly HTTP, is refused and leaves nothing behind."""

import contextlib
import http.client
import re
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.chain.client import ask, call, get, problem

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]

# All that this test or another may have stored in the shared stack by now; one imports OWN.
OURS = re.compile(
    r"price-data(/[0-9a-f]{32}\.(csv\.gz|parquet))?|backtests(/[0-9a-f]{32})?"
    r"|prices(/(AAPL|FB|GOOG|IBM|MSFT|OWN|XOM))?|runs(/[a-z2-7]{32})?"
    r"|symbols(/[0-9TZ.]+-[0-9a-f]+\.csv)?|ledger(/\d{4}-\d\d-\d\d)?"
    r"|scores(/[0-9TZ.]+(-[0-9a-f]+)?\.json)?|models(/[a-z][a-z0-9_-]*)?|trials(/prices)?"
)
POST = b"POST /api/v1/forecasts HTTP/1.1\r\nHost: localhost\r\n"
GOOD = b'{"ticker": "AAPL", "days": 30}'


@pytest.fixture
def api(stack) -> str:
    return stack.api


@contextlib.contextmanager
def connection(api):
    url = urlsplit(api)
    with socket.create_connection((url.hostname, url.port), 5) as opened:
        opened.settimeout(60)
        yield opened


def raw(api, *pieces):
    """The answer to bytes that are sent piece by piece."""
    with connection(api) as opened:
        for piece in pieces:
            opened.sendall(piece)
            time.sleep(0.1)
        answer = http.client.HTTPResponse(opened)
        answer.begin()
        with answer:
            return answer.status, answer.headers, answer.read()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticker": "AAPL\nimport os"},
        {"ticker": "AAPL\n"},
        {"ticker": "../../etc/passwd"},
        {"ticker": "('AAPL',)"},
        {"ticker": ["AAPL"]},
        {"ticker": {"a": 1}},
        {"model": "../forecast"},
        {"model": "default\n"},
        {"params": {"interval\nimport os": 0.8}},
        {"params": {"interval": "(0.8,)"}},
        {"params": {"interval": [0.8]}},
        {"params": {"interval": "0.8"}},
        {"params": {"n_changepoints": True}},
        {"params": "interval"},
    ],
    ids=repr,
)
def test_text_that_could_become_code_or_a_path_is_refused(stack, wrong):
    body = {"ticker": "AAPL", "days": 5} | wrong
    status, refused = problem(call(f"{stack.api}/api/v1/forecasts", body))
    assert status == 422
    (field,) = wrong
    assert refused["fields"][0]["field"].startswith(field)
    bucket = stack.folder / "data" / "s3" / "stockcast"
    kept = [str(path.relative_to(bucket)) for path in (*bucket.glob("*"), *bucket.glob("*/*"))]
    assert [name for name in kept if not OURS.fullmatch(name)] == []


@pytest.mark.parametrize("body", [b"null", b"[]", b'"AAPL"', b"3"])
def test_json_that_is_no_object_is_refused(api, body):
    assert problem(call(f"{api}/api/v1/forecasts", body))[0] == 422


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[" * 60_000, b'{"days": ' + b"9" * 5000 + b"}"],
    ids=["empty", "not utf-8", "deep", "long number"],
)
def test_what_is_not_json_is_refused(api, body):
    assert problem(call(f"{api}/api/v1/forecasts", body))[0] == 400


@pytest.mark.parametrize("wait", ["-1", "61", "nan", "soon"])
def test_a_wait_out_of_bounds_is_refused(api, wait):
    assert ask(api, {"ticker": "AAPL", "days": 5}, wait)[0] == 422


@pytest.mark.parametrize("end", [b"0\r\n\r\n", b""], ids=["ended", "never ended"])
def test_a_chunked_body_over_the_limit_is_refused(api, end):
    pieces = (chunk(b"x" * 40_000), chunk(b"x" * 40_000) + end)
    status, refused = problem(raw(api, POST + b"Transfer-Encoding: chunked\r\n\r\n", *pieces))
    assert (status, refused["type"]) == (413, "/problems/body-too-large")


def test_a_body_announced_over_the_limit_is_refused_before_it_is_sent(api):
    assert problem(raw(api, POST + b"Content-Length: 70000\r\n\r\n"))[0] == 413


def test_a_chunked_body_within_the_limit_is_taken(api):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert raw(api, head, chunk(GOOD[:9]), chunk(GOOD[9:]), b"0\r\n\r\n")[0] in {200, 202}


@pytest.mark.parametrize("length", [b"many", b"5, 6", b"9" * 5000])
def test_a_length_that_is_no_number_is_refused(api, length):
    assert problem(raw(api, POST + b"Content-Length: " + length + b"\r\n\r\n"))[0] == 400


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\x01 garbage\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        POST + b"Content-Length: -5\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["bytes", "no version", "negative length", "bad chunk"],
)
def test_what_is_not_http_is_refused_and_the_gateway_serves_on(api, garbage):
    status, refused = problem(raw(api, garbage))
    assert (status, refused["type"]) == (400, "/problems/http-400")
    assert get(api, "/healthz") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /healthz?" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 12_000,
    ],
    ids=["a header", "the query", "without end"],
)
def test_a_head_that_is_too_large_is_refused_and_the_gateway_serves_on(api, head):
    status, refused = problem(raw(api, head))
    assert (status, refused["type"]) == (431, "/problems/http-431")
    assert "65536 bytes" in refused["detail"]
    assert get(api, "/healthz") == (200, {"status": "ok"})


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(api):
    with connection(api) as opened:
        opened.sendall(POST + b"Content-Length: 30\r\n\r\n" + GOOD[:9])
        assert get(api, "/healthz")[0] == 200
        began = time.monotonic()
        assert opened.recv(100) == b""
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/forecasts", "GET, HEAD, POST"),
        ("PUT", "/api/v1/symbols", "GET, HEAD"),
        ("POST", "/readyz", "GET, HEAD"),
        ("BREW", "/", "GET, HEAD, POST"),
    ],
)
def test_a_call_that_there_is_with_another_method_names_the_methods(api, method, path, allowed):
    status, headers, _ = call(f"{api}{path}", method=method)
    assert (status, headers["Content-Type"]) == (405, "application/problem+json")
    assert headers["Allow"] == allowed


def test_a_path_that_there_is_not_is_unknown_with_any_method(api):
    assert problem(call(f"{api}/nothing", method="PUT"))[0] == 404
