"""The clock of Redis is put back and forward while jobs wait and run.

libfaketime sets it, of a Redis of these tests' own; Debian's package `faketime` has it.
"""

import time
from pathlib import Path

import pytest

from stockcast_lib.adapters.redis_budget import RedisVendorBudget
from stockcast_lib.adapters.redis_prices import RedisPriceBoard
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.budgets import CallLimit
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import Throttled
from stockcast_lib.core.jobs import JobState, Lane, Stage
from stockcast_lib.ports import Hold
from tests.factories import asker
from tests.servers import running_redis

pytestmark = pytest.mark.services

STAGE = Stage.INGEST
NO_WAIT = 0.01
# Debian's Redis 7 does not start under libfaketime: its allocator asks for the time too soon.
SETTABLE = 6
LEASE = 0.3
HOUR = 3600
WORKERS = f"{keys.PREFIX}workers:{STAGE}"
ERROR = Throttled("Later.").report()


@pytest.fixture
def hasty(redis_client, blocking_redis):
    return RedisJobQueue(redis_client, blocking_redis, lease=LEASE)


class Clock:
    """How far the clock is off."""

    def __init__(self, path):
        self._path, self._seconds = path, 0

    def move(self, seconds):
        self._seconds += seconds
        self._path.write_text(f"{self._seconds:+d}\n")

    def put_back(self):
        self.move(-HOUR)

    def put_forward(self):
        self.move(HOUR)


@pytest.fixture(scope="module")
def offset(tmp_path_factory):
    path = tmp_path_factory.mktemp("clock") / "offset"
    path.write_text("+0\n")
    return path


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory, offset):
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    faked = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        # Nobody sets that one: by it Redis waits.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with running_redis(tmp_path_factory.mktemp("redis"), SETTABLE, **faked) as url:
        yield url


@pytest.fixture
def clock(offset, redis_client):
    made = Clock(offset)
    made.move(0)
    redis_client.flushall()
    return made


def test_the_clock_is_set(redis_client, clock):
    before = redis_client.time()[0]
    clock.put_back()
    assert -HOUR - 5 < redis_client.time()[0] - before < -HOUR + 5
    clock.put_forward()
    assert abs(redis_client.time()[0] - before) < 5


def test_put_back_a_dead_worker_s_job_is_given_to_the_next_within_a_lease(hasty, submit, clock):
    submit("job")
    hasty.claim(STAGE, "dead", NO_WAIT)
    clock.put_back()
    assert hasty.claim(STAGE, "next", NO_WAIT) is None
    time.sleep(2 * LEASE)
    claim = hasty.claim(STAGE, "next", NO_WAIT)
    assert (claim.job.id, claim.tries) == ("job", 2)


def test_put_back_a_live_worker_keeps_its_job(hasty, submit, clock):
    submit("job")
    mine = hasty.claim(STAGE, "mine", NO_WAIT)
    clock.put_back()
    for _ in range(6):
        assert hasty.claim(STAGE, "other", NO_WAIT) is None
        assert hasty.heartbeat(mine) is Hold.HELD
        time.sleep(LEASE / 3)
    hasty.finish(mine, "result")
    assert hasty.job("job").state is JobState.DONE


def test_put_forward_a_job_may_be_begun_anew_and_ends_once(hasty, submit, clock):
    submit("job")
    old = hasty.claim(STAGE, "old", NO_WAIT)
    clock.put_forward()
    new = hasty.claim(STAGE, "new", NO_WAIT)
    assert new.job.id == "job"
    assert hasty.heartbeat(old) is Hold.LOST
    hasty.finish(old, "of the old")
    assert hasty.job("job").state is JobState.RUNNING
    hasty.finish(new, "of the new")
    assert hasty.job("job").result_key == "of the new"
    assert hasty.claim(STAGE, "old", NO_WAIT) is None


def test_put_back_a_pause_between_two_tries_is_over(queue, submit, clock):
    submit("job")
    queue.retry(queue.claim(STAGE, "worker", NO_WAIT), ERROR, 0.2)
    clock.put_back()
    assert queue.claim(STAGE, "worker", NO_WAIT) is not None


def test_a_pause_lasts_as_long_as_it_is_to_where_nobody_sets_the_clock(queue, submit, held):
    submit("job")
    queue.retry(queue.claim(STAGE, "worker", NO_WAIT), ERROR, 30)
    for _ in range(3):
        assert queue.claim(STAGE, "worker", NO_WAIT) is None
    assert held.delayed(STAGE) == ["job"]


def test_put_back_dead_workers_no_longer_count_and_live_ones_do(queue, redis_client, clock):
    for worker in ("dead", "live"):
        queue.claim(STAGE, worker, NO_WAIT)
    clock.put_back()
    queue.claim(STAGE, "live", NO_WAIT)
    ((name, seen),) = redis_client.zrange(WORKERS, 0, -1, withscores=True)
    assert name == b"live"
    assert abs(redis_client.time()[0] - seen / 1000) < 5


@pytest.mark.parametrize("by", [HOUR, -48 * HOUR])
def test_a_run_during_which_it_was_set_tells_nothing_of_how_long_runs_take(
    queue, submit, redis_client, clock, by
):
    submit("job")
    claim = queue.claim(STAGE, "worker", NO_WAIT)
    clock.move(-by)
    queue.finish(claim, "result")
    assert redis_client.hget(f"{keys.PREFIX}runs", STAGE) is None


def test_put_back_many_jobs_are_each_done_once(hasty, submit, clock):
    names = {submit(f"job-{number}", f"key-{number}") for number in range(20)}
    for number in range(10):
        hasty.claim(STAGE, f"dead-{number}", NO_WAIT)
        clock.put_back()
    done = []
    deadline = time.monotonic() + 20
    while len(done) < len(names) and time.monotonic() < deadline:
        claim = hasty.claim(STAGE, "live", NO_WAIT)
        if claim is not None:
            hasty.finish(claim, "result")
            done.append(claim.job.id)
    assert sorted(done) == sorted(names)


def test_put_back_a_dead_worker_s_lock_on_a_ticker_is_freed(redis_client, clock):
    board = RedisPriceBoard(redis_client, longest_wait=5)
    redis_client.set(keys.ticker_lock("TEST"), "of the dead", px=5000)
    clock.put_back()
    began = time.monotonic()
    with board.fetching("TEST", Cancellation()):
        assert time.monotonic() - began < 2


def test_a_live_worker_s_lock_on_a_ticker_is_not_freed(redis_client):
    board = RedisPriceBoard(redis_client, longest_wait=1.2)
    with board.fetching("TEST", Cancellation()):
        held = redis_client.get(keys.ticker_lock("TEST"))
        with (
            pytest.raises(Exception, match="fetching TEST for too long"),
            board.fetching("TEST", Cancellation()),
        ):
            pytest.fail("it was given away")
        assert redis_client.get(keys.ticker_lock("TEST")) == held


def test_put_back_a_vendor_s_rest_is_over(redis_client, clock):
    budget = RedisVendorBudget(redis_client, {"vendor": [CallLimit(5, 3600)]})
    budget.rest("vendor", 60, ERROR)
    assert budget.lease("vendor", 1).calls == 0
    clock.put_back()
    assert budget.lease("vendor", 1).calls == 1


def test_both_lanes_are_set_right(hasty, asked, clock):
    for lane in Lane:
        hasty.submit(asked, f"key-{lane}", f"job-{lane}", asker(lane=lane))
    claims = [hasty.claim(STAGE, "dead", NO_WAIT) for _ in Lane]
    assert len(claims) == len(Lane)
    clock.put_back()
    assert hasty.claim(STAGE, "next", NO_WAIT) is None
    time.sleep(2 * LEASE)
    assert {hasty.claim(STAGE, "next", NO_WAIT).job.id for _ in Lane} == {
        "job-interactive",
        "job-batch",
    }
