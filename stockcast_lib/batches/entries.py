"""One request of a batch, and what became of it."""

from pydantic import BaseModel, ConfigDict

from stockcast_lib.core.errors import ErrorReport
from stockcast_lib.core.jobs import ForecastRequest, request_key
from stockcast_lib.core.results import ForecastResult


class Entry(BaseModel):
    """A request with its forecast, or with the error that ended it.

    Attributes:
        request: what was asked for.
        job_id: leads to the executed notebook; None where it never became a job.
        result: the forecast.
        error: what it failed with.
    """

    model_config = ConfigDict(frozen=True)

    request: ForecastRequest
    job_id: str | None = None
    result: ForecastResult | None = None
    error: ErrorReport | None = None

    @property
    def key(self) -> str:
        """The same for the same request."""
        return key_of(self.request)

    @property
    def done(self) -> bool:
        """Whether there is a forecast."""
        return self.result is not None

    @property
    def why_not(self) -> str:
        """In words, why there is none."""
        return self.error.message if self.error else "It has no result."


def key_of(request: ForecastRequest) -> str:
    """What a request is found by, whichever revision answers it."""
    return request_key(request, revision="")
