"""Ask for forecasts, look at them, take requests back."""

import re

from stockcast_lib.core.errors import ErrorReport, InvalidRequest, RunCancelled, StockcastError
from stockcast_lib.core.job_events import Place
from stockcast_lib.core.jobs import Job, JobState
from stockcast_lib.web import views
from stockcast_lib.web.base import Handler
from stockcast_lib.web.problems import problem_from
from stockcast_lib.web.schemas import NoQuery, RecentQuery, SubmitQuery
from stockcast_lib.web.sending import NOT_KEPT, REVALIDATED

IDEMPOTENCY_KEY = "Idempotency-Key"
IDEMPOTENCY_PATTERN = "^[!-~]{1,255}$"


async def submit(here: Handler, query: SubmitQuery) -> None:
    """202 with the job, or 200 with its result when that is there within `wait`."""
    key = _idempotency_key(here)
    payload = here.json_body()
    job_id = await here.in_thread(here.service.submit, payload, here.client, query.priority, key)
    job = await here.ended(job_id, query.wait)
    here.is_about(job)
    if job.state in {JobState.FAILED, JobState.CANCELLED} and query.wait > 0:
        why = why_unfinished(job)
        here.send_problem(problem_from(why, id=job.id, links=views.links(job, here.prefix)))
        return
    forecast = await here.in_thread(here.service.forecast, job)
    here.set_status(200 if forecast else 202)
    here.set_header("Location", views.links(job, here.prefix)["self"])
    await here.send_large(views.job_body(job, forecast, here.prefix, await _place(here, job)))


def _idempotency_key(here: Handler) -> str | None:
    key = here.request.headers.get(IDEMPOTENCY_KEY)
    if key is None or re.fullmatch(IDEMPOTENCY_PATTERN, key):
        return key
    message = "must be 1 to 255 visible ASCII characters"
    fields = [{"field": IDEMPOTENCY_KEY, "message": message}]
    raise InvalidRequest(f"The request is not valid: {IDEMPOTENCY_KEY} {message}.", fields=fields)


async def read(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The job, with its result when it is done."""
    job = await here.in_thread(here.service.job, job_id)
    here.is_about(job)
    forecast = await here.in_thread(here.service.forecast, job)
    here.keep(REVALIDATED if job.state.terminal else NOT_KEPT)
    await here.send_large(views.job_body(job, forecast, here.prefix, await _place(here, job)))


async def _place(here: Handler, job: Job) -> Place | None:
    waits = job.state is JobState.QUEUED
    return await here.in_thread(here.service.queue.place, job.id) if waits else None


async def recent(here: Handler, query: RecentQuery) -> None:
    """The forecasts that were asked for last."""
    jobs = await here.in_thread(here.service.recent, query.ticker or None, query.limit)
    here.finish(views.jobs_body(jobs, here.prefix))


async def withdraw(here: Handler, query: NoQuery, job_id: str) -> None:
    """Withdraw one request for it; the run stops when nobody else waits."""
    await here.in_thread(here.service.withdraw, job_id, _idempotency_key(here))
    await read(here, query, job_id)


def why_unfinished(job: Job) -> ErrorReport:
    """Why whoever has waited as long as may be gets no forecast."""
    if job.error is not None:
        return job.error
    if job.state is JobState.CANCELLED:
        return RunCancelled("The forecast was withdrawn while you waited: ask again.").report()
    return StockcastError("The forecast is not ready yet: ask again in a moment.").report()
