"""The table of the API's calls; the handlers and the OpenAPI document are made from it."""

from typing import Any

from stockcast_lib.core.jobs import ForecastRequest
from stockcast_lib.web import evidence_calls, forecast_calls, other_calls
from stockcast_lib.web.calls import JSON, Answer, Call
from stockcast_lib.web.schemas import (
    HealthDocument,
    JobDocument,
    OldAnswer,
    OldRequest,
    ReadinessDocument,
    SearchQuery,
    SubmitQuery,
    SymbolsDocument,
)

FORECASTS = "/api/v1/forecasts"
FORECAST = f"{FORECASTS}/{{job_id}}"
_ID = {"job_id": "^[a-z2-7]{32}$"}
_NAME = {"name": "^[a-z][a-z0-9_-]{0,62}$"}

_TO_JOB = (
    ("GET", FORECAST),
    ("DELETE", FORECAST),
    ("GET", f"{FORECAST}/data.csv"),
    ("GET", f"{FORECAST}/chart.png"),
    ("GET", f"{FORECAST}/notebook.ipynb"),
)

_STORES = (503,)  # Redis, S3 or a worker is away
_ONE_JOB = (404, 410, *_STORES)
_EVIDENCE = (*_ONE_JOB, 409)

_JOB = Answer("The job.", JobDocument)


def _evidence(name: str, run: Any, what: str, media: str, *problems: int) -> Call:
    answer = Answer(what, media=media)
    return Call(
        "GET", f"{FORECAST}/{name}", run, what, {200: answer}, (*_EVIDENCE, *problems), parts=_ID
    )


def _not_built(method: str, path: str, what: str, tag: str, **more: Any) -> Call:
    return Call(method, path, other_calls.not_built, what, {}, (501,), tag=tag, **more)


CALLS: tuple[Call, ...] = (
    Call(
        "POST",
        FORECASTS,
        forecast_calls.submit,
        "Ask for a forecast.",
        {
            200: Answer(
                "The forecast is there, or came within `wait`.", JobDocument, leads_to=_TO_JOB
            ),
            202: Answer(
                "The job that will answer; `links.self` tells how it goes.",
                JobDocument,
                leads_to=_TO_JOB,
            ),
        },
        (404, 422, 429, 502, 503),
        query=SubmitQuery,
        body=ForecastRequest,
        example={"ticker": "AAPL", "days": 90},
        headers={
            forecast_calls.IDEMPOTENCY_KEY: {
                "pattern": forecast_calls.IDEMPOTENCY_PATTERN,
                "description": "Your own name of this submission: for a day the same one leads "
                "to the same job, so that a request may be repeated safely.",
            }
        },
    ),
    _not_built("GET", FORECASTS, "The recent forecasts of a ticker.", "forecasts"),
    Call(
        "GET", FORECAST, forecast_calls.read, "A job, with its result when it is done.",
        {200: _JOB}, _ONE_JOB, parts=_ID,
    ),
    Call(
        "DELETE", FORECAST, forecast_calls.withdraw,
        "Withdraw one request for a forecast; the run stops when nobody else waits.",
        {200: _JOB}, _ONE_JOB, parts=_ID,
    ),
    _not_built("GET", f"{FORECAST}/events", "The job's events.", "forecasts", parts=_ID),
    _evidence("chart.png", evidence_calls.chart_png, "The chart as a picture.", "image/png"),
    _evidence("chart.json", evidence_calls.chart_json, "The chart as a plotly figure.", JSON),
    _evidence("data.csv", evidence_calls.data_csv, "The path, a row a session.", "text/csv"),
    _evidence(
        "notebook.ipynb", evidence_calls.notebook_ipynb,
        "The executed notebook, of a failed run, too.", "application/x-ipynb+json",
    ),
    _not_built("GET", f"{FORECAST}/notebook", "The executed notebook as a page.", "forecasts",
               parts=_ID),
    Call(
        "GET", "/api/v1/symbols", other_calls.search_symbols, "Search the ticker directory.",
        {200: Answer("The matches, the best first.", SymbolsDocument)}, _STORES,
        query=SearchQuery, tag="symbols",
    ),
    _not_built("GET", "/api/v1/models", "The model notebooks.", "models"),
    _not_built("POST", "/api/v1/models", "Publish a model notebook.", "models"),
    _not_built("POST", "/api/v1/models/{name}/promote", "Promote a revision.", "models",
               parts=_NAME),
    _not_built("GET", "/api/v1/scores", "How past forecasts did.", "models"),
    Call(
        "GET", "/healthz", other_calls.health, "Whether the process lives.",
        {200: Answer("It does.", HealthDocument)}, tag="operations",
    ),
    Call(
        "GET", "/readyz", other_calls.readiness, "Whether what a forecast needs is there.",
        {200: Answer("It is.", ReadinessDocument)}, _STORES, tag="operations",
    ),
    _not_built("GET", "/metrics", "Figures for Prometheus.", "operations"),
    Call(
        "GET", "/openapi.json", other_calls.openapi, "This description.",
        {200: Answer("OpenAPI 3.1.")}, tag="operations",
    ),
    Call(
        "POST", "/", other_calls.ask_as_before, "The old app's call.",
        {200: Answer("The old answer, whatever the outcome.", OldAnswer)},
        body=OldRequest, tag="old app",
        example={"name": "", "days": {"name": "AAPL", "days": "45"},
                 "requestID": {"randInt": "123456"}},
    ),
)  # fmt: skip
