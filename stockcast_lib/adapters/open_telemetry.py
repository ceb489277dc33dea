"""The tracing port by OpenTelemetry: spans are sent in batches, by a thread of its own.

Ending a span only puts it in a queue of bounded length; where the collector is away or slow, what
finds no room is dropped. What the SDK reads of its `OTEL_…` variables (headers, sampler, sizes of
batches, names of the resource) counts as it is documented there.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from stockcast_lib.core.errors import Fault, StockcastError
from stockcast_lib.ports import Attribute, Span, SpanKind

_TRACES = "v1/traces"
_HEADER = "traceparent"
_ERROR = "error.type"
# A worker that is told to stop has a few seconds for all that it leaves.
_FLUSH_SECONDS = 1.0
_LONGEST_ATTRIBUTE = 256
_KINDS = {kind: trace.SpanKind[kind.name] for kind in SpanKind}
# By the names that OpenTelemetry has agreed on; all others are the project's own.
_NAMES = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
}
_PROPAGATOR = TraceContextTextMapPropagator()


class OpenTelemetrySpan:
    """The `Span` port."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str | None:
        """See `Span.traceparent`."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, trace.set_span_in_context(self._span, Context()))
        return carrier.get(_HEADER)

    @property
    def trace_id(self) -> str | None:
        """See `Span.trace_id`."""
        context = self._span.get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None

    def note(self, **attributes: Attribute) -> None:
        """See `Span.note`."""
        self._span.set_attributes(_named(attributes))

    def failed(self, code: str) -> None:
        """See `Span.failed`."""
        self._span.set_attribute(_ERROR, code)
        self._span.set_status(trace.StatusCode.ERROR, code)

    def ended_by(self, error: StockcastError) -> None:
        """See `Span.ended_by`."""
        if error.fault is Fault.CALLER:
            self._span.set_attribute(_ERROR, error.code)
        else:
            self.failed(error.code)


class OpenTelemetryTracer:
    """The `Tracer` port.

    Args:
        endpoint: of the collector, to which the path of traces is added.
        service: whose spans these are.
        version: of it.
    """

    def __init__(self, endpoint: str, service: str, version: str) -> None:
        own = Resource.create({"service.name": service, "service.version": version})
        # Closed by `close`, which waits for no collector: not at the process's exit, which would.
        self._provider = TracerProvider(
            resource=own.merge(OTELResourceDetector().detect()),
            span_limits=SpanLimits(max_attribute_length=_LONGEST_ATTRIBUTE),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/{_TRACES}")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("stockcast", version)

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        parent: str | None = None,
        **attributes: Attribute,
    ) -> Iterator[Span]:
        """See `Tracer.span`."""
        with self._tracer.start_as_current_span(
            name,
            context=_PROPAGATOR.extract({_HEADER: parent}, Context()) if parent else None,
            kind=_KINDS[kind],
            attributes=_named(attributes),
            # It would write down the error's text.
            record_exception=False,
            set_status_on_exception=False,
        ) as started:
            span = OpenTelemetrySpan(started)
            with structlog.contextvars.bound_contextvars(**_logged(span)):
                try:
                    yield span
                except StockcastError as error:
                    span.ended_by(error)
                    raise

    def note(self, **attributes: Attribute) -> None:
        """See `Tracer.note`."""
        trace.get_current_span().set_attributes(_named(attributes))

    def past(
        self, name: str, seconds: float, error: str | None = None, **attributes: Attribute
    ) -> None:
        """See `Tracer.past`."""
        ended = time.time_ns()
        span = self._tracer.start_span(
            name, start_time=ended - int(seconds * 1e9), attributes=_named(attributes)
        )
        if error is not None:
            OpenTelemetrySpan(span).failed(error)
        span.end(ended)

    def close(self) -> None:
        """See `Tracer.close`."""
        # The SDK's own limit is not kept where a collector takes the connection and says nothing.
        flushing = threading.Thread(target=self._provider.shutdown, daemon=True)
        flushing.start()
        flushing.join(_FLUSH_SECONDS)


def _named(attributes: Mapping[str, Attribute]) -> dict[str, str | int | float | bool]:
    return {
        _NAMES.get(name, f"stockcast.{name}"): value
        for name, value in attributes.items()
        if value is not None
    }


def _logged(span: Span) -> dict[str, str]:
    return {"trace_id": span.trace_id} if span.trace_id else {}
