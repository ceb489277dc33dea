"""What tells of a process what each request led to."""

from functools import cache

from stockcast_lib import __version__
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.ports import UNTRACED, Tracer
from stockcast_lib.settings import TraceSettings


@cache
def tracer(part: str) -> Tracer:
    """A server's, by its name: gateway, or a stage's. Without a collector it does nothing.

    Raises:
        BadSettings: there is one, and nothing here to send traces with.
    """
    endpoint = TraceSettings.read().otlp_endpoint
    if endpoint is None:
        return UNTRACED
    try:
        from stockcast_lib.adapters.open_telemetry import OpenTelemetryTracer
    except ModuleNotFoundError as error:
        raise BadSettings(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the extra `traces` is not installed: "
            "docs/operations.md says how."
        ) from error
    return OpenTelemetryTracer(endpoint, f"stockcast-{part}", __version__)
