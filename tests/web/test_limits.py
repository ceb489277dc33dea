"""What is too large is refused with the limit."""

import json

import pytest

from stockcast_lib.core.jobs import JobState
from tests.gateway import fetch, made_job

HERE = "/api/v1/forecasts/" + "a" * 32


def refused(answer):
    """Its status, and what it says."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, json.loads(answer.body)["detail"]


def test_json_that_is_nested_too_deep_is_refused_with_the_limit(get):
    body = b'{"ticker": ' + b"[" * 150 + b"]" * 150 + b"}"
    status, detail = refused(get("/api/v1/forecasts", method="POST", body=body))
    assert (status, "100 levels" in detail) == (400, True)


@pytest.mark.parametrize(
    ("header", "most", "how"),
    [
        ("Idempotency_Key", 255, {"url": HERE, "method": "DELETE"}),
        ("Last_Event_ID", 100, {"url": f"{HERE}/events"}),
    ],
    ids=["key", "event"],
)
def test_a_key_or_an_event_s_id_that_is_too_long_is_refused_with_the_limit(
    gateway, service, header, most, how
):
    service.held = made_job(JobState.DONE)
    asked = {**how, "url": f"{gateway}{how['url']}"}
    assert fetch(**asked, **{header: "9" * most}).status in {200, 204}
    status, detail = refused(fetch(**asked, **{header: "9" * (most + 1)}))
    assert (status, str(most) in detail) == (422, True)
