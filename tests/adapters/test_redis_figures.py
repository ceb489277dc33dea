"""How the queue stands, read from the real Redis."""

import pytest

from stockcast_lib.adapters.redis_figures import RedisQueueFigures
from stockcast_lib.core import keys
from stockcast_lib.core.errors import KernelDied
from stockcast_lib.core.jobs import Lane, Stage
from tests.factories import asker

pytestmark = pytest.mark.services

INGEST, FORECAST = Stage.INGEST, Stage.FORECAST
NO_WAIT = 0.01
ERROR = KernelDied("It died.").report()


@pytest.fixture
def lane(redis_client):
    """The figures of one lane, as of now."""
    read = RedisQueueFigures(redis_client)

    def lane(stage, lane):
        (found,) = [each for each in read().lanes if (each.stage, each.lane) == (stage, lane)]
        return found

    return lane


@pytest.fixture
def ask(queue, asked, redis_client):
    """Asks for a job that was made so many seconds ago."""

    def ask(name, seconds=0, **changes):
        queue.submit(asked, f"key-{name}", name, asker(**changes))
        made = float(redis_client.hget(keys.job(name), "created_at")) - seconds * 1000
        redis_client.hset(keys.job(name), "created_at", int(made))
        return name

    return ask


def test_an_empty_queue_has_every_lane_and_nobody_in_it(redis_client):
    figures = RedisQueueFigures(redis_client)()
    assert {(each.stage, each.lane) for each in figures.lanes} == {
        (stage, lane) for stage in Stage for lane in Lane
    }
    assert all(
        (each.waiting, each.running, each.oldest_seconds) == (0, 0, 0) for each in figures.lanes
    )
    assert figures.workers == ((INGEST, 0), (FORECAST, 0))
    assert figures.dead_letters == 0


def test_the_oldest_is_found_whoever_asked_for_it(ask, lane):
    ask("a", 10, client="one")
    ask("b", 500, client="two")
    ask("c", 20, client="two")
    ask("d", 7000, client="two", lane=Lane.BATCH)
    found = lane(INGEST, Lane.INTERACTIVE)
    assert (found.waiting, found.running) == (3, 0)
    assert 500 <= found.oldest_seconds < 560
    assert lane(INGEST, Lane.BATCH).waiting == 1
    assert lane(FORECAST, Lane.INTERACTIVE).waiting == 0


def test_a_job_that_runs_does_not_wait(ask, queue, lane):
    ask("a", 100)
    queue.claim(INGEST, "worker", NO_WAIT)
    found = lane(INGEST, Lane.INTERACTIVE)
    assert (found.waiting, found.running, found.oldest_seconds) == (0, 1, 0)


def test_a_job_in_the_pause_between_two_tries_waits(ask, queue, lane):
    ask("a", 100)
    queue.retry(queue.claim(INGEST, "worker", NO_WAIT), ERROR, 60)
    found = lane(INGEST, Lane.INTERACTIVE)
    assert (found.waiting, found.running) == (1, 0)
    assert found.oldest_seconds >= 100


def test_a_job_that_was_handed_over_waits_at_the_next_stage(ask, queue, lane):
    ask("a", 100)
    queue.claim(INGEST, "worker", NO_WAIT)
    queue.hand_over("a", "prices")
    assert lane(FORECAST, Lane.INTERACTIVE).waiting == 1


def test_live_workers_and_dead_letters_are_counted(ask, queue, redis_client):
    ask("a")
    queue.fail(queue.claim(INGEST, "worker", NO_WAIT), ERROR, dead_letter=True)
    figures = RedisQueueFigures(redis_client)()
    assert figures.workers == ((INGEST, 1), (FORECAST, 0))
    assert figures.dead_letters == 1


def test_reading_changes_nothing(ask, held, redis_client):
    ask("a")
    before = held.everything()
    RedisQueueFigures(redis_client)()
    assert held.everything().keys() == before.keys()
