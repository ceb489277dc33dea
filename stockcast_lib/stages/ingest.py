"""The ingest stage: prices in the store, then the hand-over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import stamina
from pydantic import ValidationError

from stockcast_lib.core import keys
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import BadResult, WorkerUnavailable
from stockcast_lib.core.jobs import Stage
from stockcast_lib.core.notebook_parameters import ingest_parameters
from stockcast_lib.core.prices import PriceVersion, is_fresh
from stockcast_lib.core.protocol import HandOver
from stockcast_lib.core.results import PRICES_MIME
from stockcast_lib.ports import (
    Claim,
    JobQueue,
    JobSubmitter,
    NotebookRun,
    NotebookRunner,
    PriceBoard,
    PriceStore,
    RunArchive,
)
from stockcast_lib.stages.progress import progress_teller

_HAND_OVER_TIMEOUT = 60


@dataclass(frozen=True)
class IngestStage:
    """Makes sure that fresh prices are in the store, and hands the job on."""

    queue: JobQueue
    board: PriceBoard
    store: PriceStore
    archive: RunArchive
    runner: NotebookRunner
    forecast: JobSubmitter
    notebook: Path
    max_age: timedelta

    def __call__(self, claim: Claim, cancellation: Cancellation) -> None:
        """Do the claimed job's stage.

        Raises:
            StockcastError: what the notebook raised, or BadResult, or an edge that is away.
        """
        ticker = claim.job.request.ticker
        version = self._fresh(ticker)
        if version is None:
            with self.board.fetching(ticker):
                # Whoever held the lock before may have fetched them.
                version = self._fresh(ticker) or self._ingest(claim, cancellation)
        self._hand_over(HandOver(claim.job.id, version.key))
        self.queue.release(claim)

    def _hand_over(self, message: HandOver) -> None:
        # The forecast workers may be restarting: a job whose prices are there is worth the wait.
        for attempt in stamina.retry_context(
            on=WorkerUnavailable, attempts=None, timeout=_HAND_OVER_TIMEOUT, wait_max=2
        ):
            with attempt:
                self.forecast.send(message)

    def _fresh(self, ticker: str) -> PriceVersion | None:
        version = self.board.current(ticker)
        if version is None:
            version = self.store.current(ticker)
            if version is not None:
                self.board.publish(version)
        if version is None or not is_fresh(version, now=datetime.now(UTC), max_age=self.max_age):
            return None
        return version

    def _ingest(self, claim: Claim, cancellation: Cancellation) -> PriceVersion:
        job = claim.job
        run = self.runner.run(
            self.notebook,
            ingest_parameters(job),
            progress_teller(self.queue, claim),
            cancellation,
        )
        name = keys.notebook_artefact(Stage.INGEST)
        self.archive.write(job.id, job.attempt, name, run.executed)
        if run.error is not None:
            raise run.error
        version = _displayed_version(run, job.request.ticker)
        self.board.publish(version)
        return version


def _displayed_version(run: NotebookRun, ticker: str) -> PriceVersion:
    shown = [bundle[PRICES_MIME] for bundle in run.outputs if PRICES_MIME in bundle]
    if not shown:
        raise BadResult("The ingest notebook displayed no price version.")
    try:
        version = PriceVersion.model_validate(shown[-1])
    except ValidationError as error:
        raise BadResult("The price version that the ingest notebook displayed is not valid.") from (
            error
        )
    if version.ticker != ticker:
        raise BadResult(f"The ingest notebook displayed prices of {version.ticker}, not {ticker}.")
    return version
