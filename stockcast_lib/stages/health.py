"""Whether a worker lives, and whether it can take work."""

import threading
from collections.abc import Callable

from stockcast_lib.stages.rounds import Rounds

# A claim waits for a second, and for a Redis that hangs some fifteen.
_LONGEST_WAIT = 60.0
# Besides its notebook a job may wait for another's at the same ticker, for the hand-over, for S3
# and for a Redis that is away.
_BESIDES_RUNS = 300.0
_RUNS = 2


class WorkerHealth:
    """What is known of a worker's parts.

    Args:
        rounds: of the loop that claims jobs.
        run_seconds: a notebook's limit.
        redis_away: why Redis does not answer, or None; may wait.
        stopping: whether the worker has been told to stop.
    """

    def __init__(
        self,
        rounds: Rounds,
        run_seconds: float,
        redis_away: Callable[[], str | None],
        stopping: Callable[[], bool],
    ) -> None:
        self._rounds = rounds
        self._longest_job = _RUNS * run_seconds + _BESIDES_RUNS
        self._redis_away = redis_away
        self._stopping = stopping
        self._claims: threading.Thread | None = None

    def serving(self, claims: threading.Thread) -> None:
        """The kernels are warm, the listener is open, and jobs are claimed on this thread."""
        self._claims = claims

    def not_alive(self) -> str | None:
        """Why the worker should be started anew, or None."""
        if self._claims is None or self._stopping():
            return None
        if not self._claims.is_alive():
            return "The thread that claims jobs has ended; the log has why."
        seconds = self._rounds.standstill(_LONGEST_WAIT, self._longest_job)
        if seconds is not None:
            return f"The thread that claims jobs has stood still for {seconds:.0f} seconds."
        return None

    def not_ready(self) -> str | None:
        """Why it can take no work now, or None. Not on an event loop's thread."""
        if self._stopping():
            return "The worker has been told to stop."
        if self._claims is None:
            return "The kernels are not warm yet, and so the TCP listener is not open."
        return self.not_alive() or self._redis_away()
