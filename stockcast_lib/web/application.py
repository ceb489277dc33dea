"""The Tornado application over the table of calls."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from tornado.web import Application, HTTPError, RequestHandler

from stockcast_lib.ports import UNCOUNTED, UNTRACED, ModelPublishing, ServerMetrics, Tracer
from stockcast_lib.service import ForecastService
from stockcast_lib.web.access import OPEN, Access
from stockcast_lib.web.base import Handler
from stockcast_lib.web.calls import Call, handler_for
from stockcast_lib.web.event_streams import OpenStreams
from stockcast_lib.web.openapi import openapi_document
from stockcast_lib.web.pages.reference import reference_page
from stockcast_lib.web.routes import CALLS

_log = structlog.get_logger()
_THREADS = 32
# Enough for the largest notebook over a slow line.
_SEND_SECONDS = 60.0


NO_METRICS = ServerMetrics(requests=UNCOUNTED, exposition=UNCOUNTED)


class NotFound(Handler):
    """Everything that is no call: 404 for every method, once the body has come."""

    def _missing(self, *_arguments: str, **_parts: str) -> Any:
        raise HTTPError(404)

    get = head = post = put = patch = delete = options = _missing


def application(  # noqa: PLR0913 - each is a part that a test leaves out
    service: ForecastService,
    readiness: Callable[[], dict[str, str | None]],
    prefix: str = "",
    send_seconds: float = _SEND_SECONDS,
    publishing: ModelPublishing | None = None,
    metrics: ServerMetrics = NO_METRICS,
    *,
    access: Access = OPEN,
    tracer: Tracer = UNTRACED,
) -> Application:
    """All calls over one service.

    Args:
        service: what they submit to and read from.
        readiness: what a forecast needs, each with the reason why it is away, or None.
        prefix: under which a proxy shows the API. Links carry it; a call is answered with it and
            without it, as proxies hand on the one or the other.
        send_seconds: who has not taken an answer by then is dropped; events have a limit of
            their own.
        publishing: of models.
        metrics: where answers are counted, and what `/metrics` tells.
        access: who may call.
        tracer: begins a span for each call, or goes on with its caller's trace.
    """
    shared = {"service": service, "pool": ThreadPoolExecutor(_THREADS, "gateway")}
    paths: dict[str, list[Call]] = defaultdict(list)
    for call in CALLS:
        paths[call.path].append(call)
    document = openapi_document(CALLS, prefix, access.takes_token)
    routes = [(_pattern(path), handler_for(tuple(calls))) for path, calls in paths.items()]
    return Application(
        [
            (f"(?:{re.escape(prefix)})?{pattern}", handler, shared)
            for pattern, handler in [*routes, ("/.*", NotFound)]
        ],
        prefix=prefix,
        send_seconds=send_seconds,
        publishing=publishing,
        access=access,
        log_function=_log_request,
        readiness=readiness,
        streams=OpenStreams(metrics.requests.listening),
        metrics=metrics,
        tracer=tracer,
        openapi=json.dumps(document).encode(),
        reference=reference_page(document).encode(),
    )


async def end_streams(application: Application, seconds: float) -> None:
    """End the event streams that are open, within so many seconds."""
    streams: OpenStreams = application.settings["streams"]
    await streams.end(seconds)


def _pattern(path: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))


def _log_request(handler: RequestHandler) -> None:
    request, status, seconds = handler.request, handler.get_status(), handler.request.request_time()
    route = getattr(handler, "route", Handler.route)
    metrics: ServerMetrics = handler.application.settings["metrics"]
    metrics.requests.answered(request.method or "", route, status, seconds)
    _log.info(
        "http.request",
        method=request.method,
        path=request.path,
        route=route,
        status=status,
        milliseconds=round(1000 * seconds, 1),
        **getattr(handler, "subject", {}),
    )
