"""The TCP listener over real sockets."""

import socket
import time

import pytest

from stockcast_lib.connections import Places
from stockcast_lib.core.errors import BadFrame
from stockcast_lib.core.protocol import (
    MAX_LINE,
    HandOver,
    Reply,
    Status,
    encode_message,
)
from tests.listening import KEY, exchange, listening

SILENCE = 0.5


def intake(frame):
    if not isinstance(frame.message, HandOver):
        raise BadFrame("not for here")
    return Reply(Status.ACCEPTED, frame.message.job_id)


@pytest.fixture(scope="module")
def address():
    with listening(intake, SILENCE) as found:
        yield found


def good_line():
    message = HandOver("job", "prices/AAPL/x.json")
    return encode_message(message, key=KEY, nonce="n", at=time.time())


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n", b"\x00\xff\n", b"{}\n", b"x" * (MAX_LINE + 10), b"half a line"],
    ids=["http", "binary", "empty object", "oversize", "silence"],
)
def test_garbage_is_rejected_and_the_listener_lives_on(address, data):
    assert exchange(address, data).status is Status.REJECTED
    assert exchange(address, good_line()) == Reply(Status.ACCEPTED, "job")


def test_a_peer_that_hangs_up_harms_nobody(address):
    with socket.create_connection(address, 5) as connection:
        connection.sendall(b"half")
    assert exchange(address, good_line()).status is Status.ACCEPTED


def test_a_silent_peer_does_not_hold_up_another(address):
    with socket.create_connection(address, 5):
        assert exchange(address, good_line()).status is Status.ACCEPTED


def test_who_finds_no_place_is_told_so_and_the_next_finds_one():
    with listening(intake, SILENCE, places=Places(most=1)) as address:
        with socket.create_connection(address, 5):
            reply = exchange(address, good_line())
            assert (reply.status, reply.reason.code) == (Status.REJECTED, "too-many-connections")
            assert reply.reason.retryable
        deadline = time.monotonic() + 5
        while exchange(address, good_line()).status is not Status.ACCEPTED:
            assert time.monotonic() < deadline
