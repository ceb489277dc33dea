"""How answers are sent: as gzip to whoever takes it, named by an ETag, kept as long as they hold.

An ETag is a hash of the bytes that are sent, so gzip and plain text have different ones, and both
are strong. Tornado compares it with If-None-Match, answers 304, and leaves a body out for HEAD.
Whoever has not taken an answer in time is dropped, so that nobody's memory is held for ever.
"""

import asyncio
import contextvars
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from tornado.http1connection import HTTP1Connection
from tornado.web import RequestHandler

from stockcast_lib.web.compression import accepts_gzip, compressed, is_compressible
from stockcast_lib.web.problems import Problem

# For evidence, which never changes; only its reader keeps it, for it may be behind a password.
KEPT = "private, max-age=31536000, immutable"
REVALIDATED = "no-cache"
NOT_KEPT = "no-store"
# What is smaller is compressed sooner than a thread is asked.
_LARGE = 32 * 1024

T = TypeVar("T")


class Sender(RequestHandler):
    """A handler's way to answer."""

    pool: ThreadPoolExecutor

    @property
    def prefix(self) -> str:
        """Under which a proxy shows the API; empty where it is shown as it is."""
        prefix: str = self.application.settings["prefix"]
        return prefix

    def set_default_headers(self) -> None:
        """Of each answer, unless a call says otherwise."""
        self.set_header("Cache-Control", REVALIDATED)
        self.set_header("X-Content-Type-Options", "nosniff")

    async def in_thread(self, call: Callable[..., T], *arguments: Any) -> T:
        """Run a call that waits, off the event loop; it belongs to the same trace."""
        here = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self.pool, here.run, call, *arguments
        )

    def keep(self, how: str) -> None:
        """Say how long the answer may be kept."""
        self.set_header("Cache-Control", how)

    def send(self, body: bytes, media: str = "application/json") -> None:
        """End the call with a body."""
        self.set_header("Content-Type", media)
        self.finish(body)

    async def send_large(self, body: bytes, media: str = "application/json") -> None:
        """End the call with a body that may take a while to compress."""
        if len(body) > _LARGE and self._gzips(media):
            body = self._packed(body, await self.in_thread(compressed, body))
        self.send(body, media)

    def send_problem(self, found: Problem) -> None:
        """End the call with a problem document."""
        self.set_status(found.status)
        self.set_header("Cache-Control", NOT_KEPT)
        for name, value in found.headers.items():
            self.set_header(name, value)
        self.finish(json.dumps({**found.body, "type": self.prefix + found.body["type"]}))

    def finish(self, chunk: str | bytes | dict[Any, Any] | None = None) -> "asyncio.Future[None]":
        """End the call; the whole body is compressed where that is of use."""
        if isinstance(chunk, dict):
            self.set_header("Content-Type", "application/json")
            chunk = json.dumps(chunk)
        body = chunk.encode() if isinstance(chunk, str) else chunk
        media = self._headers.get("Content-Type", "")
        if body is not None and is_compressible(media):
            self.add_header("Vary", "Accept-Encoding")
            if self._gzips(media):
                body = self._packed(body, compressed(body))
        sent = super().finish(body)
        self._drop_if_not_taken(sent)
        return sent

    def drop(self) -> None:
        """Close the connection, whatever of the answer is still to be sent."""
        self._connection.close()

    @property
    def _connection(self) -> HTTP1Connection:
        return cast("HTTP1Connection", self.request.connection)

    def _drop_if_not_taken(self, sent: "asyncio.Future[None]") -> None:
        if not self._connection.stream.writing():
            return
        seconds: float = self.application.settings["send_seconds"]
        timer = asyncio.get_running_loop().call_later(seconds, self.drop)
        sent.add_done_callback(lambda _: timer.cancel())

    def compute_etag(self) -> str | None:
        """Of what nobody may keep, none."""
        kept = self._headers.get("Cache-Control") != NOT_KEPT
        return super().compute_etag() if kept else None

    def _gzips(self, media: str) -> bool:
        return (
            is_compressible(media)
            and "Content-Encoding" not in self._headers
            and accepts_gzip(self.request.headers.get("Accept-Encoding", ""))
        )

    def _packed(self, body: bytes, packed: bytes | None) -> bytes:
        if packed is None:
            return body
        self.set_header("Content-Encoding", "gzip")
        return packed
