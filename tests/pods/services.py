"""The Services: each has an address, and hands a connection to the next of its ready pods."""

import asyncio
import contextlib
import threading
from collections import deque
from functools import partial

from tests.chaos.proxy import pump

_CONNECT_SECONDS = 2.0
_CALL_SECONDS = 10


class Services:
    """Listens at one address, on a port for each Service, while that has a ready pod.

    Args:
        address: that pods and this machine reach.
    """

    def __init__(self, address):
        self.address = address
        self._endpoints = {}
        self._servers = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def lead(self, port, endpoints):
        """Hand what comes to a port to these pods from now on; refuse it where there are none."""
        self._await(self._lead(port, endpoints))

    def close(self):
        """Listen no more."""
        self._await(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _await(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_CALL_SECONDS)

    async def _lead(self, port, endpoints):
        self._endpoints[port] = deque(endpoints)
        if endpoints and port not in self._servers:
            serve = partial(self._serve, port)
            self._servers[port] = await asyncio.start_server(serve, self.address, port)
        if not endpoints and port in self._servers:
            self._servers.pop(port).close()

    async def _end(self):
        for server in self._servers.values():
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, port, reader, writer):
        with contextlib.suppress(OSError, TimeoutError, IndexError, asyncio.CancelledError):
            target = self._endpoints[port][0]
            self._endpoints[port].rotate(-1)
            connecting = asyncio.open_connection(*target)
            far_reader, far_writer = await asyncio.wait_for(connecting, _CONNECT_SECONDS)
            try:
                ways = (pump(reader, far_writer), pump(far_reader, writer))
                await asyncio.wait(
                    [asyncio.ensure_future(way) for way in ways],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                far_writer.close()
        writer.close()
