"""From a price series to a forecast of it, and to what the forecast is worth."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.model_config import Engine, ModelConfig
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.core.results import Band, Baseline, Coverage, Skill
from stockcast_lib.forecasting import baselines
from stockcast_lib.forecasting.backtest import OriginFits, backtest_history, fit_origins
from stockcast_lib.forecasting.conformal import CENTRAL_LEVELS
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.intervals import noise_half_width, price_band
from stockcast_lib.forecasting.model import (
    DEFAULT_CONFIG,
    LogPriceModel,
    fit_prophet,
    training_history,
)
from stockcast_lib.forecasting.oddities import oddities
from stockcast_lib.forecasting.outlook import Outlook
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.random_walk import YEAR
from stockcast_lib.forecasting.skill import horizon_skill, skill
from stockcast_lib.forecasting.trading_calendar import (
    sessions_ahead,
    sessions_between,
    target_session,
)
from stockcast_lib.forecasting.walk_forward import WalkForward

BAND_LEVELS = (0.5, 0.8, 0.95)
SKILL_SESSIONS = (1, 5, 21, 63)
_UNTESTED = "Past forecasts of this configuration are not made, so nothing of it is taken over."


@dataclass(frozen=True)
class Forecast:
    """A forecast with what is needed to draw and to publish it; prices as in the history.

    Attributes:
        days: calendar days from `as_of`, the last session in the data.
        target_date: the first session on or after that day.
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        observations: the adjusted closes trained on, over their sessions.
        fit: columns date, price, lower, upper: the model over the training sessions, with the
            band of `config.interval`.
        path: the same columns for every session from `as_of` (excluded) to the target: the
            forecast. It begins at the last close and takes over what the model has earned.
        fan: columns date, level, lower, upper: the path's band at every level of `bands`, the
            levels ascending and each with all its sessions.
        model_path: columns date, price: what the model alone says of them.
        bands: central intervals at the target, by level.
        baseline: the naive forecast.
        skill: how past forecasts of this series did.
        coverage: how often the band at the target's horizon held; None where too few windows tell.
        basis: in words, what the forecast is made of.
        notes: what is odd about the prices.
    """

    ticker: str
    sample: bool
    days: int
    as_of: date
    target_date: date
    config: ModelConfig
    observations: "pd.Series[float]"
    fit: pd.DataFrame
    path: pd.DataFrame
    fan: pd.DataFrame
    model_path: pd.DataFrame
    bands: tuple[Band, ...]
    baseline: Baseline
    skill: Skill
    coverage: Coverage | None
    basis: str
    notes: tuple[str, ...]

    @property
    def engine(self) -> Engine:
        """What found the model's parameters."""
        return self.config.engine


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
    dates = sessions_ahead(prices.index[-1].date(), sessions)
    model = fit_prophet(prices, config)
    outlook = outlook_of(prices, dates, model, fit_origins(prices, config))
    return _frame(dates, outlook.centre, outlook.half_widths([interval])[0])


def make_forecast(
    history: PriceHistory,
    days: int,
    config: ModelConfig = DEFAULT_CONFIG,
    fits: OriginFits | None = None,
) -> Forecast:
    """Forecast a ticker for a number of calendar days after its last session.

    Args:
        history: of the ticker.
        days: calendar days.
        config: the model's parameters.
        fits: from `fit_origins` on the history's adjusted closes with this configuration; they
            are made when not given.

    Raises:
        InvalidRequest: the calendar does not reach so far.
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    prices = history.adjusted_close
    observations = training_history(prices, config)
    as_of = observations.index[-1].date()
    target = target_session(as_of, days)
    dates = sessions_between(as_of, target)
    model = fit_prophet(observations, config)
    outlook = outlook_of(prices, dates, model, fits or fit_origins(prices, config))
    levels = sorted({*BAND_LEVELS, config.interval})
    widths = outlook.half_widths(levels)
    card = skill_card(outlook.past, len(dates), config.interval, float(outlook.shares[-1]))
    if not config.solvable:
        card = card.model_copy(update={"verdict": _UNTESTED})
    asked = [each.coverage for each in card.horizons if each.sessions == len(dates)]
    return Forecast(
        ticker=history.ticker,
        sample=history.sample,
        days=days,
        as_of=as_of,
        target_date=target,
        config=model.config,
        observations=observations,
        fit=_fit_frame(model, pd.DatetimeIndex(observations.index)),
        path=_frame(dates, outlook.centre, widths[levels.index(config.interval)]),
        fan=_fan(dates, levels, outlook.centre, widths),
        model_path=_frame(dates, outlook.model, 0.0)[["date", "price"]],
        bands=_bands(levels, outlook.centre[-1], widths[:, -1]),
        baseline=baselines.naive(observations),
        skill=card,
        coverage=asked[0] if asked and card.standing != "untested" else None,
        basis=_basis(outlook),
        notes=oddities(observations),
    )


def _basis(outlook: Outlook) -> str:
    yearly = np.expm1(YEAR * outlook.past.walk.drift[-1])
    share = outlook.shares[-1]
    model = f" and {share:.0%} of what the model says beyond" if round(share, 2) else ""
    return f"the last price, a drift of {yearly:+.1%} a year{model}"


def skill_card(past: WalkForward, asked: int, level: float, share: float) -> Skill:
    """Measure a series' past forecasts at `SKILL_SESSIONS` and at the asked horizon.

    Args:
        past: the past forecasts.
        asked: sessions.
        level: of the band to judge.
        share: how much of the model's word the forecast takes over at the asked horizon.
    """
    levels = tuple(sorted({*CENTRAL_LEVELS, level}))
    outcomes = [past.outcomes(each, levels) for each in sorted({*SKILL_SESSIONS, asked})]
    measured = tuple(horizon_skill(each, level) for each in outcomes if len(each.origins))
    return skill(measured, asked, share)


def outlook_of(
    prices: "pd.Series[float]",
    dates: pd.DatetimeIndex,
    model: LogPriceModel,
    fits: OriginFits | None = None,
) -> Outlook:
    """What is forecast for the sessions after a price series.

    Args:
        prices: adjusted closes over a DatetimeIndex of trading days.
        dates: all sessions after the last, in order, as far as wanted.
        model: fitted to the prices.
        fits: the same model at past origins; they are made when not given.
    """
    fits = fits or fit_origins(prices, model.config)
    said = log_prices(model, pd.DatetimeIndex([prices.index[-1], *dates]))
    return Outlook(WalkForward(backtest_history(prices, model.config), model, fits), said)


def _frame(dates: pd.DatetimeIndex, centre: Array, half_width: Array | float) -> pd.DataFrame:
    price, lower, upper = price_band(centre, half_width)
    return pd.DataFrame({"date": dates, "price": price, "lower": lower, "upper": upper})


def _fan(
    dates: pd.DatetimeIndex, levels: list[float], centre: Array, widths: Array
) -> pd.DataFrame:
    _, lower, upper = price_band(np.tile(centre, len(levels)), widths.ravel())
    level = np.repeat(np.asarray(levels), len(dates))
    date = np.tile(dates.to_numpy(), len(levels))
    return pd.DataFrame({"date": date, "level": level, "lower": lower, "upper": upper})


def _fit_frame(model: LogPriceModel, dates: pd.DatetimeIndex) -> pd.DataFrame:
    half_width = noise_half_width(model, model.config.interval)
    return _frame(dates, log_prices(model, dates), half_width)


def _bands(levels: list[float], centre: float, half_width: Array) -> tuple[Band, ...]:
    _, lower, upper = price_band(np.asarray(centre), half_width)
    return tuple(
        Band(level=level, lower=float(low), upper=float(high))
        for level, low, high in zip(levels, lower, upper, strict=True)
    )
