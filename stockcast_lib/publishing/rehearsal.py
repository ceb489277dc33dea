"""A notebook run as the service would run it, for nobody."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.contract import Fault, failed_cell, hide_secrets
from stockcast_lib.core.errors import BadResult, StockcastError
from stockcast_lib.core.jobs import ForecastRequest, Job, JobState, Stage
from stockcast_lib.core.notebook_parameters import forecast_parameters
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.evidence.displayed import displayed_forecast
from stockcast_lib.ports import NotebookRunner

SMOKE_DAYS = 30
_MENDS = {
    "notebook-timed-out": "make it quicker: a run has a limit in seconds",
    "output-too-large": "display and print less",
    "too-much-memory": "hold less data at once",
    "too-many-processes": "start fewer processes",
}


class Failed(Exception):
    """A notebook did not give a forecast.

    Attributes:
        fault: where it failed, and what is to be done.
        cause: the error of the run; a retryable one is not the notebook's.
    """

    def __init__(self, fault: Fault, cause: StockcastError) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.cause = cause


def rehearse(
    runner: NotebookRunner, notebook: Path, version: PriceVersion, days: int = SMOKE_DAYS
) -> ForecastResult:
    """The forecast that a notebook makes from a price version.

    Args:
        runner: of notebooks, with the service's own limits.
        notebook: its file.
        version: of prices that the notebook's kernel can read.
        days: calendar days ahead.

    Raises:
        Failed: it raised, ran into a limit, or displayed no valid forecast.
    """
    job = _job(version, days)
    run = runner.run(notebook, forecast_parameters(job), lambda _: None, Cancellation())
    if run.error is not None:
        cell = failed_cell(json.loads(run.executed))
        told = hide_secrets(run.error.message.rstrip("."))
        mend = _MENDS.get(run.error.code, "run it in JupyterLab to see where it fails")
        raise Failed(Fault(cell, f"it fails on {version.ticker}: {told}", mend), run.error)
    try:
        return displayed_forecast(run, job, revision="")[0]
    except BadResult as error:
        mend = "end it with `ForecastReport(forecast, version)`, made from its parameters"
        raise Failed(Fault(None, error.message.rstrip("."), mend), error) from None


def _job(version: PriceVersion, days: int) -> Job:
    now = datetime.now(UTC)
    return Job(
        id=_rehearsal_id(version.key),
        request=ForecastRequest(ticker=version.ticker, days=days),
        state=JobState.RUNNING,
        stage=Stage.FORECAST,
        created_at=now,
        updated_at=now,
        price_version=version.key,
    )


def _rehearsal_id(key: str) -> str:
    """Looks like a job's id, so that the notebook's parameters are valid; is nobody's."""
    return hashlib.sha256(key.encode()).hexdigest()[:32].translate(str.maketrans("0189", "abcd"))
