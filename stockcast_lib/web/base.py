"""What all HTTP calls share: a body's limit, threads, waiting, problem details.

The event loop only parses and writes; whatever waits on Redis, S3 or a worker runs on a thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from tornado.web import Finish, HTTPError, stream_request_body

from stockcast_lib.core.addresses import client_address
from stockcast_lib.core.errors import InvalidRequest, StockcastError, TokenNeeded
from stockcast_lib.core.jobs import Job
from stockcast_lib.core.plain_json import NoPlainJson, plain_json
from stockcast_lib.core.wrong_fields import wrong_fields
from stockcast_lib.ports import StoredForecast
from stockcast_lib.service import ForecastService
from stockcast_lib.web.access import Access
from stockcast_lib.web.cross_origin import CrossOrigin
from stockcast_lib.web.problems import problem, problem_from

_log = structlog.get_logger()
MAX_BODY = 64 * 1024
_LOOK_AGAIN = 5.0

M = TypeVar("M", bound=BaseModel)


@stream_request_body
class Handler(CrossOrigin):
    """What all calls share: limits, threads, problem details."""

    # The path's template, by which calls are counted.
    route = "none"
    # The name of whose token came with the call; empty where none did.
    caller = ""
    service: ForecastService
    received: bytearray
    when_gone: Callable[[], object] = staticmethod(lambda: None)

    def initialize(self, service: ForecastService, pool: ThreadPoolExecutor) -> None:
        """Take what the application shares."""
        self.service, self.pool, self.received = service, pool, bytearray()
        # What the call is about, for its line in the log.
        self.subject: dict[str, str] = {}

    def prepare(self) -> None:
        """Refuse a body that says it is too large before it is read."""
        try:
            length = int(self.request.headers.get("Content-Length", "0"))
        except ValueError:
            raise HTTPError(400, "Content-Length is not a number.") from None
        if length > MAX_BODY:
            self._refuse_body()

    @property
    def client(self) -> str:
        """The address of whoever calls, as far as it is known."""
        access: Access = self.application.settings["access"]
        peer = self.request.remote_ip or "unknown"
        return client_address(peer, self.request.headers.get("X-Forwarded-For"), access.proxies)

    def is_about(self, job: Job) -> None:
        """Have the call's line in the log name a job."""
        request = job.request
        self.subject |= {"job": job.id, "ticker": request.ticker, "model": request.model}

    def head(self, *arguments: str, **parts: str) -> Any:
        """As `get`: tornado sends the headers and leaves the body out."""
        return self.get(*arguments, **parts)

    def data_received(self, chunk: bytes) -> None:
        """Collect the body; refuse one that did not say how large it is."""
        if self._finished:
            return
        self.received += chunk
        if len(self.received) > MAX_BODY:
            self._refuse_body()

    def on_connection_close(self) -> None:
        """The client is gone before its answer was complete: call `when_gone`."""
        super().on_connection_close()
        self.when_gone()

    def _refuse_body(self) -> None:
        self.set_header("Connection", "close")
        detail = f"The body is larger than {MAX_BODY} bytes."
        self.send_problem(problem(413, "body-too-large", detail))

    def query(self, model: type[M]) -> M:
        """The checked query parameters; of one that is given twice the last.

        Raises:
            InvalidRequest: with every wrong parameter.
        """
        # As it was sent: what is too long by a space is too long.
        given = {
            name: self.get_query_argument(name, strip=False)
            for name in self.request.query_arguments
        }
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise invalid_request(error) from None

    def json_body(self) -> Any:
        """The body as JSON. Ends the call with 413 or 400 where there is none."""
        if self._finished:  # refused while it came in
            raise Finish
        try:
            return plain_json(self.received.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self._refuse_json("is not JSON in UTF-8")
        except NoPlainJson as error:
            self._refuse_json(str(error))
        raise Finish

    def _refuse_json(self, why: str) -> None:
        self.send_problem(problem(400, "not-json", f"The body {why}."))

    async def ended(self, job_id: str, seconds: float) -> Job:
        """The job when it has ended, or as it is after some seconds."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        deadline = loop.time() + seconds

        def ring() -> None:
            loop.call_soon_threadsafe(changed.set)

        with ExitStack() as watching:
            # The first to watch in a process has to ask Redis where the events end.
            watch = self.service.events.watch(job_id, ring)
            await self.in_thread(watching.enter_context, watch)
            while True:
                changed.clear()
                job = await self.in_thread(self.service.job, job_id)
                left = deadline - loop.time()
                if job.state.terminal or left <= 0:
                    return job
                try:
                    await asyncio.wait_for(changed.wait(), min(left, _LOOK_AGAIN))
                except TimeoutError:
                    continue

    async def finished(self, job_id: str) -> tuple[Job, StoredForecast]:
        """A job that is done, and what it made. Ends the call with 409 where it is not."""
        job = await self.in_thread(self.service.job, job_id)
        self.is_about(job)
        forecast = await self.in_thread(self.service.forecast, job)
        if forecast is None:
            detail = f"The forecast is {job.state}: it has no such evidence."
            self.send_problem(problem(409, "not-done", detail))
            raise Finish
        return job, forecast

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every error as problem details."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, StockcastError):
            if isinstance(error, TokenNeeded):
                self.set_header("WWW-Authenticate", "Bearer")
            self.send_problem(problem_from(error.report()))
        elif status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.send_problem(problem(500, "internal", "Stockcast itself failed; its log has why."))
        else:
            if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                self.set_header("Allow", ", ".join(self.methods()))
            reason = error.log_message if isinstance(error, HTTPError) else None
            detail = (
                reason or f"{self.request.method} {self.request.path} is not a call of this API."
            )
            self.send_problem(problem(status_code, f"http-{status_code}", detail))

    def methods(self) -> list[str]:
        """Those that its path has."""
        return []

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what is a fault of ours; the caller's is in the access log."""
        if not isinstance(value, StockcastError | HTTPError):
            _log.error("http.broke", path=self.request.path, exc_info=(typ, value, tb))


def invalid_request(error: ValidationError) -> InvalidRequest:
    """The error for a query or a body, with its wrong fields; "body" where it is no object."""
    fields = wrong_fields(error, _field_message, whole="body")
    summary = "; ".join(f"{fault['field']}: {fault['message']}" for fault in fields)
    return InvalidRequest(f"The request is not valid: {summary}.", fields=fields)


def _field_message(_field: str, fault: Any) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")
