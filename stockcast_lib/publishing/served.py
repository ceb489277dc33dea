"""The models that can be asked for, as far as is known, without waiting for who knows them."""

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from stockcast_lib.core.errors import StockcastError

_log = structlog.get_logger()


class ServedNames:
    """Reads them anew on a thread of its own. Safe to share between threads.

    Args:
        read: the names; may wait, and may fail.
        every: seconds for which they serve.
        first_wait: the most seconds that a caller waits while nothing is known yet.
    """

    def __init__(
        self, read: Callable[[], Sequence[str]], every: float = 2.0, first_wait: float = 1.0
    ) -> None:
        self._read = read
        self._every = every
        self._first_wait = first_wait
        self._lock = threading.Lock()
        self._known: tuple[str, ...] | None = None
        self._read_at = 0.0
        self._reading: threading.Thread | None = None

    def __call__(self) -> tuple[str, ...]:
        """The names."""
        reading = self._begun()
        if self._known is None and reading is not None:
            reading.join(self._first_wait)
        return self._known or ()

    def _begun(self) -> threading.Thread | None:
        with self._lock:
            if self._reading is not None and self._reading.is_alive():
                return self._reading
            if self._known is not None and time.monotonic() - self._read_at < self._every:
                return None
            self._reading = threading.Thread(target=self._renew, name="models", daemon=True)
            self._reading.start()
            return self._reading

    def _renew(self) -> None:
        try:
            found = tuple(self._read())
        except StockcastError as error:
            _log.warning("models.unread", error=error.message)
            return
        self._known, self._read_at = found, time.monotonic()
