"""Work that the page must not wait for."""

import threading
from collections.abc import Callable
from typing import Any

from traitlets.log import get_logger

from stockcast_lib.core.errors import StockcastError

_OUR_FAULT = "Something went wrong on our side: try again, and tell us if it stays so."


class Latest:
    """Runs one piece of work at a time on a thread; of several, only the last one is heard.

    Args:
        done: is given what the work made.
        failed: is given, in one sentence, why it made nothing.
    """

    def __init__(self, done: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        self._done = done
        self._failed = failed
        self._lock = threading.RLock()
        self._turn = 0

    def run(self, work: Callable[[], Any]) -> threading.Thread:
        """Begin the work; what was begun before it is not heard any more."""
        with self._lock:
            self._turn += 1
            turn = self._turn
        thread = threading.Thread(target=self._work, args=(turn, work), name="work", daemon=True)
        thread.start()
        return thread

    def forget(self) -> None:
        """Hear nothing of what was begun."""
        with self._lock:
            self._turn += 1

    def _work(self, turn: int, work: Callable[[], Any]) -> None:
        try:
            made = work()
        except StockcastError as error:
            self._tell(turn, self._failed, error.message)
        except Exception:  # noqa: BLE001  # whatever it is, the page must not wait for ever
            get_logger().exception("The dashboard could not do what was asked.")
            self._tell(turn, self._failed, _OUR_FAULT)
        else:
            self._tell(turn, self._done, made)

    def _tell(self, turn: int, function: Callable[[Any], None], told: Any) -> None:
        with self._lock:
            if turn == self._turn:
                function(told)
