"""When faults strike in a soak, and which moments are calm."""

from collections.abc import Sequence
from dataclasses import dataclass

_LEAD_SECONDS = 30.0
# Each kind comes once in these, however short the soak.
FAULT_SECONDS = 75.0
# Until leases have run out, who was killed has been started again, and the queue is short again.
SETTLE_SECONDS = 30.0
_CYCLE_SECONDS = 540.0
_LEAST_CALM = 45.0
_LEAST_CYCLE = FAULT_SECONDS + SETTLE_SECONDS + _LEAST_CALM
SHORTEST = _LEAD_SECONDS + _LEAST_CYCLE


@dataclass(frozen=True)
class Window:
    """From the first fault until the consequences of the last are over; moments of one clock."""

    begin: float
    end: float


def fault_times(seconds: float) -> tuple[float, ...]:
    """When windows begin in a soak of so many seconds, each with as much calm after it.

    The first comes soon: what it makes grow once, such as pools of threads and of connections, is
    no leak, so memory is judged from its end on.

    Raises:
        ValueError: there is no time for one window and a calm after it.
    """
    if seconds < SHORTEST:
        raise ValueError(f"A soak takes {SHORTEST:g} seconds or more.")
    count = max(1, round((seconds - _LEAD_SECONDS) / _CYCLE_SECONDS))
    cycle = (seconds - _LEAD_SECONDS) / count
    return tuple(_LEAD_SECONDS + number * cycle for number in range(count))


def is_calm(moment: float, windows: Sequence[Window]) -> bool:
    """Whether nothing that was done to the stack excuses it at a moment."""
    return not any(window.begin <= moment <= window.end for window in windows)
