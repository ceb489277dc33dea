"""The forecast stage: the notebook's result, validated, archived, then in Redis."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from stockcast_lib.core import keys
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import DamagedPrices, StockcastError
from stockcast_lib.core.jobs import Job, JobState, Stage, result_key
from stockcast_lib.core.notebook_parameters import forecast_parameters
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.evidence.displayed import displayed_forecast
from stockcast_lib.ports import (
    UNTRACED,
    Claim,
    JobQueue,
    Ledger,
    ModelCatalogue,
    PriceBoard,
    ResultStore,
    RunArchive,
    Tracer,
)
from stockcast_lib.stages.challenger import ChallengerRuns
from stockcast_lib.stages.model_runner import ModelRunners
from stockcast_lib.stages.progress import progress_teller

_log = structlog.get_logger()


@dataclass(frozen=True)
class ForecastStage:
    """Runs the model's notebook and keeps what it displays."""

    queue: JobQueue
    board: PriceBoard
    results: ResultStore
    archive: RunArchive
    runner: ModelRunners
    models: ModelCatalogue
    ledger: Ledger
    challengers: ChallengerRuns
    tracer: Tracer = UNTRACED

    def __call__(self, claim: Claim, cancellation: Cancellation) -> None:
        """Do the claimed job's stage.

        Raises:
            StockcastError: what the notebook raised, or BadResult, or an edge that is away.
        """
        job = claim.job
        model = job.request.model
        revision = self.models.revision(model)
        _log.info("model.chosen", revision=revision)
        self.tracer.note(revision=revision)
        run = self.runner.run(
            self.models.notebook(model),
            forecast_parameters(job),
            progress_teller(self.queue, claim),
            cancellation,
            published=self.models.is_published(model),
        )
        evidence = {keys.notebook_artefact(Stage.FORECAST): run.executed}
        try:
            result, forecast = displayed_forecast(run, job, revision)
        except StockcastError as error:
            self.archive.write_all(job.id, job.attempt, evidence)
            if isinstance(error, DamagedPrices):
                # Whoever asks again is no longer sent to them.
                self.board.forget(job.request.ticker)
            raise
        prices = keys.content_hash(job.price_version or "")
        key = result_key(job.request, revision, prices, stale=result.stale)
        made = {
            keys.FIGURE_ARTEFACT: forecast.figure,
            keys.PICTURE_ARTEFACT: forecast.picture,
            keys.RESULT_ARTEFACT: forecast.result,
        }
        self._keep(job, result, {**evidence, **made})
        # Last: a reader that finds the job finds the rest.
        self.archive.write(job.id, job.attempt, keys.JOB_ARTEFACT, _ended(job, key))
        self.results.put(key, forecast)
        self.queue.finish(claim, key)
        self.challengers.after(job, stale=result.stale)

    def _keep(self, job: Job, result: ForecastResult, evidence: Mapping[str, bytes]) -> None:
        with ThreadPoolExecutor(1) as beside:
            # Before anybody can be told of it: what is not in the ledger was never served.
            entered = beside.submit(self.ledger.write, job, result)
            self.archive.write_all(job.id, job.attempt, evidence)
        entered.result()


def _ended(job: Job, result: str) -> bytes:
    changes = {"state": JobState.DONE, "result_key": result, "last_error": None}
    return job.model_copy(update=changes).model_dump_json(exclude_unset=True).encode()
