"""An in-memory service that plays prepared jobs; only for the dashboard's own transitions."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from stockcast_lib.core.jobs import Job, JobState, Progress, Stage, parse_request
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from stockcast_lib.ports import StoredForecast
from tests.factories import forecast_result

FIGURE = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {"title": {"text": "TEST"}}}
_NOW = datetime(2026, 1, 5, tzinfo=UTC)


def job(state: JobState, stage: Stage = Stage.FORECAST, cell: int | None = None, **changes) -> Job:
    request = parse_request({"ticker": "TEST", "days": 3})
    progress = Progress(cell=cell, cells=5) if cell else None
    result_key = "result" if state is JobState.DONE else None
    return Job(
        id="job", request=request, state=state, stage=stage, created_at=_NOW, updated_at=_NOW,
        progress=progress, result_key=result_key,
    ).model_copy(update=changes)  # fmt: skip


class PlayedService:
    """Plays a list of jobs to whoever follows; `before` is called with each job first."""

    def __init__(self, *jobs: Job, before: Callable[[Job], None] = lambda _job: None) -> None:
        self.jobs = jobs
        self.before = before
        self.payloads: list[Any] = []
        self.refusal: Exception | None = None
        self.stored: StoredForecast | None = stored_forecast()
        self.directory = SymbolDirectory(
            (Symbol("AAPL", "Apple Inc."), Symbol("APA", "Apache"), Symbol("MSFT", "Microsoft")),
            complete=True,
        )

    def submit(self, payload: Any) -> str:
        if self.refusal:
            raise self.refusal
        self.payloads.append(payload)
        return "job"

    def follow(self, job_id: str, timeout: float) -> Iterator[Job]:
        assert job_id == "job"
        assert timeout > 0
        for each in self.jobs:
            self.before(each)
            yield each

    def forecast(self, finished: Job) -> StoredForecast | None:
        assert finished.state is JobState.DONE
        return self.stored


def stored_forecast(**changes) -> StoredForecast:
    result = forecast_result(**changes).to_json().encode()
    return StoredForecast("job", result, json.dumps(FIGURE).encode(), b"png")
