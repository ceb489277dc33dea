"""Past forecasts of a ticker, made again on its stored prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stockcast_lib.api.forecasts import DEFAULT_TIMEOUT
from stockcast_lib.api.outcomes import stored_or_raise
from stockcast_lib.core.errors import NoPrices
from stockcast_lib.core.jobs import DEFAULT_DAYS, MIN_DAYS, Stage, parse_request
from stockcast_lib.core.results import Skill

if TYPE_CHECKING:
    import pandas as pd

    from stockcast_lib.core.price_history import PriceHistory
    from stockcast_lib.core.prices import PriceVersion


@dataclass(frozen=True)
class Backtest:
    """Past forecasts of one ticker; JupyterLab shows them as a card.

    Attributes:
        ticker: whose.
        days: calendar days ahead, of the verdict.
        params: the model's parameters, those that were set.
        data_version: the prices.
        skill: the measures of each horizon, and the verdict.
    """

    ticker: str
    days: int
    params: Mapping[str, Any]
    data_version: str
    skill: Skill

    @property
    def verdict(self) -> str:
        """In one sentence whether past forecasts beat the last price."""
        return self.skill.verdict

    def frame(self) -> "pd.DataFrame":
        """One row a horizon, with the measures of `HorizonSkill`."""
        import pandas as pd

        rows = [each.model_dump() for each in self.skill.horizons]
        return pd.json_normalize(rows, sep="_")

    def __repr__(self) -> str:
        return f"{self.ticker} in {self.days} days: {self.verdict}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from stockcast_lib.report.backtest_words import backtest_html

        html = backtest_html(self.ticker, self.days, self.skill)
        return {"text/html": html, "text/plain": repr(self)}


def backtest(ticker: str, days: int = DEFAULT_DAYS, **params: Any) -> Backtest:
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
    made = make_forecast(history, request.days, request.params, fits)
    given = request.params.overrides()
    return Backtest(request.ticker, request.days, given, version.key, made.skill)


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
