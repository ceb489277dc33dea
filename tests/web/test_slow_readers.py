"""Whoever does not take an ordinary answer holds nothing of the gateway's for ever."""

import contextlib
import dataclasses
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.gateway import fetch, unwatched_gateway

HERE = f"/api/v1/forecasts/{'a' * 32}"
# More than the kernel takes in for both sides.
FIGURE = json.dumps({"data": ["x" * 24_000_000], "layout": {}}).encode()
SECONDS = 0.5


@pytest.fixture
def large(done):
    done.made = dataclasses.replace(done.made, figure=FIGURE)
    return done


@contextlib.contextmanager
def asked(url):
    """One that has asked, and that the kernel takes in little for."""
    parts = urlsplit(url)
    with socket.socket() as opened:
        opened.settimeout(10)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        opened.connect((parts.hostname, parts.port))
        opened.sendall(f"GET {HERE}/chart.json HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield opened


def all_of(opened):
    taken = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while data := opened.recv(1_000_000):
            taken += data
    return taken


def test_whoever_does_not_take_an_answer_is_dropped_and_holds_up_nobody(large):
    with unwatched_gateway(large, send_seconds=SECONDS) as url, asked(url) as slow:
        time.sleep(2 * SECONDS)
        assert fetch(f"{url}/healthz").status == 200
        assert len(all_of(slow)) < len(FIGURE)


def test_whoever_takes_it_in_time_gets_it_whole(large):
    with unwatched_gateway(large, send_seconds=10) as url:
        assert fetch(f"{url}{HERE}/chart.json").body == FIGURE


def test_a_connection_lives_on_after_an_answer_that_was_taken(large):
    with unwatched_gateway(large, send_seconds=SECONDS) as url, asked(url) as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
        taken = bytearray()
        while not taken.endswith(FIGURE[-1000:]):
            taken += reader.recv(1_000_000)
        time.sleep(2 * SECONDS)
        reader.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert reader.recv(100).startswith(b"HTTP/1.1 200")
