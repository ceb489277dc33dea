"""A stand-in for an OpenTelemetry collector: it takes OTLP over HTTP on loopback, or does not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Told:
    """A span as the collector has it; ids in hex, `error` where its status says that it failed."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    error: str | None
    seconds: float


class Collector:
    """What it was sent; with `silent` it takes connections and never answers."""

    def __init__(self, url: str, silent: threading.Event) -> None:
        self.url = url
        self.silent = silent
        self.bodies: list[bytes] = []
        self.asked = threading.Event()

    @property
    def spans(self) -> list[Told]:
        """All, in the order in which they came."""
        return [span for body in list(self.bodies) for span in _told(body)]

    def named(self, name: str) -> list[Told]:
        return [span for span in self.spans if span.name == name]


@contextmanager
def running_collector(*, silent: bool = False) -> Iterator[Collector]:
    """It takes what is posted to /v1/traces."""
    quiet, over = threading.Event(), threading.Event()
    if silent:
        quiet.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.asked.set()
            if quiet.is_set():
                over.wait(60)
                return
            if self.path == "/v1/traces":
                collector.bodies.append(body)
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_port}", quiet)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield collector
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        serving.join()


def _told(body: bytes) -> Iterator[Told]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _values(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Told(
                    service=service,
                    name=span.name,
                    kind=span.kind,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    attributes=_values(span.attributes),
                    error=span.status.message if span.status.code == span.status.STATUS_CODE_ERROR
                    else None,
                    seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                )  # fmt: skip


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
