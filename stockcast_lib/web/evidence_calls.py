"""What a forecast rests on: charts, path, executed notebook. It never changes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from tornado.web import Finish

from stockcast_lib.core.jobs import Job
from stockcast_lib.evidence.notebook import notebook_page
from stockcast_lib.evidence.path_csv import csv_body
from stockcast_lib.evidence.shell import NOTEBOOK_POLICY
from stockcast_lib.web.base import Handler
from stockcast_lib.web.problems import problem
from stockcast_lib.web.schemas import NoQuery, RangeQuery
from stockcast_lib.web.sending import KEPT, NOT_KEPT

# One page at a time: making many at once would leave the other calls no processor.
_PAGES = ThreadPoolExecutor(1, "pages")


async def chart_png(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The chart as a picture."""
    _, forecast = await here.finished(job_id)
    here.keep(KEPT)
    await here.send_large(forecast.picture, "image/png")


async def chart_json(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The chart as a plotly figure."""
    _, forecast = await here.finished(job_id)
    here.keep(KEPT)
    await here.send_large(forecast.figure)


async def data_csv(here: Handler, query: RangeQuery, job_id: str) -> None:
    """The path, a row a session."""
    _, forecast = await here.finished(job_id)
    body = await here.in_thread(csv_body, forecast, query.first, query.last)
    here.keep(KEPT)
    await here.send_large(body, "text/csv; charset=utf-8")


async def notebook_ipynb(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The executed notebook of the stage that the job reached last, of a failed run, too."""
    job, executed = await _executed(here, job_id)
    here.set_header("Content-Disposition", f'attachment; filename="{job.id}.ipynb"')
    here.keep(_cache(job))
    await here.send_large(executed, "application/x-ipynb+json")


async def notebook(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The same, as a page that runs nothing and loads nothing."""
    job, executed = await _executed(here, job_id)
    loop = asyncio.get_running_loop()
    made = await loop.run_in_executor(_PAGES, notebook_page, executed, job)
    here.set_header("Content-Security-Policy", NOTEBOOK_POLICY)
    here.set_header("Referrer-Policy", "no-referrer")
    here.keep(_cache(job))
    await here.send_large(made.encode(), "text/html; charset=utf-8")


async def _executed(here: Handler, job_id: str) -> tuple[Job, bytes]:
    job = await here.in_thread(here.service.job, job_id)
    executed = await here.in_thread(here.service.notebook, job.id, job.stage)
    if executed is None and not job.state.terminal:
        here.send_problem(problem(409, "not-done", f"The forecast is {job.state}: ask later."))
        raise Finish
    if executed is None:
        detail = "No notebook was executed for this forecast."
        here.send_problem(problem(404, "no-notebook", detail))
        raise Finish
    return job, executed


def _cache(job: Job) -> str:
    return KEPT if job.state.terminal else NOT_KEPT
