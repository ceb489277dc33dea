"""What takes a while to find out: asked when it is scraped, and kept for a short while."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

import structlog

from stockcast_lib.core.errors import StockcastError

_log = structlog.get_logger()
T = TypeVar("T")


class Reading(Generic[T]):
    """One source, asked by one thread at a time however many scrape.

    Args:
        name: of the source.
        read: asks it.
        lasts: for how many seconds an answer, or that there was none, is given again.
        patience: for how many seconds a scrape waits. A Redis that hangs must not keep the other
            figures from whoever would see by them that it hangs.
        clock: in seconds, never set back.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], T],
        *,
        lasts: float,
        patience: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._read = read
        self._lasts = lasts
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: Future[T | None] | None = None
        self._since = 0.0

    def value(self) -> T | None:
        """What it says, or None while it is away."""
        with self._lock:
            if self._asked is None or (self._asked.done() and self._is_old()):
                self._asked, self._since = self._ask(), self._clock()
            asked = self._asked
        try:
            return asked.result(self._patience)
        except TimeoutError:
            return None

    def _ask(self) -> Future[T | None]:
        asked: Future[T | None] = Future()
        # A daemon: what hangs on a source that hangs must not keep the process.
        threading.Thread(
            target=lambda: asked.set_result(self._answer()),
            name=f"metrics-{self.name}",
            daemon=True,
        ).start()
        return asked

    def _is_old(self) -> bool:
        return self._clock() - self._since >= self._lasts

    def _answer(self) -> T | None:
        try:
            return self._read()
        except StockcastError as error:
            _log.warning("metrics.away", source=self.name, error=error.message)
        except Exception:  # noqa: BLE001 - logged; the other figures are told all the same
            _log.exception("metrics.broke", source=self.name)
        return None
