"""Which errors are worth another try, how often, and after how long.

A wait doubles each time, as in the exponential backoff of RFC 6298's retransmissions.
"""

from dataclasses import dataclass
from typing import Any

from stockcast_lib.core.errors import (
    Fault,
    KernelDied,
    QueueUnavailable,
    StockcastError,
    Throttled,
)

LONGEST_WAIT = 30.0


@dataclass(frozen=True)
class _Policy:
    """`retries` at most, the first after `first` seconds."""

    retries: int
    first: float


# What is away comes back: 1 + 2 + 4 + 8 + 16 + 30 + 30 seconds outlast a restart.
_AWAY = _Policy(retries=7, first=1.0)
# A notebook that ends its own kernel does it again.
_KERNEL = _Policy(retries=2, first=0.5)
# The person who waits can ask again: better soon to know than late.
_VENDOR = _Policy(retries=2, first=2.0)


def retry_delay(error: StockcastError, retries: int, longest: float = LONGEST_WAIT) -> float | None:
    """Seconds until the next try, or None when there is none.

    Args:
        error: what ended the try.
        retries: how many there have been.
        longest: the most seconds to wait.
    """
    if not error.retryable:
        return None
    policy = _policy(error)
    if retries >= policy.retries:
        return None
    delay: float = min(longest, policy.first * 2**retries)
    asked: Any = error.details.get("retry_after") if isinstance(error, Throttled) else None
    if not isinstance(asked, int | float):
        return delay
    return float(asked) if asked <= longest else None


def _policy(error: StockcastError) -> _Policy:
    if isinstance(error, KernelDied):
        return _KERNEL
    if error.fault is Fault.VENDOR:
        return _VENDOR
    return _AWAY


def is_dead_letter(error: StockcastError) -> bool:
    """Whether somebody must look at it: not the caller's fault, and not cured by a retry."""
    return error.fault is not Fault.CALLER and not isinstance(error, QueueUnavailable)
