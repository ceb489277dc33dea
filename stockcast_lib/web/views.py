"""Jobs, forecasts and symbols as the HTTP face shows them."""

import csv
import io
import json
from typing import Any

from stockcast_lib.core.jobs import Job, JobState
from stockcast_lib.core.results import parse_result
from stockcast_lib.core.symbols import Symbol
from stockcast_lib.ports import StoredForecast

BASE = "/api/v1/forecasts"


def links(job: Job) -> dict[str, str]:
    """Where a job and its evidence are; evidence only where there is some."""
    here = f"{BASE}/{job.id}"
    names: tuple[str, ...] = ()
    if job.state is JobState.DONE:
        names = ("chart.png", "chart.json", "data.csv", "notebook.ipynb")
    elif job.notebook:
        names = ("notebook.ipynb",)
    return {"self": here, **{name: f"{here}/{name}" for name in names}}


def job_body(job: Job, forecast: StoredForecast | None) -> bytes:
    """A job as JSON, with its result as it is stored, not decoded and encoded again."""
    fields: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "stage": job.stage,
        "progress": job.progress.model_dump() if job.progress else None,
        "request": job.request.canonical(),
        "createdAt": job.created_at.isoformat(),
        "updatedAt": job.updated_at.isoformat(),
        "error": job.error.model_dump(mode="json") if job.error else None,
        "lastError": job.last_error.model_dump(mode="json") if job.last_error else None,
        "links": links(job),
    }
    body = json.dumps(fields).encode()
    return body[:-1] + b', "result": ' + (forecast.result if forecast else b"null") + b"}"


def csv_body(forecast: StoredForecast) -> bytes:
    """The forecast's path: one row a session."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("date", "price", "lower", "upper"))
    for point in parse_result(forecast.result).path:
        writer.writerow((point.date, point.price, point.lower, point.upper))
    return text.getvalue().encode()


def symbols_body(symbols: list[Symbol]) -> dict[str, Any]:
    """A search's matches."""
    return {"symbols": [{"ticker": symbol.ticker, "name": symbol.name} for symbol in symbols]}
