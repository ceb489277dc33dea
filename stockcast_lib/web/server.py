"""The HTTP server: what is no HTTP request, or comes where there is no room, is told so as well."""

import asyncio
import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from tornado.iostream import IOStream, UnsatisfiableReadError
from tornado.web import Application

from stockcast_lib.connections import HeldStream, LimitedServer
from stockcast_lib.web.problems import Problem, problem
from stockcast_lib.web.sending import NOT_KEPT

# Of the request's line, with its URL, and all headers.
MAX_HEAD = 64 * 1024
# What Tornado writes, without a hook, before it closes a connection that it cannot understand.
_BARE = b"HTTP/1.1 400 Bad Request\r\n\r\n"
_NOT_HTTP = problem(
    HTTPStatus.BAD_REQUEST,
    f"http-{int(HTTPStatus.BAD_REQUEST)}",
    "What was sent is no HTTP request: its first line, a header or its body breaks the rules.",
)
_HEAD = problem(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"http-{int(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)}",
    f"The request's line and headers have more than {MAX_HEAD} bytes: send less in them.",
)
_TOO_MANY = problem(
    503,
    "too-many-connections",
    "This server has as many connections as it may: close those that you do not use, or come back.",
)


class _ExplainingStream(HeldStream):
    not_http: bytes
    head_too_large: bytes

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        return super().write(self.not_http if data == _BARE else data)

    def close(self, exc_info: Any = False) -> None:
        # Tornado itself closes without a word.
        if isinstance(exc_info, UnsatisfiableReadError) and not self.closed():
            with suppress(OSError):
                self.socket.send(self.head_too_large)
                # With bytes of it unread the system would take back what it is told.
                self.socket.recv(MAX_HEAD)
        super().close(exc_info)


class GatewayServer(LimitedServer):
    """A server over an application made by `application`."""

    def initialize(self, application: Application, **options: Any) -> None:  # type: ignore[override]
        """See `LimitedServer`."""
        prefix: str = application.settings["prefix"]
        options = {"max_header_size": MAX_HEAD, **options}
        super().initialize(application, refusal=_sent(_TOO_MANY, prefix), **options)
        self._not_http, self._head_too_large = _sent(_NOT_HTTP, prefix), _sent(_HEAD, prefix)

    def made_stream(self, stream: IOStream) -> HeldStream:
        """See `LimitedServer`."""
        explaining = _ExplainingStream(
            stream.socket,
            max_buffer_size=stream.max_buffer_size,
            read_chunk_size=stream.read_chunk_size,
        )
        explaining.not_http, explaining.head_too_large = self._not_http, self._head_too_large
        return explaining


def _sent(found: Problem, prefix: str) -> bytes:
    """The whole answer."""
    body = json.dumps({**found.body, "type": prefix + found.body["type"]}).encode()
    headers = {
        **found.headers,
        "Cache-Control": NOT_KEPT,
        "Connection": "close",
        "Content-Length": str(len(body)),
        "X-Content-Type-Options": "nosniff",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    title = HTTPStatus(found.status).phrase
    return f"HTTP/1.1 {found.status} {title}\r\n{lines}\r\n".encode() + body
