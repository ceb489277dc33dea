"""How many connections a server takes, so that a crowd of idle ones leaves it room to serve.

Each holds a descriptor. A server without a free one reaches neither Redis nor a file, and its
listener spins on connections that it cannot take. So there is always a limit: what the system
permits, less what the server needs itself.
"""

import asyncio
import resource
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

# As many as anybody has a use for, where the system names no end.
_PLENTY = 65_536
# For Redis, S3, logs, the listener, and twenty for each of the dashboard's kernels.
_OWN_DESCRIPTORS = 1024
# Who is turned away is given so long to read why, if not too many are.
_LINGER_SECONDS = 1.0
_MOST_LINGERING = 64
_PIECE = 4096


def raise_descriptor_limit() -> None:
    """Let this process have as many descriptors as its user may, or plenty."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _PLENTY if hard == resource.RLIM_INFINITY else min(hard, _PLENTY)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # a system may have a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _room() -> int:
    """How many connections leave this process descriptors of its own."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        descriptors = _PLENTY
    return max(descriptors - _OWN_DESCRIPTORS, descriptors // 2)


class Places:
    """The connections that a server holds; to be used on its event loop's thread.

    Args:
        most: how many there may be; 0 is as many as the system permits.
        per_peer: how many of one address; 0 is no limit. Behind a proxy all are the proxy's.
    """

    def __init__(self, most: int = 0, per_peer: int = 0) -> None:
        room = _room()
        self._most = min(most, room) if most else room
        self._per_peer = per_peer or room
        self._taken = 0
        self._by_peer: Counter[str] = Counter()
        self._lingering: set[asyncio.Future[None]] = set()

    def take(self, peer: str) -> bool:
        """Whether one more of an address has a place; it keeps that until `give_back`."""
        if self._taken >= self._most or self._by_peer[peer] >= self._per_peer:
            return False
        self._taken += 1
        self._by_peer[peer] += 1
        return True

    def give_back(self, peer: str) -> None:
        """A connection of an address is closed."""
        self._taken -= 1
        self._by_peer[peer] -= 1
        if not self._by_peer[peer]:
            del self._by_peer[peer]

    def turn_away(self, stream: IOStream, why: bytes) -> None:
        """Say why, if that needs no handshake, and close."""
        if isinstance(stream, SSLIOStream):
            stream.close()
            return
        stream.write(why).add_done_callback(_unheard)
        if stream.closed() or len(self._lingering) >= _MOST_LINGERING:
            stream.close()
            return
        # Closed at once, what it is about to send would make the system drop what it is told.
        with suppress(OSError):  # it has gone meanwhile
            stream.socket.shutdown(socket.SHUT_WR)
        lingering = asyncio.ensure_future(_linger(stream))
        self._lingering.add(lingering)
        lingering.add_done_callback(self._lingering.discard)

    async def close(self) -> None:
        """Wait until whoever was turned away has gone."""
        await asyncio.gather(*self._lingering)


async def _linger(stream: IOStream) -> None:
    with suppress(StreamClosedError, TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while True:
                await stream.read_bytes(_PIECE, partial=True)
    stream.close()


def _unheard(written: "asyncio.Future[None]") -> None:
    # It may be gone already; nobody waits for it.
    if not written.cancelled():
        written.exception()


class HeldStream(IOStream):
    """A stream that says when its descriptor is free again."""

    when_closed: Callable[[], object] = staticmethod(lambda: None)

    def close_fd(self) -> None:
        """See `IOStream`."""
        super().close_fd()
        self.when_closed()


class LimitedServer(HTTPServer):
    """Tornado's server, with a limit on connections.

    Args:
        places: those that it has; without them as many as the system permits.
        refusal: all that is sent to whoever finds none.
    """

    def initialize(
        self, *arguments: Any, places: Places | None = None, refusal: bytes = b"", **options: Any
    ) -> None:
        """See `HTTPServer`."""
        super().initialize(*arguments, **options)
        self._places, self._refusal = places or Places(), refusal

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a new connection, from which nothing has been read, if it has a place."""
        peer = peer_of(address)
        if self._places.take(peer):
            held = self.made_stream(stream)
            held.when_closed = partial(self._places.give_back, peer)
            super().handle_stream(held, address)
        else:
            self._places.turn_away(stream, self._refusal)

    async def close_all_connections(self) -> None:
        """See `HTTPServer`."""
        await super().close_all_connections()
        await self._places.close()

    def made_stream(self, stream: IOStream) -> HeldStream:
        """What serves a new connection, in place of its plain stream."""
        return HeldStream(
            stream.socket,
            max_buffer_size=stream.max_buffer_size,
            read_chunk_size=stream.read_chunk_size,
        )


def peer_of(address: Any) -> str:
    """The host of a socket's address; of one without, the same for all."""
    return str(address[0]) if isinstance(address, tuple) else ""
