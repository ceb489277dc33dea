"""What pages of other sites may do with the gateway: nothing, unless they are named."""

import json

import pytest

from stockcast_lib.web.access import Access
from stockcast_lib.web.routes import CALLS
from tests.gateway import fetch, running_gateway, unwatched_gateway

APP = "https://app.example"
JOB = f"/api/v1/forecasts/{'a' * 32}"
BODY = b'{"ticker": "TEST", "days": 5}'
CHANGES = [call for call in CALLS if call.method != "GET"]
# As a browser sends them without asking first.
SIMPLE_TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


@pytest.fixture
def url(service, job):
    service.held = job()
    with running_gateway(service) as running:
        yield running


@pytest.fixture
def named(service, job):
    """A gateway that knows another site."""
    service.held = job()
    with unwatched_gateway(service, access=Access(origins=frozenset({APP}))) as running:
        yield running


def cors_headers(answer):
    return {name for name in answer.headers if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("call", CHANGES, ids=lambda call: f"{call.method} {call.path}")
@pytest.mark.parametrize("site", [{"Origin": APP}, {"Sec_Fetch_Site": "cross-site"}])
@pytest.mark.parametrize("media", SIMPLE_TYPES)
def test_a_page_of_another_site_changes_nothing(url, service, call, site, media):
    path = call.path.format(job_id="a" * 32, name="trend")
    answer = fetch(f"{url}{path}", method=call.method, body=BODY, Content_Type=media, **site)
    assert answer.status == 403
    assert json.loads(answer.body)["type"] == "/problems/cross-site"
    assert service.withdrawn == []


@pytest.mark.parametrize("headers", [{}, {"Sec_Fetch_Site": "same-origin"}])
def test_a_program_and_a_page_of_the_same_site_may_ask(url, headers):
    assert fetch(f"{url}/api/v1/forecasts", method="POST", body=BODY, **headers).status == 202


def test_by_default_no_other_site_may_read_or_ask_whether_it_may(url):
    for headers in ({"Origin": APP}, {"Origin": "null"}):
        answer = fetch(f"{url}{JOB}", **headers)
        assert (answer.status, cors_headers(answer)) == (200, set())
        asking = {"Access_Control_Request_Method": "POST", **headers}
        answer = fetch(f"{url}/api/v1/forecasts", method="OPTIONS", **asking)
        assert (answer.status, cors_headers(answer)) == (405, set())


def test_a_site_that_is_named_may_read_and_ask(named):
    answer = fetch(f"{named}{JOB}", Origin=APP)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, APP)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert {"Origin", "Accept-Encoding"} == set(answer.headers.get_all("Vary"))
    headers = {"Origin": APP, "Sec_Fetch_Site": "cross-site", "Content_Type": "application/json"}
    asked = fetch(f"{named}/api/v1/forecasts", method="POST", body=BODY, **headers)
    assert (asked.status, asked.headers["Access-Control-Allow-Origin"]) == (202, APP)
    assert asked.headers["Access-Control-Expose-Headers"] == "ETag, Location, Retry-After"


def test_a_site_that_is_named_is_told_what_it_may_send(named):
    asking = {"Origin": APP, "Access_Control_Request_Method": "DELETE"}
    told = fetch(f"{named}{JOB}", method="OPTIONS", **asking)
    assert (told.status, told.body) == (204, b"")
    assert set(told.headers["Access-Control-Allow-Methods"].split(", ")) == {
        "GET", "HEAD", "DELETE",
    }  # fmt: skip
    allowed = set(told.headers["Access-Control-Allow-Headers"].split(", "))
    assert {"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"} <= allowed


def test_an_error_can_be_read_by_a_site_that_is_named(named):
    answer = fetch(f"{named}/api/v1/forecasts?limit=0", Origin=APP)
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (422, APP)


def test_others_stay_out_where_one_is_named(named):
    other = {"Origin": "https://app.example.org"}
    assert cors_headers(fetch(f"{named}{JOB}", **other)) == set()
    assert fetch(f"{named}{JOB}", method="OPTIONS", **other).status == 405
    assert fetch(f"{named}{JOB}", method="DELETE", **other).status == 403
