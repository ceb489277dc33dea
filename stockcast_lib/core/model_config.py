"""The parameters of the forecasting model, validated once for every face."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Scale = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class ModelConfig(BaseModel):
    """Prophet's additive model on log price.

    The names are Prophet's own where Prophet has the parameter. The defaults are those of a
    stock price series: no weekly term (there are no weekends in the data), a monthly and a
    yearly one. See Taylor and Letham, "Forecasting at scale", The American Statistician, 2018.
    """

    # Strict as the days are: "0.8" and true are no numbers; a whole number is a float as well.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    training_years: float = Field(3.0, gt=0, le=60, allow_inf_nan=False)
    changepoint_prior_scale: Scale = 0.05
    n_changepoints: int = Field(25, ge=0, le=200)
    changepoint_range: float = Field(0.8, gt=0, le=1)
    seasonality_prior_scale: Scale = 10.0
    weekly_seasonality: bool = False
    monthly_seasonality: bool = True
    yearly_seasonality: bool = True
    interval: float = Field(0.8, ge=0.5, le=0.99)

    def overrides(self) -> dict[str, Any]:
        """Only what was set, as JSON values: what a notebook is given on top of its defaults."""
        return self.model_dump(mode="json", exclude_unset=True)
