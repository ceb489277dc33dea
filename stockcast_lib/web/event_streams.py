"""The streams of events that are open: what waits for each reader, and how all of them end."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from stockcast_lib.core.job_events import JobEvent

# So many events may wait for one slow reader.
MAX_PENDING = 32


class Mailbox:
    """The events that wait for one reader; to be made on the event loop."""

    def __init__(self) -> None:
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._pending: deque[JobEvent] = deque()
        self._changed = asyncio.Event()

    def put(self, event: JobEvent) -> None:
        """Add an event, from any thread.

        Of too many the oldest progress goes, else the oldest: the last one, and so a job's end,
        always stays.
        """
        # A loop that has ended has no readers.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: JobEvent) -> None:
        self._pending.append(event)
        if len(self._pending) > MAX_PENDING:
            progress = (index for index, each in enumerate(self._pending) if each.progress)
            del self._pending[next(progress, 0)]
        self._changed.set()

    def close(self) -> None:
        """Let the reader wait no longer: it is gone, or the server stops."""
        self.closed = True
        self._changed.set()

    async def take(self, seconds: float) -> list[JobEvent]:
        """All events that wait, once there are some; none after so many seconds, or when closed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        if not self.closed:
            self._changed.clear()
        taken = list(self._pending)
        self._pending.clear()
        return taken


class OpenStreams:
    """The mailboxes of a server's readers.

    Args:
        counted: told how many there are, whenever one comes or goes.
    """

    def __init__(self, counted: Callable[[int], object]) -> None:
        self._counted = counted
        self._open: set[Mailbox] = set()
        self._ending = False
        self._all_closed = asyncio.Event()
        self._all_closed.set()

    @contextmanager
    def mailbox(self) -> Iterator[Mailbox]:
        """One more reader's."""
        made = Mailbox()
        if self._ending:
            made.close()
        self._open.add(made)
        self._all_closed.clear()
        self._counted(len(self._open))
        try:
            yield made
        finally:
            self._open.remove(made)
            self._counted(len(self._open))
            if not self._open:
                self._all_closed.set()

    async def end(self, seconds: float) -> None:
        """Close all, and give their readers so long to be sent the end."""
        self._ending = True
        for mailbox in self._open:
            mailbox.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_closed.wait()
