"""A limit on the gateway's connections."""

import contextlib
import http.client
import json
import resource
import socket
import time
from urllib.parse import urlsplit

import pytest

from stockcast_lib.connections import Places
from tests.gateway import Service, unwatched_gateway

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"


@contextlib.contextmanager
def idle(url, source=HERE):
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 5, (source, 0)) as opened:
        yield opened


def asked(url, source=HERE):
    """Status, headers and document of an answer from one address."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname, parts.port, timeout=5, source_address=(source, 0)
    )
    with contextlib.closing(connection):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())


def served_soon(url):
    deadline = time.monotonic() + 5
    while asked(url)[0] != 200:
        assert time.monotonic() < deadline, "no place came free"


def test_who_finds_no_place_is_told_so_and_the_next_finds_one():
    with unwatched_gateway(Service(), "/stockcast", Places(most=2)) as url:
        with idle(url), idle(url):
            status, headers, told = asked(url)
            assert (status, headers["Retry-After"]) == (503, "5")
            assert headers["Content-Type"] == "application/problem+json"
            assert told["type"] == "/stockcast/problems/too-many-connections"
        served_soon(url)


def test_one_address_has_its_share_and_leaves_the_others_theirs():
    with unwatched_gateway(Service(), places=Places(per_peer=1)) as url:
        with idle(url):
            assert asked(url)[0] == 503
            assert asked(url, ELSEWHERE)[0] == 200
        served_soon(url)


def test_a_connection_that_breaks_off_gives_its_place_back():
    with unwatched_gateway(Service(), places=Places(most=1)) as url:
        with idle(url) as opened:
            opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        served_soon(url)


def test_many_who_are_turned_away_hold_up_nobody():
    with unwatched_gateway(Service(), places=Places(most=1)) as url:
        with idle(url), contextlib.ExitStack() as crowd:
            for _ in range(300):
                crowd.enter_context(idle(url))
        served_soon(url)


@pytest.fixture
def few_descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield lambda count: resource.setrlimit(resource.RLIMIT_NOFILE, (count, before[1]))
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("most", "room"), [(0, 150), (1000, 150), (10, 10)])
def test_there_are_never_more_places_than_the_system_has_descriptors(few_descriptors, most, room):
    few_descriptors(300)
    places = Places(most)
    assert [places.take(str(number)) for number in range(room + 1)] == [True] * room + [False]
    places.give_back("0")
    assert places.take("anybody")
