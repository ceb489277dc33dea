"""What the gateway answers, as far as its clients use it: what they do not know is left out."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from stockcast_lib.core.errors import BadAnswer, ErrorReport
from stockcast_lib.core.jobs import JobState, Progress, Stage
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.core.symbols import Symbol


class _Document(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True
    )


M = TypeVar("M", bound=BaseModel)


class JobChange(_Document):
    """Where a job is: what its events tell.

    Attributes:
        position: of a job that waits in line: 1 is the next to start.
        expected_seconds: a guess at how long it waits until it starts.
    """

    id: str
    state: JobState
    stage: Stage
    progress: Progress | None = None
    position: int | None = None
    expected_seconds: float | None = None


_CHANGING = frozenset(JobChange.model_fields) - {"id"}


class RequestView(_Document):
    """What was asked for; of the model's parameters those that were set."""

    ticker: str
    days: int
    model: str
    params: dict[str, Any] = {}


class JobView(JobChange):
    """A forecast's job; one of a list comes without what only its own call tells.

    Attributes:
        error: what a failed job failed with.
        last_error: what ended the try before this one.
        links: URLs of the job and its evidence, by name.
        result: the forecast, once the job is done.
    """

    request: RequestView
    created_at: datetime
    updated_at: datetime
    error: ErrorReport | None = None
    last_error: ErrorReport | None = None
    links: dict[str, str] = {}
    result: ForecastResult | None = None

    def after(self, change: JobChange) -> "JobView":
        """This job as an event tells that it goes on."""
        return self.model_copy(update={name: getattr(change, name) for name in _CHANGING})


class RecentJobs(_Document):
    """The jobs asked for last, the newest first."""

    forecasts: tuple[JobView, ...]


class FoundSymbols(_Document):
    """A search's matches, the best first."""

    symbols: list[Symbol]


def parsed(model: type[M], body: str | bytes) -> M:
    """The document in a body.

    Raises:
        BadAnswer: naming the first field that is wrong.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
    where = ".".join(map(str, fault["loc"])) or "the document"
    raise BadAnswer(
        f"The gateway's answer is not one of its API: {where}: {fault['msg']}. Check its URL, "
        "and whether both sides run the same version."
    )
