"""How often a caller may call: a real Redis, real HTTP."""

import json

import pytest
from prometheus_client import CollectorRegistry

from stockcast_lib.adapters import redis_connection
from stockcast_lib.adapters.prometheus.counting import PrometheusRequests
from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition
from stockcast_lib.adapters.redis_rate_limit import RedisRateLimit
from stockcast_lib.core.addresses import parse_proxies
from stockcast_lib.core.tokens import MAY_BE_OPEN, Right, TokenHolder, new_token, token_digest
from stockcast_lib.ports import ServerMetrics
from stockcast_lib.stack.network import free_ports
from stockcast_lib.web.access import Access
from stockcast_lib.web.routes import CALLS
from tests.gateway import fetch, running_gateway
from tests.scraping import scraped, total

pytestmark = pytest.mark.services
ADA, BOB = new_token(), new_token()
HOLDERS = (
    TokenHolder("ada", frozenset({Right.READ}), token_digest(ADA)),
    TokenHolder("bob", frozenset({Right.ADMIN}), token_digest(BOB)),
)
JOB = f"/api/v1/forecasts/{'a' * 32}"
PER_MINUTE = 3


@pytest.fixture
def limited(service, job, redis_client):
    """Runs a gateway whose callers may call three times a minute."""
    service.held = job()

    def gateway(**access):
        registry = CollectorRegistry()
        metrics = ServerMetrics(PrometheusRequests(registry), PrometheusExposition(registry))
        limit = RedisRateLimit(redis_client, PER_MINUTE)
        chosen = Access(HOLDERS, limit=limit, **access)
        return running_gateway(service, metrics=metrics, access=chosen)

    return gateway


def statuses(url, times=PER_MINUTE + 1, **headers):
    return [fetch(f"{url}{JOB}", **headers).status for _ in range(times)]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_whoever_calls_too_often_is_told_when_to_come_back(limited):
    with limited() as url:
        assert statuses(url) == [200, 200, 200, 429]
        refused = fetch(f"{url}{JOB}")
    assert refused.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(refused.body)
    assert (problem["type"], problem["status"]) == ("/problems/rate-limited", 429)
    assert 15 <= int(refused.headers["Retry-After"]) <= 20
    assert 15 < problem["retry_after"] <= 20


def test_each_token_and_each_address_without_one_is_a_caller(limited):
    with limited() as url:
        for headers in (bearer(ADA), bearer(BOB), {}):
            assert statuses(url, **headers) == [200, 200, 200, 429]
        # What is no token makes nobody another caller.
        assert statuses(url, 1, **bearer("guessed")) == [429]


def test_guessing_tokens_is_counted_too(limited):
    with limited(asked=frozenset(MAY_BE_OPEN)) as url:
        found = [fetch(f"{url}{JOB}", **bearer(f"guess-{number}")).status for number in range(5)]
    assert found == [401, 401, 401, 429, 429]


@pytest.mark.parametrize(
    ("proxies", "statuses_of_others"),
    [("", [429]), ("10.0.0.0/8", [429]), ("127.0.0.0/8", [200]), ("true", [200])],
)
def test_an_address_that_a_proxy_names_counts_where_it_is_trusted(
    limited, proxies, statuses_of_others
):
    with limited(proxies=parse_proxies(proxies)) as url:
        assert statuses(url, X_Forwarded_For="1.2.3.4") == [200, 200, 200, 429]
        assert statuses(url, 1, X_Forwarded_For="5.6.7.8") == statuses_of_others
        # What the caller himself wrote stands before what the proxy did.
        assert statuses(url, 1, X_Forwarded_For="7.7.7.7, 1.2.3.4") == [429]
        assert statuses(url, 1, X_Forwarded_For="1.2.3.4", X_Real_Ip="7.7.7.7") == [429]


def test_what_tells_of_the_gateway_itself_is_not_limited(limited):
    with limited() as url:
        statuses(url)
        for call in CALLS:
            if call.right is None:
                path = call.path.format(code="rate-limited")
                assert fetch(f"{url}{path}").status in {200, 303}, path


def test_refusals_are_counted_by_why(limited):
    with limited(asked=frozenset({Right.FORECAST})) as url:
        fetch(f"{url}{JOB}", method="DELETE")
        fetch(f"{url}{JOB}", method="DELETE", **bearer(ADA))
        statuses(url)
        told = scraped(url)
    for why, count in (("token-needed", 1), ("right-needed", 1), ("rate-limited", 2)):
        assert total(told, "stockcast_http_refusals_total", reason=why) == count


def test_without_redis_everybody_is_answered(service, job):
    service.held = job()
    (port,) = free_ports(1)
    away = redis_connection.connect_looking(f"redis://127.0.0.1:{port}")
    with running_gateway(service, access=Access(limit=RedisRateLimit(away, 1))) as url:
        assert statuses(url) == [200] * 4


def test_by_default_there_is_no_limit(service, job):
    service.held = job()
    with running_gateway(service) as url:
        assert set(statuses(url, 200)) == {200}
