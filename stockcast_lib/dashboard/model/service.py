"""What the dashboard needs of the forecast service."""

from collections.abc import Iterator
from typing import Any, Protocol

from stockcast_lib.core.jobs import Job, Stage
from stockcast_lib.core.model_config import ModelChoice
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.prices import PriceVersion
from stockcast_lib.core.scores import Scores
from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.ports import StoredForecast


class Forecasts(Protocol):
    """The part of `stockcast_lib.service.ForecastService` that the dashboard uses."""

    @property
    def directory(self) -> SymbolDirectory:
        """The known tickers."""

    def submit(self, payload: Any) -> str:
        """Hand in a request; the job's id."""

    def follow(self, job_id: str, timeout: float) -> Iterator[Job]:
        """The job now and after each change, until it has ended or the time is over."""

    def withdraw(self, job_id: str) -> None:
        """Take the request back."""

    def recent(self, ticker: str | None, limit: int) -> list[Job]:
        """The jobs that were made last, the newest first."""

    def forecast(self, job: Job) -> StoredForecast | None:
        """What a finished job made."""

    def notebook(self, job_id: str, stage: Stage) -> bytes | None:
        """The executed notebook of a job's stage, once there is one."""

    def models(self) -> tuple[ModelChoice, ...]:
        """The models that can be asked for, the usual one first."""

    def scores(self) -> Scores:
        """How the forecasts that were served did."""

    def price_version(self, ticker: str) -> PriceVersion | None:
        """The prices that the next forecast of a ticker starts from, if any were fetched."""

    def prices_of(self, key: str) -> tuple[PriceVersion, PriceHistory]:
        """The prices that a forecast was made from; `key` is its result's `data_version`."""
