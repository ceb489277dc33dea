"""The HTTP server: what is no HTTP request, or comes where there is no room, is told so as well."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from tornado.iostream import IOStream
from tornado.web import Application

from stockcast_lib.connections import HeldStream, LimitedServer
from stockcast_lib.web.problems import Problem, problem
from stockcast_lib.web.sending import NOT_KEPT

# What Tornado writes, without a hook, before it closes a connection that it cannot understand.
_BARE = b"HTTP/1.1 400 Bad Request\r\n\r\n"
_NOT_HTTP = problem(
    HTTPStatus.BAD_REQUEST,
    f"http-{int(HTTPStatus.BAD_REQUEST)}",
    "What was sent is no HTTP request: its first line, a header or its body breaks the rules.",
)
_TOO_MANY = problem(
    503,
    "too-many-connections",
    "This server has as many connections as it may: close those that you do not use, or come back.",
)


class _ExplainingStream(HeldStream):
    explanation: bytes

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        return super().write(self.explanation if data == _BARE else data)


class GatewayServer(LimitedServer):
    """A server over an application made by `application`."""

    def initialize(self, application: Application, **options: Any) -> None:  # type: ignore[override]
        """See `LimitedServer`."""
        prefix: str = application.settings["prefix"]
        super().initialize(application, refusal=_sent(_TOO_MANY, prefix), **options)
        self._explanation = _sent(_NOT_HTTP, prefix)

    def made_stream(self, stream: IOStream) -> HeldStream:
        """See `LimitedServer`."""
        explaining = _ExplainingStream(
            stream.socket,
            max_buffer_size=stream.max_buffer_size,
            read_chunk_size=stream.read_chunk_size,
        )
        explaining.explanation = self._explanation
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
