"""Which prices are current, and who may fetch the next."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from stockcast_lib.adapters.redis_prices import RedisPriceBoard
from stockcast_lib.core import keys
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import QueueUnavailable, RunCancelled
from tests.factories import FETCHED_AT, price_history, price_version

pytestmark = pytest.mark.services

EARLIER = price_version()
LIFETIME = 0.5
LATER = price_version(fetched_at=FETCHED_AT + timedelta(seconds=1))


@pytest.fixture
def board(redis_client):
    return RedisPriceBoard(redis_client)


@pytest.fixture
def hasty_board(redis_client):
    return RedisPriceBoard(redis_client, lock_lifetime=LIFETIME)


@pytest.fixture
def impatient_board(redis_client):
    return RedisPriceBoard(redis_client, longest_wait=0.3)


def test_no_prices_are_current_before_any_are_published(board):
    assert board.current("TEST") is None


def test_a_published_version_is_its_tickers_current_one(board):
    other = price_version(price_history("OTHER"))
    board.publish(EARLIER)
    board.publish(other)
    assert (board.current("TEST"), board.current("OTHER")) == (EARLIER, other)


def test_a_later_version_takes_an_earlier_ones_place(board):
    board.publish(EARLIER)
    board.publish(LATER)
    assert board.current("TEST") == LATER


@pytest.mark.parametrize("late_comer", [EARLIER, LATER.model_copy(update={"vendor": "other"})])
def test_a_version_that_is_not_later_changes_nothing(board, late_comer):
    board.publish(LATER)
    board.publish(late_comer)
    assert board.current("TEST") == LATER


def test_the_latest_of_many_published_at_once_is_current(board):
    versions = [price_version(fetched_at=FETCHED_AT + timedelta(seconds=n)) for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(board.publish, versions[10:] + versions[:10]))
    assert board.current("TEST") == versions[-1]


def test_each_publishing_renews_the_lifetime(board, redis_client):
    for version in (LATER, EARLIER):
        board.publish(version)
        assert 5 < redis_client.ttl(keys.current_prices("TEST")) <= keys.PRICES_LIFETIME
        redis_client.expire(keys.current_prices("TEST"), 5)


def test_one_worker_at_a_time_fetches_a_ticker(board):
    inside, most = [], []

    def fetch(worker):
        with board.fetching("TEST", Cancellation()):
            inside.append(worker)
            most.append(len(inside))
            time.sleep(0.02)
            inside.remove(worker)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(fetch, range(5)))
    assert most == [1] * 5


def test_tickers_are_fetched_beside_each_other(impatient_board):
    with (
        impatient_board.fetching("A", Cancellation()),
        impatient_board.fetching("B", Cancellation()),
    ):
        pass


def test_a_worker_that_waits_too_long_is_told_so(board, impatient_board):
    with board.fetching("TEST", Cancellation()):
        began = time.monotonic()
        with (
            pytest.raises(QueueUnavailable, match="fetching TEST for too long"),
            impatient_board.fetching("TEST", Cancellation()),
        ):
            pytest.fail("two fetch at once")
        assert 0.1 <= time.monotonic() - began < 3.0


def test_a_worker_that_is_told_to_end_waits_no_longer(board, redis_client):
    cancellation = Cancellation()
    with board.fetching("TEST", Cancellation()), ThreadPoolExecutor(1) as pool:

        def wait():
            with board.fetching("TEST", cancellation):
                pytest.fail("two fetch at once")

        waiting = pool.submit(wait)
        time.sleep(0.3)
        assert not waiting.done()
        cancellation.request()
        with pytest.raises(RunCancelled, match="another worker fetched TEST"):
            waiting.result(1)
        assert redis_client.exists(keys.ticker_lock("TEST"))


def test_a_worker_that_was_told_to_end_before_does_not_fetch(board, redis_client):
    cancellation = Cancellation()
    cancellation.request()
    with pytest.raises(RunCancelled), board.fetching("TEST", cancellation):
        pytest.fail("it fetches")
    assert not redis_client.exists(keys.ticker_lock("TEST"))


def test_a_worker_that_waits_gets_its_turn(board):
    order = []

    def wait():
        with board.fetching("TEST", Cancellation()):
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        with board.fetching("TEST", Cancellation()):
            second = pool.submit(wait)
            time.sleep(0.3)
            order.append("first")
        second.result(10)
    assert order == ["first", "second"]


def test_a_fetch_that_fails_lets_the_next_one_in(board, impatient_board):
    with pytest.raises(ZeroDivisionError), board.fetching("TEST", Cancellation()):
        _ = 1 / 0
    with impatient_board.fetching("TEST", Cancellation()):
        pass


def test_the_lock_of_a_worker_that_dies_lapses(board, redis_client):
    with board.fetching("TEST", Cancellation()):
        lifetime = redis_client.ttl(keys.ticker_lock("TEST"))
    assert 0 < lifetime <= keys.TICKER_LOCK_LIFETIME
    assert not redis_client.exists(keys.ticker_lock("TEST"))


def test_a_dead_workers_job_is_given_to_another_when_its_lock_has_lapsed():
    assert keys.TICKER_LOCK_LIFETIME < keys.LEASE


def test_the_next_worker_gets_the_lock_of_one_that_died(redis_client, impatient_board):
    held_by_the_dead = redis_client.lock(keys.ticker_lock("TEST"), timeout=0.1)
    assert held_by_the_dead.acquire(blocking=False)
    with impatient_board.fetching("TEST", Cancellation()):
        pass


def test_a_lock_is_renewed_while_its_holder_fetches(hasty_board, redis_client):
    lock = keys.ticker_lock("TEST")
    with hasty_board.fetching("TEST", Cancellation()):
        held_by = redis_client.get(lock)
        time.sleep(3 * LIFETIME)
        assert redis_client.get(lock) == held_by
        assert redis_client.pttl(lock) <= 1000 * LIFETIME


def test_a_lock_that_was_lost_is_not_renewed_for_its_next_holder(hasty_board, redis_client):
    lock = keys.ticker_lock("TEST")
    with hasty_board.fetching("TEST", Cancellation()):
        redis_client.set(lock, "next holder", px=60_000)
        time.sleep(LIFETIME)
        assert redis_client.get(lock) == b"next holder"
        assert redis_client.pttl(lock) > 50_000


def test_a_lock_is_renewed_again_once_redis_is_back(hasty_board, redis_client, until, monkeypatch):
    lock, gone = keys.ticker_lock("TEST"), threading.Event()

    def reacquire(_):
        gone.set()
        raise redis.ConnectionError

    with hasty_board.fetching("TEST", Cancellation()):
        with monkeypatch.context() as patch:
            patch.setattr("redis.lock.Lock.do_reacquire", reacquire)
            assert gone.wait(5)
            redis_client.pexpire(lock, 60_000)
        until(lambda: redis_client.pttl(lock) <= 1000 * LIFETIME)


def test_a_lock_that_was_lost_is_not_taken_from_its_next_holder(board, redis_client):
    with board.fetching("TEST", Cancellation()):
        redis_client.set(keys.ticker_lock("TEST"), "next holder")
    assert redis_client.get(keys.ticker_lock("TEST")) == b"next holder"


def test_nothing_renews_a_lock_after_the_fetch(board):
    before = threading.active_count()
    with board.fetching("TEST", Cancellation()):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
