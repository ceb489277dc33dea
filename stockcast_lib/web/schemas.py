"""What the calls take and answer, as models: they validate, and the OpenAPI document is theirs."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict

from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.jobs import JobState, Lane, Progress, Stage, Ticker
from stockcast_lib.core.models import NAME, REVISION, Challenge, ModelRevision, Promotion
from stockcast_lib.core.results import ForecastResult

LONGEST_WAIT = 60.0
LONGEST_EVENT_ID = 100


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class NoQuery(_Asked):
    """A call without query parameters."""


class SubmitQuery(_Asked):
    """How to wait for a forecast."""

    wait: float = Field(
        0,
        ge=0,
        le=LONGEST_WAIT,
        allow_inf_nan=False,
        description="Seconds to wait for the result before the job is answered.",
    )
    priority: Lane = Field(
        Lane.INTERACTIVE, description="Batch jobs wait for those that somebody looks at."
    )


class SearchQuery(_Asked):
    """What to look for."""

    q: str = Field("", max_length=200, description="A ticker, a name, or parts of them.")


def _without_default(schema: JsonDict) -> None:
    schema.pop("default")


class RecentQuery(_Asked):
    """Which of the recent forecasts."""

    ticker: Ticker = Field(
        "", description="Only those of this ticker.", json_schema_extra=_without_default
    )
    limit: int = Field(20, ge=1, le=100, description="How many at most.")


class EventsQuery(_Asked):
    """Where to go on."""

    last_event_id: str = Field(
        "",
        alias="lastEventId",
        max_length=LONGEST_EVENT_ID,
        description="As the header `Last-Event-ID`, for those who cannot send headers.",
    )


def _iso_date(value: Any) -> date:
    # Pydantic alone would take a number of seconds, too.
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError(_NO_DATE)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(_NO_DATE) from None


_NO_DATE = "must be a date such as 2017-03-29"
IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class RangeQuery(_Asked):
    """Which days of a series; both ends belong to it."""

    first: IsoDate = Field(date.min, alias="from", description="The first day.")
    last: IsoDate = Field(date.max, alias="to", description="The last day.")

    @field_validator("last")
    @classmethod
    def _after_the_first(cls, last: date, others: ValidationInfo) -> date:
        if last < others.data.get("first", date.min):
            raise ValueError("must not be before `from`")
        return last


class _Answered(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class RequestDocument(_Answered):
    """What was asked for; of the model's parameters those that were set."""

    ticker: str
    days: int
    model: str
    params: dict[str, Any]


class JobOutline(_Answered):
    """A forecast's job in a list."""

    id: str
    state: JobState
    stage: Stage
    request: RequestDocument
    created_at: datetime
    updated_at: datetime
    links: dict[str, str] = Field(description="The job itself, and its evidence where there is.")


class JobDocument(JobOutline):
    """A forecast's job, and its result once it is done."""

    progress: Progress | None
    position: int | None = Field(
        ge=1, description="Of a job that waits in line: 1 is the next to start."
    )
    expected_seconds: float | None = Field(
        ge=0, description="A guess at how long it waits until it starts, from recent runs."
    )
    error: ErrorReport | None = Field(description="What a failed job failed with.")
    last_error: ErrorReport | None = Field(description="What ended the try before this one.")
    result: ForecastResult | None


class JobsDocument(_Answered):
    """The recent forecasts, newest first."""

    forecasts: list[JobOutline]


class SymbolDocument(_Answered):
    """One ticker of the directory."""

    ticker: str
    name: str
    exchange: str = Field(description="As the list of symbols calls it; empty where that has none.")


class SymbolsDocument(_Answered):
    """A search's matches, the best first."""

    symbols: list[SymbolDocument]


class _Whole(BaseModel):
    """A document of others', of which only the outline is ours to promise."""

    model_config = ConfigDict(frozen=True, extra="allow")


class FigureDocument(_Whole):
    """A plotly figure."""

    data: list[Any]
    layout: dict[str, Any]


class NotebookDocument(_Whole):
    """A Jupyter notebook, as nbformat describes it."""

    nbformat: int
    nbformat_minor: int
    metadata: dict[str, Any]
    cells: list[dict[str, Any]]


class OpenapiDocument(_Whole):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]


class PublicationRequest(BaseModel):
    """A notebook that is to be published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=f"^{NAME}$")]
    notebook: dict[str, Any] = Field(description="A Jupyter notebook that keeps the contract.")


class PromotionRequest(BaseModel):
    """What a model's name is to stand for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: Annotated[str, Field(pattern=f"^{REVISION}$")]
    because: str | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="Needed where its trials are worse than the current one's beyond noise.",
    )


class ChallengeRequest(BaseModel):
    """What is to be tried beside what a model's name stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: Annotated[str, Field(pattern=f"^{REVISION}$")] | None = Field(
        description="null: nothing any more."
    )


class ModelDocument(_Answered):
    """A model."""

    name: str
    current: str | None = Field(description="The revision that its name stands for.")
    revisions: list[ModelRevision] = Field(description="In the order of publication.")
    promotions: list[Promotion] = Field(description="The audit trail, in order.")
    challenger: str | None = Field(description="The revision that is tried beside it.")
    dropped: int = Field(description="The challenger's runs that a full queue had no room for.")
    challenges: list[Challenge] = Field(description="Which revisions were, in order.")


class ModelsDocument(_Answered):
    """All models, by name."""

    models: list[ModelDocument]


class HealthDocument(_Answered):
    """The process lives."""

    status: Annotated[str, Field(pattern="^ok$")]


class ReadinessDocument(_Answered):
    """What a forecast needs is there."""

    status: Annotated[str, Field(pattern="^ready$")]
    checks: list[str]


class OldRequestDays(_Asked):
    """The old page's two fields."""

    name: Any = Field(description="The ticker.")
    days: Any = Field(description="Whole days, as text.")


class OldRequest(_Asked):
    """The body that the old app's page sent."""

    name: Any = None
    days: OldRequestDays
    requestID: Any = None  # noqa: N815 - the old name


class OldAnswer(_Answered):
    """The old app's answer: with a graph, or a sentence that says what is wrong."""

    message: str
    graph: str | None = Field(None, description="A PNG in base64; absent where there is none.")


class ProblemDocument(BaseModel):
    """What went wrong, by RFC 9457; some problems say more."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="Ends with `/problems/` and a stable code: a page that says what it means."
    )
    title: str
    status: int
    detail: str = Field(description="One sentence: what is wrong, and what to do.")
