"""An in-memory service that plays prepared jobs; only for the dashboard's own transitions."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from stockcast_lib.core.jobs import Job, JobState, Progress, Stage, parse_request
from stockcast_lib.core.model_config import BUILT_IN_MODELS, ModelChoice
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.scores import Scores
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from stockcast_lib.dashboard.model import DashboardModel
from stockcast_lib.forecasting.backtest import fit_origins
from stockcast_lib.ports import StoredForecast
from tests.factories import forecast_result, price_history, price_version

FIGURE = {
    "data": [
        {"type": "scatter", "x": ["2017-02-20", "2017-02-27"], "y": [1, 2], "meta": {"part": part}}
        for part in ("observations", "forecast", "naive", "fit", "model")
    ],
    "layout": {
        "meta": {"asOf": "2017-02-27", "windowStart": "2016-02-27"},
        "title": {"text": "TEST"},
        "yaxis": {"type": "linear"},
    },
}
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
    """Plays a list of jobs to whoever follows; `before` is called with each job first.

    `refusal` is raised by `submit` as long as it is set, each of `breaks` once by `follow`.
    """

    def __init__(self, *jobs: Job, before: Callable[[Job], None] = lambda _job: None) -> None:
        self.jobs = jobs
        self.before = before
        self.payloads: list[Any] = []
        self.withdrawn: list[str] = []
        self.refusal: Exception | None = None
        self.breaks: list[Exception] = []
        self.stored: StoredForecast | None = stored_forecast()
        self.version: PriceVersion | None = None
        self.history = price_history()
        self.earlier: list[Job] = []
        self.choices = BUILT_IN_MODELS
        self.look = Scores()
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
            if self.breaks:
                raise self.breaks.pop(0)
            yield each

    def withdraw(self, job_id: str) -> None:
        self.withdrawn.append(job_id)

    def recent(self, ticker: str | None, limit: int) -> list[Job]:
        assert ticker
        return self.earlier[:limit]

    def forecast(self, finished: Job) -> StoredForecast | None:
        assert finished.state is JobState.DONE
        return self.stored

    def notebook(self, job_id: str, stage: Stage) -> bytes | None:
        assert (job_id, stage) == ("job", Stage.FORECAST)
        return b"{}"

    def models(self) -> tuple[ModelChoice, ...]:
        return self.choices

    def scores(self) -> Scores:
        return self.look

    def price_version(self, ticker: str) -> PriceVersion | None:
        assert ticker
        return self.version

    def prices_of(self, key: str) -> tuple[PriceVersion, PriceHistory]:
        assert key
        return price_version(self.history), self.history


def stored_forecast(**changes) -> StoredForecast:
    result = forecast_result(**changes).to_json().encode()
    return StoredForecast("job", result, json.dumps(FIGURE).encode(), b"png")


def model_of(service: PlayedService) -> DashboardModel:
    return DashboardModel(
        service, lambda _version, history, config: fit_origins(history.adjusted_close, config)
    )


def until(true: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait for what a background thread does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.005)
