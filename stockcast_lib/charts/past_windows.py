"""Past forecasts at one horizon, in windows apart: what `Coverage` counts, one by one."""

from dataclasses import dataclass

import pandas as pd

from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting.backtest import OriginFits, backtest_history, fit_origins
from stockcast_lib.forecasting.model import DEFAULT_CONFIG, prepared_model
from stockcast_lib.forecasting.trading_calendar import sessions_between, target_session
from stockcast_lib.forecasting.walk_forward import WalkForward


@dataclass(frozen=True)
class PastWindows:
    """Past forecasts that do not overlap, beside what came.

    Attributes:
        sessions: the horizon.
        level: of the band.
        frame: columns origin, target (dates), last, forecast, lower, upper, actual (prices), held
            (whether `actual` lay in the band); ascending, one row a window.
    """

    ticker: str
    sample: bool
    sessions: int
    level: float
    frame: pd.DataFrame

    @property
    def held(self) -> int:
        """How often the band held."""
        return int(self.frame["held"].sum())


def past_windows(
    history: PriceHistory,
    days: int,
    config: ModelConfig = DEFAULT_CONFIG,
    fits: OriginFits | None = None,
) -> PastWindows:
    """The windows of which a forecast's `coverage` counts how many held.

    Args:
        history: of the ticker.
        days: calendar days after its last session; past windows have as many sessions.
        config: the model's parameters.
        fits: from `fit_origins` on the history's adjusted closes with this configuration; they
            are made when not given.

    Raises:
        InvalidRequest: the calendar does not reach so far.
        NotEnoughHistory, BadVendorData: see `fit_prophet`.
    """
    adjusted = history.adjusted_close
    as_of = adjusted.index[-1].date()
    sessions = len(sessions_between(as_of, target_session(as_of, days)))
    prices = backtest_history(adjusted, config)
    model = prepared_model(adjusted, config)
    past = WalkForward(prices, model, fits or fit_origins(adjusted, config))
    at = past.outcomes(sessions, (config.interval,))
    frame = pd.DataFrame(
        {
            "origin": prices.index[at.origins],
            "target": prices.index[at.origins + sessions],
            "last": at.last,
            "forecast": at.forecast,
            "lower": at.lower[0],
            "upper": at.upper[0],
            "actual": at.actual,
        }
    ).iloc[at.separate]
    frame["held"] = frame["actual"].between(frame["lower"], frame["upper"])
    frame = frame.sort_values("target", ignore_index=True)
    return PastWindows(history.ticker, history.sample, sessions, config.interval, frame)
