"""What a forecast rests on: charts, path, executed notebook."""

from stockcast_lib.web import views
from stockcast_lib.web.base import Handler
from stockcast_lib.web.problems import problem
from stockcast_lib.web.schemas import NoQuery


async def chart_png(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The chart as a picture."""
    _, forecast = await here.finished(job_id)
    here.send(forecast.picture, "image/png")


async def chart_json(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The chart as a plotly figure."""
    _, forecast = await here.finished(job_id)
    here.send(forecast.figure)


async def data_csv(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The path, a row a session."""
    _, forecast = await here.finished(job_id)
    here.send(await here.in_thread(views.csv_body, forecast), "text/csv; charset=utf-8")


async def notebook_ipynb(here: Handler, _query: NoQuery, job_id: str) -> None:
    """The executed notebook of the stage that the job reached last, of a failed run, too."""
    job = await here.in_thread(here.service.job, job_id)
    executed = await here.in_thread(here.service.notebook, job.id, job.stage)
    if executed is None and not job.state.terminal:
        here.send_problem(problem(409, "not-done", f"The forecast is {job.state}: ask later."))
        return
    if executed is None:
        detail = "No notebook was executed for this forecast."
        here.send_problem(problem(404, "no-notebook", detail))
        return
    here.set_header("Content-Disposition", f'attachment; filename="{job.id}.ipynb"')
    here.send(executed, "application/x-ipynb+json")
