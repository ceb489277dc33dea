"""The HTTP server: what is no HTTP request is refused with a problem document, too."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from stockcast_lib.web.problems import problem
from stockcast_lib.web.sending import NOT_KEPT

# What Tornado writes, without a hook, before it closes a connection that it cannot understand.
_BARE = b"HTTP/1.1 400 Bad Request\r\n\r\n"


class GatewayServer(HTTPServer):
    """Tornado's server over an application made by `application`."""

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a new connection, from which nothing has been read."""
        prefix: str = self.request_callback.settings["prefix"]  # type: ignore[union-attr]
        explaining = _ExplainingStream(
            stream.socket,
            max_buffer_size=stream.max_buffer_size,
            read_chunk_size=stream.read_chunk_size,
        )
        explaining.refusal = _refusal(prefix)
        super().handle_stream(explaining, address)


class _ExplainingStream(IOStream):
    refusal: bytes

    def write(self, data: bytes | memoryview) -> "asyncio.Future[None]":
        return super().write(self.refusal if data == _BARE else data)


def _refusal(prefix: str) -> bytes:
    found = problem(
        HTTPStatus.BAD_REQUEST,
        f"http-{int(HTTPStatus.BAD_REQUEST)}",
        "What was sent is no HTTP request: its first line, a header or its body breaks the rules.",
    )
    body = json.dumps({**found.body, "type": prefix + found.body["type"]}).encode()
    headers = {
        **found.headers,
        "Cache-Control": NOT_KEPT,
        "Connection": "close",
        "Content-Length": str(len(body)),
        "X-Content-Type-Options": "nosniff",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{_BARE[:-2].decode()}{lines}\r\n".encode() + body
