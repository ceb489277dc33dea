"""The table of the API's calls; the handlers and the OpenAPI document are made from it."""

from typing import Any

from pydantic import BaseModel

from stockcast_lib.core.jobs import ForecastRequest
from stockcast_lib.core.models import NAME, REVISION, Challenge, ModelRevision, Promotion
from stockcast_lib.core.scores import Scores
from stockcast_lib.core.tokens import Right
from stockcast_lib.web import (
    event_calls,
    evidence_calls,
    examples,
    forecast_calls,
    model_calls,
    other_calls,
    page_calls,
)
from stockcast_lib.web.calls import EVENTS, HTML, JSON, OPERATIONS, TEXT, Answer, Call
from stockcast_lib.web.schemas import (
    ChallengeRequest,
    EventsQuery,
    FigureDocument,
    HealthDocument,
    JobDocument,
    JobsDocument,
    ModelsDocument,
    NotebookDocument,
    OldAnswer,
    OldRequest,
    OpenapiDocument,
    PromotionRequest,
    PublicationRequest,
    RangeQuery,
    ReadinessDocument,
    RecentQuery,
    SearchQuery,
    SubmitQuery,
    SymbolsDocument,
)

FORECASTS = "/api/v1/forecasts"
FORECAST = f"{FORECASTS}/{{job_id}}"
_ID = {"job_id": "^[a-z2-7]{32}$"}
_NAME = {"name": f"^{NAME}$"}
_REVISION = {**_NAME, "revision": f"^{REVISION}$"}

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

_LINK = "The job, as `links.self`."
_JOB = Answer("The job.", JobDocument, example=examples.JOB)


def _evidence(
    name: str, run: Any, what: str, media: str, model: type[BaseModel] | None = None, **more: Any
) -> Call:
    answer = Answer(what, model, media=media)
    return Call(
        "GET", f"{FORECAST}/{name}", run, what, {200: answer}, _EVIDENCE,
        parts=_ID, right=Right.READ, **more,
    )  # fmt: skip


CALLS: tuple[Call, ...] = (
    Call(
        "POST",
        FORECASTS,
        forecast_calls.submit,
        "Ask for a forecast.",
        {
            200: Answer(
                "The forecast is there, or came within `wait`.", JobDocument,
                example=examples.DONE, leads_to=_TO_JOB, location=_LINK,
            ),
            202: Answer(
                "The job that will answer; `links.self` tells how it goes.",
                JobDocument,
                example=examples.JOB,
                leads_to=_TO_JOB,
                location=_LINK,
            ),
        },
        (404, 409, 410, 422, 429, 502, 503),
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
        right=Right.FORECAST,
    ),
    Call(
        "GET", FORECASTS, forecast_calls.recent, "The recent forecasts, newest first.",
        {200: Answer("Those that were made last, and still are kept.", JobsDocument,
                     example=examples.JOBS)},
        _STORES, query=RecentQuery, right=Right.READ,
    ),
    Call(
        "GET", FORECAST, forecast_calls.read, "A job, with its result when it is done.",
        {200: _JOB}, _ONE_JOB, parts=_ID, right=Right.READ,
    ),
    Call(
        "DELETE", FORECAST, forecast_calls.withdraw,
        "Withdraw one request for a forecast; the run stops when nobody else waits.",
        {200: _JOB}, (*_ONE_JOB, 422), parts=_ID,
        headers={
            forecast_calls.IDEMPOTENCY_KEY: {
                "pattern": forecast_calls.IDEMPOTENCY_PATTERN,
                "description": "Your own name of this withdrawal: the same one counts once, so "
                "that it may be repeated safely. Without it each call takes one request back, be "
                "it yours or another's.",
            }
        },
        right=Right.FORECAST,
    ),
    Call(
        "GET", f"{FORECAST}/events", event_calls.events,
        "How the job is now, and each change of its state and progress until it has ended.",
        {
            200: Answer(
                "Server-sent events, named for the state or `progress`; a comment when nothing "
                "was told for 15 seconds.",
                media=EVENTS, example=examples.EVENT,
            ),
            204: Answer("The job has ended, and all was told: ask no more.", media=None),
        },
        _ONE_JOB, query=EventsQuery, parts=_ID,
        headers={
            event_calls.LAST_EVENT_ID: {
                "pattern": "",
                "description": "The `id` of an event: what was told after it is told again. Of one "
                "that is too old, or unknown, how the job is now.",
            }
        },
        right=Right.READ,
    ),
    _evidence("chart.png", evidence_calls.chart_png, "The chart as a picture.", "image/png"),
    _evidence("chart.json", evidence_calls.chart_json, "The chart as a plotly figure.", JSON,
              FigureDocument),
    _evidence(
        "data.csv", evidence_calls.data_csv, "The path, a row a session.", "text/csv",
        query=RangeQuery,
    ),
    _evidence(
        "notebook.ipynb", evidence_calls.notebook_ipynb,
        "The executed notebook, of a failed run, too.", "application/x-ipynb+json",
        NotebookDocument,
    ),
    _evidence(
        "notebook", evidence_calls.notebook,
        "The executed notebook as a page that runs nothing and loads nothing.", HTML,
    ),
    Call(
        "GET", "/api/v1/symbols", other_calls.search_symbols, "Search the ticker directory.",
        {200: Answer("The matches, the best first.", SymbolsDocument, example=examples.SYMBOLS)},
        _STORES, query=SearchQuery, tag="symbols", right=Right.READ,
    ),
    Call(
        "GET", "/api/v1/models", model_calls.models, "The model notebooks.",
        {200: Answer("Each with its revisions and its audit trail.", ModelsDocument,
                     example=examples.MODELS)},
        _STORES, tag="models", right=Right.READ,
    ),
    Call(
        "POST", "/api/v1/models", model_calls.publish,
        "Publish a model notebook: check it, and try it beside the current one.",
        {
            200: Answer("This very code was published before, and stands.", ModelRevision,
                        example=examples.REVISION),
            201: Answer("It is published. Nothing stands for it before it is promoted.",
                        ModelRevision, example=examples.REVISION),
        },
        (422, *_STORES), body=PublicationRequest, tag="models", right=Right.PUBLISH,
        example={"name": "trend", "notebook": {"nbformat": 4, "nbformat_minor": 5,
                                               "metadata": {}, "cells": []}},
    ),
    Call(
        "POST", "/api/v1/models/{name}/promote", model_calls.promote,
        "Have a model's name stand for a revision; an earlier one takes it back.",
        {200: Answer("It does, from now on.", Promotion, example=examples.PROMOTION)},
        (404, 409, 422, *_STORES), body=PromotionRequest, parts=_NAME, tag="models",
        right=Right.PROMOTE, example={"revision": "0123456789abcdef"},
    ),
    Call(
        "POST", "/api/v1/models/{name}/challenger", model_calls.challenge,
        "Try a revision beside what the name stands for, on what people ask for; null ends it.",
        {200: Answer("It is, or nothing is, from now on.", Challenge,
                     example=examples.CHALLENGE)},
        (404, 422, *_STORES), body=ChallengeRequest, parts=_NAME, tag="models",
        right=Right.PROMOTE, example={"revision": "fedcba9876543210"},
    ),
    Call(
        "GET", "/api/v1/models/{name}/{revision}/notebook.ipynb", model_calls.notebook,
        "A revision's notebook.",
        {200: Answer("As it was published.", NotebookDocument,
                     media="application/x-ipynb+json")},
        (404, *_STORES), parts=_REVISION, tag="models", right=Right.READ,
    ),
    Call(
        "GET", "/api/v1/scores", other_calls.scores,
        "How forecasts did, served or a challenger's, by the model's revision and horizon.",
        {200: Answer("As of the last `stockcast score`.", Scores, example=examples.SCORES)},
        _STORES, tag="models", right=Right.READ,
    ),
    Call(
        "GET", "/healthz", other_calls.health, "Whether the process lives.",
        {200: Answer("It does.", HealthDocument, example=examples.HEALTH)},
        tag=OPERATIONS, right=None,
    ),
    Call(
        "GET", "/readyz", other_calls.readiness, "Whether what a forecast needs is there.",
        {200: Answer("It is.", ReadinessDocument, example=examples.READINESS)}, _STORES,
        tag=OPERATIONS, right=None,
    ),
    Call(
        "GET", "/metrics", other_calls.metrics, "Figures for Prometheus, of this process.",
        {200: Answer("In Prometheus's text format.", media=TEXT)},
        tag=OPERATIONS, right=None,
    ),
    Call(
        "GET", "/openapi.json", other_calls.openapi, "This description.",
        {200: Answer("OpenAPI 3.1.", OpenapiDocument)},
        tag=OPERATIONS, right=None,
    ),
    Call(
        "GET", "/docs", page_calls.reference, "This description as a page.",
        {200: Answer("Every call, with examples.", media=HTML)},
        tag=OPERATIONS, right=None,
    ),
    Call(
        "GET", "/problems/{code}", page_calls.explain, "What a problem's code means.",
        {200: Answer("A page: what is wrong, and what to do.", media=HTML)}, (404,),
        parts={"code": "^[a-z0-9-]{1,40}$"},
        tag=OPERATIONS, right=None,
    ),
    Call(
        "GET", "/", page_calls.start, "Leads to the description.",
        {303: Answer("See `/docs`.", media=None, location="The description.")},
        tag=OPERATIONS, right=None,
    ),
    Call(
        "POST", "/", other_calls.ask_as_before, "The old app's call.",
        {200: Answer("The old answer, whatever the outcome.", OldAnswer,
                     example=examples.OLD_ANSWER)},
        body=OldRequest, tag="old app",
        example={"name": "", "days": {"name": "AAPL", "days": "45"},
                 "requestID": {"randInt": "123456"}},
        right=Right.FORECAST,
    ),
)  # fmt: skip
