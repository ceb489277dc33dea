"""The spans of HTTP calls: which there are, what they say, and whose trace they go on with."""

import time

import pytest

from stockcast_lib.adapters.open_telemetry import OpenTelemetryTracer
from stockcast_lib.core.errors import QueueUnavailable
from tests.gateway import fetch, running_gateway
from tests.standins.collector import running_collector

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ASKED = b'{"ticker": "TEST", "days": 5}'
FORECASTS = "/api/v1/forecasts"


@pytest.fixture(scope="module")
def collector():
    with running_collector() as running:
        yield running


@pytest.fixture
def told(collector, service):
    """Asks calls of a gateway that is traced; gives the spans of them."""

    def ask(*calls):
        before = len(collector.spans)
        tracer = OpenTelemetryTracer(collector.url, "gateway", "0")
        with running_gateway(service, tracer=tracer) as url:
            for path, how in calls:
                fetch(f"{url}{path}", **how)
            time.sleep(0.05)  # an answer is out before its span has ended
        tracer.close()
        return collector.spans[before:]

    return ask


def test_a_call_goes_on_with_its_caller_s_trace_and_says_what_it_was_about(told, service, job):
    service.held = job()
    how = {"method": "POST", "body": ASKED, "traceparent": f"00-{TRACE}-{PARENT}-01"}
    (span,) = told((FORECASTS, how))
    assert (span.name, span.trace, span.parent) == (f"POST {FORECASTS}", TRACE, PARENT)
    assert span.attributes == {
        "http.request.method": "POST", "http.route": FORECASTS, "http.response.status_code": 202,
        "stockcast.job": service.held.id, "stockcast.ticker": "TEST", "stockcast.model": "default",
    }  # fmt: skip


@pytest.mark.parametrize("header", ["garbage", f"00-{'0' * 32}-{PARENT}-01", "x" * 5000])
def test_a_malformed_header_begins_a_trace_of_its_own(told, service, job, header):
    service.held = job()
    (span,) = told((FORECASTS, {"traceparent": header}))
    assert (span.attributes["http.response.status_code"], span.parent) == (200, "")


def test_what_machines_ask_all_day_makes_no_span(told):
    assert told(("/healthz", {}), ("/readyz", {}), ("/metrics", {}), ("/no/such/path", {})) == []


def test_a_wrong_request_is_no_failure_of_the_service_and_one_of_ours_is(told, service, job):
    service.held = job()

    def away(*_):
        raise QueueUnavailable("secret words")

    wrong = told((f"{FORECASTS}?limit=none", {}), (FORECASTS, {"method": "POST", "body": b"{"}))
    statuses = [span.attributes["http.response.status_code"] for span in wrong]
    assert (statuses, [span.error for span in wrong]) == ([422, 400], [None, None])
    service.recent = away
    (ours,) = told((FORECASTS, {}))
    assert (ours.attributes["http.response.status_code"], ours.error) == (503, "queue-unavailable")
