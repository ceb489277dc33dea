"""The forecast stage: the notebook's result, validated, archived, then in Redis."""

import base64
import binascii
import json
from dataclasses import dataclass

from stockcast_lib.core import keys
from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.errors import BadResult
from stockcast_lib.core.jobs import Job, JobState, Stage, result_key
from stockcast_lib.core.notebook_parameters import forecast_parameters
from stockcast_lib.core.results import PLOTLY_MIME, PNG_MIME, RESULT_MIME, parse_result
from stockcast_lib.ports import (
    Claim,
    JobQueue,
    ModelCatalogue,
    NotebookRun,
    NotebookRunner,
    ResultStore,
    RunArchive,
    StoredForecast,
)
from stockcast_lib.stages.progress import progress_teller


@dataclass(frozen=True)
class ForecastStage:
    """Runs the model's notebook and keeps what it displays."""

    queue: JobQueue
    results: ResultStore
    archive: RunArchive
    runner: NotebookRunner
    models: ModelCatalogue

    def __call__(self, claim: Claim, cancellation: Cancellation) -> None:
        """Do the claimed job's stage.

        Raises:
            StockcastError: what the notebook raised, or BadResult, or an edge that is away.
        """
        job = claim.job
        model = job.request.model
        revision = self.models.revision(model)
        run = self.runner.run(
            self.models.notebook(model),
            forecast_parameters(job),
            progress_teller(self.queue, claim),
            cancellation,
        )
        name = keys.notebook_artefact(Stage.FORECAST)
        self.archive.write(job.id, job.attempt, name, run.executed)
        if run.error is not None:
            raise run.error
        forecast = displayed_forecast(run, job, revision)
        prices = keys.content_hash(job.price_version or "")
        key = result_key(job.request, revision, prices, stale=parse_result(forecast.result).stale)
        self._archive(job, forecast, key)
        self.results.put(key, forecast)
        self.queue.finish(claim, key)

    def _archive(self, job: Job, forecast: StoredForecast, key: str) -> None:
        changes = {"state": JobState.DONE, "result_key": key, "last_error": None}
        ended = job.model_copy(update=changes)
        for name, data in (
            (keys.FIGURE_ARTEFACT, forecast.figure),
            (keys.PICTURE_ARTEFACT, forecast.picture),
            (keys.RESULT_ARTEFACT, forecast.result),
            # Last: a reader that finds the job finds the rest.
            (keys.JOB_ARTEFACT, ended.model_dump_json(exclude_unset=True).encode()),
        ):
            self.archive.write(job.id, job.attempt, name, data)


def displayed_forecast(run: NotebookRun, job: Job, revision: str) -> StoredForecast:
    """The forecast that a notebook displayed last.

    Raises:
        BadResult: none was displayed, it is incomplete, or it answers another request.
    """
    shown = [bundle for bundle in run.outputs if RESULT_MIME in bundle]
    if not shown:
        raise BadResult("The notebook displayed no forecast: its last line must show a report.")
    bundle = shown[-1]
    missing = [mime for mime in (PLOTLY_MIME, PNG_MIME) if mime not in bundle]
    if missing:
        raise BadResult(f"The displayed forecast lacks {' and '.join(missing)}.")
    result = parse_result(bundle[RESULT_MIME])
    asked = (job.request.ticker, job.request.days, job.price_version)
    if (result.ticker, result.days, result.data_version) != asked:
        raise BadResult("The displayed forecast is not for the ticker, days and prices asked for.")
    model = result.model.model_copy(update={"name": job.request.model, "revision": revision})
    return StoredForecast(
        job.id,
        result.model_copy(update={"model": model}).to_json().encode(),
        json.dumps(bundle[PLOTLY_MIME], separators=(",", ":")).encode(),
        _png(bundle[PNG_MIME]),
    )


def _png(encoded: str) -> bytes:
    try:
        picture = base64.b64decode(encoded)
    except (binascii.Error, TypeError, ValueError):
        picture = b""
    if not picture.startswith(b"\x89PNG"):
        raise BadResult("The displayed forecast's picture is not a PNG.")
    return picture
