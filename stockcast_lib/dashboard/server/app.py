"""The dashboard's application."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from jupyter_events import EventLogger
from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.routing import Rule
from tornado.web import HTTPError, RequestHandler
from traitlets import Float, Instance, Integer, Unicode, default
from traitlets.utils.importstring import import_item
from voila.app import Voila
from voila.static_file_handler import (
    AllowListFileHandler,
    MultiStaticFileHandler,
    TemplateStaticFileHandler,
)
from voila.tornado.handler import TornadoVoilaHandler

from stockcast_lib.connections import LimitedServer, Places, raise_descriptor_limit
from stockcast_lib.core.figures import SessionFigures
from stockcast_lib.dashboard.server import scripts
from stockcast_lib.dashboard.server.assets import (
    Asset,
    AssetHandler,
    find_file,
    folder_loader,
)
from stockcast_lib.dashboard.server.command import READY_PATH
from stockcast_lib.dashboard.server.handlers import MetricsHandler, PageHandler, StateHandler
from stockcast_lib.dashboard.server.policy import HEADERS
from stockcast_lib.dashboard.server.sessions import Limits, Sessions
from stockcast_lib.dashboard.server.sign_in import (
    SIGN_OUT,
    Outside,
    SignInHandler,
    SignOutHandler,
)
from stockcast_lib.dashboard.server.waiting import WaitingKernels
from stockcast_lib.garbage import keep_out_of_collections
from stockcast_lib.logs import json_formatter
from stockcast_lib.ports import UNCOUNTED, ServerMetrics

_log = structlog.get_logger()
# Asked every few seconds, or by the dozen with each page, these would drown the others.
_UNLOGGED = {StateHandler.__name__, MetricsHandler.__name__, AssetHandler.__name__}
# What tells of the server itself, to probes and to Prometheus.
_FOR_MACHINES = (READY_PATH, "healthz", "metrics")
_STYLE = "stockcast.css"
_SCRIPTS_URL = "stockcast/scripts"
_FILE_HANDLERS = {AllowListFileHandler, MultiStaticFileHandler, TemplateStaticFileHandler}
_IDLE_SECONDS = 75.0
_BODY_SECONDS = 20.0
# The page sends its kernel everything by its socket, and by requests next to nothing.
_MAX_BODY = 1024 * 1024
# Of visitors who come at once.
_BACKLOG = 1024
_NO_PLACE = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n"
    b"Retry-After: 5\r\n\r\n"
)
# In milliseconds: a visitor whose machine went to sleep closes nothing.
_PINGS = {"ws_ping_interval": 10_000, "ws_ping_timeout": 30_000}


class DashboardApp(Voila):  # type: ignore[misc]
    """Voilà with a limit on open sessions, an end to each, and a strict policy for browsers."""

    session_limit = Integer(30, min=1, config=True, help="How many may have the page open.")
    retry_seconds = Integer(15, min=1, config=True, help="When a refused page tries again.")
    alone_seconds = Float(45, config=True, help="How long a kernel lives without its page.")
    unused_seconds = Float(3600, config=True, help="How long it lives with a page nobody uses.")
    connections = Integer(0, min=0, config=True, help="How many there may be; 0: no limit of ours.")
    connections_per_peer = Integer(0, min=0, config=True, help="How many of one address.")
    reap_seconds = Float(3, config=True, help="How often kernels are looked at.")
    admission = Unicode(
        "", config=True, help="The function that says who may come in, or None for everybody."
    )
    metrics = Unicode(
        "", config=True, help="The function that makes the metrics; none are kept without one."
    )

    # Looked for by each kernel's manager, which else makes one of its own that is never let go.
    event_logger = Instance(EventLogger)

    @default("event_logger")
    def _made_event_logger(self) -> EventLogger:
        return EventLogger(parent=self)

    def get_default_logging_config(self) -> dict[str, Any]:
        """See `Application`: JSON lines, as the other servers write them."""
        config: dict[str, Any] = super().get_default_logging_config()
        config["formatters"]["console"] = {"()": json_formatter}
        return config

    def init_settings(self) -> dict[str, Any]:
        """See `Voila`."""
        settings: dict[str, Any] = super().init_settings()
        configuration = self.voila_configuration
        limits = Limits(self.session_limit, self.alone_seconds, self.unused_seconds)
        self.sessions = Sessions(self.kernel_manager, limits)
        self.waiting = WaitingKernels(
            self.kernel_manager,
            configuration.default_pool_size if configuration.preheat_kernel else 0,
        )
        self._metrics = self._made_metrics()
        self._door = import_item(self.admission)() if self.admission else None
        self._chunks = scripts.chunks_script(self.static_paths, self.labextensions_path)
        configuration.config.VoilaConfiguration.resources = {"stockcast": self._for_template()}
        # Nothing is compressed on the way: the page is small, and the assets come compressed.
        return {**settings, **_PINGS, "headers": HEADERS, "log_function": self._log_request}

    def _made_metrics(self) -> ServerMetrics:
        if not self.metrics:
            return ServerMetrics(UNCOUNTED, UNCOUNTED)
        made: ServerMetrics = import_item(self.metrics)(self._session_figures)
        return made

    def _session_figures(self) -> SessionFigures:
        return SessionFigures(len(self.sessions), self.sessions.limit, len(self.waiting))

    def _log_request(self, handler: RequestHandler) -> None:
        request, status = handler.request, handler.get_status()
        # Its classes are the templates of what this server has paths for.
        route, seconds = type(handler).__name__, request.request_time()
        self._metrics.requests.answered(request.method or "", route, status, seconds)
        if route not in _UNLOGGED or status >= HTTPStatus.BAD_REQUEST:
            told = {"method": request.method, "path": request.path, "status": status}
            took = round(1000 * seconds, 1)
            _log.info("http.request", **told, route=route, milliseconds=took)

    def init_handlers(self) -> list[Any]:
        """See `Voila`: the first that fits a path answers."""
        page = {"sessions": self.sessions, "retry_seconds": self.retry_seconds}
        inherited = []
        for url, kind, *options in super().init_handlers():
            if kind is TornadoVoilaHandler:
                inherited.append((url, PageHandler, {**options[0], **page}))
            # Its files come from the handlers here, or are for nobody.
            elif kind not in _FILE_HANDLERS:
                inherited.append((url, kind, *options))
        return [*self._door_handlers(), *self._own_handlers(), *inherited]

    def _door_handlers(self) -> list[Any]:
        """Before all else that is shown: whoever may not come in is asked to sign in."""
        if self._door is None:
            return []
        route = partial(url_path_join, self.server_url)
        outside = Outside(self._door, frozenset(map(route, _FOR_MACHINES)))
        shown = {"start": self.base_url, "page": self._page_at_the_door}
        return [
            Rule(outside, SignInHandler, {**shown, "admission": self._door}),
            (route(f"/{SIGN_OUT}"), SignOutHandler, shown),
        ]

    def _page_at_the_door(self, name: str, told: Mapping[str, Any]) -> str:
        style = find_file(self.static_paths, _STYLE)
        template = self.app.settings["voila_jinja2_env"].get_template(name)
        named = {"style": style.read_text("utf-8") if style else "", "base_url": self.base_url}
        page: str = template.render(**named, **told)
        return page

    def listen(self) -> None:
        """See `Voila`."""
        self._reaper = PeriodicCallback(self._look_after_kernels, 1000 * self.reap_seconds)
        self._reaper.start()
        # The two large ones, before somebody waits for them.
        for script in (self._chunks, scripts.plotly_script()):
            IOLoop.current().add_callback(asyncio.to_thread, getattr, script, "packed", None)
        # Voilà asks its application for a server without limits.
        self.app.listen = self._listen_within_limits
        super().listen()

    def _listen_within_limits(self, port: int, address: str) -> None:
        raise_descriptor_limit()
        server = LimitedServer(
            self.app,
            places=Places(self.connections, self.connections_per_peer),
            refusal=_NO_PLACE,
            idle_connection_timeout=_IDLE_SECONDS,
            body_timeout=_BODY_SECONDS,
            max_body_size=_MAX_BODY,
        )
        server.listen(port, address, backlog=_BACKLOG)
        keep_out_of_collections()

    def stop(self) -> None:
        """See `Voila`."""
        self._reaper.stop()
        # A kernel that is still starting is not found; it ends with this process.
        with suppress(HTTPError):
            super().stop()

    async def _look_after_kernels(self) -> None:
        self.waiting.mend()
        await self.sessions.reap()
        self.waiting.mend()

    def _for_template(self) -> dict[str, str]:
        plotly = scripts.plotly_script()
        return {
            "chunks_url": self._script_url(scripts.CHUNKS, self._chunks),
            "plotly_url": self._script_url(scripts.PLOTLY, plotly) if plotly else "",
            "sign_out_url": self._sign_out_url(),
        }

    def _sign_out_url(self) -> str:
        # Whom a proxy has signed in has no cookie of ours.
        with_token = self._door is not None and self._door.holders
        return url_path_join(self.base_url, SIGN_OUT) if with_token else ""

    def _script_url(self, name: str, script: Asset) -> str:
        return f"{url_path_join(self.base_url, _SCRIPTS_URL, name)}?v={script.version}"

    def _own_handlers(self) -> list[Any]:
        route = partial(url_path_join, self.server_url)
        static = folder_loader(self.static_paths)
        template = self.voila_configuration.template
        state = {"sessions": self.sessions}
        return [
            (route(f"/{READY_PATH}"), StateHandler, {**state, "ready": self.waiting.ready}),
            (route("/healthz"), StateHandler, {**state, "ready": lambda: True}),
            (route("/metrics"), MetricsHandler, {"exposition": self._metrics.exposition}),
            _assets(route(rf"/{_SCRIPTS_URL}/([\w.]+)"), self._script),
            _assets(route("/voila/static/(.*)"), static),
            _assets(route(f"/voila/templates/{template}/static/(.*)"), static),
            _assets(route("/voila/labextensions/(.*)"), folder_loader(self.labextensions_path)),
        ]

    def _script(self, name: str) -> Asset | None:
        if name == scripts.CHUNKS:
            return self._chunks
        return scripts.plotly_script() if name == scripts.PLOTLY else None


def _assets(url: str, load: Callable[[str], Asset | None]) -> tuple[str, type, dict[str, Any]]:
    return url, AssetHandler, {"load": load}
