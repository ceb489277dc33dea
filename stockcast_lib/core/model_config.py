"""The parameters of the forecasting model, validated once for every face."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

Engine = Literal["exact", "stan"]
ENGINES: tuple[Engine, ...] = get_args(Engine)

Scale = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Order = Annotated[int, Field(ge=1, le=50)]
MAX_CHANGEPOINTS = 200


def _iso_dates(value: Any) -> Any:
    # A strict model takes no text for a date and no list for a tuple: JSON has nothing else.
    if isinstance(value, list | tuple):
        return tuple(date.fromisoformat(day) if isinstance(day, str) else day for day in value)
    return value


class ModelConfig(BaseModel):
    """Prophet's additive model on log price.

    The names are Prophet's own where Prophet has the parameter. The defaults are those of a
    stock price series: no weekly term (there are no weekends in the data), a monthly and a
    yearly one. See Taylor and Letham, "Forecasting at scale", The American Statistician, 2018.

    Attributes:
        training_years: how much history is fitted.
        changepoints: dates at which the trend may change its rate; those outside the training
            window have no part. Without them `n_changepoints` are spread evenly over the first
            `changepoint_range` of it.
        holidays: a country whose public holidays have effects of their own, such as "US".
        interval: the level of the band that is shown first.
        engine: what finds the parameters: "exact" solves for them, "stan" is Prophet's own
            optimiser, the reference.
        growth: of the trend; "logistic" saturates at `capacity`, a price. Only by "stan".
        seasonality_mode: "multiplicative" terms grow with the trend. Only by "stan".
        mcmc_samples: draws of the posterior instead of its maximum, each chain. Only by "stan".
    """

    # Strict as the days are: "0.8" and true are no numbers; a whole number is a float as well.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    training_years: float = Field(3.0, gt=0, le=60, allow_inf_nan=False)
    changepoint_prior_scale: Scale = 0.05
    n_changepoints: int = Field(25, ge=0, le=MAX_CHANGEPOINTS)
    changepoint_range: float = Field(0.8, gt=0, le=1)
    changepoints: Annotated[tuple[date, ...] | None, BeforeValidator(_iso_dates)] = Field(
        None, max_length=MAX_CHANGEPOINTS
    )
    seasonality_prior_scale: Scale = 10.0
    weekly_seasonality: bool = False
    weekly_order: Order = 3
    monthly_seasonality: bool = True
    monthly_order: Order = 5
    yearly_seasonality: bool = True
    yearly_order: Order = 10
    holidays: Annotated[str, Field(pattern="^[A-Z]{2,3}$")] | None = None
    holidays_prior_scale: Scale = 10.0
    interval: float = Field(0.8, ge=0.5, le=0.99)
    engine: Engine = "exact"
    growth: Literal["linear", "logistic"] = "linear"
    capacity: float | None = Field(None, gt=0, allow_inf_nan=False)
    seasonality_mode: Literal["additive", "multiplicative"] = "additive"
    mcmc_samples: int = Field(0, ge=0, le=2000)

    @field_validator("changepoints")
    @classmethod
    def _ascending(cls, days: tuple[date, ...] | None) -> tuple[date, ...] | None:
        return None if days is None else tuple(sorted(set(days)))

    @model_validator(mode="after")
    def _served(self) -> Self:
        if not self.solvable and self.engine != "stan":
            raise ValueError(
                "logistic growth, multiplicative terms and MCMC need the engine 'stan'"
            )
        if (self.growth == "logistic") != (self.capacity is not None):
            raise ValueError("logistic growth, and nothing else, needs a capacity")
        return self

    @property
    def solvable(self) -> bool:
        """Whether the posterior's maximum is what is asked for, and can be solved for."""
        plain = self.growth == "linear" and self.seasonality_mode == "additive"
        return plain and self.mcmc_samples == 0

    @classmethod
    def of(cls, names: Mapping[str, Any]) -> Self:
        """The configuration among other names: a notebook's parameters, from its `globals()`.

        Raises:
            ValidationError: a value breaks the rules.
        """
        return cls(**{name: names[name] for name in cls.model_fields if name in names})

    def overrides(self) -> dict[str, Any]:
        """Only what was set, as JSON values: what a notebook is given on top of its defaults."""
        return self.model_dump(mode="json", exclude_unset=True)


# Configurations that people come from: "prophet" is Prophet's own defaults and a monthly term, its
# weekly term fitted to weeks without weekends; "stocker" leaves the weekly term out.
PRESETS: Mapping[str, ModelConfig] = MappingProxyType(
    {
        "prophet": ModelConfig(weekly_seasonality=True, engine="stan"),
        "stocker": ModelConfig(engine="stan"),
    }
)


@dataclass(frozen=True)
class ModelChoice:
    """A model that can be asked for.

    Attributes:
        name: of a model, or of one of `PRESETS`.
        title: for people.
    """

    name: str
    title: str


BUILT_IN_MODELS = (
    ModelChoice("default", "Stockcast"),
    ModelChoice("prophet", "Prophet's defaults"),
    ModelChoice("stocker", "Stocker's model"),
)
