"""What callers hear when Redis is away or does not do as it should."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import redis

from stockcast_lib.adapters import redis_connection
from stockcast_lib.adapters.redis_connection import (
    connect,
    connect_blocking,
    open_ahead,
    redis_errors,
)
from stockcast_lib.adapters.redis_events import RedisJobEvents
from stockcast_lib.adapters.redis_jobs import RedisDeadLetters
from stockcast_lib.adapters.redis_prices import RedisPriceBoard
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.adapters.redis_results import RedisResultStore
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import QueueUnavailable, Throttled
from stockcast_lib.core.jobs import Job, JobState, Progress, Stage, parse_request
from stockcast_lib.ports import Claim, StoredForecast
from stockcast_lib.stack.network import free_ports
from tests.factories import asker, price_version

pytestmark = pytest.mark.services

REQUEST = parse_request({"ticker": "TEST", "days": 5})
NOW = datetime(2026, 1, 5, tzinfo=UTC)
JOB = Job(
    id="job", request=REQUEST, state=JobState.RUNNING, stage=Stage.INGEST, attempt=1,
    created_at=NOW, updated_at=NOW,
)  # fmt: skip
CLAIM = Claim(JOB, entry="1-0", worker="worker", tries=1)
ERROR = Throttled("Later.").report()
CALLS = {
    "submit": lambda away: away.queue.submit(REQUEST, "key", "job", asker()),
    "hand over": lambda away: away.queue.hand_over("job", "prices"),
    "claim": lambda away: away.queue.claim(Stage.INGEST, "worker", 0.01),
    "heartbeat": lambda away: away.queue.heartbeat(CLAIM),
    "progress": lambda away: away.queue.progress(CLAIM, Progress(cell=1, cells=2)),
    "release": lambda away: away.queue.release(CLAIM),
    "hand back": lambda away: away.queue.hand_back(CLAIM),
    "finish": lambda away: away.queue.finish(CLAIM, "result"),
    "fail": lambda away: away.queue.fail(CLAIM, ERROR, dead_letter=True),
    "cancelled": lambda away: away.queue.cancelled(CLAIM),
    "retry": lambda away: away.queue.retry(CLAIM, ERROR, 1),
    "withdraw": lambda away: away.queue.withdraw("job", "0" * 8),
    "job": lambda away: away.queue.job("job"),
    "follow": lambda away: list(away.events.follow("job", 5)),
    "dead letters": lambda away: away.letters.newest(1),
    "forget a letter": lambda away: away.letters.forget("1-0"),
    "what waits": lambda away: away.letters.waiting(),
    "put a result": lambda away: away.results.put("key", StoredForecast("job", b"", b"", b"")),
    "get a result": lambda away: away.results.get("key"),
    "whose result": lambda away: away.results.job_id("key"),
    "current prices": lambda away: away.board.current("TEST"),
    "publish prices": lambda away: away.board.publish(price_version()),
    "fetch prices": lambda away: away.board.fetching("TEST", Cancellation()).__enter__(),
}


class Away:
    """Every adapter of a Redis that is not there."""

    def __init__(self, client, blocking):
        self.queue = RedisJobQueue(client, blocking)
        self.events = RedisJobEvents(client, blocking, self.queue.job)
        self.letters = RedisDeadLetters(client)
        self.results = RedisResultStore(client)
        self.board = RedisPriceBoard(client)


@pytest.fixture
def away():
    (port,) = free_ports(1)
    url = f"redis://127.0.0.1:{port}/0"
    client, blocking = connect(url), connect_blocking(url)
    yield Away(client, blocking)
    client.close()
    blocking.close()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_when_redis_is_away_every_call_says_so_soon(away, call):
    began = time.monotonic()
    with pytest.raises(QueueUnavailable, match="stockcast doctor") as caught:
        call(away)
    assert time.monotonic() - began < 5
    assert caught.value.retryable


def test_a_wrong_password_counts_as_away_and_is_not_told(redis_url):
    client = connect(redis_url.replace("redis://:", "redis://:wrong"))
    with pytest.raises(QueueUnavailable) as caught, redis_errors():
        client.ping()
    client.close()
    password = redis_url.split(":")[2].split("@")[0]
    assert password not in caught.value.message


def test_an_error_of_redis_itself_is_said_in_our_words(redis_client):
    redis_client.set("text", "a")
    with pytest.raises(QueueUnavailable, match="ResponseError"), redis_errors():
        redis_client.lpush("text", "b")


def test_other_errors_are_left_alone():
    with pytest.raises(ZeroDivisionError), redis_errors():
        _ = 1 / 0


def test_a_command_whose_connection_breaks_is_repeated(redis_client, redis_url, held, until):
    client = connect(redis_url)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.blpop, "list", 4)
        until(lambda: held.blocked("blpop"))
        redis_client.client_kill_filter(_id=held.blocked("blpop")[0])
        until(lambda: held.blocked("blpop"))
        redis_client.rpush("list", "value")
        assert answer.result(5) == (b"list", b"value")
    client.close()


def test_a_blocking_read_whose_connection_breaks_is_not_repeated(
    redis_client, blocking_redis, held, until
):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(blocking_redis.blpop, "list", 4)
        until(lambda: held.blocked("blpop"))
        redis_client.client_kill_filter(_id=held.blocked("blpop")[0])
        assert isinstance(answer.exception(3), redis.ConnectionError)


def test_connections_opened_ahead_are_there_for_two_who_call_at_once(redis_client, redis_url):
    def connections():
        return redis_client.info("clients")["connected_clients"]

    before = connections()
    client = connect(redis_url)
    open_ahead(client, 2)
    assert connections() == before + 2
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(client.blpop, "nobody pushes", 0.2) for _ in range(2)]
        assert [each.result(2) for each in waiting] == [None, None]
    assert connections() == before + 2
    client.close()


def test_where_redis_is_away_nothing_is_opened_ahead():
    (port,) = free_ports(1)
    client = connect(f"redis://127.0.0.1:{port}/0")
    open_ahead(client, 2)
    client.close()


def test_a_redis_that_listens_and_says_nothing_counts_as_away():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        client = redis_connection._client(url, timeout=0.2, retries=1)
        began = time.monotonic()
        with pytest.raises(QueueUnavailable, match="TimeoutError"), redis_errors():
            client.ping()
        assert time.monotonic() - began < 5
        client.close()


def test_the_time_limits_leave_room_for_the_longest_blocking_read(redis_client, blocking_redis):
    for client, longest in ((redis_client, 5.0), (blocking_redis, 7.0)):
        limits = client.connection_pool.connection_kwargs
        assert limits["socket_timeout"] == longest
        assert limits["socket_connect_timeout"] == 2.0
