"""The forecast service as its clients use it: gateway, dashboard, command line and Python.

It only joins ports, so every face submits, waits and reads in one way.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stockcast_lib.core import job_ids, keys
from stockcast_lib.core.errors import (
    DamagedObject,
    IdempotencyKeyReused,
    LostJob,
    UnknownJob,
    WorkerUnavailable,
)
from stockcast_lib.core.jobs import (
    Asker,
    ForecastRequest,
    Job,
    Lane,
    Stage,
    parse_request,
    request_key,
)
from stockcast_lib.core.model_config import BUILT_IN_MODELS, ModelChoice
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.protocol import Submit
from stockcast_lib.core.scores import Scores
from stockcast_lib.core.symbols import SymbolDirectory, unknown_ticker
from stockcast_lib.ports import (
    Directories,
    JobEvents,
    JobQueue,
    JobSubmitter,
    PriceBoard,
    PriceStore,
    ResultStore,
    RunArchive,
    ScoreStore,
    StoredForecast,
    Submission,
    SubmissionStore,
)

if TYPE_CHECKING:
    from stockcast_lib.core.price_history import PriceHistory


@dataclass(frozen=True)
class ForecastService:
    """Submit, follow and read forecasts. Safe to share between threads."""

    ingest: JobSubmitter
    queue: JobQueue
    events: JobEvents
    results: ResultStore
    archive: RunArchive
    directories: Directories
    submissions: SubmissionStore
    board: PriceBoard
    prices: PriceStore
    published_models: Callable[[], Sequence[str]]
    score_store: ScoreStore
    frame_key: bytes
    # A process that names no client is one of its own: so is each page of the dashboard.
    client: str = field(default_factory=lambda: f"local-{secrets.token_hex(8)}")

    @property
    def directory(self) -> SymbolDirectory:
        """The known tickers, as of now."""
        return self.directories()

    def submit(
        self,
        payload: Any,
        client: str | None = None,
        lane: Lane = Lane.INTERACTIVE,
        idempotency_key: str | None = None,
    ) -> str:
        """Validate a request, hand it to the ingest worker, and give back the job's id.

        Args:
            payload: the request.
            client: who asks, by default this process; one with many jobs holds up no other.
            lane: batch jobs wait for interactive ones.
            idempotency_key: the caller's own name of this submission: within a day the same one
                leads to the same job, whatever became of that.

        Raises:
            InvalidRequest: with every wrong field.
            UnknownTicker: where the directory is known to be complete.
            QueueFull: too many jobs wait.
            WorkerUnavailable: no worker answered.
            IdempotencyKeyReused: it was another request's.
        """
        request = parse_request(payload)
        if idempotency_key is None:
            return self._handed_over(request, client, lane)
        digest = request_key(request, revision="")
        held = self.submissions.get(idempotency_key)
        if held is None:
            submitted = Submission(digest, self._handed_over(request, client, lane))
            held = self.submissions.keep(idempotency_key, submitted)
        if held.request != digest:
            raise IdempotencyKeyReused(
                "This idempotency key was given with another request: choose a new one."
            )
        return held.job_id

    def _handed_over(self, request: ForecastRequest, client: str | None, lane: Lane) -> str:
        self._refuse_unknown(request.ticker)
        asker = Asker(client=client or self.client, token=secrets.token_hex(12), lane=lane)
        reply = self.ingest.send(Submit(request.canonical(), asker.model_dump(mode="json")))
        if reply.job_id is None:
            raise WorkerUnavailable("The ingest worker gave no job id: ask again.")
        return reply.job_id

    def _refuse_unknown(self, ticker: str) -> None:
        directory = self.directory
        if directory.complete and ticker not in directory:
            # Somebody may have added it just now.
            directory = self.directories.fresh()
            if ticker not in directory:
                raise unknown_ticker(ticker, directory)

    def job(self, job_id: str) -> Job:
        """The job as it is now, or as the archive has it when its queue was lost.

        Raises:
            UnknownJob: the id was never given out.
            LostJob: it was, but the job went with a Redis volume.
            DamagedObject: its record in the archive is not as it was written.
        """
        job = self.queue.job(job_id)
        if job is not None:
            return job
        if not job_ids.is_ours(job_id, self.frame_key):
            raise UnknownJob("There is no forecast with this id.")
        archived = self.archive.read(job_id, keys.JOB_ARTEFACT)
        if archived is None:
            raise LostJob("This job was lost with its queue: ask for the forecast again.")
        return Job.model_validate_json(archived)

    def withdraw(self, job_id: str, token: str | None = None) -> None:
        """Take one interest in a job back; with the last one the job is cancelled.

        Args:
            job_id: the job.
            token: the same one counts once; a new one by default.

        Raises:
            UnknownJob, LostJob: as `job`.
        """
        if not self.job(job_id).state.terminal:
            self.queue.withdraw(job_id, token or secrets.token_hex(12))

    def follow(self, job_id: str, timeout: float) -> Iterator[Job]:
        """The job now and after each change, until it has ended or `timeout` seconds are over."""
        self.job(job_id)
        yield from self.events.follow(job_id, timeout)

    def wait(self, job_id: str, timeout: float) -> Job:
        """The job when it has ended, or as it is after `timeout` seconds."""
        job = self.job(job_id)
        deadline = time.monotonic() + timeout
        for change in self.events.follow(job_id, deadline - time.monotonic()):
            job = change
        return job

    def forecast(self, job: Job) -> StoredForecast | None:
        """What a finished job made: from Redis, else from the archive; None if not finished.

        Raises:
            DamagedObject: what the archive holds is not as it was written.
        """
        if job.result_key is None:
            return None
        return self.results.get(job.result_key) or self._archived(job.id)

    def notebook(self, job_id: str, stage: Stage) -> bytes | None:
        """The executed notebook of a job's stage, once there is one.

        Raises:
            DamagedObject: it is not as it was written; asked for again, the forecast is made anew.
        """
        return self._evidence(job_id, keys.notebook_artefact(stage))

    def _evidence(self, job_id: str, name: str) -> bytes | None:
        try:
            return self.archive.read(job_id, name)
        except DamagedObject:
            self._no_longer_answer_with(job_id)
            raise

    def _no_longer_answer_with(self, job_id: str) -> None:
        job = self.queue.job(job_id)
        if job is not None and job.result_key is not None:
            self.results.forget(job.result_key, job_id)

    def recent(self, ticker: str | None, limit: int) -> list[Job]:
        """The jobs that were made last, of one ticker or of all, the newest first."""
        return self.queue.recent(ticker, limit)

    def models(self) -> tuple[ModelChoice, ...]:
        """The models that can be asked for, the usual one first."""
        known = {choice.name for choice in BUILT_IN_MODELS}
        published = [name for name in self.published_models() if name not in known]
        return (*BUILT_IN_MODELS, *(ModelChoice(name, name) for name in published))

    def scores(self) -> Scores:
        """How the forecasts that were served did, as of the last look at the ledger."""
        return self.score_store.current()

    def price_version(self, ticker: str) -> PriceVersion | None:
        """The prices that the next forecast of a ticker starts from, if any were fetched."""
        return self.board.current(ticker)

    def prices_of(self, key: str) -> "tuple[PriceVersion, PriceHistory]":
        """The prices that a forecast was made from.

        Args:
            key: a result's `data_version`.

        Raises:
            NoPrices: the store does not hold them.
            DamagedPrices: it holds others in their place.
        """
        version = self.prices.version(key)
        return version, self.prices.load(version)

    def _archived(self, job_id: str) -> StoredForecast | None:
        result, figure, picture = (
            self._evidence(job_id, name)
            for name in (keys.RESULT_ARTEFACT, keys.FIGURE_ARTEFACT, keys.PICTURE_ARTEFACT)
        )
        if result is None or figure is None or picture is None:
            return None
        return StoredForecast(job_id, result, figure, picture)
