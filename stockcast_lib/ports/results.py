"""What forecasts leave behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from stockcast_lib.core.jobs import Job
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.scores import Scores


class RunArchive(Protocol):
    """The evidence of every run, for good."""

    def write(self, job_id: str, attempt: int, name: str, data: bytes) -> None:
        """Store one artefact of one attempt."""

    def write_all(self, job_id: str, attempt: int, artefacts: Mapping[str, bytes]) -> None:
        """Store several by their names, at the same time: a reader may find some before others."""

    def read(self, job_id: str, name: str) -> bytes | None:
        """The artefact of the last attempt that has it. Raises DamagedObject."""


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

    def forget(self, result_key: str, job_id: str) -> None:
        """Keep it no longer, if it is this job's."""


class Ledger(Protocol):
    """Every forecast that was served, for good."""

    def write(self, job: Job, result: ForecastResult) -> None:
        """Keep what this attempt at a job forecast; a second time is the same."""


class ScoreStore(Protocol):
    """How served forecasts did."""

    def current(self) -> Scores:
        """The last look; an empty one where there was none."""

    def save(self, scores: Scores) -> None:
        """Keep a look, which becomes the current one."""
