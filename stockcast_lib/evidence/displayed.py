"""The forecast that an executed notebook displayed: taken from its outputs, and checked."""

import base64
import binascii
import json

from stockcast_lib.core.errors import BadResult
from stockcast_lib.core.jobs import Job
from stockcast_lib.core.models import model_name
from stockcast_lib.core.results import (
    PLOTLY_MIME,
    PNG_MIME,
    RESULT_MIME,
    ForecastResult,
    parse_result,
)
from stockcast_lib.ports import NotebookRun, StoredForecast


def displayed_forecast(
    run: NotebookRun, job: Job, revision: str
) -> tuple[ForecastResult, StoredForecast]:
    """The forecast that a notebook displayed last, as data and as it is kept.

    Raises:
        BadResult: none was displayed, it is incomplete, or it answers another request.
        StockcastError: what the notebook ended with.
    """
    if run.error is not None:
        raise run.error
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
    model = result.model.model_copy(
        update={"name": model_name(job.request.model), "revision": revision}
    )
    result = result.model_copy(update={"model": model})
    return result, StoredForecast(
        job.id,
        result.to_json().encode(),
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
