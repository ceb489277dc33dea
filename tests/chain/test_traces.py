"""What a collector is told of a forecast, and what a forecast feels of the collector."""

import json
import time
import urllib.request

import pytest

from stockcast_lib.stack.network import free_ports
from tests.chain.client import ask, until
from tests.chain.operations import STAGES, operated
from tests.standins.collector import running_collector
from tests.standins.vendors import running_vendors

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
# From the caller to the last thing that its request leads to.
WAY = (
    "POST /api/v1/forecasts", "submit", "accept submit", "ingest", "hand-over",
    "accept hand-over", "forecast", "notebook", "cell",
)  # fmt: skip
SECRET_HEADER = "planted-collector-key"
# Of a forecast that nothing is in the way of, on a busy machine.
FORECAST_SECONDS = 20

pytestmark = [
    pytest.mark.stack, pytest.mark.kernels, pytest.mark.long, pytest.mark.timeout(240),
]  # fmt: skip


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """A service that made a forecast for a caller with a trace; the collector, and the job."""
    with running_collector() as collector, running_vendors() as vendors:
        variables = {
            **vendors.environment,
            "STOCKCAST_VENDORS": "tiingo",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={SECRET_HEADER}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with operated(tmp_path_factory.mktemp("traced"), **variables) as service:
            request = urllib.request.Request(  # noqa: S310
                f"{service.api}/api/v1/forecasts?wait=60",
                json.dumps({"ticker": "AAPL", "days": 20}).encode(),
                {"traceparent": f"00-{TRACE}-{PARENT}-01"},
            )
            with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
                job = json.load(answer)
            until(lambda: collector.named(WAY[0]) and collector.named("forecast"))
            yield service, collector, job


def of_trace(collector):
    return {span.id: span for span in collector.spans if span.trace == TRACE}


def test_one_trace_leads_from_the_caller_to_the_forecast_s_last_cell(traced):
    _, collector, *_ = traced
    spans = of_trace(collector)
    (forecast,) = [span for span in spans.values() if span.name == "forecast"]
    (run,) = [span for span in spans.values() if span.parent == forecast.id]
    cells = [span for span in spans.values() if span.parent == run.id]
    count = cells[0].attributes["stockcast.cells"]
    assert count >= 3
    assert [cell.attributes["stockcast.cell"] for cell in cells] == [*range(1, count + 1)]
    span, way = cells[-1], []
    while span is not None:
        way.append(span.name)
        above = span.parent
        span = spans.get(above)
    assert tuple(reversed(way)) == WAY
    assert above == PARENT


def test_the_ingest_notebook_s_cells_are_in_it_too(traced):
    _, collector, *_ = traced
    spans = of_trace(collector)
    (ingest,) = [span for span in spans.values() if span.name == "ingest"]
    (run,) = [
        span for span in spans.values() if span.parent == ingest.id and span.name == "notebook"
    ]
    assert run.attributes == {"stockcast.notebook": "ingest.ipynb"}
    assert len([span for span in spans.values() if span.parent == run.id]) >= 3


def test_spans_say_what_they_are_about_and_who_made_them(traced):
    _, collector, job = traced
    by_name = {span.name: span for span in of_trace(collector).values()}
    services = {name: by_name[name].service for name in ("submit", "ingest", "forecast")}
    assert services == {
        "submit": "stockcast-gateway",
        "ingest": "stockcast-ingest",
        "forecast": "stockcast-forecast",
    }
    told = by_name["forecast"].attributes
    assert (told["stockcast.job"], told["stockcast.ticker"]) == (job["id"], "AAPL")
    assert (told["stockcast.stage"], told["stockcast.outcome"]) == ("forecast", "done")
    assert told["stockcast.revision"] == job["result"]["model"]["revision"]
    assert all(span.error is None for span in by_name.values())


def test_a_fault_of_the_caller_s_is_told_by_its_code_and_is_no_failure(traced):
    service, collector, *_ = traced
    assert ask(service.api, {"ticker": "NONE", "days": 20})[0] == 404
    (refused,) = until(
        lambda: [s for s in collector.named("ingest") if s.attributes["stockcast.ticker"] == "NONE"]
    )
    assert (refused.attributes["error.type"], refused.error) == ("unknown-ticker", None)
    assert refused.trace != TRACE


def test_no_source_no_value_and_no_secret_is_told(traced):
    service, collector, job = traced
    told = b"".join(collector.bodies)
    price = job["result"]["price"]
    hidden = [*service.secrets.values(), SECRET_HEADER, "import ", str(price)]
    assert [each for each in hidden if each.encode() in told] == []
    for name in (*STAGES, "gateway"):
        assert SECRET_HEADER not in service.log(name)


@pytest.mark.parametrize("name", [*STAGES, "gateway"])
def test_logs_name_the_trace(traced, name):
    service, _, job = traced
    lines = [json.loads(line) for line in service.log(name).splitlines()]
    about = [line for line in lines if line.get("job") == job["id"]]
    assert about
    assert {line.get("trace_id") for line in about} == {TRACE}


@pytest.mark.parametrize("how", ["silent", "away"])
def test_a_collector_that_takes_nothing_delays_no_forecast_and_no_end(tmp_path, how, figures):
    with running_collector(silent=True) as collector:
        url = collector.url if how == "silent" else f"http://127.0.0.1:{free_ports(1)[0]}"
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with operated(tmp_path / "service", STOCKCAST_VENDORS="sample", **variables) as service:
            began = time.monotonic()
            for days in (20, 30, 40):
                status, job = ask(service.api, {"ticker": "AAPL", "days": days})
                assert (status, job["state"]) == (200, "done")
            took = time.monotonic() - began
            assert took < FORECAST_SECONDS
            if how == "silent":
                assert collector.asked.wait(10)
            began = time.monotonic()
        ended = time.monotonic() - began
        figures.append(f"{how}: three forecasts in {took:.1f} s, all ended in {ended:.1f} s")
        # Who does not end in five seconds is killed, and has not said that it stopped.
        for name in STAGES:
            assert "worker.stopped" in service.log(name)
        assert "gateway.stopped" in service.log("gateway")
        assert ended < 8
