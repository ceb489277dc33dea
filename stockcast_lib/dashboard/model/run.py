"""One request, from the click to its end. No widgets."""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Dict, Enum, Float, HasTraits, Instance, List, Unicode
from traitlets.log import get_logger

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.core.jobs import Job, JobState, Stage
from stockcast_lib.core.results import ForecastResult, parse_result
from stockcast_lib.core.tickers import is_ticker
from stockcast_lib.dashboard.model.asking import Asked
from stockcast_lib.dashboard.model.service import Forecasts

WAIT_SECONDS = 15 * 60.0
# How long a part of the service may be away before the page gives up.
AWAY_SECONDS = 120.0
_PAUSES = (0.5, 1.0, 2.0, 4.0)
_OUR_FAULT = "Something went wrong on our side: ask again, and tell us if it stays so."
_STOPPED = "The worker that ran it has stopped. Trying again."
_GONE = "This forecast is no longer kept: ask again."
_SPANS = {Stage.INGEST: (0.0, 0.3), Stage.FORECAST: (0.3, 1.0)}
_DOING = {
    (Stage.INGEST, JobState.QUEUED): "Waiting for a worker to fetch prices",
    (Stage.INGEST, JobState.RUNNING): "Fetching prices",
    (Stage.FORECAST, JobState.QUEUED): "Waiting for a worker to forecast",
    (Stage.FORECAST, JobState.RUNNING): "Forecasting",
}


class Run(HasTraits):
    """A request that is followed on a thread of its own; `start` begins it.

    Attributes:
        asked: what for.
        state: "busy", "done", "failed" or "cancelled".
        status: what is going on, in words.
        cell: "cell k of n" while a notebook runs.
        progress: 0 to 1.
        trouble: what is away just now, and is tried again.
        error: one sentence, with the ticker that was asked for, or nothing.
        nearest: tickers that may have been meant, where there is none as asked for.
        job_id: of the job, once it is handed in and until it is withdrawn.
        job: the job as it was last seen.
        result: the forecast, a `ForecastResult`, once there is one.
        figure: its plotly document.
        stored: all that the job made.
    """

    state = Enum(("busy", "done", "failed", "cancelled"), "busy")
    status = Unicode("Sending the request")
    cell = Unicode()
    progress = Float(0.0)
    trouble = Unicode()
    error = Unicode()
    nearest: "List[str]" = List(Unicode())
    job_id = Unicode(None, allow_none=True)
    job = Instance(Job, allow_none=True)
    result = Instance(ForecastResult, allow_none=True)
    figure = Dict(default_value=None, allow_none=True)
    stored = AnyTrait(None, allow_none=True)

    def __init__(  # noqa: PLR0913 - the last four are for tests
        self,
        service: Forecasts,
        asked: Asked,
        *,
        job_id: str | None = None,
        wait_seconds: float = WAIT_SECONDS,
        away_seconds: float = AWAY_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin nothing yet.

        Args:
            service: what is asked.
            asked: what for.
            job_id: of a job that was handed in before; it is followed, and not asked for again.
            wait_seconds: for the forecast.
            away_seconds: how long a part of the service may be away.
            sleep: waits so many seconds.
            clock: gives seconds since whenever.
        """
        super().__init__(job_id=job_id)
        self.asked = asked
        self.began = clock()
        self._clock = clock
        self._service = service
        self._wait_seconds = wait_seconds
        self._away_seconds = away_seconds
        self._sleep = sleep
        self._answered = False
        self._withdrawn = threading.Event()
        self._withdrawing = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether it has not ended."""
        return bool(self.state == "busy")

    @property
    def seconds(self) -> float:
        """How long ago it was asked for, which may have been before a reload."""
        here = self._clock() - self.began
        job = self.job
        if job is None or job.state.terminal:
            return here
        # Clocks of two machines may differ.
        return max(here, (datetime.now(UTC) - job.created_at).total_seconds())

    def start(self) -> threading.Thread:
        """Ask, and follow in the background. The thread ends with the process."""
        thread = threading.Thread(target=self._run, name="run", daemon=True)
        thread.start()
        return thread

    def cancel(self) -> None:
        """Take the request back; the page shows it at once, whoever has to hear of it."""
        if not self.busy:
            return
        self._withdrawn.set()
        self._end("cancelled", "")
        threading.Thread(target=self._withdraw, name="withdraw", daemon=True).start()

    def _withdraw(self) -> None:
        # Once: a second time would take back what somebody else asked for.
        with self._withdrawing:
            job_id = self.job_id
            self.set_trait("job_id", None)
        if job_id is None:
            return
        try:
            self._service.withdraw(job_id)
        except StockcastError as error:
            get_logger().warning("A request could not be withdrawn: %s", error.message)

    def _run(self) -> None:
        try:
            self._patiently(self._ask)
        except StockcastError as refusal:
            self._fail(refusal.message, refusal.details)
        except Exception:  # noqa: BLE001  # whatever it is, the page must not wait for ever
            get_logger().exception("The dashboard could not get a forecast.")
            self._fail(_OUR_FAULT)

    def _patiently(self, step: Callable[[], None]) -> None:
        """Do a step again while what it needs is away; each answer begins the count anew."""
        since, tries = 0.0, 0
        while True:
            self._answered = False
            try:
                step()
            except StockcastError as error:
                now = self._clock()
                if self._answered or not tries:
                    since, tries = now, 0
                away = now - since
                if not error.retryable or self._withdrawn.is_set() or away > self._away_seconds:
                    raise
                self._show(trouble=f"{error.message} Trying again.")
            else:
                return
            self._sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1

    def _ask(self) -> None:
        job_id = self.job_id
        if job_id is None:
            job_id = self._service.submit(self.asked.payload())
            self.set_trait("job_id", job_id)
            self._answered = True
        for job in self._service.follow(job_id, self._wait_seconds):
            self._answered = True
            if self._withdrawn.is_set():
                self._withdraw()
                return
            self._show(trouble=_trouble(job, self.job, self.trouble), job=job)
            if job.state.terminal:
                self._conclude(job)
                return
            self._show(**_under_way(job))
        if self.busy:
            self._fail(f"No forecast came within {self._wait_seconds / 60:g} minutes: ask again.")

    def _conclude(self, job: Job) -> None:
        if job.state is not JobState.DONE:
            self._fail(_why(job), job.error.details if job.error else {})
            return
        stored = self._service.forecast(job)
        if stored is None:
            self._fail(_GONE)
            return
        with self.hold_trait_notifications():
            self.stored = stored
            self.figure = json.loads(stored.figure)
            self.result = parse_result(stored.result)
        self._end("done", "", progress=1.0)

    def _fail(self, error: str, details: Mapping[str, Any] | None = None) -> None:
        held = (details or {}).get("nearest")
        named = [str(each) for each in held] if isinstance(held, list) else []
        nearest = [each for each in named if is_ticker(each)]
        self._show(nearest=nearest)
        self._end("failed", _naming(self.asked.ticker, error))

    def _end(self, state: str, error: str, progress: float = 0.0) -> None:
        self._show(error=error, status="", cell="", trouble="", progress=progress, state=state)

    def _show(self, **values: Any) -> None:
        # What was withdrawn has ended, whatever its thread still hears.
        if self.busy:
            for name, value in values.items():
                self.set_trait(name, value)


def _naming(ticker: str, error: str) -> str:
    """The error with the ticker in it: the form may hold another one by now."""
    if not error or not is_ticker(ticker) or re.search(rf"(?<!\w){re.escape(ticker)}(?!\w)", error):
        return error
    return f"{ticker}: {error}"


def _why(job: Job) -> str:
    if job.state is JobState.CANCELLED:
        return "This forecast was withdrawn: ask again."
    return job.error.message if job.error else _OUR_FAULT


def _trouble(job: Job, before: Job | None, said: str) -> str:
    if job.last_error:
        return f"{job.last_error.message} Trying again."
    if before is None or (before.stage, before.state) != (job.stage, job.state):
        return ""
    # What fails is queued again by its worker. One that is gone can say nothing of itself.
    stopped = job.state is JobState.RUNNING and job.attempt > before.attempt
    return _STOPPED if stopped or said == _STOPPED else ""


def _under_way(job: Job) -> dict[str, Any]:
    begin, end = _SPANS[job.stage]
    status = _DOING[job.stage, job.state]
    if job.progress is None or job.state is not JobState.RUNNING:
        return {"status": status, "cell": "", "progress": begin}
    cell, cells = job.progress.cell, job.progress.cells
    done = (cell - 1) / max(cells, 1)
    progress = begin + (end - begin) * min(max(done, 0.0), 1.0)
    return {"status": status, "cell": f"cell {cell} of {cells}", "progress": progress}
