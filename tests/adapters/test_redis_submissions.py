"""Submissions by their idempotency keys, in Redis."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from stockcast_lib.adapters.redis_submissions import RedisSubmissions
from stockcast_lib.core import keys
from stockcast_lib.ports import Submission

pytestmark = pytest.mark.services


@pytest.fixture
def submissions(redis_client):
    return RedisSubmissions(redis_client)


def test_the_first_submission_stays(submissions):
    first, second = Submission("request", "first"), Submission("request", "second")
    assert submissions.get("key") is None
    assert submissions.keep("key", first) == first
    assert submissions.keep("key", second) == submissions.get("key") == first
    assert submissions.keep("other", second) == second


def test_all_who_come_at_once_are_told_the_same(submissions):
    given = [Submission("request", f"job {number}") for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda each: submissions.keep("key", each), given))
    assert len(kept) == 1


def test_it_is_forgotten_after_its_lifetime(redis_client, submissions):
    submissions.keep("a key\n of any kind", Submission("request", "job"))
    (name,) = redis_client.scan_iter(f"{keys.PREFIX}idempotency:*")
    assert 0 < redis_client.ttl(name) <= keys.IDEMPOTENCY_LIFETIME
    assert b"any kind" not in name
