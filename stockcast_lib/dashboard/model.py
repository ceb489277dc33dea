"""The dashboard's state: what was asked, how far it is, and what came of it. No widgets.

A click starts one background thread, which follows the job and sets the traits. Only the thread
of the latest click may set them.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

from traitlets import Any as AnyTrait
from traitlets import Bool, Dict, Float, HasTraits, Int, List, Unicode, observe
from traitlets.log import get_logger

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import DEFAULT_DAYS, Job, JobState, Stage
from stockcast_lib.core.results import ForecastResult, parse_result
from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from stockcast_lib.core.tickers import canonical_ticker, is_ticker
from stockcast_lib.ports import StoredForecast

WAIT_SECONDS = 15 * 60.0
# The page holds keystrokes back while the kernel is busy, but never a click: a click can arrive
# before the last letters that were typed before it.
SETTLE_SECONDS = 0.15

_SEPARATOR = " · "
_SPANS = {Stage.INGEST: (0.0, 0.3), Stage.FORECAST: (0.3, 1.0)}
_DOING = {
    (Stage.INGEST, JobState.QUEUED): "Waiting for a worker to fetch prices",
    (Stage.INGEST, JobState.RUNNING): "Fetching prices",
    (Stage.FORECAST, JobState.QUEUED): "Waiting for a worker to forecast",
    (Stage.FORECAST, JobState.RUNNING): "Forecasting",
}
_OUR_FAULT = "Something went wrong on our side: ask again, and tell us if it stays so."


class Forecasts(Protocol):
    """What the dashboard needs of `stockcast_lib.service.ForecastService`."""

    @property
    def directory(self) -> SymbolDirectory:
        """The known tickers."""

    def submit(self, payload: Any) -> str:
        """Hand in a request; the job's id."""

    def follow(self, job_id: str, timeout: float) -> Iterator[Job]:
        """The job now and after each change, until it has ended or the time is over."""

    def forecast(self, job: Job) -> StoredForecast | None:
        """What a finished job made."""


class DashboardModel(HasTraits):
    """Everything that the page shows.

    Attributes:
        ticker: as typed; a chosen suggestion is cut down to its ticker.
        days: the horizon in calendar days, as typed.
        suggestions: "TICKER · Company" lines that match what was typed.
        status: what is going on, in words.
        cell: "cell k of n" while a notebook runs.
        progress: 0 to 1.
        busy: whether a forecast is under way.
        error: one sentence, with the ticker that was asked for, or nothing.
        result: the last forecast; a `ForecastResult` or None.
        figure: its plotly figure as JSON values, or None.
        sample_notice: says so when the forecast rests on the bundled sample.
    """

    ticker = Unicode()
    days = Int(DEFAULT_DAYS)
    suggestions = List(Unicode())
    status = Unicode()
    cell = Unicode()
    progress = Float(0.0)
    busy = Bool(False)
    error = Unicode()
    result = AnyTrait(None, allow_none=True)
    figure = Dict(default_value=None, allow_none=True)
    sample_notice = Unicode()

    def __init__(
        self,
        service: Forecasts,
        *,
        wait_seconds: float = WAIT_SECONDS,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__()
        self._service = service
        self._wait_seconds = wait_seconds
        self._settle_seconds = settle_seconds
        self._lock = threading.RLock()
        self._latest = 0

    @observe("ticker")
    def _suggest(self, _change: Any) -> None:
        ticker, separator, _ = self.ticker.partition(_SEPARATOR)
        if separator:
            self.ticker = ticker
        elif ticker.strip():
            self.suggestions = [_label(symbol) for symbol in self._service.directory.search(ticker)]
        else:
            self.suggestions = []

    def start(self) -> threading.Thread:
        """Ask for the forecast and follow it in the background; the last call wins."""
        with self._lock:
            self._latest += 1
            turn = self._latest
            self._show(turn, error="", cell="", progress=0.0, status="Sending", busy=True)
        thread = threading.Thread(target=self._run, args=(turn,), name="forecast", daemon=True)
        thread.start()
        return thread

    def _show(self, turn: int, **values: Any) -> bool:
        """Set traits, unless a later click has taken over."""
        with self._lock:
            if turn != self._latest:
                return False
            for name, value in values.items():
                self.set_trait(name, value)
            return True

    def _run(self, turn: int) -> None:
        time.sleep(self._settle_seconds)
        with self._lock:
            payload: dict[str, Any] = {"ticker": self.ticker, "days": self.days}
        try:
            error = self._request(turn, payload)
        except StockcastError as refusal:
            error = refusal.message
        except Exception:  # noqa: BLE001  # whatever it is, the page must not wait for ever
            get_logger().exception("The dashboard could not get a forecast.")
            error = _OUR_FAULT
        if error:
            self._show(turn, **_ended(_naming(payload["ticker"], error)))

    def _request(self, turn: int, payload: dict[str, Any]) -> str:
        """Follow a request to its end; why there is no forecast, or nothing."""
        for job in self._service.follow(self._service.submit(payload), self._wait_seconds):
            if job.state is JobState.DONE:
                return self._finish(turn, job)
            if job.state.terminal:
                return _why(job)
            if not self._show(turn, **_under_way(job)):
                return ""
        return f"No forecast came within {self._wait_seconds / 60:g} minutes: ask again."

    def _finish(self, turn: int, job: Job) -> str:
        stored = self._service.forecast(job)
        if stored is None:
            return "This forecast is no longer kept: ask again."
        result = parse_result(stored.result)
        figure = json.loads(stored.figure)
        notice = _sample_notice(result)
        self._show(turn, result=result, figure=figure, sample_notice=notice, **_ended())
        return ""


def _label(symbol: Symbol) -> str:
    return f"{symbol.ticker}{_SEPARATOR}{symbol.name}" if symbol.name else symbol.ticker


def _sample_notice(result: ForecastResult) -> str:
    return f"sample data to {result.as_of.isoformat()}" if result.sample else ""


def _naming(ticker: str, error: str) -> str:
    """The error with the ticker in it: the form may hold another one by now."""
    named = canonical_ticker(ticker)
    if not is_ticker(named) or re.search(rf"(?<!\w){re.escape(named)}(?!\w)", error):
        return error
    return f"{named}: {error}"


def _why(job: Job) -> str:
    if job.state is JobState.CANCELLED:
        return "This forecast was withdrawn: ask again."
    return job.error.message if job.error else _OUR_FAULT


def _ended(error: str = "") -> dict[str, Any]:
    progress = 0.0 if error else 1.0
    return {"error": error, "status": "", "cell": "", "progress": progress, "busy": False}


def _under_way(job: Job) -> dict[str, Any]:
    begin, end = _SPANS[job.stage]
    status = _DOING[job.stage, job.state]
    if job.progress is None or job.state is not JobState.RUNNING:
        return {"status": status, "cell": "", "progress": begin}
    cell, cells = job.progress.cell, job.progress.cells
    done = (cell - 1) / max(cells, 1)
    progress = begin + (end - begin) * min(max(done, 0.0), 1.0)
    return {"status": status, "cell": f"cell {cell} of {cells}", "progress": progress}
