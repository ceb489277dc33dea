"""The HTTP calls, and the table that says where each is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from tornado.web import Application, HTTPError, RequestHandler

from stockcast_lib.core.errors import ErrorReport, InvalidRequest, StockcastError
from stockcast_lib.core.jobs import JobState, Lane
from stockcast_lib.service import ForecastService
from stockcast_lib.web import old_app, views
from stockcast_lib.web.base import Handler
from stockcast_lib.web.problems import problem, problem_from

_log = structlog.get_logger()
_MAX_WAIT = 60.0
_THREADS = 32


class Forecasts(Handler):
    """`POST /api/v1/forecasts`: ask for a forecast."""

    async def post(self) -> None:
        """202 with the job, or 200 with its result when that is there within `wait`."""
        wait, lane = self._wait(), self._lane()
        payload = self.json_body()
        client = self.request.remote_ip or "unknown"
        job_id = await self.in_thread(self.service.submit, payload, client, lane)
        job = await self.ended(job_id, wait)
        if job.state is JobState.FAILED and wait > 0:
            why = job.error or _still_running()
            self._send_problem(problem_from(why, id=job.id, links=views.links(job)))
            return
        forecast = await self.in_thread(self.service.forecast, job)
        self.set_status(200 if forecast else 202)
        self.set_header("Location", views.links(job)["self"])
        self.set_header("Content-Type", "application/json")
        self.finish(views.job_body(job, forecast))

    def _wait(self) -> float:
        text = self.get_query_argument("wait", "0")
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= _MAX_WAIT:
            raise _wrong("wait", f"must be seconds from 0 to {_MAX_WAIT:g}")
        return seconds

    def _lane(self) -> Lane:
        try:
            return Lane(self.get_query_argument("priority", Lane.INTERACTIVE))
        except ValueError:
            raise _wrong("priority", f"must be one of {', '.join(Lane)}") from None

    def get(self) -> None:
        """Recent forecasts: not built yet."""
        not_built()


class Forecast(Handler):
    """`GET /api/v1/forecasts/{id}`."""

    async def get(self, job_id: str) -> None:
        """The job, with its result when it is done."""
        job = await self.in_thread(self.service.job, job_id)
        forecast = await self.in_thread(self.service.forecast, job)
        self.set_header("Content-Type", "application/json")
        self.finish(views.job_body(job, forecast))

    async def delete(self, job_id: str) -> None:
        """Withdraw one request for it; the run stops when nobody else waits."""
        await self.in_thread(self.service.withdraw, job_id)
        await self.get(job_id)


class Evidence(Handler):
    """`GET /api/v1/forecasts/{id}/chart.png` and its siblings."""

    async def get(self, job_id: str, name: str) -> None:
        """One piece of evidence."""
        _, forecast = await self.finished(job_id)
        content_type, body = {
            "chart.png": ("image/png", lambda: forecast.picture),
            "chart.json": ("application/json", lambda: forecast.figure),
            "data.csv": ("text/csv; charset=utf-8", lambda: views.csv_body(forecast)),
        }[name]
        self.set_header("Content-Type", content_type)
        self.finish(await self.in_thread(body))


class ExecutedNotebook(Handler):
    """`GET /api/v1/forecasts/{id}/notebook.ipynb`: of a failed run, too."""

    async def get(self, job_id: str) -> None:
        """The executed notebook of the stage that the job reached last."""
        job = await self.in_thread(self.service.job, job_id)
        executed = await self.in_thread(self.service.notebook, job.id, job.stage)
        if executed is None:
            detail = "No notebook has been executed for this forecast yet."
            self._send_problem(problem(404, "no-notebook", detail))
            return
        self.set_header("Content-Type", "application/x-ipynb+json")
        self.set_header("Content-Disposition", f'attachment; filename="{job.id}.ipynb"')
        self.finish(executed)


class Symbols(Handler):
    """`GET /api/v1/symbols?q=`."""

    async def get(self) -> None:
        """Search the directory by ticker or name."""
        query = self.get_query_argument("q", "")
        # In a thread: now and then the directory asks S3 for a newer list.
        found = await self.in_thread(lambda: self.service.directory.search(query))
        self.finish(views.symbols_body(found))


class OldApp(Handler):
    """`POST /`: the old app's only call."""

    async def post(self) -> None:
        """The old answer, and like there with 200 whatever the outcome."""
        body = self.json_body()
        try:
            request = old_app.request_from(body)
            client = self.request.remote_ip or "unknown"
            job_id = await self.in_thread(self.service.submit, request.canonical(), client)
            job = await self.ended(job_id, _MAX_WAIT)
            forecast = await self.in_thread(self.service.forecast, job)
        except StockcastError as error:
            self.finish(old_app.refusal(error.report()))
            return
        if forecast:
            self.finish(old_app.answer(request, forecast))
        else:
            self.finish(old_app.refusal(job.error or _still_running()))


class Health(Handler):
    """`GET /healthz`: the process lives."""

    def get(self) -> None:
        """Always 200."""
        self.finish({"status": "ok"})


class Readiness(Handler):
    """`GET /readyz`: what a forecast needs is there."""

    async def get(self) -> None:
        """200, or 503 with what is away."""
        checks = await self.in_thread(self.application.settings["readiness"])
        away = {name: error for name, error in checks.items() if error}
        if away:
            detail = "; ".join(away.values())
            self._send_problem(problem(503, "not-ready", detail, away=sorted(away)))
        else:
            self.finish({"status": "ready", "checks": sorted(checks)})


class NotBuilt(Handler):
    """The calls of the API that are not built yet."""

    def _say(self, *_: str) -> None:
        not_built()

    get = post = delete = _say


class NotFound(Handler):
    """Everything else."""

    def prepare(self) -> None:
        """404 for every method."""
        raise HTTPError(404)


def _wrong(parameter: str, message: str) -> InvalidRequest:
    fields = [{"field": parameter, "message": message}]
    return InvalidRequest(f"The request is not valid: {parameter} {message}.", fields=fields)


def not_built() -> None:
    """Answer 501."""
    raise HTTPError(501, "This call is not built yet.")


def _still_running() -> ErrorReport:
    return StockcastError("The forecast is not ready yet: ask again in a moment.").report()


def application(
    service: ForecastService, readiness: Callable[[], dict[str, str | None]]
) -> Application:
    """All calls over one service.

    Args:
        service: what they submit to and read from.
        readiness: what a forecast needs, each with the reason why it is away, or None.
    """
    shared = {"service": service, "pool": ThreadPoolExecutor(_THREADS, "gateway")}
    here = views.BASE
    routes: list[tuple[str, type[Handler]]] = [
        (here, Forecasts),
        (rf"{here}/([^/]+)", Forecast),
        (rf"{here}/([^/]+)/(chart\.png|chart\.json|data\.csv)", Evidence),
        (rf"{here}/([^/]+)/notebook\.ipynb", ExecutedNotebook),
        (rf"{here}/([^/]+)/(?:events|notebook)", NotBuilt),
        ("/api/v1/symbols", Symbols),
        ("/api/v1/(?:models|scores)", NotBuilt),
        (r"/api/v1/models/[^/]+/promote", NotBuilt),
        ("/healthz", Health),
        ("/readyz", Readiness),
        ("/(?:metrics|openapi.json)", NotBuilt),
        ("/", OldApp),
        ("/.*", NotFound),
    ]
    return Application(
        [(pattern, handler, shared) for pattern, handler in routes],
        log_function=_log_request,
        readiness=readiness,
    )


def _log_request(handler: RequestHandler) -> None:
    request = handler.request
    _log.info(
        "http.request",
        method=request.method,
        path=request.path,
        status=handler.get_status(),
        milliseconds=round(1000 * request.request_time(), 1),
    )
