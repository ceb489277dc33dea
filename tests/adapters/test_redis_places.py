"""Where a queued job stands, how long it may wait, and which jobs were made last."""

import random
import time

import pytest

from stockcast_lib.core import keys
from stockcast_lib.core.errors import KernelDied
from stockcast_lib.core.job_events import Place
from stockcast_lib.core.jobs import JobState, Lane, Stage, parse_request
from tests.factories import asker

pytestmark = pytest.mark.services

INGEST, FORECAST = Stage.INGEST, Stage.FORECAST
NO_WAIT = 0.01
ERROR = KernelDied("It died.").report()


@pytest.fixture
def ask(queue, asked):
    def ask(name, ticker="TEST", **changes):
        request = asked.model_copy(update={"ticker": ticker})
        queue.submit(request, f"key-{name}", name, asker(**changes))
        return name

    return ask


@pytest.fixture
def lasting_run(queue, redis_client):
    """Makes a stage's next run one of so many seconds."""

    def lasting_run(seconds, stage=INGEST):
        claim = queue.claim(stage, "worker", NO_WAIT)
        began = round((time.time() - seconds) * 1000)
        redis_client.hset(keys.job(claim.job.id), "began", began)
        return claim

    return lasting_run


@pytest.mark.parametrize("seed", range(8))
def test_positions_are_the_order_in_which_jobs_are_given_out(ask, queue, seed):
    dice = random.Random(seed)  # noqa: S311  # a seeded crowd
    names = [
        ask(f"job-{n}", client=dice.choice("aaabbc"), lane=dice.choice(list(Lane)))
        for n in range(25)
    ]
    for _ in range(5):
        queue.claim(INGEST, "worker", NO_WAIT)
    waiting = [name for name in names if queue.job(name).state is JobState.QUEUED]
    told = sorted(waiting, key=lambda name: queue.place(name).position)
    assert [queue.place(name).position for name in told] == list(range(1, 21))
    given = [queue.claim(INGEST, "worker", NO_WAIT).job.id for _ in told]
    assert given == told


def test_a_job_has_a_place_in_each_stage_while_it_waits_there(ask, queue):
    ask("job")
    assert queue.place("job") == Place(1)
    queue.claim(INGEST, "worker", NO_WAIT)
    assert queue.place("job") is None
    queue.hand_over("job", "prices")
    assert queue.place("job").position == 1
    queue.finish(queue.claim(FORECAST, "worker", NO_WAIT), "result")
    assert queue.place("job") is None
    assert queue.place("unknown") is None


def test_a_job_between_two_tries_has_no_place_and_then_the_first(ask, queue):
    ask("failing")
    queue.retry(queue.claim(INGEST, "worker", NO_WAIT), ERROR, 0.2)
    ask("next")
    assert (queue.place("failing"), queue.place("next").position) == (None, 1)
    time.sleep(0.25)
    assert queue.place("next").position == 2
    assert queue.place("failing").position == 1
    assert queue.claim(INGEST, "worker", NO_WAIT).job.id == "failing"


def test_without_a_run_or_a_worker_nothing_is_expected(ask, queue, lasting_run, redis_client):
    ask("first")
    assert queue.place("first").expected_seconds is None
    queue.finish(lasting_run(10), "result")
    ask("second")
    assert queue.place("second").expected_seconds is not None
    redis_client.delete(f"{keys.PREFIX}workers:{INGEST}")
    assert queue.place("second").expected_seconds is None


def test_the_wait_is_that_of_the_runs_before_shared_among_the_live_workers(
    ask, queue, lasting_run, redis_client
):
    for n in range(5):
        ask(f"job-{n}")
    queue.finish(lasting_run(10), "result")
    assert queue.claim(INGEST, "worker", NO_WAIT)
    wait = [queue.place(f"job-{n}").expected_seconds for n in (2, 3, 4)]
    assert wait == pytest.approx([10, 20, 30], abs=0.5)
    assert queue.claim(INGEST, "other", NO_WAIT)
    assert queue.place("job-4").expected_seconds == pytest.approx(10, abs=0.5)
    # A worker that was last seen too long ago shares no more.
    redis_client.zadd(f"{keys.PREFIX}workers:{INGEST}", {"other": 0})
    assert queue.place("job-4").expected_seconds == pytest.approx(20, abs=0.5)


def test_an_idle_worker_takes_its_job_at_once(ask, queue, lasting_run):
    ask("done")
    queue.finish(lasting_run(10), "result")
    ask("a")
    ask("b")
    wait = [queue.place(name).expected_seconds for name in ("a", "b")]
    assert wait == pytest.approx([0, 10], abs=0.5)


def test_newer_runs_weigh_more_and_those_cut_short_nothing(ask, queue, lasting_run, redis_client):
    def mean(stage=INGEST):
        held = redis_client.hget(f"{keys.PREFIX}runs", stage)
        return held and float(held) / 1000

    for n in range(5):
        ask(f"job-{n}")
    queue.cancelled(lasting_run(1000))
    queue.retry(lasting_run(1000), ERROR, 60)
    assert mean() is None
    queue.finish(lasting_run(10), "result")
    queue.fail(lasting_run(20), ERROR, dead_letter=False)
    assert mean() == pytest.approx(10 + keys.NEWEST_RUN * 10, abs=0.5)
    claim = lasting_run(30)
    queue.hand_over(claim.job.id, "prices")
    queue.hand_over(claim.job.id, "prices")
    assert mean() == pytest.approx(12 + keys.NEWEST_RUN * 18, abs=0.5)
    assert mean(FORECAST) is None


def test_a_worker_that_waits_or_works_is_seen_and_seldom_written(queue, ask, redis_client):
    workers = f"{keys.PREFIX}workers:{INGEST}"
    queue.claim(INGEST, "worker", NO_WAIT)
    first = redis_client.zscore(workers, "worker")
    ask("job")
    claim = queue.claim(INGEST, "worker", NO_WAIT)
    queue.heartbeat(claim)
    assert redis_client.zscore(workers, "worker") == first
    redis_client.zadd(workers, {"worker": first - 1000 * keys.WORKER_SEEN})
    queue.heartbeat(claim)
    assert redis_client.zscore(workers, "worker") >= first


def test_recent_jobs_come_newest_first_and_by_ticker(ask, queue):
    for name, ticker in (("a", "X"), ("b", "Y"), ("c", "X"), ("d", "Y")):
        ask(name, ticker)
    queue.finish(queue.claim(INGEST, "worker", NO_WAIT), "result")
    assert [job.id for job in queue.recent(None, 10)] == ["d", "c", "b", "a"]
    assert [job.id for job in queue.recent("X", 10)] == ["c", "a"]
    assert [job.id for job in queue.recent(None, 3)] == ["d", "c", "b"]
    assert queue.recent("Z", 10) == []
    assert queue.recent("X", 10) == [queue.job("c"), queue.job("a")]
    assert queue.job("a").state is JobState.DONE


def test_a_request_that_joins_makes_nothing_recent(ask, queue, asked):
    ask("a")
    ask("b")
    queue.submit(asked, "key-a", "c", asker())
    assert [job.id for job in queue.recent(None, 10)] == ["b", "a"]


def test_jobs_that_are_gone_leave_their_room_in_the_list(ask, queue, redis_client):
    for name in "abcd":
        ask(name)
    redis_client.delete(keys.job("d"), keys.job("b"))
    assert [job.id for job in queue.recent(None, 2)] == ["c", "a"]


def test_the_lists_of_recent_jobs_are_short_and_do_not_last(queue, redis_client):
    request = parse_request({"ticker": "X", "days": 5})
    for n in range(keys.RECENT_KEPT + 5):
        queue.submit(request, f"key-{n}", f"job-{n}", asker())
    for name in (keys.recent(), keys.recent("X")):
        assert redis_client.llen(name) == keys.RECENT_KEPT
        assert 0 < redis_client.ttl(name) <= keys.ENDED_JOB_LIFETIME
