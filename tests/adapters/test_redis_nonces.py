"""The nonces of frames that were taken, in Redis."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.adapters.redis_nonces import RedisNonces
from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.protocol import MAX_CLOCK_SKEW_SECONDS
from tests.chaos.proxy import SwallowingProxy

pytestmark = pytest.mark.services
ODD = ["", " ", "a\nb", "*", "\ud800", "x" * 60_000]


@pytest.fixture
def nonces(redis_client):
    return RedisNonces(redis_client, Stage.INGEST)


def held(client):
    return list(client.scan_iter(f"{keys.PREFIX}nonce:*"))


def test_each_is_taken_once_by_all_workers_of_a_stage(redis_client, nonces):
    assert nonces.take("first")
    assert nonces.take("second")
    assert not RedisNonces(redis_client, Stage.INGEST).take("first")
    assert RedisNonces(redis_client, Stage.FORECAST).take("first")


def test_of_all_who_come_at_once_one_takes_it(nonces):
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(nonces.take, ["the same"] * 20)) == 1


def test_one_is_remembered_while_its_frame_may_be_sent_again_and_no_longer(redis_client, nonces):
    nonces.take("nonce")
    (name,) = held(redis_client)
    # Signed as far ahead of time as may be, it is good for twice that.
    assert 2 * MAX_CLOCK_SKEW_SECONDS < redis_client.ttl(name) <= keys.NONCE_LIFETIME


@pytest.mark.parametrize("nonce", ODD, ids=ascii)
def test_whatever_a_peer_writes_is_remembered_under_a_short_plain_name(redis_client, nonces, nonce):
    assert nonces.take(nonce)
    assert not nonces.take(nonce)
    (name,) = held(redis_client)
    assert name.decode().isascii()
    assert len(name) < 80


@pytest.mark.usefixtures("redis_client")
def test_a_call_whose_answer_was_lost_is_not_its_own_replay(redis_url):
    with SwallowingProxy(urlsplit(redis_url).port) as proxy:
        client = connect(redis_url.replace(f":{urlsplit(redis_url).port}/", f":{proxy.port}/"))
        nonces = RedisNonces(client, Stage.INGEST)
        assert nonces.take("one before, so that the script is known")
        proxy.swallow(1)
        assert nonces.take("nonce")
        assert proxy.swallowed == 1
        assert not nonces.take("nonce")
        client.close()
