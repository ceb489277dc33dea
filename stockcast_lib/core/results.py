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

Standing = Literal["better", "same", "worse", "untested"]


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


class Coverage(_Part):
    """How often the band held at past origins of this very series, in windows apart."""

    level: float
    held: int
    windows: int


class HitRate(_Part):
    """How often the direction was right, of the separate windows that had one.

    `rose` is how often the price did, and so how often "it will rise" would have been right.
    """

    right: int
    rose: int
    windows: int


class HorizonSkill(_Part):
    """How past forecasts so many sessions ahead did, beside the naive forecast.

    Errors are in units of the mean absolute change from one session to the next before each
    origin (MASE, RMSSE); so are `crps` and `winkler`, which judge the whole distribution and the
    band. The naive forecast's distribution is a Gaussian random walk's.

    Attributes:
        origins: past forecasts whose outcome is known. Errors and scores are means over them in
            which each stretch of time counts the same.
        windows: how many of their windows do not overlap; coverage and direction are of these.
        model_mase: of the model alone.
        p_value: of the Diebold-Mariano test that the absolute errors differ from the naive
            forecast's; None where none differs.
    """

    sessions: int
    origins: int
    windows: int
    mase: FiniteFloat | None
    naive_mase: FiniteFloat | None
    model_mase: FiniteFloat | None
    rmsse: FiniteFloat | None
    naive_rmsse: FiniteFloat | None
    crps: FiniteFloat | None
    naive_crps: FiniteFloat | None
    winkler: FiniteFloat | None
    naive_winkler: FiniteFloat | None
    p_value: FiniteFloat | None
    coverage: Coverage
    direction: HitRate


class Skill(_Part):
    """How past forecasts of this very series did against the baseline.

    Attributes:
        value: by how much the mean absolute error at the asked horizon is below the baseline's,
            as a share of it; None where too few windows tell.
        windows: how many windows of the asked horizon do not overlap.
        standing: whether past forecasts were better than the baseline, beyond chance.
        verdict: the same in one sentence of plain words.
        share: how much of the model's word the forecast takes over at the target, 0 to 1.
        horizons: ascending; the asked one is among them if any outcome is known.
    """

    value: FiniteFloat | None
    baseline: str
    windows: int
    standing: Standing = "untested"
    verdict: str = ""
    share: float | None = None
    horizons: tuple[HorizonSkill, ...] = ()


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
    `skill` and `coverage` are None where they have not been measured. `basis` says
    what the forecast is made of, `notes` what was odd about the prices.
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
    basis: str = ""
    notes: tuple[str, ...] = ()

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
