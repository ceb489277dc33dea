"""How long to pause before a call is tried again.

Pauses double, as in the exponential backoff of RFC 6298's retransmissions, and half of each is left
to chance, so that many clients do not come back at the same moment.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

_chance = random.SystemRandom()


@dataclass(frozen=True)
class Pauses:
    """Seconds, and where they come from.

    Attributes:
        first: the longest pause after the first try.
        longest: of all but those that the gateway asks for.
        tries: how often a call is made at most.
        sleep: pauses.
        clock: tells the time by which deadlines are set.
    """

    first: float = 0.25
    longest: float = 8.0
    tries: int = 6
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def before(self, tried: int) -> float:
        """Seconds before the next try, after so many."""
        most: float = min(self.longest, self.first * 2.0 ** min(tried - 1, 30))
        return most * _chance.uniform(0.5, 1)

    def as_asked(self, seconds: float) -> float:
        """As long as the gateway asks for, and a little more."""
        return seconds + _chance.uniform(0, self.first)


DEFAULT_PAUSES = Pauses()
