"""Whose turn it is: lanes, clients, limits, retries, withdrawals and dead letters."""

import time

import pytest

from stockcast_lib.adapters.redis_jobs import RedisDeadLetters
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.errors import KernelDied, QueueFull, UnknownJob
from stockcast_lib.core.jobs import JobState, Lane, Stage
from stockcast_lib.ports import Hold
from tests.factories import asker

pytestmark = pytest.mark.services
INGEST, FORECAST = Stage.INGEST, Stage.FORECAST
NO_WAIT = 0.01
ERROR = KernelDied("It died.").report()


@pytest.fixture
def ask(queue, asked):
    """Submits a job under its own id and key."""

    def ask(name, **changes):
        return queue.submit(asked, f"key-{name}", name, asker(**changes))

    return ask


@pytest.fixture
def claimed(queue):
    """Claims until nothing waits; gives the job ids in their order."""

    def claimed(stage=INGEST):
        ids = []
        while claim := queue.claim(stage, "worker", NO_WAIT):
            ids.append(claim.job.id)
        return ids

    return claimed


def test_a_client_with_many_jobs_holds_up_no_other(ask, claimed):
    for n in range(4):
        ask(f"many-{n}", client="many")
    ask("one", client="one")
    ask("two", client="two")
    assert claimed() == ["many-0", "one", "two", "many-1", "many-2", "many-3"]


def test_interactive_jobs_go_before_batch_jobs(ask, claimed):
    ask("batch-0", lane=Lane.BATCH)
    ask("batch-1", lane=Lane.BATCH)
    ask("interactive")
    assert claimed() == ["interactive", "batch-0", "batch-1"]


def test_a_batch_job_that_somebody_looks_at_becomes_interactive(ask, queue, asked, claimed):
    ask("batch-0", lane=Lane.BATCH)
    ask("batch-1", lane=Lane.BATCH)
    assert queue.submit(asked, "key-batch-1", "other", asker()) == ("batch-1", False)
    assert claimed() == ["batch-1", "batch-0"]


def test_a_batch_job_looked_at_while_it_runs_is_interactive_from_the_next_stage_on(
    ask, queue, asked, claimed
):
    for name in ("batch-0", "batch-1"):
        ask(name, lane=Lane.BATCH)
    claims = [queue.claim(INGEST, "worker", NO_WAIT) for _ in range(2)]
    assert queue.submit(asked, "key-batch-1", "other", asker()) == ("batch-1", False)
    assert queue.heartbeat(claims[1]) is Hold.HELD
    for claim in claims:
        queue.hand_over(claim.job.id, "prices")
        queue.release(claim)
    assert claimed(FORECAST) == ["batch-1", "batch-0"]


def test_lanes_and_turns_hold_in_the_second_stage_too(ask, queue, claimed):
    for name, lane in (("a", Lane.BATCH), ("b", Lane.BATCH), ("c", Lane.INTERACTIVE)):
        ask(name, lane=lane)
    claims = [queue.claim(INGEST, "worker", NO_WAIT) for _ in range(3)]
    for claim in reversed(claims):
        queue.hand_over(claim.job.id, "prices")
        queue.release(claim)
    assert claimed(FORECAST) == ["c", "b", "a"]


def test_a_full_queue_refuses_new_jobs_and_still_joins(redis_client, blocking_redis, asked):
    queue = RedisJobQueue(redis_client, blocking_redis, limit=2)
    queue.submit(asked, "a", "a", asker())
    queue.submit(asked, "b", "b", asker())
    with pytest.raises(QueueFull) as caught:
        queue.submit(asked, "c", "c", asker())
    assert caught.value.details["retry_after"] > 0
    assert queue.job("c") is None
    assert queue.submit(asked, "a", "d", asker()) == ("a", False)
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    assert queue.submit(asked, "c", "c", asker()) == ("c", True)


@pytest.mark.parametrize("begun", [False, True], ids=["waiting", "running"])
def test_withdrawn_jobs_leave_their_room_in_the_queue(redis_client, blocking_redis, asked, begun):
    queue = RedisJobQueue(redis_client, blocking_redis, limit=1)
    for name in ("a", "b", "c"):
        assert queue.submit(asked, name, name, asker()) == (name, True)
        claim = queue.claim(INGEST, "worker", NO_WAIT) if begun else None
        queue.withdraw(name, "01" * 8)
        if claim:
            queue.cancelled(claim)


@pytest.mark.parametrize("place", ["line", "run", "pause", "second stage"])
def test_a_job_has_its_room_in_the_queue_wherever_it_is(redis_client, blocking_redis, asked, place):
    queue = RedisJobQueue(redis_client, blocking_redis, limit=2)
    queue.submit(asked, "a", "a", asker())
    if place != "line":
        claim = queue.claim(INGEST, "worker", NO_WAIT)
    if place == "pause":
        queue.retry(claim, ERROR, 60)
    elif place == "second stage":
        queue.hand_over("a", "prices")  # and its first ticket is not released yet
    assert queue.submit(asked, "b", "b", asker()) == ("b", True)
    with pytest.raises(QueueFull):
        queue.submit(asked, "c", "c", asker())


def test_a_job_that_was_lost_leaves_its_room_in_the_queue(redis_client, blocking_redis, asked):
    queue = RedisJobQueue(redis_client, blocking_redis, limit=1)
    queue.submit(asked, "lost", "lost", asker())
    redis_client.delete(keys.job("lost"))
    assert queue.claim(INGEST, "worker", NO_WAIT) is None
    assert queue.submit(asked, "next", "next", asker()) == ("next", True)


def test_a_retry_waits_for_its_time_and_goes_first(ask, queue):
    ask("failing")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.retry(claim, ERROR, 0.3)
    ask("next")
    assert queue.job("failing").state is JobState.QUEUED
    assert queue.claim(INGEST, "worker", NO_WAIT).job.id == "next"
    assert queue.claim(INGEST, "worker", NO_WAIT) is None
    time.sleep(0.35)
    again = queue.claim(INGEST, "worker", NO_WAIT)
    assert (again.job.id, again.retries, again.tries) == ("failing", 1, 1)
    assert again.job.attempt == 2


def test_a_retry_by_a_worker_that_lost_the_job_does_nothing(
    redis_client, blocking_redis, queue, asked
):
    hasty = RedisJobQueue(redis_client, blocking_redis, lease=0.05)
    queue.submit(asked, "key", "job", asker())
    zombie = queue.claim(INGEST, "zombie", NO_WAIT)
    time.sleep(0.1)
    successor = hasty.claim(INGEST, "successor", NO_WAIT)
    queue.retry(zombie, ERROR, 0.0)
    assert queue.claim(INGEST, "third", NO_WAIT) is None
    queue.finish(successor, "result")
    assert queue.job("job").state is JobState.DONE


def test_a_waiting_job_is_cancelled_when_the_last_interest_goes(ask, queue, asked, claimed):
    ask("job")
    queue.submit(asked, "key-job", "other", asker(token="bb" * 8))
    queue.withdraw("job", "01" * 8)
    queue.withdraw("job", "01" * 8)  # the same one, repeated
    assert queue.job("job").state is JobState.QUEUED
    queue.withdraw("job", "02" * 8)
    assert queue.job("job").state is JobState.CANCELLED
    assert claimed() == []
    assert ask("job-2")[1] is True
    assert claimed() == ["job-2"]


def test_the_same_submission_repeated_is_one_interest(ask, queue, asked):
    ask("job", token="aa" * 8)
    queue.submit(asked, "key-job", "other", asker(token="aa" * 8))
    queue.withdraw("job", "01" * 8)
    assert queue.job("job").state is JobState.CANCELLED


def test_a_running_job_is_told_to_stop_and_joined_by_nobody(ask, queue, asked):
    ask("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert queue.heartbeat(claim) is Hold.HELD
    queue.withdraw("job", "01" * 8)
    assert queue.heartbeat(claim) is Hold.CANCELLED
    assert queue.submit(asked, "key-job", "next", asker()) == ("next", True)
    queue.cancelled(claim)
    assert queue.job("job").state is JobState.CANCELLED
    assert queue.job("next").state is JobState.QUEUED


@pytest.mark.parametrize("leave", ["hand over", "hand back", "retry", "die"])
def test_a_withdrawn_run_is_not_taken_up_again(redis_client, blocking_redis, asked, leave):
    queue = RedisJobQueue(redis_client, blocking_redis, lease=0.05)
    queue.submit(asked, "key", "job", asker())
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.withdraw("job", "01" * 8)
    if leave == "hand over":
        queue.hand_over("job", "prices")
    elif leave == "hand back":
        queue.hand_back(claim)
    elif leave == "retry":
        queue.retry(claim, ERROR, 0.0)
    time.sleep(0.1)
    assert queue.claim(INGEST, "other", NO_WAIT) is None
    assert queue.claim(FORECAST, "other", NO_WAIT) is None
    assert queue.job("job").state is JobState.CANCELLED


def test_an_unknown_job_cannot_be_withdrawn(queue):
    with pytest.raises(UnknownJob):
        queue.withdraw("unknown", "01" * 8)


def test_a_withdrawal_after_the_end_changes_nothing(ask, queue):
    ask("job")
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    queue.withdraw("job", "01" * 8)
    assert queue.job("job").state is JobState.DONE


def test_dead_letters_name_the_job_and_the_reason_until_they_are_forgotten(
    ask, queue, redis_client, asked
):
    letters = RedisDeadLetters(redis_client)
    for name, dead in (("mine", False), ("ours", True), ("later", True)):
        ask(name)
        queue.fail(queue.claim(INGEST, "worker", NO_WAIT), ERROR, dead_letter=dead)
    found = letters.newest(10)
    assert [(each.job_id, each.stage, each.request, each.error) for each in found] == [
        ("later", INGEST, asked, ERROR),
        ("ours", INGEST, asked, ERROR),
    ]
    letters.forget(found[0].key)
    assert [each.job_id for each in letters.newest(10)] == ["ours"]


def test_what_waits_is_counted_by_stage_and_lane(ask, redis_client):
    ask("a")
    ask("b", lane=Lane.BATCH)
    ask("c", lane=Lane.BATCH)
    assert RedisDeadLetters(redis_client).waiting() == {
        (INGEST, Lane.INTERACTIVE): 1,
        (INGEST, Lane.BATCH): 2,
        (FORECAST, Lane.INTERACTIVE): 0,
        (FORECAST, Lane.BATCH): 0,
    }


def test_no_key_is_left_behind_by_jobs_that_have_ended(ask, queue, redis_client):
    for n in range(3):
        ask(f"job-{n}", client=f"client-{n}")
    for _ in range(3):
        claim = queue.claim(INGEST, "worker", NO_WAIT)
        queue.hand_over(claim.job.id, "prices")
        queue.release(claim)
        queue.finish(queue.claim(FORECAST, "worker", NO_WAIT), "result")
    lasting = {key for key in redis_client.scan_iter() if redis_client.ttl(key) == -1}
    kept = {b"stockcast:events"} | {
        f"stockcast:stream:{stage}:{lane}".encode() for stage in Stage for lane in Lane
    }
    assert lasting <= kept
