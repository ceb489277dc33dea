"""Tells waiters that a job has changed: one reader of the event stream serves a whole process."""

import contextlib
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import redis
import structlog

from stockcast_lib.adapters.redis_connection import LONGEST_BLOCK, redis_errors
from stockcast_lib.core import keys
from stockcast_lib.core.jobs import Job

_log = structlog.get_logger()
_PAUSE_WHEN_AWAY = 0.5
# A waiter looks at the job itself this often, should its event have been trimmed away.
_LOOK_AGAIN = 5.0


class RedisJobEvents:
    """The `JobEvents` port. The reader starts with the first waiter.

    Args:
        blocking: a client for blocking reads.
        read_job: reads a job's state.
    """

    def __init__(self, blocking: "redis.Redis", read_job: Callable[[str], Job | None]) -> None:
        self._blocking = blocking
        self._read_job = read_job
        self._lock = threading.Lock()
        self._waiters: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._reader: threading.Thread | None = None

    @contextlib.contextmanager
    def watch(self, job_id: str, changed: Callable[[], None]) -> Iterator[None]:
        """See `JobEvents.watch`. No change after this has been entered is missed."""
        self._start()
        with self._lock:
            self._waiters[job_id].append(changed)
        try:
            yield
        finally:
            with self._lock:
                self._waiters[job_id].remove(changed)
                if not self._waiters[job_id]:
                    del self._waiters[job_id]

    def follow(self, job_id: str, timeout: float) -> Iterator[Job]:
        """See `JobEvents.follow`."""
        deadline = time.monotonic() + timeout
        bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        shown: Job | None = None
        with self.watch(job_id, lambda: bell.put(None)):
            while (job := self._read_job(job_id)) is not None:
                if job != shown:
                    yield job
                    shown = job
                left = deadline - time.monotonic()
                if job.state.terminal or left <= 0:
                    return
                with contextlib.suppress(queue.Empty):
                    bell.get(timeout=min(left, _LOOK_AGAIN))

    def _start(self) -> None:
        with self._lock:
            if self._reader is not None:
                return
            # Read where the stream ends before anyone reads a state: what comes later is told.
            last = self._last_id()
            self._reader = threading.Thread(
                target=self._read, args=(last,), name="job-events", daemon=True
            )
            self._reader.start()

    def _last_id(self) -> Any:
        with redis_errors():
            newest: Any = self._blocking.xrevrange(keys.EVENTS, count=1)
        return newest[0][0] if newest else b"0-0"

    def _read(self, last: Any) -> None:
        block = int(LONGEST_BLOCK * 1000)
        while True:
            try:
                answer: Any = self._blocking.xread({keys.EVENTS: last}, count=500, block=block)
            except redis.RedisError as error:
                _log.warning("events.away", error=type(error).__name__)
                time.sleep(_PAUSE_WHEN_AWAY)
                continue
            for _, entries in answer or ():
                for entry, fields in entries:
                    last = entry
                    self._ring(fields[b"job"].decode())

    def _ring(self, job_id: str) -> None:
        with self._lock:
            waiting = list(self._waiters.get(job_id, ()))
        for changed in waiting:
            try:
                changed()
            except Exception:  # noqa: BLE001 - logged; the other waiters must still be told
                _log.exception("events.callback_broke", job=job_id)
