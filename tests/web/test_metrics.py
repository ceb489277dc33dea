"""What the gateway counts of its calls, and how it tells it."""

import time

import pytest
from prometheus_client import CollectorRegistry

from stockcast_lib.adapters.prometheus.counting import PrometheusRequests
from stockcast_lib.adapters.prometheus.exposition import PrometheusExposition
from stockcast_lib.core.jobs import JobState
from stockcast_lib.ports import ServerMetrics
from tests.event_stream import EventReader
from tests.gateway import fetch, running_gateway
from tests.scraping import scraped, total

REQUESTS = "stockcast_http_requests_total"


@pytest.fixture
def gateway(service):
    registry = CollectorRegistry()
    requests = PrometheusRequests(registry)
    metrics = ServerMetrics(requests, PrometheusExposition(registry))
    with running_gateway(service, metrics=metrics) as url:
        yield url


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_call_counts_under_its_path_s_template(gateway, service, job):
    service.held = job()
    for _ in range(2):
        fetch(f"{gateway}/api/v1/forecasts/{service.held.id}")
    told = scraped(gateway)
    route = "/api/v1/forecasts/{job_id}"
    assert total(told, REQUESTS, method="GET", route=route, status="200") == 2
    name = "stockcast_http_request_duration_seconds_count"
    assert total(told, name, method="GET", route=route) == 2


@pytest.mark.parametrize(
    ("method", "path", "labels"),
    [
        ("GET", "/no/such/path", {"method": "GET", "route": "none", "status": "404"}),
        ("PUT", "/healthz", {"method": "PUT", "route": "/healthz", "status": "405"}),
        ("BREW", "/healthz", {"method": "other", "route": "/healthz", "status": "405"}),
    ],
)
def test_whatever_is_asked_makes_no_new_label(gateway, method, path, labels):
    fetch(f"{gateway}{path}", method=method)
    assert total(scraped(gateway), REQUESTS, **labels) == 1


def test_listeners_of_events_are_counted_while_they_listen(gateway, service, job):
    service.held = job(JobState.RUNNING)

    def listeners():
        return scraped(gateway)["stockcast_event_listeners",]

    assert listeners() == 0
    with EventReader(f"{gateway}/api/v1/forecasts/{service.held.id}/events"):
        until(lambda: listeners() == 1)
    until(lambda: listeners() == 0)


def test_the_figures_are_told_to_whoever_asks_for_a_head_too(gateway):
    answer = fetch(f"{gateway}/metrics", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
