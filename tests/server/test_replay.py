"""A signed frame is taken once, over real sockets and with the nonces in a real Redis."""

import time
from contextlib import contextmanager

import pytest

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.adapters.redis_nonces import RedisNonces
from stockcast_lib.adapters.worker_client import WorkerClient
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.protocol import (
    HandOver,
    Reply,
    Status,
    encode_message,
)
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stages.intake import taken_once
from tests.listening import KEY, exchange, listening

pytestmark = pytest.mark.services
MESSAGE = HandOver("job", "prices/AAPL/x.json")


@contextmanager
def worker(client, taken):
    """The address of a listener with its nonces in a Redis; it keeps what it takes."""

    def intake(message):
        taken.append(message)
        return Reply(Status.ACCEPTED, message.job_id)

    with listening(taken_once(intake, RedisNonces(client, Stage.FORECAST))) as address:
        yield address


def line(nonce, at=None):
    return encode_message(MESSAGE, key=KEY, nonce=nonce, at=time.time() if at is None else at)


def test_a_frame_that_was_taken_is_refused_by_every_worker_of_the_stage(redis_client):
    taken = []
    with worker(redis_client, taken) as one, worker(redis_client, taken) as other:
        frame = line("nonce")
        assert exchange(one, frame) == Reply(Status.ACCEPTED, "job")
        for address in (one, other):
            refused = exchange(address, frame)
            assert (refused.status, refused.reason.code) == (Status.REJECTED, "unauthorised")
            assert not refused.reason.retryable
        assert exchange(other, line("another")).status is Status.ACCEPTED
    assert taken == [MESSAGE, MESSAGE]


def test_a_client_s_further_try_is_a_frame_of_its_own(redis_client):
    taken = []
    with worker(redis_client, taken) as address:
        client = WorkerClient(address, KEY)
        assert [client.send(MESSAGE).status for _ in range(3)] == [Status.ACCEPTED] * 3
    assert taken == [MESSAGE] * 3


def test_a_frame_that_is_refused_for_its_key_or_time_takes_no_nonce(redis_client):
    with worker(redis_client, []) as address:
        assert exchange(address, line("nonce", at=time.time() - 400)).reason.code == "unauthorised"
        assert exchange(address, line("nonce")).status is Status.ACCEPTED


def test_while_redis_is_away_the_refusal_asks_to_come_again():
    (port,) = free_ports(1)
    client, taken = connect(f"redis://127.0.0.1:{port}/0"), []
    with worker(client, taken) as address:
        refused = exchange(address, line("nonce"))
    client.close()
    assert (refused.reason.code, refused.reason.retryable) == ("queue-unavailable", True)
    assert taken == []
