"""The Python face: `from stockcast_lib import forecast`."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from stockcast_lib.core.errors import (
    ErrorReport,
    NoPrices,
    NotebookTimedOut,
    StockcastError,
    error_from_report,
)
from stockcast_lib.core.jobs import (
    DEFAULT_DAYS,
    DEFAULT_MODEL,
    MIN_DAYS,
    Job,
    JobState,
    Stage,
    parse_request,
)
from stockcast_lib.core.results import PLOTLY_MIME, PNG_MIME, ForecastResult, Skill, parse_result
from stockcast_lib.core.words import coverage_text, price_text, skill_text
from stockcast_lib.ports import StoredForecast

if TYPE_CHECKING:
    from stockcast_lib.core.prices import PriceHistory, PriceVersion

DEFAULT_TIMEOUT = 300.0


class FinishedForecast:
    """A forecast of the running service; JupyterLab shows its chart.

    Attributes:
        result: the forecast as data.
        figure: the interactive chart, a plotly document.
        picture: the chart as a PNG.
        job_id: leads to the executed notebook.
    """

    def __init__(self, stored: StoredForecast) -> None:
        self.result: ForecastResult = parse_result(stored.result)
        self.figure: dict[str, Any] = json.loads(stored.figure)
        self.picture = stored.picture
        self.job_id = stored.job_id

    def __repr__(self) -> str:
        return summary(self.result)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        import base64

        return {
            PLOTLY_MIME: self.figure,
            PNG_MIME: base64.b64encode(self.picture).decode(),
            "text/plain": repr(self),
        }


def summary(result: ForecastResult) -> str:
    """A forecast in words, its limits included."""
    data = ""
    if result.sample:
        data = f" Sample data to {result.as_of}."
    elif result.stale:
        fetched = f", fetched {result.fetched_at:%Y-%m-%d}" if result.fetched_at else ""
        data = f" Not up to date: prices to {result.as_of}{fetched}."
    price, lower, upper, naive = map(
        price_text, (result.price, result.lower, result.upper, result.baseline.price)
    )
    notes = "".join(f" {note}" for note in result.notes)
    return (
        f"{result.ticker}: {price} on {result.target_date}, "
        f"{result.interval:.0%} band {lower} to {upper} "
        f"(naive forecast {naive}; skill: {skill_text(result.skill)}; "
        f"band: {coverage_text(result.coverage)}).{data}{notes}"
    )


def forecast(
    ticker: str,
    days: int = DEFAULT_DAYS,
    *,
    model: str = DEFAULT_MODEL,
    timeout: float = DEFAULT_TIMEOUT,
    progress: Callable[[Job], None] | None = None,
    **params: Any,
) -> FinishedForecast:
    """Ask the running service for a forecast, and wait for it.

    Args:
        ticker: such as AAPL.
        days: calendar days from the last session in the data, 1 to 10000.
        model: a model notebook's name.
        timeout: seconds to wait.
        progress: is told each change of the job.
        params: the model's parameters, as in `ModelConfig`.

    Raises:
        StockcastError: the one that says what went wrong.
    """
    from stockcast_lib import wiring

    service = wiring.service()
    job_id = service.submit({"ticker": ticker, "days": days, "model": model, "params": params})
    for change in service.follow(job_id, timeout):
        if progress:
            progress(change)
    job = service.job(job_id)
    return FinishedForecast(stored_or_raise(job, service.forecast(job)))


def backtest(ticker: str, days: int = DEFAULT_DAYS, **params: Any) -> Skill:
    """How past forecasts of a ticker did at several horizons, on its stored prices.

    Args:
        ticker: such as AAPL. The running service fetches its prices if there are none yet.
        days: calendar days from the last session; the verdict is on this horizon.
        params: the model's parameters, as in `ModelConfig`.

    Raises:
        StockcastError: the one that says what went wrong.
    """
    from stockcast_lib import wiring
    from stockcast_lib.forecasting import make_forecast

    request = parse_request({"ticker": ticker, "days": days, "params": params})
    version, history = stored_prices(request.ticker)
    fits = wiring.origin_fits(version, history, request.params)
    return make_forecast(history, request.days, request.params, fits).skill


def stored_prices(ticker: str) -> "tuple[PriceVersion, PriceHistory]":
    """A ticker's newest stored prices; the running service is asked to fetch them if need be.

    Raises:
        StockcastError: why there are none.
    """
    from stockcast_lib import wiring

    try:
        return wiring.load_prices(ticker)
    except NoPrices:
        _fetch_prices(ticker)
        return wiring.load_prices(ticker)


def _fetch_prices(ticker: str) -> None:
    """Ask for a forecast, and wait until its prices are stored."""
    from stockcast_lib import wiring

    service = wiring.service()
    job_id = service.submit({"ticker": ticker, "days": MIN_DAYS})
    for job in service.follow(job_id, DEFAULT_TIMEOUT):
        if job.stage is Stage.FORECAST:
            return
    job = service.job(job_id)
    stored_or_raise(job, service.forecast(job))


def stored_or_raise(job: Job, stored: StoredForecast | None) -> StoredForecast:
    """What a job made.

    Raises:
        StockcastError: why it made nothing.
    """
    if stored is not None:
        return stored
    raise unfinished(job)


class Unfinished(Protocol):
    """A job without a result, wherever it was read."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def state(self) -> JobState:
        """Where it is in its life."""

    @property
    def error(self) -> ErrorReport | None:
        """What it failed with."""


def unfinished(job: Unfinished) -> StockcastError:
    """The error that says why a job has no result."""
    if job.error is not None:
        return error_from_report(job.error)
    if job.state.terminal:
        return StockcastError(f"The forecast was {job.state}, and has no result.")
    return NotebookTimedOut(f"The forecast is still {job.state}: its id is {job.id}.")
