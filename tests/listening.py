"""A worker's TCP side over real sockets, without the worker."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tornado.netutil import bind_sockets

from stockcast_lib.core.protocol import Frame, Reply, decode_reply
from stockcast_lib.message_server import MessageServer

KEY = b"k" * 32
_ANSWER_SECONDS = 30


@contextmanager
def listening(
    intake: Callable[[Frame], Reply], silence: float = 5.0, **how: Any
) -> Iterator[tuple[str, int]]:
    """The address of a `MessageServer` under `KEY`, on an event loop of its own."""
    loop, sockets = asyncio.new_event_loop(), bind_sockets(0, "127.0.0.1")

    async def start() -> MessageServer:
        server = MessageServer(intake, KEY, silence, **how)
        server.add_sockets(sockets)
        return server

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield sockets[0].getsockname()
    finally:
        loop.call_soon_threadsafe(server.stop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def exchange(address: tuple[str, int], data: bytes) -> Reply:
    """The answer to what is sent on a connection of its own."""
    with socket.create_connection(address, 5) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        connection.sendall(data)
        with connection.makefile("rb") as lines:
            return decode_reply(lines.readline())
