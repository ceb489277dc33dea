"""A worker over HTTP: whether it lives, whether it can take work, and its figures."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.ports import Exposition

# Why it is not so, or None.
Reasons = Callable[[], str | None]
_MAX_BODY = 1024
_IDLE_SECONDS = 60.0


class _AliveHandler(RequestHandler):
    def initialize(self, reason: Reasons) -> None:
        self.reason = reason

    async def get(self) -> None:
        # On the event loop itself: an answer shows that it lives.
        self.tell("alive", self.reason())

    async def head(self) -> None:
        await self.get()

    def tell(self, good: str, reason: str | None) -> None:
        self.set_header("Cache-Control", "no-store")
        if reason is None:
            self.finish({"status": good})
        else:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            self.finish({"status": f"not-{good}", "reason": reason})


class _ReadyHandler(_AliveHandler):
    async def get(self) -> None:
        # On a thread: it waits for Redis.
        self.tell("ready", await asyncio.to_thread(self.reason))


class MetricsHandler(RequestHandler):
    """GET of a process's figures."""

    def initialize(self, exposition: Exposition) -> None:
        """Take what is told."""
        self.exposition = exposition

    async def get(self) -> None:
        """Answer, on a thread: some of it is asked of Redis."""
        text = await asyncio.to_thread(self.exposition.text)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", self.exposition.media)
        self.finish(text)

    async def head(self) -> None:
        """As `get`: tornado leaves the body out."""
        await self.get()


def health_application(
    not_alive: Reasons, not_ready: Reasons, exposition: Exposition
) -> Application:
    """`/healthz` and `/readyz`: 200, or 503 with the reason; and `/metrics`.

    Args:
        not_alive: why the worker should be started anew, or None; answers at once.
        not_ready: why it can take no work now, or None; may wait.
        exposition: the worker's figures.
    """
    return Application(
        [
            ("/healthz", _AliveHandler, {"reason": not_alive}),
            ("/readyz", _ReadyHandler, {"reason": not_ready}),
            ("/metrics", MetricsHandler, {"exposition": exposition}),
        ],
        # Asked every few seconds, these would drown what the log is for.
        log_function=lambda _: None,
    )


def serve_health(application: Application, host: str, port: int) -> HTTPServer:
    """Listen.

    Raises:
        BadSettings: the port is taken, or the host is not this machine's.
    """
    try:
        return application.listen(
            port, host, max_body_size=_MAX_BODY, idle_connection_timeout=_IDLE_SECONDS
        )
    except OSError as error:
        raise BadSettings(
            f"The health calls cannot listen on {host}:{port} ({error.strerror}): give each worker "
            "on a machine a STOCKCAST_HEALTH_PORT of its own, or 0 for none."
        ) from error
