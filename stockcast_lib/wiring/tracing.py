"""What tells of a process what each request led to."""

from functools import cache

import structlog

from stockcast_lib import __version__
from stockcast_lib.ports import UNTRACED, Tracer
from stockcast_lib.settings import TraceSettings

_log = structlog.get_logger()


@cache
def tracer(part: str) -> Tracer:
    """A server's, by its name: gateway, or a stage's. Without a collector it does nothing."""
    endpoint = TraceSettings.read().otlp_endpoint
    if endpoint is None:
        return UNTRACED
    try:
        from stockcast_lib.adapters.open_telemetry import OpenTelemetryTracer
    except ModuleNotFoundError:
        # The variable is not this project's own: others may have set it, for others.
        _log.warning("traces.off", why="the extra `traces` is not installed: docs/operations.md")
        return UNTRACED
    return OpenTelemetryTracer(endpoint, f"stockcast-{part}", __version__)
