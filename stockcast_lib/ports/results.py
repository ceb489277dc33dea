"""What forecasts leave behind."""

from dataclasses import dataclass
from typing import Protocol


class RunArchive(Protocol):
    """The evidence of every run, for good."""

    def write(self, job_id: str, attempt: int, name: str, data: bytes) -> None:
        """Store one artefact of one attempt."""

    def read(self, job_id: str, name: str) -> bytes | None:
        """The artefact of the last attempt that has it."""


@dataclass(frozen=True)
class StoredForecast:
    """A forecast as Redis and the archive keep it: bytes that no reader needs to decode first."""

    job_id: str
    result: bytes
    figure: bytes
    picture: bytes


class ResultStore(Protocol):
    """The fast read path for finished forecasts."""

    def put(self, result_key: str, forecast: StoredForecast) -> None:
        """Keep it for its lifetime."""

    def get(self, result_key: str) -> StoredForecast | None:
        """What is kept, if it still is."""

    def job_id(self, result_key: str) -> str | None:
        """Whose result is kept there."""
