"""Leases, heartbeats, and the fence against a worker that has lost its job."""

import time
from dataclasses import replace

import pytest

from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.errors import Throttled
from stockcast_lib.core.jobs import JobState, Progress, Stage
from stockcast_lib.ports import Hold

pytestmark = pytest.mark.services

INGEST = Stage.INGEST
NO_WAIT = 0.01
LEASE, PAST_LEASE = 0.1, 0.15
ERROR = Throttled("Later.").report()
WRITES = {
    "progress": lambda queue, claim: queue.progress(claim, Progress(cell=1, cells=2)),
    "finish": lambda queue, claim: queue.finish(claim, "result"),
    "fail": lambda queue, claim: queue.fail(claim, ERROR, dead_letter=True),
    "cancelled": lambda queue, claim: queue.cancelled(claim),
    "retry": lambda queue, claim: queue.retry(claim, ERROR, 0),
    "hand back": lambda queue, claim: queue.hand_back(claim),
    "release": lambda queue, claim: queue.release(claim),
}


@pytest.fixture
def hasty_queue(redis_client, blocking_redis):
    """Gives a job to another worker soon after its own has fallen silent."""
    return RedisJobQueue(redis_client, blocking_redis, lease=LEASE)


@pytest.fixture(params=["other", "worker"], ids=["by another", "by itself"])
def lost_claim(request, submit, hasty_queue):
    """A claim whose job has been taken since."""
    submit("job")
    claim = hasty_queue.claim(INGEST, "worker", NO_WAIT)
    assert hasty_queue.claim(INGEST, request.param, PAST_LEASE).job.attempt == 2
    return claim


@pytest.mark.parametrize("worker", ["other", "worker"])
def test_a_silent_workers_job_is_taken_after_the_lease(hasty_queue, submit, held, worker):
    submit("job")
    first = hasty_queue.claim(INGEST, "worker", NO_WAIT)
    hasty_queue.progress(first, Progress(cell=1, cells=2))
    second = hasty_queue.claim(INGEST, worker, PAST_LEASE)
    assert (second.job.id, second.job.attempt, second.tries) == ("job", 2, 2)
    assert (second.job.state, second.job.progress) == (JobState.RUNNING, None)
    assert second.entry == first.entry
    assert held.workers(INGEST) == [worker]


def test_a_silent_workers_job_comes_before_those_that_wait(hasty_queue, submit):
    submit("silent", "a")
    hasty_queue.claim(INGEST, "worker", NO_WAIT)
    submit("waiting", "b")
    time.sleep(PAST_LEASE)
    assert hasty_queue.claim(INGEST, "other", NO_WAIT).job.id == "silent"


def test_a_lease_is_kept_by_heartbeats_and_not_without_them(redis_client, blocking_redis, submit):
    lease = 1.0
    queue = RedisJobQueue(redis_client, blocking_redis, lease=lease)
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    for _ in range(2):
        time.sleep(0.6 * lease)
        assert queue.heartbeat(claim) is Hold.HELD
    assert queue.claim(INGEST, "other", NO_WAIT) is None
    assert queue.claim(INGEST, "other", 1.1 * lease).job.attempt == 2


def test_a_heartbeat_changes_nothing_in_the_job_and_tells_nobody(queue, submit, held):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert queue.heartbeat(claim) is Hold.HELD
    assert queue.job("job") == claim.job
    assert held.told() == ["job", "job"]


def test_the_heartbeat_of_a_lost_claim_says_so_and_renews_nothing(lost_claim, queue, held):
    before = held.everything()
    assert queue.heartbeat(lost_claim) is Hold.LOST
    assert held.everything() == before


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_worker_that_has_lost_its_claim_changes_nothing(lost_claim, queue, held, write):
    before = held.everything()
    write(queue, lost_claim)
    assert held.everything() == before


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_an_attempt_is_only_its_own_workers(queue, submit, held, write):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    stranger = replace(claim, worker="stranger")
    before = held.everything()
    write(queue, stranger)
    assert queue.heartbeat(stranger) is Hold.LOST
    assert held.everything() == before


@pytest.mark.parametrize(
    "settle", ["finish", "fail", "cancelled", "retry", "hand back", "hand over"]
)
def test_a_claim_is_lost_with_its_settling(queue, submit, settle):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    if settle == "hand over":
        queue.hand_over("job", "prices")
    else:
        WRITES[settle](queue, claim)
    assert queue.heartbeat(claim) is Hold.LOST


def test_tickets_of_jobs_that_moved_on_are_dropped(hasty_queue, submit, held):
    submit("moved", "a")
    hasty_queue.claim(INGEST, "worker", NO_WAIT)
    hasty_queue.hand_over("moved", "prices")  # and the worker died before it released it
    submit("waiting", "b")
    time.sleep(PAST_LEASE)
    assert hasty_queue.claim(INGEST, "other", NO_WAIT).job.id == "waiting"
    assert held.tickets(INGEST) == 1
    assert held.workers(INGEST) == ["other"]


def test_a_delivered_ticket_that_is_no_longer_there_holds_nothing_up(
    hasty_queue, submit, held, redis_client
):
    submit("gone", "a")
    claim = hasty_queue.claim(INGEST, "worker", NO_WAIT)
    redis_client.xdel(keys.stream(INGEST, claim.lane), claim.entry)
    submit("waiting", "b")
    time.sleep(PAST_LEASE)
    assert hasty_queue.claim(INGEST, "other", NO_WAIT).job.id == "waiting"
    assert held.workers(INGEST) == ["other"]
