"""What the calls take and answer, as models: they validate, and the OpenAPI document is theirs."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.jobs import JobState, Lane, Progress, Stage
from stockcast_lib.core.results import ForecastResult

LONGEST_WAIT = 60.0


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


class JobDocument(_Answered):
    """A forecast's job, and its result once it is done."""

    id: str
    state: JobState
    stage: Stage
    progress: Progress | None
    request: RequestDocument
    created_at: datetime
    updated_at: datetime
    error: ErrorReport | None = Field(description="What a failed job failed with.")
    last_error: ErrorReport | None = Field(description="What ended the try before this one.")
    links: dict[str, str] = Field(description="The job itself, and its evidence where there is.")
    result: ForecastResult | None


class SymbolDocument(_Answered):
    """One ticker of the directory."""

    ticker: str
    name: str


class SymbolsDocument(_Answered):
    """A search's matches, the best first."""

    symbols: list[SymbolDocument]


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

    type: str = Field(description="Stable: `/problems/` and a code.")
    title: str
    status: int
    detail: str = Field(description="One sentence: what is wrong, and what to do.")
