"""Symbols, health, and the old app's call."""

from stockcast_lib.core.errors import StockcastError
from stockcast_lib.web import old_app, views
from stockcast_lib.web.base import Handler
from stockcast_lib.web.forecast_calls import why_unfinished
from stockcast_lib.web.problems import problem
from stockcast_lib.web.schemas import LONGEST_WAIT, NoQuery, SearchQuery


async def search_symbols(here: Handler, query: SearchQuery) -> None:
    """Search the directory by ticker or name."""
    # In a thread: now and then the directory asks S3 for a newer list.
    found = await here.in_thread(lambda: here.service.directory.search(query.q))
    here.finish(views.symbols_body(found))


async def scores(here: Handler, _query: NoQuery) -> None:
    """What the last look at the ledger found; before the first one, that there was none."""
    found = await here.in_thread(here.service.scores)
    here.finish(found.model_dump(mode="json", by_alias=True))


async def ask_as_before(here: Handler, _query: NoQuery) -> None:
    """The old answer, and like there with 200 whatever the outcome."""
    body = here.json_body()
    try:
        request = old_app.request_from(body)
        job_id = await here.in_thread(here.service.submit, request.canonical(), here.client)
        job = await here.ended(job_id, LONGEST_WAIT)
        forecast = await here.in_thread(here.service.forecast, job)
    except StockcastError as error:
        here.finish(old_app.refusal(error.report()))
        return
    if forecast:
        here.finish(old_app.answer(request, forecast))
    else:
        here.finish(old_app.refusal(why_unfinished(job)))


async def health(here: Handler, _query: NoQuery) -> None:
    """Always 200: the process lives."""
    here.finish({"status": "ok"})


async def readiness(here: Handler, _query: NoQuery) -> None:
    """200 when what a forecast needs is there, or 503 with what is away."""
    checks = await here.in_thread(here.application.settings["readiness"])
    away = {name: error for name, error in checks.items() if error}
    if away:
        detail = "; ".join(away.values())
        here.send_problem(problem(503, "not-ready", detail, away=sorted(away)))
    else:
        here.finish({"status": "ready", "checks": sorted(checks)})


async def openapi(here: Handler, _query: NoQuery) -> None:
    """This API's description."""
    here.send(here.application.settings["openapi"])


async def metrics(here: Handler, _query: NoQuery) -> None:
    """What Prometheus reads."""
    exposition = here.application.settings["metrics"].exposition
    # In a thread: some of it is asked of Redis and S3.
    text = await here.in_thread(exposition.text)
    await here.send_large(text, exposition.media)
