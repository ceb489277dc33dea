"""Jobs, forecasts and symbols as the HTTP face shows them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from stockcast_lib.core.job_events import JobEvent, Place
from stockcast_lib.core.jobs import Job, JobState, Progress
from stockcast_lib.core.symbols import Symbol
from stockcast_lib.ports import StoredForecast

BASE = "/api/v1/forecasts"
_NOTEBOOK = ("notebook", "notebook.ipynb")


def links(job: Job, prefix: str = "") -> dict[str, str]:
    """Where a job and its evidence are; evidence only where there is some.

    Args:
        job: the job.
        prefix: under which a proxy shows the API.
    """
    here = f"{prefix}{BASE}/{job.id}"
    names: tuple[str, ...] = ()
    if job.state is JobState.DONE:
        names = ("chart.png", "chart.json", "data.csv", *_NOTEBOOK)
    elif job.notebook:
        names = _NOTEBOOK
    return {"self": here, **{name: f"{here}/{name}" for name in names}}


def job_body(
    job: Job, forecast: StoredForecast | None, prefix: str = "", place: Place | None = None
) -> bytes:
    """A job as JSON, with its result as it is stored, not decoded and encoded again."""
    fields = {
        **_outline(job, prefix),
        "progress": _progress(job.progress),
        **_place(place),
        "error": job.error.model_dump(mode="json") if job.error else None,
        "lastError": job.last_error.model_dump(mode="json") if job.last_error else None,
    }
    body = json.dumps(fields).encode()
    return body[:-1] + b', "result": ' + (forecast.result if forecast else b"null") + b"}"


def jobs_body(jobs: Iterable[Job], prefix: str = "") -> dict[str, Any]:
    """A list of jobs, without what they made."""
    return {"forecasts": [_outline(job, prefix) for job in jobs]}


def event_text(job_id: str, event: JobEvent) -> bytes:
    """An event of a job as the server-sent text."""
    data = {
        "id": job_id,
        "state": event.state,
        "stage": event.stage,
        "progress": _progress(event.progress),
        **_place(event.place),
    }
    head = f"event: {event.name}\n" + (f"id: {event.id}\n" if event.id else "")
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _outline(job: Job, prefix: str) -> Mapping[str, Any]:
    return {
        "id": job.id,
        "state": job.state,
        "stage": job.stage,
        "request": job.request.canonical(),
        "createdAt": job.created_at.isoformat(),
        "updatedAt": job.updated_at.isoformat(),
        "links": links(job, prefix),
    }


def _progress(progress: Progress | None) -> dict[str, int] | None:
    return progress.model_dump() if progress else None


def _place(place: Place | None) -> dict[str, float | None]:
    return {
        "position": place.position if place else None,
        "expectedSeconds": place.expected_seconds if place else None,
    }


def symbols_body(symbols: list[Symbol]) -> dict[str, Any]:
    """A search's matches."""
    return {
        "symbols": [
            {"ticker": symbol.ticker, "name": symbol.name, "exchange": symbol.exchange}
            for symbol in symbols
        ]
    }
