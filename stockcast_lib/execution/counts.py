"""How many kernels this process has had, and what went wrong with them."""

import threading


class KernelCounts:
    """Counts that only grow.

    Attributes:
        forks: kernels that were forked.
        fallbacks: kernels that were started plainly, since they could not be forked.
        rebirths: fork servers that took a dead one's place.
    """

    def __init__(self) -> None:
        self.forks = self.fallbacks = self.rebirths = 0
        self._lock = threading.Lock()

    def forked(self) -> None:
        """One more fork."""
        with self._lock:
            self.forks += 1

    def fell_back(self) -> int:
        """One more kernel that was started plainly; how many by now."""
        with self._lock:
            self.fallbacks += 1
            return self.fallbacks

    def reborn(self) -> None:
        """One more fork server in a dead one's place."""
        with self._lock:
            self.rebirths += 1


# Of the process: jupyter_client makes the provisioners, and hands them nothing.
COUNTS = KernelCounts()
