"""Tells waiters that a job has changed: one reader of the event stream serves a whole process."""

import contextlib
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import redis
import structlog

from stockcast_lib.adapters.queue_scripts import QueueScripts
from stockcast_lib.adapters.redis_connection import LONGEST_BLOCK, redis_errors
from stockcast_lib.adapters.redis_jobs import decoded_event, decoded_fields
from stockcast_lib.core import keys
from stockcast_lib.core.job_events import JobEvent
from stockcast_lib.core.jobs import Job

_log = structlog.get_logger()
_PAUSE_WHEN_AWAY = 0.5
# A waiter looks at the job itself this often, should its event have been trimmed away.
_LOOK_AGAIN = 5.0

# Called with what an entry tells, or with None where that says only that something has changed.
_Waiter = Callable[[JobEvent | None], None]


class RedisJobEvents:
    """The `JobEvents` port. The reader starts with the first waiter.

    Args:
        client: for commands.
        blocking: a client for blocking reads.
        read_job: reads a job's state.
    """

    def __init__(
        self,
        client: "redis.Redis",
        blocking: "redis.Redis",
        read_job: Callable[[str], Job | None],
    ) -> None:
        self._blocking = blocking
        self._read_job = read_job
        self._lock = threading.Lock()
        self._run = QueueScripts(client, "told").run
        self._waiters: dict[str, list[_Waiter]] = defaultdict(list)
        self._reader: threading.Thread | None = None

    def watch(
        self, job_id: str, changed: Callable[[], None]
    ) -> contextlib.AbstractContextManager[None]:
        """See `JobEvents.watch`. No change after this has been entered is missed."""
        return self._waiting(job_id, lambda _: changed())

    def listen(
        self, job_id: str, told: Callable[[JobEvent], None]
    ) -> contextlib.AbstractContextManager[None]:
        """See `JobEvents.listen`. No change after this has been entered is missed."""
        return self._waiting(job_id, lambda event: told(event) if event else None)

    def missed(self, job_id: str, after: str | None) -> list[JobEvent] | None:
        """See `JobEvents.missed`."""
        entries = self._run("told", job_id, after or "")
        if entries is None:
            return None
        found = (decoded_event(entry, decoded_fields(held)) for entry, held in entries)
        return [event for event in found if event]

    @contextlib.contextmanager
    def _waiting(self, job_id: str, waiter: _Waiter) -> Iterator[None]:
        self._start()
        with self._lock:
            self._waiters[job_id].append(waiter)
        try:
            yield
        finally:
            with self._lock:
                self._waiters[job_id].remove(waiter)
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
                    self._tell(entry, fields)

    def _tell(self, entry: bytes, fields: Mapping[bytes, bytes]) -> None:
        job_id = fields[b"job"].decode()
        with self._lock:
            waiting = list(self._waiters.get(job_id, ()))
        if not waiting:
            return
        event = _event(entry, fields)
        for waiter in waiting:
            try:
                waiter(event)
            except Exception:  # noqa: BLE001 - logged; the other waiters must still be told
                _log.exception("events.callback_broke", job=job_id)


def _event(entry: bytes, fields: Mapping[bytes, bytes]) -> JobEvent | None:
    held = {name.decode(): value.decode() for name, value in fields.items()}
    try:
        return decoded_event(entry, held)
    except (KeyError, ValueError):
        # Of another version of Stockcast: the reader must live on.
        _log.warning("events.not_understood", fields=held)
        return None
