"""Which calls take a token, with which right: every row of the table of calls."""

import http.client
import json
import re
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest

from stockcast_lib.core.jobs import JobState
from stockcast_lib.core.tokens import MAY_BE_OPEN, Right, TokenHolder, token_digest
from stockcast_lib.web.access import Access
from stockcast_lib.web.routes import CALLS
from tests.gateway import Service, fetch, made_job, running_gateway, unwatched_gateway

TOKENS = {right: token_digest(f"the token to {right}") for right in Right}
# Each has one right.
HOLDERS = tuple(
    TokenHolder(right, frozenset({right}), token_digest(token)) for right, token in TOKENS.items()
)
CLOSED = Access(HOLDERS, frozenset(MAY_BE_OPEN))
# What machines and people ask before they have a token.
FOR_EVERYBODY = {
    "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/problems/{code}", "/",
}  # fmt: skip
ASKED = [
    (call, method)
    for call in CALLS
    for method in (("GET", "HEAD") if call.method == "GET" else (call.method,))
]


@contextmanager
def refusals(access):
    """Asks a call of a gateway: 401 or 403 where it refuses its caller, else None."""
    service = Service()
    service.held = made_job(JobState.DONE)
    # Not watched: most calls break for want of what they read, after they have been let through.
    with unwatched_gateway(service, access=access) as url:

        def ask(call, method, token=None):
            path = re.sub(r"\{\w+\}", "a" * 32, call.path)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            body = b"{}" if call.body else None
            status = fetch(f"{url}{path}", method=method, body=body, **headers).status
            return status if status in {401, 403} else None

        yield ask


@pytest.fixture(scope="module")
def closed():
    with refusals(CLOSED) as ask:
        yield ask


@pytest.fixture(scope="module")
def by_default():
    with refusals(Access(HOLDERS)) as ask:
        yield ask


def table(refused):
    """What becomes of each call, one a row."""
    return {f"{method} {call.path}": refused(call, method) for call, method in ASKED}


@pytest.mark.parametrize("right", Right)
def test_a_call_is_for_whoever_has_its_right_and_nobody_else(closed, right):
    def told(call, _method):
        return None if call.right in {None, right} or right is Right.ADMIN else 403

    assert table(lambda *call: closed(*call, TOKENS[right])) == table(told)


@pytest.mark.parametrize("token", [None, "wrong", token_digest(TOKENS[Right.ADMIN])])
def test_without_a_valid_token_nothing_is_to_be_had(closed, token):
    expected = table(lambda call, _method: 401 if call.right else None)
    assert table(lambda *call: closed(*call, token)) == expected


@pytest.mark.parametrize(("token", "refusal"), [(None, 401), ("x", 401), (TOKENS[Right.READ], 403)])
def test_by_default_everybody_reads_and_forecasts(by_default, token, refusal):
    everybody_s = {None, *MAY_BE_OPEN}
    expected = table(lambda call, _method: None if call.right in everybody_s else refusal)
    assert table(lambda *call: by_default(*call, token)) == expected


def test_where_forecasting_alone_takes_a_token_everybody_reads():
    with refusals(Access(HOLDERS, frozenset({Right.FORECAST}))) as ask:
        refused = {call.right for call, method in ASKED if ask(call, method)}
    assert refused == set(Right) - {Right.READ, Right.ADMIN}


def test_only_what_tells_of_the_gateway_itself_is_always_for_everybody():
    assert {call.path for call in CALLS if call.right is None} == FOR_EVERYBODY
    assert {call.method for call in CALLS if call.right in {None, Right.READ}} == {"GET"}


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [(None, 401, "token-needed"), (TOKENS[Right.PUBLISH], 403, "right-needed")],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/forecasts"])
def test_a_refusal_is_a_problem_document_for_the_old_app_too(service, token, status, code, path):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with running_gateway(service, access=CLOSED) as url:
        answer = fetch(f"{url}{path}", method="POST", body=b"{}", **headers)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer.body)["type"] == f"/problems/{code}"
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_the_log_says_who_was_refused_and_why(service, caplog):
    with running_gateway(service, access=CLOSED) as url, caplog.at_level("INFO"):
        fetch(f"{url}/api/v1/forecasts", Authorization="Bearer a-guessed-token")
        fetch(f"{url}/healthz")
    refused, allowed = (line for line in caplog.messages if "http.request" in line)
    assert "refused='token-needed' client='127.0.0.1'" in refused
    assert "guessed" not in caplog.text
    assert "client" not in allowed


def test_whoever_is_refused_is_told_no_more_of_the_call(service):
    with running_gateway(service, access=CLOSED) as url:
        for path in ("/", "/api/v1/forecasts?wait=never"):
            assert fetch(f"{url}{path}", method="POST", body=b"no JSON").status == 401


@pytest.mark.parametrize(("path", "status"), [("/api/v1/forecasts", 401), ("/none", 404)])
def test_a_refusal_leaves_the_connection_as_it_was(service, path, status):
    with running_gateway(service, access=CLOSED) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        with closing(connection):
            connection.connect()
            own = connection.sock
            for method in ("GET", "POST", "GET"):
                connection.request(method, path, b"{}" * 10_000)
                with connection.getresponse() as answer:
                    assert answer.status == status
                    answer.read()
            # A closed one would have been opened anew.
            assert connection.sock is own


def test_the_document_says_which_right_a_call_takes(service):
    with running_gateway(service, access=CLOSED) as url:
        told = json.loads(fetch(f"{url}/openapi.json").body)
        page = fetch(f"{url}/docs").body.decode()
    for call in CALLS:
        needed = [{"bearer": [call.right]}] if call.right else [{}]
        assert told["paths"][call.path][call.method.lower()]["security"] == needed
    assert page.count("Authorization: Bearer $TOKEN") == sum(bool(call.right) for call in CALLS)


def test_by_default_the_document_asks_for_a_token_only_where_one_is_needed(ask):
    told = ask("/openapi.json")[2]
    for call in CALLS:
        ways = told["paths"][call.path][call.method.lower()]["security"]
        assert ({} in ways) == (call.right in {None, *MAY_BE_OPEN})
