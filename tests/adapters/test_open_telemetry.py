"""The tracing port against a collector that takes what it is sent, or does not."""

import contextlib
import subprocess
import sys
import threading
import time

import pytest
import structlog
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from stockcast_lib.adapters.open_telemetry import OpenTelemetryTracer
from stockcast_lib.core.errors import StoreUnavailable, UnknownTicker, WorkerUnavailable
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.protocol import HandOver, Reply, Status
from stockcast_lib.core.traceparent import is_traceparent
from stockcast_lib.ports import UNTRACED, SpanKind
from stockcast_lib.stack.network import free_ports
from stockcast_lib.stages.claim_loop import ClaimLoop
from stockcast_lib.stages.tracing import traced
from tests.factories import asker
from tests.servers import REPOSITORY, clean_environment
from tests.standins.collector import running_collector

pytestmark = pytest.mark.long

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def collector():
    with running_collector() as running:
        yield running


@pytest.fixture
def sent_all(collector):
    """Runs something with a tracer; gives the spans that the collector has of it."""

    def run(act):
        tracer, before = OpenTelemetryTracer(collector.url, "test", "0"), len(collector.spans)
        with contextlib.suppress(WorkerUnavailable, UnknownTicker, ZeroDivisionError):
            act(tracer)
        tracer.close()
        return collector.spans[before:]

    return run


@pytest.fixture
def sent(sent_all):
    """The same, by their names."""
    return lambda act: {span.name: span for span in sent_all(act)}


def test_a_span_goes_on_with_the_trace_that_led_to_it(sent):
    given = []

    def act(tracer):
        with tracer.span(
            "outer", SpanKind.SERVER, CALLER, job="j", route="/r", nothing=None
        ) as span:
            given.append((span.trace_id, span.traceparent))
            with tracer.span("inner"):
                tracer.note(revision="r1")
                tracer.past("cell", 0.25, cell=1)

    spans = sent(act)
    outer, inner, cell = (spans[name] for name in ("outer", "inner", "cell"))
    _, trace, parent, _ = CALLER.split("-")
    assert (outer.trace, outer.parent, outer.service) == (trace, parent, "test")
    assert (inner.parent, cell.parent) == (outer.id, inner.id)
    assert outer.attributes == {"stockcast.job": "j", "http.route": "/r"}
    assert inner.attributes == {"stockcast.revision": "r1"}
    assert cell.seconds == pytest.approx(0.25, abs=0.001)
    assert given == [(trace, f"00-{trace}-{outer.id}-01")]
    assert is_traceparent(given[0][1])


def raising(error):
    def act(tracer):
        with tracer.span("it"):
            raise error

    return act


def test_an_error_is_told_by_its_code_and_a_caller_s_is_no_failure(sent):
    ours = sent(raising(WorkerUnavailable("secret words", also="secret")))["it"]
    assert (ours.error, ours.attributes["error.type"]) == ("worker-unavailable",) * 2
    theirs = sent(raising(UnknownTicker("secret words")))["it"]
    assert (theirs.error, theirs.attributes) == (None, {"error.type": "unknown-ticker"})


def test_no_text_of_an_error_is_sent(sent, collector):
    sent(raising(WorkerUnavailable("secret words")))
    sent(raising(ZeroDivisionError("secret words")))
    assert not any(b"secret" in body for body in collector.bodies)


def test_a_log_line_within_a_span_names_its_trace(sent):
    seen = []

    def act(tracer):
        with tracer.span("it", parent=CALLER):
            seen.append(structlog.contextvars.get_contextvars().get("trace_id"))
        seen.append(structlog.contextvars.get_contextvars().get("trace_id"))

    sent(act)
    assert seen == [CALLER.split("-")[1], None]


def test_a_long_attribute_is_cut(sent):
    spans = sent(lambda tracer: tracer.past("it", 0.0, job=10_000 * "x"))
    assert len(spans["it"].attributes["stockcast.job"]) == 256


def test_what_a_message_queues_comes_after_the_message_s_span(sent):
    passed = []

    def intake(message):
        passed.append(message.traceparent)
        return Reply(Status.ACCEPTED, message.job_id)

    message = HandOver("job", "prices", CALLER)
    spans = sent(lambda tracer: traced(intake, tracer, "forecast")(message))
    accepted = spans["accept hand-over"]
    assert accepted.parent == CALLER.split("-")[2]
    assert passed[0].split("-")[1:3] == [accepted.trace, accepted.id]
    traced(intake, UNTRACED, "forecast")(message)
    assert passed[1] == CALLER


def test_each_try_of_a_job_is_a_span_after_what_queued_it(sent_all, queue, asked):
    queue.submit(asked, "key", "job", asker(), traceparent=CALLER)
    outcomes = [StoreUnavailable("secret words"), None]

    def act(tracer):
        def work(claim, _):
            error = outcomes.pop(0)
            if not outcomes:
                loop.stop()
            if error is not None:
                raise error
            queue.finish(claim, "result")

        loop = ClaimLoop(
            stage=Stage.INGEST, worker="w", queue=queue, archive=None, work=work,
            longest_wait=0.1, tracer=tracer,
        )  # fmt: skip
        loop.run()

    first, second = sent_all(act)
    assert (first.name, first.kind) == ("ingest", Span.SPAN_KIND_CONSUMER)
    assert {(span.trace, span.parent) for span in (first, second)} == {
        tuple(CALLER.split("-")[1:3])
    }
    told = [
        (span.attributes["stockcast.attempt"], span.attributes["stockcast.outcome"], span.error)
        for span in (first, second)
    ]
    assert told == [(1, "retried", "store-unavailable"), (2, "done", None)]


def test_a_collector_that_says_nothing_is_not_waited_for():
    with running_collector(silent=True) as collector:
        tracer = OpenTelemetryTracer(collector.url, "test", "0")
        began = time.monotonic()
        for _ in range(5000):  # more than the queue holds
            tracer.past("cell", 0.1)
        assert time.monotonic() - began < 3
        assert collector.asked.wait(10)
        began = time.monotonic()
        tracer.close()
        assert time.monotonic() - began < 1.5


def test_a_collector_that_is_away_is_not_waited_for():
    (nobody,) = free_ports(1)
    tracer = OpenTelemetryTracer(f"http://127.0.0.1:{nobody}", "test", "0")
    tracer.past("cell", 0.1)
    began = time.monotonic()
    tracer.close()
    assert time.monotonic() - began < 1.5
    for thread in threading.enumerate():
        assert thread.daemon or "Otel" not in thread.name


SERVERS = """
import sys
from stockcast_lib import wiring
from stockcast_lib.core.jobs import Stage
import server.gateway, server.worker
wiring.service("gateway")
for stage in Stage:
    wiring.intake(stage), wiring.claim_loop(stage, "w"), wiring.tracer(stage).close()
print("stockcast_lib.adapters.open_telemetry" in sys.modules)
"""
# redis-py imports what it finds of it; where there is nothing, it is all our own imports.
MISSING = """
import importlib.abc, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""


def servers(program, **variables):
    environment = {
        **clean_environment(), **variables,
        "STOCKCAST_ENV_FILES": "off",
        "STOCKCAST_REDIS_URL": "redis://127.0.0.1:9/0",
        "STOCKCAST_FRAME_KEY": 16 * "k",
        "STOCKCAST_S3_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "k",
    }  # fmt: skip
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_servers_ask_for_it_only_where_there_is_a_collector_and_do_without():
    assert servers(MISSING + SERVERS) == "False\n"
    collector = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    assert servers(SERVERS, **collector) == "True\n"
    assert "traces.off" in servers(MISSING + SERVERS, **collector)
