"""After a forecast that was served its challenger's is asked for, on a real Redis."""

from types import SimpleNamespace

import pytest

from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.adapters.redis_results import RedisResultStore
from stockcast_lib.core import keys
from stockcast_lib.core.errors import QueueUnavailable
from stockcast_lib.core.jobs import Lane, Stage, parse_request, result_key
from stockcast_lib.ports import StoredForecast
from stockcast_lib.stages.challenger import ChallengerRuns
from tests.factories import CONTENT_HASH, MANIFEST_HASH, asker
from tests.gateway import made_job

pytestmark = pytest.mark.services
LIVE, BESIDE = "trend@0123456789abcdef", "trend@fedcba9876543210"
ASKED = {"ticker": "TEST", "days": 5, "model": LIVE, "params": {"interval": 0.9}}
LIMIT = 20


class Challengers:
    """Has one model with a challenger."""

    def __init__(self):
        self.drops, self.away = [], False

    def beside(self, model):
        if self.away:
            raise QueueUnavailable("Redis is away.")
        return BESIDE if model == LIVE else None

    def dropped(self, model):
        self.drops.append(model)


@pytest.fixture
def queue(redis_client, blocking_redis):
    return RedisJobQueue(redis_client, blocking_redis, limit=LIMIT)


@pytest.fixture
def results(redis_client):
    return RedisResultStore(redis_client)


@pytest.fixture
def challengers():
    return Challengers()


@pytest.fixture
def runs(queue, results, challengers):
    models = SimpleNamespace(revision=lambda model: model.partition("@")[2])
    return ChallengerRuns(queue, results, models, challengers, b"k" * 16)


def served(**changes):
    prices = keys.price_manifest("TEST", "20260105T000000Z", CONTENT_HASH, MANIFEST_HASH)
    return made_job(**{"request": parse_request(ASKED), "price_version": prices, **changes})


def claimed(queue, stage=Stage.FORECAST):
    claim = queue.claim(stage, "worker", 0)
    return claim.job if claim else None


def test_the_same_request_is_asked_of_the_challenger_in_the_background(runs, queue):
    runs.after(served(), stale=True)
    job = claimed(queue)
    assert job.request.canonical() == {**ASKED, "model": BESIDE}
    assert (job.lane, job.challenger) == (Lane.BATCH, True)
    assert job.price_version == served().price_version
    # Nobody is shown it.
    assert queue.recent(None, 10) == queue.recent("TEST", 10) == []


def test_it_is_asked_for_once_however_often_the_other_ends(runs, queue):
    for _ in range(2):
        runs.after(served(), stale=True)
    assert claimed(queue)
    assert claimed(queue) is None


def test_what_it_has_said_already_is_not_asked_for_again(runs, queue, results):
    request = parse_request({**ASKED, "model": BESIDE})
    key = result_key(request, BESIDE.partition("@")[2], CONTENT_HASH, stale=True)
    results.put(key, StoredForecast("job", b"{}", b"{}", b""))
    runs.after(served(), stale=True)
    assert claimed(queue) is None
    runs.after(served(), stale=False)
    assert claimed(queue).challenger


def test_another_revision_and_a_challenger_s_own_run_have_none(runs, queue):
    runs.after(served(challenger=True), stale=True)
    runs.after(served(request=parse_request({**ASKED, "model": BESIDE})), stale=True)
    assert claimed(queue) is None


def test_where_the_queue_has_no_room_it_is_dropped_and_counted(runs, queue, challengers):
    room = int(LIMIT * keys.CHALLENGERS_SHARE)
    for number in range(room):
        queue.submit(parse_request(ASKED), f"key-{number}", f"job-{number}", asker())
    runs.after(served(), stale=True)
    assert challengers.drops == [BESIDE]
    jobs = [claimed(queue, Stage.INGEST) for _ in range(room)]
    assert {job.challenger for job in jobs} == {False}
    assert claimed(queue) is claimed(queue, Stage.INGEST) is None
    # Whoever asks finds the room that is left.
    assert queue.submit(parse_request(ASKED), "one more", "more", asker())[1]


def test_what_goes_wrong_is_no_fault_of_the_forecast_that_was_served(runs, queue, challengers):
    challengers.away = True
    runs.after(served(), stale=True)
    assert claimed(queue) is None
