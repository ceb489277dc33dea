"""How often somebody may call."""

from typing import Protocol


class RateLimit(Protocol):
    """A limit on the calls of each caller, by all processes together."""

    def wait(self, caller: str) -> float:
        """Count a call; 0 where it may be answered, else the seconds after which the next may.

        Where nobody can tell, every call may: a limit must not take down what works without it.
        Never raises.

        Args:
            caller: the same text for the same caller.
        """
