"""From a price series to a forecast of it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.prices import PriceHistory
from stockcast_lib.core.results import Band, Baseline
from stockcast_lib.forecasting import baselines
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.intervals import half_widths, noise_half_width, price_band
from stockcast_lib.forecasting.model import (
    DEFAULT_CONFIG,
    DEFAULT_ENGINE,
    Engine,
    LogPriceModel,
    fit_prophet,
    training_history,
)
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.trading_calendar import (
    sessions_ahead,
    sessions_between,
    target_session,
)

BAND_LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Forecast:
    """A forecast with what is needed to draw and to publish it; prices as in the history.

    Attributes:
        days: calendar days from `as_of`, the last session in the data.
        target_date: the first session on or after that day.
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        engine: what found the model's parameters.
        observations: the adjusted closes trained on, over their sessions.
        fit: columns date, price, lower, upper: the model over the training sessions, with the
            band of `config.interval`.
        path: the same columns for every session from `as_of` (excluded) to the target.
        bands: central intervals at the target, by level.
        baseline: the naive forecast.
    """

    ticker: str
    sample: bool
    days: int
    as_of: date
    target_date: date
    config: ModelConfig
    engine: Engine
    observations: "pd.Series[float]"
    fit: pd.DataFrame
    path: pd.DataFrame
    bands: tuple[Band, ...]
    baseline: Baseline


def forecast_series(
    prices: "pd.Series[float]",
    sessions: int,
    *,
    config: ModelConfig = DEFAULT_CONFIG,
    interval: float = 0.8,
) -> pd.DataFrame:
    """Forecast a price series.

    Args:
        prices: adjusted closes over a DatetimeIndex of trading days.
        sessions: trading days ahead.
        config: the model's parameters.
        interval: the level of the band, between 0 and 1; `config.interval` has no part here.

    Returns:
        Columns `date`, `price`, `lower`, `upper`, one row a session; prices as in `prices`.

    Raises:
        InvalidRequest: `sessions` or `interval` is out of its range.
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    if not 0 < interval < 1:
        raise InvalidRequest(f"interval must lie between 0 and 1, not {interval}.", fields=[])
    model = fit_prophet(prices, config)
    dates = sessions_ahead(prices.index[-1].date(), sessions)
    centre = log_prices(model, dates)
    return _frame(dates, centre, half_widths(model, dates, [interval])[0])


def make_forecast(
    history: PriceHistory,
    days: int,
    config: ModelConfig = DEFAULT_CONFIG,
    engine: Engine = DEFAULT_ENGINE,
) -> Forecast:
    """Forecast a ticker for a number of calendar days after its last session.

    Raises:
        InvalidRequest: the calendar does not reach so far.
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    observations = training_history(history.adjusted_close, config)
    as_of = observations.index[-1].date()
    target = target_session(as_of, days)
    dates = sessions_between(as_of, target)
    model = fit_prophet(observations, config, engine)
    levels = sorted({*BAND_LEVELS, config.interval})
    centre = log_prices(model, dates)
    widths = half_widths(model, dates, levels)
    return Forecast(
        ticker=history.ticker,
        sample=history.sample,
        days=days,
        as_of=as_of,
        target_date=target,
        config=model.config,
        engine=engine,
        observations=observations,
        fit=_fit_frame(model, pd.DatetimeIndex(observations.index)),
        path=_frame(dates, centre, widths[levels.index(config.interval)]),
        bands=_bands(levels, centre[-1], widths[:, -1]),
        baseline=baselines.naive(observations),
    )


def _frame(dates: pd.DatetimeIndex, centre: Array, half_width: Array | float) -> pd.DataFrame:
    price, lower, upper = price_band(centre, half_width)
    return pd.DataFrame({"date": dates, "price": price, "lower": lower, "upper": upper})


def _fit_frame(model: LogPriceModel, dates: pd.DatetimeIndex) -> pd.DataFrame:
    half_width = noise_half_width(model, model.config.interval)
    return _frame(dates, log_prices(model, dates), half_width)


def _bands(levels: list[float], centre: float, half_width: Array) -> tuple[Band, ...]:
    _, lower, upper = price_band(np.asarray(centre), half_width)
    return tuple(
        Band(level=level, lower=float(low), upper=float(high))
        for level, low, high in zip(levels, lower, upper, strict=True)
    )
