"""A forecast as versioned JSON: what a notebook displays, Redis keeps and every face shows."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError
from pydantic.alias_generators import to_camel

from stockcast_lib.core.errors import BadResult

RESULT_MIME = "application/vnd.stockcast.result+json"
PRICES_MIME = "application/vnd.stockcast.prices+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
PNG_MIME = "image/png"


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class PathPoint(_Part):
    """One session of the forecast; prices in the listing's currency."""

    date: date
    price: FiniteFloat = Field(gt=0)
    lower: FiniteFloat = Field(ge=0)
    upper: FiniteFloat = Field(gt=0)


class Band(_Part):
    """A central interval for the target date."""

    level: float = Field(gt=0, lt=1)
    lower: FiniteFloat = Field(ge=0)
    upper: FiniteFloat = Field(gt=0)


class Baseline(_Part):
    """What one would say without a model."""

    name: str
    price: FiniteFloat = Field(gt=0)


class Skill(_Part):
    """How the model did against the baseline at past origins of this very series."""

    value: FiniteFloat
    baseline: str
    windows: int


class Coverage(_Part):
    """How often the band held at past origins of this very series."""

    level: float
    held: int
    windows: int


class ModelInfo(_Part):
    """Which notebook and which parameters made it."""

    name: str
    engine: str
    params: dict[str, Any]
    revision: str | None = None


class ForecastResult(_Part):
    """A forecast.

    `days` counts calendar days from `as_of`, the last session in the data; `target_date` is the
    first session on or after that day. `price`, `lower` and `upper` are those of the target date
    at the level `interval`; `path` has every session from `as_of` (excluded) to the target.
    `skill` and `coverage` are None where they have not been measured.
    """

    schema_version: Literal[1] = 1
    ticker: str
    days: int
    as_of: date
    target_date: date
    last_price: FiniteFloat = Field(gt=0)
    price: FiniteFloat = Field(gt=0)
    lower: FiniteFloat = Field(ge=0)
    upper: FiniteFloat = Field(gt=0)
    interval: float
    bands: tuple[Band, ...]
    path: tuple[PathPoint, ...]
    baseline: Baseline
    skill: Skill | None = None
    coverage: Coverage | None = None
    model: ModelInfo
    data_version: str
    vendor: str
    sample: bool
    fetched_at: datetime | None = None
    stale: bool

    def to_json(self) -> str:
        """The versioned JSON."""
        return self.model_dump_json(by_alias=True)

    def to_document(self) -> dict[str, Any]:
        """The versioned JSON as Python values."""
        return self.model_dump(mode="json", by_alias=True)


def parse_result(document: Any) -> ForecastResult:
    """The result in a document, or in JSON text.

    Raises:
        BadResult: naming the first field that is wrong.
    """
    try:
        if isinstance(document, str | bytes):
            return ForecastResult.model_validate_json(document)
        return ForecastResult.model_validate(document)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the document"
        raise BadResult(f"The result is not valid: {where}: {fault['msg']}.") from None
