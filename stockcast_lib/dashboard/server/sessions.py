"""Who has the dashboard open: a limit on them, and the end of those whose page is gone."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from traitlets.log import get_logger


class Kernels(Protocol):
    """What is asked of Jupyter's kernel manager."""

    def __contains__(self, kernel_id: str) -> bool: ...

    def list_kernel_ids(self) -> list[str]:
        """All that run, those that wait for a visitor too."""

    def get_kernel(self, kernel_id: str) -> Any:
        """The manager of one kernel."""

    def kernel_model(self, kernel_id: str) -> dict[str, Any]:
        """What `GET api/kernels/ID` tells of it."""

    async def shutdown_kernel(self, kernel_id: str, *, now: bool = False) -> None:
        """End one."""


@dataclass(frozen=True)
class Limits:
    """How many sessions there may be, and for how many seconds without a page or its use."""

    sessions: int
    alone: float
    unused: float


@dataclass(eq=False)
class Seat:
    """One visitor's: promised before there is a kernel, then kept as long as the kernel lives."""

    kernel_id: str | None = None
    given_at: float = 0.0
    alone_since: float | None = None


class Sessions:
    """The visitors' kernels.

    Everything happens on the event loop's thread, so what contains no `await` is atomic.
    """

    def __init__(
        self, kernels: Kernels, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kernels = kernels
        self._limits = limits
        self._clock = clock
        self._seats: set[Seat] = set()

    def __len__(self) -> int:
        return len(self._taken())

    @property
    def limit(self) -> int:
        """How many there may be."""
        return self._limits.sessions

    def reserve(self) -> Seat | None:
        """A seat for a visitor who comes; none if all are taken."""
        if len(self._taken()) >= self.limit:
            return None
        seat = Seat()
        self._seats.add(seat)
        return seat

    def occupy(self, seat: Seat, kernel_id: str) -> None:
        """Tell which kernel the visitor was given."""
        seat.kernel_id = kernel_id
        seat.given_at = seat.alone_since = self._clock()

    def leave(self, seat: Seat) -> None:
        """Take back a seat for which no kernel was given."""
        if seat.kernel_id is None:
            self._seats.discard(seat)

    async def reap(self) -> None:
        """End each session that is over, and each kernel that died."""
        seats = {seat.kernel_id: seat for seat in self._taken()}
        ends = []
        for kernel_id in list(self._kernels.list_kernel_ids()):
            seat = seats.get(kernel_id)
            if not await self._lives(kernel_id):
                ends.append(self._end(kernel_id, "it died", now=True))
            elif seat is not None and (why := self._why_over(seat, kernel_id)):
                ends.append(self._end(kernel_id, why, now=False))
        # Together: one that will not end holds up nobody else.
        await asyncio.gather(*ends)

    def _taken(self) -> set[Seat]:
        # A page that says goodbye ends its kernel without coming by here.
        self._seats = {
            seat
            for seat in self._seats
            if seat.kernel_id is None or seat.kernel_id in self._kernels
        }
        return self._seats

    async def _lives(self, kernel_id: str) -> bool:
        if kernel_id not in self._kernels:  # ended while others were looked at
            return True
        return bool(await self._kernels.get_kernel(kernel_id).is_alive())

    def _why_over(self, seat: Seat, kernel_id: str) -> str | None:
        if kernel_id not in self._kernels:
            return None
        now, model = self._clock(), self._kernels.kernel_model(kernel_id)
        if model["connections"] > 0:
            seat.alone_since = None
        elif seat.alone_since is None:
            seat.alone_since = now
        elif now - seat.alone_since >= self._limits.alone:
            return "its page is gone"
        idle = min(_seconds_since(model["last_activity"]), now - seat.given_at)
        return "nobody used it" if idle >= self._limits.unused else None

    async def _end(self, kernel_id: str, why: str, *, now: bool) -> None:
        get_logger().info("Ending kernel %s: %s.", kernel_id, why)
        try:
            await self._kernels.shutdown_kernel(kernel_id, now=now)
        except Exception:  # noqa: BLE001  # whatever it is, the others' turn comes all the same
            if kernel_id in self._kernels:  # else its page ended it at the same time
                get_logger().exception("Kernel %s could not be ended.", kernel_id)


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
