"""What is counted as it happens.

Labels have few values, all known beforehand: never a ticker, a job or a client.
"""

from http import HTTPMethod

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Lane, Stage
from stockcast_lib.ports import Lookup, Outcome

_METHODS = frozenset(HTTPMethod)
_OTHER = "other"
# Of seconds: from a repeated forecast's few milliseconds to the longest wait of a call.
_ANSWER = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_RUN = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_CELL = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class PrometheusRequests:
    """The `RequestMetrics` port."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "stockcast_http_requests", "Requests that were answered.",
            ("method", "route", "status"), registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "stockcast_http_request_duration_seconds", "How long the answers took.",
            ("method", "route"), registry=registry, buckets=_ANSWER,
        )  # fmt: skip
        self._listeners = Gauge(
            "stockcast_event_listeners", "Who listens to a job's events now.", registry=registry
        )
        self._refusals = Counter(
            "stockcast_http_refusals", "Requests whose caller was not let through, by why.",
            ("reason",), registry=registry,
        )  # fmt: skip

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """See `RequestMetrics.answered`."""
        known = method if method in _METHODS else _OTHER
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(seconds)

    def listening(self, listeners: int) -> None:
        """See `RequestMetrics.listening`."""
        self._listeners.set(listeners)

    def refused(self, reason: str) -> None:
        """See `RequestMetrics.refused`."""
        self._refusals.labels(reason).inc()


class StageCounters:
    """What the workers of all stages in a process count; made once for its registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.messages = Counter(
            "stockcast_messages", "Messages over TCP, by what became of them.",
            ("stage", "outcome"), registry=registry,
        )  # fmt: skip
        self.runs = Counter(
            "stockcast_runs", "Jobs that this worker has let go of, by how it ended.",
            ("stage", "lane", "outcome", "error", "fault"), registry=registry,
        )  # fmt: skip
        self.run_seconds = Histogram(
            "stockcast_run_duration_seconds", "How long a worker held a job.",
            ("stage", "lane"), registry=registry, buckets=_RUN,
        )  # fmt: skip
        self.cell_seconds = Histogram(
            "stockcast_cell_duration_seconds", "How long a notebook's cell took.",
            ("stage",), registry=registry, buckets=_CELL,
        )  # fmt: skip
        self.prices = Counter(
            "stockcast_price_lookups", "Jobs that needed prices, by where those came from.",
            ("lookup",), registry=registry,
        )  # fmt: skip
        self.calls = Counter(
            "stockcast_vendor_calls", "Calls to vendors, by what the run ended with at each.",
            ("vendor", "outcome"), registry=registry,
        )  # fmt: skip


class PrometheusStage:
    """The `StageMetrics` port.

    Args:
        counters: of the process.
        stage: which is counted for.
    """

    def __init__(self, counters: StageCounters, stage: Stage) -> None:
        self._counters = counters
        self._stage = stage

    def message(self, outcome: str) -> None:
        """See `StageMetrics.message`."""
        self._counters.messages.labels(self._stage, outcome).inc()

    def run(
        self, lane: Lane, outcome: Outcome, error: StockcastError | None, seconds: float
    ) -> None:
        """See `StageMetrics.run`."""
        why = (error.code, error.fault) if error else ("", "")
        self._counters.runs.labels(self._stage, lane, outcome, *why).inc()
        self._counters.run_seconds.labels(self._stage, lane).observe(seconds)

    def cell(self, seconds: float) -> None:
        """See `StageMetrics.cell`."""
        self._counters.cell_seconds.labels(self._stage).observe(seconds)

    def prices(self, lookup: Lookup) -> None:
        """See `StageMetrics.prices`."""
        self._counters.prices.labels(lookup).inc()

    def vendor_calls(self, vendor: str, outcome: str, calls: int) -> None:
        """See `StageMetrics.vendor_calls`."""
        self._counters.calls.labels(vendor, outcome).inc(calls)
