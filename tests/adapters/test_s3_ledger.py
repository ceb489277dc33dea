"""The ledger on a real S3 server."""

import io
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pyarrow.parquet as pq
import pytest

from stockcast_lib.adapters.s3_ledger import S3Ledger
from stockcast_lib.adapters.s3_scores import S3Scores
from stockcast_lib.core.jobs import parse_request
from stockcast_lib.core.scores import Scores
from tests.factories import forecast_result
from tests.gateway import made_job

pytestmark = pytest.mark.services
MADE = datetime(2026, 1, 5, 23, 59, tzinfo=UTC)


class Folder:
    """A part of the shared bucket that nobody else sees."""

    def __init__(self, bucket):
        self._bucket, self._under = bucket, f"{uuid4().hex}/"
        self.puts = []

    def put(self, key, data, content_type="application/octet-stream"):
        self.puts.append(key)
        self._bucket.put(self._under + key, data, content_type)

    def get(self, key):
        return self._bucket.get(self._under + key)

    def list(self, prefix):
        return [key.removeprefix(self._under) for key in self._bucket.list(self._under + prefix)]


@pytest.fixture
def folder(bucket):
    return Folder(bucket)


@pytest.fixture
def ledger(folder):
    return S3Ledger(folder)


def written(ledger, name, *, attempt=1, made=MADE, challenger=False, **changes):
    result = forecast_result(**changes)
    request = parse_request({"ticker": "TEST", "days": 3, "params": {"interval": 0.9}})
    job = made_job(
        id=name * 32, attempt=attempt, created_at=made, request=request, challenger=challenger
    )
    ledger.write(job, result)


def test_a_forecast_is_a_parquet_object_under_the_day_on_which_it_was_asked_for(ledger, folder):
    written(ledger, "a")
    (key,) = folder.puts
    assert key == f"ledger/2026-01-05/{'a' * 32}-001.parquet"
    (stored,) = pq.read_table(io.BytesIO(folder.get(key))).to_pylist()
    assert stored["params"] == '{"interval": 0.9}'
    (row,) = ledger.rows()
    assert row == stored
    assert (row["made_at"], row["price"], row["path"][-1]["date"]) == (
        MADE,
        102.0,
        date(2017, 3, 2),
    )


def test_the_same_attempt_twice_is_one_forecast_and_of_two_attempts_the_last_counts(ledger):
    written(ledger, "a")
    written(ledger, "a")
    written(ledger, "b", attempt=1, price=90.0)
    written(ledger, "b", attempt=2, price=91.0)
    assert [row["price"] for row in ledger.rows()] == [102.0, 91.0]


def test_what_a_challenger_said_is_told_apart(ledger):
    written(ledger, "a")
    written(ledger, "b", challenger=True)
    assert [row["challenger"] for row in ledger.rows()] == [False, True]
    assert ledger.join_days(date(2026, 1, 6)) == 1
    assert [row["challenger"] for row in ledger.rows()] == [False, True]


def test_days_that_are_over_are_joined_and_what_comes_late_is_read_besides(ledger, folder):
    for name in "abc":
        written(ledger, name)
    written(ledger, "d", made=MADE + timedelta(days=1))
    rows = list(ledger.rows())
    assert ledger.join_days(date(2026, 1, 6)) == 1
    assert ledger.join_days(date(2026, 1, 6)) == 0
    assert len([key for key in folder.list("ledger/") if "/day-" in key]) == 1
    assert list(ledger.rows()) == rows
    written(ledger, "b", attempt=2, price=91.0)
    assert [row["price"] for row in ledger.rows()] == [102.0, 91.0, 102.0, 102.0]
    written(ledger, "e")
    assert ledger.join_days(date(2026, 1, 6)) == 1
    assert [row["job_id"][0] for row in ledger.rows()] == list("abced")
    # Nothing is ever written twice.
    assert len(set(folder.puts)) == len(folder.puts)


def test_scores_are_kept_and_the_last_look_is_the_current_one(folder):
    store = S3Scores(folder)
    assert store.current() == Scores()
    for minutes, count in ((1, 5), (0, 4)):
        store.save(Scores(scored_at=MADE + timedelta(minutes=minutes), forecasts=count))
    assert store.current().forecasts == 5
    assert store.current().scored_at == MADE + timedelta(minutes=1)
