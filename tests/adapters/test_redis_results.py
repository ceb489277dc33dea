"""Finished forecasts in Redis."""

from dataclasses import replace

import pytest

from stockcast_lib.adapters.redis_results import RedisResultStore
from stockcast_lib.core import keys
from stockcast_lib.ports import StoredForecast
from tests.factories import forecast_result

pytestmark = pytest.mark.services

FORECAST = StoredForecast(
    job_id="job",
    result=forecast_result().to_json().encode(),
    figure=b'{"data":[]}',
    picture=b"\x89PNG\r\n\x1a\n\x00\xff\xfe",
)


@pytest.fixture
def results(redis_client):
    return RedisResultStore(redis_client)


def test_a_forecast_is_given_back_byte_for_byte(results):
    results.put("key", FORECAST)
    assert results.get("key") == FORECAST
    assert results.job_id("key") == "job"


def test_texts_take_less_room_in_redis_than_they_are_long(results, redis_client):
    results.put("key", replace(FORECAST, figure=b'{"data":[0.123456789]}' * 5000))
    assert redis_client.memory_usage(keys.result("key")) < 20_000


def test_what_an_earlier_version_has_put_is_left_to_the_archive(results, redis_client):
    redis_client.hset(keys.result("key"), mapping=FORECAST.__dict__)
    assert results.get("key") is None
    assert results.job_id("key") == "job"


def test_nothing_is_kept_under_an_unknown_key(results):
    assert results.get("unknown") is None
    assert results.job_id("unknown") is None


def test_forecasts_are_kept_apart(results):
    other = replace(FORECAST, job_id="other", result=b"{}")
    results.put("key", FORECAST)
    results.put("other key", other)
    assert (results.get("key"), results.get("other key")) == (FORECAST, other)


def test_a_forecast_is_kept_for_its_lifetime_from_the_last_time_it_was_put(results, redis_client):
    results.put("key", FORECAST)
    redis_client.expire(keys.result("key"), 5)
    later = replace(FORECAST, job_id="later")
    results.put("key", later)
    assert results.get("key") == later
    assert 5 < redis_client.ttl(keys.result("key")) <= keys.RESULT_LIFETIME


def test_a_forecast_is_gone_after_its_lifetime(redis_client, until):
    results = RedisResultStore(redis_client, lifetime=1)
    results.put("key", FORECAST)
    until(lambda: results.get("key") is None)
    assert results.job_id("key") is None
