"""What is counted and timed while it happens, and how it is told.

A call here takes microseconds, never waits and never raises: the work that it is about goes first.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Lane


class Outcome(StrEnum):
    """How a worker's hold on a job ended."""

    DONE = "done"
    FAILED = "failed"
    RETRIED = "retried"
    CANCELLED = "cancelled"
    HANDED_BACK = "handed_back"
    LOST = "lost"


class Lookup(StrEnum):
    """Where the prices of a job came from."""

    STORED = "stored"
    FETCHED_BY_ANOTHER = "fetched_by_another"
    FETCHED = "fetched"


class RequestMetrics(Protocol):
    """What an HTTP server counts."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has had its answer.

        Args:
            method: of HTTP; any other counts as one.
            route: the path's template, never the path itself.
            status: of the answer.
            seconds: from its first byte to its answer.
        """

    def listening(self, listeners: int) -> None:
        """So many listen to events now."""

    def refused(self, reason: str) -> None:
        """A caller was not let through: the code of the refusal."""


class StageMetrics(Protocol):
    """What a stage's worker counts."""

    def message(self, outcome: str) -> None:
        """A message was answered: what became of it, or a rejection's code."""

    def run(
        self, lane: Lane, outcome: Outcome, error: StockcastError | None, seconds: float
    ) -> None:
        """A job was let go; `error` is what ended it, if anything did."""

    def cell(self, seconds: float) -> None:
        """A notebook's cell has run."""

    def prices(self, lookup: Lookup) -> None:
        """A job's prices are there."""

    def vendor_calls(self, vendor: str, outcome: str, calls: int) -> None:
        """A vendor was asked so many times; the code of its refusal, or `ok`."""


class Exposition(Protocol):
    """All that a process knows of itself, as text."""

    @property
    def media(self) -> str:
        """The text's."""

    def text(self) -> bytes:
        """As of now; may wait for some seconds, and never raises for what is away."""


@dataclass(frozen=True)
class ServerMetrics:
    """What an HTTP server counts, and how it tells it."""

    requests: RequestMetrics
    exposition: Exposition


class Uncounted:
    """Every one of the ports above where nobody counts."""

    media = "text/plain; charset=utf-8"

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """See `RequestMetrics.answered`."""

    def listening(self, listeners: int) -> None:
        """See `RequestMetrics.listening`."""

    def refused(self, reason: str) -> None:
        """See `RequestMetrics.refused`."""

    def message(self, outcome: str) -> None:
        """See `StageMetrics.message`."""

    def run(
        self, lane: Lane, outcome: Outcome, error: StockcastError | None, seconds: float
    ) -> None:
        """See `StageMetrics.run`."""

    def cell(self, seconds: float) -> None:
        """See `StageMetrics.cell`."""

    def prices(self, lookup: Lookup) -> None:
        """See `StageMetrics.prices`."""

    def vendor_calls(self, vendor: str, outcome: str, calls: int) -> None:
        """See `StageMetrics.vendor_calls`."""

    def text(self) -> bytes:
        """See `Exposition.text`: nothing."""
        return b""


UNCOUNTED = Uncounted()
