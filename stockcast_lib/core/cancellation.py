"""A wish to end something, which reaches it however early the wish comes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancellation:
    """One piece of work's; any thread may ask for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._listeners: list[Callable[[], object]] = []

    @property
    def requested(self) -> bool:
        """Whether the work is to end."""
        return self._requested

    def request(self) -> None:
        """End the work, now or as soon as it begins; a second request does nothing."""
        with self._lock:
            if self._requested:
                return
            self._requested = True
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    @contextmanager
    def calling(self, listener: Callable[[], object]) -> Iterator[None]:
        """Within this, call a function once when the end is asked for, or already was."""
        with self._lock:
            requested = self._requested
            self._listeners.append(listener)
        if requested:
            listener()
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)
