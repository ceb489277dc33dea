"""The TCP side of a worker: signed lines in, a reply for each out (`server/PROTOCOL.md`)."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from tornado.iostream import IOStream, StreamClosedError
from tornado.tcpserver import TCPServer

from stockcast_lib.connections import Places, peer_of
from stockcast_lib.core.errors import BadFrame, StockcastError, TooManyConnections
from stockcast_lib.core.protocol import MAX_LINE, Frame, Reply, Status, decode_frame, encode_reply

_log = structlog.get_logger()
_INTAKE_THREADS = 8
_NO_PLACE = encode_reply(
    Reply(Status.REJECTED, reason=TooManyConnections("Too many connections are open.").report())
)

T = TypeVar("T")


class MessageServer(TCPServer):
    """Answers each line with one line, until the client closes or falls silent.

    Args:
        intake: makes a message durable and gives the reply.
        key: the shared frame key.
        silence: seconds after which a connection without a whole line is closed.
        places: for connections; without them as many as the system permits.
        tls: with which connections are taken; None for plain TCP.
    """

    def __init__(
        self,
        intake: Callable[[Frame], Reply],
        key: bytes,
        silence: float,
        places: Places | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(ssl_options=tls, max_buffer_size=2 * MAX_LINE)
        self._places = places or Places()
        self._intake = intake
        self._key = key
        self._silence = silence
        self._pool = ThreadPoolExecutor(_INTAKE_THREADS, thread_name_prefix="intake")

    async def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        """Serve one connection, if it has a place."""
        peer = peer_of(address)
        if not self._places.take(peer):
            self._places.turn_away(stream, _NO_PLACE)
            return
        try:
            await self._serve(stream, peer)
        finally:
            stream.close()
            self._places.give_back(peer)

    async def _serve(self, stream: IOStream, peer: str) -> None:
        rest = bytearray()
        try:
            while not stream.closed():
                line = await self._with_limit(_read_line(stream, rest))
                reply = await asyncio.get_running_loop().run_in_executor(
                    self._pool, self._answer, line
                )
                await self._with_limit(stream.write(encode_reply(reply)))
        except BadFrame as error:
            await self._refuse(stream, error)
        except TimeoutError:
            await self._refuse(stream, BadFrame("No whole line came in time."))
        except StreamClosedError:
            _log.debug("tcp.closed", peer=peer)

    async def _with_limit(self, awaitable: Awaitable[T]) -> T:
        return await asyncio.wait_for(awaitable, self._silence)

    async def _refuse(self, stream: IOStream, error: StockcastError) -> None:
        try:
            await self._with_limit(
                stream.write(encode_reply(Reply(Status.REJECTED, reason=error.report())))
            )
        except (StreamClosedError, TimeoutError):
            return

    def _answer(self, line: bytes) -> Reply:
        try:
            return self._intake(decode_frame(line, key=self._key, now=time.time()))
        except StockcastError as error:
            _log.info("tcp.rejected", code=error.code, error=error.message)
            return Reply(Status.REJECTED, reason=error.report())
        except Exception:  # noqa: BLE001 - logged; the peer must get an answer, the worker live on
            _log.exception("tcp.broke")
            broke = StockcastError("Stockcast itself failed at this message; its log has why.")
            return Reply(Status.REJECTED, reason=broke.report())


async def _read_line(stream: IOStream, rest: bytearray) -> bytes:
    # tornado's own read_until closes the connection on a long line, before it can be answered.
    while b"\n" not in rest:
        if len(rest) > MAX_LINE:
            raise BadFrame(f"The line is longer than {MAX_LINE} bytes.")
        rest += await stream.read_bytes(MAX_LINE, partial=True)
    line, _, left = bytes(rest).partition(b"\n")
    rest[:] = left
    return line + b"\n"
