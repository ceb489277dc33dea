"""The HTTP gateway. Run as `python -m server.gateway`; its calls are in `stockcast_lib.web`."""

import asyncio
import signal
import sys

import structlog

from stockcast_lib import wiring
from stockcast_lib.connections import Places, raise_descriptor_limit
from stockcast_lib.core.errors import StockcastError
from stockcast_lib.execution import linux
from stockcast_lib.garbage import keep_out_of_collections
from stockcast_lib.logs import configure_logs
from stockcast_lib.settings import ConnectionSettings, GatewaySettings
from stockcast_lib.web.application import application, end_streams
from stockcast_lib.web.base import MAX_BODY
from stockcast_lib.web.server import GatewayServer

_log = structlog.get_logger()
_NAME = "gateway"
_IDLE_TIMEOUT = 75.0
_END_SECONDS = 2.0
# Tornado's 128 lets the kernel reset some of a few hundred who come at once.
_BACKLOG = 1024


async def serve() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings, limits = GatewaySettings.read(), ConnectionSettings.read()
    # A notebook at the gate runs as this user, and must not read this process's environment.
    linux.hide_from_other_processes()
    raise_descriptor_limit()
    tracer = wiring.tracer(_NAME)
    calls = application(
        wiring.service(_NAME),
        wiring.readiness,
        settings.gateway_prefix,
        publishing=wiring.publishing(),
        metrics=wiring.gateway_metrics(),
        access=wiring.access(),
        tracer=tracer,
    )
    server = GatewayServer(
        calls,
        places=Places(limits.connections, limits.connections_per_peer),
        # The handlers refuse what is larger than `MAX_BODY`, and say so; this stops a flood.
        max_body_size=100 * MAX_BODY,
        body_timeout=settings.body_seconds,
        idle_connection_timeout=_IDLE_TIMEOUT,
    )
    server.listen(settings.gateway_port, settings.gateway_host, backlog=_BACKLOG)
    keep_out_of_collections()
    _log.info("gateway.ready", port=settings.gateway_port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    server.stop()
    await end_streams(calls, _END_SECONDS)
    await asyncio.to_thread(tracer.close)
    _log.info("gateway.stopped")


def main() -> None:
    """Serve, or say in one line why not."""
    configure_logs()
    try:
        asyncio.run(serve())
    except (StockcastError, OSError) as error:
        sys.exit(f"gateway: {getattr(error, 'message', error)}")


if __name__ == "__main__":
    main()
