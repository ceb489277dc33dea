"""Work on a thread, as the page shows it: what is going on, for how long, and what went wrong."""

import threading
import time
from collections.abc import Callable
from typing import Any

from traitlets import HasTraits, Int, Unicode

from stockcast_lib.dashboard.model.background import Latest

Say = Callable[[str], None]
# What nobody waits for any more cannot be stopped: beside it there is room for what is wanted.
_AT_ONCE = 2


class Working(HasTraits):
    """One thing at a time is wanted; of several, only the last one is heard.

    Attributes:
        status: what is going on, in words; empty when nothing is.
        seconds: since it began.
        error: one sentence, or nothing.
    """

    status = Unicode()
    seconds = Int(0)
    error = Unicode()

    def __init__(self, done: Callable[[Any], None]) -> None:
        super().__init__()
        self._given = done
        self._latest = Latest(self._done, self.fail)
        self._places = threading.Semaphore(_AT_ONCE)
        self._wanted: object | None = None

    @property
    def busy(self) -> bool:
        """Whether something is going on."""
        return bool(self.status)

    def run(self, status: str, work: Callable[[Say], Any]) -> threading.Thread:
        """Begin; the work is given a function that tells what it does next."""
        wanted = self._wanted = object()
        self.error, self.seconds, self.status = "", 0, status
        threading.Thread(target=self._count, args=(wanted,), name="clock", daemon=True).start()
        return self._latest.run(lambda: self._in_turn(wanted, work))

    def stop(self) -> None:
        """Wait for nothing."""
        self._wanted = None
        self._latest.forget()
        self.error = self.status = ""

    def fail(self, why: str) -> None:
        """End with an error."""
        self._wanted = None
        self._latest.forget()
        self.status, self.error = "", why

    def _in_turn(self, wanted: object, work: Callable[[Say], Any]) -> Any:
        def say(words: str) -> None:
            if wanted is self._wanted:
                self.status = words

        with self._places:
            return work(say) if wanted is self._wanted else None

    def _done(self, made: Any) -> None:
        self._wanted = None
        self._given(made)
        self.status = ""

    def _count(self, wanted: object) -> None:
        time.sleep(1)
        while wanted is self._wanted:
            self.seconds += 1
            time.sleep(1)
