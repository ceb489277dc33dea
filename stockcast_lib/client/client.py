"""The client: one method for each call of the API, and one that asks and waits."""

from collections.abc import Mapping
from typing import Any

from stockcast_lib.api import DEFAULT_TIMEOUT, FinishedForecast, unfinished
from stockcast_lib.client.calls import (
    FORECASTS,
    Asked,
    figure_document,
    job_path,
    submission,
    withdrawal,
)
from stockcast_lib.client.documents import FoundSymbols, JobView, RecentJobs, parsed
from stockcast_lib.client.following import Follower, Progress
from stockcast_lib.client.gateway import GatewayClient
from stockcast_lib.client.transport import Call
from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL, ForecastRequest, Lane
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.symbols import Symbol
from stockcast_lib.ports import StoredForecast


class StockcastClient(GatewayClient):
    """A gateway's API. Safe to share between threads; a context manager, or `close` it.

    Every method may raise `GatewayUnavailable` and `BadAnswer`, and what the gateway refuses with:
    the errors are those of the Python face beside the stack. What may pass is tried again.
    """

    def submit(  # noqa: PLR0913 - each is a part of the call
        self,
        ticker: str,
        days: int = DEFAULT_DAYS,
        *,
        model: str = DEFAULT_MODEL,
        params: Mapping[str, Any] | None = None,
        wait: float = 0,
        priority: str = Lane.INTERACTIVE,
        idempotency_key: str | None = None,
    ) -> JobView:
        """Ask for a forecast; the job that makes it, or has made it.

        Args:
            ticker: such as AAPL.
            days: calendar days from the last session in the data, 1 to 10000.
            model: a model notebook's name.
            params: the model's parameters, as in `ModelConfig`.
            wait: seconds, 60 at most, to wait for the result. If the job fails meanwhile, its error
                is raised.
            priority: "interactive", or "batch" for what nobody waits for.
            idempotency_key: names this submission: within a day the same one leads to the same job.
                A new one by default.

        Raises:
            InvalidRequest: with every wrong field.
            UnknownTicker: where the directory is known to be complete.
            QueueFull: too many jobs wait.
            IdempotencyKeyReused: it was another request's.
        """
        asked = Asked(ticker, days, model, params)
        call = submission(asked, priority, wait, idempotency_key)
        return self._job(call, self._deadline(self._timeout + wait))

    def job(self, job_id: str) -> JobView:
        """A job, with its result when it is done.

        Raises:
            UnknownJob: the id was never given out.
            LostJob: it was, but the job went with a Redis volume.
        """
        return self._job(Call("GET", job_path(job_id)), self._deadline())

    def forecast(  # noqa: PLR0913 - each is a part of the call
        self,
        ticker: str,
        days: int = DEFAULT_DAYS,
        *,
        model: str = DEFAULT_MODEL,
        params: Mapping[str, Any] | None = None,
        priority: str = Lane.INTERACTIVE,
        timeout: float = DEFAULT_TIMEOUT,
        progress: Progress | None = None,
    ) -> FinishedForecast:
        """Ask for a forecast, and wait for it.

        Args:
            ticker: as in `submit`, like the next four.
            days: calendar days.
            model: a model notebook's name.
            params: the model's parameters.
            priority: "interactive" or "batch".
            timeout: seconds for all of it.
            progress: is told each change of the job.

        Raises:
            NotebookTimedOut: it takes longer than `timeout`; the message names the job.
            StockcastError: the one that says what went wrong.
        """
        until = self._deadline(timeout)
        asked = Asked(ticker, days, model, params)
        return self._finished(self._ended(asked, priority, progress, until), until)

    def result(
        self, request: ForecastRequest, *, priority: str = Lane.BATCH, timeout: float
    ) -> tuple[str, ForecastResult]:
        """Ask for a forecast, and wait for its job's id and its figures, without the charts.

        Args:
            request: what to ask for.
            priority: "interactive" or "batch".
            timeout: seconds for all of it.

        Raises:
            StockcastError: as `forecast`.
        """
        asked = Asked(request.ticker, request.days, request.model, request.params.overrides())
        job = self._ended(asked, priority, None, self._deadline(timeout))
        if job.result is None:
            raise unfinished(job)
        return job.id, job.result

    def _ended(
        self, asked: Asked, priority: str, progress: Progress | None, until: float
    ) -> JobView:
        job = self._job(submission(asked, priority), until)

        def look(job_id: str) -> JobView:
            return self._job(Call("GET", job_path(job_id), patient=True), until)

        follower = Follower(self._transport, look, progress or (lambda _: None), until)
        return follower.follow(job)

    def recent(self, ticker: str | None = None, limit: int = 20) -> tuple[JobView, ...]:
        """The jobs asked for last, the newest first.

        Args:
            ticker: only its jobs.
            limit: how many at most.
        """
        query = {"limit": limit, **({"ticker": ticker} if ticker else {})}
        found = parsed(RecentJobs, self._get(FORECASTS, query))
        return tuple(map(self._with_urls, found.forecasts))

    def withdraw(self, job_id: str, *, idempotency_key: str | None = None) -> JobView:
        """Take one request for a job back; the run stops when nobody else waits.

        Args:
            job_id: the job.
            idempotency_key: names this withdrawal, which counts once however often it arrives. A
                new one by default.

        Raises:
            UnknownJob, LostJob: as `job`.
        """
        return self._job(withdrawal(job_id, idempotency_key), self._deadline())

    def picture(self, job_id: str) -> bytes:
        """The chart of a finished forecast as a PNG.

        Raises:
            StockcastError: it is not finished.
        """
        return self._get(job_path(job_id, "chart.png"))

    def figure(self, job_id: str) -> dict[str, Any]:
        """The chart of a finished forecast as a plotly document.

        Raises:
            StockcastError: it is not finished.
        """
        return figure_document(self._get(job_path(job_id, "chart.json")))

    def csv(self, job_id: str) -> bytes:
        """The path of a finished forecast, a row a session, with a header.

        Raises:
            StockcastError: it is not finished.
        """
        return self._get(job_path(job_id, "data.csv"))

    def notebook(self, job_id: str) -> bytes:
        """The executed notebook of the stage that a job reached last.

        Raises:
            StockcastError: none has been executed yet.
        """
        return self._get(job_path(job_id, "notebook.ipynb"))

    def symbols(self, q: str) -> list[Symbol]:
        """The matches for a ticker, a name or parts of them, the best first."""
        return parsed(FoundSymbols, self._get("/symbols", {"q": q})).symbols

    def _job(self, call: Call, until: float) -> JobView:
        return self._with_urls(parsed(JobView, self._transport.ask(call, until)))

    def _with_urls(self, job: JobView) -> JobView:
        links = {name: self._transport.absolute(link) for name, link in job.links.items()}
        return job.model_copy(update={"links": links})

    def _finished(self, job: JobView, until: float) -> FinishedForecast:
        if job.result is None:
            raise unfinished(job)
        picture = self._get(job_path(job.id, "chart.png"), until=until)
        figure = self._get(job_path(job.id, "chart.json"), until=until)
        figure_document(figure)
        return FinishedForecast(
            StoredForecast(job.id, job.result.to_json().encode(), figure, picture)
        )
