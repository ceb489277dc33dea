"""What is no HTTP request is refused with a problem document like any other mistake."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.gateway import fetch, running_gateway

POST = b"POST /api/v1/forecasts HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(params=["", "/stock"])
def shown(request, service):
    with running_gateway(service, request.param) as url:
        yield url, request.param


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\x01 garbage\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
        POST + b"Content-Length: -5\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_it_is_told_in_a_problem_document_and_cut_off(shown, garbage):
    url, prefix = shown
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 10) as opened:
        opened.sendall(garbage)
        with http.client.HTTPResponse(opened) as answer:
            answer.begin()
            document = json.loads(answer.read())
            assert (answer.status, answer.headers["Content-Type"]) == (
                400, "application/problem+json",
            )  # fmt: skip
        assert document["type"] == f"{prefix}/problems/http-400"
        assert opened.recv(100) == b""
    assert fetch(f"{url}/healthz").status == 200
