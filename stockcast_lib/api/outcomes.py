"""What a job made, or why it made nothing."""

from typing import Protocol

from stockcast_lib.core.errors import (
    ErrorReport,
    NotebookTimedOut,
    StockcastError,
    error_from_report,
)
from stockcast_lib.core.jobs import Job, JobState
from stockcast_lib.ports import StoredForecast


def stored_or_raise(job: Job, stored: StoredForecast | None) -> StoredForecast:
    """What a job made.

    Raises:
        StockcastError: why it made nothing.
    """
    if stored is not None:
        return stored
    raise unfinished(job)


class Unfinished(Protocol):
    """A job without a result, wherever it was read."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def state(self) -> JobState:
        """Where it is in its life."""

    @property
    def error(self) -> ErrorReport | None:
        """What it failed with."""


def unfinished(job: Unfinished) -> StockcastError:
    """The error that says why a job has no result."""
    if job.error is not None:
        return error_from_report(job.error)
    if job.state.terminal:
        return StockcastError(f"The forecast was {job.state}, and has no result.")
    return NotebookTimedOut(f"The forecast is still {job.state}: its id is {job.id}.")
