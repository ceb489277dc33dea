"""The page, and what tells whether it can be served."""

import asyncio
from collections.abc import Callable
from typing import Any

from tornado.web import HTTPError, RequestHandler, authenticated
from voila.tornado.handler import TornadoVoilaHandler

from stockcast_lib.dashboard.server.policy import HEADERS
from stockcast_lib.dashboard.server.sessions import Seat, Sessions
from stockcast_lib.ports import Exposition

_SERVICE_UNAVAILABLE = 503
# What Voilà sends while a cell runs for long, and what does the same without a script.
_HEARTBEAT = "<script>window.voila_heartbeat()</script>\n"
_KEEP_ALIVE = "\n"


class _SeatKernels:
    """The kernel manager for one visitor's request: what it gives out takes the visitor's seat."""

    def __init__(self, manager: Any, sessions: Sessions, seat: Seat) -> None:
        self._manager = manager
        self._sessions = sessions
        self._seat = seat

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    async def get_rendered_notebook(self, **options: Any) -> Any:
        rendered = await self._manager.get_rendered_notebook(**options)
        self._sessions.occupy(self._seat, rendered[-1])
        return rendered

    async def start_kernel(self, **options: Any) -> str:
        kernel_id: str = await self._manager.start_kernel(**options)
        self._sessions.occupy(self._seat, kernel_id)
        return kernel_id


class PageHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """GET of the page: with a kernel while there are seats, else with the advice to wait."""

    def initialize(self, sessions: Sessions, retry_seconds: int, **kwargs: Any) -> None:
        """See `RequestHandler`."""
        super().initialize(**kwargs)
        self._sessions = sessions
        self._retry_seconds = retry_seconds
        self._seat_kernels: _SeatKernels | None = None

    @property
    def kernel_manager(self) -> Any:
        """See `JupyterHandler`."""
        return self._seat_kernels or super().kernel_manager

    @authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page; there is nothing at any other path."""
        if path:
            raise HTTPError(404)
        seat = self._sessions.reserve()
        if seat is None:
            self._write_full()
            return
        self._seat_kernels = _SeatKernels(super().kernel_manager, self._sessions, seat)
        try:
            await self._write_page()
        finally:
            self._sessions.leave(seat)

    async def _write_page(self) -> None:
        async for html in self.get_generator():
            self.write(_KEEP_ALIVE if html == _HEARTBEAT else html)
            await self.flush()

    def _write_full(self) -> None:
        self.set_status(_SERVICE_UNAVAILABLE)
        self.set_header("Retry-After", str(self._retry_seconds))
        self.set_header("Cache-Control", "no-store")
        self.finish(self.render_template("full.html", retry_seconds=self._retry_seconds))


class _UnkeptHandler(RequestHandler):
    """What is true at this moment only; takes no kernel."""

    def set_default_headers(self) -> None:
        """See `RequestHandler`."""
        for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():
            self.set_header(name, value)


class MetricsHandler(_UnkeptHandler):
    """GET of the server's figures."""

    def initialize(self, exposition: Exposition) -> None:
        """See `RequestHandler`."""
        self._exposition = exposition

    async def get(self) -> None:
        """Answer as Prometheus reads it."""
        text = await asyncio.to_thread(self._exposition.text)
        self.set_header("Content-Type", self._exposition.media)
        self.finish(text)

    head = get


class StateHandler(_UnkeptHandler):
    """Whether it lives, or serves, and how many have the page open."""

    def initialize(self, sessions: Sessions, ready: Callable[[], bool]) -> None:
        """See `RequestHandler`."""
        self._sessions = sessions
        self._ready = ready

    def get(self) -> None:
        """Answer 200 or 503."""
        self.set_status(200 if self._ready() else _SERVICE_UNAVAILABLE)
        self.finish({"sessions": len(self._sessions), "limit": self._sessions.limit})

    head = get
