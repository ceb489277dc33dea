"""What a worker tells of itself, part by part."""

import threading

import pytest

from stockcast_lib.stages.health import WorkerHealth
from stockcast_lib.stages.rounds import Rounds

RUN_SECONDS = 300


class Worker:
    """Parts whose states are set by hand."""

    def __init__(self):
        self.now = 0.0
        self.away = None
        self.stopping = False
        self.rounds = Rounds(lambda: self.now)
        self.health = WorkerHealth(
            self.rounds, RUN_SECONDS, lambda: self.away, lambda: self.stopping
        )
        self._end = threading.Event()
        self._claims = threading.Thread(target=self._end.wait)

    def serve(self):
        self._claims.start()
        self.health.serving(self._claims)

    def end_claims(self):
        self._end.set()
        self._claims.join(10)


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made._end.set()


def test_before_it_serves_it_lives_and_is_not_ready(worker):
    worker.now = 1e6
    assert worker.health.not_alive() is None
    assert "not warm yet" in worker.health.not_ready()


def test_while_it_serves_it_is_ready_if_redis_answers(worker):
    worker.serve()
    assert worker.health.not_alive() is None
    assert worker.health.not_ready() is None
    worker.away = "Redis is away."
    assert worker.health.not_ready() == "Redis is away."
    # A new start would not bring Redis back.
    assert worker.health.not_alive() is None


def test_a_thread_that_has_ended_by_itself_is_no_life(worker):
    worker.serve()
    worker.end_claims()
    assert "has ended" in worker.health.not_alive()
    assert "has ended" in worker.health.not_ready()


def test_told_to_stop_it_lives_on_without_its_thread_and_is_not_ready(worker):
    worker.serve()
    worker.stopping = True
    assert worker.health.not_ready() == "The worker has been told to stop."
    worker.end_claims()
    assert worker.health.not_alive() is None


@pytest.mark.parametrize(("working", "seconds"), [(False, 60), (True, 2 * RUN_SECONDS + 300)])
def test_a_thread_that_stands_still_is_no_life(worker, working, seconds):
    worker.serve()
    worker.rounds.stamp(working=working)
    worker.now = seconds
    assert worker.health.not_alive() is None
    worker.now = seconds + 1
    assert f"stood still for {seconds + 1} seconds" in worker.health.not_alive()
    worker.rounds.stamp(working=False)
    assert worker.health.not_alive() is None
