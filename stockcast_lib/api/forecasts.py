"""A forecast of the running service."""

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stockcast_lib.api.outcomes import stored_or_raise
from stockcast_lib.core.jobs import DEFAULT_DAYS, DEFAULT_MODEL, Job
from stockcast_lib.core.results import PLOTLY_MIME, PNG_MIME, ForecastResult, parse_result
from stockcast_lib.core.words import coverage_text, price_text, skill_text
from stockcast_lib.ports import StoredForecast

if TYPE_CHECKING:
    from stockcast_lib.report import SkillCard

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

    @property
    def card(self) -> "SkillCard":
        """Its figures and how past forecasts did, without the chart."""
        from stockcast_lib.report import SkillCard

        return SkillCard(self.result)

    def __repr__(self) -> str:
        return summary(self.result)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from stockcast_lib.report.forecast_words import forecast_html

        picture = base64.b64encode(self.picture).decode()
        return {
            PLOTLY_MIME: self.figure,
            PNG_MIME: picture,
            "text/html": forecast_html(self.result, picture),
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
