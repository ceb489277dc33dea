"""Who gets which job, and when."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.errors import KernelDied
from stockcast_lib.core.jobs import JobState, Lane, Progress, Stage
from tests.factories import asker

pytestmark = pytest.mark.services

INGEST, FORECAST = Stage.INGEST, Stage.FORECAST
NO_WAIT = 0.01
ERROR = KernelDied("It died.").report()


def test_a_claim_gives_the_job_and_starts_its_first_attempt(queue, asked, submit, held):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert claim.job == queue.job("job")
    assert (claim.job.request, claim.job.state) == (asked, JobState.RUNNING)
    assert (claim.job.attempt, claim.tries, claim.worker) == (1, 1, "worker")
    assert claim.job.updated_at >= claim.job.created_at
    assert (held.waiting(INGEST), held.workers(INGEST)) == ([], ["worker"])
    assert held.told() == ["job", "job"]


def test_a_job_that_is_held_is_given_to_nobody_else(queue, submit):
    submit("job")
    queue.claim(INGEST, "worker", NO_WAIT)
    assert queue.claim(INGEST, "other", NO_WAIT) is None


def test_jobs_are_given_in_their_order(queue, submit):
    names = [submit(name, name) for name in ("a", "b", "c")]
    assert [queue.claim(INGEST, "worker", NO_WAIT).job.id for _ in names] == names


def test_a_stage_is_given_its_own_jobs_only(queue, submit):
    submit("job")
    assert queue.claim(FORECAST, "worker", NO_WAIT) is None


def test_of_many_workers_each_gets_other_jobs(queue, submit):
    names = {submit(f"job-{number}", f"key-{number}") for number in range(24)}
    barrier = threading.Barrier(8)

    def claim(worker):
        barrier.wait(10)
        return [queue.claim(INGEST, f"worker-{worker}", NO_WAIT) for _ in range(3)]

    with ThreadPoolExecutor(8) as pool:
        claims = [claim for three in pool.map(claim, range(8)) for claim in three]
    assert {claim.job.id for claim in claims} == names
    assert {claim.job.attempt for claim in claims} == {1}


def test_workers_that_start_together_on_an_empty_redis_wait_together(queue):
    barrier = threading.Barrier(8)

    def claim(worker):
        barrier.wait(10)
        return queue.claim(INGEST, f"worker-{worker}", NO_WAIT)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(claim, range(8))) == [None] * 8


def test_a_worker_goes_on_after_redis_was_emptied(queue, submit, redis_client):
    assert queue.claim(INGEST, "worker", NO_WAIT) is None
    redis_client.flushall()
    submit("job")
    assert queue.claim(INGEST, "worker", NO_WAIT).job.id == "job"


@pytest.mark.parametrize("lane", Lane)
def test_a_claim_waits_in_a_blocking_read_and_wakes_at_once(queue, asked, held, until, lane):
    with ThreadPoolExecutor(1) as pool:
        claim = pool.submit(queue.claim, INGEST, "worker", 2.0)
        until(held.blocked)
        began = time.monotonic()
        queue.submit(asked, "key", "job", asker(lane=lane))
        assert claim.result(5).job.id == "job"
        assert time.monotonic() - began < 1.5


def test_a_claim_waits_no_longer_than_it_may(queue):
    began = time.monotonic()
    assert queue.claim(INGEST, "worker", 0.3) is None
    assert 0.25 <= time.monotonic() - began < 2.0


@pytest.mark.parametrize("seconds", [0, -1, 0.0001])
def test_a_claim_that_may_hardly_wait_comes_back_at_once(queue, seconds):
    began = time.monotonic()
    assert queue.claim(INGEST, "worker", seconds) is None
    assert time.monotonic() - began < 2.0


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_claim_that_may_not_wait_makes_no_blocking_read(redis_client, seconds):
    queue = RedisJobQueue(redis_client, blocking=None)
    assert queue.claim(INGEST, "worker", seconds) is None


def test_progress_is_kept_and_told(queue, submit, held):
    submit("job")
    queue.progress(queue.claim(INGEST, "worker", NO_WAIT), Progress(cell=2, cells=7))
    assert queue.job("job").progress == Progress(cell=2, cells=7)
    assert held.told() == ["job"] * 3


def test_a_job_handed_back_is_given_out_at_once_and_counts_no_try(queue, submit, held):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.progress(claim, Progress(cell=1, cells=2))
    queue.hand_back(claim)
    job = queue.job("job")
    assert (job.state, job.stage, job.progress) == (JobState.QUEUED, INGEST, None)
    assert (held.waiting(INGEST), held.tickets(INGEST)) == (["job"], 1)
    assert held.workers(INGEST) == []
    assert (held.active("key"), held.told()) == ("job", ["job"] * 4)
    again = queue.claim(INGEST, "other", NO_WAIT)
    assert (again.job.attempt, again.tries) == (2, 1)


def test_a_claim_passes_over_all_that_is_left_over(queue, submit, redis_client):
    for number in range(3):
        redis_client.delete(keys.job(submit(f"gone-{number}", f"key-{number}")))
    submit("waiting")
    assert queue.claim(INGEST, "worker", NO_WAIT).job.id == "waiting"


@pytest.mark.parametrize("leave", ["hand back", "retry"])
def test_a_job_begun_before_goes_before_those_that_wait(queue, submit, leave):
    submit("first", "a")
    submit("second", "b")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    if leave == "retry":
        queue.retry(claim, ERROR, 0)
    else:
        queue.hand_back(claim)
    claims = [queue.claim(INGEST, "worker", NO_WAIT) for _ in range(2)]
    assert [claim.job.id for claim in claims] == ["first", "second"]


@pytest.mark.parametrize("gone", ["withdrawn", "lost"])
def test_tickets_of_jobs_that_are_gone_are_dropped(queue, submit, held, redis_client, gone):
    submit("job")
    if gone == "withdrawn":
        redis_client.hset(keys.job("job"), "state", JobState.CANCELLED)
    else:
        redis_client.delete(keys.job("job"))
    assert queue.claim(INGEST, "worker", NO_WAIT) is None
    assert (held.waiting(INGEST), held.tickets(INGEST), held.workers(INGEST)) == ([], 0, [])
