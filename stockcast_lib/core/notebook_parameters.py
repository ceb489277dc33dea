"""What a stage gives its notebook: identifiers and plain numbers, never data, code or paths.

A notebook runner writes parameters into a cell as source text. So nothing reaches it that has
not passed one of these models, and `json_parameters` once more: papermill itself would run a
name with a line break in it, and the text of a tuple.
"""

import keyword
import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import Horizon, Job, Ticker

# Python reads neither brackets as deep as one likes nor whole numbers of any length.
_DEEPEST, _LARGEST = 20, 2**63

JobId = Field(pattern=r"^[a-z2-7]{32}$")
VendorName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")]
PriceVersionKey = Field(
    pattern=r"^(trials/)?prices/[A-Z0-9.-]{1,16}/[0-9TZ.]{8,32}-[0-9a-f]{8,64}\.json$"
)


class _Parameters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IngestParameters(_Parameters):
    """For the ingest notebook."""

    job_id: str = JobId
    ticker: Ticker
    calls_allowed: dict[VendorName, Annotated[int, Field(ge=0)]]


class ForecastParameters(_Parameters):
    """For a forecasting notebook; the model's parameters come on top, those that were set."""

    job_id: str = JobId
    ticker: Ticker
    days: Horizon
    price_version: str = PriceVersionKey


def ingest_parameters(job: Job, calls_allowed: Mapping[str, int]) -> dict[str, Any]:
    """The ingest notebook's parameters for a job, and how often it may ask each vendor."""
    return IngestParameters(
        job_id=job.id, ticker=job.request.ticker, calls_allowed=dict(calls_allowed)
    ).model_dump()


def forecast_parameters(job: Job) -> dict[str, Any]:
    """The forecasting notebook's parameters for a job."""
    request = job.request
    identity = ForecastParameters(
        job_id=job.id,
        ticker=request.ticker,
        days=request.days,
        price_version=job.price_version or "",
    )
    return {**identity.model_dump(), **request.params.overrides()}


def json_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, when every name is an identifier and every value plain JSON.

    Raises:
        InvalidRequest: naming the first parameter that is not.
    """
    for name, value in parameters.items():
        if not _is_name(name):
            raise InvalidRequest(f"{name!r} is not the name of a notebook parameter.")
        if not _is_json(value):
            raise InvalidRequest(f"The parameter {name} is not a plain JSON value.")
    return dict(parameters)


def _is_name(name: Any) -> bool:
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        return False
    return not keyword.iskeyword(name)


def _is_json(value: Any, levels: int = _DEEPEST) -> bool:
    kind = type(value)
    if kind is float:
        return math.isfinite(value)
    if kind is int:
        return bool(abs(value) < _LARGEST)
    if kind is list:
        return levels > 0 and all(_is_json(item, levels - 1) for item in value)
    if kind is dict:
        texts = all(type(name) is str for name in value)
        return levels > 0 and texts and all(_is_json(item, levels - 1) for item in value.values())
    return value is None or kind in (str, bool)
