"""A limit on calls, in a real Redis."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stockcast_lib.adapters import redis_connection
from stockcast_lib.adapters.redis_rate_limit import RedisRateLimit
from stockcast_lib.core import keys
from stockcast_lib.stack.network import free_ports

pytestmark = pytest.mark.services
HOUR = 3600


@pytest.fixture
def limit(redis_client):
    return lambda per_minute: RedisRateLimit(redis_client, per_minute)


def test_a_minute_s_calls_may_come_at_once_and_then_one_after_the_other(limit):
    three = limit(3)
    assert [three.wait("ada") for _ in range(3)] == [0, 0, 0]
    assert [15 < three.wait("ada") <= 20 for _ in range(3)] == [True] * 3


def test_a_caller_s_calls_are_no_other_s(limit):
    one = limit(1)
    assert (one.wait("ada"), one.wait("bob")) == (0, 0)
    assert one.wait("ada") > 0


def test_after_the_seconds_that_it_says_the_next_call_may(limit):
    many = limit(120)
    # Some come again meanwhile, and soon none is left.
    wait = next(wait for wait in iter(lambda: many.wait("ada"), None) if wait > 0)
    assert wait <= 0.5
    time.sleep(wait)
    assert many.wait("ada") == 0


@pytest.mark.usefixtures("redis_client")
def test_all_gateways_together_let_so_many_through(redis_url):
    gateways = [RedisRateLimit(redis_connection.connect(redis_url), 50) for _ in range(4)]
    began = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda number: gateways[number % 4].wait("ada"), range(200)))
    # While they came, some more came into the bucket.
    came = (time.monotonic() - began) * 50 / 60
    assert 50 <= waits.count(0) <= 51 + came


def test_whoever_has_been_quiet_leaves_nothing_behind(limit, redis_client):
    limit(6000).wait("ada")
    time.sleep(0.1)
    assert redis_client.keys("*") == []


def test_a_clock_that_is_set_back_locks_nobody_out(limit, redis_client):
    one = limit(60)
    one.wait("ada")
    seconds, _ = redis_client.time()
    redis_client.set(keys.calls_of("ada"), (seconds + HOUR) * 1_000_000)
    assert 0 < one.wait("ada") <= 1


def test_while_redis_is_away_nobody_is_counted_and_few_wait_for_it():
    (port,) = free_ports(1)
    away = RedisRateLimit(redis_connection.connect_looking(f"redis://127.0.0.1:{port}"), 1)
    assert [away.wait("ada") for _ in range(3)] == [0, 0, 0]


@pytest.mark.long
def test_a_redis_that_hangs_delays_one_call_and_counts_again_once_it_is_back(
    redis_client, redis_url
):
    hung = RedisRateLimit(redis_connection.connect_looking(redis_url), 1, away_seconds=1)
    assert (hung.wait("ada"), hung.wait("ada") > 0) == (0, True)
    redis_client.execute_command("CLIENT", "PAUSE", 2500, "ALL")
    began = time.monotonic()
    assert [hung.wait("ada") for _ in range(20)] == [0] * 20
    assert time.monotonic() - began < 3
    time.sleep(1.5)
    assert hung.wait("ada") > 0


def test_its_error_is_not_the_caller_s(redis_client):
    # What is no bucket is there under its name.
    redis_client.lpush(keys.calls_of("ada"), "x")
    assert RedisRateLimit(redis_client, 1).wait("ada") == 0
