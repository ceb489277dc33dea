"""What is tried again, for how long, and what is not."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from stockcast_lib.client import StockcastClient
from stockcast_lib.core.errors import (
    BadAnswer,
    GatewayUnavailable,
    QueueFull,
    StockcastError,
    StoreUnavailable,
    Throttled,
)
from stockcast_lib.stack.network import free_ports
from tests.client.loopback import (
    DONE,
    ID,
    answer,
    cut_short,
    problem,
    reset,
    silent,
    trickle,
)


@pytest.mark.parametrize(
    "fault",
    [
        *(answer(status, b"<html>", "text/html") for status in (429, 502, 503, 504)),
        problem(429, "queue-full"),
        problem(503, "store-unavailable"),
        reset,
        cut_short,
    ],
)
def test_what_may_pass_is_tried_again_after_growing_pauses(server, client, clock, fault):
    server.play(fault, fault, fault, answer(200, DONE))
    assert client.job(ID).result.price == 102
    assert len(server.asked) == 4
    first, second, third = clock.slept
    assert 0.125 <= first <= 0.25 <= second <= 0.5 <= third <= 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 500, 501])
def test_what_cannot_pass_is_not_tried_again(server, client, clock, status):
    server.play(problem(status, "odd", retry_after=1))
    with pytest.raises(StockcastError):
        client.job(ID)
    assert (len(server.asked), clock.slept) == (1, [])


def test_tries_are_counted(server, client, clock):
    server.play(problem(503, "store-unavailable", "S3 is away."))
    with pytest.raises(StoreUnavailable, match="S3 is away"):
        client.job(ID)
    assert (len(server.asked), len(clock.slept)) == (6, 5)


def test_a_deadline_ends_all_tries(server, clock):
    server.play(answer(503))
    pauses = clock.pauses(tries=1000)
    with StockcastClient(server.url, timeout=20, pauses=pauses) as client:
        with pytest.raises(GatewayUnavailable):
            client.job(ID)
        assert 8 < sum(clock.slept) < 20


def in_seconds(number):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=number), usegmt=True)


@pytest.mark.parametrize("form", [str, in_seconds], ids=["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_the_gateway_says_when_to_come_back(server, client, clock, status, form):
    server.play(answer(status, b"", retry_after=form(17)), answer(200, DONE))
    client.job(ID)
    assert 15.9 < clock.slept[0] <= 17.25


def test_a_wait_beyond_the_deadline_is_the_caller_s(server, client, clock):
    server.play(problem(429, "queue-full", retry_after=61))
    with pytest.raises(QueueFull) as raised:
        client.submit("TEST", 3)
    assert (raised.value.details, clock.slept) == ({"retry_after": 61}, [])


def test_a_header_that_says_nothing_is_none(server, client, clock):
    server.play(answer(503, b"", retry_after="soon"), answer(200, DONE))
    client.job(ID)
    assert clock.slept[0] <= 0.25


def test_a_submission_is_repeated_under_one_key(server, client):
    server.play(reset, answer(503, b""), answer(202))
    client.submit("TEST", 3)
    keys = {asked.headers["idempotency-key"] for asked in server.asked}
    assert (len(server.asked), len(keys)) == (3, 1)
    assert len({asked.body for asked in server.asked}) == 1
    server.play(answer(202))
    client.submit("TEST", 3)
    assert server.asked[-1].headers["idempotency-key"] not in keys


def test_a_job_that_has_failed_is_not_asked_for_again(server, client, clock):
    members = {"id": ID, "links": {}, "retry_after": 30}
    server.play(problem(429, "throttled", members=members, retry_after=30))
    with pytest.raises(Throttled):
        client.submit("TEST", 3, wait=5)
    assert (len(server.asked), clock.slept) == (1, [])


@pytest.mark.parametrize("fault", [reset, cut_short, answer(503, b"")])
def test_a_request_is_taken_back_once_however_often_that_is_tried(server, client, fault):
    server.play(fault, fault, answer())
    client.withdraw(ID)
    keys = {asked.headers["idempotency-key"] for asked in server.asked}
    assert ([asked.method for asked in server.asked], len(keys)) == (["DELETE"] * 3, 1)
    client.withdraw(ID)
    assert server.asked[-1].headers["idempotency-key"] not in keys


@pytest.mark.parametrize("call", ["job", "withdraw"])
def test_nobody_there_is_told_with_the_url_after_some_tries(clock, call):
    url = f"http://127.0.0.1:{free_ports(1)[0]}/stockcast"
    with (
        StockcastClient(url, "the-token", pauses=clock.pauses()) as client,
        pytest.raises(GatewayUnavailable, match=url) as raised,
    ):
        getattr(client, call)(ID)
    assert len(clock.slept) == 5
    assert "the-token" not in str(raised.value) + repr(raised.value)


@pytest.mark.parametrize("fault", [silent, trickle])
def test_a_call_ends_in_time_whatever_the_other_side_does(server, fault):
    server.play(fault)
    began = time.monotonic()
    with (
        StockcastClient(server.url, timeout=0.3) as client,
        pytest.raises(GatewayUnavailable, match="does not answer"),
    ):
        client.job(ID)
    assert 0.2 < time.monotonic() - began < 2


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_job_is_told_as_such(server, client, body):
    server.play(answer(200, body))
    with pytest.raises(BadAnswer):
        client.job(ID)
    assert len(server.asked) == 1


def test_a_result_that_is_wrong_is_told_by_its_field(server, client):
    server.play(answer(200, {**DONE, "result": {**DONE["result"], "price": -1}}))
    with pytest.raises(BadAnswer, match=r"result.price: Input should be greater than 0"):
        client.job(ID)
