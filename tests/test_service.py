"""What every face does, over ports that a test makes up."""

import pytest

from stockcast_lib.core.errors import IdempotencyKeyReused
from stockcast_lib.core.protocol import Reply, Status
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from stockcast_lib.service import ForecastService

REQUEST = {"ticker": "AAPL", "days": 5}


class Worker:
    """Takes every message, each for a job of its own."""

    def __init__(self):
        self.taken = 0

    def send(self, _):
        self.taken += 1
        return Reply(Status.ACCEPTED, f"job {self.taken}")


class Submissions(dict):
    def keep(self, key, submission):
        return self.setdefault(key, submission)


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def service(worker):
    parts = dict.fromkeys(
        ("queue", "events", "results", "archive", "board", "prices", "score_store")
    )
    directory = SymbolDirectory([Symbol("AAPL")], complete=True)
    return ForecastService(
        ingest=worker,
        directories=lambda: directory,
        submissions=Submissions(),
        published_models=lambda: ["default", "trend"],
        frame_key=b"",
        **parts,
    )


def test_the_same_idempotency_key_leads_to_the_same_job(service, worker):
    ids = {service.submit(REQUEST, idempotency_key="key") for _ in range(3)}
    assert (ids, worker.taken) == ({"job 1"}, 1)


def test_the_spelling_of_a_request_does_not_matter_to_its_key(service):
    first = service.submit(REQUEST, idempotency_key="key")
    again = {"ticker": "aapl", "days": 5, "model": "default"}
    assert service.submit(again, idempotency_key="key") == first


def test_another_key_or_none_is_another_submission(service, worker):
    for key in ("key", "other", None, None):
        service.submit(REQUEST, idempotency_key=key)
    assert worker.taken == 4


def test_a_key_is_not_for_another_request(service, worker):
    service.submit(REQUEST, idempotency_key="key")
    with pytest.raises(IdempotencyKeyReused, match="choose a new one"):
        service.submit({**REQUEST, "days": 6}, idempotency_key="key")
    assert worker.taken == 1


def test_published_models_are_offered_behind_our_own(service):
    names = [choice.name for choice in service.models()]
    assert names == ["default", "prophet", "stocker", "trend"]
