"""When a loop last came round, so that whoever watches can tell work from a standstill."""

import time
from collections.abc import Callable


class Rounds:
    """Stamped by the loop's thread, read by any other.

    Args:
        clock: in seconds, never set back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # One value, so that a reader never sees the time of one round with the work of another.
        self._last = (clock(), False)

    def stamp(self, *, working: bool) -> None:
        """The loop has come round, and looks for work or begins some."""
        self._last = (self._clock(), working)

    def standstill(self, longest_wait: float, longest_work: float) -> float | None:
        """For how many seconds the loop has not come round, if that is too long."""
        stamped, working = self._last
        seconds = self._clock() - stamped
        return seconds if seconds > (longest_work if working else longest_wait) else None
