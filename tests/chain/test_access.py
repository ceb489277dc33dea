"""A stack that is closed to strangers: gateway, dashboard, command line and client."""

import json

import httpx
import pytest

from stockcast_lib.client import StockcastClient
from stockcast_lib.core.errors import RateLimited, TokenNeeded
from stockcast_lib.core.tokens import Right, TokenHolder, new_token, token_digest
from tests.commands import refusal, stockcast
from tests.servers import running_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(300)]

ADA, BOB = new_token(), new_token()
HOLDERS = (
    TokenHolder("ada", frozenset({Right.READ, Right.FORECAST}), token_digest(ADA)),
    TokenHolder("bob", frozenset({Right.READ}), token_digest(BOB)),
)
PER_MINUTE = 200
CLOSED = {
    "STOCKCAST_TOKENS": ",".join(map(str, HOLDERS)),
    "STOCKCAST_REQUIRE_TOKENS": "read,forecast",
    "STOCKCAST_RATE_LIMIT": str(PER_MINUTE),
    "STOCKCAST_DASHBOARD_ASK_TOKEN": "true",
}


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("closed"), **CLOSED) as running:
        yield running


@pytest.fixture(scope="module")
def own_token(closed):
    """The one that `stockcast up` made for its user."""
    kept = json.loads((closed.folder / "data" / "credentials.json").read_text("utf-8"))
    return kept["gateway_token"]


def headers(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def job(closed):
    asked = {"ticker": "AAPL", "days": 30}
    answer = httpx.post(
        f"{closed.api}/api/v1/forecasts?wait=60", json=asked, headers=headers(ADA), timeout=90
    )
    assert answer.status_code == 200
    return answer.json()


def test_a_forecast_and_all_its_evidence_take_a_token(closed, job):
    paths = [*job["links"].values(), f"{job['links']['self']}/events", "/api/v1/scores"]
    for path in paths:
        assert httpx.get(closed.api + path).status_code == 401, path
        assert httpx.get(closed.api + path, headers=headers(BOB)).status_code in {200, 204}, path
    asked = {"ticker": "AAPL", "days": 31}
    for token, status in ((None, 401), (BOB, 403)):
        sent = headers(token) if token else {}
        answer = httpx.post(f"{closed.api}/api/v1/forecasts", json=asked, headers=sent)
        assert answer.status_code == status


def test_probes_need_none(closed):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert httpx.get(closed.api + path).status_code == 200


def test_the_dashboard_takes_a_token_that_may_read_and_forecast(closed, own_token):
    asset = f"{closed.dashboard}voila/static/voila.js"
    for token, status in ((None, 401), (BOB, 401), (ADA, 200), (own_token, 200)):
        sent = headers(token) if token else {}
        assert httpx.get(asset, headers=sent).status_code == status


def test_the_command_line_sends_its_token_and_says_where_it_has_none(closed, tmp_path):
    told = stockcast(tmp_path, "forecast", "AAPL", "--api", closed.api)
    status, line = refusal(told)
    assert (status, "valid token with the right to forecast" in line) == (2, True)
    (tmp_path / ".env").write_text(f"STOCKCAST_API_TOKEN={ADA}\n")
    told = stockcast(tmp_path, "forecast", "AAPL", "--days", "30", "--json", "--api", closed.api)
    assert json.loads(told.stdout)["ticker"] == "AAPL"


def test_beside_the_stack_commands_need_none(closed, tmp_path):
    (tmp_path / ".stockcast").symlink_to(closed.folder / "data")
    for command in (("forecast", "AAPL", "--days", "30", "--json"), ("models",)):
        assert stockcast(tmp_path, *command).returncode == 0, command


def test_the_client_is_told_in_its_own_errors(closed, job):
    with StockcastClient(closed.api) as stranger, pytest.raises(TokenNeeded):
        stranger.recent()
    with StockcastClient(closed.api, ADA) as client:
        assert job["id"] in {each.id for each in client.recent()}


def exhaust(client):
    for _ in range(PER_MINUTE):
        client.recent()


def test_whoever_calls_too_often_is_refused_and_nobody_else(closed, own_token):
    path = f"{closed.api}/api/v1/forecasts?limit=1"
    with httpx.Client(headers=headers(own_token)) as client:
        found = [client.get(path).status_code for _ in range(PER_MINUTE + 60)]
    assert set(found) == {200, 429}
    assert found[:PER_MINUTE] == [200] * PER_MINUTE
    # It gives up before it may come again.
    with StockcastClient(closed.api, own_token, timeout=0.1) as client, pytest.raises(RateLimited):
        exhaust(client)
    assert httpx.get(path, headers=headers(ADA)).status_code == 200
