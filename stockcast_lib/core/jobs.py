"""A forecast request, the job that answers it, and the job's legal moves."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from stockcast_lib.core.errors import ErrorReport, InvalidRequest
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.models import MODEL, NAME, REVISION
from stockcast_lib.core.tickers import canonical_ticker, is_ticker
from stockcast_lib.core.wrong_fields import wrong_fields

MIN_DAYS, MAX_DAYS = 1, 10_000
DEFAULT_DAYS = 90
DEFAULT_MODEL = "default"


def _canonical(value: Any) -> Any:
    return canonical_ticker(value) if isinstance(value, str) else value


def _check_ticker(value: str) -> str:
    if not is_ticker(value):
        raise ValueError(
            "must be a ticker such as AAPL or BRK.B: letters and digits, and at most one '.', "
            "'-' or '/' before a share class"
        )
    return value


def _check_model_name(value: str) -> str:
    if not MODEL.fullmatch(value):
        raise ValueError(
            "must be a model's name, of small letters, digits, '-' and '_', or one of its "
            "revisions, as NAME@REVISION"
        )
    return value


# Of what is written, before it is brought into the one spelling.
_WRITTEN_TICKER = "^ *[A-Za-z][A-Za-z0-9]{0,9}([./-][A-Za-z0-9]{1,4})? *$"
Ticker = Annotated[
    str,
    BeforeValidator(_canonical),
    AfterValidator(_check_ticker),
    WithJsonSchema({"type": "string", "pattern": _WRITTEN_TICKER, "examples": ["AAPL", "BRK.B"]}),
]
Horizon = Annotated[int, Field(strict=True, ge=MIN_DAYS, le=MAX_DAYS)]
ModelName = Annotated[
    str,
    AfterValidator(_check_model_name),
    WithJsonSchema({"type": "string", "pattern": f"^{NAME}(@{REVISION})?$"}),
]


class ForecastRequest(BaseModel):
    """What a client asks for: `days` counts calendar days from the last session in the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ticker: Ticker
    days: Horizon
    model: ModelName = DEFAULT_MODEL
    params: ModelConfig = ModelConfig()

    def canonical(self) -> dict[str, Any]:
        """The request as JSON values, with only those parameters that were set."""
        return {
            "ticker": self.ticker,
            "days": self.days,
            "model": self.model,
            "params": self.params.overrides(),
        }


_FIELD_MESSAGES = {
    ("days", "missing"): f"is missing: give whole calendar days from {MIN_DAYS} to {MAX_DAYS}",
    ("ticker", "missing"): "is missing: give a stock ticker such as AAPL",
    ("days", "*"): f"must be a whole number from {MIN_DAYS} to {MAX_DAYS}",
    ("*", "extra_forbidden"): "is not a field of a forecast request",
}


def _field_message(field: str, fault: Any) -> str:
    kind, message = fault["type"], fault["msg"]
    for key in ((field, kind), (field, "*"), ("*", kind)):
        if key in _FIELD_MESSAGES:
            return _FIELD_MESSAGES[key]
    return str(message).removeprefix("Value error, ")


def parse_request(payload: Any) -> ForecastRequest:
    """The one rule set for a request, whichever face it came by.

    Raises:
        InvalidRequest: with the wrong fields and their limits in `details["fields"]`: all, or the
            first of very many.
    """
    if not isinstance(payload, Mapping):
        raise InvalidRequest("The request must be a JSON object.", fields=[])
    try:
        return ForecastRequest.model_validate(payload)
    except ValidationError as error:
        fields = wrong_fields(error, _field_message)
        summary = "; ".join(f"{fault['field']} {fault['message']}" for fault in fields)
        raise InvalidRequest(f"The request is not valid: {summary}.", fields=fields) from None


class Stage(StrEnum):
    """The two worker stages of a job, in order."""

    INGEST = "ingest"
    FORECAST = "forecast"


class Lane(StrEnum):
    """Which line a job waits in: somebody looks at the screen, or nobody does."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


# The client of jobs that nobody has asked for: what a challenger would have said.
CHALLENGER = "challenger"
_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class Asker(BaseModel):
    """Who asks for a forecast.

    Attributes:
        client: those with many jobs hold up no others.
        token: one interest in the job; the same one counts once.
        lane: what the job waits behind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: str = Field("anonymous", pattern=_CLIENT)
    token: str = Field(pattern=r"^[0-9a-f]{8,64}$")
    lane: Lane = Lane.INTERACTIVE


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether the job has ended."""
        return not LEGAL_MOVES[self]


LEGAL_MOVES: Mapping[JobState, frozenset[JobState]] = {
    # A queued job ends without running when its result is found, or when it is withdrawn.
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    # Back to queued: handed over to the next stage, or taken back from a silent worker.
    JobState.RUNNING: frozenset(
        {JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


class Progress(BaseModel):
    """Cell `cell` of `cells` runs, counted from 1 over code cells."""

    model_config = ConfigDict(frozen=True)

    cell: int
    cells: int


class Job(BaseModel):
    """A job as its readers see it.

    `attempt` grows with every claim by a worker, and only the worker of the latest may write.
    `error` is what a failed job failed with. `last_error` is what ended the try before, in a job
    that waits for the next or is in the midst of it. `notebook` says of a failed job that the
    executed notebook of its stage is in the archive. `challenger` says that it was made beside
    another that somebody had asked for.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    request: ForecastRequest
    state: JobState
    stage: Stage
    created_at: datetime
    updated_at: datetime
    lane: Lane = Lane.INTERACTIVE
    attempt: int = 0
    progress: Progress | None = None
    price_version: str | None = None
    result_key: str | None = None
    error: ErrorReport | None = None
    last_error: ErrorReport | None = None
    notebook: bool = False
    challenger: bool = False


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:40]


def request_key(request: ForecastRequest, revision: str) -> str:
    """Two requests with this key ask for the same thing, and join one job.

    Args:
        request: what was asked.
        revision: the model notebook's revision, resolved when the request was submitted.
    """
    return _digest({**request.canonical(), "revision": revision})


def result_key(request: ForecastRequest, revision: str, content_hash: str, *, stale: bool) -> str:
    """Two runs with this key give the same result: same prices, notebook, parameters, horizon.

    Args:
        request: what was asked for.
        revision: of the model.
        content_hash: of the prices, whenever they were fetched.
        stale: whether the prices were out of date, as the result says.
    """
    prices = {"content_hash": content_hash, "stale": stale}
    return _digest({**request.canonical(), "revision": revision, "prices": prices})
