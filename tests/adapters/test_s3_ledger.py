"""The ledger on a real S3 server."""

import hashlib
import io
from datetime import UTC, date, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from stockcast_lib.adapters.s3_ledger import S3Ledger
from stockcast_lib.adapters.s3_scores import S3Scores
from stockcast_lib.core.jobs import parse_request
from stockcast_lib.core.scores import Scores
from tests.adapters.folder import Folder
from tests.factories import forecast_result
from tests.gateway import made_job

pytestmark = pytest.mark.services
MADE = datetime(2026, 1, 5, 23, 59, tzinfo=UTC)


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
    digest = hashlib.sha256(folder.get(key)).hexdigest()[:32]
    assert key == f"ledger/2026-01-05/{digest}/{'a' * 32}-001.parquet"
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


def test_a_damaged_day_is_read_from_its_single_forecasts_and_joined_again(ledger, folder):
    for name in "abc":
        written(ledger, name)
    rows = list(ledger.rows())
    ledger.join_days(date(2026, 1, 6))
    joined = folder.puts[-1]
    good = folder.get(joined)
    folder.put(joined, good[:-1])
    told = []
    assert list(ledger.rows(told.append)) == rows
    assert [each.details["key"] for each in told] == [joined]
    assert ledger.join_days(date(2026, 1, 6)) == 1
    assert folder.get(joined) == good
    assert list(ledger.rows()) == rows


def test_a_damaged_forecast_is_left_out_and_told(ledger, folder):
    for name in "abc":
        written(ledger, name)
    damaged = folder.puts[1]
    folder.put(damaged, folder.get(damaged)[::-1])
    told = []
    assert [row["job_id"][0] for row in ledger.rows(told.append)] == ["a", "c"]
    assert [each.details["key"] for each in told] == [damaged]


def test_of_two_attempts_the_last_counts_whatever_their_content(ledger):
    for number in range(5):
        written(ledger, "b", attempt=number, price=90.0 + number)
    assert [row["price"] for row in ledger.rows()] == [94.0]


def test_a_forecast_of_before_there_were_hashes_is_read(ledger, folder):
    written(ledger, "a")
    (key,) = folder.puts
    day, _, name = key.rsplit("/", 2)
    old = Folder(folder)
    old.put(f"{day}/{name}", folder.get(key))
    assert [row["job_id"] for row in S3Ledger(old).rows()] == ["a" * 32]


def test_a_look_after_the_clock_was_put_back_is_the_current_one(folder):
    store = S3Scores(folder)
    store.save(Scores(scored_at=MADE + timedelta(days=400), forecasts=4))
    store.save(Scores(scored_at=MADE, forecasts=5))
    assert (store.current().forecasts, store.current().scored_at) == (5, MADE)


def test_a_damaged_look_gives_way_to_the_one_before(folder):
    store = S3Scores(folder)
    for minutes in (0, 1):
        store.save(Scores(scored_at=MADE + timedelta(minutes=minutes), forecasts=minutes + 4))
    folder.put(folder.puts[1], folder.get(folder.puts[1]).replace(b"5", b"6"))
    assert store.current().forecasts == 4
    folder.put(folder.puts[0], b"")
    assert store.current() == Scores()


def test_scores_are_kept_and_the_last_look_is_the_current_one(folder):
    store = S3Scores(folder)
    assert store.current() == Scores()
    for minutes, count in ((0, 4), (1, 5)):
        store.save(Scores(scored_at=MADE + timedelta(minutes=minutes), forecasts=count))
    assert store.current().forecasts == 5
    assert store.current().scored_at == MADE + timedelta(minutes=1)
