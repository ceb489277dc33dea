"""How forecasts that were served did, as versioned JSON."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from pydantic.alias_generators import to_camel

from stockcast_lib.core.results import Standing


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class ServedCoverage(_Part):
    """How often the price came to lie in the band that was served."""

    level: float = Field(description="What the bands promised, on average.")
    held: int
    forecasts: int


class Score(_Part):
    """How one revision's forecasts did so many sessions ahead, served or made as the challenger.

    Errors are absolute, in units of the mean absolute change from one session to the next before
    each forecast (MASE). Means are first over the forecasts of a day, then over days: a hundred
    tickers on one day saw one market.
    """

    model: str
    revision: str = Field(description="Which state of the model's notebook made them.")
    tuned: bool = Field(description="Whether the asker had set parameters of the model.")
    sessions: int = Field(description="Trading days ahead.")
    forecasts: int = Field(description="Whose outcome is known, the same one counted once.")
    as_challenger: int = Field(
        0,
        description="Of them those that were shown to nobody: made beside the current revision's.",
    )
    tickers: int
    periods: int = Field(
        description="Stretches of time between forecast and outcome that do not overlap."
    )
    first_as_of: date
    last_as_of: date
    error: FiniteFloat = Field(description="Of the forecast, in daily changes.")
    naive_error: FiniteFloat = Field(description="Of the last price, unchanged.")
    ratio: FiniteFloat | None = Field(description="The first over the second: below 1 is better.")
    bias: FiniteFloat = Field(description="Mean of forecast minus outcome, in daily changes.")
    coverage: ServedCoverage
    drift: FiniteFloat | None = Field(
        description="`ratio` of the newer half of the days minus that of the older; null while "
        "either has too few periods to tell."
    )
    p_value: FiniteFloat | None = Field(
        description="Of the Diebold-Mariano test that the two errors differ."
    )
    standing: Standing = Field(
        description="Whether the forecasts beat the last price beyond chance; `untested` while "
        "there are too few periods."
    )


class Scores(_Part):
    """What a look at the ledger found."""

    schema_version: Literal[1] = 1
    scored_at: datetime | None = Field(None, description="null where nobody has scored yet.")
    forecasts: int = Field(0, description="In the ledger.")
    scored: int = Field(0, description="Of them those with an outcome at any horizon.")
    without_prices: tuple[str, ...] = Field(
        (), description="Tickers whose prices the store no longer holds, or not as written."
    )
    damaged: tuple[str, ...] = Field(
        (), description="Objects of the ledger that were changed since, and so are left out."
    )
    scores: tuple[Score, ...] = ()
