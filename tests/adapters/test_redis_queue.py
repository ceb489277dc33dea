"""A job's way into the queue, through its stages and to its end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core import keys
from stockcast_lib.core.errors import Throttled, UnknownJob
from stockcast_lib.core.jobs import JobState, Progress, Stage
from tests.factories import asker

pytestmark = pytest.mark.services

INGEST, FORECAST = Stage.INGEST, Stage.FORECAST
NO_WAIT = 0.01
ERROR = Throttled("Ask again later.", retry_after=3).report()
SETTLES = {
    "finish": lambda queue, claim: queue.finish(claim, "result"),
    "fail": lambda queue, claim: queue.fail(claim, ERROR, dead_letter=True),
    "cancelled": lambda queue, claim: queue.cancelled(claim),
    "hand back": lambda queue, claim: queue.hand_back(claim),
    "retry": lambda queue, claim: queue.retry(claim, ERROR, 60),
}
ENDS = {name: SETTLES[name] for name in ("finish", "fail", "cancelled")}


def test_a_submitted_job_waits_in_the_first_stage(queue, asked, held):
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert queue.submit(asked, "key", "job", asker()) == ("job", True)
    job = queue.job("job")
    assert (job.request, job.state, job.stage) == (asked, JobState.QUEUED, INGEST)
    assert (job.attempt, job.progress, job.error, job.result_key) == (0, None, None, None)
    assert before <= job.created_at == job.updated_at <= datetime.now(UTC) + timedelta(seconds=1)
    assert held.waiting(INGEST) == held.told() == ["job"]
    assert (held.tickets(INGEST), held.tickets(FORECAST)) == (1, 0)
    assert held.active("key") == "job"


def test_there_is_no_job_of_an_unknown_id(queue):
    assert queue.job("unknown") is None


def test_the_same_request_joins_the_job_under_way(queue, asked, submit, held):
    submit("first")
    assert queue.submit(asked, "key", "second", asker()) == ("first", False)
    queue.claim(INGEST, "worker", NO_WAIT)
    assert queue.submit(asked, "key", "third", asker()) == ("first", False)
    queue.hand_over("first", "prices")
    assert queue.submit(asked, "key", "fourth", asker()) == ("first", False)
    assert (held.tickets(INGEST), held.tickets(FORECAST)) == (1, 1)
    assert queue.job("second") is None


def test_another_request_gets_a_job_of_its_own(submit, held):
    submit("first", "key")
    submit("second", "other key")
    assert held.waiting(INGEST) == ["first", "second"]


def test_of_many_equal_requests_at_once_one_makes_the_job(queue, asked, held):
    barrier = threading.Barrier(20)

    def submit(number):
        barrier.wait(10)
        return queue.submit(asked, "key", f"job-{number}", asker())

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(submit, range(20)))
    assert [is_new for _, is_new in answers].count(True) == 1
    (job_id,) = {job_id for job_id, _ in answers}
    assert held.waiting(INGEST) == held.told() == [job_id]
    assert held.tickets(INGEST) == 1


def test_a_submit_whose_reply_was_lost_is_repeated_without_effect(queue, asked, submit, held):
    submit("job")
    before = held.everything()
    assert queue.submit(asked, "key", "job", asker()) == ("job", True)
    assert held.everything() == before


@pytest.mark.parametrize("name", ["fail", "cancelled"])
def test_a_job_that_ended_without_a_result_is_never_joined(queue, asked, submit, held, name):
    submit("ended")
    ENDS[name](queue, queue.claim(INGEST, "worker", NO_WAIT))
    assert queue.submit(asked, "key", "next", asker()) == ("next", True)
    held.mark("key", "ended")  # a mark that was left over
    assert queue.submit(asked, "key", "last", asker()) == ("last", True)


def test_whoever_missed_the_result_by_a_moment_joins_the_job_that_has_it(
    queue, asked, submit, redis_client
):
    submit("done")
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    assert queue.submit(asked, "key", "late", asker()) == ("done", False)
    assert 0 < redis_client.ttl(f"{keys.PREFIX}active:key") <= keys.DONE_JOINED
    redis_client.delete(f"{keys.PREFIX}active:key")  # as it will be then
    assert queue.submit(asked, "key", "later", asker()) == ("later", True)


def test_a_mark_without_its_job_holds_no_request_up(queue, asked, held):
    held.mark("key", "lost")
    assert queue.submit(asked, "key", "job", asker()) == ("job", True)


def test_handing_over_queues_the_job_for_the_forecast(queue, submit, held):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.progress(claim, Progress(cell=2, cells=3))
    queue.hand_over("job", "prices")
    job = queue.job("job")
    assert (job.stage, job.state, job.price_version) == (FORECAST, JobState.QUEUED, "prices")
    assert job.progress is None
    assert (held.waiting(FORECAST), held.tickets(FORECAST)) == (["job"], 1)
    assert held.told() == ["job"] * 4
    assert held.active("key") == "job"


def test_the_tries_of_the_ingest_do_not_count_for_the_forecast(queue, submit):
    submit("job")
    queue.retry(queue.claim(INGEST, "worker", NO_WAIT), ERROR, 0)
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert (claim.tries, claim.retries) == (1, 1)
    queue.hand_over("job", "prices")
    claim = queue.claim(FORECAST, "other", NO_WAIT)
    assert (claim.tries, claim.retries) == (1, 0)
    assert (claim.job.attempt, claim.job.stage) == (3, FORECAST)


def test_handing_over_again_changes_nothing(queue, submit, held):
    submit("job")
    queue.hand_over("job", "prices")
    queue.claim(FORECAST, "worker", NO_WAIT)
    before = held.everything()
    queue.hand_over("job", "other prices")
    assert held.everything() == before


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_ended_job_is_not_handed_over(queue, submit, held, end):
    submit("job")
    end(queue, queue.claim(INGEST, "worker", NO_WAIT))
    before = held.everything()
    queue.hand_over("job", "prices")
    assert held.everything() == before


def test_a_job_keeps_its_trace_for_whoever_takes_it(queue, asked):
    queue.submit(asked, "key", "job", asker(), traceparent="first")
    queue.submit(asked, "key", "other", asker(), traceparent="another's")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert claim.traceparent == "first"
    queue.retry(claim, ERROR, 0)
    assert queue.claim(INGEST, "worker", NO_WAIT).traceparent == "first"
    queue.hand_over("job", "prices", traceparent="second")
    assert queue.claim(FORECAST, "worker", NO_WAIT).traceparent == "second"


def test_a_job_without_a_trace_has_none(queue, submit):
    submit("job")
    assert queue.claim(INGEST, "worker", NO_WAIT).traceparent is None
    queue.hand_over("job", "prices")
    assert queue.claim(FORECAST, "worker", NO_WAIT).traceparent is None


def test_an_unknown_job_is_not_handed_over(queue, held):
    with pytest.raises(UnknownJob):
        queue.hand_over("unknown", "prices")
    assert held.everything() == {}


def test_releasing_forgets_the_ticket_of_the_stage(queue, submit, held):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.hand_over("job", "prices")
    for _ in range(2):
        queue.release(claim)
        assert (held.tickets(INGEST), held.workers(INGEST)) == (0, [])
    assert (held.waiting(FORECAST), held.tickets(FORECAST)) == (["job"], 1)


def test_a_ticket_is_not_released_while_its_job_is_in_the_stage(queue, submit, held):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    before = held.everything()
    queue.release(claim)
    assert held.everything() == before


def test_the_ticket_of_a_job_that_ended_when_it_was_to_be_handed_over_is_released(
    queue, submit, held
):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.withdraw("job", "0" * 8)
    queue.hand_over("job", "prices")
    queue.release(claim)
    assert (held.tickets(INGEST), held.workers(INGEST)) == (0, [])


def test_a_job_to_be_tried_again_tells_why_until_it_goes_on(queue, submit):
    submit("job")
    assert queue.job("job").last_error is None
    queue.retry(queue.claim(INGEST, "worker", NO_WAIT), ERROR, 0)
    job = queue.job("job")
    assert (job.state, job.error, job.last_error) == (JobState.QUEUED, None, ERROR)
    assert queue.claim(INGEST, "worker", NO_WAIT).job.last_error == ERROR
    queue.hand_over("job", "prices")
    assert queue.job("job").last_error is None


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_ended_job_tells_of_no_earlier_try(queue, submit, end):
    submit("job")
    queue.retry(queue.claim(INGEST, "worker", NO_WAIT), ERROR, 0)
    end(queue, queue.claim(INGEST, "worker", NO_WAIT))
    assert queue.job("job").last_error is None


@pytest.mark.parametrize("notebook", [False, True])
def test_a_failed_job_knows_whether_its_notebook_is_there(queue, submit, notebook):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.fail(claim, ERROR, dead_letter=True, notebook=notebook)
    assert queue.job("job").notebook is notebook


def test_finishing_ends_the_job_with_its_result(queue, submit):
    submit("job")
    queue.hand_over("job", "prices")
    claim = queue.claim(FORECAST, "worker", NO_WAIT)
    queue.progress(claim, Progress(cell=3, cells=3))
    queue.finish(claim, "result")
    job = queue.job("job")
    assert (job.state, job.result_key, job.price_version) == (JobState.DONE, "result", "prices")
    assert (job.progress, job.error) == (None, None)


def test_failing_ends_the_job_with_its_error(queue, submit):
    submit("job")
    queue.fail(queue.claim(INGEST, "worker", NO_WAIT), ERROR, dead_letter=False)
    job = queue.job("job")
    assert (job.state, job.error, job.result_key) == (JobState.FAILED, ERROR, None)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_ended_job_has_a_lifetime_and_leaves_nothing_else(
    queue, submit, held, redis_client, end
):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    assert redis_client.ttl(keys.job("job")) == -1
    end(queue, claim)
    assert 0 < redis_client.ttl(keys.job("job")) <= keys.ENDED_JOB_LIFETIME
    assert (held.waiting(INGEST), held.tickets(INGEST), held.workers(INGEST)) == ([], 0, [])
    assert held.active("key") is None
    assert held.told() == ["job"] * 3


def test_a_job_that_ends_leaves_the_mark_of_a_later_one(queue, submit, held):
    submit("job")
    held.mark("key", "later")
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    assert held.active("key") == "later"


@pytest.mark.parametrize("again", SETTLES.values(), ids=SETTLES)
@pytest.mark.parametrize("first", SETTLES.values(), ids=SETTLES)
def test_only_the_first_settling_counts(queue, submit, held, first, again):
    submit("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    first(queue, claim)
    before = held.everything()
    again(queue, claim)
    assert held.everything() == before


def test_the_event_stream_is_trimmed(submit, held, redis_client):
    with redis_client.pipeline(transaction=False) as pipe:
        for _ in range(keys.EVENTS_KEPT + 500):
            pipe.xadd(keys.EVENTS, {"job": "old"})
        pipe.execute()
    submit("job")
    assert held.told()[-1] == "job"
    assert len(held.told()) < keys.EVENTS_KEPT + 200


def test_scripts_that_redis_has_forgotten_are_sent_again(queue, submit, redis_client):
    submit("job")
    redis_client.script_flush()
    assert queue.claim(INGEST, "worker", NO_WAIT).job.id == "job"


def test_a_job_that_has_ended_is_kept_as_long_as_the_operator_says(
    redis_client, blocking_redis, asked
):
    queue = RedisJobQueue(redis_client, blocking_redis, ended_lifetime=60)
    queue.submit(asked, "key", "job", asker())
    queue.cancelled(queue.claim(INGEST, "worker", NO_WAIT))
    assert 0 < redis_client.ttl(keys.job("job")) <= 60
